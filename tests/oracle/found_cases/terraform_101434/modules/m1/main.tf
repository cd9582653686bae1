variable "p0" {
  type     = string
  nullable = false
}

variable "p1" {
  type = number
}

variable "p2" {
  type     = string
  default  = "dev"
  nullable = false
}

locals {
  set1 = toset(compact([anytrue([var.p1 < 2, false]) ? "a" : "", "b"]))
}

resource "aws_iam_user" "u0" {
  count = length(local.set1) == 0 ? 1 : 0
  name  = "${var.p0}-u0"
}

resource "aws_iam_access_key" "k1" {
  for_each = toset(["a"])
  user     = try(join("", aws_iam_user.u0[*].name), "nobody")
  status   = lookup({ dev = "Inactive" }, var.p2, "Active")
  lifecycle {
    create_before_destroy = true
  }
}

output "out0" {
  value = var.p0
}

output "out1" {
  value = try(join("", aws_iam_user.u0[*].name), null)
}

output "out2" {
  value = try(aws_iam_user.u0[0].name, "${var.p0}-u0-none")
}
