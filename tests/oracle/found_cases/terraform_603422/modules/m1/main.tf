variable "p0" {
  type = string
}

variable "p1" {
  type    = bool
  default = false
}



resource "aws_iam_user" "u0" {
  name = "${var.p0}-u0"
}

resource "aws_iam_access_key" "k1" {
  user   = aws_iam_user.u0.name
  status = format("%sctive", var.p1 ? "A" : "Ina")
}


output "out0" {
  value = var.p0
}

output "out1" {
  value = aws_iam_user.u0.name
}
