variable "v0" {
  type     = string
  default  = "dev"
  nullable = false
}

variable "v1" {
  type     = string
  default  = "prod"
  nullable = false
  validation {
    condition     = contains(["dev", "stage", "prod"], var.v1)
    error_message = "Not one of the known values."
  }
}

locals {
  set0 = toset(["a"])
}

locals {
  name2 = ((contains(local.set0, "b") ? startswith(var.v0, "p") : length(local.set0) == 0) || true) ? "u2" : "u2-alt"
}

resource "aws_iam_user" "u2" {
  name = local.name2
}

resource "aws_iam_user" "u3" {
  name = "u3"
}

resource "random_id" "r4" {
  byte_length = 4
}

resource "aws_iam_user" "u4" {
  name = "u4-${random_id.r4.hex}"
}

module "m5" {
  source = "./modules/m1"
  count  = (var.v1 != "prod") ? 1 : 0
  p0     = "m5"
  p1     = lookup({ dev = 0, prod = 2 }, var.v1, 1)
  p2     = coalesce(var.v0, "dev")
}

module "m6" {
  source = "./modules/m1"
  count  = 2
  p0     = "m6-${count.index}"
  p1     = lookup({ dev = 0, prod = 2 }, var.v0, 1)
  p2     = coalesce(var.v0, "dev")
}

resource "aws_iam_access_key" "k7" {
  user   = module.m6[0].out1
  status = lookup({ dev = "Inactive" }, var.v0, "Active")
}

resource "aws_iam_access_key" "k8" {
  user   = aws_iam_user.u2.name
  status = lookup({ dev = "Inactive" }, var.v1, "Active")
}
