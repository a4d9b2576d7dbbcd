"""Where sessions took place and what their codes carry, as superbills and claims say it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from billing.models import SessionCoding
from billing.selectors import add_ons


@dataclass(frozen=True, slots=True)
class HourCodes:
    """The codes of an hour beside its service's. An add-on, which has its own line, is said to be
    where its session was, with that one's modifiers until it has its own.

    ``place_of_service`` has two digits, or is "" where nobody said it. ``modifiers`` stand in
    their order, at most four; ``add_ons`` are the codes of what was done beside the service, each
    of which has an invoice line of its own.
    """

    place_of_service: str = ""
    modifiers: tuple[str, ...] = ()
    add_ons: tuple[str, ...] = ()

    @property
    def modifiers_said(self) -> str:
        """The modifiers as they are typed: with spaces between."""
        return " ".join(self.modifiers)


def of_sessions(session_ids: Iterable[UUID]) -> dict[UUID, HourCodes]:
    """Return session id → its codes as they stand now, of all that are asked about, in a constant
    number of queries.
    """
    wanted = set(session_ids)
    primary = add_ons.primaries_of(wanted)
    codings = standing({*wanted, *primary.values()})
    beside = add_ons.of_sessions(wanted)
    found = {}
    for pk in wanted:
        coding = codings.get(pk) or codings.get(primary.get(pk, pk))
        found[pk] = HourCodes(
            coding.place_of_service if coding else "",
            tuple(coding.modifiers.split()) if coding else (),
            tuple(row.code for row in beside.get(pk, [])),
        )
    return found


def of(session_id: UUID) -> HourCodes:
    """Return the codes of one session as they stand now."""
    return of_sessions([session_id])[session_id]


def standing(session_ids: Collection[UUID]) -> dict[UUID, SessionCoding]:
    """Return session id → its coding that counts, where there is one."""
    found = SessionCoding.objects.filter(session__in=session_ids).order_by("version")
    return {coding.session_id: coding for coding in found}


def history(session_id: UUID) -> list[SessionCoding]:
    """Return what was said of one session, the latest first."""
    found = SessionCoding.objects.filter(session=session_id).select_related("coded_by")
    return list(found.order_by("-version"))
