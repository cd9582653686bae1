# clouddrove/ses/aws from 0.12.3, see its tags 0.12.3 to v1.3.4 on GitHub, as far as its user goes; enabled came with 1.3.0.

variable "enabled" {
  type    = bool
  default = true
}

variable "iam_name" {
  type    = string
  default = ""
}

resource "aws_iam_user" "default" {
  count = var.enabled && var.iam_name != "" ? 1 : 0
  name  = var.iam_name
}

resource "aws_iam_access_key" "default" {
  count = var.enabled && var.iam_name != "" ? 1 : 0
  user  = join("", aws_iam_user.default[*].name)
}

output "iam_access_key_id" {
  value = try(aws_iam_access_key.default[0].id, "")
}

output "iam_access_key_secret" {
  value     = try(aws_iam_access_key.default[0].secret, "")
  sensitive = true
}

output "iam_access_key_ses_smtp_password_v4" {
  value     = try(aws_iam_access_key.default[0].ses_smtp_password_v4, "")
  sensitive = true
}
