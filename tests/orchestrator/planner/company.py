"""The twelve domains with a hand-made vocabulary: the catalogue that planner tests ask about."""

from __future__ import annotations

from datetime import UTC, datetime

from registry.catalog import Catalogue, Facts, FieldValues
from registry.clock import from_datetime
from registry.domain import load_spec
from registry.settings import configs_dir

#: a Wednesday
NOW_US = from_datetime(datetime(2026, 11, 18, 10, tzinfo=UTC))

COUNTRIES = ("Germany", "France", "United States", "Spain", "Japan", "United Kingdom", "Brazil")
HOSTS = ("web-1", "web-2", "db-1", "cache-1")
SERIES = ("cpu_percent", "disk_used", "request_latency", "queue_depth")
VALUES: dict[str, dict[str, tuple[str, ...]]] = {
    "user.users": {
        "name": ("Anna Schmidt", "Bob Miller", "Chen Wei", "Dara Novak", "Elif Kaya"),
        "email": ("anna@example.org", "bob@example.com", "chen@example.org"),
        "country": COUNTRIES,
        "city": ("Berlin", "Paris", "New York", "Madrid", "Tokyo", "Hamburg"),
        "language": ("English", "German", "French", "Spanish"),
    },
    "user.teams": {"name": ("Acme", "Globex", "Initech", "Blue Harbor"), "country": COUNTRIES},
    "session.sessions": {
        "browser": ("Chrome", "Firefox", "Safari", "Edge"),
        "os": ("Windows", "macOS", "Linux", "Android"),
        "country": COUNTRIES,
    },
    "session.logins": {"country": COUNTRIES},
    "metrics.points": {
        "series": SERIES,
        "host": HOSTS,
        "region": ("eu-central", "us-east"),
        "unit": ("%", "ms", "bytes"),
    },
    "metrics.series": {"name": SERIES, "unit": ("%", "ms", "bytes")},
    "metrics.alerts": {"series": SERIES, "host": HOSTS},
    "analytics.events": {"feature": ("dashboards", "reports", "sharing")},
    "analytics.page_views": {
        "path": ("/pricing", "/docs", "/login", "/"),
        "referrer": ("google.com", "news.example"),
    },
    "workflow.definitions": {"name": ("Nightly import", "Invoice reminder", "Lead scoring")},
    "integration.connections": {
        "name": ("Slack for Acme", "Salesforce for Globex"),
        "provider": ("Slack", "Salesforce", "GitHub", "HubSpot"),
    },
    "integration.deliveries": {"event": ("invoice.paid", "user.created", "run.failed")},
    "logs.entries": {"host": HOSTS},
    "backup.jobs": {
        "name": ("user-db", "file-store", "mail-archive"),
        "source": ("user database", "files"),
        "target": ("eu-vault", "us-vault"),
    },
    "compliance.consents": {"source": ("cookie banner", "sign-up form")},
    "archive.invoices": {"number": ("2026-00041", "2026-00042")},
}


def company(values: dict[str, dict[str, tuple[str, ...]]] | None = None) -> Catalogue:
    """The catalogue; `values` replace the hand-made ones."""
    specs = [load_spec(path) for path in sorted((configs_dir() / "domains").glob("*.yaml"))]
    facts = {
        address: Facts(
            rows=1_000,
            time_min_us=NOW_US - 300 * 86_400_000_000,
            time_max_us=NOW_US,
            seq=1,
            values={name: FieldValues(found, complete=True) for name, found in fields.items()},
        )
        for address, fields in (VALUES if values is None else values).items()
    }
    return Catalogue(specs, facts)
