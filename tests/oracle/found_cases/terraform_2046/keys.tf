variable "v0" {
  type     = set(string)
  default  = []
  nullable = false
}

variable "v1" {
  type     = bool
  default  = true
  nullable = false
}


resource "aws_iam_user" "u1" {
  name = "u1"
}

data "aws_iam_user" "u2" {
  user_name = "u2"
}



resource "aws_iam_access_key" "k5" {
  count  = 2
  user   = element([data.aws_iam_user.u2.user_name, aws_iam_user.u1.name], count.index)
}

resource "aws_iam_access_key" "k6" {
  for_each = { for k, v in { first = data.aws_iam_user.u2.user_name, second = aws_iam_user.u1.name } : k => v if var.v1 == (startswith(k, "s")) }
  user     = each.value
}
