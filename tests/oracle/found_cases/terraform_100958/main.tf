resource "aws_iam_access_key" "k5" {
  count = (!(length(var.v0) > 1)) ? length(var.v0) : 0
  user  = module.m3[0].out1
}

resource "aws_iam_access_key" "k6" {
  count = length(var.v0)
  user  = "u2"
}
