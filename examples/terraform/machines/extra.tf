# Made in a hurry, in a file of its own, for a user that has a key already.
resource "aws_iam_access_key" "restore_test" {
  user = module.backup.name
}
