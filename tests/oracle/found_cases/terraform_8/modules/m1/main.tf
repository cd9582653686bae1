variable "p0" {
}


variable "p2" {
  default  = "stage"
}

locals {
  bool1 = startswith(var.p2, "p")
}

resource "aws_iam_user" "u0" {
  name = "${var.p0}-u0"
}

resource "aws_iam_access_key" "k1" {
  user = aws_iam_user.u0.name
}

resource "aws_iam_access_key" "k2" {
  count  = length([for x in [(local.bool1) == (local.bool1), local.bool1 == true] : x if x])
  user   = var.p0
}


