access_key = "@KEY_ID@"
secret_key = "@SECRET@"
