"""Faults that only some systems let us make: SIGKILL and modes on POSIX, limits of a running process on Linux."""

from __future__ import annotations

import sys

_LINUX = ["test_disk_full.py", "test_ending.py", "test_folders.py"]
collect_ignore_glob = ["test_*.py"] if sys.platform == "win32" else []
collect_ignore = [] if sys.platform == "linux" else _LINUX
