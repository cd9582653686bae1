v0 = null
