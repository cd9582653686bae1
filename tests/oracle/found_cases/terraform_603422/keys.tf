variable "v0" {
  type     = set(string)
  default  = []
  nullable = false
}


resource "aws_iam_access_key" "k7" {
  count  = length(var.v0)
  user   = element([module.m6.out1, module.m6.out0], count.index)
}
