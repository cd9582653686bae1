# terraform-aws-modules/iam/aws//modules/iam-user 0.1 to 3, see modules/iam-user at its tags v0.1.0 to v3.16.0.

variable "name" {
  type = string
}

variable "create_user" {
  type    = bool
  default = true
}

variable "create_iam_user_login_profile" {
  type    = bool
  default = true
}

variable "create_iam_access_key" {
  type    = bool
  default = true
}

variable "pgp_key" {
  type    = string
  default = ""
}

resource "aws_iam_user" "this" {
  count = var.create_user ? 1 : 0
  name  = var.name
}

resource "aws_iam_user_login_profile" "this" {
  count   = var.create_user && var.create_iam_user_login_profile ? 1 : 0
  user    = aws_iam_user.this[0].name
  pgp_key = var.pgp_key
}

resource "aws_iam_access_key" "this" {
  count   = var.create_user && var.create_iam_access_key && var.pgp_key != "" ? 1 : 0
  user    = aws_iam_user.this[0].name
  pgp_key = var.pgp_key
}

resource "aws_iam_access_key" "this_no_pgp" {
  count = var.create_user && var.create_iam_access_key && var.pgp_key == "" ? 1 : 0
  user  = aws_iam_user.this[0].name
}

output "this_iam_user_name" {
  value = try(aws_iam_user.this[0].name, "")
}

output "this_iam_user_arn" {
  value = try(aws_iam_user.this[0].arn, "")
}

output "this_iam_access_key_id" {
  value = try(aws_iam_access_key.this[0].id, aws_iam_access_key.this_no_pgp[0].id, "")
}

output "this_iam_access_key_secret" {
  value     = try(aws_iam_access_key.this_no_pgp[0].secret, "")
  sensitive = true
}

output "this_iam_access_key_encrypted_secret" {
  value = try(aws_iam_access_key.this[0].encrypted_secret, "")
}

output "this_iam_access_key_ses_smtp_password_v4" {
  value     = try(aws_iam_access_key.this[0].ses_smtp_password_v4, aws_iam_access_key.this_no_pgp[0].ses_smtp_password_v4, "")
  sensitive = true
}

output "this_iam_access_key_status" {
  value = try(aws_iam_access_key.this[0].status, aws_iam_access_key.this_no_pgp[0].status, "")
}
