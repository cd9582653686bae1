resource "aws_instance" "a" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  user_data = <<-EOT
    #!/bin/bash
    export AWS_ACCESS_KEY_ID=@KEY_ID@
    export AWS_SECRET_ACCESS_KEY=@SECRET@
  EOT
}
