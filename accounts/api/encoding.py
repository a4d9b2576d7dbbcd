"""JSON in and out: amounts stay whole, decimals keep their places, bodies have a size."""

import codecs
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from accounts.api.problems import OUTCOME, Fault

JSON = "application/json"
BODY_MAX_BYTES = 64 * 1024


class Written(str):
    """JSON that was written before, to be sent as it stands."""

    __slots__ = ()


def written(value: Any) -> str:
    """Return a value as JSON. A Decimal is written as the number that it is, never by a float."""
    if isinstance(value, Written):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        inner = (f"{json.dumps(str(name))}:{written(each)}" for name, each in value.items())
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


class JsonAnswer(BaseRenderer):
    """An answer in JSON."""

    media_type = JSON
    format = "json"
    charset = None

    def render(self, data: Any, *_: Any) -> bytes:
        return b"" if data is None else written(data).encode()


class FhirAnswer(JsonAnswer):
    """An answer in FHIR's JSON."""

    media_type = OUTCOME


class JsonBody(BaseParser):
    """A body in JSON, of a size."""

    media_type = JSON

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        content = stream.read(BODY_MAX_BYTES + 1)
        if len(content) > BODY_MAX_BYTES:
            raise Fault(413)
        try:
            return json.loads(codecs.decode(content, "utf-8"), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise Fault(400, "The body is not JSON in UTF-8.") from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)
