resource "aws_iam_user" "ci" {
  name = "ci"
}

module "blue" {
  source = "./key"
  user   = aws_iam_user.ci.name
}

module "green" {
  source = "./key"
  user   = aws_iam_user.ci.name
}
