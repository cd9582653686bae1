# A user for a machine, with one key or, while it is rotated, two.
variable "name" {
  type = string
}

variable "rotation_phase" {
  description = "blue, green, or both while a pipeline moves from one key to the other"
  type        = string
  default     = "blue"

  validation {
    condition     = contains(["blue", "green", "both"], var.rotation_phase)
    error_message = "The phase is blue, green or both."
  }
}

resource "aws_iam_user" "this" {
  name = var.name
  path = "/machines/"
}

resource "aws_iam_access_key" "blue" {
  user   = aws_iam_user.this.name
  status = var.rotation_phase == "green" ? "Inactive" : "Active"
}

resource "aws_iam_access_key" "green" {
  user   = aws_iam_user.this.name
  status = var.rotation_phase == "blue" ? "Inactive" : "Active"
}

output "name" {
  value = aws_iam_user.this.name
}
