"""What comes in and what goes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

# JSON as Stripe shapes it: the tests prove every one against Stripe's OpenAPI.
Object: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; header names are lower case."""

    method: str
    path: str
    query: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer; `broken` says how the connection fails instead of carrying it."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    broken: str = ""
    stall_seconds: float = 0.0
