provider "aws" {
  region = "eu-central-1"
}

data "aws_iam_user" "reports" {
  user_name = "reports"
}

resource "aws_iam_access_key" "previous" {
  user   = data.aws_iam_user.reports.user_name
  status = "Inactive"
}

resource "aws_iam_access_key" "current" {
  user = data.aws_iam_user.reports.user_name
}
