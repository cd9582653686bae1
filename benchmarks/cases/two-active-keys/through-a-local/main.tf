locals {
  name = "ci-${lower("PROD")}"
}

resource "aws_iam_access_key" "a" {
  user = local.name
}

resource "aws_iam_access_key" "b" {
  user = "ci-prod"
}
