"""The built-in rules, one module each; a folder given with `--rules-dir` looks just like this one."""
