"""``python -m iac_keycheck``: the command line without an installed script.

Python puts the working directory before everything else that modules are looked for in. What lies there is what is
scanned, and none of it is to be imported: hence no import before it is taken out. An ``iac_keycheck`` folder there is
found all the same, before any line of ours; ``python -P -m iac_keycheck`` or the installed command keep that out too.
"""

import sys

if not sys.flags.safe_path and sys.path and __name__ == "__main__":
    _own = __file__.rpartition("/iac_keycheck/")[0]
    sys.path[:] = [path for path in sys.path[:1] if path == _own] + sys.path[1:]

from iac_keycheck.command.entry import main

if __name__ == "__main__":
    main(prog_name="python -m iac_keycheck")
