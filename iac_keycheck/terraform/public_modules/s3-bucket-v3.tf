# cloudposse/s3-bucket/aws 3 and 4, see its tags 3.0.0 to v4.14.0 on GitHub, as far as its user goes.

variable "user_enabled" {
  type    = bool
  default = false
}

variable "access_key_enabled" {
  type    = bool
  default = true
}

variable "store_access_key_in_ssm" {
  type    = bool
  default = false
}

module "s3_user" {
  source                = "cloudposse/iam-s3-user/aws"
  version               = "1.2.0"
  enabled               = module.this.enabled && var.user_enabled
  create_iam_access_key = var.access_key_enabled
  ssm_enabled           = var.store_access_key_in_ssm
  context               = module.this.context
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
