variable "v1" {
  type     = string
  default  = "dev"
  nullable = false
  validation {
    condition     = contains(["dev", "stage", "prod"], var.v1)
    error_message = "Not one of the known values."
  }
}

provider "aws" {
  region = "eu-west-1"
}

resource "aws_iam_access_key" "k7" {
  count  = lookup({ dev = 0, prod = 2 }, var.v0, 1)
  user   = element(module.m6, 1).out0
  status = lookup({ dev = "Inactive" }, var.v0, "Active")
}
