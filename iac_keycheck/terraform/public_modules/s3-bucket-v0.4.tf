# cloudposse/s3-bucket/aws 0.4 to 0.21, see its tags 0.4.0 to 0.21.0 on GitHub, as far as its user goes.

variable "user_enabled" {
  type    = bool
  default = false
}

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

module "s3_user" {
  source      = "cloudposse/iam-s3-user/aws"
  version     = "0.10.0"
  namespace   = var.namespace
  environment = var.environment
  stage       = var.stage
  name        = var.name
  attributes  = var.attributes
  enabled     = var.enabled && var.user_enabled
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
