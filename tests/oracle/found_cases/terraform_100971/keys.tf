resource "aws_iam_user" "u0" {
  count = length(local.set0) > 1 ? 1 : 0
  name  = "u0"
}

resource "aws_iam_user" "u1" {
  name = local.name1
}

resource "aws_iam_access_key" "k3" {
  for_each = { for k, v in { first = "u1", second = aws_iam_user.u1.id } : k => v if (contains(local.set0, "b") && k != "second") }
  user     = each.value
  status   = lookup({ dev = "Inactive" }, local.string0, "Active")
}
