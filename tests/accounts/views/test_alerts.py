"""The pages of cases: the list, one case with its events as sentences, working it; the rules."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts import context
from accounts.alert_rules import RULES, AlertRule
from accounts.ids import uuid7
from accounts.models import AlertCase, AlertHit, AlertStep, Membership
from accounts.selectors import alert_settings, alerts
from accounts.services import alert_cases
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from audit.services import events
from clients.models import Client
from tests.accounts import watching
from tests.counting import queries
from tests.houses import House, browser_of

LIST = reverse("accounts:alerts")
RULES_PAGE = reverse("accounts:alert_rules")


@pytest.fixture
def case(practice: House, therapist: Membership) -> AlertCase:
    watching.is_refused(practice, therapist, 10)
    watching.read(practice)
    return watching.the_case(practice)


@pytest.fixture
def browser(administrator: Membership) -> Browser:
    return browser_of(administrator)


def url(case: AlertCase, name: str = "alert") -> str:
    return reverse(f"accounts:{name}", args=[case.pk])


def text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]  # an answer


def test_without_a_case_the_list_says_what_would_stand_there(browser: Browser) -> None:
    page = text(browser.get(LIST))

    assert "No case" in page
    assert "within a minute" in page


def test_the_list_leads_to_the_case_and_the_rail_counts_it(
    browser: Browser, case: AlertCase
) -> None:
    page = text(browser.get(LIST))

    assert url(case) in page
    assert "Refused again and again" in page
    assert "Therapist of Harbor Lane" in page
    assert "Nobody works it yet" in page
    rail = {item.label: item.count for group in _rail(browser) for item in group.items}
    assert rail["Cases of the log"] == 1


def _rail(browser: Browser) -> list[context.RailGroup]:
    found: list[context.RailGroup] = browser.get(LIST).context["rail"]
    return found


def test_who_only_reads_the_log_sees_the_case_and_no_count_and_no_form(
    auditor: Membership, case: AlertCase
) -> None:
    browser = browser_of(auditor)
    rail = {item.label: item.count for group in _rail(browser) for item in group.items}
    page = text(browser.get(url(case)))

    assert rail["Cases of the log"] is None
    assert "What was seen" in page
    assert url(case, "alert_close") not in page
    assert url(case, "alert_assign") not in page


def test_a_case_tells_what_was_seen_as_the_log_does(browser: Browser, case: AlertCase) -> None:
    page = text(browser.get(url(case)))

    assert "One person is refused 10 times or more within ten minutes." in page
    told = "Therapist of Harbor Lane asked for something at clients:record and was refused with 403"
    assert page.count(told) == 10
    assert "Raised with 10 events." in page
    log = f"{reverse('accounts:log')}?who={case.about_id}&since={case.seen_on}"
    assert log in page.replace("&amp;", "&")
    assert told in text(browser.get(log))


def test_a_relative_is_told_by_code_and_never_by_name(
    practice: House, browser: Browser, therapist: Membership
) -> None:
    [client] = watching.some_clients(practice, 1, "Łane-Qvist")
    watching.opens(practice, therapist, [client])
    watching.read(practice)

    page = text(browser.get(url(watching.the_case(practice))))

    assert f"opened client {client.code}." in page
    assert "Here: the same family name." in page
    assert "Qvist" not in page
    with practice_scope(practice.id):
        raised = Event.objects.filter(area="accounts.alert")
        assert "vist" not in str(list(raised.values("label", "facts")))
        assert Client.objects.get().family_name == "Łane-Qvist"


def test_an_administrator_takes_a_case_on_and_closes_it(
    practice: House, browser: Browser, case: AlertCase, administrator: Membership
) -> None:
    assert "Take it on" in text(browser.get(url(case)))
    taken = browser.post(url(case, "alert_assign"), {"assignee": str(administrator.pk)})
    assert taken.headers["Location"] == url(case)
    assert "It is yours." in text(browser.get(url(case)))

    done = browser.post(
        url(case, "alert_close"),
        {
            "outcome": "TALKED",
            "own_words": "They had an old bookmark.",
            "seen": "10",
            "key": str(uuid4()),
        },
    )

    assert done.headers["Location"] == LIST
    page = text(browser.get(url(case)))
    assert "They had an old bookmark." in page
    assert "closed it: talked to the person." in page
    assert "Talked to the person" in text(browser.get(LIST))
    rail = {item.label: item.count for group in _rail(browser) for item in group.items}
    assert not rail["Cases of the log"]
    assert practice


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"own_words": "A wrong link."}, "Say what came of it."),
        ({"outcome": "NOTHING"}, "Say why, in your own words."),
        ({"outcome": "NOTHING", "own_words": "x" * 501}, "at most 500 characters"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    browser: Browser, case: AlertCase, typed: dict[str, str], words: str
) -> None:
    answer = browser.post(url(case, "alert_close"), typed)

    assert answer.status_code == 422
    assert words in text(answer)
    assert typed.get("own_words", "") in text(answer)


def test_a_second_closing_is_told_that_somebody_was_first(
    browser: Browser, practice: House, case: AlertCase, administrator: Membership
) -> None:
    typed = {
        "outcome": "NOTHING",
        "own_words": "A wrong link.",
        "seen": "10",
        "key": str(uuid4()),
    }
    again = {**typed, "key": str(uuid4())}
    assert browser.post(url(case, "alert_close"), typed).status_code == 302
    assert browser.post(url(case, "alert_close"), typed).status_code == 302

    assert browser.post(url(case, "alert_close"), again).status_code == 409
    with practice_scope(practice.id):
        assert AlertStep.objects.filter(done_by=administrator).count() == 1


def test_what_joined_meanwhile_is_looked_at_before_the_case_is_closed(
    practice: House, browser: Browser, case: AlertCase, therapist: Membership
) -> None:
    typed = {"outcome": "NOTHING", "own_words": "A wrong link.", "seen": "10"}
    assert 'name="seen" value="10"' in text(browser.get(url(case)))
    watching.is_refused(practice, therapist, 2)
    watching.read(practice)

    answer = browser.post(url(case, "alert_close"), typed)

    assert answer.status_code == 409
    page = text(answer)
    assert "More was seen since you opened this case." in page
    assert "A wrong link." in page
    assert 'name="seen" value="12"' in page
    assert browser.post(url(case, "alert_close"), {**typed, "seen": "12"}).status_code == 302


def test_the_list_says_when_the_log_is_read_late(
    practice: House, browser: Browser, therapist: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching.read(practice)
    watching.is_refused(practice, therapist, 1)
    assert "is not looked at yet" not in text(browser.get(LIST))

    with practice_scope(practice.id):
        soon, late = (timezone.now() + timedelta(minutes=minutes) for minutes in (4, 6))
        assert alerts.unread_since(now=soon) is None
        assert alerts.unread_since(now=late)
    monkeypatch.setattr(alerts, "KEEPS_UP", timedelta(0))

    assert "is not looked at yet: the reading of the log is late" in text(browser.get(LIST))


def test_whom_a_case_is_about_reads_that_a_colleague_works_it(
    practice: House, administrator: Membership, browser: Browser
) -> None:
    watching.is_refused(practice, administrator, 10)
    watching.read(practice)
    case, other = watching.the_case(practice), watching.second_administrator(practice)

    page = text(browser.get(url(case)))
    typed = {"outcome": "NOTHING", "own_words": "Nothing."}
    answer = browser.post(url(case, "alert_close"), typed)

    assert "This case is about you: somebody else works it." in page
    assert url(case, "alert_close") not in page
    assert answer.status_code == 409
    assert "ask Auditor of Harbor Lane" in text(answer)
    given = browser.post(url(case, "alert_assign"), {"assignee": str(other.pk)})
    assert given.status_code == 302


def test_an_assignment_to_nobody_of_the_list_is_refused(
    browser: Browser, case: AlertCase, accountant: Membership
) -> None:
    answer = browser.post(url(case, "alert_assign"), {"assignee": str(accountant.pk)})

    assert answer.status_code == 422
    assert "Choose one of the people in the list." in text(answer)


def raised(house: House, members: list[Membership], days: int) -> None:
    """Raise cases of many days, as their service does."""
    on = timezone.localdate()
    for member in members:
        with practice_scope(house.id, person_id=member.person_id):
            for _ in range(days):
                events.record(Action.SIGNED_IN)
    with practice_scope(house.id):
        for member in members:
            did = Event.objects.filter(person_id=member.person_id).order_by("-seq")
            for number, event in enumerate(did[:days]):
                case = AlertCase.objects.create(
                    rule=AlertRule.KIN,
                    about=member,
                    seen_on=on.replace(year=2000 + number),
                    turn=1,
                    raised_at=timezone.now(),
                )
                AlertHit.objects.create(
                    case=case, seq=event.seq, seen_at=event.at, joined_at=case.raised_at
                )


def test_lists_ask_the_same_of_the_database_however_long_they_are(
    practice: House, browser: Browser, therapist: Membership, front_desk: Membership
) -> None:
    def cost() -> int:
        with queries() as asked:
            assert browser.get(LIST).status_code == 200
        return len(asked)

    raised(practice, [therapist], 1)
    browser.get(LIST)
    few = cost()
    raised(practice, [front_desk], 20)

    assert cost() == few


def test_fifty_stand_on_a_page(practice: House, browser: Browser, therapist: Membership) -> None:
    raised(practice, [therapist], 60)

    assert len(browser.get(LIST).context["rows"]) == 50
    assert len(browser.get(f"{LIST}?page=2").context["rows"]) == 10


def test_a_case_asks_the_same_however_much_belongs_to_it(
    practice: House, browser: Browser, therapist: Membership, case: AlertCase
) -> None:
    def cost() -> int:
        with queries() as asked:
            assert browser.get(url(case)).status_code == 200
        return len(asked)

    browser.get(url(case))
    few = cost()
    watching.is_refused(practice, therapist, 60)
    watching.read(practice)

    assert cost() == few
    [day] = browser.get(url(case)).context["days"]
    assert len(day.events) == 50


def test_open_ones_stand_first(
    practice: House, browser: Browser, administrator: Membership, case: AlertCase
) -> None:
    raised(practice, [administrator], 1)
    with practice_scope(practice.id, person_id=administrator.person_id):
        newest = AlertCase.objects.order_by("-raised_at")[0]
        alert_cases.close(
            case=newest,
            outcome=AlertStep.Outcome.NOTHING,
            own_words="Nothing.",
            seen=1,
            key=uuid7(),
            now=timezone.now(),
            by=administrator,
        )

    assert [row.pk for row in browser.get(LIST).context["rows"]] == [case.pk, newest.pk]


def test_looking_at_cases_stands_on_the_log(
    practice: House, browser: Browser, case: AlertCase
) -> None:
    browser.get(LIST)
    browser.get(url(case))

    with practice_scope(practice.id):
        acts = set(Event.objects.values_list("action", flat=True))
    assert {Action.ALERT_LISTED, Action.ALERT_VIEWED} <= acts


def rule_url(rule: AlertRule) -> str:
    return reverse("accounts:alert_rule", args=[RULES[rule].slug])


def test_every_rule_stands_on_a_page_with_its_limits(browser: Browser) -> None:
    page = text(browser.get(RULES_PAGE))

    for rule in AlertRule:
        assert rule_url(rule) in page
        assert browser.get(rule_url(rule)).status_code == 200
    assert "30 or more different clients" in page


def test_a_limit_is_set_on_a_page(practice: House, browser: Browser) -> None:
    typed = {"is_on": "on", "limit_0": "600", "limit_1": "5", "seen": "0"}
    answer = browser.post(rule_url(AlertRule.EXPORTS), typed)

    assert answer.headers["Location"] == RULES_PAGE
    page = text(browser.get(RULES_PAGE))
    assert "files of more than 600 rows together, or more than 5 files, within an hour" in page
    with practice_scope(practice.id):
        assert alert_settings.standing()[AlertRule.EXPORTS].version == 1


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"is_on": "on", "limit_0": "2", "seen": "0"}, 422, "Enter a number from 3 to 200."),
        ({"is_on": "on", "limit_0": "x", "seen": "0"}, 422, "Enter a number from 3 to 200."),
        ({"limit_0": "10", "seen": "0"}, 422, "Say why the rule is switched off."),
        ({"is_on": "on", "limit_0": "9", "seen": "4"}, 409, "has set this rule meanwhile"),
    ],
)
def test_what_a_rule_may_not_be_is_said_beside_the_field(
    browser: Browser, typed: dict[str, str], status: int, words: str
) -> None:
    answer = browser.post(rule_url(AlertRule.REFUSALS), typed)

    assert answer.status_code == status
    assert words in text(answer)


def test_a_rule_is_switched_off_with_a_reason_that_the_page_tells(browser: Browser) -> None:
    typed = {"own_words": "Our scanner opens every record.", "limit_0": "30", "seen": "0"}
    assert browser.post(rule_url(AlertRule.MANY_CLIENTS), typed).status_code == 302

    page = text(browser.get(RULES_PAGE))
    assert "Switched off" in page
    assert "Our scanner opens every record." in page


def test_an_auditor_reads_rules_and_sets_none(auditor: Membership) -> None:
    page = text(browser_of(auditor).get(rule_url(AlertRule.REFUSALS)))

    assert "This rule raises cases." in page
    assert "<textarea" not in page


def test_no_such_rule_is_nowhere(browser: Browser) -> None:
    assert browser.get("/cases/rules/nothing/").status_code == 404
