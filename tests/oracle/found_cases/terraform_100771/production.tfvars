v0 = "prod"
