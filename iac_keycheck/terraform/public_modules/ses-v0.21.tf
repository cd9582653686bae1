# cloudposse/ses/aws 0.21 to 0.25.1, see its tags 0.21.0 to v0.25.1 on GitHub, as far as its user goes.

variable "ses_user_enabled" {
  type    = bool
  default = true
}

variable "iam_access_key_max_age" {
  type    = number
  default = 2592000
}

module "ses_user" {
  source                 = "cloudposse/iam-system-user/aws"
  version                = "0.23.2"
  enabled                = module.this.enabled && var.ses_user_enabled
  iam_access_key_max_age = var.iam_access_key_max_age
  context                = module.this.context
}

output "user_name" {
  value = module.ses_user.user_name
}

output "user_arn" {
  value = module.ses_user.user_arn
}

output "access_key_id" {
  value = module.ses_user.access_key_id
}

output "secret_access_key" {
  value     = module.ses_user.secret_access_key
  sensitive = true
}

output "ses_smtp_password" {
  value     = module.ses_user.ses_smtp_password_v4
  sensitive = true
}
