# cloudposse/iam-user/aws from 0.3, see its tags 0.3.0 to 0.9.0 on GitHub: a person without access keys.

variable "user_name" {
  type = string
}

variable "login_profile_enabled" {
  type    = bool
  default = true
}

resource "aws_iam_user" "default" {
  count = module.this.enabled ? 1 : 0
  name  = var.user_name
}

resource "aws_iam_user_login_profile" "default" {
  count = module.this.enabled && var.login_profile_enabled ? 1 : 0
  user  = aws_iam_user.default[count.index].name
}

output "user_name" {
  value = join("", aws_iam_user.default[*].name)
}

output "user_arn" {
  value = join("", aws_iam_user.default[*].arn)
}
