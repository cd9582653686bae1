
variable "v1" {
  type     = map(object({ user = string, status = optional(string, "Active") }))
  default  = {"one": {"user": "x0"}}
  nullable = false
}


provider "aws" {
  alias   = "other"
  profile = "other"
}


locals {
  set0    = toset(keys(var.v1))
  string0 = contains(local.set0, "b") ? "dev" : "prod"
}

resource "aws_iam_user" "u0" {
  for_each = toset(["b", "c"])
  name     = join("-", ["u0", each.key])
}




resource "aws_iam_access_key" "k3" {
  user     = "u1"
  provider = aws.other
}

resource "aws_iam_access_key" "k4" {
  count    = length(local.set0)
  user     = [values(aws_iam_user.u0)[0].id, "u1"][count.index % 2]
  status   = lookup({ dev = "Inactive" }, local.string0, "Active")
  provider = aws.other
}
