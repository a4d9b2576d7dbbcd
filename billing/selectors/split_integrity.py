"""I-14: what several pay is the whole, on invoices that stand or are void together."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from billing.models import SplitBilling
from billing.selectors import standing
from ledger.selectors.integrity import Finding


def findings() -> Iterator[Finding]:
    """Yield what is wrong with splits of the practice in scope: nothing, in sound rows."""
    yield from _parts_that_are_not_the_whole()
    yield from _splits_that_are_not_their_parts()


def _parts_that_are_not_the_whole() -> Iterator[Finding]:
    """What stands billed of an hour is its fee and its discount; a package has a price of its own,
    and pays one line."""
    packaged = standing.redemptions().filter(line=OuterRef("pk"))
    lines = standing.lines().filter(~Exists(packaged), package=None)
    for name, fee, less in (
        ("session", F("session__fee"), F("session__discount")),
        ("missed_fee", F("missed_fee__amount"), None),
    ):
        sums = (
            lines.exclude(**{name: None})
            .values(name)
            .annotate(
                billed=Sum("amount"),
                reduced=Sum("discount"),
                wanted=fee,
                **({"wanted_less": less} if less else {}),
            )
        )
        wrong = ~Q(billed=F("wanted")) | ~Q(reduced=F("wanted_less") if less else 0)
        for row in sums.filter(wrong).order_by(name):
            told = f"{row['billed']} stands billed of {name} {row[name]}, not {row['wanted']}."
            yield Finding("I-14", told, (row[name],))


def _splits_that_are_not_their_parts() -> Iterator[Finding]:
    """A split is its parts, each to somebody else, and they are void together."""
    rows = SplitBilling.objects.annotate(
        found=Count("parts", distinct=True),
        payers=Count(Coalesce("parts__party", "parts__client"), distinct=True),
        void=Count("parts__voided", distinct=True),
    )
    sums = dict(
        SplitBilling.objects.values_list("pk").annotate(sum=Sum("parts__total")).order_by("pk")
    )
    for split in rows.order_by("pk"):
        if split.found != split.part_count or sums[split.pk] != split.total:
            told = f"The split {split.pk} has {split.found} parts over {sums[split.pk]}, not"
            told = f"{told} {split.part_count} over {split.total}."
            yield Finding("I-14", told, (split.pk,))
        if split.payers != split.found:
            yield Finding(
                "I-14", f"Two parts of the split {split.pk} are of one payer.", (split.pk,)
            )
        if split.void not in (0, split.found):
            told = f"The split {split.pk} is void in some of its parts only."
            yield Finding("I-14", told, (split.pk,))
