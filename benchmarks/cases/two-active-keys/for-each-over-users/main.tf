resource "aws_iam_user" "all" {
  for_each = toset(["ci", "cd"])
  name     = each.key
}

resource "aws_iam_access_key" "a" {
  for_each = aws_iam_user.all
  user     = each.value.name
}
