"""Every address of the product. Each app names its own; config adds what no person asks for."""

from django.conf import settings
from django.urls import include, path

from accounts.api.views import NoSuchRoute
from config import views
from config.routes import by_first_word

urlpatterns = [
    path("healthz", views.Health.as_view(), name="healthz"),
    path("readyz", views.Ready.as_view(), name="readyz"),
    path("", include(by_first_word("accounts.urls"))),
    path("", include(by_first_word("clients.urls"))),
    path("", include(by_first_word("billing.urls"))),
    path("api/<path:rest>", NoSuchRoute.as_view(), name="api_nothing"),
]

if settings.QUIETLEDGER_DEMO:
    from config.dev.gallery import gallery

    urlpatterns.append(path("gallery/", gallery, name="gallery"))
