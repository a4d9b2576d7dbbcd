from billing.models import Document, DocumentBody, Invoice


def of_invoice(invoice: Invoice) -> Document | None:
    """Return the invoice's document, if it was made."""
    return Document.objects.filter(kind=Document.Kind.INVOICE, invoice=invoice).first()


def bytes_of(document: Document) -> bytes:
    """Return the PDF of a document, opened."""
    return bytes(DocumentBody.objects.get(document=document).body)
