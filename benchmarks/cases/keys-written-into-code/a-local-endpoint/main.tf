provider "aws" {
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true

  endpoints {
    iam = "http://localhost:4566"
  }
}
