"""``python -m iac_keycheck``: the command line without an installed script."""

from iac_keycheck.entry import main

if __name__ == "__main__":
    main(prog_name="python -m iac_keycheck")
