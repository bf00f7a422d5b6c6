"""llama-index, as one function: a message in, the reply's plan out. The only file that opens it,
and itself opened only where a model is set up and asked: it takes a second or more.

Whatever a provider's driver raises ends here. Its words, which may hold the key, the question or
whatever a stranger wrote, go nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Final

import httpcore
import httpx
import orjson
from llama_index.core.llms import LLM, ChatMessage, ChatResponse, LLMMetadata
from llama_index.core.llms.llm import ToolSelection
from llama_index.core.prompts import ChatPromptTemplate
from llama_index.llms.openai import OpenAI
from pydantic import ValidationError

from orchestrator.planner.llm.asking import Predict
from orchestrator.planner.llm.faults import NoPlan, Sick, TooLate, TooMuch
from orchestrator.planner.llm.message import RULES, Message
from orchestrator.planner.llm.reply import PlanReply
from orchestrator.planner.llm.transport import DEADLINE, bounded
from registry.clock import Clock
from registry.errors import BadInput, shown
from registry.fault import first_fault
from registry.settings import Settings

_TEMPLATE: Final = (("system", "{rules}"), ("user", "{data}"))
_CONTEXT_TOKENS: Final = 16_384  # a message and its reply have fewer
_TOKENS_MAX: Final = 2_048  # of a reply, where a provider wants to be told
_AGAIN: Final = frozenset({408, 409, 425, 429})
#: what providers call the same things
_URL: Final = ("api_base", "base_url", "endpoint", "api_url")
_TIMEOUT: Final = ("timeout", "request_timeout")
_CAUSES_MAX: Final = 8
_LATE: Final = (TooLate, httpx.TimeoutException, httpcore.TimeoutException)
_WIRE: Final = (httpx.TransportError, httpcore.NetworkError, httpcore.ProtocolError, OSError)
_AS_TEXT: Final = (
    "Reply with one JSON object of this schema, and nothing else:\n"
    f"{orjson.dumps(PlanReply.model_json_schema()).decode()}"
)


class _Compatible(OpenAI):
    """OpenAI, or anything that speaks its protocol, whatever its models are called."""

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(
            context_window=_CONTEXT_TOKENS,
            is_chat_model=True,
            is_function_calling_model=True,
            model_name=self.model,
        )


class _Strict:
    """For OpenAI's kin: a reply that was cut short is not mended, it is none."""

    def get_tool_calls_from_response(
        self, response: ChatResponse, error_on_no_tool_call: bool = True, **kwargs: Any
    ) -> list[ToolSelection]:
        calls = [c for c in response.message.blocks if c.block_type == "tool_call"]
        if len(calls) != 1:
            raise NoPlan("Reply with one plan, by the tool that is given.")
        arguments = calls[0].tool_kwargs
        if isinstance(arguments, str):
            arguments = orjson.loads(arguments)
        PlanReply.model_validate(arguments)  # here, or llama-index makes words of what is wrong
        return [ToolSelection(tool_id="0", tool_name="PlanReply", tool_kwargs=arguments)]


def opened(settings: Settings, clock: Clock) -> Predict:
    """The model that the settings name; `BadInput` where there is none such. Asks nothing yet."""
    asks = _asks(settings, clock)

    def predict(message: Message, deadline: float) -> PlanReply:
        DEADLINE.set(deadline)
        try:
            return asks(message)
        except Exception as failure:  # of any provider's driver
            fault = _fault(failure)
        raise fault

    return predict


def _asks(settings: Settings, clock: Clock) -> Callable[[Message], PlanReply]:
    """How a model is asked: for structure where it can give it, else for JSON in its words."""
    model = _model(settings, clock)
    template = ChatPromptTemplate([ChatMessage(role=r, content=c) for r, c in _TEMPLATE])

    def asks(message: Message) -> PlanReply:
        # what a model can do is asked here, where there is a deadline: some ask their server
        if settings.llm_mode == "structured" and model.metadata.is_function_calling_model:
            return model.structured_predict(PlanReply, template, rules=RULES, data=message.text)
        rules = f"{RULES}\n\n{_AS_TEXT}"
        reply = model.chat(template.format_messages(rules=rules, data=message.text))
        return _told(reply.message.content or "")

    return asks


def _told(text: str) -> PlanReply:
    """The JSON object in a text; what a model thought aloud before it is not looked at."""
    said = text.rpartition("</think>")[2]
    return PlanReply.model_validate(orjson.loads(said[said.find("{") : said.rfind("}") + 1]))


# -- the model -----------------------------------------------------------------------------------


def _model(settings: Settings, clock: Clock) -> LLM:
    assert settings.llm_provider is not None
    kind = _kind(settings.llm_provider)
    known = {*kind.model_fields, *kind.__init__.__code__.co_varnames}
    wanted = _wanted(settings, kind, known, clock)
    try:
        return kind(**wanted)
    except Exception as failure:  # it may quote the key
        raise BadInput(
            f"llama-index's provider {shown(settings.llm_provider)} refuses these settings "
            f"({type(failure).__name__}); check llm_model, llm_url and llm_key."
        ) from None


def _kind(provider: str) -> type[LLM]:
    if provider == "openai":
        return _strict(_Compatible)
    try:
        module = import_module(f"llama_index.llms.{provider}")
    except ImportError:
        raise BadInput(
            f"There is no llama-index provider {shown(provider)} here; install "
            f"llama-index-llms-{provider.replace('_', '-')}, or set llm_provider to openai for "
            "whatever speaks its protocol."
        ) from None
    named = (getattr(module, name) for name in getattr(module, "__all__", ()))
    found = next((k for k in named if isinstance(k, type) and issubclass(k, LLM)), None)
    if found is None:
        raise BadInput(f"llama-index's {shown(provider)} has no model to ask.")
    return _strict(found) if issubclass(found, OpenAI) else found


def _strict(kind: type[LLM]) -> type[LLM]:
    return type(kind.__name__, (_Strict, kind), {"__module__": __name__})


def _wanted(settings: Settings, kind: type[LLM], known: set[str], clock: Clock) -> dict[str, Any]:
    """The settings, as this provider calls them."""
    offered: dict[str, Any] = {
        "model": settings.llm_model,
        "temperature": 0.0,
        "max_retries": 0,  # `asking` tries again, within its time
        "context_window": _CONTEXT_TOKENS,
        "is_chat_model": True,
        "is_function_calling_model": settings.llm_mode == "structured",
        "http_client": bounded(clock) if "http_client" in known else None,
        # given always: a provider that finds none looks for another key in the environment
        "api_key": settings.llm_key.get_secret_value() if settings.llm_key else "none",
    }
    for names, value in ((_URL, settings.llm_url), (_TIMEOUT, settings.llm_seconds)):
        name = next((name for name in names if name in known), None)
        if name is None and value is settings.llm_url and value is not None:
            raise BadInput(
                f"llama-index's {shown(settings.llm_provider)} takes no llm_url; leave it out."
            )
        if name is not None:
            offered[name] = value
    if "max_tokens" in kind.model_fields and kind.model_fields["max_tokens"].default is not None:
        offered["max_tokens"] = _TOKENS_MAX
    return {name: v for name, v in offered.items() if name in known and v is not None}


# -- what went wrong -----------------------------------------------------------------------------


def _fault(failure: BaseException) -> Sick | NoPlan:
    """A driver's exception in our words."""
    chain = list(_chain(failure))
    for link in chain:
        if isinstance(link, TooMuch):
            return Sick("too-much", again=False)
        if isinstance(link, _LATE):
            return Sick("too-slow", again=False)  # it had all the time there was
        if isinstance(link, NoPlan):
            return link
        status = getattr(link, "status_code", None) or getattr(
            getattr(link, "response", None), "status_code", None
        )
        if isinstance(status, int) and status >= 300:
            again = status in _AGAIN or status >= 500
            return Sick(f"status-{status}", again=again, retry_after_s=_retry_after(link))
    if any(isinstance(link, _WIRE) for link in chain):
        return Sick("unreachable", again=True)
    bad = next((link for link in chain if isinstance(link, ValidationError)), None)
    if bad is not None:
        return NoPlan(f"The reply does not have the form of a plan: {first_fault(bad)}.", "form")
    why = type(failure).__name__  # perhaps a driver that does not fit its provider
    return NoPlan("The reply is no JSON of the form that was asked for.", why)


def _chain(failure: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = failure
    for _ in range(_CAUSES_MAX):
        if link is None:
            return
        yield link
        link = link.__cause__ or link.__context__


def _retry_after(failure: BaseException) -> float:
    """The seconds that the provider wants to be left alone, if it said so in seconds."""
    headers = getattr(getattr(failure, "response", None), "headers", None) or {}
    said = str(headers.get("retry-after", ""))
    return float(said) if said.isascii() and said.isdigit() and len(said) < 6 else 0.0
