"""How values lie in objects and in columns on their way there. Apart from `segments`, which knows
plans, so that the readers' child starts without those. Pure.
"""

from __future__ import annotations

from typing import Final

from registry.record import TypeName

#: how a type lies in an object
PHYSICAL: Final[dict[TypeName, str]] = {
    "text": "string",
    "ref": "string",
    "json": "string",
    "bytes": "binary",
    "float": "double",
    "int": "int64",
    "decimal": "int64",
    "bool": "int64",
    "date": "int64",
    "time": "int64",
}
