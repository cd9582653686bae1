variable "v0" {
  type    = string
  default = "dev"
  validation {
    condition     = contains(["dev", "stage", "prod"], var.v0)
    error_message = "Not one of the known values."
  }
}

resource "aws_iam_user" "u0" {
  name = "u0"
}

resource "aws_iam_user" "u1" {
  name = trimsuffix("u1-x", "-x")
}

resource "aws_iam_user" "u2" {
  count = var.v0 == "prod" ? 1 : 0
  name  = "u2"
}

resource "aws_iam_access_key" "k3" {
  user   = try(one(aws_iam_user.u2[*].name), "nobody")
  status = lookup({ dev = "Inactive" }, var.v0, "Active")
}

resource "aws_iam_access_key" "k5" {
  user   = aws_iam_user.u0.name
  status = lookup({ dev = "Inactive" }, var.v0, "Active")
}
