resource "aws_iam_user" "ci" {
  name = "ci"
}

resource "aws_iam_access_key" "a" {
  for_each = toset(["blue", "green"])
  user     = aws_iam_user.ci.name
}
