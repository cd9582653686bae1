variable "v0" {
  type     = set(string)
  default  = []
  nullable = false
}

locals {
  name2 = ((false || length(var.v1) > 1)) == ((length(var.v0) == 0 && true)) ? "u2" : "u2-alt"
}

resource "aws_iam_user" "u2" {
  name = local.name2
}

resource "random_id" "r3" {
  byte_length = 4
}

resource "aws_iam_access_key" "k5" {
  for_each = { for k, v in { first = "u2", second = aws_iam_user.u3.name } : k => v if true }
  user     = each.value
}

resource "aws_iam_access_key" "k6" {
  for_each = { one = { user = "u2", status = "Active" }, two = { user = aws_iam_user.u3.name, status = null } }
  user     = each.value.user
}

