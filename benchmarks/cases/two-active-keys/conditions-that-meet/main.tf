variable "keys" {
  type = string

  validation {
    condition     = contains(["first", "second", "both"], var.keys)
    error_message = "No such choice."
  }
}

resource "aws_iam_user" "ci" {
  name = "ci"
}

resource "aws_iam_access_key" "a" {
  count = contains(["first", "both"], var.keys) ? 1 : 0
  user  = aws_iam_user.ci.name
}

resource "aws_iam_access_key" "b" {
  count = contains(["second", "both"], var.keys) ? 1 : 0
  user  = aws_iam_user.ci.name
}
