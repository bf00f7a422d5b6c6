"""Finding a subject's values in the bytes of an object, whether its rows are live or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from registry.errors import Corrupt, shown
from registry.record import Canonical


def traces(path: Path, wanted: Mapping[str, Sequence[Canonical]]) -> set[int]:
    """The rows of the object in which one of the columns has one of its values."""
    found: set[int] = set()
    try:
        file = pq.ParquetFile(path)
        names = [name for name in wanted if name in file.schema_arrow.names]
        table = file.read(columns=names)
    except (OSError, pa.ArrowException) as bad:
        raise Corrupt(f"Object {shown(path.name)} cannot be read; restore a backup.") from bad
    for name in names:
        column = table.column(name)
        values = pa.array(list(wanted[name]), column.type)
        found.update(pc.indices_nonzero(pc.is_in(column, value_set=values)).to_pylist())
    return found
