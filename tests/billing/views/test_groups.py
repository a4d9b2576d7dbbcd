"""Pages of groups: one line in lists, one press to mark, and who sees whom."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.models import Appointment, Group, GroupHour, GroupMember, Session
from billing.services import groups
from clients.selectors import looks
from tests import counting
from tests.billing import desk as at
from tests.billing import grouping, hours
from tests.billing.conftest import Billed

OTHER = "Whitfield"
"""The client who is not assigned to the therapist."""


def today_at(hour: int) -> datetime:
    return hours.at(timezone.localdate(timezone=at.ZONE), hour)


def met(billed: Billed, **changes: Any) -> GroupHour:
    """Plan an hour of today with both clients, of whom the therapist sees one."""
    by, now = billed.house.people["front-desk"], timezone.now()
    today = timezone.localdate(timezone=at.ZONE)
    with practice_scope(billed.house.id, person_id=by.person_id):
        group = grouping.group(by, **changes)
        for client in (billed.own, billed.other):
            grouping.joined(group, client, by, joins_on=today, now=now)
        [hour] = grouping.planned(group, by, today_at(0), now=now, is_meant=True)
    return hour


def url(route: str, *args: object) -> str:
    return reverse(f"billing:{route}", args=args)


def test_lists_show_one_line_that_opens_to_its_members(billed: Billed, at_desk: Browser) -> None:
    hour = met(billed)

    for route in ("schedule", "today"):
        body = at_desk.get(url(route)).text
        assert body.count("Group of 2") == 1
        assert url("group_hour", hour.pk) in body
        assert OTHER not in body
    body = at_desk.get(url("group_hour", hour.pk)).text
    assert OTHER in body
    assert "All 2 came" in body


def test_one_press_marks_everybody_and_a_second_one_nobody(
    billed: Billed, at_desk: Browser
) -> None:
    hour = met(billed)

    for said in ("2 sessions are recorded, $130.00 in all", "Nothing is recorded twice"):
        answer = at_desk.post(url("group_hour_hold", hour.pk), follow=True)
        assert said in answer.text
    with practice_scope(billed.house.id):
        assert Session.objects.filter(outcomes__appointment__group_hour=hour).count() == 2


def test_a_therapist_sees_and_marks_only_those_assigned_to_them(
    billed: Billed, as_therapist: Browser
) -> None:
    hour = met(billed)
    pages = [
        url("group_hour", hour.pk),
        url("group", hour.group_id),
        url("group_hour_move", hour.pk),
        url("group_hour_cancel", hour.pk),
        url("groups"),
        url("schedule"),
        url("my_clients"),
    ]

    for page in pages:
        body = as_therapist.get(page).text
        assert OTHER not in body, page
        assert billed.other.code not in body, page
    assert "1 more is in this hour" in as_therapist.get(pages[0]).text
    as_therapist.post(url("group_hour_hold", hour.pk))
    with practice_scope(billed.house.id):
        held = Session.objects.filter(outcomes__appointment__group_hour=hour)
        assert [row.client for row in held] == [billed.own]
        hidden = GroupMember.objects.get(client=billed.other).pk
    assert as_therapist.get(url("group_leave", hidden)).status_code == 404


def test_another_therapist_is_told_of_no_group(
    billed: Billed, as_therapist: Browser, front_desk: Membership
) -> None:
    """They care for one client in it, and see that appointment as any other."""
    hour = met(billed, therapist=front_desk)

    assert "G-MON-1" not in as_therapist.get(url("groups")).text
    for page in (url("group_hour", hour.pk), url("group", hour.group_id)):
        assert as_therapist.get(page).status_code == 404
    with practice_scope(billed.house.id):
        place = Appointment.objects.get(group_hour=hour, client=billed.own)
    for page in (url("appointment", place.pk), url("client", billed.own.pk), url("today")):
        body = as_therapist.get(page).text
        assert OTHER not in body
        assert "G-MON-1" not in body
        assert str(hour.pk) not in body


def test_a_group_is_made_joined_and_planned(billed: Billed, at_desk: Browser) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        service = hours.offered(by, "90853", "65.00")
        therapist = billed.house.people["therapist"]
    typed = {
        "key": uuid4(),
        "code": "g-tue-2",
        "therapist": therapist.pk,
        "service": service.pk,
        "minutes": 90,
    }
    refused = at_desk.post(url("group_new"), {**typed, "code": "Amara O."})
    assert refused.status_code == 422
    assert "letters, digits and hyphens" in refused.text
    at_desk.post(url("group_new"), typed)
    with practice_scope(billed.house.id):
        group = Group.objects.get(code="G-TUE-2")
    today = timezone.localdate(timezone=at.ZONE)
    joins = {"key": uuid4(), "code": billed.own.code, "joins_on": today.isoformat()}
    assert at_desk.post(url("group_join", group.pk), joins).status_code == 302
    again = at_desk.post(url("group_join", group.pk), {**joins, "key": uuid4()})
    assert "in this group then already" in again.text
    plans = {
        "key": uuid4(),
        "on": (today + timedelta(days=1)).isoformat(),
        "at": "16:00",
        "minutes": 90,
        "place": "11",
        "every_weeks": "1",
        "times": 3,
    }
    assert at_desk.post(url("group_hour_new", group.pk), plans).status_code == 302
    with practice_scope(billed.house.id):
        assert Appointment.objects.filter(client=billed.own, minutes=90).count() == 3
    body = at_desk.get(url("group", group.pk)).text
    assert body.count("1 expected") == 3


def test_who_was_marked_from_the_hour_comes_back_to_it(billed: Billed, at_desk: Browser) -> None:
    hour = met(billed)
    with practice_scope(billed.house.id):
        place = Appointment.objects.get(group_hour=hour, client=billed.other)

    answer = at_desk.post(url("appointment_miss", place.pk))

    assert answer["Location"] == url("group_hour", hour.pk)
    body = at_desk.get(answer["Location"]).text
    assert "1 did not come" in body
    assert "The one left came" in body


def test_the_report_of_who_has_looked_tells_of_nobody_else(
    billed: Billed, at_desk: Browser
) -> None:
    hour = met(billed)
    for page in (url("group", hour.group_id), url("group_hour", hour.pk)):
        at_desk.get(page)

    with practice_scope(billed.house.id):
        seen = [each.sentence for each in looks.of(billed.own)]
    assert any("opened an hour of a group" in sentence for sentence in seen)
    for word in (billed.other.code, OTHER, "G-MON-1", str(hour.pk)):
        assert not any(word in sentence for sentence in seen), word


def test_a_group_costs_as_many_queries_however_many_are_in_it(
    billed: Billed, at_desk: Browser
) -> None:
    hour = met(billed)
    pages = [url("group_hour", hour.pk), url("group", hour.group_id), url("schedule"), url("today")]

    def counted() -> list[int]:
        found = []
        for page in pages:
            with counting.queries() as queries:
                assert at_desk.get(page).status_code == 200
            found.append(len(queries))
        return found

    before = counted()
    by, now = billed.house.people["front-desk"], timezone.now()
    with practice_scope(billed.house.id, person_id=by.person_id):
        for name in ("Haddad", "Nair", "Lin"):
            groups.join(
                group=hour.group,
                client=at.client(by, name),
                joins_on=timezone.localdate(timezone=at.ZONE),
                key=uuid4(),
                now=now,
                by=by,
            )
    assert counted() == before
