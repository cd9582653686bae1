locals {
  set0 = toset(["a", "b"])
}

resource "aws_iam_access_key" "k4" {
  for_each = { for k, v in { first = aws_iam_user.u1.name, second = try(aws_iam_user.u2[0].name, "u2-none") } : k => v if (!(var.v0 == "dev") && (contains(local.set0, "b") || startswith(var.v0, "p"))) }
  user     = each.value
  status   = lookup({ dev = "Inactive" }, var.v0, "Active")
}

resource "aws_iam_access_key" "k6" {
  user = try(aws_iam_user.u2[0].name, "u2-none")
}
