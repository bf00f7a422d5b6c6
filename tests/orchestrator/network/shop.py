"""A small catalogue to write sketches over: customers, their orders, the cities they come from."""

from __future__ import annotations

from registry.catalog import Catalogue, Facts, FieldValues
from registry.domain import parse_spec

_SPEC = {
    "domain": "shop",
    "collections": {
        "customers": {
            "key": ["customer_id"],
            "label": "name",
            "fields": {
                "customer_id": {"type": "int"},
                "name": {"type": "text"},
                "age": {"type": "int"},
                "city_id": {"type": "ref", "to": "shop.cities"},
            },
        },
        "orders": {
            "time": "placed_at",
            "fields": {
                "customer_id": {"type": "ref", "to": "shop.customers"},
                "status": {"type": "text"},
                "total_price": {"type": "float"},
                "placed_at": {"type": "time"},
                "gift": {"type": "bool"},
            },
        },
        "cities": {
            "key": ["city_id"],
            "fields": {
                "city_id": {"type": "int"},
                "name": {"type": "text"},
                "country": {"type": "text"},
            },
        },
    },
}
VALUES = {
    "shop.customers": {"name": ("Ada Byron", "Tim Cook")},
    "shop.orders": {"status": ("shipped", "open")},
    "shop.cities": {"name": ("New York", "Oslo"), "country": ("Norway", "France")},
}


def shop(values: dict[str, dict[str, tuple[str, ...]]] | None = None) -> Catalogue:
    found = VALUES if values is None else values
    facts = {
        address: Facts(rows=3, values={n: FieldValues(v, True) for n, v in named.items()})
        for address, named in found.items()
    }
    return Catalogue([parse_spec(_SPEC)], facts)
