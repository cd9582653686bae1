v0 = []
v1 = false
