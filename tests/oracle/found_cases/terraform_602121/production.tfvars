v2 = null
v0 = true
