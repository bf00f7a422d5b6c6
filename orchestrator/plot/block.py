"""A reply with its chart as an image block: PNG, which every host that shows images can show."""

from __future__ import annotations

import base64
from dataclasses import replace

import anyio.to_thread

from orchestrator.plot.chart import Chart
from orchestrator.plot.choose import chart_of
from registry.tool import Reply


async def drawn(reply: Reply) -> Reply:
    """The reply of `ask` with a chart of its rows; where they cannot be drawn, with the reason, in
    the data (`plot`) and in the text.
    """
    made = chart_of(reply.data)
    if isinstance(made, str):
        data = {**reply.data, "plot": {"drawn": False, "reason": made}}
        return replace(reply, data=data, text=f"{reply.text}\nNot drawn: {made}.")
    image = await anyio.to_thread.run_sync(_png, made)
    block = {"type": "image", "data": base64.b64encode(image).decode(), "mimeType": "image/png"}
    told = {"drawn": True, "kind": made.kind, "title": made.title}
    return replace(reply, data={**reply.data, "plot": told}, blocks=(*reply.blocks, block))


def _png(chart: Chart) -> bytes:
    # Late: Pillow is loaded by the first chart, not by the start.
    from orchestrator.plot.png import png

    return png(chart)
