resource "aws_iam_user" "ci" {
  name = "ci"
}

resource "aws_iam_access_key" "a" {
  user = aws_iam_user.ci.name
}
