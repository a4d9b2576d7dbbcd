"""How a pull can fail. The words never quote what the server said."""


class PullFailed(Exception):
    """A pull ended early; ``outcome`` is its word in ``FhirSource.Outcome``."""

    outcome = "FAILED"


class Forbidden(PullFailed):
    """An address is not https, or leads to a network that is not public."""

    outcome = "FORBIDDEN"


class Unreachable(PullFailed):
    """Nobody answered, or not in time."""

    outcome = "UNREACHABLE"


class Refused(PullFailed):
    """The server does not know us, or lets us read nothing."""

    outcome = "REFUSED"


class NotFhir(PullFailed):
    """The answer is not what FHIR and SMART ask for."""

    outcome = "NOT_FHIR"


class TooLarge(PullFailed):
    """The answer is larger than allowed."""

    outcome = "TOO_LARGE"


class Busy(PullFailed):
    """The server asked us to come later, or failed, as often as we tried."""

    outcome = "BUSY"
