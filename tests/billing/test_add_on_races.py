"""Add-ons from many sides at once, with real commits."""

from collections.abc import Callable
from functools import partial
from itertools import cycle
from uuid import uuid4

import pytest

from accounts.models import Membership
from accounts.tenancy import practice_scope
from billing.models import Invoice, InvoiceLine, Session, SessionAddOn, SessionCoding
from billing.selectors import add_ons, integrity
from billing.services import add_ons as services
from billing.services import codings, invoices
from billing.services.codings import Coding
from tests.billing import desk as at
from tests.billing import hours
from tests.billing.conftest import Billed
from tests.billing.issuing import issue_one
from tests.billing.test_races import SIDES, race


def issue(session: Session, by: Membership) -> Invoice:
    return issue_one(sessions=[session], issued_on=at.TODAY, now=at.NOW, by=by)


@pytest.mark.commits
def test_an_add_on_from_many_sides_is_added_once(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        session = at.session(billed.own, by)
        hours.offered(by, "90785")

    won = race(billed, lambda: hours.added(session, by), services.DoesNotFit)

    assert won == [False] * (SIDES - 1) + [True]
    with practice_scope(billed.house.id):
        assert SessionAddOn.objects.count() == 1


@pytest.mark.commits
def test_a_form_sent_from_many_sides_is_one_add_on(billed: Billed) -> None:
    by, key = billed.house.people["front-desk"], uuid4()
    with practice_scope(billed.house.id, person_id=by.person_id):
        session = at.session(billed.own, by)
        hours.offered(by, "90785")

    assert race(billed, lambda: hours.added(session, by, key=key)) == [True] * SIDES
    with practice_scope(billed.house.id):
        assert SessionAddOn.objects.count() == 1


@pytest.mark.commits
def test_a_session_is_never_billed_without_the_add_on_that_comes_meanwhile(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        session = at.session(billed.own, by)
        hours.offered(by, "90785")

    acts: list[Callable[[], object]] = [
        partial(hours.added, session, by),
        partial(issue, session, by),
    ]
    sides = cycle(acts)
    refusals = (
        services.IsBilled,
        services.DoesNotFit,
        invoices.KeptBack,
        invoices.AlreadyInvoiced,
    )

    won = race(billed, lambda: next(sides)(), *refusals)

    assert sum(won) == 1
    with practice_scope(billed.house.id):
        lines = InvoiceLine.objects.filter(session=session).count()
        beside = len(add_ons.of_sessions([session.pk]).get(session.pk, []))
        assert (lines, beside) in {(0, 1), (1, 0)}
        assert list(integrity.findings()) == []


@pytest.mark.commits
def test_versions_from_many_sides_are_counted_without_a_gap(billed: Billed) -> None:
    by = billed.house.people["front-desk"]
    with practice_scope(billed.house.id, person_id=by.person_id):
        session = at.session(billed.own, by)

    won = race(
        billed,
        lambda: codings.say(
            session=session, coding=Coding("11", (str(uuid4().int)[:2],)), now=at.NOW, by=by
        ),
    )

    assert won == [True] * SIDES
    with practice_scope(billed.house.id):
        versions = sorted(SessionCoding.objects.values_list("version", flat=True))
        assert versions == list(range(1, len(versions) + 1))
