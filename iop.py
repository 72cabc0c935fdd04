"""Runs, tests and manages this project with nothing but Python: `up`, `test`, `manage`, `bench`, `fuzz`."""

import sys

if sys.version_info < (3, 11):
    sys.exit("iop.py needs Python 3.11 or newer, and this is " + sys.version.split()[0])

from backend.servers.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
