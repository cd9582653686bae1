module "ci" {
  source = "./user"
}

resource "aws_iam_access_key" "b" {
  user = module.ci.user
}
