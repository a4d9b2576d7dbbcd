"""Bank lines: taken in once however often, matched exactly, and every difference explained."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from accounts.tenancy import practice_scope
from audit.actions import Action
from audit.models import Event
from billing import tasks
from billing.bank_files import Unreadable
from billing.models import BankFile, BankLine, BankMatch
from billing.selectors import bank
from billing.services import bank_files, bank_matches, bill_payments
from billing.views.bank import tie_of
from ledger.chart import Role
from ledger.money import ZERO, Money
from ledger.selectors import account_moves
from ledger.selectors.categories import Chosen
from ledger.services.journal import Line, post
from tests.billing import desk as at
from tests.billing import raw, spending
from tests.billing.test_bank_files import SGML
from tests.houses import House


@pytest.fixture
def books(practice: House, accountant: Membership) -> Iterator[Membership]:
    """Harbor Lane's scope with open books; gives the accountant."""
    with practice_scope(practice.id, person_id=accountant.person_id):
        at.open_books(accountant)
        yield accountant
        transaction.set_rollback(True)


def bank_account() -> Chosen:
    return spending.account(Role.OPERATING_BANK)


def rent(by: Membership, dollars: str = "500.00", on: date = spending.BILLED) -> None:
    spending.paid(
        spending.bill(spending.vendor(by, f"Elm {uuid4()}"), by, dollars), by, dollars, on=on
    )


def lines() -> list[bank.LineRow]:
    account = bank_account().id
    return bank.with_offers(account, list(bank.unmatched_lines(account)))


def rent_line() -> BankLine:
    return BankLine.objects.get(amount=Money(-500_00))


def match(line: BankLine, by: Membership) -> BankMatch:
    row = next(each for each in lines() if each.pk == line.pk)
    return bank_matches.match(line=line, posting_id=row.offers[0].pk, now=at.NOW, by=by)


def test_a_file_taken_in_twice_adds_nothing(books: Membership) -> None:
    first, again = spending.taken_in(books), spending.taken_in(books)

    assert (first.added, first.known) == (2, 0)
    assert (again.added, again.known) == (0, 2)
    assert first.content is None
    assert BankLine.objects.count() == 2


def test_a_file_that_overlaps_adds_what_is_new(books: Membership) -> None:
    spending.taken_in(books)

    longer = spending.taken_in(books, spending.BANK_CSV + b"2026-02-16,PAYER,80.50\n")

    assert (longer.added, longer.known) == (1, 2)


def test_ofx_is_known_by_the_banks_own_number(books: Membership) -> None:
    def taken(content: bytes) -> tuple[int, int]:
        file = bank_files.upload(account=bank_account(), content=content, now=at.NOW, by=books)
        file = bank_files.take_in(file=file, mapping=None, closing=None, now=at.NOW, by=books)
        return file.added, file.known

    assert taken(SGML.encode("cp1252")) == (3, 0)
    assert taken(SGML.replace("ELM", "OTHER WORDS").encode("cp1252")) == (0, 3)
    found = bank.reconciliation(bank_account())
    assert found is not None
    assert (found.on, found.bank) == (date(2026, 3, 31), Money(1234_56))


def test_a_file_with_a_bad_row_adds_nothing(books: Membership) -> None:
    with pytest.raises(bank_files.Faulty):
        spending.taken_in(books, spending.BANK_CSV + b"2026-02-31,Oops,1.00\n")

    assert not BankLine.objects.exists()


def test_a_file_is_over_once(books: Membership) -> None:
    file = spending.taken_in(books)
    with pytest.raises(bank_files.Over):
        bank_files.discard(file=file, now=at.NOW, by=books)


def test_a_file_that_nobody_takes_in_is_thrown_away_after_a_day(books: Membership) -> None:
    taken = spending.taken_in(books)
    file = bank_files.upload(
        account=bank_account(), content=spending.BANK_CSV, now=at.NOW, by=books
    )

    assert bank_files.forget_old(now=at.NOW + timedelta(hours=23)) == 0
    assert bank_files.forget_old(now=at.NOW + timedelta(hours=24)) == 1

    file.refresh_from_db()
    assert (file.content, file.is_taken_in) == (None, False)
    assert BankLine.objects.filter(file=taken).count() == 2


@pytest.mark.commits
def test_a_file_is_emptied_by_the_beat(practice: House, accountant: Membership) -> None:
    with practice_scope(practice.id, person_id=accountant.person_id):
        at.open_books(accountant)
        file = bank_files.upload(
            account=bank_account(), content=spending.BANK_CSV, now=at.NOW, by=accountant
        )

    tasks.redrive_practice(practice_id=str(practice.id))

    with practice_scope(practice.id):
        assert BankFile.objects.get(pk=file.pk).content is None
        told = Event.objects.get(action=Action.BANK_FILE_DISCARDED)
        assert (told.target_id, told.person_id) == (file.pk, None)


def test_the_database_keeps_no_content_of_a_file_that_is_over(books: Membership) -> None:
    file = bank_files.upload(
        account=bank_account(), content=spending.BANK_CSV, now=at.NOW, by=books
    )

    with pytest.raises(IntegrityError, match="emptied_when_over"), transaction.atomic():
        raw.execute("UPDATE billing_bankfile SET finished_at = now() WHERE id = %s", file.pk)


def test_a_file_of_headings_alone_is_not_kept(books: Membership) -> None:
    for content in (b"Date,Description,Amount", b"Date,Description,Amount\r\n,,\r\n\r\n"):
        with pytest.raises(Unreadable, match="headings and no line below"):
            bank_files.upload(account=bank_account(), content=content, now=at.NOW, by=books)

    assert not BankFile.objects.exists()


def test_a_posting_of_the_amount_within_a_week_is_offered(books: Membership) -> None:
    rent(books, on=date(2026, 2, 18))
    rent(books)
    rent(books, on=date(2026, 2, 19))
    rent(books, "499.99")
    spending.taken_in(books)

    offers = {row.amount: row.offers for row in lines()}

    assert [offer.days_apart for offer in offers[Money(-500_00)]] == [1, 7]
    assert offers[Money(80_50)] == []


def test_a_match_is_one_to_one_and_can_be_undone(books: Membership) -> None:
    rent(books)
    spending.taken_in(books)
    spending.taken_in(books, b"Date,Words,Amount\n2026-02-12,ELM AGAIN,-500.00\n")
    first, second = BankLine.objects.filter(amount=Money(-500_00)).order_by("booked_on")
    stands = match(first, books)

    with pytest.raises(bank_matches.AlreadyMatched):
        bank_matches.match(line=first, posting_id=stands.posting_id, now=at.NOW, by=books)
    with pytest.raises(bank_matches.AlreadyMatched, match="Another line"):
        bank_matches.match(line=second, posting_id=stands.posting_id, now=at.NOW, by=books)
    bank_matches.undo(line=first, now=at.NOW, by=books)
    with pytest.raises(bank_matches.NotMatched):
        bank_matches.undo(line=first, now=at.NOW, by=books)

    assert match(second, books)


def test_what_the_bank_confirms_is_not_taken_back(books: Membership) -> None:
    bill = spending.bill(spending.vendor(books), books)
    payment = spending.paid(bill, books, "500.00")
    spending.taken_in(books)
    match(rent_line(), books)

    with pytest.raises(bill_payments.Confirmed, match="BP-00001"):
        bill_payments.take_back(
            payment=payment, reason="TWICE", taken_back_on=at.TODAY, now=at.NOW, by=books
        )


def test_what_was_taken_back_is_neither_offered_nor_matched(books: Membership) -> None:
    bill = spending.bill(spending.vendor(books), books)
    payment = spending.paid(bill, books, "500.00")
    spending.taken_in(books)
    [offer] = next(row.offers for row in lines() if row.left)

    bill_payments.take_back(
        payment=payment, reason="TWICE", taken_back_on=at.TODAY, now=at.NOW, by=books
    )

    assert not any(row.offers for row in lines())
    with pytest.raises(bank_matches.DoesNotFit):
        bank_matches.match(line=rent_line(), posting_id=offer.pk, now=at.NOW, by=books)


def test_the_difference_is_explained_to_the_cent(books: Membership) -> None:
    """Opening money that no line shows, a fee at the bank only, and a check not cashed yet."""
    post(
        source="test:opening",
        entry_date=date(2026, 1, 1),
        memo="Opening",
        lines=[
            Line(Role.OPERATING_BANK, debit=Money(1000_00)),
            Line(Role.OWNER_EQUITY, credit=Money(1000_00)),
        ],
        by=books,
    )
    rent(books)
    rent(books, "123.45", on=date(2026, 2, 15))
    spending.taken_in(
        books,
        spending.BANK_CSV + b"2026-02-27,FEE,-3.00\n",
        closing=(date(2026, 2, 28), Money(577_50)),
    )
    match(rent_line(), books)

    found = bank.reconciliation(bank_account())

    assert found is not None
    assert found.books == Money(1000_00 - 500_00 - 123_45)
    assert (found.before, found.other_side) == (ZERO, ZERO)
    assert (found.only_bank, found.only_books) == (Money(77_50), Money(-123_45))
    assert found.difference == found.explained == Money(577_50 - 376_55)


def test_a_missing_file_shows_between_which_balances(books: Membership) -> None:
    """What no line explains is never taken for what was there before the first one."""

    def line(on: str, dollars: str, balance: str) -> None:
        spending.taken_in(
            books,
            f"Date,Words,Amount\n{on},X,{dollars}\n".encode(),
            closing=(date.fromisoformat(on), Money.parse(balance)),
        )

    line("2026-01-31", "100.00", "1100.00")
    line("2026-03-31", "7.00", "1157.00")
    found = bank.reconciliation(bank_account())
    assert found is not None
    assert found.before == Money(1000_00)
    assert found.gaps == [bank.Gap(date(2026, 1, 31), date(2026, 3, 31), Money(50_00))]
    assert found.difference != found.explained
    assert not tie_of(found).ok
    assert "From January 31, 2026 to March 31, 2026, 50.00" in tie_of(found).text

    line("2026-02-28", "50.00", "1150.00")
    found = bank.reconciliation(bank_account())
    assert found is not None
    assert (found.gaps, found.difference) == ([], found.explained)
    assert tie_of(found).ok


def test_the_database_refuses_a_match_that_does_not_fit(books: Membership) -> None:
    rent(books, "499.99")
    spending.taken_in(books)
    posting = account_moves.of(bank_account().id).get()

    with pytest.raises(bank_matches.DoesNotFit):
        bank_matches.match(line=rent_line(), posting_id=posting.pk, now=at.NOW, by=books)
    with pytest.raises(IntegrityError, match="the bank line and the posting differ"):
        BankMatch.objects.create(
            line=rent_line(), posting_id=posting.pk, matched_at=at.NOW, matched_by=books
        )


def test_the_database_keeps_what_the_bank_said(books: Membership) -> None:
    spending.taken_in(books)

    with pytest.raises(Exception, match="permission denied"):
        BankLine.objects.update(amount=Money(1))


@pytest.mark.parametrize("year", [1989, 2101])
def test_the_database_refuses_a_line_that_is_not_of_our_time(books: Membership, year: int) -> None:
    file = spending.taken_in(books)

    with pytest.raises(IntegrityError, match="billing_bankline_of_our_time"):
        BankLine.objects.create(
            file=file,
            account_id=file.account_id,
            booked_on=date(year, 6, 1),
            amount=Money(1),
            words="Old",
            identity=b"old",
        )
