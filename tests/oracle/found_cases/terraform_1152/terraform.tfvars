v1 = null
v0 = {}
