v0 = "prod"
v1 = {"a": true}
