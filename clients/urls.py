from django.urls import path

from clients.api.clients import Clients, OneClient
from clients.views.assignments import AssignmentEnd, Assignments
from clients.views.clients import ClientList, ClientNew
from clients.views.consents import Consents, ConsentTexts, ConsentWithdraw
from clients.views.coverages import (
    CoverageCorrect,
    CoverageEnd,
    CoverageNew,
    Coverages,
    CoverageWithdraw,
    MemberIdShow,
)
from clients.views.diagnoses import Diagnoses, DiagnosisEnd, DiagnosisWithdraw
from clients.views.emergencies import Emergencies, EmergencyOpen, EmergencyReview
from clients.views.exports import ClientExport
from clients.views.fee_agreements import (
    FeeAgreementApprove,
    FeeAgreementEnd,
    FeeAgreements,
    FeeAgreementWithdraw,
    FeesToLookAt,
)
from clients.views.imports import (
    ImportCheck,
    ImportColumns,
    ImportDiscard,
    ImportRun,
    ImportUndo,
    ImportUpload,
)
from clients.views.merges import MergeAnswer, MergeAsk, MergeOne, Merges, MergeUndo
from clients.views.offboarding import OffBoarding
from clients.views.parties import (
    Parties,
    PartyChange,
    PartyNew,
    RestrictionEnd,
    RestrictionNew,
    SplitNew,
    SplitTakeBack,
)
from clients.views.payers import PayerRetire, Payers
from clients.views.person import (
    AddressChange,
    AddressNew,
    ContactBringBack,
    ContactChange,
    ContactEnd,
    ContactFirst,
    ContactNew,
    PersonChange,
    WishesChange,
)
from clients.views.record import Record

app_name = "clients"

urlpatterns = [
    path("clients/", ClientList.as_view(), name="list"),
    path("clients/new/", ClientNew.as_view(), name="new"),
    path("clients/import/", ImportUpload.as_view(), name="import"),
    path("clients/import/<uuid:pk>/", ImportRun.as_view(), name="import_run"),
    path("clients/import/<uuid:pk>/columns/", ImportColumns.as_view(), name="import_columns"),
    path("clients/import/<uuid:pk>/check/", ImportCheck.as_view(), name="import_check"),
    path("clients/import/<uuid:pk>/discard/", ImportDiscard.as_view(), name="import_discard"),
    path("clients/import/<uuid:pk>/undo/", ImportUndo.as_view(), name="import_undo"),
    path("clients/export/", ClientExport.as_view(), name="export"),
    path("clients/emergency/", EmergencyOpen.as_view(), name="emergency"),
    path("clients/merges/", Merges.as_view(), name="merges"),
    path("clients/merges/<uuid:pk>/", MergeOne.as_view(), name="merge"),
    path("clients/merges/<uuid:pk>/answer/", MergeAnswer.as_view(), name="merge_answer"),
    path("clients/merges/<uuid:pk>/undo/", MergeUndo.as_view(), name="merge_undo"),
    path("clients/<uuid:pk>/merge/", MergeAsk.as_view(), name="merge_ask"),
    path("emergencies/", Emergencies.as_view(), name="emergencies"),
    path("emergencies/<uuid:pk>/review/", EmergencyReview.as_view(), name="emergency_review"),
    path("people/<uuid:member_id>/off-boarding/", OffBoarding.as_view(), name="offboarding"),
    path("clients/<uuid:pk>/assignments/", Assignments.as_view(), name="assign"),
    path(
        "clients/<uuid:pk>/assignments/<uuid:assignment_id>/end/",
        AssignmentEnd.as_view(),
        name="assignment_end",
    ),
    path("clients/<uuid:pk>/record/", Record.as_view(), name="record"),
    path("clients/<uuid:pk>/record/person/", PersonChange.as_view(), name="person_change"),
    path("clients/<uuid:pk>/record/wishes/", WishesChange.as_view(), name="wishes_change"),
    path("clients/<uuid:pk>/contacts/new/", ContactNew.as_view(), name="contact_new"),
    path("clients/<uuid:pk>/contacts/<uuid:contact_id>/", ContactChange.as_view(), name="contact"),
    path(
        "clients/<uuid:pk>/contacts/<uuid:contact_id>/end/",
        ContactEnd.as_view(),
        name="contact_end",
    ),
    path(
        "clients/<uuid:pk>/contacts/<uuid:contact_id>/return/",
        ContactBringBack.as_view(),
        name="contact_bring_back",
    ),
    path(
        "clients/<uuid:pk>/contacts/<uuid:contact_id>/first/",
        ContactFirst.as_view(),
        name="contact_first",
    ),
    path("clients/<uuid:pk>/addresses/new/", AddressNew.as_view(), name="address_new"),
    path("clients/<uuid:pk>/addresses/<uuid:address_id>/", AddressChange.as_view(), name="address"),
    path("clients/<uuid:pk>/parties/", Parties.as_view(), name="parties"),
    path("clients/<uuid:pk>/parties/new/", PartyNew.as_view(), name="party_new"),
    path("clients/<uuid:pk>/parties/<uuid:party_id>/", PartyChange.as_view(), name="party"),
    path("clients/<uuid:pk>/splits/new/", SplitNew.as_view(), name="split_new"),
    path(
        "clients/<uuid:pk>/splits/<uuid:split_id>/revocation/",
        SplitTakeBack.as_view(),
        name="split_take_back",
    ),
    path("clients/<uuid:pk>/restrictions/new/", RestrictionNew.as_view(), name="restriction_new"),
    path(
        "clients/<uuid:pk>/restrictions/<uuid:restriction_id>/end/",
        RestrictionEnd.as_view(),
        name="restriction_end",
    ),
    path("payers/", Payers.as_view(), name="payers"),
    path("payers/<uuid:payer_id>/retire/", PayerRetire.as_view(), name="payer_retire"),
    path("clients/<uuid:pk>/coverages/", Coverages.as_view(), name="coverages"),
    path("clients/<uuid:pk>/coverages/new/", CoverageNew.as_view(), name="coverage_new"),
    path(
        "clients/<uuid:pk>/coverages/<uuid:coverage_id>/",
        CoverageCorrect.as_view(),
        name="coverage",
    ),
    path(
        "clients/<uuid:pk>/coverages/<uuid:coverage_id>/end/",
        CoverageEnd.as_view(),
        name="coverage_end",
    ),
    path(
        "clients/<uuid:pk>/coverages/<uuid:coverage_id>/withdraw/",
        CoverageWithdraw.as_view(),
        name="coverage_withdraw",
    ),
    path(
        "clients/<uuid:pk>/coverages/<uuid:coverage_id>/member-id/",
        MemberIdShow.as_view(),
        name="member_id",
    ),
    path("clients/<uuid:pk>/diagnoses/", Diagnoses.as_view(), name="diagnoses"),
    path(
        "clients/<uuid:pk>/diagnoses/<uuid:diagnosis_id>/end/",
        DiagnosisEnd.as_view(),
        name="diagnosis_end",
    ),
    path(
        "clients/<uuid:pk>/diagnoses/<uuid:diagnosis_id>/withdraw/",
        DiagnosisWithdraw.as_view(),
        name="diagnosis_withdraw",
    ),
    path("consent-texts/", ConsentTexts.as_view(), name="consent_texts"),
    path("clients/<uuid:pk>/consents/", Consents.as_view(), name="consents"),
    path(
        "clients/<uuid:pk>/consents/<uuid:consent_id>/withdraw/",
        ConsentWithdraw.as_view(),
        name="consent_withdraw",
    ),
    path("clients/fees/", FeesToLookAt.as_view(), name="fees_to_look_at"),
    path("clients/<uuid:pk>/fees/", FeeAgreements.as_view(), name="fee_agreements"),
    path(
        "clients/<uuid:pk>/fees/<uuid:agreement_id>/approve/",
        FeeAgreementApprove.as_view(),
        name="fee_agreement_approve",
    ),
    path(
        "clients/<uuid:pk>/fees/<uuid:agreement_id>/end/",
        FeeAgreementEnd.as_view(),
        name="fee_agreement_end",
    ),
    path(
        "clients/<uuid:pk>/fees/<uuid:agreement_id>/withdraw/",
        FeeAgreementWithdraw.as_view(),
        name="fee_agreement_withdraw",
    ),
    path("api/v1/clients/", Clients.as_view(), name="api_clients"),
    path("api/v1/clients/<uuid:client_id>/", OneClient.as_view(), name="api_client"),
]
