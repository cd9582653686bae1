# cloudposse/iam-system-user/aws 0.5 to 0.15, see its tags 0.5.0 to 0.15.0 on GitHub; the name comes from cloudposse/label/null.

variable "namespace" {
  type    = string
  default = ""
}

variable "environment" {
  type    = string
  default = ""
}

variable "stage" {
  type    = string
  default = ""
}

variable "name" {
  type    = string
  default = ""
}

variable "attributes" {
  type    = list(string)
  default = []
}

variable "delimiter" {
  type    = string
  default = "-"
}

variable "enabled" {
  type    = bool
  default = true
}

module "label" {
  source      = "cloudposse/label/null"
  version     = "0.16.0"
  namespace   = var.namespace
  environment = var.environment
  stage       = var.stage
  name        = var.name
  attributes  = var.attributes
  delimiter   = var.delimiter
  enabled     = var.enabled
}

resource "aws_iam_user" "default" {
  count = var.enabled ? 1 : 0
  name  = module.label.id
}

resource "aws_iam_access_key" "default" {
  count = var.enabled ? 1 : 0
  user  = aws_iam_user.default[0].name
}

output "user_name" {
  value = join("", aws_iam_user.default[*].name)
}

output "user_arn" {
  value = join("", aws_iam_user.default[*].arn)
}

output "access_key_id" {
  value = join("", aws_iam_access_key.default[*].id)
}

output "secret_access_key" {
  value     = join("", aws_iam_access_key.default[*].secret)
  sensitive = true
}

output "ses_smtp_password" {
  value     = join("", aws_iam_access_key.default[*].ses_smtp_password_v4)
  sensitive = true
}
