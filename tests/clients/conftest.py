"""These need clients of other versions, so they run only where the environment says where those are
installed: `ISOTHERM_CLIENTS` (see install.sh), and `ISOTHERM_CONFORMANCE` for the Inspector.
"""

from __future__ import annotations

import os

collect_ignore = [
    file
    for variable, file in (
        ("ISOTHERM_CLIENTS", "test_clients.py"),
        ("ISOTHERM_CONFORMANCE", "test_inspector.py"),
    )
    if not os.environ.get(variable)
]
