

resource "aws_iam_user" "u5" {
  count = !(local.number0 < 2) ? 1 : 0
  name  = "u5"
}

resource "aws_iam_user" "u6" {
  name = format("u%d", 6)
}
