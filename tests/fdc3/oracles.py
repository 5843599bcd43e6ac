"""What says whether messages and contexts are in order: the standard's own schemas and generated code (spec 3, 11.2).

Both come from npm. The schemas are repaired as spec 3.2 says: they refuse what is valid.
"""

import json
from functools import lru_cache
from typing import Any

from jsonschema import Draft7Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from tests.node import Program, packages

BASE = "https://fdc3.finos.org/schemas/next"


def repaired(schema: Any) -> Any:
    """Return a schema without what makes it refuse valid documents (spec 3.2)."""
    if isinstance(schema, dict):
        return {
            "anyOf" if name == "oneOf" else name: repaired(value)
            for name, value in schema.items()
            if name != "unevaluatedProperties"
        }
    return [repaired(item) for item in schema] if isinstance(schema, list) else schema


@lru_cache(maxsize=1)
def _registry() -> Registry[Any]:
    modules = packages() / "node_modules" / "@finos"
    folders = ("fdc3-context/dist/schemas/context", "fdc3-schema/dist/schemas/api", "fdc3-schema/dist/schemas/bridging")
    found = []
    for folder in folders:
        for path in sorted((modules / folder).glob("*.schema.json")):
            document = repaired(json.loads(path.read_text()))
            uri = f"{BASE}/{folder.rpartition('/')[2]}/{path.name}"
            found.append((uri, Resource.from_contents(document, default_specification=DRAFT7)))
    return Registry().with_resources(found)


@lru_cache(maxsize=100)
def _validator(kind: str, name: str) -> Draft7Validator:
    registry = _registry()
    schema = registry.contents(f"{BASE}/{kind}/{name}.schema.json")
    return Draft7Validator(schema, registry=registry, format_checker=FormatChecker())


def context_faults(context: Any, name: str) -> list[str]:
    """Return what is wrong with a context by the schema of this name, such as ``interaction``."""
    return [f"{error.json_path}: {error.message}" for error in _validator("context", name).iter_errors(context)]


_STEPS = {
    "hello": "connectionStep2Hello",
    "handshake": "connectionStep3Handshake",
    "authenticationFailed": "connectionStep4AuthenticationFailed",
    "connectedAgentsUpdate": "connectionStep6ConnectedAgentsUpdate",
}


def schema_of(message: dict[str, Any], *, by_bridge: bool) -> str:
    """Return the name of the schema that a bridging message must meet; ``by_bridge``: the bridge sent it."""
    type_: str = message["type"]
    if type_ in _STEPS:
        return _STEPS[type_]
    sender = "Bridge" if by_bridge else "Agent"
    if type_.startswith("PrivateChannel."):
        name = type_.removeprefix("PrivateChannel.")
        return f"privateChannel{name[0].upper()}{name[1:]}{sender}Request"
    if type_.endswith("Request"):
        return f"{type_.removesuffix('Request')}{sender}Request"
    kind = "ErrorResponse" if "error" in message["payload"] else "Response"
    return f"{type_.removesuffix('Response')}{sender}{kind}"


def message_faults(message: dict[str, Any], *, by_bridge: bool) -> list[str]:
    """Return what is wrong with a bridging message by both oracles."""
    name = schema_of(message, by_bridge=by_bridge)
    found = [f"{name}: {e.json_path}: {e.message}" for e in _validator("bridging", name).iter_errors(message)]
    answer = _converters().ask({"name": name, "message": message})
    return found + ([f"{name}: {answer['error']}"] if answer.get("error") else [])


@lru_cache(maxsize=1)
def _converters() -> Program:
    return Program("bridging.js")
