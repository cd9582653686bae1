locals {
  user = "root"
}

resource "aws_iam_access_key" "a" {
  user = local.user
}
