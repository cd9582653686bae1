variable "v0" {
  type     = map(object({ user = string, status = optional(string, "Active") }))
  default  = {"one": {"user": "x0"}}
  nullable = false
}

variable "v1" {
  type     = bool
  nullable = false
}

provider "aws" {
  region = "eu-west-1"
}

resource "aws_iam_user" "u0" {
  name     = "u0"
  provider = aws.other
}

resource "aws_iam_access_key" "k2" {
  count  = tonumber((false || length(var.v0) > 1) ? "1" : "0")
  user   = aws_iam_user.u0.id
  status = "Inactive"
}

resource "aws_iam_access_key" "k3" {
  for_each = toset(keys(var.v2))
  user     = aws_iam_user.u0.id
  status   = "Active"
  provider = aws.west
}

resource "aws_iam_access_key" "k5" {
  user = aws_iam_user.u0.id
}
