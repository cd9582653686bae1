resource "aws_iam_access_key" "a" {
  user = "ci"
}

resource "aws_iam_access_key" "b" {
  user = "ci"
}
