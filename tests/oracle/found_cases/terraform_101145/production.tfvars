v0 = "prod"
v1 = "prod"
