from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Membership
from accounts.selectors import members
from billing.forms import DayField, PaymentForm, SessionForm
from billing.forms.reports import ReportForm
from billing.models import ServiceCode
from clients.models import Client
from ledger.money import Money
from tests.billing.desk import TODAY, ZONE


def payment_form(**typed: Any) -> PaymentForm:
    usual = {
        "code": "C-0001",
        "key": str(uuid4()),
        "amount": "20.00",
        "method": "CASH",
        "received_on": "2026-03-03",
    }
    return PaymentForm(usual | typed, visible=Client.objects.all(), today=TODAY)


def session_form(therapist: Membership, **typed: Any) -> SessionForm:
    usual = {
        "code": "C-0001",
        "therapist": str(therapist.pk),
        "service": str(ServiceCode.objects.get(code="90834").pk),
        "on": "2026-02-17",
        "at": "10:00",
        "minutes": "45",
        "fee": "",
    }
    return SessionForm(
        usual | typed, visible=Client.objects.all(), today=TODAY, zone=ZONE, alone=None
    )


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("135", 135_00), ("135.00", 135_00), ("1,350.5", 1_350_50), (" 20.00 ", 20_00)],
)
def test_an_amount_is_read_as_people_type_it(
    desk: Membership, amara: Client, typed: str, amount: int
) -> None:
    form = payment_form(amount=typed)

    assert form.is_valid(), form.errors
    assert form.cleaned_data["amount"] == Money(amount)


@pytest.mark.parametrize("typed", ["", "0", "-5", "abc", "1.234", "1e3", "NaN", "१२"])
def test_anything_else_is_no_amount(desk: Membership, amara: Client, typed: str) -> None:
    form = payment_form(amount=typed)

    assert list(form.errors) == ["amount"]


@pytest.mark.parametrize("typed", ["c-0001", " C-0001 "])
def test_a_clients_code_is_read_as_people_type_it(
    desk: Membership, amara: Client, typed: str
) -> None:
    form = payment_form(code=typed)

    assert form.is_valid()
    assert form.cleaned_data["code"] == amara


def test_a_client_who_may_not_be_seen_is_unknown(desk: Membership, amara: Client) -> None:
    form = payment_form()
    form.visible = Client.objects.none()

    assert form.errors == {"code": ["There is no client with this code."]}


def test_a_check_has_its_number_and_cash_has_none(desk: Membership, amara: Client) -> None:
    unnumbered, numbered = payment_form(method="CHECK"), payment_form(method="CHECK", reference="7")
    cash = payment_form(reference="2207")

    assert list(unnumbered.errors) == ["reference"]
    assert numbered.is_valid()
    assert cash.is_valid()
    assert cash.cleaned_data["reference"] == ""


@pytest.mark.parametrize("typed", ["4242424242424242", "22-07", "two"])
def test_a_check_number_is_a_few_digits(desk: Membership, amara: Client, typed: str) -> None:
    assert list(payment_form(method="CHECK", reference=typed).errors) == ["reference"]


def test_a_card_cannot_be_taken_at_the_desk(desk: Membership, amara: Client) -> None:
    assert list(payment_form(method="CARD").errors) == ["method"]


def test_money_of_tomorrow_is_refused(desk: Membership, amara: Client) -> None:
    assert list(payment_form(received_on="2026-03-04").errors) == ["received_on"]


def test_without_a_fee_the_list_says_what_it_costs(desk: Membership, amara: Client) -> None:
    form = session_form(members.therapists().get())

    assert form.is_valid(), form.errors
    assert form.cleaned_data["fee"] is None
    assert form.cleaned_data["started_at"] == datetime(2026, 2, 17, 15, tzinfo=UTC)


def test_a_fee_of_zero_is_a_fee(desk: Membership, amara: Client) -> None:
    form = session_form(members.therapists().get(), fee="0")

    assert form.is_valid(), form.errors
    assert form.cleaned_data["fee"] == Money(0)


@pytest.mark.parametrize(
    ("field", "typed"),
    [("minutes", "0"), ("minutes", "1441"), ("at", "25:00"), ("on", "soon"), ("fee", "x")],
)
def test_what_is_wrong_is_told_at_its_field(
    desk: Membership, amara: Client, field: str, typed: str
) -> None:
    assert field in session_form(members.therapists().get(), **{field: typed}).errors


def test_a_therapist_who_records_alone_chooses_nobody_else(
    desk: Membership, amara: Client, accountant: Membership
) -> None:
    form = SessionForm(visible=Client.objects.all(), today=TODAY, zone=ZONE, alone=accountant)

    assert list(form.fields["therapist"].queryset) == []  # type: ignore[attr-defined]  # a ModelChoiceField


def test_a_report_is_as_of_a_day_and_perhaps_known_at_a_moment() -> None:
    form = ReportForm({"as_of": "2026-02-28", "known_at": "2026-03-03T09:12"})

    assert form.is_valid()
    assert form.cleaned_data["as_of"] == date(2026, 2, 28)
    assert form.cleaned_data["known_at"] == datetime(2026, 3, 3, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["0001-01-01", "1989-12-31"])
def test_a_day_that_the_books_do_not_know_is_refused_in_words(typed: str) -> None:
    with pytest.raises(ValidationError, match="1990 or later"):
        DayField().clean(typed)
    with pytest.raises(ValidationError, match="2200 or earlier"):
        DayField().clean("2201-01-01")
    assert DayField().clean("1990-01-01") == date(1990, 1, 1)
