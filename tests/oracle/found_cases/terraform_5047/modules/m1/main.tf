variable "p0" {
  type = string
}

variable "p1" {
  type     = bool
  nullable = false
}

resource "aws_iam_user" "u0" {
  name = "${var.p0}-u0"
}

resource "aws_iam_access_key" "k1" {
  count = (var.p1 ? 1 : 0)
  user  = aws_iam_user.u0.name
}



