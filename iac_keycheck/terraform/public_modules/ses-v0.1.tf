# cloudposse/ses/aws 0.1 to 0.6, see its tags 0.1.0 to 0.6.0 on GitHub, as far as its user goes.

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

module "ses_user" {
  source    = "cloudposse/iam-system-user/aws"
  version   = "0.8.0"
  namespace = var.namespace
  stage     = var.stage
  name      = var.name
  enabled   = var.enabled
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
