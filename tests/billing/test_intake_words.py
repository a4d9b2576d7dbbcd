"""What the desk calls another system's records."""

from billing.templatetags.intake import DESK_WORDS, desk_word
from clients.fhir.needed import PATHS


def test_every_kind_that_is_read_has_a_word_of_the_desk() -> None:
    assert sorted(PATHS.keys() - DESK_WORDS.keys()) == []
    assert desk_word("Patient") == "Client"


def test_a_kind_that_nobody_named_keeps_its_own_name() -> None:
    assert desk_word("Goal") == "Goal"
