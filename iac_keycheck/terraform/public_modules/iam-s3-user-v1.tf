# cloudposse/iam-s3-user/aws 1, see its tags 1.0.0 to 1.2.1 on GitHub; the user is one of cloudposse/iam-system-user/aws.

variable "create_iam_access_key" {
  type    = bool
  default = true
}

variable "ssm_enabled" {
  type    = bool
  default = false
}

module "s3_user" {
  source                = "cloudposse/iam-system-user/aws"
  version               = "1.2.1"
  create_iam_access_key = var.create_iam_access_key
  ssm_enabled           = var.ssm_enabled
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
