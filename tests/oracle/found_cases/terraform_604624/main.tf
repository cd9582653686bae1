variable "v0" {
  type     = string
  nullable = false
  validation {
    condition     = can(regex("^(dev|stage|prod)$", var.v0))
    error_message = "Not one of the known values."
  }
}


resource "aws_iam_user" "u2" {
  name = local.name2
}



resource "aws_iam_access_key" "k6" {
  for_each = { one = { user = "u2", status = "Active" }, two = { user = "u2", status = lookup({ dev = "Inactive" }, local.string0, "Active") } }
  user     = each.value.user
}
