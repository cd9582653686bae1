variable "v0" {
  type    = map(object({ user = string, status = optional(string, "Active") }))
  default = {"one": {"user": "u0"}, "two": {"user": "u0", "status": "Inactive"}}
}

resource "aws_iam_access_key" "k1" {
  for_each = { for k, v in var.v0 : "${v.user}-${k}" => v }
  user     = each.value.user
  status   = try(each.value.status, "Active")
}
