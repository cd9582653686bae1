variable "v0" {
  type    = bool
  default = false
}

locals {
  string0 = "stage"
}

locals {
  name1 = (var.v0 == true) == ((var.v0 ? try(var.v0 ? true : false, false) : contains(["dev", "prod"], local.string0))) ? "u1" : "u1-alt"
}

resource "aws_iam_user" "u1" {
  name = local.name1
}

resource "aws_iam_user" "u2" {
  name = "u${2}"
}

module "m3" {
  source = "./modules/m1"
  p0     = "m3"
}

module "m4" {
  source = "./modules/m1"
  count  = 2
  p0     = "m4-${count.index}"
}

resource "aws_iam_access_key" "k5" {
  for_each = { for i in range(length([for x in [local.string0 != "stage", local.string0 != "dev"] : x if x])) : "k${i}" => { user = module.m3.out0, status = null } }
  user     = each.value.user
  status   = try(each.value.status, "Active")
}

resource "aws_iam_access_key" "k6" {
  for_each = { one = { user = aws_iam_user.u1.name, status = "Active" }, two = { user = aws_iam_user.u2.id, status = lookup({ dev = "Inactive" }, local.string0, "Active") } }
  user     = each.value.user
  status   = each.value.status
}
