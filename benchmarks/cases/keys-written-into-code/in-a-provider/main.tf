provider "aws" {
  region     = "eu-west-1"
  access_key = "@KEY_ID@"
  secret_key = "@SECRET@"
}
