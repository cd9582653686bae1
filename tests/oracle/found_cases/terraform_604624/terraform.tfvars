v0 = "stage"
