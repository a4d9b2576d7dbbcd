"""What the rules see in a stretch of the log. Nothing is written here.

Every kind of look is asked for once, for all people of the stretch: the number of queries does not
grow with it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from ipaddress import ip_network
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from accounts.alert_rules import FILES, OPENINGS, REFUSED, RULES, AlertRule, Why
from accounts.alert_windows import Weighed, full, one_each
from accounts.models import AlertHit, AlertStep
from accounts.selectors.alert_settings import Standing
from audit.actions import Action
from audit.selectors import reading
from audit.selectors.reading import Appended

Pair = tuple[UUID, UUID]
"""A member, and a client whose record they opened."""

Kin = Callable[[Collection[Pair]], Mapping[Pair, Why]]
"""Says who of them may be the client, or has the same family name. Whoever knows names gives it."""

Key = tuple[AlertRule, UUID, date]
"""A rule, about which member, on which day: what one open case is of."""

CLOSED = Exists(AlertStep.objects.filter(case=OuterRef("case"), kind=AlertStep.Kind.CLOSED))


@dataclass(frozen=True, slots=True)
class Seen:
    """An event that belongs to a case."""

    seq: int
    at: datetime
    why: Why


@dataclass(frozen=True, slots=True)
class Stretch:
    """New events in order, of people of the practice: ``members`` is person → membership."""

    new: list[Appended]
    members: Mapping[UUID, UUID]
    rules: Mapping[AlertRule, Standing]
    zone: ZoneInfo
    known: set[tuple[UUID, str]]
    """Members and the networks from which the log knows them."""

    @property
    def after(self) -> int:
        return self.new[0].seq - 1


@dataclass(slots=True)
class Found:
    """What was seen, by what a case is of; and the networks that people came from first."""

    hits: dict[Key, dict[int, Seen]] = field(default_factory=dict)
    networks: list[tuple[UUID, str, int]] = field(default_factory=list)

    def add(self, key: Key, seen: Iterable[Seen]) -> None:
        held = self.hits.setdefault(key, {})
        for each in seen:
            held.setdefault(each.seq, each)


def network_of(address: str) -> str:
    """Return what tells one place from another: an address of IPv4, the /64 of one of IPv6."""
    bare = address.partition("%")[0]
    return str(ip_network(f"{bare}/64", strict=False)) if ":" in bare else bare


def look(stretch: Stretch, *, kin: Kin) -> Found:
    """Return what the rules that are on see in a stretch, as far as no case holds it yet."""
    found = Found()
    lately = _history(stretch, {*OPENINGS, Action.REQUEST_REFUSED}, AlertRule.MANY_CLIENTS)
    files = _history(stretch, FILES, AlertRule.EXPORTS)
    opened = [event for event in lately if event.action in OPENINGS]
    touched = reading.touched([event.seq for event in opened])
    opened = [event for event in opened if event.seq in touched]
    held = _held([event.seq for event in (*lately, *files)])
    given: set[tuple[AlertRule, int]] = set()
    for rule, seen in (
        (AlertRule.MANY_CLIENTS, _many_clients(stretch, opened, touched, held)),
        (AlertRule.REFUSALS, _refusals(stretch, lately, held)),
        (AlertRule.EXPORTS, _exports(stretch, files, held)),
        (AlertRule.KIN, _kin(stretch, opened, touched, kin)),
        (AlertRule.EMERGENCY, _emergencies(stretch)),
        (AlertRule.NEW_ADDRESS, _addresses(stretch, found)),
    ):
        for person, at, events in seen:
            # Of two sights of one event, around midnight, the first says of which day it is.
            fresh = [
                each
                for each in events
                if (rule, each.seq) not in held and (rule, each.seq) not in given
            ]
            if fresh and stretch.rules[rule].is_on:
                day = at.astimezone(stretch.zone).date()
                found.add((rule, stretch.members[person], day), fresh)
                given.update((rule, each.seq) for each in fresh)
    return found


Told = Iterator[tuple[UUID, datetime, list[Seen]]]
"""Of whom, when it was seen, and in which events."""


def _history(stretch: Stretch, actions: Collection[str], rule: AlertRule) -> list[Appended]:
    """Return what was done in the stretch and before it, as far back as a rule looks."""
    new = [each for each in stretch.new if each.action in actions]
    people = {each.person_id for each in new if each.person_id in stretch.members}
    if not people:
        return []
    within = RULES[rule].within
    assert within is not None  # noqa: S101  # declared beside the rule
    return reading.done(
        actions=actions,
        by=[person for person in people if person],
        since=new[0].at - within,
        until=stretch.new[-1].seq,
    )


def _held(seqs: Collection[int]) -> dict[tuple[str, int], bool]:
    """Return the events that a case of a rule holds, and whether that case was closed."""
    rows = AlertHit.objects.filter(seq__in=seqs).values_list("case__rule", "seq", CLOSED)
    return {(rule, seq): is_closed for rule, seq, is_closed in rows}


Held = Mapping[tuple[str, int], bool]


def _by_person(
    stretch: Stretch, events: Iterable[Appended], rule: AlertRule, held: Held
) -> Iterator[tuple[UUID, list[Appended]]]:
    """Yield each person's events; what a closed case holds was looked at, and counts no more."""
    counting = [
        each
        for each in events
        if each.person_id in stretch.members and not held.get((rule, each.seq))
    ]
    for person, own in groupby(
        sorted(counting, key=lambda each: (str(each.person_id), each.seq)),
        key=lambda each: each.person_id,
    ):
        if person:
            yield person, list(own)


def _counted(
    stretch: Stretch,
    rule: AlertRule,
    weighed: Iterable[tuple[UUID, list[Weighed]]],
    reaches: int,
    why: Why = Why.NONE,
) -> Told:
    within = RULES[rule].within
    assert within is not None  # noqa: S101  # declared beside the rule
    for person, events in weighed:
        moments = {each.seq: each.at for each in events}
        for event, seqs in full(events, within=within, reaches=reaches, after=stretch.after):
            yield person, event.at, [Seen(seq, moments[seq], why) for seq in seqs]


def _many_clients(
    stretch: Stretch,
    opened: list[Appended],
    touched: Mapping[int, set[UUID]],
    held: Held,
) -> Told:
    rule = AlertRule.MANY_CLIENTS
    weighed = (
        (
            person,
            [Weighed(each.seq, each.at, one_each(touched.get(each.seq, ()))) for each in own],
        )
        for person, own in _by_person(stretch, opened, rule, held)
    )
    return _counted(stretch, rule, weighed, stretch.rules[rule].limits[0])


def _refusals(stretch: Stretch, lately: list[Appended], held: Held) -> Told:
    rule = AlertRule.REFUSALS
    refused = [each for each in lately if each.facts.get("status") in REFUSED]
    weighed = (
        # What was held back of a program's refusals is told with the next one.
        (person, [Weighed(e.seq, e.at, {e.seq: 1 + int(e.facts.get("more", 0))}) for e in own])
        for person, own in _by_person(stretch, refused, rule, held)
    )
    return _counted(stretch, rule, weighed, stretch.rules[rule].limits[0])


def _exports(stretch: Stretch, files: list[Appended], held: Held) -> Told:
    rule = AlertRule.EXPORTS
    rows, most = stretch.rules[rule].limits
    for person, own in _by_person(stretch, files, rule, held):
        # A long list in many short files is as much as in one.
        long = [Weighed(e.seq, e.at, {e.seq: int(e.facts.get("count", 0))}) for e in own]
        yield from _counted(stretch, rule, [(person, long)], rows + 1, Why.ROWS)
        many = [Weighed(each.seq, each.at, {each.seq: 1}) for each in own]
        yield from _counted(stretch, rule, [(person, many)], most + 1, Why.FILES)


def _kin(
    stretch: Stretch, opened: list[Appended], touched: Mapping[int, set[UUID]], kin: Kin
) -> Told:
    """Ask about names only where somebody opened something, and the rule is on."""
    new = [each for each in opened if each.seq > stretch.after]
    pairs = {
        (stretch.members[each.person_id], client)
        for each in new
        if each.person_id
        for client in touched.get(each.seq, ())
    }
    alike = kin(pairs) if pairs and stretch.rules[AlertRule.KIN].is_on else {}
    for each in new:
        for client in touched.get(each.seq, ()):
            if each.person_id and (why := alike.get((stretch.members[each.person_id], client))):
                yield each.person_id, each.at, [Seen(each.seq, each.at, why)]


def _emergencies(stretch: Stretch) -> Told:
    for each in stretch.new:
        is_one = each.action in RULES[AlertRule.EMERGENCY].actions
        if is_one and each.person_id and each.person_id in stretch.members:
            yield each.person_id, each.at, [Seen(each.seq, each.at, Why.NONE)]


def _addresses(stretch: Stretch, found: Found) -> Told:
    """Find who acted from where they never did; of whom nothing was known, nothing is new."""
    known = set(stretch.known)
    familiar = {member for member, _ in known}
    for each in stretch.new:
        if not each.address or each.person_id is None or each.person_id not in stretch.members:
            continue
        member, network = stretch.members[each.person_id], network_of(each.address)
        if (member, network) in known:
            continue
        known.add((member, network))
        found.networks.append((member, network, each.seq))
        if member in familiar:
            yield each.person_id, each.at, [Seen(each.seq, each.at, Why.NONE)]
        familiar.add(member)
