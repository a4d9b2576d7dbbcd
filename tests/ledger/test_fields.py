"""The column of money: Money in, whole cents in a BIGINT, Money out."""

from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum

from accounts.models import Membership
from ledger.fields import MoneyField
from ledger.models import Posting
from ledger.money import Money
from ledger.services import journal
from tests.ledger.events import rent


def test_the_column_is_bigint() -> None:
    assert MoneyField().db_type(connection) == "bigint"


def test_money_comes_back_as_money(books: Membership) -> None:
    journal.post(**rent(books, dollars="1,350.07"))

    posting = Posting.objects.get(debit=Money(135007))

    assert (posting.debit, posting.credit) == (Money(135007), Money(0))
    assert Posting.objects.aggregate(total=Sum("debit")) == {"total": Money(135007)}


@pytest.mark.parametrize("value", [1.0, True, "100", Decimal(1)])
def test_only_money_goes_in(value: object) -> None:
    with pytest.raises(TypeError, match="takes Money"):
        MoneyField().get_prep_value(value)


def test_a_dump_holds_the_cents() -> None:
    field = Posting._meta.get_field("debit")

    text = field.value_to_string(Posting(debit=Money(-1770)))

    assert (text, field.to_python(text)) == ("-1770", Money(-1770))
