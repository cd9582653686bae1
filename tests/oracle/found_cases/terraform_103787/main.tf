variable "v0" {
  type     = bool
  default  = false
  nullable = false
}

variable "v1" {
  type     = map(object({ user = string, status = optional(string, "Active") }))
  default  = {}
  nullable = false
}

variable "v2" {
  type     = bool
  default  = true
  nullable = false
}

resource "aws_iam_user" "u3" {
  for_each = toset(["b", "a"])
  name     = join("-", ["u3", each.key])
}

resource "aws_iam_access_key" "k4" {
  user   = values(aws_iam_user.u3)[0].name
  status = !(length(var.v1) > 1) ? "Active" : "Inactive"
}

resource "aws_iam_access_key" "k5" {
  for_each = { for k, v in var.v1 : "${v.user}-${k}" => v }
  user     = each.value.user
  status   = try(each.value.status, "Active")
}
