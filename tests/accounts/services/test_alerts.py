"""The log is read once, in order, and what its rules see is one case of a person and a day."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.alert_rules import FILES, OPENINGS, RULES, AlertRule
from accounts.ids import uuid7
from accounts.models import AlertCursor, AlertHit, AlertStep, Membership, OutgoingMail
from accounts.selectors import members
from accounts.services import alert_cases, alert_settings, alerts, mail
from accounts.services.alert_hits import network_of
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event, Head
from audit.services import events
from clients.models import EmergencyAccess
from clients.selectors import clients as clients_found
from clients.selectors import kin
from clients.services import emergencies, exports
from tests.accounts import watching
from tests.audit.owner import tamper
from tests.counting import queries
from tests.houses import House, browser_of
from tests.told import said

Does = Callable[[House, Membership], None]
NOW = timezone.now


def set_limits(house: House, rule: AlertRule, *limits: int) -> None:
    by = house.people["administrator"]
    with practice_scope(house.id, person_id=by.person_id):
        alert_settings.change(
            rule=RULES[rule], is_on=True, limits=limits, own_words="", seen=0, now=NOW(), by=by
        )


def many_clients(house: House, member: Membership, count: int = 30) -> None:
    watching.opens(house, member, watching.some_clients(house, count))


def emergency(house: House, member: Membership) -> None:
    [client] = watching.some_clients(house, 1)
    with practice_scope(house.id, person_id=member.person_id):
        emergencies.open_record(
            client=client, reason=EmergencyAccess.Reason.CRISIS, now=NOW(), by=member
        )


def relative(house: House, member: Membership) -> None:
    watching.opens(house, member, watching.some_clients(house, 1, "Lané"))


def elsewhere(house: House, member: Membership) -> None:
    watching.acts_from(house, member, "203.0.113.7")
    watching.acts_from(house, member, "198.51.100.4")


def looks_at_cycles(house: House, member: Membership) -> None:
    with practice_scope(house.id, person_id=member.person_id):
        for _ in range(40):
            events.record(Action.BILLING_CYCLE_VIEWED)


SEEDED: dict[AlertRule, tuple[Does, int]] = {
    AlertRule.MANY_CLIENTS: (many_clients, 30),
    AlertRule.REFUSALS: (lambda house, who: watching.is_refused(house, who, 10), 10),
    AlertRule.EXPORTS: (lambda house, who: watching.takes_away(house, who, 501), 1),
    AlertRule.KIN: (relative, 1),
    AlertRule.NEW_ADDRESS: (elsewhere, 1),
    AlertRule.EMERGENCY: (emergency, 1),
}
"""Rule → how it is seeded, and how many events belong to the case."""

JUST_BELOW: dict[str, Does] = {
    "29 clients": lambda house, who: many_clients(house, who, 29),
    "9 refusals": lambda house, who: watching.is_refused(house, who, 9),
    "500 rows": lambda house, who: watching.takes_away(house, who, 500),
    "500 rows together": lambda house, who: watching.takes_away(house, who, 250, 250),
    "3 files": lambda house, who: watching.takes_away(house, who, 1, 1, 1),
    "what the practice bills, without a client": lambda house, who: looks_at_cycles(house, who),
    "another family": lambda house, who: watching.opens(
        house, who, watching.some_clients(house, 1)
    ),
    "the first address": lambda house, who: watching.acts_from(house, who, "203.0.113.7"),
    "other answers": lambda house, who: watching.is_refused(house, who, 30, status=422),
}


def test_every_rule_is_seeded() -> None:
    assert set(SEEDED) == set(AlertRule)


@pytest.mark.parametrize("rule", AlertRule)
def test_a_pattern_raises_one_case_however_often_the_log_is_read(
    practice: House, therapist: Membership, rule: AlertRule
) -> None:
    seed, count = SEEDED[rule]
    seed(practice, therapist)

    for _ in range(3):
        watching.read(practice)

    assert watching.cases(practice) == [(rule, therapist.pk, count)]


@pytest.mark.parametrize("below", JUST_BELOW)
def test_just_below_the_limit_is_no_case(
    practice: House, therapist: Membership, below: str
) -> None:
    JUST_BELOW[below](practice, therapist)

    watching.read(practice)

    assert watching.cases(practice) == []


def test_refusals_of_both_kinds_through_the_pages_are_one_case(
    practice: House, accountant: Membership
) -> None:
    browser = browser_of(accountant)
    for number in range(10):
        hidden = reverse("billing:invoice", args=[uuid7()])
        browser.get(reverse("accounts:people") if number % 2 else hidden)

    watching.read(practice)

    assert watching.cases(practice) == [(AlertRule.REFUSALS, accountant.pk, 10)]


def test_what_was_held_back_of_a_programs_refusals_counts(
    practice: House, accountant: Membership
) -> None:
    with practice_scope(practice.id, person_id=accountant.person_id):
        events.record(Action.REQUEST_REFUSED, route="clients:api_client", status=404)
        events.record(Action.REQUEST_REFUSED, route="clients:api_client", status=404, more=8)

    watching.read(practice)

    assert watching.cases(practice) == [(AlertRule.REFUSALS, accountant.pk, 2)]


def test_a_fourth_file_within_the_hour_is_a_case_by_the_services_that_make_them(
    practice: House, front_desk: Membership
) -> None:
    watching.some_clients(practice, 1)
    for _ in range(4):
        with practice_scope(practice.id, person_id=front_desk.person_id):
            held = members.permissions_of(front_desk)
            exports.export(
                visible=clients_found.visible_to(front_desk, on=NOW().date()),
                on=NOW().date(),
                permissions=held,
            )

    watching.read(practice)

    assert watching.cases(practice) == [(AlertRule.EXPORTS, front_desk.pk, 4)]


def test_a_long_list_in_two_short_files_is_a_case(practice: House, front_desk: Membership) -> None:
    watching.takes_away(practice, front_desk, 251)
    watching.read(practice)
    assert watching.cases(practice) == []

    watching.takes_away(practice, front_desk, 250)
    watching.read(practice)

    assert watching.cases(practice) == [(AlertRule.EXPORTS, front_desk.pk, 2)]


@pytest.mark.commits
def test_a_long_file_before_midnight_among_many_after_it_is_in_one_case(
    practice: House, front_desk: Membership
) -> None:
    """Its rows raise a case of its day; the fourth file is of the next day and holds it no more."""
    watching.read(practice)
    with practice_scope(practice.id):
        before, zone = Head.objects.get().seq, ZoneInfo(members.practice().time_zone)
    watching.takes_away(practice, front_desk, 501, 1, 1, 1)
    midnight = datetime.combine(NOW().astimezone(zone).date(), time(), zone)
    moments = [midnight + timedelta(minutes=minutes) for minutes in (-2, 1, 2, 3)]
    tamper(
        *(
            f"UPDATE audit_event SET at = '{moment.isoformat()}'"
            f" WHERE practice_id = '{practice.id}' AND seq = {before + number}"
            for number, moment in enumerate(moments, start=1)
        )
    )

    watching.read(practice)

    assert sorted(count for *_, count in watching.cases(practice)) == [1, 3]


OPENS_NO_RECORD = {
    Action.API_TOKENS_VIEWED: "of no client",
    Action.AUDIT_REQUEST_VIEWED: "of no client",
    Action.GROUP_VIEWED: "a list of who is in it",
    Action.SAMPLE_VIEWED: "rows by code, without a name; its file counts",
    Action.ALERT_VIEWED: "what others did, by code",
    Action.LOG_VIEWED: "what others did, by code",
    Action.CLIENT_FILE_VIEWED: "of no client yet",
    Action.REJECT_VIEWED: "of no client yet",
    Action.REPORT_VIEWED: "a list; its file counts",
    Action.ENTRY_VIEWED: "a line of the books, by code",
    Action.SERVICE_VIEWED: "of no client",
    Action.MISSED_POLICY_VIEWED: "of no client",
    Action.BILLING_RUN_VIEWED: "a list",
    Action.DRAWER_VIEWED: "of no client",
    Action.LETTER_WORDING_VIEWED: "of no client",
    Action.REMINDER_POLICY_VIEWED: "of no client",
    Action.BILL_VIEWED: "of a vendor",
    Action.PAY_ACCOUNT_VIEWED: "by whoever pays, who is no member",
}
"""Acts of looking that count as opening no record, and why."""


def test_every_act_of_looking_opens_a_record_or_says_why_not() -> None:
    """A new one counts from its first day."""
    looking = {action for action in Action if action.rpartition(".")[2] == "viewed"}

    assert looking - OPENINGS == set(OPENS_NO_RECORD)


TAKES_NO_FILE_OF_ITS_OWN = {
    Action.ALERT_TAKEN: "a case, and no file",
    Action.REPORT_FILE_FETCHED: "counted when the report was made, with its rows",
    Action.DOCUMENT_DOWNLOADED: "one paper of one client: it opens their record",
}
"""Acts that sound like a file taken away and are not counted as one, and why."""


def test_every_act_that_takes_a_file_away_is_counted_or_says_why_not() -> None:
    """A new one counts from its first day."""
    taking = {"downloaded", "exported", "fetched", "printed", "released", "taken"}
    sounding = {action for action in Action if action.rpartition(".")[2] in taking}

    assert sounding - FILES == set(TAKES_NO_FILE_OF_ITS_OWN)
    assert FILES - sounding == {Action.EVIDENCE_PACK_MADE}


def test_one_client_opened_again_and_again_is_no_case(
    practice: House, front_desk: Membership
) -> None:
    watching.opens(practice, front_desk, watching.some_clients(practice, 1) * 60)

    watching.read(practice)

    assert watching.cases(practice) == []


def test_a_count_goes_on_where_the_last_reading_ended(
    practice: House, front_desk: Membership
) -> None:
    set_limits(practice, AlertRule.MANY_CLIENTS, 5)
    clients = watching.some_clients(practice, 7)
    watching.opens(practice, front_desk, clients[:4])
    watching.read(practice)
    assert watching.cases(practice) == []

    watching.opens(practice, front_desk, clients[4:5])
    watching.read(practice)
    assert watching.cases(practice) == [(AlertRule.MANY_CLIENTS, front_desk.pk, 5)]

    watching.opens(practice, front_desk, clients[5:])
    watching.read(practice)
    assert watching.cases(practice) == [(AlertRule.MANY_CLIENTS, front_desk.pk, 7)]


def test_two_people_with_a_few_each_are_no_case(
    practice: House, front_desk: Membership, accountant: Membership
) -> None:
    set_limits(practice, AlertRule.MANY_CLIENTS, 5)
    clients = watching.some_clients(practice, 8)
    for number, client in enumerate(clients):
        watching.opens(practice, (front_desk, accountant)[number % 2], [client])

    watching.read(practice)

    assert watching.cases(practice) == []


def test_another_practices_events_raise_nothing_here(
    practice: House, other_practice: House, therapist: Membership
) -> None:
    watching.is_refused(practice, therapist, 5)
    watching.is_refused(other_practice, other_practice.people["therapist"], 10)

    for house in (practice, other_practice):
        watching.read(house)

    assert watching.cases(practice) == []
    assert len(watching.cases(other_practice)) == 1


def test_some_at_once_come_to_the_same(practice: House, therapist: Membership) -> None:
    watching.is_refused(practice, therapist, 12)
    with practice_scope(practice.id):
        length = Head.objects.get().seq

    readings = 0
    while True:
        with practice_scope(practice.id):
            readings += 1
            if not alerts.read(kin=kin.alike, now=NOW(), at_once=3):
                break

    assert readings >= length // 3
    assert watching.cases(practice) == [(AlertRule.REFUSALS, therapist.pk, 12)]


def test_a_reading_that_is_killed_did_nothing_and_the_next_does_it(
    practice: House, therapist: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching.is_refused(practice, therapist, 10)
    with monkeypatch.context() as patched:
        patched.setattr(mail, "queue", _killed)
        with pytest.raises(KeyboardInterrupt):
            watching.read(practice)
    assert watching.cases(practice) == []

    watching.read(practice)

    assert watching.cases(practice) == [(AlertRule.REFUSALS, therapist.pk, 10)]
    with practice_scope(practice.id):
        assert OutgoingMail.objects.count() == 1
        assert Event.objects.filter(action=Action.ALERT_RAISED).count() == 1


def _killed(**_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.commits
def test_many_workers_at_once_raise_one_case(practice: House, therapist: Membership) -> None:
    watching.is_refused(practice, therapist, 10)

    def run() -> None:
        try:
            watching.read(practice)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        for side in [pool.submit(run) for _ in range(12)]:
            side.result(60)

    assert watching.cases(practice) == [(AlertRule.REFUSALS, therapist.pk, 10)]
    with practice_scope(practice.id):
        assert Event.objects.filter(action=Action.ALERT_RAISED).count() == 1
        assert OutgoingMail.objects.count() == 1


def test_nothing_is_read_twice_and_the_log_does_not_grow_by_reading(practice: House) -> None:
    watching.read(practice)
    with practice_scope(practice.id):
        before = Head.objects.get().seq, AlertCursor.objects.get().seq

    watching.read(practice)

    with practice_scope(practice.id):
        assert (Head.objects.get().seq, AlertCursor.objects.get().seq) == before
        assert before[0] == before[1]


def test_a_new_case_is_told_by_one_letter_without_what_it_is_about(
    practice: House, therapist: Membership, front_desk: Membership, administrator: Membership
) -> None:
    watching.is_refused(practice, therapist, 10)
    watching.is_refused(practice, front_desk, 10)

    watching.read(practice)

    with practice_scope(practice.id):
        [letter] = OutgoingMail.objects.all()
        assert letter.to == "administrator@harbor-lane.example"
        assert "2 cases were raised" in letter.body
        assert reverse("accounts:alerts") in letter.body
        for word in ("Therapist", "Front desk", "Refused", "C-0"):
            assert word not in letter.subject + letter.body


def test_of_a_case_about_oneself_one_is_written_to_only_if_nobody_else_could_be(
    practice: House, administrator: Membership
) -> None:
    watching.is_refused(practice, administrator, 10)
    watching.read(practice)
    with practice_scope(practice.id):
        assert OutgoingMail.objects.count() == 1
    other = watching.second_administrator(practice)
    watching.takes_away(practice, administrator, 501)

    watching.read(practice)

    with practice_scope(practice.id):
        told = [letter.to for letter in OutgoingMail.objects.order_by("created_at", "id")]
    assert told[1:] == ["auditor@harbor-lane.example"]
    assert other.pk != administrator.pk


def test_raised_and_joined_stand_on_the_log(practice: House, therapist: Membership) -> None:
    watching.is_refused(practice, therapist, 10)
    watching.read(practice)
    watching.is_refused(practice, therapist, 2)
    watching.read(practice)

    with practice_scope(practice.id):
        told = [
            (event.action, event.label, said(event), event.person_id)
            for event in Event.objects.filter(area="accounts.alert").order_by("seq")
        ]
    who = str(therapist.pk)
    assert told == [
        (Action.ALERT_RAISED, "Refused again and again", {"member": who, "count": 10}, None),
        (Action.ALERT_JOINED, "Refused again and again", {"member": who, "count": 2}, None),
    ]


def test_after_a_case_was_closed_the_count_begins_anew(
    practice: House, therapist: Membership, administrator: Membership
) -> None:
    watching.is_refused(practice, therapist, 10)
    watching.read(practice)
    case = watching.the_case(practice)
    with practice_scope(practice.id, person_id=administrator.person_id):
        alert_cases.close(
            case=case,
            outcome=AlertStep.Outcome.TALKED,
            own_words="They tried an old link.",
            seen=10,
            key=uuid7(),
            now=NOW(),
            by=administrator,
        )
    watching.is_refused(practice, therapist, 9)
    watching.read(practice)
    assert len(watching.cases(practice)) == 1

    watching.is_refused(practice, therapist, 1)
    watching.read(practice)

    assert watching.cases(practice) == [(AlertRule.REFUSALS, therapist.pk, 10)] * 2
    with practice_scope(practice.id):
        assert AlertHit.objects.values("seq").distinct().count() == 20


def test_a_rule_that_is_off_raises_nothing_and_places_are_known_meanwhile(
    practice: House, therapist: Membership, administrator: Membership
) -> None:
    for rule in AlertRule:
        with practice_scope(practice.id, person_id=administrator.person_id):
            alert_settings.change(
                rule=RULES[rule],
                is_on=False,
                limits=[limit.default for limit in RULES[rule].limits],
                own_words="For a test of our own.",
                seen=0,
                now=NOW(),
                by=administrator,
            )
    for seed, _ in SEEDED.values():
        seed(practice, therapist)
    watching.read(practice)
    assert watching.cases(practice) == []
    with practice_scope(practice.id, person_id=administrator.person_id):
        alert_settings.change(
            rule=RULES[AlertRule.NEW_ADDRESS],
            is_on=True,
            limits=[],
            own_words="",
            seen=1,
            now=NOW(),
            by=administrator,
        )

    watching.acts_from(practice, therapist, "198.51.100.4")
    watching.read(practice)
    assert watching.cases(practice) == []
    watching.acts_from(practice, therapist, "192.0.2.1")
    watching.read(practice)
    assert watching.cases(practice) == [(AlertRule.NEW_ADDRESS, therapist.pk, 1)]


def test_what_is_loosened_after_a_deed_hides_nothing_of_it(
    practice: House, therapist: Membership, administrator: Membership
) -> None:
    watching.is_refused(practice, therapist, 10)
    watching.takes_away(practice, therapist, 501)
    set_limits(practice, AlertRule.REFUSALS, 200)
    with practice_scope(practice.id, person_id=administrator.person_id):
        alert_settings.change(
            rule=RULES[AlertRule.EXPORTS],
            is_on=False,
            limits=[500, 3],
            own_words="Nobody has to see this.",
            seen=0,
            now=NOW(),
            by=administrator,
        )
    watching.is_refused(practice, therapist, 10)
    watching.takes_away(practice, therapist, 501)

    watching.read(practice)

    assert sorted(watching.cases(practice)) == [
        (AlertRule.EXPORTS, therapist.pk, 1),
        (AlertRule.REFUSALS, therapist.pk, 10),
    ]
    with practice_scope(practice.id):
        assert AlertCursor.objects.get().seq == Head.objects.get().seq


def test_what_is_tightened_counts_for_what_is_done_after_it(
    practice: House, therapist: Membership
) -> None:
    watching.is_refused(practice, therapist, 5)
    set_limits(practice, AlertRule.REFUSALS, 4)
    watching.read(practice)
    assert watching.cases(practice) == []

    watching.is_refused(practice, therapist, 1)
    watching.read(practice)

    assert watching.cases(practice) == [(AlertRule.REFUSALS, therapist.pk, 6)]


@pytest.mark.parametrize("way", ["moved", "new"])
def test_the_database_lets_nobody_say_that_more_was_read_than_is_written(
    practice: House, other_practice: House, way: str
) -> None:
    house = practice if way == "moved" else other_practice
    if way == "moved":
        watching.read(practice)
    with practice_scope(house.id):
        end = Head.objects.get().seq
        with pytest.raises(IntegrityError, match="no further"), transaction.atomic():
            if way == "moved":
                AlertCursor.objects.update(seq=end + 1)
            else:
                AlertCursor.objects.create(seq=end + 1)


def test_an_act_on_a_page_from_elsewhere_is_a_case(
    practice: House, administrator: Membership
) -> None:
    browser: Browser = browser_of(administrator)
    browser.get(reverse("accounts:people"))
    browser.get(reverse("accounts:log"))
    watching.read(practice)
    assert watching.cases(practice) == []

    browser.get(reverse("accounts:log"), REMOTE_ADDR="203.0.113.9")
    browser.get(reverse("accounts:log"), REMOTE_ADDR="203.0.113.9")
    watching.read(practice)

    assert watching.cases(practice) == [(AlertRule.NEW_ADDRESS, administrator.pk, 1)]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_a_place_is_an_address_or_the_network_that_a_device_changes_within(
    address: str, network: str
) -> None:
    assert network_of(address) == network


def test_reading_costs_the_same_however_much_was_appended(
    practice: House, therapist: Membership, front_desk: Membership
) -> None:
    def cost(times: int, family_name: str) -> int:
        clients = watching.some_clients(practice, times, family_name)
        for member in (therapist, front_desk):
            watching.opens(practice, member, clients)
            watching.is_refused(practice, member, 10 * times)
            watching.takes_away(practice, member, *[501] * times)
        with queries() as asked, practice_scope(practice.id):
            alerts.read(kin=kin.alike, now=NOW())
        return len(asked)

    watching.read(practice)
    assert cost(1, "Lane") <= 35  # Cases are raised.
    few, many = cost(1, "Lane"), cost(6, "Lane")  # More joins them.

    assert many == few


def test_reading_an_unchanged_log_costs_two_queries(practice: House) -> None:
    watching.read(practice)

    with queries() as asked, practice_scope(practice.id):
        alerts.read(kin=kin.alike, now=NOW() + timedelta(minutes=1))

    assert len([each for each in asked if each["sql"].startswith("SELECT")]) == 2
