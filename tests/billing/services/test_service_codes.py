from datetime import date

import pytest

from accounts.models import Membership
from billing.models import ServiceCode, ServiceFee
from billing.selectors.service_codes import by_code, offered
from billing.services import service_codes
from ledger.money import Money
from tests.billing.desk import NOW


def test_a_new_practice_starts_with_the_usual_services(desk: Membership) -> None:
    codes = [service.code for service in offered(on=date(2026, 3, 3))]

    assert codes == ["90791", "90832", "90834", "90837", "90847", "90853"]


def test_a_service_has_no_fee_before_its_first_day(desk: Membership) -> None:
    assert offered(on=date(2025, 12, 31)) == []


def test_the_latest_fee_that_has_started_counts(desk: Membership) -> None:
    service_code = ServiceCode.objects.get(code="90834")
    ServiceFee.objects.create(
        service_code=service_code,
        fee=Money(160_00),
        starts_on=date(2026, 4, 1),
        set_at=NOW,
        set_by=desk,
    )

    fees = {
        on: next(each.fee for each in offered(on=on) if each.code == "90834")
        for on in (date(2026, 3, 31), date(2026, 4, 1))
    }

    assert fees == {date(2026, 3, 31): Money(150_00), date(2026, 4, 1): Money(160_00)}


def test_a_code_is_added_once(desk: Membership) -> None:
    with pytest.raises(service_codes.CodeExists, match="90834"):
        service_codes.add(
            code="90834",
            label="Again",
            fee=Money(1),
            starts_on=date(2026, 1, 1),
            now=NOW,
            by=desk,
        )


def test_a_code_that_the_practice_lacks_is_none(desk: Membership) -> None:
    assert by_code("99999") is None
    assert by_code("90834") == ServiceCode.objects.get(code="90834")
