# clouddrove/iam-user/aws 1, see its tags 1.0.1 to v1.3.2 on GitHub; create_access_key came with 1.3.1.

variable "name" {
  type    = string
  default = ""
}

variable "environment" {
  type    = string
  default = ""
}

variable "attributes" {
  type    = list(string)
  default = []
}

variable "label_order" {
  type    = list(string)
  default = []
}

variable "enabled" {
  type    = bool
  default = true
}

variable "create_user" {
  type    = bool
  default = true
}

variable "create_iam_user_login_profile" {
  type    = bool
  default = true
}

variable "create_access_key" {
  type    = bool
  default = true
}

variable "pgp_key" {
  type    = string
  default = ""
}

variable "status" {
  type    = string
  default = "Active"
}

locals {
  parts = {
    name        = var.name
    environment = var.environment
  }
  order = length(var.label_order) > 0 ? var.label_order : ["environment", "name"]
}

resource "aws_iam_user" "default" {
  count = var.enabled ? 1 : 0
  name  = lower(join("-", compact([for part in local.order : local.parts[part]]), var.attributes))
}

resource "aws_iam_access_key" "default" {
  count   = var.enabled && var.create_access_key ? 1 : 0
  user    = aws_iam_user.default[0].name
  pgp_key = var.pgp_key
  status  = var.status
}

resource "aws_iam_user_login_profile" "default" {
  count = var.create_user && var.create_iam_user_login_profile ? 1 : 0
  user  = aws_iam_user.default[0].name
}

output "arn" {
  value = join("", aws_iam_user.default[*].arn)
}

output "key_id" {
  value = join("", aws_iam_access_key.default[*].id)
}

output "secret" {
  value     = var.pgp_key == "" ? join("", aws_iam_access_key.default[*].secret) : join("", aws_iam_access_key.default[*].encrypted_secret)
  sensitive = true
}
