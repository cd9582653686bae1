variable "v0" {
  type     = string
  default  = "dev"
  nullable = false
  validation {
    condition     = contains(["dev", "stage", "prod"], var.v0)
    error_message = "Not one of the known values."
  }
}

data "aws_iam_user" "u3" {
  user_name = "u3"
}

module "m5" {
  source = "./modules/m1"
  count  = (anytrue([false, var.v1 != "stage"])) ? 1 : 0
  p0     = "m5"
  p1     = true
}
