variable "p0" {
  type = string
}

variable "p1" {
  type    = map(object({ user = string, status = optional(string, "Active") }))
  default = {"one": {"user": "x0"}, "two": {"user": "x0", "status": "Inactive"}}
}

variable "p2" {
  type    = string
  default = "stage"
}

locals {
  number1 = length(var.p1)
}

resource "aws_iam_user" "u0" {
  name = "${var.p0}-u0"
}

resource "aws_iam_access_key" "k1" {
  count  = lookup({ dev = 0, prod = 2 }, var.p2, 1)
  user   = var.p0
  status = lookup({ dev = "Inactive" }, var.p2, "Active")
}

output "out0" {
  value = var.p0
}

output "out1" {
  value = aws_iam_user.u0.id
}
