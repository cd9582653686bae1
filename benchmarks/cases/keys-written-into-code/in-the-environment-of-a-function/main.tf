resource "aws_lambda_function" "a" {
  function_name = "a"
  role          = "arn:aws:iam::111111111111:role/a"
  handler       = "a.main"
  runtime       = "python3.12"
  filename      = "a.zip"

  environment {
    variables = {
      AWS_ACCESS_KEY_ID     = "@KEY_ID@"
      AWS_SECRET_ACCESS_KEY = "@SECRET@"
    }
  }
}
