variable "user" {
  default = "root"
}


resource "aws_iam_access_key" "a" {
  user = var.user
}
