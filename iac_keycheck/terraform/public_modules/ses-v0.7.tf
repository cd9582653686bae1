# cloudposse/ses/aws 0.7 to 0.20, see its tags 0.7.0 to 0.20.6 on GitHub, as far as its user goes; ses_user_enabled came with 0.15.0.

variable "ses_user_enabled" {
  type    = bool
  default = true
}

module "ses_user" {
  source  = "cloudposse/iam-system-user/aws"
  version = "0.22.5"
  enabled = module.this.enabled && var.ses_user_enabled
  context = module.this.context
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
