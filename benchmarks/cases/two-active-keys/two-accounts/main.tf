provider "aws" {
  allowed_account_ids = ["111111111111"]
}

provider "aws" {
  alias               = "other"
  allowed_account_ids = ["222222222222"]
}

resource "aws_iam_access_key" "a" {
  user = "ci"
}

resource "aws_iam_access_key" "b" {
  provider = aws.other
  user     = "ci"
}
