variable "v2" {
  type    = number
  default = 0
}

locals {
  number0 = max(var.v2 - 1, 0)
}

resource "aws_iam_access_key" "k8" {
  for_each = toset(["a", "b"])
  user     = try(aws_iam_user.u5[0].name, "u5-none")
}
