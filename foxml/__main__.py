"""`python -m foxml` is `foxml`."""

import sys

from foxml.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
