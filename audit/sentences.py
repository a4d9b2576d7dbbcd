"""Telling events in sentences, from the template of each action."""

import re
from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from audit.actions import Action

PLACEHOLDER = re.compile(r"\{(\w+)\}")
PART = re.compile(r"\[([^\]]*)\]|\{(\w+)\}")

BY_PROGRAM = "program"
"""The fact that tells which token a program showed; it ends any sentence."""


BY_PAY_LINK = "pay_link"
"""The fact that tells by which pay link somebody acts, who is no person of the practice."""


AT_ADDRESS = "at_address"
"""The fact that tells from where it was asked."""

ORIGIN = (
    AT_ADDRESS,
    "in_session",
    "on_device",
    "by_request",
    "by_job",
    "in_roles",
    "as_role",
)
"""The facts that tell how an event came and in which roles, and nothing of what happened."""


class Sayable(Protocol):
    """What a sentence needs of an event."""

    @property
    def action(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def target_kind(self) -> str: ...
    @property
    def target_id(self) -> UUID | None: ...
    @property
    def facts(self) -> Mapping[str, str | int]: ...


def sentence(event: Sayable, who: str, names: Mapping[str, str] | None = None) -> str:
    """Tell an event in one English sentence. ``names`` gives words for ids among its facts."""
    try:
        template = Action(event.action).template
    except ValueError:
        return f"{who}: {event.action} {event.label}".rstrip() + "."
    words = _words(event, names or {}) | {"who": holder(event) or who}
    told = PART.sub(lambda part: words[part[2]] if part[2] else _known(part[1], words), template)
    if BY_PROGRAM in event.facts:
        return f"{told.removesuffix('.')}, by the program {words[BY_PROGRAM]}."
    return told


def holder(event: Sayable) -> str:
    """Return how whoever acts by a pay link is called, or "" where nobody does."""
    link = event.facts.get(BY_PAY_LINK)
    return f"The holder of pay link {str(link)[-6:]}" if link else ""


def _known(text: str, words: Mapping[str, str]) -> str:
    """Fill an optional part of a sentence, or leave it out."""
    if not words.keys() >= set(PLACEHOLDER.findall(text)):
        return ""
    return PLACEHOLDER.sub(lambda name: words[name[1]], text)


def _words(event: Sayable, names: Mapping[str, str]) -> dict[str, str]:
    words = {"label": event.label or _unlabelled(event, names)}
    for name, value in event.facts.items():
        if name.endswith("_cents") and isinstance(value, int):
            words[name.removesuffix("_cents")] = dollars(value)
        else:
            words[name] = names.get(str(value), str(value))
    return words


def _unlabelled(event: Sayable, names: Mapping[str, str]) -> str:
    if event.target_id is None:
        return "an unnamed record"
    kind = event.target_kind.rpartition(".")[2]
    return names.get(str(event.target_id), f"{kind} {str(event.target_id)[-6:]}")


def dollars(cents: int) -> str:
    """Write cents as dollars, the minus sign first: -1,350.00 becomes -$1,350.00."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${whole:,}.{rest:02d}"
