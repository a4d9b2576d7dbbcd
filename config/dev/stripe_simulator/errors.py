"""Refusals in the shape of Stripe's error object."""

from typing import Any

from config.dev.stripe_simulator.messages import Object


class ApiError(Exception):
    """A refusal. A `kept` one came after execution began: its idempotency key replays it."""

    def __init__(self, status: int, error: Object, *, kept: bool = False) -> None:
        super().__init__(str(error.get("message", "")))
        self.status = status
        self.error = error
        self.kept = kept


def _error(kind: str, message: str, **more: Any) -> Object:
    return {"message": message, "type": kind} | {k: v for k, v in more.items() if v is not None}


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    """The request cannot be understood or carried out as it stands."""
    return ApiError(400, _error("invalid_request_error", message, param=param, code=code))


def refused(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    """The request is well formed, and the state of the object does not allow it."""
    error = _error("invalid_request_error", message, param=param, code=code)
    return ApiError(400, error, kept=True)


def no_such(kind: str, object_id: str, *, param: str | None = None) -> ApiError:
    """404 for an object in the path, 400 for one that a parameter names."""
    error = _error(
        "invalid_request_error",
        f"No such {kind}: '{object_id}'",
        code="resource_missing",
        param=param or "id",
    )
    return ApiError(400 if param else 404, error)


def missing(param: str) -> ApiError:
    return invalid(f"Missing required param: {param}.", param=param, code="parameter_missing")


def unauthenticated(message: str) -> ApiError:
    return ApiError(401, _error("invalid_request_error", message))


def forbidden(message: str) -> ApiError:
    return ApiError(403, _error("invalid_request_error", message, code="account_invalid"))


def unknown_url(method: str, path: str) -> ApiError:
    message = f"Unrecognized request URL ({method}: {path})."
    return ApiError(404, _error("invalid_request_error", message))


def key_reused(key: str) -> ApiError:
    message = (
        "Keys for idempotent requests can only be used with the same parameters they were first "
        f"used with. Try using a key other than '{key}' if you meant to execute a different "
        "request."
    )
    return ApiError(400, _error("idempotency_error", message))


def key_in_use(key: str) -> ApiError:
    message = (
        f"There is currently another in-progress request using this Idempotent Key ('{key}'). "
        "Please try again later."
    )
    return ApiError(409, _error("idempotency_error", message, code="idempotency_key_in_use"))


def too_many_requests() -> ApiError:
    return ApiError(
        429,
        _error("invalid_request_error", "Request rate limit exceeded.", code="rate_limit"),
    )


def server_error() -> ApiError:
    return ApiError(500, _error("api_error", "An unknown error occurred (by a fault switch)."))
