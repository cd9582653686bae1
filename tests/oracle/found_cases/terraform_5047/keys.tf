data "aws_iam_user" "u3" {
  user_name = "u3"
}


resource "aws_iam_access_key" "k6" {
  count = length(var.v1)
  user  = data.aws_iam_user.u3.user_name
}
