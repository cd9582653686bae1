resource "aws_iam_access_key" "k6" {
  for_each = toset(compact([anytrue([var.v0, !var.v0]) ? "a" : "", "b"]))
  user     = try(one(aws_iam_user.u5[*].name), "nobody")
}
