variable "p0" {
  type = string
}

variable "p1" {
  type     = set(string)
  default  = ["a", "b"]
  nullable = false
}

locals {
  string1 = (true && length(var.p1) > 1) ? "dev" : "prod"
}

resource "aws_iam_user" "u0" {
  name = "${var.p0}-u0"
}

resource "aws_iam_access_key" "k1" {
  user   = aws_iam_user.u0.name
  status = lookup({ dev = "Inactive" }, local.string1, "Active")
}

output "out0" {
  value = var.p0
}

output "out1" {
  value = aws_iam_user.u0.name
}
