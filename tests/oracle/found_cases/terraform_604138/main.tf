variable "v1" {
  type     = map(bool)
  default  = {"a": true, "b": false}
  nullable = false
}

locals {
  name3 = true ? "u3" : "u3-alt"
}




resource "aws_iam_access_key" "k8" {
  for_each = toset([for k, on in var.v1 : k if on])
  user     = aws_iam_user.u3.name
  status   = format("%sctive", lookup(var.v1, "a", false) ? "A" : "Ina")
}
