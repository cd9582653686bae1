# cloudposse/iam-user/aws 0.1 and 0.2, see its tags 0.1.0 to 0.2.0 on GitHub: a person without access keys.

variable "name" {
  type = string
}

variable "enabled" {
  type    = string
  default = "true"
}

variable "login_profile_enabled" {
  type    = string
  default = "true"
}

resource "aws_iam_user" "default" {
  count = var.enabled == "true" ? 1 : 0
  name  = var.name
}

resource "aws_iam_user_login_profile" "default" {
  count = var.enabled == "true" && var.login_profile_enabled == "true" ? 1 : 0
  user  = aws_iam_user.default[0].name
}

output "user_name" {
  value = try(aws_iam_user.default[0].name, "")
}

output "user_arn" {
  value = try(aws_iam_user.default[0].arn, "")
}
