variable "access_key" {
  default = "@KEY_ID@"
}

variable "secret_key" {
  default = "@SECRET@"
}

provider "aws" {
  access_key = var.access_key
  secret_key = var.secret_key
}
