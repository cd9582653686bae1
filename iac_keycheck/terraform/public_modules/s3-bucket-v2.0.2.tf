# cloudposse/s3-bucket/aws 2.0.2 and 2.0.3, see its tags 2.0.2 and 2.0.3 on GitHub, as far as its user goes.

variable "user_enabled" {
  type    = bool
  default = false
}

module "s3_user" {
  source  = "cloudposse/iam-s3-user/aws"
  version = "0.15.10"
  enabled = module.this.enabled && var.user_enabled
  context = module.this.context
}

output "user_name" {
  value = module.s3_user.user_name
}

output "user_arn" {
  value = module.s3_user.user_arn
}

output "access_key_id" {
  value = module.s3_user.access_key_id
}

output "secret_access_key" {
  value     = module.s3_user.secret_access_key
  sensitive = true
}
