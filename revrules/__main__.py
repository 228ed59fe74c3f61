"""Runs the command line as ``python -m revrules``."""

import sys

from revrules.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
