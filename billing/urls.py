from django.urls import path

from billing.api import balances as api_balances
from billing.api import fhir_in, fhir_metadata, fhir_out
from billing.api import invoices as api_invoices
from billing.api import sessions as api_sessions
from billing.views.add_ons import SessionAddOns
from billing.views.audit_requests import (
    AuditAnswer,
    AuditAnswers,
    AuditRequestPage,
    AuditRequests,
)
from billing.views.bank import BankLineMatch, BankLines, BankLineSpend, BankLineUndo, BankMatched
from billing.views.bank_files import BankFileDiscard, BankFilePage, BankUpload
from billing.views.bill_payments import BillPay, BillPaymentTakeBack, ExpenseNew
from billing.views.bills import BillDetail, BillList, BillNew, BillTakeBack
from billing.views.chart import Chart, ChartAccount, ChartFile
from billing.views.checkout import CheckoutReturn, CheckoutStart
from billing.views.clients import ClientPage, MyClients
from billing.views.codings import SessionCodes
from billing.views.corrections import ApplicationTakeBack, PaymentCorrect
from billing.views.credit_transfers import CreditTransferNew, CreditTransferTakeBack
from billing.views.credits import CreditApply, Unapplied, UnappliedApply
from billing.views.cycle_runs import CycleRunPage, CycleRuns
from billing.views.cycles import ClientRhythm, CycleRunNew, Cycles, PracticeRhythm
from billing.views.documents import InvoicePdf, ReceiptPdf, StatementPdf
from billing.views.drawer import DepositNew, DepositTakeBack, Drawer
from billing.views.ehr import Ehr, EhrPull, EhrTest
from billing.views.estimate_new import EstimateNew
from billing.views.estimates import (
    ClientEstimates,
    EstimatePage,
    EstimatePdf,
    EstimatesDue,
)
from billing.views.evidence import EvidencePackPage, EvidencePacks
from billing.views.group_hours import (
    GroupHourCancel,
    GroupHourHold,
    GroupHourMove,
    GroupHourNew,
    GroupHourPage,
)
from billing.views.groups import GroupJoin, GroupLeave, GroupList, GroupNew, GroupPage
from billing.views.holding import HourHold
from billing.views.hours import HourNew, HourPage, Schedule
from billing.views.intake import (
    Differences,
    DifferenceSettle,
    ExternalCodes,
    Intake,
    IntakeRetry,
    Reject,
    RejectDismiss,
)
from billing.views.invoices import InvoiceDetail, InvoiceIssue, InvoiceList
from billing.views.letter_words import LetterWords, LetterWordsOf, LetterWordsReset
from billing.views.letters import (
    ClientLetters,
    LetterCameBack,
    LetterHoldEnd,
    LetterRepeat,
    Letters,
    ReceiptLetter,
    StatementLetter,
)
from billing.views.looks import Looks, LooksFile, LooksFind, Touched
from billing.views.months import (
    Month,
    MonthClose,
    MonthFrozen,
    MonthFrozenFile,
    MonthReopen,
    Months,
    MonthSoftClose,
    MonthStep,
)
from billing.views.moving import HourMove
from billing.views.not_billed import (
    BillAfterAll,
    MissedFeeWaive,
    NotBilledList,
    SessionKeepBack,
)
from billing.views.outcomes import (
    HourCancel,
    HourCancelRest,
    HourMiss,
    OutcomeTakeBack,
)
from billing.views.own_income import OwnIncome
from billing.views.package_ends import PackageGiveBack, PackageGoOn, PackagesRunOut
from billing.views.package_offers import PackageOfferEnd, PackageOffers
from billing.views.packages import PackageList, PackagePage, PackageSell
from billing.views.papers import BillPaper, BillPaperNew
from billing.views.pay import Pay, PayAccount, PayLeave, PayOpen, PayResult, PayStart
from billing.views.pay_links import LinkWishNote, PayLinks, PayLinkWithdraw
from billing.views.pay_more import PayLooks, PayWishes
from billing.views.pay_papers import (
    PayInvoicePdf,
    PayPlanPdf,
    PayReceiptPdf,
    PayStatementPdf,
    PaySuperbillPdf,
)
from billing.views.pay_questions import PayLineQuestion, PayPaidAlready
from billing.views.payer_rules import PayerRules
from billing.views.payment_plan_new import PaymentPlanNew
from billing.views.payment_plans import (
    ClientPaymentPlans,
    PaymentPlanPage,
    PaymentPlanPdf,
    PaymentPlans,
    PaymentPlanTakeBack,
)
from billing.views.payments import PaymentNew, Receipt
from billing.views.questions import QuestionAnswerNew, Questions
from billing.views.recurring import (
    Recurring,
    RecurringEnd,
    RecurringGoOn,
    RecurringNew,
    RecurringPause,
)
from billing.views.refunds import RefundNew, RefundTakeBack
from billing.views.releases import Release
from billing.views.reminders import ReminderRules, Reminders
from billing.views.report_runs import ReportKeep, ReportRunPage, ReportRuns
from billing.views.reports import (
    JournalEntryPage,
    ReportFile,
    ReportIndex,
    ReportOrder,
    ReportPage,
)
from billing.views.returned_checks import CheckReturned
from billing.views.samples import Sample, SampleFile, Samples
from billing.views.search import ClientSearch
from billing.views.services import (
    MissedHours,
    Service,
    ServiceEnd,
    ServiceRename,
    Services,
)
from billing.views.sessions import SessionNew, Unbilled
from billing.views.statement_runs import (
    StatementRunDrop,
    StatementRunPage,
    StatementRunPrint,
    StatementRuns,
)
from billing.views.statements import ClientStatements
from billing.views.superbill_new import SuperbillNew
from billing.views.superbills import (
    ClientSuperbills,
    SuperbillPage,
    SuperbillPdf,
    SuperbillRulePage,
    SuperbillSupersededPdf,
)
from billing.views.today import Today
from billing.views.uploads import FhirFiles, FhirUpload
from billing.views.vendors import VendorBringBack, VendorRename, VendorRetire, Vendors
from billing.views.voids import InvoiceVoid
from billing.views.webhooks import StripeWebhook
from billing.views.work import Work
from billing.views.write_offs import (
    SmallBalances,
    SmallBalancesWrite,
    WriteOffNew,
    WriteOffTakeBack,
)

app_name = "billing"

urlpatterns = [
    path("today/", Today.as_view(), name="today"),
    path("work/", Work.as_view(), name="work"),
    path("my-clients/", MyClients.as_view(), name="my_clients"),
    path("my-income/", OwnIncome.as_view(), name="own_income"),
    path("clients/search/", ClientSearch.as_view(), name="search"),
    path("clients/looks/", LooksFind.as_view(), name="looks_find"),
    path("log/clients/", Touched.as_view(), name="touched"),
    path("clients/<uuid:pk>/looks/", Looks.as_view(), name="looks"),
    path("clients/<uuid:pk>/looks/file/", LooksFile.as_view(), name="looks_file"),
    path("clients/<uuid:pk>/copy/", Release.as_view(), name="release"),
    path(
        "clients/<uuid:pk>/statements/",
        ClientStatements.as_view(),
        name="client_statements",
    ),
    path("clients/<uuid:pk>/cycle/", ClientRhythm.as_view(), name="client_cycle"),
    path("clients/<uuid:pk>/pay-links/", PayLinks.as_view(), name="pay_links"),
    path("clients/<uuid:pk>/pay-links/wish/", LinkWishNote.as_view(), name="link_wish"),
    path("clients/<uuid:pk>/estimates/", ClientEstimates.as_view(), name="client_estimates"),
    path("clients/<uuid:pk>/estimates/new/", EstimateNew.as_view(), name="estimate_new"),
    path("clients/<uuid:pk>/superbills/", ClientSuperbills.as_view(), name="client_superbills"),
    path("clients/<uuid:pk>/superbills/new/", SuperbillNew.as_view(), name="superbill_new"),
    path(
        "clients/<uuid:pk>/payment-plans/",
        ClientPaymentPlans.as_view(),
        name="client_payment_plans",
    ),
    path(
        "clients/<uuid:pk>/payment-plans/new/",
        PaymentPlanNew.as_view(),
        name="payment_plan_new",
    ),
    path("clients/<uuid:pk>/packages/new/", PackageSell.as_view(), name="package_new"),
    path("clients/<uuid:pk>/", ClientPage.as_view(), name="client"),
    path("sessions/new/", SessionNew.as_view(), name="session_new"),
    path("sessions/unbilled/", Unbilled.as_view(), name="unbilled"),
    path("sessions/unbilled/invoices/", InvoiceIssue.as_view(), name="invoice_issue"),
    path("sessions/not-billed/", NotBilledList.as_view(), name="not_billed"),
    path("sessions/not-billed/<uuid:pk>/return/", BillAfterAll.as_view(), name="bill_after_all"),
    path("sessions/<uuid:pk>/add-ons/", SessionAddOns.as_view(), name="session_add_ons"),
    path("sessions/<uuid:pk>/codes/", SessionCodes.as_view(), name="session_codes"),
    path("sessions/<uuid:pk>/not-billed/", SessionKeepBack.as_view(), name="session_keep_back"),
    path("missed-fees/<uuid:pk>/waiver/", MissedFeeWaive.as_view(), name="missed_fee_waive"),
    path("appointments/", Schedule.as_view(), name="schedule"),
    path("appointments/new/", HourNew.as_view(), name="appointment_new"),
    path("appointments/<uuid:pk>/", HourPage.as_view(), name="appointment"),
    path("appointments/<uuid:pk>/session/", HourHold.as_view(), name="appointment_hold"),
    path("appointments/<uuid:pk>/cancellation/", HourCancel.as_view(), name="appointment_cancel"),
    path("appointments/<uuid:pk>/no-show/", HourMiss.as_view(), name="appointment_miss"),
    path("appointments/<uuid:pk>/move/", HourMove.as_view(), name="appointment_move"),
    path("appointments/<uuid:pk>/rest/", HourCancelRest.as_view(), name="appointment_cancel_rest"),
    path(
        "appointments/<uuid:pk>/taking-back/", OutcomeTakeBack.as_view(), name="outcome_take_back"
    ),
    path("groups/", GroupList.as_view(), name="groups"),
    path("groups/new/", GroupNew.as_view(), name="group_new"),
    path("groups/<uuid:pk>/", GroupPage.as_view(), name="group"),
    path("groups/<uuid:pk>/members/new/", GroupJoin.as_view(), name="group_join"),
    path("groups/<uuid:pk>/hours/new/", GroupHourNew.as_view(), name="group_hour_new"),
    path("group-members/<uuid:pk>/last-day/", GroupLeave.as_view(), name="group_leave"),
    path("group-hours/<uuid:pk>/", GroupHourPage.as_view(), name="group_hour"),
    path("group-hours/<uuid:pk>/sessions/", GroupHourHold.as_view(), name="group_hour_hold"),
    path("group-hours/<uuid:pk>/move/", GroupHourMove.as_view(), name="group_hour_move"),
    path(
        "group-hours/<uuid:pk>/cancellation/", GroupHourCancel.as_view(), name="group_hour_cancel"
    ),
    path("estimates/", EstimatesDue.as_view(), name="estimates_due"),
    path("estimates/<uuid:pk>/", EstimatePage.as_view(), name="estimate"),
    path("estimates/<uuid:pk>/pdf/", EstimatePdf.as_view(), name="estimate_pdf"),
    path("payment-plans/", PaymentPlans.as_view(), name="payment_plans"),
    path("payment-plans/<uuid:pk>/", PaymentPlanPage.as_view(), name="payment_plan"),
    path("payment-plans/<uuid:pk>/pdf/", PaymentPlanPdf.as_view(), name="payment_plan_pdf"),
    path(
        "payment-plans/<uuid:pk>/take-back/",
        PaymentPlanTakeBack.as_view(),
        name="payment_plan_take_back",
    ),
    path("superbills/rule/", SuperbillRulePage.as_view(), name="superbill_rule"),
    path("superbills/<uuid:pk>/", SuperbillPage.as_view(), name="superbill"),
    path("superbills/<uuid:pk>/pdf/", SuperbillPdf.as_view(), name="superbill_pdf"),
    path(
        "superbills/<uuid:pk>/superseded/",
        SuperbillSupersededPdf.as_view(),
        name="superbill_superseded_pdf",
    ),
    path("services/", Services.as_view(), name="services"),
    path("services/missed-hours/", MissedHours.as_view(), name="missed_hours"),
    path("services/telehealth/", PayerRules.as_view(), name="payer_rules"),
    path("services/<uuid:pk>/", Service.as_view(), name="service"),
    path("services/<uuid:pk>/name/", ServiceRename.as_view(), name="service_rename"),
    path("services/<uuid:pk>/end/", ServiceEnd.as_view(), name="service_end"),
    path("services/packages/", PackageOffers.as_view(), name="package_offers"),
    path("services/packages/<uuid:pk>/end/", PackageOfferEnd.as_view(), name="package_offer_end"),
    path("packages/", PackageList.as_view(), name="package_list"),
    path("packages/run-out/", PackagesRunOut.as_view(), name="packages_run_out"),
    path("packages/<uuid:pk>/", PackagePage.as_view(), name="package"),
    path("packages/<uuid:pk>/end/", PackageGiveBack.as_view(), name="package_give_back"),
    path("packages/ends/<uuid:pk>/taking-back/", PackageGoOn.as_view(), name="package_go_on"),
    path("cycles/", Cycles.as_view(), name="cycles"),
    path("cycles/practice/", PracticeRhythm.as_view(), name="practice_cycle"),
    path("cycles/runs/", CycleRuns.as_view(), name="cycle_runs"),
    path("cycles/runs/new/", CycleRunNew.as_view(), name="cycle_run_new"),
    path("cycles/runs/<uuid:pk>/", CycleRunPage.as_view(), name="cycle_run"),
    path("invoices/", InvoiceList.as_view(), name="invoice_list"),
    path("invoices/<uuid:pk>/", InvoiceDetail.as_view(), name="invoice"),
    path("invoices/<uuid:pk>/pdf/", InvoicePdf.as_view(), name="invoice_pdf"),
    path("invoices/small-balances/", SmallBalances.as_view(), name="small_balances"),
    path(
        "invoices/small-balances/write-offs/",
        SmallBalancesWrite.as_view(),
        name="small_balances_write",
    ),
    path("invoices/<uuid:pk>/write-offs/new/", WriteOffNew.as_view(), name="invoice_write_off"),
    path(
        "invoices/write-offs/<uuid:pk>/taking-back/",
        WriteOffTakeBack.as_view(),
        name="write_off_take_back",
    ),
    path("invoices/<uuid:pk>/void/", InvoiceVoid.as_view(), name="invoice_void"),
    path("invoices/<uuid:pk>/card/", CheckoutStart.as_view(), name="checkout_start"),
    path("card-payments/<uuid:pk>/", CheckoutReturn.as_view(), name="checkout_return"),
    path("payments/new/", PaymentNew.as_view(), name="payment_new"),
    path("payments/unapplied/", Unapplied.as_view(), name="payment_unapplied"),
    path(
        "payments/unapplied/applications/",
        UnappliedApply.as_view(),
        name="payment_unapplied_apply",
    ),
    path("payments/<uuid:pk>/", Receipt.as_view(), name="payment"),
    path("payments/<uuid:pk>/pdf/", ReceiptPdf.as_view(), name="receipt_pdf"),
    path("statements/<uuid:pk>/pdf/", StatementPdf.as_view(), name="statement_pdf"),
    path("payments/<uuid:pk>/correction/", PaymentCorrect.as_view(), name="payment_correct"),
    path("payments/<uuid:pk>/returned/", CheckReturned.as_view(), name="payment_returned"),
    path("payments/<uuid:pk>/transfers/new/", CreditTransferNew.as_view(), name="credit_transfer"),
    path(
        "payments/transfers/<uuid:pk>/taking-back/",
        CreditTransferTakeBack.as_view(),
        name="credit_transfer_take_back",
    ),
    path("payments/<uuid:pk>/applications/new/", CreditApply.as_view(), name="payment_apply"),
    path("payments/<uuid:pk>/refunds/new/", RefundNew.as_view(), name="payment_refund"),
    path(
        "payments/refunds/<uuid:pk>/taking-back/",
        RefundTakeBack.as_view(),
        name="refund_take_back",
    ),
    path(
        "payments/applications/<uuid:pk>/taking-back/",
        ApplicationTakeBack.as_view(),
        name="application_take_back",
    ),
    path("examination/samples/", Samples.as_view(), name="samples"),
    path("examination/samples/<uuid:pk>/", Sample.as_view(), name="sample"),
    path("examination/samples/<uuid:pk>/file/", SampleFile.as_view(), name="sample_file"),
    path("examination/requests/", AuditRequests.as_view(), name="audit_requests"),
    path("examination/requests/<uuid:pk>/", AuditRequestPage.as_view(), name="audit_request"),
    path("examination/answers/", AuditAnswers.as_view(), name="audit_answers"),
    path("examination/answers/<uuid:pk>/", AuditAnswer.as_view(), name="audit_answer"),
    path("examination/evidence/", EvidencePacks.as_view(), name="evidence_packs"),
    path("examination/evidence/<uuid:pk>/", EvidencePackPage.as_view(), name="evidence_pack"),
    path("reports/", ReportIndex.as_view(), name="reports"),
    path(
        "reports/trial-balance/",
        ReportPage.as_view(slug="trial-balance"),
        name="trial_balance",
    ),
    path("reports/aging/", ReportPage.as_view(slug="aging"), name="aging"),
    path("reports/runs/", ReportRuns.as_view(), name="report_runs"),
    path("reports/runs/<uuid:pk>/", ReportRunPage.as_view(), name="report_run"),
    path("reports/files/<uuid:pk>/", ReportOrder.as_view(), name="report_order"),
    path("reports/entries/<uuid:pk>/", JournalEntryPage.as_view(), name="journal_entry"),
    path("reports/<slug:slug>/", ReportPage.as_view(), name="report"),
    path("reports/<slug:slug>/file/", ReportFile.as_view(), name="report_file"),
    path("reports/<slug:slug>/keep/", ReportKeep.as_view(), name="report_keep"),
    path("months/", Months.as_view(), name="months"),
    path("months/<str:month>/", Month.as_view(), name="month"),
    path("months/<str:month>/steps/<slug:step>/", MonthStep.as_view(), name="month_step"),
    path("months/<str:month>/close/", MonthClose.as_view(), name="month_close"),
    path("months/<str:month>/soft-close/", MonthSoftClose.as_view(), name="month_soft_close"),
    path("months/<str:month>/reopening/", MonthReopen.as_view(), name="month_reopen"),
    path("months/<str:month>/closes/<uuid:close_id>/", MonthFrozen.as_view(), name="month_frozen"),
    path(
        "months/<str:month>/closes/<uuid:close_id>/file/",
        MonthFrozenFile.as_view(),
        name="month_frozen_file",
    ),
    path("chart/", Chart.as_view(), name="chart"),
    path("chart/file/", ChartFile.as_view(), name="chart_file"),
    path("chart/<uuid:pk>/", ChartAccount.as_view(), name="chart_account"),
    path("drawer/", Drawer.as_view(), name="drawer"),
    path("drawer/deposits/new/", DepositNew.as_view(), name="deposit_new"),
    path(
        "drawer/deposits/<uuid:pk>/taking-back/",
        DepositTakeBack.as_view(),
        name="deposit_take_back",
    ),
    path("letters/", Letters.as_view(), name="letters"),
    path("letters/reminders/", Reminders.as_view(), name="reminders"),
    path("letters/reminder-rules/", ReminderRules.as_view(), name="reminder_rules"),
    path("letters/words/", LetterWords.as_view(), name="letter_words"),
    path("letters/words/<slug:kind>/", LetterWordsOf.as_view(), name="letter_words_of"),
    path("letters/words/<slug:kind>/usual/", LetterWordsReset.as_view(), name="letter_words_reset"),
    path("letters/holds/<uuid:pk>/end/", LetterHoldEnd.as_view(), name="letter_hold_end"),
    path("letters/<uuid:pk>/again/", LetterRepeat.as_view(), name="letter_repeat"),
    path("letters/<uuid:pk>/came-back/", LetterCameBack.as_view(), name="letter_came_back"),
    path("clients/<uuid:pk>/letters/", ClientLetters.as_view(), name="client_letters"),
    path("statement-runs/", StatementRuns.as_view(), name="statement_runs"),
    path("statement-runs/<uuid:pk>/", StatementRunPage.as_view(), name="statement_run"),
    path("statement-runs/<uuid:pk>/drop/", StatementRunDrop.as_view(), name="statement_run_drop"),
    path(
        "statement-runs/<uuid:pk>/print/<int:part>/",
        StatementRunPrint.as_view(),
        name="statement_run_print",
    ),
    path("statements/<uuid:pk>/letter/", StatementLetter.as_view(), name="statement_letter"),
    path("payments/<uuid:pk>/letter/", ReceiptLetter.as_view(), name="receipt_letter"),
    path("bills/", BillList.as_view(), name="bill_list"),
    path("bills/new/", BillNew.as_view(), name="bill_new"),
    path("bills/<uuid:pk>/", BillDetail.as_view(), name="bill"),
    path("bills/<uuid:pk>/payments/new/", BillPay.as_view(), name="bill_pay"),
    path("bills/<uuid:pk>/taking-back/", BillTakeBack.as_view(), name="bill_take_back"),
    path(
        "bills/payments/<uuid:pk>/taking-back/",
        BillPaymentTakeBack.as_view(),
        name="bill_payment_take_back",
    ),
    path("bills/<uuid:pk>/papers/new/", BillPaperNew.as_view(), name="bill_paper_new"),
    path("bills/papers/<uuid:pk>/", BillPaper.as_view(), name="bill_paper"),
    path("bills/recurring/", Recurring.as_view(), name="recurring"),
    path("bills/recurring/new/", RecurringNew.as_view(), name="recurring_new"),
    path("bills/recurring/<uuid:pk>/pause/", RecurringPause.as_view(), name="recurring_pause"),
    path("bills/recurring/<uuid:pk>/going-on/", RecurringGoOn.as_view(), name="recurring_go_on"),
    path("bills/recurring/<uuid:pk>/end/", RecurringEnd.as_view(), name="recurring_end"),
    path("expenses/new/", ExpenseNew.as_view(), name="expense_new"),
    path("vendors/", Vendors.as_view(), name="vendors"),
    path("vendors/<uuid:pk>/name/", VendorRename.as_view(), name="vendor_rename"),
    path("vendors/<uuid:pk>/retirement/", VendorRetire.as_view(), name="vendor_retire"),
    path("vendors/<uuid:pk>/return/", VendorBringBack.as_view(), name="vendor_bring_back"),
    path("bank/", BankLines.as_view(), name="bank_lines"),
    path("bank/matched/", BankMatched.as_view(), name="bank_matched"),
    path("bank/files/", BankUpload.as_view(), name="bank_upload"),
    path("bank/files/<uuid:pk>/", BankFilePage.as_view(), name="bank_file"),
    path("bank/files/<uuid:pk>/discard/", BankFileDiscard.as_view(), name="bank_file_discard"),
    path("bank/lines/<uuid:pk>/match/", BankLineMatch.as_view(), name="bank_line_match"),
    path("bank/lines/<uuid:pk>/undo/", BankLineUndo.as_view(), name="bank_line_undo"),
    path("bank/lines/<uuid:pk>/expense/", BankLineSpend.as_view(), name="bank_line_spend"),
    path("intake/", Intake.as_view(), name="intake"),
    path("intake/files/", FhirUpload.as_view(), name="fhir_upload"),
    path("intake/files/<uuid:batch>/", FhirFiles.as_view(), name="fhir_files"),
    path("intake/retry/", IntakeRetry.as_view(), name="intake_retry"),
    path("intake/names/", ExternalCodes.as_view(), name="external_codes"),
    path("intake/differences/", Differences.as_view(), name="differences"),
    path(
        "intake/differences/<uuid:record_id>/",
        DifferenceSettle.as_view(),
        name="difference_settle",
    ),
    path("intake/<uuid:reject_id>/", Reject.as_view(), name="reject"),
    path("intake/<uuid:reject_id>/dismissal/", RejectDismiss.as_view(), name="reject_dismiss"),
    path("ehr/", Ehr.as_view(), name="ehr"),
    path("ehr/test/", EhrTest.as_view(), name="ehr_test"),
    path("ehr/pull/", EhrPull.as_view(), name="ehr_pull"),
    path("pay-links/<uuid:pk>/withdrawal/", PayLinkWithdraw.as_view(), name="pay_link_withdraw"),
    path("questions/", Questions.as_view(), name="questions"),
    path("questions/<uuid:pk>/answer/", QuestionAnswerNew.as_view(), name="question_answer"),
    path("pay/", Pay.as_view(), name="pay"),
    path("pay/account/", PayAccount.as_view(), name="pay_account"),
    path("pay/account/payments/new/", PayStart.as_view(), name="pay_start"),
    path("pay/payments/<uuid:pk>/", PayResult.as_view(), name="pay_result"),
    path("pay/invoices/<uuid:pk>/pdf/", PayInvoicePdf.as_view(), name="pay_invoice_pdf"),
    path("pay/receipts/<uuid:pk>/pdf/", PayReceiptPdf.as_view(), name="pay_receipt_pdf"),
    path("pay/payment-plans/<uuid:pk>/pdf/", PayPlanPdf.as_view(), name="pay_plan_pdf"),
    path("pay/statements/<uuid:pk>/pdf/", PayStatementPdf.as_view(), name="pay_statement_pdf"),
    path("pay/superbills/<uuid:pk>/pdf/", PaySuperbillPdf.as_view(), name="pay_superbill_pdf"),
    path(
        "pay/invoices/<uuid:pk>/paid-already/",
        PayPaidAlready.as_view(),
        name="pay_paid_already",
    ),
    path(
        "pay/invoices/<uuid:pk>/question/",
        PayLineQuestion.as_view(),
        name="pay_line_question",
    ),
    path("pay/wishes/", PayWishes.as_view(), name="pay_wishes"),
    path("pay/looks/", PayLooks.as_view(), name="pay_looks"),
    path("pay/leave/", PayLeave.as_view(), name="pay_leave"),
    path("pay/<str:token>/", PayOpen.as_view(), name="pay_open"),
    path("webhooks/stripe/<uuid:endpoint_id>", StripeWebhook.as_view(), name="stripe_webhook"),
    path("api/v1/balances/", api_balances.Balances.as_view(), name="api_balances"),
    path(
        "api/v1/clients/<uuid:client_id>/balance/",
        api_balances.OneBalance.as_view(),
        name="api_balance",
    ),
    path("api/v1/sessions/", api_sessions.Sessions.as_view(), name="api_sessions"),
    path(
        "api/v1/sessions/choices/",
        api_sessions.SessionChoices.as_view(),
        name="api_session_choices",
    ),
    path(
        "api/v1/sessions/<uuid:session_id>/", api_sessions.OneSession.as_view(), name="api_session"
    ),
    path("api/v1/invoices/", api_invoices.Invoices.as_view(), name="api_invoices"),
    path(
        "api/v1/invoices/<uuid:invoice_id>/", api_invoices.OneInvoice.as_view(), name="api_invoice"
    ),
    # FHIR names a type without a slash at its end.
    path("api/fhir/", fhir_in.Bundles.as_view(), name="api_fhir"),
    path("api/fhir/metadata", fhir_metadata.Metadata.as_view(), name="api_fhir_metadata"),
    path("api/fhir/Account", fhir_out.Accounts.as_view(), name="api_fhir_accounts"),
    path(
        "api/fhir/Account/<uuid:client_id>", fhir_out.OneAccount.as_view(), name="api_fhir_account"
    ),
    path("api/fhir/Invoice", fhir_out.Invoices.as_view(), name="api_fhir_invoices"),
    path(
        "api/fhir/Invoice/<uuid:invoice_id>", fhir_out.OneInvoice.as_view(), name="api_fhir_invoice"
    ),
    path("api/fhir/ChargeItem", fhir_out.ChargeItems.as_view(), name="api_fhir_chargeitems"),
    path(
        "api/fhir/ChargeItem/<uuid:session_id>",
        fhir_out.OneChargeItem.as_view(),
        name="api_fhir_chargeitem",
    ),
    path(
        "api/fhir/PaymentReconciliation",
        fhir_out.PaymentReconciliations.as_view(),
        name="api_fhir_paymentreconciliations",
    ),
    path(
        "api/fhir/PaymentReconciliation/<uuid:payment_id>",
        fhir_out.OnePaymentReconciliation.as_view(),
        name="api_fhir_paymentreconciliation",
    ),
]
