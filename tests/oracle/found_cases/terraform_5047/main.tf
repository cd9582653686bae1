variable "v0" {
  type     = number
  nullable = false
  validation {
    condition     = contains([0, 1, 2], var.v0)
    error_message = "Not one of the known values."
  }
}

variable "v1" {
  type    = list(string)
  default = ["a"]
}

module "m4" {
  source = "./modules/m1"
  p0     = "m4"
  p1     = var.v0 != 0
}
