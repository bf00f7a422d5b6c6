"""`isotherm domain …`: the domains, each a YAML file and a server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mcp_servers.domain_files import DomainFiles, Listing
from orchestrator.commands import options, screen
from orchestrator.commands.serve import Host, Port, Transport, TransportOption, hint_on_terminal
from orchestrator.commands.session import for_good, run, with_client
from registry.domain import DomainSpec, dump_spec, load_spec
from registry.errors import NotFound, UnknownDomain, shown
from registry.settings import Settings, configs_dir

domain = typer.Typer(name="domain", help="List, check, change and serve domains.")
Name = Annotated[str, typer.Argument(metavar="NAME")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A domain's YAML file.")]


def listing(settings: Settings) -> Listing:
    """The domains of a data folder; nothing is started."""
    return DomainFiles(configs_dir() / "domains", settings.data).look()


def spec_of(settings: Settings, name: str) -> DomainSpec:
    """One domain's spec, or a refusal that says what there is."""
    found = listing(settings)
    if name in found.specs:
        return found.specs[name]
    for file, fault in found.faults.items():
        if Path(file).stem == name:
            raise NotFound(f"{name} is not usable: {fault}")
    raise UnknownDomain(f"No domain {shown(name)}; there are {', '.join(found.specs)}.")


@domain.command("list")
def list_(
    json: options.Json = False, data: options.Data = None, config: options.Config = None
) -> None:
    """List the domains."""
    found = listing(options.settings_of(data, config))
    entries = [_entry(spec, added=name in found.added) for name, spec in found.specs.items()]
    if json:
        screen.emit_json(entries)
    else:
        rows = [
            (e["domain"], e["tier"], e["origin"], ", ".join(e["collections"]), e["description"])
            for e in entries
        ]
        screen.grid(("domain", "tier", "origin", "collections", "about"), rows)
    for file, fault in found.faults.items():
        screen.note(f"left out: {file}: {fault}")


def _entry(spec: DomainSpec, *, added: bool) -> dict[str, Any]:
    return {
        "domain": spec.domain,
        "title": spec.title,
        "description": spec.description,
        "tier": spec.tier.value,
        "origin": "added" if added else "built-in",
        "collections": list(spec.collections),
    }


@domain.command()
def show(
    name: Name,
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Show a domain's YAML."""
    spec = spec_of(options.settings_of(data, config), name)
    if json:
        screen.emit_json(spec.model_dump(mode="json", exclude_defaults=True))
    else:
        typer.echo(dump_spec(spec), nl=False)


@domain.command()
def check(
    file: File,
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Check a domain's YAML; nothing is stored."""
    spec = load_spec(file)
    known = {a for s in listing(options.settings_of(data, config)).specs.values() for a in _of(s)}
    loose = [
        f"{address}.{field} refers to {target}, which is not there yet"
        for address, collection in spec.addresses()
        for field, target in collection.references.items()
        if target not in known | set(_of(spec))
    ]
    if json:
        screen.emit_json({**_entry(spec, added=True), "notes": loose})
        return
    screen.line(f"{spec.domain}: fine. Collections: {', '.join(spec.collections)}.")
    for text in loose:
        screen.note(f"note: {text}")


def _of(spec: DomainSpec) -> list[str]:
    return [address for address, _ in spec.addresses()]


@domain.command()
def add(
    file: File,
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Add a domain, or change one; a change that would lose data is refused."""
    arguments = {"spec": load_spec(file).model_dump(mode="json")}
    _change(options.settings_of(data, config), "domain_add", arguments, json=json)


@domain.command()
def remove(
    name: Name,
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Remove an added domain that holds no records."""
    _change(options.settings_of(data, config), "domain_remove", {"name": name}, json=json)


def _change(settings: Settings, action: str, arguments: dict[str, Any], *, json: bool) -> None:
    done = with_client(
        settings, lambda client: client.call("admin_write", action=action, arguments=arguments)
    )
    if json:
        screen.emit_json(done)
    elif action == "domain_remove":
        screen.line(f"{done['domain']} is removed; running servers drop it by themselves.")
    elif done["changed"]:
        screen.line(f"{done['domain']} is in force: {', '.join(done['collections'])}.")
    else:
        screen.line(f"{done['domain']} is there already, and the same.")


@domain.command()
def serve(
    name: Name,
    transport: TransportOption = Transport.stdio,
    host: Host = None,
    port: Port = None,
    signed: Annotated[
        bool, typer.Option("--signed", hidden=True, help="Answer an orchestrator only.")
    ] = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Serve one domain alone."""
    settings = options.settings_of(data, config, host=host, port=port)
    spec = spec_of(settings, name)
    hint_on_terminal(transport)

    # Late: the SDK, the engines and the web server; listing and checking need none of them.
    with for_good():
        from orchestrator.commands.alone import serve_alone

    async def session() -> None:
        await serve_alone(spec, settings, transport=transport.value, signed=signed)

    run(session)
