from django.urls import path

from clients.views.assignments import AssignmentEnd, Assignments
from clients.views.clients import ClientList, ClientNew
from clients.views.emergencies import Emergencies, EmergencyOpen, EmergencyReview
from clients.views.exports import ClientExport
from clients.views.offboarding import OffBoarding

app_name = "clients"

urlpatterns = [
    path("clients/", ClientList.as_view(), name="list"),
    path("clients/new/", ClientNew.as_view(), name="new"),
    path("clients/export/", ClientExport.as_view(), name="export"),
    path("clients/emergency/", EmergencyOpen.as_view(), name="emergency"),
    path("emergencies/", Emergencies.as_view(), name="emergencies"),
    path("emergencies/<uuid:pk>/review/", EmergencyReview.as_view(), name="emergency_review"),
    path("people/<uuid:member_id>/off-boarding/", OffBoarding.as_view(), name="offboarding"),
    path("clients/<uuid:pk>/assignments/", Assignments.as_view(), name="assign"),
    path(
        "clients/<uuid:pk>/assignments/<uuid:assignment_id>/end/",
        AssignmentEnd.as_view(),
        name="assignment_end",
    ),
]
