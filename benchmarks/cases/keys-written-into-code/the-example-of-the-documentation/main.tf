provider "aws" {
  access_key = "AKIA@NOTHING@IOSFODNN7EXAMPLE"
  secret_key = "wJalrXUtnFEMI/K7MDENG/@NOTHING@bPxRfiCYEXAMPLEKEY"
}
