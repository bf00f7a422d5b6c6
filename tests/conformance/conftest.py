"""The suite needs Node and a download, so it runs only where `ISOTHERM_CONFORMANCE` says it is
installed.
"""

from __future__ import annotations

import os

collect_ignore = [] if os.environ.get("ISOTHERM_CONFORMANCE") else ["test_conformance.py"]
