"""Appointments at the desk and with the therapist: planned, marked, moved, and taken back."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.models import Event
from billing.models import Appointment, AppointmentOutcome, MissedFee, ServiceCode, Session
from billing.selectors import appointments
from billing.services import appointments as services
from clients.models import Client
from clients.services import assignments
from ledger.money import Money
from tests.billing import desk as at
from tests.billing import hours
from tests.billing.conftest import Billed
from tests.clients import records

LIST = "/appointments/"
NEW = "/appointments/new/"


def today() -> date:
    return timezone.localdate(timezone=at.ZONE)


def service(billed: Billed, code: str = "90834") -> UUID:
    with practice_scope(billed.house.id):
        return ServiceCode.objects.get(code=code).pk


def typed(billed: Billed, **changes: Any) -> dict[str, Any]:
    return {
        "key": str(uuid4()),
        "code": "C-0001",
        "therapist": billed.house.people["therapist"].pk,
        "service": service(billed),
        "on": (today() + timedelta(days=1)).isoformat(),
        "at": "10:00",
        "minutes": "50",
        "every_weeks": "",
        "times": "",
        "until": "",
        **changes,
    }


def planned(billed: Billed, of: Client | None = None, *, starts_at: datetime | None = None) -> str:
    """Plan an appointment of today that began already, and return its address."""
    now = timezone.now()
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        row = hours.planned(of or billed.own, by, starts_at=starts_at or midnight(), now=now)
    return f"{LIST}{row.pk}/"


def midnight() -> datetime:
    """The first minute of today, which has always begun."""
    return hours.at(today(), 0)


def policy(billed: Billed, **changes: Any) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        hours.policy(by, starts_on=today(), now=timezone.now(), **{"today": today(), **changes})


def outcome(billed: Billed) -> AppointmentOutcome:
    with practice_scope(billed.house.id):
        return AppointmentOutcome.objects.select_related("session").get()


def told(billed: Billed, action: str) -> list[str]:
    with practice_scope(billed.house.id):
        return list(Event.objects.filter(action=action).values_list("label", flat=True))


def test_the_desk_plans_an_appointment(at_desk: Browser, billed: Billed) -> None:
    given = typed(billed)

    answer = at_desk.post(NEW, given)

    where = f"{LIST}?span=day&on={given['on']}&planned_for={billed.own.pk}"
    assert answer["Location"] == where
    page = at_desk.get(answer["Location"]).text
    for words in ("10:00 AM", "Amara Okonkwo", "Therapist of Harbor Lane", "Planned"):
        assert words in page
    assert told(billed, "billing.appointment.planned") == ["C-0001"]


def test_a_double_click_plans_one(at_desk: Browser, billed: Billed) -> None:
    given = typed(billed)

    assert at_desk.post(NEW, given)["Location"] == at_desk.post(NEW, given)["Location"]
    with practice_scope(billed.house.id):
        assert Appointment.objects.count() == 1


def test_a_series_is_planned_until_a_day(at_desk: Browser, billed: Billed) -> None:
    until = today() + timedelta(days=1, weeks=3)

    at_desk.post(NEW, typed(billed, every_weeks="1", until=until.isoformat()))

    with practice_scope(billed.house.id):
        assert Appointment.objects.count() == 4


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"times": "3"}, "Choose how often first."),
        ({"every_weeks": "1"}, "Enter either how many times, or the last day."),
        ({"every_weeks": "1", "times": "3", "until": "2030-01-01"}, "Enter either how many times"),
        ({"every_weeks": "1", "until": "2020-01-01"}, "The last day lies before the first."),
        ({"every_weeks": "1", "until": "2190-01-01"}, "Plan at most 104."),
        ({"on": "2020-01-01"}, "This day is over."),
        ({"on": "2190-01-01"}, "Plan at most three years ahead."),
        ({"code": "C-9999"}, "There is no client with this code."),
        ({"at": ""}, "Enter when it begins."),
    ],
)
def test_what_cannot_be_planned_comes_back(
    at_desk: Browser, billed: Billed, changes: dict[str, str], words: str
) -> None:
    answer = at_desk.post(NEW, typed(billed, minutes="47", **changes))

    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="47"' in answer.text


def test_an_overlap_is_planned_once_it_is_said_to_be_meant(
    at_desk: Browser, billed: Billed
) -> None:
    at_desk.post(NEW, typed(billed))

    refused = at_desk.post(NEW, typed(billed, code="C-0002", at="10:30"))
    meant = at_desk.post(NEW, typed(billed, code="C-0002", at="10:30", is_meant="on"))

    assert refused.status_code == 422
    assert "has another appointment on" in refused.text
    assert "is_meant" in refused.text
    assert meant.status_code == 302


def test_a_therapist_plans_for_themselves_and_their_clients(
    as_therapist: Browser, billed: Billed
) -> None:
    other = as_therapist.post(NEW, typed(billed, code="C-0002"))
    own = as_therapist.post(NEW, typed(billed))

    assert own.status_code == 302
    assert other.status_code == 422


def test_a_week_begins_on_sunday_and_has_its_own_days_only(
    at_desk: Browser, billed: Billed
) -> None:
    for on in (date(2027, 3, 13), date(2027, 3, 14), date(2027, 3, 20), date(2027, 3, 21)):
        planned(billed, starts_at=hours.at(on, 23))

    page = at_desk.get(LIST, {"span": "week", "on": "2027-03-17"}).text

    assert "2 appointments." in page
    assert "Sunday, March 14" in page
    assert "Saturday, March 20" in page
    assert "on=2027-03-07" in page
    assert "on=2027-03-21" in page


def test_a_day_ends_at_the_practices_midnight_where_the_clocks_change(
    at_desk: Browser, billed: Billed
) -> None:
    """March 14, 2027 has 23 hours in New York."""
    for moment in (hours.at(date(2027, 3, 14), 0), hours.at(date(2027, 3, 14), 23, 59)):
        planned(billed, starts_at=moment)
    planned(billed, starts_at=hours.at(date(2027, 3, 15), 0))

    assert "2 appointments." in at_desk.get(LIST, {"on": "2027-03-14"}).text


def test_a_list_is_of_one_therapist(at_desk: Browser, billed: Billed) -> None:
    planned(billed)
    other = billed.house.people["front-desk"]

    assert "1 appointment." in at_desk.get(LIST).text
    therapist = billed.house.people["therapist"].pk
    assert "1 appointment." in at_desk.get(LIST, {"therapist": str(therapist)}).text
    assert at_desk.get(LIST, {"therapist": str(other.pk)}).status_code == 200


def test_a_wrong_day_shows_today(at_desk: Browser, billed: Billed) -> None:
    assert at_desk.get(LIST, {"on": "nonsense"}).status_code == 200


def test_a_therapist_sees_their_own_clients_appointments_only(
    as_therapist: Browser, billed: Billed
) -> None:
    planned(billed)
    other = planned(billed, billed.other)

    page = as_therapist.get(LIST).text

    assert "1 appointment." in page
    assert "Whitfield" not in page
    assert as_therapist.get(other).status_code == 404


def test_a_session_that_nobody_planned_stands_in_the_list_too(
    at_desk: Browser, billed: Billed
) -> None:
    by, now = billed.house.people["front-desk"], timezone.now()
    with practice_scope(billed.house.id):
        at.session(billed.own, by, on=today(), now=now)

    page = at_desk.get(LIST).text

    assert "1 appointment." in page
    assert "Ready" in page


def held(billed: Billed, **changes: Any) -> dict[str, Any]:
    return {
        "on": today().isoformat(),
        "at": "00:00",
        "ended_at": "00:50",
        "service": service(billed),
        "fee": "",
        **changes,
    }


def test_what_took_place_is_recorded_at_the_agreed_fee(at_desk: Browser, billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        records.agreement(billed.own, by, percent=60)
    url = planned(billed)

    answer = at_desk.post(f"{url}session/", held(billed))

    assert answer["Location"] == url
    session = outcome(billed).session
    assert (session.fee, session.list_fee, session.minutes) == (Money(90_00), Money(150_00), 50)
    assert "Full fee $150.00, discount $60.00" in at_desk.get("/sessions/unbilled/").text


def test_start_and_stop_choose_the_code(at_desk: Browser, billed: Billed) -> None:
    """What was planned for 50 minutes is a 90834, whatever was planned."""
    by, now = billed.house.people["front-desk"], timezone.now()
    with practice_scope(billed.house.id, person_id=by.person_id):
        row = services.plan(
            hour=hours.hour(billed.own, starts_at=midnight(), code="90837"),
            key=uuid4(),
            now=now,
            by=by,
        )

    page = at_desk.get(f"{LIST}{row.pk}/session/").text

    assert f'<option value="{service(billed)}" selected' in page


@pytest.mark.parametrize(
    ("ended_at", "code", "words"),
    [
        ("00:52", "90834", "52 minutes are 90834, and one minute more would be 90837"),
        ("00:53", "90837", "53 minutes are 90837, and one minute less would be 90834"),
        ("00:53", "90834", "53 minutes are 90837, not 90834"),
        ("00:10", "90832", "10 minutes are too few for 90832"),
    ],
)
def test_the_borders_of_a_code_are_looked_at_again(
    at_desk: Browser, billed: Billed, ended_at: str, code: str, words: str
) -> None:
    url = planned(billed)
    given = held(billed, ended_at=ended_at, service=service(billed, code))

    first = at_desk.post(f"{url}session/", given)
    sure = at_desk.post(f"{url}session/", {**given, "is_sure": "on"})

    assert first.status_code == 422
    assert words in first.text
    assert sure.status_code == 302


def test_what_ends_after_midnight_is_as_long_as_it_was(at_desk: Browser, billed: Billed) -> None:
    url = planned(billed)
    yesterday = today() - timedelta(days=1)

    at_desk.post(
        f"{url}session/",
        held(billed, on=yesterday.isoformat(), at="23:30", ended_at="00:15"),
    )

    assert outcome(billed).session.minutes == 45


def test_an_hour_that_ends_when_it_begins_is_refused(at_desk: Browser, billed: Billed) -> None:
    answer = at_desk.post(f"{planned(billed)}session/", held(billed, ended_at="00:00"))

    assert answer.status_code == 422
    assert "It ended when it began." in answer.text


def test_the_desk_lowers_a_fee_within_its_limit(at_desk: Browser, billed: Billed) -> None:
    at_desk.post(f"{planned(billed)}session/", held(billed, fee="120"))

    session = outcome(billed).session
    assert (session.fee, session.discount, session.discount_kind) == (
        Money(120_00),
        Money(30_00),
        "COURTESY",
    )


def test_a_therapist_does_not_lower_a_fee(as_therapist: Browser, billed: Billed) -> None:
    answer = as_therapist.post(f"{planned(billed)}session/", held(billed, fee="120"))

    assert answer.status_code == 422
    assert "$150.00 is agreed. Your roles do not let you lower it." in answer.text


def test_a_second_tab_records_no_second_session(at_desk: Browser, billed: Billed) -> None:
    url = planned(billed)

    at_desk.post(f"{url}session/", held(billed))
    at_desk.post(f"{url}session/", held(billed))

    with practice_scope(billed.house.id):
        assert Session.objects.filter(outcomes__isnull=False).count() == 1


def cancelling(moment: datetime, **changes: Any) -> dict[str, Any]:
    told_at = moment.astimezone(at.ZONE)
    return {
        "cancelled_for": "CLIENT",
        "told_on": told_at.date().isoformat(),
        "told_at": f"{told_at:%H:%M}",
        **changes,
    }


def test_a_late_cancellation_waits_for_an_invoice(at_desk: Browser, billed: Billed) -> None:
    policy(billed)
    url = planned(billed, starts_at=timezone.now() + timedelta(hours=3))

    page = at_desk.get(f"{url}cancellation/").text
    answer = at_desk.post(f"{url}cancellation/", cancelling(timezone.now()))

    assert "$75.00 is charged." in page
    assert answer["Location"] == url
    shown = at_desk.get(url).text
    assert "Cancelled late" in shown
    assert "$75.00" in shown
    assert "Late cancellation" in at_desk.get("/sessions/unbilled/").text
    assert told(billed, "billing.appointment.missed") == ["C-0001"]


def test_a_fee_for_a_missed_appointment_is_invoiced(at_desk: Browser, billed: Billed) -> None:
    policy(billed)
    url = planned(billed)
    at_desk.post(f"{url}no-show/")
    with practice_scope(billed.house.id):
        fee = MissedFee.objects.get().pk

    answer = at_desk.post("/sessions/unbilled/invoices/", {"missed": [str(fee)]})

    assert (
        "Missed appointment, with Therapist of Harbor Lane" in at_desk.get(answer["Location"]).text
    )
    assert "Every session has an invoice." in at_desk.get("/sessions/unbilled/").text
    assert "$75.00, invoiced" in at_desk.get(url).text


def test_the_first_one_is_free_and_the_desk_is_told(at_desk: Browser, billed: Billed) -> None:
    policy(billed, first_is_free=True)
    url = planned(billed)

    page = at_desk.get(f"{url}no-show/").text
    answer = at_desk.post(f"{url}no-show/", follow=True)

    assert "it is the client&#x27;s first, which is free" in page
    assert "which is free" in answer.text
    with practice_scope(billed.house.id):
        assert not MissedFee.objects.exists()


def test_a_waiver_needs_its_reason_and_leaves_the_list(at_desk: Browser, billed: Billed) -> None:
    policy(billed)
    url = planned(billed)

    at_desk.post(f"{url}no-show/", {"waive": "EMERGENCY"})

    assert "$75.00, waived" in at_desk.get(url).text
    assert "It could not be helped" in at_desk.get("/sessions/not-billed/").text
    assert told(billed, "billing.missed_fee.waived") == ["C-0001"]


def test_a_therapist_marks_and_waives_nothing(as_therapist: Browser, billed: Billed) -> None:
    policy(billed)
    url = planned(billed)

    assert 'name="waive"' not in as_therapist.get(f"{url}no-show/").text
    as_therapist.post(f"{url}no-show/", {"waive": "EMERGENCY"})

    with practice_scope(billed.house.id):
        assert not MissedFee.objects.get().not_billed.exists()


def test_a_colleagues_appointment_is_not_marked(
    as_therapist: Browser, billed: Billed, front_desk: Membership
) -> None:
    """A client of two therapists: each sees both appointments, and marks their own."""
    kind = service(billed)
    with practice_scope(billed.house.id):
        row = Appointment.objects.create(
            client=billed.own,
            therapist=front_desk,
            service_code_id=kind,
            starts_at=midnight(),
            minutes=50,
            key=uuid4(),
            planned_at=timezone.now(),
            planned_by=front_desk,
        )
    url = f"{LIST}{row.pk}/"

    assert as_therapist.get(url).status_code == 200
    assert "Took place" not in as_therapist.get(url).text
    for act in ("session", "cancellation", "no-show", "move", "taking-back"):
        assert as_therapist.post(f"{url}{act}/").status_code == 403


def test_nobody_cancels_at_a_time_that_is_ahead(at_desk: Browser, billed: Billed) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    url = planned(billed, starts_at=tomorrow)

    answer = at_desk.post(f"{url}cancellation/", cancelling(tomorrow))

    assert answer.status_code == 422
    assert "This time is not here yet." in answer.text


def test_who_is_still_to_come_has_not_missed_it(at_desk: Browser, billed: Billed) -> None:
    url = planned(billed, starts_at=timezone.now() + timedelta(days=1))

    answer = at_desk.post(f"{url}no-show/")

    assert answer.status_code == 422
    assert "has not begun" in answer.text


def test_what_was_marked_by_mistake_is_taken_back(at_desk: Browser, billed: Billed) -> None:
    policy(billed)
    url = planned(billed)
    at_desk.post(f"{url}no-show/")

    answer = at_desk.post(f"{url}taking-back/", follow=True)

    assert "Planned" in answer.text
    assert "took that back" in answer.text
    assert "Every session has an invoice." in at_desk.get("/sessions/unbilled/").text
    page = at_desk.get("/sessions/not-billed/").text
    assert "It was recorded by mistake" in page
    assert "Bill it after all" not in page


def test_a_therapist_takes_no_fee_back(as_therapist: Browser, billed: Billed) -> None:
    policy(billed)
    url = planned(billed)
    as_therapist.post(f"{url}no-show/")

    answer = as_therapist.post(f"{url}taking-back/")

    assert answer.status_code == 422
    assert "which your roles do not let you take back" in answer.text


def test_a_therapist_takes_back_what_costs_nothing(as_therapist: Browser, billed: Billed) -> None:
    url = planned(billed)
    as_therapist.post(f"{url}cancellation/", cancelling(timezone.now()))

    assert as_therapist.post(f"{url}taking-back/").status_code == 302


def moving(billed: Billed, **changes: Any) -> dict[str, Any]:
    given = typed(billed)
    names = ("key", "therapist", "service", "on", "at", "minutes")
    return {**{name: given[name] for name in names}, **changes}


def test_an_appointment_that_has_begun_is_not_moved(at_desk: Browser, billed: Billed) -> None:
    answer = at_desk.post(f"{planned(billed)}move/", moving(billed))

    assert answer.status_code == 422
    assert "It has begun. Mark what became of it, and plan another one." in answer.text


def test_who_waives_no_fee_moves_nothing_too_late(
    at_desk: Browser, as_therapist: Browser, billed: Billed
) -> None:
    policy(billed, notice_hours=72)
    url = planned(billed, starts_at=hours.at(today() + timedelta(days=2), 1))
    form = moving(billed, on=(today() + timedelta(days=9)).isoformat())

    answer = as_therapist.post(f"{url}move/", form)

    assert answer.status_code == 422
    assert "It is too late to move it for nothing: cancelled now, it costs $75.00." in answer.text
    assert at_desk.post(f"{url}move/", form).status_code == 302


def test_an_appointment_is_moved(at_desk: Browser, billed: Billed) -> None:
    url = planned(billed, starts_at=hours.at(today() + timedelta(days=2)))

    answer = at_desk.post(f"{url}move/", moving(billed))

    assert answer.status_code == 302
    page = at_desk.get(url).text
    assert "Moved to" in page
    assert "Nothing is planned" in at_desk.get(LIST).text


def test_the_later_ones_of_a_series_move_along(at_desk: Browser, billed: Billed) -> None:
    at_desk.post(NEW, typed(billed, every_weeks="1", times="3"))
    with practice_scope(billed.house.id):
        second = Appointment.objects.order_by("starts_at")[1].pk
    on = today() + timedelta(days=9)

    at_desk.post(f"{LIST}{second}/move/", moving(billed, on=on.isoformat(), which="LATER"))

    with practice_scope(billed.house.id):
        waits = appointments.waiting().order_by("starts_at")
        found = [row.starts_at.astimezone(at.ZONE).date() - today() for row in waits]
    assert [span.days for span in found] == [1, 9, 16]


def test_the_rest_of_a_series_says_what_is_too_late(at_desk: Browser, billed: Billed) -> None:
    policy(billed, notice_hours=120)
    at_desk.post(NEW, typed(billed, every_weeks="1", times="3"))
    with practice_scope(billed.house.id):
        first = Appointment.objects.order_by("starts_at")[0].pk

    page = at_desk.get(f"{LIST}{first}/rest/").text
    answer = at_desk.post(f"{LIST}{first}/rest/", {"cancelled_for": "CLIENT"}, follow=True)

    assert page.count("too late for the client to cancel for nothing") == 1
    assert (
        "3 appointments are cancelled. 1 of them late: $75.00 waits for an invoice." in answer.text
    )


def test_the_rest_of_a_series_is_cancelled(at_desk: Browser, billed: Billed) -> None:
    at_desk.post(NEW, typed(billed, every_weeks="1", times="3"))
    with practice_scope(billed.house.id):
        second = Appointment.objects.order_by("starts_at")[1].pk

    page = at_desk.get(f"{LIST}{second}/rest/").text
    answer = at_desk.post(f"{LIST}{second}/rest/", {"cancelled_for": "CLIENT"})

    assert "2 would be cancelled" in page
    assert answer.status_code == 302
    with practice_scope(billed.house.id):
        assert AppointmentOutcome.objects.filter(kind="CANCELLED").count() == 2


def test_what_does_not_come_again_has_no_rest(at_desk: Browser, billed: Billed) -> None:
    url = planned(billed)

    assert at_desk.get(f"{url}rest/").status_code == 404
    assert at_desk.post(f"{url}rest/", {"cancelled_for": "CLIENT"}).status_code == 404


def test_the_day_at_the_desk_shows_who_is_still_to_come(at_desk: Browser, billed: Billed) -> None:
    url = planned(billed)

    page = at_desk.get("/today/").text

    assert "1 session. $150.00 is open" in page
    assert "Planned" in page
    assert f'href="{url}"' in page


def test_a_clients_page_shows_what_is_ahead(at_desk: Browser, billed: Billed) -> None:
    url = planned(billed)

    assert f'href="{url}"' in at_desk.get(f"/clients/{billed.own.pk}/").text


def test_the_list_of_what_waits_can_reach_zero(at_desk: Browser, billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        free = at.session(billed.own, by, dollars="0.00")

    page = at_desk.post(f"/sessions/{free.pk}/not-billed/", {"reason": "FREE"}, follow=True)

    assert "Every session has an invoice." in page.text
    assert told(billed, "billing.session.not_billed") == ["C-0001"]


def test_no_reason_is_no_decision(at_desk: Browser, billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        session = at.session(billed.own, by)

    answer = at_desk.post(f"/sessions/{session.pk}/not-billed/", {"reason": ""})

    assert answer.status_code == 422
    assert "Choose why it is not billed." in answer.text


def test_a_decision_above_the_limit_waits(at_desk: Browser, billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        session = at.session(billed.own, by, dollars="200.01")

    page = at_desk.post(f"/sessions/{session.pk}/not-billed/", {"reason": "GOODWILL"}, follow=True)

    assert "A second person was asked" in page.text
    assert "C-0001" in page.text


def test_what_was_left_unbilled_is_billed_after_all(at_desk: Browser, billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id):
        session = at.session(billed.own, by)
    at_desk.post(f"/sessions/{session.pk}/not-billed/", {"reason": "GOODWILL"})
    with practice_scope(billed.house.id):
        row = session.not_billed.get().pk

    at_desk.post(f"/sessions/not-billed/{row}/return/")

    assert "$150.00 in all" in at_desk.get("/sessions/unbilled/").text


def test_a_therapist_who_sees_no_more_of_a_client_marks_nothing(
    as_therapist: Browser, billed: Billed
) -> None:
    url = planned(billed)
    by, now = billed.house.people["front-desk"], timezone.now()
    with practice_scope(billed.house.id, person_id=by.person_id):
        [assigned] = billed.own.assignments.all()
        assignments.end(assignment=assigned, ends_on=today() - timedelta(days=1), now=now, by=by)

    assert as_therapist.get(url).status_code == 404
    assert as_therapist.post(f"{url}no-show/").status_code == 404
