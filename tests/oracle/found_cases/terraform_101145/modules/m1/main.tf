variable "p0" {
  type     = string
  nullable = false
}

variable "p1" {
  type     = bool
  nullable = false
}

locals {
  bool1   = false
  number1 = ((local.bool1 || var.p1 == true) ? 0 : 2)
  string1 = "stage"
}

resource "aws_iam_user" "u0" {
  name = "${var.p0}-u0"
}

resource "aws_iam_access_key" "k1" {
  count = lookup({ dev = 0, prod = 2 }, local.string1, 1)
  user  = var.p0
}

resource "aws_iam_access_key" "k2" {
  for_each = { for k, v in { first = aws_iam_user.u0.name, second = var.p0 } : k => v if !(local.number1 == 0) }
  user     = each.value
  status   = lookup({ dev = "Inactive" }, local.string1, "Active")
}

output "out0" {
  value = var.p0
}

output "out1" {
  value = aws_iam_user.u0.name
}
