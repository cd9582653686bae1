variable "v0" {
  type     = object({ on = optional(bool, true), keys = optional(number, 1), status = optional(string) })
  nullable = false
}

variable "v1" {
  type    = list(string)
  default = ["a", "a"]
}

locals {
  number0 = length(var.v1)
}


resource "aws_iam_user" "u3" {
  name = trimsuffix("u3-x", "-x")
}


resource "aws_iam_access_key" "k5" {
  user   = aws_iam_user.u3.name
  status = var.v0.status
}

