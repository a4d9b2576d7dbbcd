"""The examination as an auditor does it: drawing samples, and taking a pack of evidence away."""

import re
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import DrawnSample, EvidencePack, Membership
from accounts.permissions import Permission
from accounts.selectors import members
from accounts.services import roles
from accounts.tenancy import practice_scope
from audit.models import Event
from billing.selectors import samples
from tests import counting
from tests.billing import desk as at
from tests.billing import evidence as papers
from tests.billing.conftest import Billed
from tests.billing.views.conftest import SignIn

SAMPLES, PACKS = reverse("billing:samples"), reverse("billing:evidence_packs")


def asked(**changes: str) -> dict[str, str]:
    return {
        "key": str(uuid4()),
        "population": "INVOICES",
        "since": "2026-03-01",
        "until": "2026-03-31",
        "size": "25",
        "seed": "q1-2026",
        **changes,
    }


def test_a_sample_is_drawn_looked_through_and_drawn_again(
    billed: Billed, as_auditor: Browser
) -> None:
    form = as_auditor.get(SAMPLES).content.decode()
    assert "No sample yet" in form
    assert re.search(r'name="seed" value="[0-9a-f]{8}"', form)

    page = as_auditor.post(SAMPLES, asked(), follow=True).content.decode()

    assert "2 of 2: invoices, Mar 1, 2026 to Mar 31, 2026." in page
    assert billed.own_invoice.number in page
    entry = reverse("billing:journal_entry", args=[billed.own_invoice.entry_id])
    assert entry in page
    assert as_auditor.get(entry).status_code == 200
    with practice_scope(billed.house.id):
        sample = DrawnSample.objects.get()
    assert sample.population_sha256 in page
    url = reverse("billing:sample", args=[sample.pk])
    assert "Identical." not in page
    assert "Identical." in as_auditor.get(url, {"again": "1"}).content.decode()
    with practice_scope(billed.house.id, person_id=billed.house.people["front-desk"].person_id):
        at.invoice(billed.own, billed.house.people["front-desk"])
    again = as_auditor.get(url, {"again": "1"}).content.decode()
    assert "Not identical." in again
    assert "drawn out of 3" in again


def test_a_form_that_is_sent_twice_draws_one(billed: Billed, as_auditor: Browser) -> None:
    sent = asked()
    first, second = as_auditor.post(SAMPLES, sent), as_auditor.post(SAMPLES, sent)

    assert first["Location"] == second["Location"]
    with practice_scope(billed.house.id):
        assert DrawnSample.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": "a b"}, "Use letters without accents, digits and hyphens."),
        ({"seed": ""}, "Enter a seed."),
        ({"size": "0"}, "Enter 1 or more."),
        ({"size": "501"}, "Enter 500 or fewer."),
        ({"until": "2026-02-01"}, "Enter a day that is not before the first."),
        ({"population": "PAYMENTS"}, "There is nothing of this kind within these days."),
    ],
)
def test_what_cannot_be_drawn_is_said_at_its_field(
    billed: Billed, as_auditor: Browser, changes: dict[str, str], words: str
) -> None:
    answer = as_auditor.post(SAMPLES, asked(**changes))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="2026-03-01"' in answer.content.decode()
    with practice_scope(billed.house.id):
        assert not DrawnSample.objects.exists()


def test_a_sample_leaves_as_csv_with_its_export(billed: Billed, as_auditor: Browser) -> None:
    as_auditor.post(SAMPLES, asked())
    with practice_scope(billed.house.id):
        sample = DrawnSample.objects.get()
    url = reverse("billing:sample_file", args=[sample.pk])

    file = as_auditor.post(url, {"what": "sample"})
    ids = as_auditor.post(url, {"what": "population"}).content.decode()

    export = re.fullmatch(r'attachment; filename="export-(.+)\.csv"', file["Content-Disposition"])
    assert export
    assert export[1] in file.content.decode()
    assert all(pk in ids for pk in sample.picked)
    with practice_scope(billed.house.id):
        told = Event.objects.filter(action="accounts.sample.exported").order_by("seq")[0]
    assert told.facts["export"] == export[1]


def test_many_rows_take_as_many_queries_as_one(
    billed: Billed, as_auditor: Browser, front_desk: Membership
) -> None:
    location = as_auditor.post(SAMPLES, asked(size="1"))["Location"]
    with counting.queries() as few:
        as_auditor.get(location)
    with practice_scope(billed.house.id, person_id=front_desk.person_id):
        for _ in range(5):
            at.invoice(billed.own, front_desk)
    location = as_auditor.post(SAMPLES, asked())["Location"]
    with counting.queries() as many:
        as_auditor.get(location)

    assert len(many) == len(few)


def test_a_sample_shows_what_its_reader_may_read(
    billed: Billed, as_auditor: Browser, auditor: Membership
) -> None:
    """Who examines and may read neither the log nor the books sees no sentence and no amount."""
    today = timezone.localdate(timezone=at.ZONE).isoformat()
    days = {"since": "2025-01-01", "until": today}
    of_books = as_auditor.post(SAMPLES, asked())["Location"]
    of_log = as_auditor.post(SAMPLES, asked(population="EVENTS", **days))["Location"]
    held = {Permission.AUDIT_WORK, Permission.REPORT_EXPORT}

    for right, opened, closed, offered, refused in (
        (Permission.LOG_VIEW, of_log, of_books, "EVENTS", "INVOICES"),
        (Permission.REPORT_VIEW, of_books, of_log, "INVOICES", "EVENTS"),
    ):
        with practice_scope(billed.house.id):
            [role] = members.roles_of(auditor)
            roles.set_permissions(role=role, permissions={*held, right})
        page = as_auditor.get(SAMPLES).content.decode()
        assert f'value="{offered}"' in page
        assert f'value="{refused}"' not in page
        assert opened in page
        assert closed not in page
        assert as_auditor.get(opened).status_code == 200
        assert as_auditor.get(closed).status_code == 404
        assert as_auditor.post(f"{closed}file/", {"what": "sample"}).status_code == 404
        assert as_auditor.post(SAMPLES, asked(population=refused, **days)).status_code == 422

    with practice_scope(billed.house.id):
        roles.set_permissions(role=role, permissions=held)
    page = as_auditor.get(SAMPLES).content.decode()
    assert "neither the log nor the books" in page
    assert "Draw it" not in page


def test_out_of_too_many_nothing_is_drawn_and_the_page_says_so(
    billed: Billed, as_auditor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = as_auditor.post(SAMPLES, asked())["Location"]
    monkeypatch.setattr(samples, "POPULATION_MAX", 1)

    refused = as_auditor.post(SAMPLES, asked())
    again = as_auditor.get(drawn, {"again": "1"}).content.decode()

    assert refused.status_code == 422
    assert "There are more than 1 of this kind within these days." in refused.content.decode()
    assert "Not drawn again." in again


def test_a_pack_that_waits_to_be_taken_is_taken_before_the_next(
    billed: Billed, as_auditor: Browser, auditor: Membership
) -> None:
    where = as_auditor.post(PACKS, {"key": str(uuid4())})["Location"]
    with practice_scope(billed.house.id, person_id=auditor.person_id):
        papers.make(EvidencePack.objects.get(), None)

    answer = as_auditor.post(PACKS, {"key": str(uuid4())}, follow=True)

    assert answer.redirect_chain[-1][0] == where
    assert "A pack of yours is ready and was not taken." in answer.content.decode()
    with practice_scope(billed.house.id):
        assert EvidencePack.objects.count() == 1


def test_a_pack_is_asked_for_once_watched_and_taken_once(
    billed: Billed, as_auditor: Browser, auditor: Membership
) -> None:
    assert "No pack yet" in as_auditor.get(PACKS).content.decode()
    sent = {"key": str(uuid4())}
    where = as_auditor.post(PACKS, sent)["Location"]
    assert as_auditor.post(PACKS, sent)["Location"] == where
    assert as_auditor.post(PACKS, {"key": str(uuid4())})["Location"] == where
    assert "Making the pack" in as_auditor.get(where).content.decode()
    assert as_auditor.post(where).status_code == 302

    with practice_scope(billed.house.id, person_id=auditor.person_id):
        pack = EvidencePack.objects.get()
        papers.make(pack, None)
    page = as_auditor.get(where).content.decode()
    assert "The log is whole and the books are sound." in page
    assert pack.sha256 in page

    taken = as_auditor.post(where)
    assert taken["Content-Type"] == "application/zip"
    assert taken["Content-Disposition"] == f'attachment; filename="export-{pack.pk}.zip"'
    assert taken.content[:2] == b"PK"
    again = as_auditor.post(where, follow=True).content.decode()
    assert "This pack is not here any more." in again
    assert "The pack was taken" in again
    assert pack.sha256 in as_auditor.get(PACKS).content.decode()


def test_an_administrator_sees_that_packs_were_made_and_takes_none(
    billed: Billed, administrator: Membership, auditor: Membership, signed_in: SignIn
) -> None:
    with practice_scope(billed.house.id, person_id=auditor.person_id):
        pack = papers.ordered(auditor)
        papers.make(pack, None)
    browser = signed_in(administrator)

    page = browser.get(PACKS).content.decode()

    assert pack.sha256 in page
    assert "Make the pack" not in page
    assert browser.post(PACKS, {"key": str(uuid4())}).status_code == 403
    assert browser.get(reverse("billing:evidence_pack", args=[pack.pk])).status_code == 404


def test_a_key_that_is_none_makes_no_pack(billed: Billed, as_auditor: Browser) -> None:
    assert as_auditor.post(PACKS, {}).status_code == 422
    assert as_auditor.post(PACKS, {"key": "x"}).status_code == 404
