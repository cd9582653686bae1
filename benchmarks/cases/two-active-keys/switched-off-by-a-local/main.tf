locals {
  both = false
}

resource "aws_iam_user" "ci" {
  name = "ci"
}

resource "aws_iam_access_key" "a" {
  user = aws_iam_user.ci.name
}

resource "aws_iam_access_key" "b" {
  count = local.both ? 1 : 0
  user  = aws_iam_user.ci.name
}
