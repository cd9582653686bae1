variable "v0" {
  type     = map(bool)
  default  = {}
  nullable = false
}

module "m3" {
  source = "./modules/m1"
  count  = (!(length(var.v0) > 1)) ? 1 : 0
  p0     = "m3"
  p1     = toset(["a", "b"])
}

resource "aws_iam_access_key" "k4" {
  for_each = toset([for x in ["first", "second"] : x if (true || x == "first")])
  user     = "u2"
  status   = alltrue(values(var.v0)) ? "Inactive" : null
}
