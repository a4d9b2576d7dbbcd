"""What every page says in one way: icons, states, money, dates, form controls."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django import forms, template
from django.forms import BaseForm, BoundField
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

MINUS = "\N{MINUS SIGN}"
WARNING_SECONDS = 60
SIDE_BY_SIDE = 50
"""Letters of all choices together that still stand on one line."""


class Amount(Protocol):
    """Money in whole cents; the ledger's Money is one."""

    @property
    def cents(self) -> int: ...


STATES: dict[str, tuple[str, str, str]] = {
    "above": ("Far above", "alert", "bad"),
    "accepted": ("Accepted", "done", "good"),
    "active": ("Active", "done", "good"),
    "agrees": ("Agrees", "done", "good"),
    "again": ("Asked again", "undo", "warn"),
    "answered": ("Answered", "done", "info"),
    "applied": ("Applied", "done", "good"),
    "approved": ("Approved", "done", "good"),
    "differs": ("Differs", "failed", "bad"),
    "asked": ("Asked", "hold", "warn"),
    "ahead": ("Not yet", "clock", "info"),
    "came_back": ("Came back", "undo", "bad"),
    "cancelled": ("Cancelled in time", "x", ""),
    "cancelled_late": ("Cancelled late", "x", "warn"),
    "case_incident": ("An incident", "alert", "bad"),
    "case_nothing": ("Nothing wrong", "done", "good"),
    "case_talked": ("Talked to the person", "done", ""),
    "closed": ("Closed", "lock", "good"),
    "dead": ("Dead after three wrong tries", "failed", "bad"),
    "confirmed": ("Stays", "done", "good"),
    "done": ("Done", "done", "good"),
    "draft": ("Draft", "ring", ""),
    "ended": ("Ended", "minus", ""),
    "expired": ("Expired", "clock", ""),
    "fine": ("Fine", "done", "good"),
    "failed": ("Did not go through", "failed", "bad"),
    "given_up": ("Given up", "failed", "bad"),
    "gone": ("Taken away", "minus", ""),
    "incident": ("Incident", "alert", "bad"),
    "incident_closed": ("Incident closed", "done", ""),
    "invoiced": ("Invoiced", "file", "info"),
    "kept": ("Kept", "done", "good"),
    "late": ("Overdue", "alert", "bad"),
    "look": ("Worth a look", "hold", "warn"),
    "moved": ("Moved", "swap", ""),
    "near": ("Comes near", "hold", "warn"),
    "no_show": ("Did not come", "x", "warn"),
    "not_billed": ("Not billed", "minus", ""),
    "off": ("Not set up", "alert", "warn"),
    "on": ("On", "done", "good"),
    "opened": ("Opened", "link", "info"),
    "open": ("Open", "ring", ""),
    "paid": ("Paid", "done", "good"),
    "part_applied": ("Kept as credit", "hold", "info"),
    "part_paid": ("Part paid", "hold", "info"),
    "planned": ("Planned", "ring", "info"),
    "printed": ("On a statement", "print", ""),
    "queued": ("Waits to be sent", "clock", "info"),
    "ready": ("Ready", "done", "good"),
    "removed": ("Removed", "minus", ""),
    "refunded": ("Given back", "undo", ""),
    "renewed": ("To be set up anew", "hold", "warn"),
    "replaced": ("Replaced", "undo", ""),
    "resting": ("Rests", "hold", "warn"),
    "refused": ("Refused", "x", ""),
    "reversed": ("Reversed", "undo", ""),
    "retrying": ("Tried again", "hold", "warn"),
    "revoked": ("Taken back", "undo", ""),
    "sent": ("Sent", "mail", "info"),
    "sent_back": ("Sent back by the bank", "undo", "bad"),
    "settled": ("Nothing owed", "done", "good"),
    "signed": ("Signed", "done", "good"),
    "soft": ("Closed to all but accountants", "lock", "info"),
    "switched_off": ("Switched off", "minus", "warn"),
    "superseded": ("Superseded", "undo", "warn"),
    "todo": ("To do", "ring", "warn"),
    "unopened": ("Not opened yet", "ring", ""),
    "unreachable": ("No such address", "failed", "bad"),
    "run_out": ("Has run out", "clock", "warn"),
    "used_up": ("Used up", "done", ""),
    "void": ("Void", "failed", ""),
    "waiting": ("Waiting", "hold", "warn"),
    "within": ("Within", "done", "good"),
    "withdrawn": ("Taken back", "undo", ""),
}
"""State → (word, icon, tone). A color never stands alone."""


ACTION_ICONS = {
    "accounts.access_review": "check",
    "accounts.alert": "alert",
    "accounts.log_review": "check",
    "accounts.api_token": "key",
    "accounts.invitation": "mail",
    "accounts.network": "lock",
    "accounts.sign_in": "key",
    "accounts.mfa": "phone",
    "accounts.passkey": "key",
    "accounts.step_up": "key",
    "accounts.role": "shield",
    "accounts.limit": "shield",
    "accounts.approval": "hold",
    "accounts.member": "user",
    "accounts.particulars": "file",
    "accounts.password": "key",
    "accounts.device": "phone",
    "accounts.security_policy": "key",
    "accounts.keys": "key",
    "accounts.draft": "save",
    "accounts.values": "lock",
    "accounts.audit_request": "help",
    "accounts.evidence_pack": "shield",
    "accounts.sample": "search",
    "accounts.practice.shredded": "alert",
    "accounts.installation": "clock",
    "accounts.request": "alert",
    "accounts.job": "alert",
    "audit.": "chain",
    "clients.access_report": "eye",
    "clients.record.released": "file",
    "clients.client.searched": "search",
    "clients.client.exported": "save",
    "clients.client": "eye",
    "clients.assignment": "users",
    "clients.": "save",
    "ledger.report.exported": "save",
    "ledger.report": "chart",
    "ledger.": "ledger",
    "billing.appointment": "day",
    "billing.group": "user",
    "billing.payer_rule": "session",
    "billing.session": "session",
    "billing.payment": "cash",
    "billing.checkout": "card",
    "billing.card_payment": "card",
    "billing.webhook": "swap",
    "billing.letter": "mail",
    "billing.": "file",
}
"""How an action of the log begins → its drawing; the first that fits counts."""

NEEDS_A_LOOK = frozenset({"failed", "refused"})


@register.filter
def action_icon(action: str) -> str:
    return next((name for start, name in ACTION_ICONS.items() if action.startswith(start)), "info")


@register.filter
def needs_a_look(action: str) -> bool:
    """Whether a line of the log tells of something refused or failed."""
    return action.rpartition(".")[2] in NEEDS_A_LOOK


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """One drawing of the sprite, beside a word; ``size`` is "" (16 px) or "l" (20 px)."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" icon--{size}" if size else "",
        static("icons.svg"),
        name,
    )


@register.inclusion_tag("components/_badge.html")
def state(name: str) -> dict[str, str]:
    """The badge of a state, in any case. Raises KeyError for a state that nobody named."""
    word, sign, tone = STATES[str(name).lower()]
    return {"word": word, "icon_name": sign, "tone": tone}


@register.inclusion_tag("components/_badge.html")
def late(days: int) -> dict[str, str]:
    return {"word": f"{age(days)} late", "icon_name": "clock", "tone": "warn"}


@register.inclusion_tag("components/_steps.html")
def steps(*labels: str, current: int) -> dict[str, object]:
    """Where one is in a short task; ``current`` counts from one."""
    return {
        "steps": [
            (label, "done" if number < current else "current" if number == current else "")
            for number, label in enumerate(labels, start=1)
        ]
    }


@register.filter
def money(value: Amount) -> str:
    """A figure in a column: 1,350.00, with a true minus."""
    whole, cents = divmod(abs(value.cents), 100)
    return f"{MINUS if value.cents < 0 else ''}{whole:,}.{cents:02d}"


@register.filter
def dollars(value: Amount) -> str:
    """An amount in a sentence or on a button: $1,350.00."""
    figure = money(value)
    return f"{MINUS}${figure[1:]}" if value.cents < 0 else f"${figure}"


@register.filter
def grouped(number: int) -> str:
    return f"{number:,}"


@register.filter
def tenths(number: int) -> str:
    """A percentage that is kept in tenths: 987 becomes 98.7."""
    return f"{'-' if number < 0 else ''}{abs(number) // 10:,}.{abs(number) % 10}"


@register.filter(expects_localtime=True)
def day(value: date) -> str:
    """Mar 3 in this year, Mar 3, 2026 in any other; in the practice's zone."""
    return _day(value) if value.year == timezone.localdate().year else long_day(value)


@register.filter(expects_localtime=True)
def long_day(value: date) -> str:
    """Mar 3, 2026: for documents and everything that is read years later."""
    return f"{_day(value)}, {value.year}"


@register.simple_tag
def days(starts_on: date | None, ends_on: date | None) -> str:
    """From when to when, in words: Since Mar 3; Mar 3 to Apr 1; Until Apr 1; Always."""
    if starts_on and ends_on:
        return f"{day(starts_on)} to {day(ends_on)}"
    if starts_on:
        return f"{'From' if starts_on > timezone.localdate() else 'Since'} {day(starts_on)}"
    return f"Until {day(ends_on)}" if ends_on else "Always"


@register.filter(expects_localtime=True)
def weekday(value: date) -> str:
    """Tuesday, March 3: for titles."""
    return f"{value:%A, %B} {value.day}"


@register.filter(expects_localtime=True)
def clock(value: datetime) -> str:
    return f"{value.hour % 12 or 12}:{value:%M %p}"


@register.filter(expects_localtime=True)
def clock_seconds(value: datetime) -> str:
    return f"{value.hour % 12 or 12}:{value:%M:%S %p}"


@register.filter
def age(days: int) -> str:
    """How old: in days to 60, then in months of 30 days."""
    number, word = (days, "day") if days <= 60 else (days // 30, "month")
    return f"{number} {word}{'' if number == 1 else 's'}"


@register.filter
def quiet_minutes(warn_after_seconds: int) -> int:
    """After how many quiet minutes the session ends, from the second at which the page warns."""
    return (warn_after_seconds + WARNING_SECONDS) // 60


def _day(value: date) -> str:
    return f"{value:%b} {value.day}"


@register.filter
def kind(field: BoundField) -> str:
    """How a field is laid out: "tick", "ticks", "dots", "segment" or "line".

    Choices that are sentences do not stand side by side: one a line, each with its dot.
    """
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "tick"
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "ticks"
    if isinstance(widget, forms.RadioSelect):
        words = [str(label) for _, label in widget.choices]
        return "segment" if sum(map(len, words)) <= SIDE_BY_SIDE else "dots"
    return "line"


@register.simple_tag(takes_context=True)
def control(context: Context, field: BoundField) -> SafeString:
    """The control of ``field``, tied to its hint and errors, in the component's ``size``."""
    widget = field.field.widget
    size = context.get("size")
    attrs: dict[str, str | bool] = {
        "class": f"{_skin(widget)} input--{size}" if size else _skin(widget)
    }
    described = [
        f"{field.auto_id}_{part}"
        for part, there in (
            ("helptext", context.get("hint") or field.help_text),
            ("error", field.errors),
        )
        if there
    ]
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)


def _skin(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "box"
    if isinstance(widget, forms.Select):
        return "select"
    return "textarea" if isinstance(widget, forms.Textarea) else "input"


@register.filter
def needs_summary(form: BaseForm) -> bool:
    """Whether the errors are worth a list on top: two or more, or one that belongs to no field."""
    return len(form.errors) > 1 or bool(form.non_field_errors())


class Bucket(Protocol):
    """One bar: what it is called and what it comes to."""

    @property
    def label(self) -> str: ...
    @property
    def amount(self) -> Amount: ...


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, in units of the drawing."""

    label: str
    amount: Amount
    percent: int
    number: int
    top: int
    base: int
    width: int
    end: int


@register.inclusion_tag("components/_bars.html")
def bars(buckets: Iterable[Bucket], title: str) -> dict[str, object]:
    """Horizontal bars with their values on them; the longest is 300 units of a drawing 600 wide."""
    given = [(bucket.label, bucket.amount) for bucket in buckets]
    total = sum(max(amount.cents, 0) for _, amount in given) or 1
    longest = max((amount.cents for _, amount in given), default=0) or 1
    drawn = []
    for place, (label, amount) in enumerate(given):
        width = round(300 * max(amount.cents, 0) / longest)
        percent = round(100 * max(amount.cents, 0) / total)
        top = 6 + 34 * place
        drawn.append(Bar(label, amount, percent, place + 1, top, top + 17, width, 112 + width))
    return {"bars": drawn, "title": title, "height": 6 + 34 * len(drawn)}
