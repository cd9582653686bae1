resource "aws_iam_user" "this" {
  name = "ci"
}

resource "aws_iam_access_key" "this" {
  user = aws_iam_user.this.name
}

output "user" {
  value = aws_iam_user.this.name
}
