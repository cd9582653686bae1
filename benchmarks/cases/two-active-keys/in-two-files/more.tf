resource "aws_iam_access_key" "b" {
  user = aws_iam_user.ci.name
}
