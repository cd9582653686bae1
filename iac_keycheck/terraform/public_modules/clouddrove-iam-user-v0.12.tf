# clouddrove/iam-user/aws 0.12 to 0.15, see its tags 0.12.0 to 0.15.0 on GitHub.

variable "name" {
  type    = string
  default = ""
}

variable "application" {
  type    = string
  default = ""
}

variable "environment" {
  type    = string
  default = ""
}

variable "label_order" {
  type    = list(string)
  default = []
}

variable "enabled" {
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
    application = var.application
    environment = var.environment
  }
}

resource "aws_iam_user" "default" {
  count = var.enabled ? 1 : 0
  name  = lower(join("-", compact([for part in var.label_order : local.parts[part]])))
}

resource "aws_iam_access_key" "default" {
  count   = var.enabled ? 1 : 0
  user    = aws_iam_user.default[0].name
  pgp_key = var.pgp_key
  status  = var.status
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
