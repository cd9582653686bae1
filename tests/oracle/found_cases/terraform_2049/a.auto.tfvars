v0 = "refused"
v1 = []
