"""Every address of the product. Each app names its own; config adds what no person asks for."""

from django.conf import settings
from django.urls import include, path

from accounts.api.views import NoSuchRoute
from config import views

urlpatterns = [
    path("healthz", views.Health.as_view(), name="healthz"),
    path("readyz", views.Ready.as_view(), name="readyz"),
    path("", include("accounts.urls")),
    path("", include("clients.urls")),
    path("", include("billing.urls")),
    path("api/<path:rest>", NoSuchRoute.as_view(), name="api_nothing"),
]

if settings.QUIETLEDGER_DEMO:
    from config.dev.gallery import gallery

    urlpatterns.append(path("gallery/", gallery, name="gallery"))
