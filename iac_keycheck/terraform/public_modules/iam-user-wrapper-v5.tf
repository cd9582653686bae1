# terraform-aws-modules/iam/aws//wrappers/iam-user 5, see wrappers/iam-user at its tags v5.22.0 to v5.60.0.

variable "defaults" {
  type    = any
  default = {}
}

variable "items" {
  type    = any
  default = {}
}

module "wrapper" {
  source   = "terraform-aws-modules/iam/aws//modules/iam-user"
  version  = "5.60.0"
  for_each = var.items

  name                          = try(each.value.name, var.defaults.name)
  create_user                   = try(each.value.create_user, var.defaults.create_user, true)
  create_iam_user_login_profile = try(each.value.create_iam_user_login_profile, var.defaults.create_iam_user_login_profile, true)
  create_iam_access_key         = try(each.value.create_iam_access_key, var.defaults.create_iam_access_key, true)
  iam_access_key_status         = try(each.value.iam_access_key_status, var.defaults.iam_access_key_status, null)
  pgp_key                       = try(each.value.pgp_key, var.defaults.pgp_key, "")
}

output "wrapper" {
  value     = module.wrapper
  sensitive = true
}
