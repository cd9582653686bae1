status = "Active"
