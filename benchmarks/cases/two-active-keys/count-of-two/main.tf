resource "aws_iam_user" "ci" {
  name = "ci"
}

resource "aws_iam_access_key" "a" {
  count = 2
  user  = aws_iam_user.ci.name
}
