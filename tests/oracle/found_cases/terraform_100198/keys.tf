variable "v0" {
  type     = number
  default  = 2
  nullable = false
}

locals {
  bool0 = var.v0 < 2
}

resource "aws_iam_user" "u1" {
  name = "u1"
}

resource "aws_iam_access_key" "k4" {
  count  = (alltrue(values(var.v2)) ? 1 : 0)
  user   = element([aws_iam_user.u1.id], count.index)
  status = lookup({ dev = "Inactive" }, var.v1, "Active")
}
