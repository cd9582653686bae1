variable "v0" {
  type     = map(object({ user = string, status = optional(string, "Active") }))
  default  = {"one": {"user": "u0"}}
  nullable = false
}

locals {
  set0    = toset(keys(var.v0))
  string0 = (false) == (length(var.v0) > 1) ? "dev" : "prod"
}

locals {
  name1 = (length(var.v0) > 1) == (alltrue([startswith(local.string0, "p"), contains(local.set0, "b")])) ? "u1" : "u1-alt"
}

resource "aws_iam_user" "u2" {
  count = alltrue([length(local.set0) == 0, (local.string0 != "stage" || false)]) ? 1 : 0
  name  = "u2"
}

resource "aws_iam_access_key" "k4" {
  for_each = local.set0
  user     = aws_iam_user.u1.id
  status   = lookup({ dev = "Inactive" }, local.string0, "Active")
}

resource "aws_iam_access_key" "k5" {
  for_each = merge(var.v0, { extra = { user = aws_iam_user.u1.id, status = "Active" } })
  user     = each.value.user
  status   = try(each.value.status, "Active")
}
