# terraform-aws-modules/iam/aws//wrappers/iam-user 6, see wrappers/iam-user at its tags v6.0.0 to v6.5.0.

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
  version  = "6.5.0"
  for_each = var.items

  name                 = try(each.value.name, var.defaults.name, "")
  create               = try(each.value.create, var.defaults.create, true)
  create_login_profile = try(each.value.create_login_profile, var.defaults.create_login_profile, true)
  create_access_key    = try(each.value.create_access_key, var.defaults.create_access_key, true)
  access_key_status    = try(each.value.access_key_status, var.defaults.access_key_status, null)
  pgp_key              = try(each.value.pgp_key, var.defaults.pgp_key, null)
}

output "wrapper" {
  value     = module.wrapper
  sensitive = true
}
