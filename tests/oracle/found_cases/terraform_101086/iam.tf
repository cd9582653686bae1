variable "v0" {
  type    = set(string)
  default = []
}

variable "v1" {
  type     = set(string)
  default  = []
  nullable = false
}

resource "aws_iam_access_key" "k1" {
  for_each = { for k, v in { first = aws_iam_user.u0.name, second = aws_iam_user.u0.name } : k => v if (var.v2 || k != "second") }
  user     = each.value
  status   = length(var.v1) > 1 ? "Active" : "Inactive"
}
