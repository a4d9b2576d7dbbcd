"""Square codes (QR, ISO/IEC 18004) of addresses that we made, as drawings for paper."""

import segno

BORDER = 4
"""Modules of white around a code, as the standard asks for."""


def drawn(address: str) -> str:
    """Return the square code of an address as SVG, the same for the same address.

    A quarter of it may be unreadable, as on a sheet that was folded.
    """
    code = segno.make_qr(address, error="q")
    return code.svg_inline(border=BORDER, dark="#000", light="#fff", omitsize=True)
