from django.urls import path

from clients.views.assignments import AssignmentEnd, Assignments
from clients.views.clients import ClientList, ClientNew, ClientSearch

app_name = "clients"

urlpatterns = [
    path("clients/", ClientList.as_view(), name="list"),
    path("clients/new/", ClientNew.as_view(), name="new"),
    path("clients/search/", ClientSearch.as_view(), name="search"),
    path("clients/<uuid:pk>/assignments/", Assignments.as_view(), name="assign"),
    path(
        "clients/<uuid:pk>/assignments/<uuid:assignment_id>/end/",
        AssignmentEnd.as_view(),
        name="assignment_end",
    ),
]
