"""Everything that the log can say: a stable dotted name, and its sentence in English.

In a sentence ``{who}`` is the person, ``{label}`` the record, any other name a fact: ``{amount}``
is the fact ``amount_cents`` as dollars. What stands in brackets is left out when its fact is.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol
from uuid import UUID

PLACEHOLDER = re.compile(r"\{(\w+)\}")
PART = re.compile(r"\[([^\]]*)\]|\{(\w+)\}")


class Action(StrEnum):
    """What can happen. The value never changes; ``template`` is the sentence that tells it."""

    template: str

    def __new__(cls, name: str, template: str = "") -> "Action":
        member = str.__new__(cls, name)
        member._value_ = name
        member.template = template
        return member

    SIGNED_IN = "accounts.sign_in.succeeded", "{who} signed in."
    SIGN_IN_FAILED = "accounts.sign_in.failed", "A sign-in was refused[: {reason}]."
    SIGN_IN_TICKET_ISSUED = (
        "accounts.sign_in.ticket_issued",
        "{who} gave the right password and was asked for a code.",
    )
    SIGNED_OUT = "accounts.sign_in.signed_out", "{who} signed out."
    SESSION_ENDED = "accounts.sign_in.session_ended", "The sign-in of {who} ended[: {reason}]."
    MFA_ENROLLED = "accounts.mfa.enrolled", "{who} set up a second factor."
    MFA_FAILED = "accounts.mfa.failed", "{who} gave a wrong code[: {reason}]."
    PRACTICE_CREATED = "accounts.practice.created", "The practice {label} was created."
    PRACTICE_ENTERED = "accounts.practice.entered", "{who} opened the practice {label}."
    MEMBER_ADDED = "accounts.member.added", "{who} let {label} into the practice."
    MEMBER_ENDED = "accounts.member.ended", "{who} ended the membership of {label}."
    ROLE_GRANTED = "accounts.role.granted", "{who} gave the role {label}[ to {member}]."
    ROLE_WITHDRAWN = "accounts.role.withdrawn", "{who} took the role {label}[ from {member}]."
    ROLE_PERMISSIONS_CHANGED = (
        "accounts.role.permissions_changed",
        "{who} changed what the role {label} may do[; it holds {permissions} permissions now].",
    )
    KEYS_PROVISIONED = (
        "accounts.keys.provisioned",
        "{who} provisioned the keys that sign scopes[; the newest is {newest}].",
    )
    DATA_KEY_CREATED = (
        "accounts.keys.data_key_created",
        "A data key[, version {version},] was made.",
    )
    DEMO_SEEDED = "accounts.demo.seeded", "{who} filled the practice {label} with demo data."
    REQUEST_REFUSED = (
        "accounts.request.refused",
        "{who} asked for something[ at {route}] and was refused[ with {status}].",
    )
    REQUEST_FAILED = "accounts.request.failed", "A request of {who} failed[ at {route}][: {error}]."
    JOB_FAILED = "accounts.job.failed", "The job {label} failed[: {error}]."

    LOG_VIEWED = "audit.log.viewed", "{who} read the log[, {count} events shown]."
    LOG_VERIFIED = "audit.log.verified", "{who} checked the log[: {count} events, nothing changed]."
    CHECKPOINT_WRITTEN = (
        "audit.checkpoint.written",
        "{who} signed checkpoints[ of {count} logs] and stored them outside the database.",
    )

    CLIENT_CREATED = "clients.client.created", "{who} added client {label}."
    CLIENT_CHANGED = "clients.client.changed", "{who} changed the record of client {label}."
    CLIENT_VIEWED = "clients.client.viewed", "{who} opened client {label}."
    CLIENT_LISTED = "clients.client.listed", "{who} looked at the list of clients[, {count} shown]."
    CLIENT_SEARCHED = "clients.client.searched", "{who} searched clients[, {count} found]."
    CLIENT_ASSIGNED = (
        "clients.assignment.started",
        "{who} assigned client {label}[ to {therapist}].",
    )
    CLIENT_UNASSIGNED = (
        "clients.assignment.ended",
        "{who} ended the assignment of client {label}[ to {therapist}].",
    )
    COVERAGE_ADDED = (
        "clients.coverage.added",
        "{who} added an insurance coverage to client {label}.",
    )
    IMPORT_STARTED = "clients.import.started", "{who} started an import[ of {count} files]."
    IMPORT_RECORD_CREATED = "clients.import.record_created", "The import made {label}."
    IMPORT_FINISHED = (
        "clients.import.finished",
        "{who} finished an import[: {created} records made][, {refused} not usable].",
    )

    CHART_OPENED = "ledger.chart.opened", "{who} opened the chart of accounts[, {count} in all]."
    ENTRY_POSTED = "ledger.entry.posted", "{who} posted journal entry {label}[ of {amount}]."
    ENTRY_REVERSED = "ledger.entry.reversed", "{who} reversed journal entry {label}[ of {amount}]."
    ACCOUNT_RENAMED = "ledger.account.renamed", "{who} renamed the ledger account {label}."
    PERIOD_CLOSED = "ledger.period.closed", "{who} closed the period {label}."
    PERIOD_REOPENED = "ledger.period.reopened", "{who} reopened the period {label}[: {reason}]."
    BOOKS_VERIFIED = "ledger.books.verified", "{who} checked the books[: {count} entries]."
    REPORT_VIEWED = "ledger.report.viewed", "{who} read the report {label}[ as of {as_of}]."

    SERVICE_CODE_ADDED = (
        "billing.service_code.added",
        "{who} added the service code {label}[ at {fee}].",
    )
    SESSION_RECORDED = (
        "billing.session.recorded",
        "{who} recorded a session of client {label}[ at {fee}].",
    )
    SESSION_VIEWED = "billing.session.viewed", "{who} opened session {label}."
    SESSION_LISTED = "billing.session.listed", "{who} looked at sessions[, {count} shown]."
    INVOICE_ISSUED = "billing.invoice.issued", "{who} issued invoice {label}[ over {total}]."
    INVOICE_VIEWED = "billing.invoice.viewed", "{who} opened invoice {label}."
    INVOICE_LISTED = "billing.invoice.listed", "{who} looked at invoices[, {count} shown]."
    DOCUMENT_RENDERED = "billing.document.rendered", "{who} made the document {label}."
    DOCUMENT_DOWNLOADED = "billing.document.downloaded", "{who} downloaded the document {label}."
    PAYMENT_RECORDED = (
        "billing.payment.recorded",
        "{who} recorded a payment[ of {amount}] on {label}.",
    )
    PAYMENT_VIEWED = "billing.payment.viewed", "{who} opened payment {label}."
    PAYMENT_LISTED = "billing.payment.listed", "{who} looked at payments[, {count} shown]."
    PAYMENT_APPLIED = (
        "billing.payment.applied",
        "{who} applied a payment[ of {amount}] to invoice {label}.",
    )
    CHECKOUT_STARTED = (
        "billing.checkout.started",
        "{who} started a card payment[ of {amount}] for {label}.",
    )
    CARD_PAYMENT_POSTED = (
        "billing.card_payment.posted",
        "{who} posted a card payment[ of {amount}] on {label}.",
    )
    CARD_ACCOUNT_CONNECTED = (
        "billing.card_account.connected",
        "{who} connected the practice's card account.",
    )
    WEBHOOK_ENDPOINT_CREATED = (
        "billing.webhook_endpoint.created",
        "{who} set up the address at which the card company reports.",
    )
    WEBHOOK_RECEIVED = "billing.webhook.received", "The card company reported {label}[: {kind}]."
    WEBHOOK_REFUSED = "billing.webhook.refused", "A card company's report was refused[: {reason}]."
    WEBHOOK_PROCESSED = (
        "billing.webhook.processed",
        "{who} worked through report {label}[: {kind}].",
    )


class Sayable(Protocol):
    """What a sentence needs of an event."""

    @property
    def action(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def target_kind(self) -> str: ...
    @property
    def target_id(self) -> UUID | None: ...
    @property
    def facts(self) -> Mapping[str, str | int]: ...


def sentence(event: Sayable, who: str, names: Mapping[str, str] | None = None) -> str:
    """Tell an event in one English sentence. ``names`` gives words for ids among its facts."""
    try:
        template = Action(event.action).template
    except ValueError:
        return f"{who}: {event.action} {event.label}".rstrip() + "."
    words = _words(event, names or {}) | {"who": who}
    return PART.sub(lambda part: words[part[2]] if part[2] else _known(part[1], words), template)


def _known(text: str, words: Mapping[str, str]) -> str:
    """Fill an optional part of a sentence, or leave it out."""
    if not words.keys() >= set(PLACEHOLDER.findall(text)):
        return ""
    return PLACEHOLDER.sub(lambda name: words[name[1]], text)


def _words(event: Sayable, names: Mapping[str, str]) -> dict[str, str]:
    words = {"label": event.label or _unlabelled(event, names)}
    for name, value in event.facts.items():
        if name.endswith("_cents") and isinstance(value, int):
            words[name.removesuffix("_cents")] = dollars(value)
        else:
            words[name] = names.get(str(value), str(value))
    return words


def _unlabelled(event: Sayable, names: Mapping[str, str]) -> str:
    if event.target_id is None:
        return "an unnamed record"
    kind = event.target_kind.rpartition(".")[2]
    return names.get(str(event.target_id), f"{kind} {str(event.target_id)[-6:]}")


def dollars(cents: int) -> str:
    """Write cents as dollars, the minus sign first: -1,350.00 becomes -$1,350.00."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${whole:,}.{rest:02d}"
