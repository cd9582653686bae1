# terraform-aws-modules/iam/aws//modules/iam-user 4 and 5, see modules/iam-user at its tags v4.0.0 to v5.60.0; the status came with v5.28.0.

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

variable "iam_access_key_status" {
  type    = string
  default = null
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
  status  = var.iam_access_key_status
}

resource "aws_iam_access_key" "this_no_pgp" {
  count  = var.create_user && var.create_iam_access_key && var.pgp_key == "" ? 1 : 0
  user   = aws_iam_user.this[0].name
  status = var.iam_access_key_status
}

output "iam_user_name" {
  value = try(aws_iam_user.this[0].name, "")
}

output "iam_user_arn" {
  value = try(aws_iam_user.this[0].arn, "")
}

output "iam_access_key_id" {
  value = try(aws_iam_access_key.this[0].id, aws_iam_access_key.this_no_pgp[0].id, "")
}

output "iam_access_key_secret" {
  value     = try(aws_iam_access_key.this_no_pgp[0].secret, "")
  sensitive = true
}

output "iam_access_key_encrypted_secret" {
  value = try(aws_iam_access_key.this[0].encrypted_secret, "")
}

output "iam_access_key_ses_smtp_password_v4" {
  value     = try(aws_iam_access_key.this[0].ses_smtp_password_v4, aws_iam_access_key.this_no_pgp[0].ses_smtp_password_v4, "")
  sensitive = true
}

output "iam_access_key_status" {
  value = try(aws_iam_access_key.this[0].status, aws_iam_access_key.this_no_pgp[0].status, "")
}
