"""Long reports: made by the worker, sealed, handed out once to whoever asked, and gone."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.services import roles
from audit.models import Event
from billing.models import ReportFile
from billing.reports.registry import REPORTS
from billing.selectors import report_files
from billing.services import report_orders
from billing.services.report_orders import Gone, Source
from billing.tasks import _source_of
from clients.models import Client
from tests.billing import desk as at

NEEDED = Permission.REPORT_VIEW


def made(file: ReportFile) -> list[int]:
    told: list[int] = []
    report_orders.make(file_id=file.pk, source_of=_source_of, now=at.NOW, progress=told.append)
    file.refresh_from_db()
    return told


@pytest.fixture
def ordered(desk: Membership, amara: Client, accountant: Membership) -> ReportFile:
    at.invoice(amara, desk)
    return at.ordered_file(accountant)


def test_a_file_is_handed_out_once_and_its_bytes_are_gone(
    ordered: ReportFile, accountant: Membership
) -> None:
    made(ordered)

    exported = report_orders.fetch(file_id=ordered.pk, needs=NEEDED, now=at.NOW, by=accountant)

    assert b"Invoice INV-2026-0001 issued" in exported.content
    assert str(ordered.pk).encode() in exported.content
    assert ReportFile.objects.get().content is None
    with pytest.raises(Gone):
        report_orders.fetch(file_id=ordered.pk, needs=NEEDED, now=at.NOW, by=accountant)


def test_nobody_else_is_handed_it(ordered: ReportFile, desk: Membership) -> None:
    made(ordered)

    with pytest.raises(Gone):
        report_orders.fetch(file_id=ordered.pk, needs=NEEDED, now=at.NOW, by=desk)


def test_the_bytes_are_sealed(ordered: ReportFile) -> None:
    made(ordered)

    sealed = ReportFile.objects.values_list("content", flat=True).get()
    assert b"INV-2026" not in bytes(sealed or b"INV-2026")


def test_a_file_that_nobody_fetches_is_gone_after_a_day(
    ordered: ReportFile, accountant: Membership
) -> None:
    made(ordered)

    report_orders.tidy(now=at.NOW + timedelta(hours=23))
    assert ReportFile.objects.get().is_ready
    report_orders.tidy(now=at.NOW + report_files.KEPT_FOR)

    assert (ReportFile.objects.get().content, ReportFile.objects.get().is_ready) == (None, False)
    with pytest.raises(Gone):
        report_orders.fetch(file_id=ordered.pk, needs=NEEDED, now=at.NOW, by=accountant)


def test_who_lost_the_right_meanwhile_gets_none(
    ordered: ReportFile, accountant: Membership, administrator: Membership
) -> None:
    for role in accountant_roles(accountant):
        roles.set_permissions(role=role, permissions=[Permission.REPORT_VIEW])

    made(ordered)

    assert ordered.refusal == "NOT_ALLOWED"


def test_who_left_or_may_not_see_the_report_meanwhile_is_handed_none(
    ordered: ReportFile, accountant: Membership, administrator: Membership
) -> None:
    made(ordered)

    with pytest.raises(Gone):
        report_orders.fetch(
            file_id=ordered.pk, needs=Permission.CLIENT_CHANGE, now=at.NOW, by=accountant
        )
    gone = {"ended_at": at.NOW, "ended_by": administrator}
    Membership.objects.filter(pk=accountant.pk).update(**gone)
    with pytest.raises(Gone):
        report_orders.fetch(file_id=ordered.pk, needs=NEEDED, now=at.NOW, by=accountant)


def accountant_roles(member: Membership) -> list[Any]:
    from accounts.selectors import members

    return list(members.roles_of(member))


def test_making_it_again_changes_nothing(ordered: ReportFile) -> None:
    made(ordered)
    made(ordered)

    assert Event.objects.filter(action="ledger.report.exported").count() <= 1


def test_what_a_lost_worker_left_is_found_and_given_up_after_an_hour(ordered: ReportFile) -> None:
    assert report_files.left_behind(now=at.NOW) == []
    assert report_files.left_behind(now=at.NOW + timedelta(minutes=1)) == [ordered.pk]

    report_orders.tidy(now=at.NOW + timedelta(hours=2))

    assert ReportFile.objects.get().refusal == "FAILED"


def test_progress_is_told_by_the_thousand(desk: Membership) -> None:
    from billing.selectors.tables import Row, Table, text

    told: list[int] = []
    table = Table((text("a", "A"),), [Row(("x",))] * 2_500).counted(told.append)

    assert len(list(table.rows)) == 2_500
    assert told == [1_000, 2_000]


def test_the_database_keeps_no_bytes_of_a_file_that_is_over(
    ordered: ReportFile, accountant: Membership
) -> None:
    made(ordered)

    with pytest.raises(IntegrityError, match="gone_when_over"), transaction.atomic():
        ReportFile.objects.update(fetched_at=at.NOW)


def test_every_source_is_known() -> None:
    assert isinstance(_source_of("aging"), Source)
    assert _source_of("nothing") is None
    assert all(_source_of(slug) for slug in REPORTS)
