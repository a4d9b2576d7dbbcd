"""Everything held about a client, set in type for people: the same facts as in the JSON."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from audit.sentences import dollars
from billing.services import typesetting
from billing.services.contents import long_day

TITLES = {
    "records": "The person",
    "contacts": "Phones and e-mail",
    "addresses": "Addresses",
    "responsible_parties": "Who pays",
    "splits": "How costs are divided",
    "split_shares": "Shares of the costs",
    "coverages": "Insurance",
    "diagnoses": "Diagnoses",
    "consents": "Consents",
    "fee_agreements": "Fees agreed",
    "restrictions": "What is kept back",
    "assignments": "Therapists",
    "emergency_accesses": "Opened in an emergency",
    "merges": "Records of the same person",
    "external_records": "From other systems",
    "releases": "Handed out before",
    "sessions": "Sessions",
    "session_add_ons": "What was done beside sessions",
    "session_codings": "Where sessions took place",
    "appointment_series": "Appointments that come again",
    "appointments": "Appointments",
    "group_members": "Groups that the client is in",
    "group_members_left": "Groups that the client left",
    "appointment_outcomes": "What became of appointments",
    "outcomes_taken_back": "Marked by mistake",
    "missed_fees": "Fees for missed appointments",
    "not_billed": "What is not billed",
    "billed_after_all": "Billed after all",
    "billing_cycles": "How often billed",
    "billing_runs": "Runs of the billing",
    "split_billings": "Billed to several who pay",
    "invoices": "Invoices",
    "invoice_lines": "Lines of invoices",
    "invoice_line_texts": "Words of invoice lines",
    "packages": "Sessions bought ahead",
    "package_redemptions": "Sessions that packages paid",
    "redemptions_taken_back": "Sessions that went back to packages",
    "package_ends": "Packages that ended",
    "package_ends_taken_back": "Packages that go on",
    "payments": "Payments",
    "payment_applications": "What payments paid",
    "refunds": "Money given back",
    "refunds_paid": "Refunds that were paid",
    "refunds_taken_back": "Refunds that count no more",
    "write_offs": "What need not be paid",
    "write_offs_taken_back": "Write-offs that count no more",
    "invoices_voided": "Void invoices",
    "applications_taken_back": "Taken off invoices again",
    "payments_taken_back": "Payments that were corrected",
    "credit_given": "Credit given to another account",
    "credit_received": "Credit from another account",
    "returned_checks": "Checks that the bank sent back",
    "pay_links": "Pay links",
    "link_wishes": "Whether links are wanted",
    "pay_visits": "Visits by pay link",
    "questions": "What you said of invoices",
    "question_answers": "What was answered",
    "card_payments": "Card payments",
    "statements": "Statements of account",
    "statement_records": "What records a statement tells of",
    "estimates": "Good faith estimates",
    "estimate_items": "What estimates expect",
    "estimate_texts": "Words of estimates",
    "estimate_notes": "What was noted of estimates",
    "estimate_requests": "Estimates that were asked for",
    "estimate_overruns": "Invoices far above an estimate",
    "superbills": "Superbills",
    "superbill_lines": "Sessions on superbills",
    "superbill_texts": "Words of superbills",
    "superbills_given": "Whom superbills were given to",
    "payment_plans": "Payment plans",
    "payment_plan_invoices": "Invoices that are paid by plans",
    "payment_plan_installments": "Installments of payment plans",
    "payment_plan_texts": "Words of payment plans",
    "payment_plans_taken_back": "Payment plans taken back",
    "statement_run_items": "Statements made with others",
    "letters": "Letters to you",
    "reminders": "Reminders of what was late",
    "letters_come_back": "Letters that came back",
    "letter_holds": "Letters held back",
    "letter_holds_ended": "Letters let go again",
    "documents": "Documents made",
    "ledger_lines": "Lines of the books",
    "changes": "What stood before a change",
    "looks": "Who has looked",
}
"""Section → its heading."""

TABLES: Mapping[str, tuple[str, ...]] = {
    "sessions": ("started_at", "service", "service_label", "minutes", "fee_cents", "therapist"),
    "appointments": ("starts_at", "service", "service_label", "minutes", "therapist"),
    "appointment_outcomes": ("noted_at", "kind", "cancelled_for", "told_at", "noted_by"),
    "invoices": ("number", "issued_on", "due_on", "total_cents", "issued_by"),
    "invoice_lines": ("served_on", "service", "service_label", "minutes", "amount_cents"),
    "payments": ("receipt", "received_on", "method", "reference", "amount_cents", "recorded_by"),
    "statements": ("since", "until", "opening_cents", "closing_cents", "made_by"),
    "payment_applications": ("applied_on", "amount_cents", "applied_by"),
    "ledger_lines": ("entry_date", "memo", "account", "debit_cents", "credit_cents"),
}
"""Sections with many rows → the columns that people read; the JSON has the rest."""

NOT_READ = frozenset({"id", "version", "invoice_line_texts", "looks"})
"""What only programs use; who has looked is a report of its own, for people."""


def pdf(document: Mapping[str, Any]) -> bytes:
    """Return the PDF of a document of ``selectors.held``."""
    return typesetting.pdf_of_anything("record", contents(document))


def contents(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document as the template reads it: every value a text."""
    made_at = datetime.fromisoformat(document["made_at"])
    return {
        "practice": document["practice"],
        "code": document["client"],
        "made_on": long_day(timezone.localdate(made_at)),
        "parts": [
            _part(name, title, _with_words(name, document))
            for name, title in TITLES.items()
            if name not in NOT_READ
        ],
        "looks": f"{len(document['looks']):,}",
        "left_out": document["left_out"],
    }


def _with_words(name: str, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a section; an invoice line with its own words instead of the label."""
    if name != "invoice_lines":
        return list(document[name])
    words = {each["line_id"]: each["description"] for each in document["invoice_line_texts"]}
    return [
        {**line, "service_label": words.get(line["id"], line["service_label"])}
        for line in document[name]
    ]


def _part(name: str, title: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    columns = TABLES.get(name)
    if columns:
        return {
            "title": title,
            "columns": [heading(each) for each in columns],
            "rows": [[said(each, row[each]) for each in columns] for row in rows],
            "blocks": [],
        }
    blocks = [
        [
            [heading(key), said(key, value)]
            for key, value in row.items()
            if not _is_for_programs(key) and value not in (None, "", [])
        ]
        for row in rows
    ]
    return {"title": title, "columns": [], "rows": [], "blocks": blocks}


def _is_for_programs(key: str) -> bool:
    return key in NOT_READ or key.endswith("_id")


def heading(key: str) -> str:
    words = key.removesuffix("_cents").replace("_", " ")
    return words[:1].upper() + words[1:]


def said(key: str, value: Any) -> str:
    """Return a value as people read it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int):
        return dollars(value) if key.endswith("_cents") else str(value)
    if isinstance(value, dict):
        return "; ".join(f"{heading(name)}: {said(name, each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(said(key, each) for each in value)
    text = str(value)
    if key == "at" or key.endswith("_at"):
        return f"{timezone.localtime(datetime.fromisoformat(text)):%Y-%m-%d %H:%M}"
    if key.endswith(("_on", "_date")) and len(text) == len("2026-03-02"):
        return long_day(date.fromisoformat(text))
    return text
