variable "v1" {
  type     = map(bool)
  default  = {"a": true, "b": false}
  nullable = false
}

resource "aws_iam_user" "u3" {
  name = "u3-${random_id.r3.hex}"
}

resource "aws_iam_access_key" "k4" {
  for_each = { for k, v in { first = aws_iam_user.u3.name, second = aws_iam_user.u2.id } : k => v if k != "second" }
  user     = each.value
}
