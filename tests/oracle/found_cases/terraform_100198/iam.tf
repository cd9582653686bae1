variable "v1" {
  type    = string
  default = "stage"
}

variable "v2" {
  type     = map(bool)
  default  = {"a": true, "b": true}
  nullable = false
}

resource "aws_iam_user" "u0" {
  count = false ? 1 : 0
  name  = "u0"
}

resource "aws_iam_access_key" "k2" {
  count = min(var.v0, 1)
  user  = try(one(aws_iam_user.u0[*].name), "nobody")
}

resource "aws_iam_access_key" "k3" {
  for_each = { one = { user = aws_iam_user.u1.id, status = "Active" }, two = { user = aws_iam_user.u1.id, status = lookup({ dev = "Inactive" }, var.v1, "Active") } }
  user     = each.value.user
  status   = each.value.status
}
