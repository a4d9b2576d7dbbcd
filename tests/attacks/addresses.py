"""Which row each address of the product names, found from the names alone.

So a new route is attacked from its first day; one whose row cannot be told from its name fails
a test until it is named here.
"""

from collections.abc import Iterator

from django.urls.converters import UUIDConverter

from accounts.router import GATE_MODELS
from tests.catalogue import TENANT_TABLES
from tests.test_permissions import EVERY_ROUTE, routes

SPECIAL = {
    "accounts:alert.pk": "accounts_alertcase",
    "accounts:alert_assign.pk": "accounts_alertcase",
    "accounts:alert_close.pk": "accounts_alertcase",
    "accounts:log_question.line_id": "accounts_logreviewline",
    "accounts:log_review.review_id": "accounts_logreview",
    "accounts:log_review_line.line_id": "accounts_logreviewline",
    "accounts:log_review_random_fine.review_id": "accounts_logreview",
    "accounts:therapist_particulars.pk": "accounts_membership",
    "accounts:role_term_end.grant_id": "accounts_rolegrant",
    "billing:application_take_back.pk": "billing_paymentapplication",
    "billing:audit_answer.pk": "accounts_auditrequest",
    "billing:audit_request.pk": "accounts_auditrequest",
    "billing:bank_file.pk": "billing_bankfile",
    "billing:bank_file_discard.pk": "billing_bankfile",
    "billing:bank_line_match.pk": "billing_bankline",
    "billing:bank_line_spend.pk": "billing_bankline",
    "billing:bank_line_undo.pk": "billing_bankline",
    "billing:bill_paper.pk": "billing_billfile",
    "billing:bill_payment_take_back.pk": "billing_billpayment",
    "billing:chart_account.pk": "ledger_account",
    "billing:checkout_return.pk": "billing_cardintent",
    "billing:checkout_start.pk": "billing_invoice",
    "billing:credit_transfer.pk": "billing_payment",
    "billing:evidence_pack.pk": "accounts_evidencepack",
    "billing:group_hour.pk": "billing_grouphour",
    "billing:group_hour_cancel.pk": "billing_grouphour",
    "billing:group_hour_hold.pk": "billing_grouphour",
    "billing:group_hour_move.pk": "billing_grouphour",
    "billing:group_leave.pk": "billing_groupmember",
    "billing:letter_hold_end.pk": "billing_letterhold",
    "billing:package_offer_end.pk": "billing_packageoffer",
    "billing:pay_line_question.pk": "billing_invoice",
    "billing:pay_paid_already.pk": "billing_invoice",
    "billing:pay_invoice_pdf.pk": "billing_invoice",
    "billing:pay_link_withdraw.pk": "billing_paylink",
    "billing:pay_plan_pdf.pk": "billing_paymentplan",
    "billing:payment_plan_pdf.pk": "billing_paymentplan",
    "billing:payment_plan_take_back.pk": "billing_paymentplan",
    "billing:pay_receipt_pdf.pk": "billing_payment",
    "billing:pay_result.pk": "billing_cardintent",
    "billing:pay_statement_pdf.pk": "billing_accountstatement",
    "billing:question_answer.pk": "billing_invoicequestion",
    "billing:receipt_letter.pk": "billing_payment",
    "billing:receipt_pdf.pk": "billing_payment",
    "billing:report_order.pk": "billing_reportfile",
    "billing:sample.pk": "accounts_drawnsample",
    "billing:sample_file.pk": "accounts_drawnsample",
    "billing:statement_letter.pk": "billing_accountstatement",
    "billing:pay_superbill_pdf.pk": "billing_superbill",
    "billing:statement_pdf.pk": "billing_accountstatement",
    "billing:superbill_pdf.pk": "billing_superbill",
    "billing:superbill_superseded_pdf.pk": "billing_superbill",
    "billing:stripe_webhook.endpoint_id": "billing_webhookendpoint",
    "batch": "billing_fhirfile",
    "member_id": "accounts_membership",
}
"""Route and parameter, or parameter alone, where its name does not say the table's."""

WORDS = {"month": "2026-01", "part": "1", "rule": "refusals", "slug": "aging", "step": "sessions"}
"""What stands in paths beside ids: a closed month, a part of a print, a rule, a report, a closing
step."""

PARAMETERS = {route: set(found.pattern.converters) for route, found in routes()}
"""Route → what its path asks for."""

OF_A_CLIENT, CLIENTS = "clients/<uuid:pk>/", "clients_client"
"""Under which address everything of one client stands."""

HANDLE = "handle"
"""Names a session of a person's own, which belongs to no practice."""


def table_of(route: str, parameter: str) -> str | None:
    """Return the table whose row a parameter of a route names, or None if that cannot be told."""
    special = SPECIAL.get(f"{route}.{parameter}") or SPECIAL.get(parameter)
    if special:
        return special
    app, _, page = route.partition(":")
    noun = page.split("_")[0] if parameter == "pk" else parameter.removesuffix("_id")
    noun = noun.replace("_", "")
    ours = sorted(TENANT_TABLES, key=lambda name: (not name.startswith(f"{app}_"), len(name)))
    ends = [name for name in ours if name.endswith(f"_{noun}")]
    holds = [name for name in ours if noun in name.partition("_")[2]]
    return next(iter([*ends, *holds]), None)


def rows_named() -> Iterator[tuple[str, str, str | None]]:
    """Walk the routes: (route, parameter, table) for every id in a path."""
    for name, route in routes():
        for parameter, converter in route.pattern.converters.items():
            is_row = isinstance(converter, UUIDConverter) and not _is_of_a_person(parameter)
            if is_row and name in EVERY_ROUTE:
                is_client = parameter == "pk" and str(route.pattern).startswith(OF_A_CLIENT)
                yield name, parameter, CLIENTS if is_client else table_of(name, parameter)


def _is_of_a_person(parameter: str) -> bool:
    noun = parameter.removesuffix("_id").replace("_", "")
    return parameter == HANDLE or any(model.endswith(noun) for model in GATE_MODELS)
