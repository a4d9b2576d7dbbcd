"""Setting documents in type: tagged PDF/UA-1, the same bytes from the same data.

What people wrote reaches the template as data, never as markup.
"""

import json
from collections.abc import Mapping
from functools import cache

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


@cache
def fonts() -> typst.Fonts:
    """Return the fonts of the wheel, and behind them those of this machine for other scripts."""
    return typst.Fonts()
