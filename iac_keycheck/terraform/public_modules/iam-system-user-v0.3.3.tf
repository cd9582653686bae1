# cloudposse/iam-system-user/aws 0.3.3 to 0.4, see its tags 0.3.3 to 0.4.1 on GitHub; the name comes from cloudposse/label/null 0.5.4.

variable "namespace" {
  type    = string
  default = ""
}

variable "stage" {
  type    = string
  default = ""
}

variable "name" {
  type = string
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
  type    = string
  default = "true"
}

module "label" {
  source     = "cloudposse/label/null"
  version    = "0.5.4"
  namespace  = var.namespace
  stage      = var.stage
  name       = var.name
  attributes = var.attributes
  delimiter  = var.delimiter
  enabled    = var.enabled
}

resource "aws_iam_user" "default" {
  count = var.enabled == "true" ? 1 : 0
  name  = module.label.id
}

resource "aws_iam_access_key" "default" {
  count = var.enabled == "true" ? 1 : 0
  user  = aws_iam_user.default[0].name
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
