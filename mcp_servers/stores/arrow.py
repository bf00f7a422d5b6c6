"""How values lie in Arrow columns. Apart from what reads and writes objects, so that a reader's
child, which only makes columns, starts without it."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

#: by their names in `PHYSICAL`
ARROW: Final = {
    "string": pa.string(),
    "binary": pa.binary(),
    "double": pa.float64(),
    "int64": pa.int64(),
}
