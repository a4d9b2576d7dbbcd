"""Setting documents in type: tagged PDF/UA-1, the same bytes from the same data.

What people wrote reaches the template as data, never as markup.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

import typst
from django.conf import settings

FOLDER = settings.BASE_DIR / "templates" / "billing" / "documents"


class NotInFonts(Exception):
    """A letter of the document is in none of the fonts. PDF/UA-1 allows no empty boxes."""


def pdf(template: str, data: Mapping[str, object]) -> bytes:
    """Return the PDF of ``template`` with ``data``, which it finds under its own name.

    Raises:
        NotInFonts: a letter is in no font of this machine.
    """
    try:
        made = typst.compile(
            FOLDER / f"{template}.typ",
            root=FOLDER,
            font_paths=fonts(),
            format="pdf",
            pdf_standards=["ua-1"],
            sys_inputs={template: json.dumps(data)},
        )
    except typst.TypstError as error:
        # What typst says quotes the letter: it goes no further.
        if "could not be displayed" in str(error):
            raise NotInFonts("A letter of this document is in no font.") from None
        raise
    return bytes(made)


def pdf_of_anything(template: str, data: Mapping[str, object]) -> bytes:
    """Return the PDF of ``template``; a letter that no font has stands as its number: [U+1F642].

    Control characters, which no page can show, stand as their numbers too.
    """
    for can_stay in (str.isprintable, can_be_written):
        try:
            return pdf(template, _spelt(data, can_stay))
        except NotInFonts:
            continue
    # Letters that each can be written may be none that can be written side by side.
    return pdf(template, _spelt(data, _is_plain))


def pdf_naming_client(template: str, data: Mapping[str, object]) -> bytes:
    """Return the PDF of ``template``; a name that no font can write gives way to the code."""
    try:
        return pdf(template, data)
    except NotInFonts:
        return pdf_of_anything(template, {**data, "client": ""})


def _is_plain(letter: str) -> bool:
    return letter.isascii() and letter.isprintable()


def _spelt(data: Any, can_stay: Callable[[str], bool]) -> Any:
    """Return data in which every letter that cannot stay is written as its number."""
    if isinstance(data, str):
        return "".join(
            letter if letter == "\n" or can_stay(letter) else f"[U+{ord(letter):04X}]"
            for letter in data
        )
    if isinstance(data, Mapping):
        return {name: _spelt(value, can_stay) for name, value in data.items()}
    if isinstance(data, list):
        return [_spelt(value, can_stay) for value in data]
    return data


@lru_cache(maxsize=4096)
def can_be_written(letter: str) -> bool:
    """Say whether one of the fonts has a letter."""
    if letter.isascii() or not letter.isprintable():
        return letter.isprintable()
    try:
        pdf("letter", {"text": letter})
    except NotInFonts:
        return False
    return True


@cache
def fonts() -> typst.Fonts:
    """Return the fonts of the wheel, and behind them those of this machine for other scripts."""
    return typst.Fonts()
