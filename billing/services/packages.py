"""Selling packages: an invoice of its own, whose amount is owed to the client as sessions (J10)."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import models, transaction

from accounts.ids import uuid7
from accounts.models import Membership
from audit.actions import Action
from audit.services import events
from billing import posting
from billing.models import InvoiceLine, InvoiceLineText, Package, PackageOffer
from billing.services import drafts, invoices, numbers


class NotOffered(Exception):
    """The offer is not sold on that day."""


class KeyReused(Exception):
    """Another package was sold under this key."""


@transaction.atomic
def sell(
    *,
    client: models.Model,
    offer: PackageOffer,
    sold_on: date,
    key: UUID,
    now: datetime,
    by: Membership,
) -> Package:
    """Sell a package to a client by an invoice of the same day, which is paid like any other.

    The same ``key`` again returns the package that it has.

    Raises:
        NotOffered: the offer has not begun on that day, or has ended.
        KeyReused: the key belongs to a package of another client or offer.
        journal.PeriodClosed: ``sold_on`` lies in a closed month.
    """
    numbers.lock(numbers.SERVICES)  # No offer is ended meanwhile, and a second click waits.
    if (known := Package.objects.filter(key=key).first()) is not None:
        if (known.client_id, known.offer_id) != (client.pk, offer.pk):
            raise KeyReused("This form was sent before, with another package. Open it anew.")
        return known
    if sold_on < offer.offered_from or offer.ended.filter(ended_on__lte=sold_on).exists():
        raise NotOffered(f"{offer.name} is not offered on that day. Choose another one.")
    series = numbers.lock(numbers.invoices_of(sold_on.year))
    package = Package.objects.create(
        reference=f"PK-{numbers.take(numbers.lock(numbers.PACKAGES)):05}",
        client_id=client.pk,
        offer=offer,
        sold_on=sold_on,
        valid_until=sold_on + timedelta(days=offer.valid_days),
        sessions=offer.sessions,
        price=offer.price,
        key=key,
        sold_at=now,
        sold_by=by,
    )
    draft = drafts.Draft(uuid7(), series, client.pk, sold_on, offer.price, 1)
    invoice = drafts.write(
        draft,
        posting.package_sold(
            client=client.pk, invoice=draft.id, package=package.pk, price=offer.price
        ),
        now=now,
        by=by,
    )
    words = f"{offer.name}, {package.reference}"
    line = InvoiceLine.objects.create(
        invoice=invoice,
        package=package,
        position=1,
        served_on=sold_on,
        minutes=0,
        amount=offer.price,
        description_commitment=invoices.commitment(words),
    )
    InvoiceLineText.objects.create(line=line, description=words)
    events.record(
        Action.PACKAGE_SOLD,
        target=package,
        touched=[client.pk],
        invoice=invoice.number,
        amount_cents=offer.price.cents,
    )
    return package
