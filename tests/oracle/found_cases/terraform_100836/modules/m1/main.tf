variable "p0" {
  type = string
}

locals {
  number1 = 2
}

resource "aws_iam_access_key" "k0" {
  user = var.p0
}

output "out0" {
  value = var.p0
}
