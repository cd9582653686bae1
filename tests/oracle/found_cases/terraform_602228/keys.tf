variable "v0" {
  type     = map(bool)
  nullable = false
}

variable "v1" {
  type     = bool
  default  = true
  nullable = false
}


resource "aws_iam_user" "u2" {
  count = var.v1 == true ? 1 : 0
  name  = "u2"
}




resource "aws_iam_access_key" "k5" {
  count  = length(var.v0)
  user   = try(aws_iam_user.u2[0].name, "u2-none")
  status = lookup(var.v0, "a", false) ? "Active" : "Inactive"
}



