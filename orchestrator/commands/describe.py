"""`isotherm describe`: what is stored."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from orchestrator.commands import options, screen
from orchestrator.commands.session import with_client


def describe(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[DOMAIN[.COLLECTION]|plan]", help="Nothing: all domains."),
    ] = None,
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """What is stored: domains, collections, fields; or the plan grammar."""
    settings = options.settings_of(data, config)
    found = with_client(settings, lambda client: client.describe(name))
    if json:
        screen.emit_json(found)
    elif "grammar" in found:
        screen.line(found["grammar"])
    elif "domains" in found:
        _print_domains(found["domains"])
    else:
        for address, collection in found.get("collections", {name: found}).items():
            _print_collection(address, collection)


def _print_domains(domains: list[dict[str, Any]]) -> None:
    rows: list[tuple[Any, ...]] = []
    for domain in domains:
        # Said once, beside the domain's first collection.
        head, about = (domain["domain"], domain["tier"]), domain["description"]
        for address, count in domain["collections"].items():
            rows.append((*head, address, count, about))
            head, about = ("", ""), ""
    screen.grid(("domain", "tier", "collection", "rows", "about"), rows, right=(3,))


def _print_collection(address: str, collection: dict[str, Any]) -> None:
    span = f", {collection['from']} to {collection['to']}" if "from" in collection else ""
    screen.line(f"{address}: {collection['rows']:,} records{span}", style="bold")
    screen.line(collection["description"], style="dim")
    rows = [
        (name, _type(field), field.get("description"), _values(field))
        for name, field in collection["fields"].items()
    ]
    screen.grid(("field", "type", "about", "values"), rows)
    screen.line()


def _type(field: dict[str, Any]) -> str:
    unit = f" ({field['unit']})" if "unit" in field else ""
    target = f" → {field['to']}" if "to" in field else ""
    return f"{field['type']}{unit}{target}"


def _values(field: dict[str, Any]) -> str:
    return ", ".join(map(str, field.get("values") or field.get("examples") or ()))
