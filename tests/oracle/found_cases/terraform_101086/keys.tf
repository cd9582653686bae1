variable "v2" {
  type     = bool
  nullable = false
}

resource "aws_iam_user" "u0" {
  name = "u${0}"
}
