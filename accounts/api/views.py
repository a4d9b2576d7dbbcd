"""What every route for programs stands on: what its token must hold, and how it answers."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any, ClassVar, cast
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import problems
from accounts.api.access import CHALLENGE, Caller
from accounts.api.encoding import JsonAnswer, JsonBody
from accounts.api.fields import Id
from accounts.api.problems import Fault
from accounts.card_numbers import holds_card_number
from accounts.permissions import Permission
from accounts.tenancy import in_scope

SAFE_METHODS = frozenset({"GET", "HEAD"})
ON_A_PAGE, PAGE_MAX = 50, 100


class ApiView(APIView):
    """A route for programs. ``permission`` has no default: nothing is open by itself.

    ``change_permission`` is needed on top of it for anything but reading. ``cost`` is what a
    request counts against its token's minute.
    """

    permission: ClassVar[Permission | None]
    change_permission: ClassVar[Permission | None] = None
    cost: ClassVar[int] = 1
    query: ClassVar[type[serializers.Serializer[Any]] | None] = None
    is_open: ClassVar[bool] = False
    tells: Callable[[], None] | None = None
    """What the log hears of a refusal, after all that it stopped was given up."""

    http_method_names = ["get", "head", "post"]
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    renderer_classes: Sequence[type[BaseRenderer]] = (JsonAnswer,)
    parser_classes: Sequence[type[BaseParser]] = (JsonBody,)
    metadata_class = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer inside a savepoint: what is refused leaves nothing behind."""
        with transaction.atomic() if in_scope() else nullcontext():
            response = super().dispatch(request, *args, **kwargs)
            if in_scope() and response.status_code >= 400:
                transaction.set_rollback(True)
        if self.tells is not None:
            self.tells()
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        known = request.method and request.method.lower() in self.http_method_names
        if not known or not hasattr(self, str(request.method).lower()):
            self.http_method_not_allowed(request)
        if not self.is_open:
            self.require(request)
        super().initial(request, *args, **kwargs)
        self.asked = self._asked(request)

    def require(self, request: Request) -> None:
        """Let only a token pass that holds what the route needs."""
        if cast(Any, request).caller is None:
            raise Fault(401, headers=CHALLENGE)
        changes = request.method not in SAFE_METHODS
        needed = {self.permission, self.change_permission if changes else None} - {None}
        if not needed <= self.caller.permissions:
            raise Fault(403)

    def perform_authentication(self, request: Request) -> None:
        """The door has done it: there is no user here, and no session."""

    def get_exception_handler(self) -> Any:
        return problems.handle

    @property
    def caller(self) -> Caller:
        caller: Caller = cast(Any, self.request).caller
        return caller

    def may(self, permission: Permission) -> bool:
        """Say whether the token holds another permission than the route's own."""
        return permission in self.caller.permissions

    def _asked(self, request: Request) -> dict[str, Any]:
        """Return what stands behind the question mark; what nobody offers there is refused."""
        given: dict[str, str] = {}
        for name, values in request.query_params.lists():
            if len(values) > 1:
                raise Fault(400, errors=[(name[:60], "Stands there twice.")])
            if holds_card_number(values[0]):
                raise Fault(400, errors=[(name[:60], "Card numbers have no place here.")])
            given[name] = values[0]
        asked = (self.query or Nothing)(data=given)
        unknown = sorted(given.keys() - asked.fields.keys())
        if unknown:
            raise Fault(
                400, errors=[(name[:60], "There is no such parameter.") for name in unknown]
            )
        if not asked.is_valid():
            wrong = [(name, str(words[0])) for name, words in asked.errors.items()]
            raise Fault(400, errors=wrong)
        return dict(asked.validated_data)


class Nothing(serializers.Serializer[Any]):
    """No parameters."""


class PageQuery(serializers.Serializer[Any]):
    """Which part of a list: what comes after an id, in the order in which rows were made."""

    after = Id(required=False, help_text="The cursor that the page before gave as next.")
    limit = serializers.IntegerField(
        min_value=1, max_value=PAGE_MAX, required=False, help_text="Rows on a page; 50 if left out."
    )


class Page:
    """Rows after a cursor, by id: stable, whatever is added meanwhile.

    What the condition ``kept_back`` is true of is left out, and counted over the whole list.
    """

    def __init__(
        self, rows: QuerySet[Any], asked: dict[str, Any], *, kept_back: Exists | None = None
    ) -> None:
        self.kept_back = 0
        if kept_back is not None:
            self.kept_back = rows.filter(kept_back).count()
            rows = rows.filter(~kept_back)
        limit = asked.get("limit", ON_A_PAGE)
        if "after" in asked:
            rows = rows.filter(pk__gt=asked["after"])
        found = list(rows.order_by("pk")[: limit + 1])
        self.rows = found[:limit]
        self.next: UUID | None = self.rows[-1].pk if len(found) > limit else None

    def answer(self, rows: list[dict[str, Any]]) -> Response:
        return Response(
            {
                "data": rows,
                "next": str(self.next) if self.next else None,
                "kept_back": self.kept_back,
            }
        )

    @property
    def facts(self) -> dict[str, Any]:
        """What the log hears of the rows that were left out."""
        return {"kept_back": self.kept_back} if self.kept_back else {}


class ListOf(serializers.Serializer[Any]):
    """What every part of a list tells beside its rows."""

    next = Id(allow_null=True, help_text="The cursor of what comes after it.")
    kept_back = serializers.IntegerField(
        help_text="Rows of the whole list that are left out: their clients have restricted what is"
        " told about them (45 CFR 164.522, 42 CFR Part 2)."
    )


class NoSuchRoute(ApiView):
    """Every other address below /api/: nothing, told as programs are told."""

    permission = None
    is_open = True
    http_method_names = ["get", "head", "post", "put", "patch", "delete", "options", "trace"]
    schema = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return problems.answer(request, Fault(404))
