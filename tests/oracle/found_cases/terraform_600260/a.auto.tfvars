v1 = {"one": {"user": "x0"}}
v0 = 1
