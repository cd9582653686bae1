
resource "aws_iam_user" "u3" {
  name = local.name3
}


