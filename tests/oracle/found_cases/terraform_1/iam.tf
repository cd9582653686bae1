

provider "aws" {
  alias   = "other"
}


locals {
  name2 = false ? "u2" : "u2-alt"
}

resource "aws_iam_user" "u2" {
  name = local.name2
}







resource "aws_iam_access_key" "k8" {
  for_each = toset(["a", "b"])
  user     = aws_iam_user.u2.name
  provider = aws.other
}
