variable "v0" {
  type    = map(object({ user = string, status = optional(string, "Active") }))
  default = {}
}

variable "v1" {
  type     = list(string)
  default  = ["b", "a"]
  nullable = false
}

locals {
  bool0 = (contains(var.v1, "b") && (length(var.v1) == 0 ? true : contains(keys({ for x in var.v1 : x => 1... }), "b")))
}

resource "random_id" "r2" {
  byte_length = 4
}

resource "aws_iam_user" "u2" {
  name = "u2-${random_id.r2.hex}"
}

resource "aws_iam_access_key" "k4" {
  for_each = { for k, v in var.v0 : "${v.user}-${k}" => v }
  user     = each.value.user
  status   = try(each.value.status, "Active")
}

resource "aws_iam_access_key" "k5" {
  user   = trimsuffix("u3-x", "-x")
  status = "Active"
}

resource "aws_iam_access_key" "k6" {
  count = length(var.v1)
  user  = [aws_iam_user.u2.name, trimsuffix("u3-x", "-x")][count.index % 2]
}
