resource "aws_iam_user" "u0" {
  name = lower("U0")
}
