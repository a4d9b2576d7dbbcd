"""What a field of JSON takes, and what it refuses."""

import pytest
from rest_framework.exceptions import ValidationError

from accounts.api import fields


def test_a_text_with_a_card_number_is_refused() -> None:
    with pytest.raises(ValidationError, match="Card numbers have no place here"):
        fields.Text().run_validation("charge 4242 4242 4242 4242")


@pytest.mark.parametrize("sent", [4242424242424242, None, ["90834"]])
def test_a_text_is_sent_as_one(sent: object) -> None:
    with pytest.raises(ValidationError):
        fields.Text().run_validation(sent)
