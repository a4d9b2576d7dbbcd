"""Good faith estimates: issued, replaced, given, asked for, and never changed."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.services import particulars
from audit.models import Event
from billing.models import Estimate, EstimateItem, EstimateText, ServiceCode
from billing.selectors import estimate_words, estimates, estimates_due
from billing.services import documents
from billing.services import estimates as services
from billing.services.estimates import Words
from clients.models import Client
from clients.services import diagnoses
from ledger.money import Money
from tests.billing import desk as at
from tests.billing import estimating as an
from tests.billing import hours
from tests.billing.desk import NOW, TODAY
from tests.billing.raw import check_as_at_commit, execute
from tests.pdf_text import text_of

JUNE_30 = date(2026, 6, 30)


def test_an_estimate_says_what_is_expected(desk: Membership, amara: Client) -> None:
    made = an.estimate(amara, desk)

    assert (made.number, made.total) == ("GFE-2026-0001", Money(1_500_00))
    assert (made.cause, made.due_on) == ("OFFERED", None)
    [item] = estimates.items_of([made])[made.pk]
    assert (item.code, item.times, item.sum) == ("90834", 10, Money(1_500_00))
    assert estimates.said(made)["primary"] == "Talking therapy, once a week"


def test_the_same_form_makes_one(desk: Membership, amara: Client) -> None:
    key = uuid4()

    assert an.estimate(amara, desk, key=key) == an.estimate(amara, desk, key=key)
    with pytest.raises(services.KeyReused):
        an.estimate(at.client(desk, "Whitfield"), desk, key=key)


def test_the_document_holds_what_the_rule_asks_for(desk: Membership, amara: Client) -> None:
    made = an.estimate(amara, desk, words=Words("Talking therapy", separate="Testing elsewhere"))
    printed = documents.render(made, now=NOW, by=desk)
    text = " ".join(text_of(printed.pdf).split())

    assert printed.file_name == "estimate-2026-0001.pdf"
    for words in (
        "Amara Okonkwo",
        "Talking therapy",
        "Josephine Marsh, LICSW",
        f"NPI {an.NPI}",
        "12-3456789",
        "Salem, MA 01970",
        "90834",
        "1,500.00",
        "Testing elsewhere",
        "There may be more.",
        "It is an estimate.",
        "within 120 calendar days",
        "It is not a contract.",
        "does not affect the quality of the care",
    ):
        assert words in text, words


def test_a_reprint_serves_the_same_bytes_whatever_changed(desk: Membership, amara: Client) -> None:
    made = an.estimate(amara, desk)
    first = documents.render(made, now=NOW, by=desk)
    particulars.set_of_practice(**{**an.PRACTICE, "street": "2 Elm"}, now=NOW, by=desk)

    assert documents.render(made, now=NOW + timedelta(days=9), by=desk).pdf == first.pdf


def test_without_the_npi_nothing_is_issued(desk: Membership, amara: Client) -> None:
    with pytest.raises(estimate_words.Missing, match="address and tax number and the NPI"):
        services.issue(
            client=amara,
            since=TODAY,
            until=JUNE_30,
            expected=[an.expected()],
            words=Words("Therapy"),
            wanted="PAPER",
            key=uuid4(),
            today=TODAY,
            now=NOW,
            by=desk,
        )


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"expected": []}, services.NothingExpected),
        ({"until": TODAY - timedelta(days=1)}, services.WrongDays),
        ({"until": date(2027, 3, 3)}, services.WrongDays),
    ],
)
def test_what_makes_no_sense_is_refused(
    desk: Membership, amara: Client, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        an.estimate(amara, desk, **changes)


def test_twelve_months_are_the_most(desk: Membership, amara: Client) -> None:
    assert an.estimate(amara, desk, until=date(2027, 3, 2)).until == date(2027, 3, 2)
    assert services.last_day(date(2028, 2, 29)) == date(2029, 2, 27)


def test_a_new_one_replaces_what_stands_and_both_stay(desk: Membership, amara: Client) -> None:
    first = an.estimate(amara, desk)
    second = an.estimate(amara, desk, since=date(2026, 4, 1), expected=[an.expected(times=20)])

    assert (second.replaces, second.cause) == (first, "CHANGED")
    assert estimates.replacement_of(first) == second
    [newest, before] = estimates.of_person(amara)
    assert (newest.since, newest.until) == (date(2026, 4, 1), JUNE_30)
    assert (before.since, before.until) == (TODAY, date(2026, 3, 31))


def test_days_of_two_estimates_are_not_replaced_at_once(desk: Membership, amara: Client) -> None:
    an.estimate(amara, desk, until=date(2026, 3, 31))
    an.estimate(amara, desk, since=date(2026, 4, 1))

    with pytest.raises(services.TwoStand, match="GFE-2026-0001 and GFE-2026-0002"):
        an.estimate(amara, desk)


def test_diagnoses_are_named_only_where_that_is_wished(
    desk: Membership, therapist: Membership, amara: Client
) -> None:
    diagnoses.add(
        client=amara, code="F41.1", rank=1, starts_on=date(2026, 1, 1), now=NOW, by=therapist
    )
    plain = an.estimate(amara, desk)
    named = an.estimate(amara, desk, words=Words("Therapy", names_diagnoses=True))

    assert (plain.names_diagnoses, estimates.said(plain)["diagnoses"]) == (False, [])
    assert (named.names_diagnoses, estimates.said(named)["diagnoses"]) == (True, ["F41.1"])


def test_it_is_given_and_accepted(desk: Membership, amara: Client) -> None:
    made = an.estimate(amara, desk)
    with pytest.raises(services.NotGiven):
        an.noted(made, desk, "ACCEPTED")
    given = an.noted(made, desk)

    assert an.noted(made, desk) == given
    assert an.noted(made, desk, "ACCEPTED").kind == "ACCEPTED"
    with pytest.raises(services.NotThen):
        an.noted(made, desk, happened_on=TODAY + timedelta(days=1))
    with pytest.raises(services.NotThen):
        an.noted(made, desk, happened_on=TODAY - timedelta(days=1))


def test_no_event_tells_words_of_an_estimate(desk: Membership, amara: Client) -> None:
    an.noted(an.estimate(amara, desk), desk)

    told = str(list(Event.objects.values_list("facts", flat=True)))
    assert "Talking" not in told
    assert "Okonkwo" not in told


def test_a_request_is_due_until_it_is_answered(desk: Membership, amara: Client) -> None:
    key = uuid4()
    told: dict[str, Any] = {"client": amara, "asked_on": TODAY, "key": key, "today": TODAY}
    first = services.ask(**told, now=NOW, by=desk)

    assert services.ask(**told, now=NOW, by=desk) == first
    [due] = estimates_due.of([amara.pk], on=TODAY)
    assert (due.cause, due.due_on) == ("ASKED", date(2026, 3, 6))
    made = an.estimate(amara, desk, now=NOW + timedelta(minutes=5))
    assert (made.cause, made.due_on) == ("ASKED", date(2026, 3, 6))
    [due] = estimates_due.of([amara.pk], on=TODAY)
    assert (due.made_id, due.why) == (made.pk, "Made, not given yet")
    an.noted(made, desk)
    assert estimates_due.of([amara.pk], on=TODAY) == []


def test_an_estimate_that_was_altered_is_not_read(desk: Membership, amara: Client) -> None:
    made = an.estimate(amara, desk)
    row = EstimateText.objects.get(estimate=made)
    row.said = {**row.said, "primary": "Something else"}
    row.save(update_fields=["said"])

    with pytest.raises(estimates.Altered):
        estimates.said(made)


def raw_estimate(like: Estimate, **changes: Any) -> Estimate:
    """Insert an estimate as one that stands, without its items and words."""
    return Estimate.objects.create(
        **{
            "number": f"GFE-{uuid7().hex[:12]}",
            "client_id": like.client_id,
            "cause": "OFFERED",
            "since": date(2026, 8, 1),
            "until": date(2026, 8, 31),
            "wanted": "PAPER",
            "total": Money(100),
            "item_count": 1,
            "names_diagnoses": False,
            "said_commitment": b"",
            "key": uuid4(),
            "issued_on": TODAY,
            "issued_at": NOW,
            "issued_by": like.issued_by,
            **changes,
        }
    )


def test_the_database_refuses_an_estimate_that_does_not_add_up(
    desk: Membership, amara: Client
) -> None:
    made = an.estimate(amara, desk)

    with pytest.raises(IntegrityError, match="does not add up"), transaction.atomic():
        raw_estimate(made)
        check_as_at_commit()


def test_the_database_refuses_an_estimate_without_words(desk: Membership, amara: Client) -> None:
    made = an.estimate(amara, desk)

    with pytest.raises(IntegrityError, match="says nothing"), transaction.atomic():
        raw = raw_estimate(made)
        add_item(raw, desk)
        check_as_at_commit()


def add_item(to: Estimate, by: Membership, position: int = 1) -> None:
    EstimateItem.objects.create(
        estimate=to,
        position=position,
        therapist=by,
        service_code=ServiceCode.objects.get(code="90834"),
        times=1,
        charge=Money(100),
    )


def test_the_database_lets_no_item_join(desk: Membership, amara: Client) -> None:
    made = an.estimate(amara, desk)

    with pytest.raises(IntegrityError, match="no item can join it"), transaction.atomic():
        add_item(made, desk, position=2)


def test_the_database_lets_no_two_stand_on_one_day(desk: Membership, amara: Client) -> None:
    made = an.estimate(amara, desk)

    with pytest.raises(IntegrityError, match="stands on these days"), transaction.atomic():
        raw_estimate(made, since=JUNE_30)


def test_the_database_refuses_to_replace_one_of_somebody_else(
    desk: Membership, amara: Client
) -> None:
    made, other = an.estimate(amara, desk), at.client(desk, "Whitfield")

    with pytest.raises(IntegrityError, match="of somebody else"), transaction.atomic():
        raw = raw_estimate(made, client_id=other.pk, replaces=made)
        add_item(raw, desk)
        EstimateText.objects.create(estimate=raw, said={})
        check_as_at_commit()


def test_the_database_replaces_one_only_once(desk: Membership, amara: Client) -> None:
    made = an.estimate(amara, desk)
    an.estimate(amara, desk)

    with pytest.raises(IntegrityError, match="replaced_once"), transaction.atomic():
        raw_estimate(made, replaces=made)


def test_the_database_knows_twelve_months(desk: Membership, amara: Client) -> None:
    made = an.estimate(amara, desk)

    with pytest.raises(IntegrityError, match="at_most_a_year"), transaction.atomic():
        raw_estimate(made, until=date(2027, 8, 1))


def test_the_database_takes_no_answer_to_what_was_not_given(
    desk: Membership, amara: Client
) -> None:
    made = an.estimate(amara, desk)
    insert = (
        "INSERT INTO billing_estimatenote (id, estimate_id, kind, way, happened_on, noted_at,"
        " noted_by_id) VALUES (%s, %s, %s, 'PAPER', %s, %s, %s)"
    )

    with pytest.raises(IntegrityError, match="nobody gave"), transaction.atomic():
        execute(insert, uuid7(), made.pk, "ACCEPTED", TODAY, NOW, desk.pk)
    with pytest.raises(IntegrityError, match="before the estimate"), transaction.atomic():
        execute(insert, uuid7(), made.pk, "GIVEN", TODAY - timedelta(days=1), NOW, desk.pk)


def test_booking_makes_an_estimate_due(desk: Membership, amara: Client) -> None:
    hours.planned(amara, desk, starts_at=hours.at(date(2026, 3, 6)))  # Friday, 3 days ahead
    [due] = estimates_due.of([amara.pk], on=TODAY)

    assert (due.cause, due.due_on, due.count) == ("BOOKED", date(2026, 3, 4), 1)
    made = an.estimate(amara, desk)
    assert (made.cause, made.due_on) == ("BOOKED", date(2026, 3, 4))
