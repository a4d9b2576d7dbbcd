from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Membership
from accounts.selectors import members
from billing.models import ServiceCode, Session
from billing.services import sessions
from clients.models import Client
from ledger.money import Money
from tests.billing.desk import NOW


def arguments(amara: Client, by: Membership, **changes: Any) -> dict[str, Any]:
    return {
        "client": amara,
        "therapist": members.therapists().get(),
        "service_code": ServiceCode.objects.get(code="90834"),
        "started_at": NOW,
        "minutes": 45,
        "fee": Money(135_00),
        "now": NOW,
        "by": by,
        **changes,
    }


def test_a_session_keeps_the_fee_that_was_agreed(desk: Membership, amara: Client) -> None:
    session = sessions.record(**arguments(amara, desk))

    assert Session.objects.get(pk=session.pk).fee == Money(135_00)


def test_a_session_can_be_recorded_earlier_on_its_day(desk: Membership, amara: Client) -> None:
    late_today = datetime(2026, 3, 4, 4, 30, tzinfo=UTC)  # 11:30 PM in New York, March 3

    session = sessions.record(**arguments(amara, desk, started_at=late_today))

    assert session.started_at == late_today


def test_a_session_of_tomorrow_is_refused(desk: Membership, amara: Client) -> None:
    with pytest.raises(sessions.NotYetHeld):
        sessions.record(**arguments(amara, desk, started_at=NOW + timedelta(days=1)))


def test_an_imported_session_is_recorded_once(desk: Membership, amara: Client) -> None:
    fingerprint = bytes(32)

    first = sessions.record(**arguments(amara, desk, source_fingerprint=fingerprint))
    again = sessions.record(**arguments(amara, desk, source_fingerprint=fingerprint))

    assert again == first
    assert Session.objects.count() == 1
