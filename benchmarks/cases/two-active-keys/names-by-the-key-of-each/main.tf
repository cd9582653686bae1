resource "aws_iam_access_key" "a" {
  for_each = toset(["blue", "green"])
  user     = "ci-${each.key}"
}
