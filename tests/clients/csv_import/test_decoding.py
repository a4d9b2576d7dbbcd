"""From bytes to text: never a wrong letter in the place of a right one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.csv_import import Unreadable, decode

TEXT = "Name,Born\r\nŁucja Núñez,1990-03-04\r\n"
READABLE = st.text(
    st.characters(exclude_characters="\0\ufeff", exclude_categories=["Cs"]), min_size=1
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_says_its_encoding_or_is_utf_8_is_read_without_a_question(encoding: str) -> None:
    decoded = decode(TEXT.encode(encoding))

    assert (decoded.text, decoded.is_guess) == (TEXT, False)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_zeros(encoding: str) -> None:
    plain = "Name,Born\nAnn,1990-03-04\n"

    assert decode(plain.encode(encoding)).text == plain


def test_an_older_encoding_is_a_guess_and_shows_the_words_to_look_at() -> None:
    decoded = decode("Name;Born\nJosé Müller;1990-03-04\n".encode("cp1252"))

    assert decoded.text.splitlines()[1] == "José Müller;1990-03-04"
    assert decoded.is_guess
    assert decoded.unusual_words() == ["José", "Müller"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "empty"),
        (b"a,b\n1,\0\n", r"Row 2 .*NUL"),
        (b"a,b\n\x81\xff\x8d", "Around row 2"),
        (b"\xef\xbb\xbfa\n\xff", "Around row 2"),
        (b"\xff\xfea", "UTF-16"),
        ("a,b\n1,\udc80".encode("utf-16-le", "surrogatepass"), "UTF-16"),
        (b"\xff\xfe\0\0a\0\0\0", "UTF-32"),
        (b"PK\x03\x04....", "spreadsheet"),
        (b"%PDF-1.7", "PDF"),
        (b"a" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
    ],
)
def test_what_is_no_text_is_refused_with_a_reason(content: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        decode(content)


@given(READABLE.filter(str.strip))
def test_utf_8_comes_out_letter_by_letter(text: str) -> None:
    assert decode(text.encode()).text == text
