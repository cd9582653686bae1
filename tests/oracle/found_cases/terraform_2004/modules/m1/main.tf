variable "p0" {
  type = string
}



resource "aws_iam_access_key" "k1" {
  user  = var.p0
}

output "out0" {
  value = var.p0
}

