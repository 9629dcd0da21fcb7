"""The market that sessions are tested on stands beside their tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "session"))
