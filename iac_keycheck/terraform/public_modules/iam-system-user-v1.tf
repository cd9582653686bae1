# cloudposse/iam-system-user/aws 1, see its tags 1.0.0 to 1.2.1 on GitHub.

variable "create_iam_access_key" {
  type    = bool
  default = true
}

variable "ssm_enabled" {
  type    = bool
  default = true
}

locals {
  create_iam_access_key = module.this.enabled && var.create_iam_access_key
  ssm_enabled           = var.ssm_enabled && local.create_iam_access_key
}

resource "aws_iam_user" "default" {
  count = module.this.enabled ? 1 : 0
  name  = module.this.id
}

resource "aws_iam_access_key" "default" {
  count = local.create_iam_access_key ? 1 : 0
  user  = join("", aws_iam_user.default[*].name)
}

output "user_name" {
  value = join("", aws_iam_user.default[*].name)
}

output "user_arn" {
  value = join("", aws_iam_user.default[*].arn)
}

output "access_key_id" {
  value = local.create_iam_access_key ? aws_iam_access_key.default[0].id : null
}

output "secret_access_key" {
  value     = local.ssm_enabled ? null : join("", aws_iam_access_key.default[*].secret)
  sensitive = true
}

output "ses_smtp_password_v4" {
  value     = local.ssm_enabled ? null : join("", aws_iam_access_key.default[*].ses_smtp_password_v4)
  sensitive = true
}
