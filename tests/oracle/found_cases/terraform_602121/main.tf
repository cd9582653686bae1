
resource "aws_iam_access_key" "k9" {
  for_each = { for k, v in { first = try(aws_iam_user.u5[0].name, "u5-none"), second = aws_iam_user.u6.name } : k => v if var.v2 > 2 }
  user     = each.value
}
