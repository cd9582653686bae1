v0 = false
