from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from accounts.models import Membership
from billing.models import KnownCode, ServiceCode, ServiceFee, Session
from billing.selectors import known_codes
from billing.selectors.service_codes import by_code, list_fee, listed, offered
from billing.services import service_codes, sessions
from clients.models import Client
from ledger.money import Money
from tests.billing import desk as at
from tests.billing import hours
from tests.billing.desk import NOW, TODAY


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


def service(code: str = "90834") -> ServiceCode:
    return ServiceCode.objects.get(code=code)


def set_fee(by: Membership, dollars: str | None, **changes: Any) -> ServiceFee:
    told: dict[str, Any] = {
        "service_code": service(),
        "fee": None if dollars is None else Money.parse(dollars),
        "starts_on": TODAY,
        "today": TODAY,
        "now": NOW,
        "by": by,
    }
    return service_codes.set_fee(**{**told, **changes})


def test_a_fee_counts_from_its_day_on_and_never_before(desk: Membership) -> None:
    set_fee(desk, "160.00", starts_on=date(2026, 4, 1))

    fees = [list_fee(service(), on=on) for on in (date(2026, 3, 31), date(2026, 4, 1))]
    assert fees == [Money(150_00), Money(160_00)]


def test_of_two_fees_of_one_day_the_last_one_counts(desk: Membership) -> None:
    set_fee(desk, "1600.00", starts_on=date(2026, 4, 1))
    set_fee(desk, "160.00", starts_on=date(2026, 4, 1), now=NOW + timedelta(seconds=1))

    assert list_fee(service(), on=date(2026, 4, 1)) == Money(160_00)
    [row] = listed(on=TODAY, only=service().pk)
    assert [fee.state for fee in row.fees] == ["ahead", "replaced", "active"]


def test_a_fee_of_the_past_does_not_change(desk: Membership) -> None:
    with pytest.raises(service_codes.FeeOfThePast):
        set_fee(desk, "160.00", starts_on=TODAY - timedelta(days=1))


def test_the_database_refuses_a_fee_of_the_past(desk: Membership) -> None:
    with pytest.raises(IntegrityError, match="a fee of the past does not change"):
        ServiceFee.objects.create(
            service_code=service(),
            fee=Money(1),
            starts_on=TODAY - timedelta(days=1),
            set_at=NOW,
            set_by=desk,
        )


def test_a_day_ends_at_the_practices_own_midnight(desk: Membership) -> None:
    """At 4:30 in London on the fourth it is the third in New York."""
    late = at.at_noon(TODAY).replace(hour=23, minute=30)

    set_fee(desk, "160.00", now=late)

    assert list_fee(service(), on=TODAY) == Money(160_00)


def test_a_fee_that_changes_nothing_is_refused(desk: Membership) -> None:
    with pytest.raises(service_codes.NothingChanges):
        set_fee(desk, "150.00")


def test_a_service_that_ended_is_offered_no_more(desk: Membership) -> None:
    set_fee(desk, None, starts_on=date(2026, 4, 1))

    codes = [{each.code for each in offered(on=on)} for on in (TODAY, date(2026, 4, 1))]
    assert "90834" in codes[0]
    assert "90834" not in codes[1]


def test_a_service_has_the_practices_own_words(desk: Membership) -> None:
    service_codes.rename(service_code=service(), label="Talking, 45 minutes", by=desk)

    assert service().label == "Talking, 45 minutes"


def test_a_deleted_code_is_not_added(desk: Membership) -> None:
    with pytest.raises(service_codes.CodeNotValid, match="until Dec 31, 2024"):
        service_codes.add(
            code="99442", label="By phone", fee=Money(1), starts_on=TODAY, now=NOW, by=desk
        )


def test_a_code_of_the_practices_own_is_never_refused(desk: Membership) -> None:
    service_codes.add(
        code="LETTER", label="A letter", fee=Money(1), starts_on=TODAY, now=NOW, by=desk
    )

    assert known_codes.refusal("LETTER", TODAY) == ""


def deleted(by: Membership) -> ServiceCode:
    """A code that was deleted at the end of 2024, from the time before."""
    return ServiceCode.objects.create(code="99442", label="By phone", added_at=NOW, added_by=by)


def by_phone(by: Membership, amara: Client, on: date) -> None:
    sessions.record(
        client=amara,
        therapist=hours.hour(amara).therapist,
        service_code=service("99442"),
        started_at=hours.at(on),
        minutes=15,
        fee=Money(40_00),
        now=NOW,
        by=by,
    )


def test_a_session_has_a_code_of_its_own_day(desk: Membership, amara: Client) -> None:
    deleted(desk)

    by_phone(desk, amara, date(2024, 12, 31))
    with pytest.raises(sessions.CodeNotValid, match="99442 was deleted"):
        by_phone(desk, amara, date(2025, 1, 1))


def test_the_database_refuses_a_deleted_code_by_the_practices_day(
    desk: Membership, amara: Client
) -> None:
    row = {
        "client": amara,
        "therapist": hours.hour(amara).therapist,
        "service_code": deleted(desk),
        "minutes": 15,
        "fee": Money(40_00),
        "recorded_at": NOW,
        "recorded_by": desk,
    }

    Session.objects.create(**row, started_at=hours.at(date(2024, 12, 31), 23, 59))
    with pytest.raises(IntegrityError, match="99442 cannot be billed on 2025-01-01"):
        Session.objects.create(**row, started_at=hours.at(date(2025, 1, 1), 0))


@pytest.mark.parametrize(
    ("minutes", "code"),
    [(16, "90832"), (37, "90832"), (38, "90834"), (52, "90834"), (53, "90837"), (90, "90837")],
)
def test_the_minutes_choose_the_code(db: None, minutes: int, code: str) -> None:
    for asked in ("90832", "90834", "90837"):
        assert known_codes.fit(asked, minutes, TODAY).code == code


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (15, "15 minutes are too few for 90832"),
        (37, "one minute more would be 90834"),
        (38, "one minute less would be 90832"),
        (45, ""),
        (52, "52 minutes are 90834, and one minute more would be 90837"),
        (53, "53 minutes are 90837, and one minute less would be 90834"),
        (54, ""),
    ],
)
def test_the_borders_are_worth_a_second_look(db: None, minutes: int, words: str) -> None:
    code = known_codes.fit("90834", minutes, TODAY).code
    warning = known_codes.fit(code, minutes, TODAY).warning

    assert words in warning
    assert bool(words) == bool(warning)


def test_a_code_that_does_not_fit_is_told_with_the_one_that_does(db: None) -> None:
    fit = known_codes.fit("90837", 50, TODAY)

    assert fit.code == "90834"
    assert fit.warning == "50 minutes are 90834, not 90837: 90834 is 38 to 52 minutes."


def test_a_code_without_minutes_fits_as_it_is(db: None) -> None:
    assert known_codes.fit("90853", 5, TODAY) == known_codes.Fit("90853", "")
    assert known_codes.fit("LETTER", 5, TODAY) == known_codes.Fit("LETTER", "")


def test_codes_with_minutes_leave_no_gap_in_their_family(db: None) -> None:
    for family in ("PSYCHOTHERAPY", "WITH_VISIT"):
        rows = KnownCode.objects.filter(family=family).order_by("minutes_from")
        spans = [(row.minutes_from, row.minutes_until) for row in rows]
        assert spans == [(16, 37), (38, 52), (53, None)]
