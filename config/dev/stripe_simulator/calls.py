"""One call of the API, as the modules under `resources` receive it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from config.dev.stripe_simulator.merchant import Merchant
from config.dev.stripe_simulator.messages import Object
from config.dev.stripe_simulator.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Call:
    """`ids` are the variable parts of the path, in order."""

    merchant: Merchant
    params: Parameters
    ids: tuple[str, ...]
    path: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is kept although it is a refusal, such as a decline."""

    status: int
    body: Object


Resource: TypeAlias = Callable[[Call], Object | Answer]
