variable "v0" {
  type    = string
  default = "stage"
  validation {
    condition     = contains(["dev", "stage", "prod"], var.v0)
    error_message = "Not one of the known values."
  }
}

variable "v1" {
  type     = set(string)
  default  = ["a", "b"]
  nullable = false
}

locals {
  number0 = length(var.v1)
  string0 = coalesce(var.v0, "dev")
}


locals {
  name4 = anytrue([local.number0 >= 1, (startswith(local.string0, "p")) == (upper(var.v0) == upper("stage"))]) ? "u4" : "u4-alt"
}

resource "aws_iam_user" "u4" {
  name = local.name4
}

resource "aws_iam_access_key" "k6" {
  user   = aws_iam_user.u4.name
  status = lookup({ dev = "Inactive" }, var.v0, "Active")
}



