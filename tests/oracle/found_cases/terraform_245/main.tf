resource "aws_iam_user" "u1" {
  name = local.name1
}
