

resource "aws_iam_user" "u0" {
  name = lower("U0")
}

data "aws_iam_user" "u1" {
  user_name = "u1"
}




resource "aws_iam_access_key" "k6" {
  for_each = { one = { user = data.aws_iam_user.u1.user_name, status = "Active" }, two = { user = aws_iam_user.u0.name, status = "Active" } }
  user     = each.value.user
}
