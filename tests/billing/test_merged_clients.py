"""The money of a person with two records: shown together while they are merged, as before after."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from accounts.permissions import BUILT_IN_ROLES
from accounts.tenancy import practice_scope
from billing.models import Invoice
from billing.selectors import balances, client_money, found, integrity
from clients.models import Client, Merge
from clients.selectors import clients, search
from clients.services import assignments, merges
from ledger.money import Money
from ledger.selectors import integrity as books
from tests.billing import desk as at
from tests.billing.conftest import Billed
from tests.billing.views.test_search import SignedIn
from tests.billing.views.test_search import found as searched

DESK = next(role.permissions for role in BUILT_IN_ROLES if role.slug == "front-desk")
DAYS = [date(2026, 1, 15), date(2026, 2, 10), date(2026, 3, 3)]

steps = st.tuples(
    st.sampled_from(["issue", "pay"]),
    st.integers(0, 1),
    st.integers(1, 400_00),
    st.sampled_from(DAYS),
)


def merge(kept: Client, merged: Client, asks: Membership, agrees: Membership) -> Any:
    request = merges.ask(kept=kept, merged=merged, now=at.NOW, by=asks)
    merges.approve(merge=request, now=at.NOW, by=agrees)
    return request


def owed(client: Client) -> tuple[Money, Money]:
    balance = balances.balances_of([client.pk], on=at.TODAY).get(client.pk, balances.NOTHING)
    return balance.owes, balance.credit


def total(*sums: tuple[Money, Money]) -> tuple[Money, Money]:
    return sums[0][0] + sums[1][0], sums[0][1] + sums[1][1]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(before=st.lists(steps, max_size=6), meanwhile=st.lists(steps, max_size=4))
def test_a_merge_adds_balances_and_undoing_it_parts_them_again(
    desk: Membership, accountant: Membership, before: list[Any], meanwhile: list[Any]
) -> None:
    with transaction.atomic():
        kept, double = at.client(desk), at.client(desk, "Okonkwo-Bell")
        for step in before:
            do(step, [kept, double], desk)
        of_kept, of_double = owed(kept), owed(double)
        immutable = list(Invoice.objects.order_by("pk").values_list("pk", "client_id", "entry_id"))

        request = merge(kept, double, desk, accountant)

        assert owed(kept) == owed(double) == total(of_kept, of_double)
        assert immutable == list(
            Invoice.objects.order_by("pk").values_list("pk", "client_id", "entry_id")
        )

        with transaction.atomic():
            merges.undo(merge=request, now=at.NOW, by=desk)
            assert (owed(kept), owed(double)) == (of_kept, of_double)
            transaction.set_rollback(True)

        for step in meanwhile:
            do(step, [kept, double], desk)
        together = owed(kept)
        merges.undo(merge=request, now=at.NOW, by=desk)
        assert total(owed(kept), owed(double)) == together
        assert list(integrity.findings()) == list(books.findings()) == []
        transaction.set_rollback(True)


def do(step: tuple[str, int, int, date], people: list[Client], by: Membership) -> None:
    act, who, cents, on = step
    dollars = str(Money(cents))
    if act == "issue":
        at.invoice(people[who], by, dollars=dollars, issued_on=on)
    else:
        at.cash(people[who], by, dollars, on=on, keep_rest=True)


@pytest.fixture
def merged(billed: Billed, front_desk: Membership, accountant: Membership) -> Billed:
    """C-0002, whom nobody is assigned to, merged into C-0001, whom the therapist cares for."""
    with practice_scope(billed.house.id, person_id=front_desk.person_id):
        merge(billed.own, billed.other, front_desk, accountant)
    return billed


def test_the_kept_one_shows_everything_of_both(
    merged: Billed, front_desk: Membership, signed_in: SignedIn
) -> None:
    page = signed_in(front_desk).get(reverse("billing:client", args=[merged.own.pk]))

    text = page.content.decode()
    assert "Owes $300.00 on 2 invoices" in text
    assert merged.own_invoice.number in text
    assert merged.other_invoice.number in text
    assert "C-0002" in text


def test_the_merged_ones_page_leads_to_the_kept_one(
    merged: Billed, front_desk: Membership, signed_in: SignedIn
) -> None:
    answer = signed_in(front_desk).get(
        reverse("billing:client", args=[merged.other.pk]), follow=True
    )

    assert answer.redirect_chain == [(reverse("billing:client", args=[merged.own.pk]), 302)]
    assert "C-0002 was merged into this record." in answer.content.decode()


@pytest.mark.parametrize("text", ["c-0001", "c-0002", "okonkwo", "whitfield", "okonkwo whitfield"])
def test_a_search_finds_one_person_by_both_records(
    merged: Billed, front_desk: Membership, signed_in: SignedIn, text: str
) -> None:
    answer = searched(signed_in(front_desk), text, as_typed=True)

    assert "1 client found." in answer
    assert "$300.00" in answer
    assert reverse("billing:client", args=[merged.own.pk]) in answer


def test_who_sees_codes_only_finds_one_person_by_both_codes(
    merged: Billed, accountant: Membership, signed_in: SignedIn
) -> None:
    for code in ("c-0001", "0002", "c-0"):
        assert "1 client found." in searched(signed_in(accountant), code, as_typed=True)


def test_lists_show_the_person_once(
    merged: Billed, front_desk: Membership, therapist: Membership, signed_in: SignedIn
) -> None:
    everybody = signed_in(front_desk).get(reverse("clients:list")).content.decode()
    own = signed_in(therapist).get(reverse("billing:my_clients")).content.decode()

    assert "1 client." in everybody
    assert "1 client." in own
    assert "300.00" in own


def test_whoever_sees_one_record_sees_both(
    merged: Billed, therapist: Membership, signed_in: SignedIn
) -> None:
    browser = signed_in(therapist)

    for invoice in (merged.own_invoice, merged.other_invoice):
        assert browser.get(reverse("billing:invoice", args=[invoice.pk])).status_code == 200


def test_undone_a_therapist_sees_the_own_client_only_again(
    merged: Billed, front_desk: Membership, therapist: Membership, signed_in: SignedIn
) -> None:
    with practice_scope(merged.house.id, person_id=front_desk.person_id):
        request = Merge.objects.get()
        merges.undo(merge=request, now=at.NOW, by=front_desk)

    url = reverse("billing:invoice", args=[merged.other_invoice.pk])
    assert signed_in(therapist).get(url).status_code == 404
    assert "$150.00" in searched(signed_in(front_desk), "okonkwo", as_typed=True)


def test_a_therapist_of_the_merged_record_finds_the_kept_one(
    desk: Membership, therapist: Membership, accountant: Membership
) -> None:
    kept, double = at.client(desk), at.client(desk, "Okonkwo-Bell")
    assignments.assign(client=double, therapist=therapist, starts_on=at.TODAY, now=at.NOW, by=desk)
    merge(kept, double, desk, accountant)

    visible = clients.visible_to(therapist, on=at.TODAY)

    assert set(visible) == {kept, double}
    rows = found.rows([kept.pk], on=at.TODAY, permissions=DESK)
    assert [row.therapist for row in rows] == [therapist.display_name]
    assert search.find(visible, "okonkwo", permissions=DESK, limit=9).first == [kept.pk]
    assert [own.code for own in mine(therapist)] == ["C-0001"]


def mine(therapist: Membership) -> list[client_money.OwnClient]:
    permissions = next(role.permissions for role in BUILT_IN_ROLES if role.slug == "therapist")
    return client_money.own_clients(therapist, on=at.TODAY, zone=at.ZONE, permissions=permissions)


def test_a_session_typed_for_the_merged_code_is_the_kept_ones(
    merged: Billed, front_desk: Membership, therapist: Membership, signed_in: SignedIn
) -> None:
    page = signed_in(front_desk).get(reverse("billing:session_new") + f"?client={merged.other.pk}")

    assert 'value="C-0001"' in page.content.decode()


def test_an_invoice_of_the_merged_record_is_paid_where_it_stands(
    merged: Billed, front_desk: Membership, signed_in: SignedIn
) -> None:
    browser: Browser = signed_in(front_desk)
    page = browser.get(reverse("billing:payment_new") + f"?invoice={merged.other_invoice.pk}")

    assert 'value="C-0002"' in page.content.decode()
    with practice_scope(merged.house.id, person_id=front_desk.person_id):
        at.cash(merged.other, front_desk, "150.00", apply_to=merged.other_invoice)
        assert owed(merged.own) == (Money(150_00), Money(0))


def test_taking_a_payment_leads_to_what_is_open_of_the_merged_record(
    merged: Billed, front_desk: Membership, signed_in: SignedIn
) -> None:
    with practice_scope(merged.house.id, person_id=front_desk.person_id):
        at.cash(merged.own, front_desk, "150.00", apply_to=merged.own_invoice)
    url = reverse("billing:payment_new")

    answer = signed_in(front_desk).get(f"{url}?client={merged.own.pk}")

    assert answer.headers["Location"] == f"{url}?invoice={merged.other_invoice.pk}"
