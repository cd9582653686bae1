# cloudposse/iam-system-user/aws 0.16 to 0.22, see its tags 0.16.0 to 0.22.5 on GitHub; create_iam_access_key came with 0.20.0.

variable "create_iam_access_key" {
  type    = bool
  default = true
}

resource "aws_iam_user" "default" {
  count = module.this.enabled ? 1 : 0
  name  = module.this.id
}

resource "aws_iam_access_key" "default" {
  count = module.this.enabled && var.create_iam_access_key ? 1 : 0
  user  = join("", aws_iam_user.default[*].name)
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

output "ses_smtp_password_v4" {
  value     = join("", aws_iam_access_key.default[*].ses_smtp_password_v4)
  sensitive = true
}
