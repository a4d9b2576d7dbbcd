from django.urls import path

from billing.views.checkout import CheckoutReturn, CheckoutStart
from billing.views.clients import ClientPage, MyClients
from billing.views.invoices import InvoiceDetail, InvoiceIssue, InvoiceList, InvoicePdf
from billing.views.payments import PaymentNew, Receipt
from billing.views.reports import Aging, TrialBalance
from billing.views.search import ClientSearch
from billing.views.sessions import SessionNew, Unbilled
from billing.views.today import Today
from billing.views.webhooks import StripeWebhook

app_name = "billing"

urlpatterns = [
    path("today/", Today.as_view(), name="today"),
    path("my-clients/", MyClients.as_view(), name="my_clients"),
    path("clients/search/", ClientSearch.as_view(), name="search"),
    path("clients/<uuid:pk>/", ClientPage.as_view(), name="client"),
    path("sessions/new/", SessionNew.as_view(), name="session_new"),
    path("sessions/unbilled/", Unbilled.as_view(), name="unbilled"),
    path("sessions/unbilled/invoices/", InvoiceIssue.as_view(), name="invoice_issue"),
    path("invoices/", InvoiceList.as_view(), name="invoice_list"),
    path("invoices/<uuid:pk>/", InvoiceDetail.as_view(), name="invoice"),
    path("invoices/<uuid:pk>/pdf/", InvoicePdf.as_view(), name="invoice_pdf"),
    path("invoices/<uuid:pk>/card/", CheckoutStart.as_view(), name="checkout_start"),
    path("card-payments/<uuid:pk>/", CheckoutReturn.as_view(), name="checkout_return"),
    path("payments/new/", PaymentNew.as_view(), name="payment_new"),
    path("payments/<uuid:pk>/", Receipt.as_view(), name="payment"),
    path("reports/trial-balance/", TrialBalance.as_view(), name="trial_balance"),
    path("reports/aging/", Aging.as_view(), name="aging"),
    path("webhooks/stripe/<uuid:endpoint_id>", StripeWebhook.as_view(), name="stripe_webhook"),
]
