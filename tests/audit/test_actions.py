"""Every action has its sentence."""

import re
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from audit.actions import Action
from audit.sentences import PART, PLACEHOLDER, dollars, sentence

THERAPIST = UUID(int=5)


@dataclass(frozen=True)
class Told:
    """An event as a sentence needs it."""

    action: str
    label: str = ""
    target_kind: str = ""
    target_id: UUID | None = None
    facts: dict[str, str | int] = field(default_factory=dict)


def facts_of(action: Action) -> dict[str, str | int]:
    """Return a value for every fact that the action's sentence can tell."""
    names = set(PLACEHOLDER.findall(action.template)) - {"who", "label"}
    return {name: name.upper() for name in names}


@pytest.mark.parametrize("action", Action)
def test_a_sentence_needs_only_who_and_what(action: Action) -> None:
    required = PLACEHOLDER.findall(re.sub(r"\[[^\]]*\]", "", action.template))

    assert set(required) <= {"who", "label"}


@pytest.mark.parametrize("action", Action)
def test_every_action_is_told_in_one_sentence(action: Action) -> None:
    for facts in ({}, facts_of(action)):
        told = sentence(Told(action, "C-0001", facts=facts), "Rosalind Achebe")

        assert re.fullmatch(r"[A-Z][^\[\]{}]+[^ ,:;]\.", told)
        assert all(str(value) in told for value in facts.values())


@pytest.mark.parametrize("action", Action)
def test_an_action_is_named_by_app_noun_and_deed(action: Action) -> None:
    assert re.fullmatch(r"(accounts|audit|billing|clients|ledger)\.[a-z_]+\.[a-z_]+", action)
    assert Action(action.value) is action


def test_no_part_of_a_sentence_holds_another() -> None:
    assert all("[" not in part[1] for a in Action for part in PART.finditer(a.template) if part[1])


def test_cents_are_told_as_dollars() -> None:
    told = Told(Action.PAYMENT_RECORDED, "INV-2026-0007", facts={"amount_cents": 135000})

    assert sentence(told, "Rosalind Achebe") == (
        "Rosalind Achebe recorded a payment of $1,350.00 on INV-2026-0007."
    )


@pytest.mark.parametrize(
    ("cents", "words"), [(0, "$0.00"), (5, "$0.05"), (-135000, "-$1,350.00"), (100, "$1.00")]
)
def test_dollars(cents: int, words: str) -> None:
    assert dollars(cents) == words


def test_ids_among_the_facts_are_told_by_the_names_that_the_reader_may_see() -> None:
    told = Told(Action.CLIENT_ASSIGNED, "C-0001", facts={"therapist": str(THERAPIST)})

    words = sentence(told, "Rosalind Achebe", {str(THERAPIST): "Ingrid Solheim"})

    assert words == "Rosalind Achebe assigned client C-0001 to Ingrid Solheim."


def test_a_record_without_a_code_is_told_by_its_kind_or_its_name() -> None:
    told = Told(Action.MEMBER_ADDED, target_kind="accounts.membership", target_id=THERAPIST)

    assert sentence(told, "Max") == "Max let membership 000005 into the practice."
    assert sentence(told, "Max", {str(THERAPIST): "Ingrid"}) == "Max let Ingrid into the practice."


def test_what_is_told_is_never_read_as_a_template() -> None:
    told = Told(Action.INVOICE_ISSUED, "[{who}]", facts={"total_cents": 1})

    assert sentence(told, "{label}") == "{label} issued invoice [{who}] over $0.01."


def test_an_action_of_a_later_version_is_told_by_its_name() -> None:
    told = Told("billing.superbill.handed_out", "R-1")

    assert sentence(told, "Max") == "Max: billing.superbill.handed_out R-1."


Facts = dict[str, str | int]
CASE: Facts = {"member": "Ingrid Solheim"}
OF_CASES: dict[Action, tuple[Facts, str]] = {
    Action.ALERT_RAISED: (
        {**CASE, "count": 10},
        "The log raised a case about Ingrid Solheim: Refused again and again, 10 events.",
    ),
    Action.ALERT_JOINED: (
        {**CASE, "count": 2},
        "More events, 2, joined a case about Ingrid Solheim: Refused again and again.",
    ),
    Action.ALERT_ASSIGNED: (
        {**CASE, "assignee": "Noor Haddad"},
        "Max gave a case about Ingrid Solheim to Noor Haddad: Refused again and again.",
    ),
    Action.ALERT_TAKEN: (
        CASE,
        "Max took a case about Ingrid Solheim on: Refused again and again.",
    ),
    Action.ALERT_CLOSED: (
        {**CASE, "outcome": "nothing wrong"},
        "Max closed a case about Ingrid Solheim: Refused again and again; nothing wrong.",
    ),
    Action.ALERT_RULE_CHANGED: (
        {"before": "10", "after": "4"},
        "Max changed from where on the log raises a case: Refused again and again, 10 before,"
        " 4 now.",
    ),
    Action.ALERT_RULE_OFF: (
        {},
        "Max switched off a rule by which the log raises cases: Refused again and again.",
    ),
}


@pytest.mark.parametrize("action", OF_CASES)
def test_what_becomes_of_a_case_is_told_so(action: Action) -> None:
    facts, words = OF_CASES[action]

    assert sentence(Told(action, "Refused again and again", facts=facts), "Max") == words
