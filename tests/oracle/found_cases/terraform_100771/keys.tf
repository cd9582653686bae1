variable "v1" {
  type    = object({ on = optional(bool, true), keys = optional(number, 1), status = optional(string) })
  default = {"keys": 2}
}

resource "aws_iam_user" "u2" {
  count = (var.v0 == "prod" || (var.v1.status == null && local.number0 < 2)) ? 1 : 0
  name  = "u2"
}
