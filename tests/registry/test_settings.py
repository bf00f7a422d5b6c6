"""Settings come in layers, each value knows its layer, and a bad one is named with it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from registry.errors import BadInput, TooLarge
from registry.limits import SPEC_BYTES_MAX
from registry.settings import Settings, configs_dir, load_settings

DATA = Path("somewhere")


def load(
    config: Path | None = None, environ: dict[str, str] | None = None, **given: Any
) -> Settings:
    return load_settings(default_data=DATA, environ=environ or {}, config=config, **given)


def written(folder: Path, text: str) -> Path:
    path = folder / "isotherm.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_anything_the_defaults_hold() -> None:
    settings = load()
    assert settings.data == DATA
    assert settings.source["data"] == "platform"
    assert (settings.topology, settings.host, settings.port) == ("inproc", "127.0.0.1", 8700)
    assert settings.roots == ()


def test_the_default_file_says_what_the_code_says() -> None:
    bare, settings = Settings(data=DATA), load()
    for field in dataclasses.fields(Settings):
        if field.name != "source":
            assert getattr(settings, field.name) == getattr(bare, field.name)


def test_each_layer_stands_over_the_one_before(tmp_path: Path) -> None:
    config = written(tmp_path, "data: from_file\nport: 1\ntopology: remote\nhost: h")
    environ = {"ISOTHERM_DATA": "from_env", "ISOTHERM_TOPOLOGY": "processes"}
    settings = load(config, environ, data="given", port=None)
    assert settings.data == Path("given")
    assert (settings.topology, settings.port, settings.host) == ("processes", 1, "h")
    assert {name: settings.source[name] for name in ("data", "topology", "port", "roots")} == {
        "data": "command line",
        "topology": "environment",
        "port": str(config),
        "roots": "default.yaml",
    }


def test_the_environment_may_name_the_config_file(tmp_path: Path) -> None:
    config = written(tmp_path, "port: 9")
    assert load(environ={"ISOTHERM_CONFIG": str(config)}).port == 9
    other = written(tmp_path / ".." / tmp_path.name, "port: 9")
    assert load(other, {"ISOTHERM_CONFIG": str(tmp_path / "none.yaml")}).port == 9


def test_an_empty_variable_is_no_variable() -> None:
    settings = load(environ={"ISOTHERM_DATA": "", "ISOTHERM_TOPOLOGY": "", "ISOTHERM_CONFIG": ""})
    assert settings.data == DATA


def test_values_take_their_types(tmp_path: Path) -> None:
    settings = load(
        written(
            tmp_path,
            "roots: [~/docs, .]\nallowed_hosts: [example.org]\ntokens: ~/tokens\n"
            "remotes: {user: 'https://example.org/mcp'}\nanswer_confidence: 1\n",
        )
    )
    assert settings.roots == ((Path.home() / "docs").resolve(), Path.cwd())
    assert settings.allowed_hosts == ("example.org",)
    assert settings.tokens == Path.home() / "tokens"
    assert dict(settings.remotes) == {"user": "https://example.org/mcp"}
    assert settings.answer_confidence == 1.0


@pytest.mark.parametrize("text", ["", "# nothing", "---", "null"])
def test_an_empty_config_file_says_nothing(tmp_path: Path, text: str) -> None:
    assert load(written(tmp_path, text)).port == 8700


BAD = {
    "port": ["'8700'", "-1", "65536", "1.5", "true", "null", "[1]", "9" * 30],
    "roots": ["/srv", "null", "{a: b}", "[1]", "[null]", "['']", "7", '["a\\0b"]'],
    "remotes": ["[a]", "x", "null", "{user: 5}", "{user: 'ftp://x'}", "{User: 'http://x'}"],
    "topology": ["cluster", "null", "[inproc]", "7"],
    "host": ["null", "7", "''", "[a]", '"a\\nb"'],
    "allowed_hosts": ["example.org", "[1]", "[null]", "{a: b}"],
    "data": ["null", "''", "7", "[a]", "~nobody_of_that_name/x"],
    "tokens": ["7", "[a]", "true"],
    "answer_confidence": ["'0.5'", "-0.1", "1.1", "true", "null", "high"],
    "tentative_confidence": ["2", "[0.5]", "0.9"],
    "llm_provider": ["7", "''", "[openai]", "'../os'", "os.path", "Open AI"],
    "llm_model": ["7", "''", "[a]"],
    "llm_url": [
        "openai.com",
        "'ftp://x'",
        "'https://me:word@x/v1'",
        "'https://me@x/v1'",
        "'http://['",
    ],
    "llm_key": ["7", "''", "'two words'", "'schlüssel'", '"a\\nb"', "[a]"],
    "llm_seconds": ["0", "-1", "121", "'9'", "true", ".nan", ".inf"],
    "llm_values": ["1", "'yes'", "null"],
    "llm_mode": ["json", "null", "7"],
    "source": ["{port: me}"],
    "porte": ["1"],
}


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, texts in BAD.items() for t in texts])
def test_a_bad_value_is_refused_with_its_name_and_its_file(
    tmp_path: Path, name: str, text: str
) -> None:
    with pytest.raises(BadInput) as no:
        load(written(tmp_path, f"{name}: {text}"))
    assert name in no.value.message
    assert len(no.value.message) < 500


@pytest.mark.parametrize(
    ("environ", "given", "where"),
    [
        ({"ISOTHERM_TOPOLOGY": "moon"}, {}, "environment: topology"),
        ({}, {"port": "1"}, "command line: port"),
        ({}, {"colour": "red"}, "command line: no setting 'colour'"),
    ],
)
def test_a_bad_value_is_refused_with_its_layer(
    environ: dict[str, str], given: dict[str, Any], where: str
) -> None:
    with pytest.raises(BadInput, match=where):
        load(environ=environ, **given)


KEY = "sk-0123456789abcdef"


def test_a_language_model_is_set_up_by_the_environment_or_a_file(tmp_path: Path) -> None:
    assert load().llm_provider is None
    environ = {
        "ISOTHERM_LLM_PROVIDER": "openai-like",
        "ISOTHERM_LLM_MODEL": "m",
        "ISOTHERM_LLM_URL": "https://example.org/v1",
        "ISOTHERM_LLM_KEY": KEY,
    }
    settings = load(written(tmp_path, "llm_seconds: 30\nllm_values: false"), environ)
    assert (settings.llm_provider, settings.llm_model) == ("openai_like", "m")
    assert (settings.llm_seconds, settings.llm_values) == (30.0, False)
    assert settings.llm_key is not None and settings.llm_key.get_secret_value() == KEY
    assert settings.source["llm_key"] == "environment"


def test_a_provider_needs_a_model() -> None:
    with pytest.raises(BadInput, match="llm_model"):
        load(environ={"ISOTHERM_LLM_PROVIDER": "openai"})


@pytest.mark.parametrize("host", ["example.org", "10.0.0.1", "127.0.0.1.example.org", "[::2]"])
def test_a_key_does_not_travel_readably(host: str) -> None:
    environ = {"ISOTHERM_LLM_PROVIDER": "openai", "ISOTHERM_LLM_MODEL": "m"}
    environ |= {"ISOTHERM_LLM_KEY": KEY, "ISOTHERM_LLM_URL": f"http://{host}/v1"}
    with pytest.raises(BadInput, match="https"):
        load(environ=environ)
    assert load(environ={**environ, "ISOTHERM_LLM_KEY": ""}).llm_url
    assert load(environ={**environ, "ISOTHERM_LLM_URL": "http://localhost:1/v1"}).llm_url


def test_a_key_is_in_no_message_and_in_no_text_of_the_settings(tmp_path: Path) -> None:
    assert KEY not in f"{load(environ={'ISOTHERM_LLM_KEY': KEY})!r}"
    for text in (
        f"llm_key: {KEY} x",
        f"llm_key: [{KEY}]",
        f"llm_key: {KEY}: x",
        f"llm_key: {{{KEY}",
    ):
        with pytest.raises(BadInput) as no:
            load(written(tmp_path, text))
        assert KEY not in no.value.message


def test_a_file_that_is_no_mapping_missing_or_huge_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="mapping"):
        load(written(tmp_path, "[a]"))
    with pytest.raises(BadInput, match="cannot be read"):
        load(tmp_path / "missing.yaml")
    with pytest.raises(BadInput, match="cannot be read"):
        load(tmp_path)
    with pytest.raises(TooLarge):
        load(written(tmp_path, "#" * (SPEC_BYTES_MAX + 1)))


def test_the_configs_folder_is_there() -> None:
    assert (configs_dir() / "default.yaml").is_file()
    assert (configs_dir() / "domains").is_dir()
