locals {
  string0 = "stage"
}


locals {
  name2 = (startswith(var.v0, "p") ? upper(local.string0) == upper("stage") : can(regex("^(dev|prod)$", var.v0))) ? "u2" : "u2-alt"
}

