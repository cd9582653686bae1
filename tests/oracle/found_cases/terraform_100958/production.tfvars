v0 = {"a": true, "b": false}
