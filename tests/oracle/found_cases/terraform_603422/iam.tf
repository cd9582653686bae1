module "m6" {
  source = "./modules/m1"
  p0     = "m6"
  p1     = (contains(var.v0, "b") && alltrue([contains(var.v0, "b"), true]))
}
