"""Writing once: what is sent again under its key gets its answer again, and does nothing."""

import json
import re
from collections.abc import Callable
from typing import Any, cast

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import keys
from accounts.api.access import Caller
from accounts.api.encoding import Written, written
from accounts.api.problems import Fault
from accounts.models import ApiWrite

HEADER = "Idempotency-Key"
FIT = re.compile(r"[\x21-\x7e]{8,255}", re.ASCII)

PARAMETER = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 8, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description="Of your own making, for this act alone, such as a UUID. The same key with the"
    " same body gives the same answer and does nothing again; with another body it is refused.",
)
REPLAYED = OpenApiParameter(
    "Idempotent-Replayed",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="true, where an earlier answer is given again.",
    response=[201],
)


def once(request: Request, do: Callable[[], tuple[int, dict[str, Any]]]) -> Response:
    """Do something under the request's key, or answer as before.

    Whoever comes second with a key waits for the first, whose failure frees it again.

    Raises:
        Fault: 400 without a fit key, 422 where the key was used for something else.
    """
    key = request.headers.get(HEADER, "")
    if not FIT.fullmatch(key):
        raise Fault(400, errors=[(HEADER, "Send 8 to 255 visible ASCII characters.")])
    caller: Caller = cast(Any, request).caller
    asked = json.dumps([request.method, request.path, request.data], sort_keys=True)
    request_hash = keys.fingerprint(asked, purpose="api.write")
    mine = ApiWrite(token=caller.token, key=key, request_hash=request_hash, asked_at=timezone.now())
    ApiWrite.objects.bulk_create([mine], ignore_conflicts=True)
    row = ApiWrite.objects.get(token=caller.token, key=key)
    if row.pk == mine.pk:
        status, body = do()
        row.answer = {"status": status, "body": written(body)}
        row.save(update_fields=["answer"])
        return Response(body, status=status)
    if bytes(row.request_hash) != request_hash:
        raise Fault(422, errors=[(HEADER, "This key was used for something else.")])
    answer = row.answer
    headers = {"Idempotent-Replayed": "true"}
    return Response(Written(answer["body"]), status=answer["status"], headers=headers)
