# cloudposse/iam-system-user/aws 0.23, see its tags 0.23.0 to 0.23.2 on GitHub; a key that expires is of another provider.

variable "create_iam_access_key" {
  type    = bool
  default = true
}

variable "iam_access_key_max_age" {
  type    = number
  default = 2592000
}

locals {
  regular    = var.create_iam_access_key && var.iam_access_key_max_age == 0
  expiring   = var.create_iam_access_key && var.iam_access_key_max_age > 0
  access_key = local.regular ? aws_iam_access_key.default : awsutils_expiring_iam_access_key.default
}

resource "aws_iam_user" "default" {
  count = module.this.enabled ? 1 : 0
  name  = module.this.id
}

resource "aws_iam_access_key" "default" {
  count = module.this.enabled && local.regular ? 1 : 0
  user  = join("", aws_iam_user.default[*].name)
}

resource "awsutils_expiring_iam_access_key" "default" {
  count   = module.this.enabled && local.expiring ? 1 : 0
  user    = join("", aws_iam_user.default[*].name)
  max_age = var.iam_access_key_max_age
}

output "user_name" {
  value = join("", aws_iam_user.default[*].name)
}

output "user_arn" {
  value = join("", aws_iam_user.default[*].arn)
}

output "access_key_id" {
  value = join("", local.access_key[*].id)
}

output "secret_access_key" {
  value     = join("", local.access_key[*].secret)
  sensitive = true
}

output "ses_smtp_password_v4" {
  value     = join("", local.access_key[*].ses_smtp_password_v4)
  sensitive = true
}
