# cloudposse/iam-s3-user/aws 0.10.1 to 0.15.7, see its tags 0.10.1 to 0.15.7 on GitHub; the user is one of cloudposse/iam-system-user/aws.

module "s3_user" {
  source  = "cloudposse/iam-system-user/aws"
  version = "0.22.5"
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
