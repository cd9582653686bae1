"""`python -m tests.oracle.stub_provider FOLDER`: serve until standard input is closed."""

import sys
from pathlib import Path

from tests.oracle.stub_provider.server import serve

serve(Path(sys.argv[1]))
