variable "v0" {
  type    = number
  default = 0
  validation {
    condition     = contains([0, 1, 2], var.v0)
    error_message = "Not one of the known values."
  }
}





resource "aws_iam_user" "u4" {
  for_each = toset(["a", "c"])
  name     = "u4-${each.key}"
}



resource "aws_iam_access_key" "k7" {
  count    = ceil(var.v0 / 2)
  user     = values(aws_iam_user.u4)[0].name
}
