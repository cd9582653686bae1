resource "aws_iam_access_key" "a" {
  user = "ci-deploy"
}

resource "aws_iam_access_key" "b" {
  user = "CI-Deploy"
}
