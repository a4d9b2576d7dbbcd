import re
from datetime import date
from hashlib import sha256

import pytest
from django.db import connection

from accounts.models import Membership
from billing.models import Document, DocumentBody, Invoice
from billing.services import documents, service_codes, typesetting
from clients.models import Client
from ledger.money import MINUS, Money
from tests.billing import desk as at
from tests.billing.issuing import issue_one
from tests.clients.people import added
from tests.pdf_text import text_of


def rendered(invoice: Invoice, by: Membership) -> documents.Printed:
    return documents.render(invoice, now=at.NOW, by=by)


def sample(**changes: str) -> dict[str, object]:
    return {
        "practice": "Harbor Lane",
        "bill_to": [],
        "number": "INV-2026-0001",
        "issued_on": "March 3, 2026",
        "due_on": "March 17, 2026",
        "client": "Amara Okonkwo",
        "code": "C-0001",
        "lines": [
            {
                "date": "March 3, 2026",
                "words": "Session",
                "minutes": "45",
                "listed": "180.00",
                "discount": f"{MINUS}30.00",
                "amount": "150.00",
            }
        ],
        "discounts": True,
        "total": "150.00",
        "packages": [],
        "to_pay": "150.00",
        **changes,
    }


def test_an_invoice_is_a_tagged_pdf_for_all(desk: Membership, amara: Client) -> None:
    pdf = rendered(at.invoice(amara, desk), desk).pdf

    assert pdf.startswith(b"%PDF-1.")
    assert b"/StructTreeRoot" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf


def test_the_file_name_tells_nothing(desk: Membership, amara: Client) -> None:
    assert rendered(at.invoice(amara, desk), desk).file_name == "invoice-2026-0001.pdf"


def test_the_same_data_gives_the_same_bytes() -> None:
    first, again = (typesetting.pdf("invoice", sample()) for _ in range(2))

    assert first == again
    assert b"CreationDate" not in first


def test_what_people_wrote_is_never_markup() -> None:
    plain = typesetting.pdf("invoice", sample(client="Amara"))
    tricky = typesetting.pdf("invoice", sample(client='#read("x") $x$ *b* [c] \\'))

    assert plain != tricky
    assert len(re.findall(rb"/Type /Page\b", tricky)) == len(re.findall(rb"/Type /Page\b", plain))


def test_a_reprint_serves_the_kept_bytes(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    first = rendered(invoice, desk)
    Client.objects.filter(pk=amara.pk).update(code="C-9999")
    at.cash(amara, desk, "150.00")

    again = rendered(Invoice.objects.get(pk=invoice.pk), desk)

    assert again.pdf == first.pdf
    assert again.document == first.document
    assert Document.objects.get().sha256 == sha256(first.pdf).hexdigest()


def test_the_bytes_stand_sealed(desk: Membership, amara: Client) -> None:
    rendered(at.invoice(amara, desk), desk)

    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM billing_documentbody")
        [(kept,)] = cursor.fetchall()

    assert b"%PDF" not in bytes(kept)


def test_bytes_that_are_not_those_issued_are_not_served(desk: Membership, amara: Client) -> None:
    invoice = at.invoice(amara, desk)
    rendered(invoice, desk)
    body = DocumentBody.objects.get()
    body.body = b"%PDF-1.7 another"
    body.save(update_fields=["body"])

    with pytest.raises(documents.Altered, match="INV-2026-0001"):
        rendered(invoice, desk)


@pytest.mark.parametrize("name", ["林美玲", "አበበ", "\u0378"])
def test_a_name_that_no_font_can_write_does_not_stop_the_invoice(
    desk: Membership, name: str
) -> None:
    invoice = at.invoice(added(desk, given_names=name), desk)

    assert rendered(invoice, desk).pdf.startswith(b"%PDF-1.")


def test_words_of_a_line_that_no_font_can_write_do_not_stop_the_invoice(
    desk: Membership, amara: Client
) -> None:
    fee, on = Money(150_00), date(2026, 1, 1)
    service_codes.add(code="T1", label="\u6f22\u65b9", fee=fee, starts_on=on, now=at.NOW, by=desk)
    held = at.session(amara, desk, code="T1")
    issued = issue_one(sessions=[held], issued_on=at.TODAY, now=at.NOW, by=desk)

    told = text_of(rendered(issued, desk).pdf)

    assert "[U+6F22][U+65B9]" in told
    assert "150.00" in told
    assert amara.code in told


def test_a_control_character_in_a_name_does_not_stop_the_invoice(desk: Membership) -> None:
    invoice = at.invoice(added(desk, given_names="Am\x00ara\x07"), desk)

    assert rendered(invoice, desk).pdf.startswith(b"%PDF-1.")


def test_letters_that_no_font_has_are_told_without_the_letter() -> None:
    with pytest.raises(typesetting.NotInFonts) as refusal:
        typesetting.pdf("invoice", sample(client="\u0378"))

    assert "\u0378" not in str(refusal.value)
