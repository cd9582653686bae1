resource "aws_iam_access_key" "k7" {
  count  = ((!(!var.v0) && var.v0)) ? ((false || var.v0 == true) ? 1 : 0) : 0
  user   = one(aws_iam_user.u5[*].name)
  status = title(alltrue([var.v0, var.v0 == true]) ? "active" : "inactive")
}

resource "aws_iam_access_key" "k9" {
  count  = ((!(!var.v0) && var.v0)) ? (var.v0 == true ? 1 : 0) : 0
  user   = one(aws_iam_user.u5[*].name)
  status = format("%sctive", true ? "A" : "Ina")
}
