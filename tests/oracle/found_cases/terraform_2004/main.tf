
variable "v1" {
  type     = bool
  default  = false
  nullable = false
}





module "m5" {
  source   = "./modules/m1"
  for_each = toset(["a", "b"])
  p0       = "m5-${each.key}"
}


resource "aws_iam_access_key" "k7" {
  user   = module.m5["b"].out0
  status = var.v1 ? "Inactive" : null
}
