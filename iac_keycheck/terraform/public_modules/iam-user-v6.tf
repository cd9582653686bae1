# terraform-aws-modules/iam/aws//modules/iam-user 6, see modules/iam-user at its tags v6.0.0 to v6.5.0.

variable "create" {
  type    = bool
  default = true
}

variable "name" {
  type    = string
  default = ""
}

variable "create_login_profile" {
  type    = bool
  default = true
}

variable "create_access_key" {
  type    = bool
  default = true
}

variable "access_key_status" {
  type    = string
  default = null
}

variable "pgp_key" {
  type    = string
  default = null
}

resource "aws_iam_user" "this" {
  count = var.create ? 1 : 0
  name  = var.name
}

resource "aws_iam_user_login_profile" "this" {
  count   = var.create && var.create_login_profile ? 1 : 0
  user    = aws_iam_user.this[0].name
  pgp_key = var.pgp_key
}

resource "aws_iam_access_key" "this" {
  count   = var.create && var.create_access_key ? 1 : 0
  user    = aws_iam_user.this[0].name
  pgp_key = var.pgp_key
  status  = var.access_key_status
}

output "name" {
  value = try(aws_iam_user.this[0].name, null)
}

output "arn" {
  value = try(aws_iam_user.this[0].arn, null)
}

output "access_key_id" {
  value = try(aws_iam_access_key.this[0].id, null)
}

output "access_key_secret" {
  value     = try(aws_iam_access_key.this[0].secret, null)
  sensitive = true
}

output "access_key_encrypted_secret" {
  value = try(aws_iam_access_key.this[0].encrypted_secret, null)
}

output "access_key_ses_smtp_password_v4" {
  value     = try(aws_iam_access_key.this[0].ses_smtp_password_v4, null)
  sensitive = true
}

output "access_key_status" {
  value = try(aws_iam_access_key.this[0].status, null)
}
