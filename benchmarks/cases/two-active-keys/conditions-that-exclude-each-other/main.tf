variable "blue" {
  type = bool
}

resource "aws_iam_user" "ci" {
  name = "ci"
}

resource "aws_iam_access_key" "a" {
  count = var.blue ? 1 : 0
  user  = aws_iam_user.ci.name
}

resource "aws_iam_access_key" "b" {
  count = var.blue ? 0 : 1
  user  = aws_iam_user.ci.name
}
