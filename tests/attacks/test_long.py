"""The properties of the books and of the desk, over far more and far longer histories."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from clients.models import Client
from tests.billing import conftest as of_the_desk
from tests.billing import test_properties as desk_properties
from tests.ledger import conftest as of_the_books
from tests.ledger import test_properties as book_properties

pytestmark = pytest.mark.long

many = settings(
    max_examples=1_500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

books, desk, amara = of_the_books.books, of_the_desk.desk, of_the_desk.amara


@many
@given(st.lists(book_properties.steps, min_size=5, max_size=60))
def test_the_books_say_what_happened(books: Membership, history: list[Any]) -> None:
    said = book_properties.test_the_books_say_what_happened
    said.hypothesis.inner_test(books, history)  # type: ignore[attr-defined]  # set by @given


@many
@given(st.lists(desk_properties.steps, min_size=5, max_size=40))
def test_no_cent_is_lost_or_spent_twice(
    desk: Membership, amara: Client, history: list[Any]
) -> None:
    lost = desk_properties.test_no_cent_is_lost_or_spent_twice
    lost.hypothesis.inner_test(desk, amara, history)  # type: ignore[attr-defined]  # set by @given
