"""Nothing that goes out about one client tells who else was in the group."""

import json
from typing import Any

import pytest

from accounts.models import Membership
from billing.models import Group, GroupHour, Session
from billing.selectors import held
from billing.services import documents
from clients.models import Client
from tests.billing import desk as at
from tests.billing import estimating as an
from tests.billing import grouping, hours, superbilling
from tests.billing.desk import NOW, TODAY
from tests.billing.issuing import issue_one
from tests.pdf_text import text_of


@pytest.fixture
def bo(desk: Membership) -> Client:
    return at.client(desk, grouping.OTHER)


@pytest.fixture
def hour(desk: Membership, amara: Client, bo: Client) -> GroupHour:
    """An hour that both came to, of a group that moved, was left and joined anew."""
    hours.policy(desk)
    group = grouping.group(desk)
    first = grouping.joined(group, amara, desk)
    grouping.joined(group, bo, desk)
    [one] = grouping.planned(group, desk)
    grouping.planned(group, desk, hours.at(TODAY, 18))
    grouping.held(one, desk)
    for row in GroupHour.objects.exclude(pk=one.pk):
        hours.cancelled(row.appointments.get(client=amara), desk, told_at=NOW)
    grouping.left(first, desk)
    return one


def tells(text: str, of: Group, other: Client) -> list[str]:
    """Return what a text says of somebody else in the group, or of which group it was."""
    words = {grouping.OTHER, other.code, of.code, str(other.pk), str(of.pk)}
    words |= {str(pk) for pk in of.hours.values_list("pk", flat=True)}
    words |= {str(pk) for pk in of.members.filter(client=other).values_list("pk", flat=True)}
    return sorted(word for word in words if word in text)


def test_the_copy_of_a_record_tells_of_nobody_else(
    desk: Membership, hour: GroupHour, amara: Client, bo: Client
) -> None:
    document = held.of(amara, now=NOW)

    assert tells(json.dumps(document, default=str), hour.group, bo) == []
    assert [row["joins_on"] for row in document["group_members"]] == [TODAY.isoformat()]
    assert len(document["appointments"]) == 2


def test_papers_tell_of_nobody_else(
    desk: Membership, hour: GroupHour, amara: Client, bo: Client
) -> None:
    superbilling.whole(amara, desk)
    session = Session.objects.get(client=amara)
    invoice = issue_one(sessions=[session], issued_on=TODAY, now=NOW, by=desk)
    payment = at.cash(amara, desk, "65.00", apply_to=invoice)
    papers: list[Any] = [invoice, payment, at.statement(amara, desk), an.estimate(amara, desk)]
    papers.append(superbilling.superbill(amara, desk, session, since=TODAY, until=TODAY))

    for paper in papers:
        text = text_of(documents.render(paper, now=NOW, by=desk).pdf)
        assert amara.code in text or "Okonkwo" in text
        assert tells(text, hour.group, bo) == [], paper
