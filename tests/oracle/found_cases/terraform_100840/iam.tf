variable "v0" {
  type     = bool
  default  = true
  nullable = false
}

resource "aws_iam_user" "u5" {
  count = (!(!var.v0) && var.v0) ? 1 : 0
  name  = "u5"
}

resource "aws_iam_access_key" "k8" {
  count = ((!(!var.v0) && var.v0)) ? ((var.v0 == true ? var.v0 : !var.v0) ? 1 : 1) : 0
  user  = one(aws_iam_user.u5[*].name)
  lifecycle {
    create_before_destroy = true
  }
}
