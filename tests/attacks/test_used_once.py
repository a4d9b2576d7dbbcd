"""What works once, used fifty times at once: no limit of tries stands before these."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from accounts.models import SignInTry, User
from accounts.models.gate import WRONG_CODES_MAX
from accounts.services import recovery, signin, tries
from accounts.services.recovery import UnknownRecoveryCode
from accounts.services.signin import TicketOver
from accounts.services.totp import WrongCode
from accounts.services.tries import WrongCodesRest
from tests.attacks.test_brute import (
    HANDS,
    NOW,
    _nobody_tried_before,
    at_once,
    give_code,
    give_password,
    victim,
    wrong_codes,
)
from tests.figures import Tell
from tests.houses import PASSWORD

__all__ = ["_nobody_tried_before", "victim"]

pytestmark = [pytest.mark.commits, pytest.mark.xdist_group("attacks")]

USES = 50


def used(act: Callable[[], None]) -> Counter[str]:
    return at_once([act] * USES)


def test_a_recovery_code_is_redeemed_once(victim: User, tell: Tell) -> None:
    code = recovery.issue(user=victim)[0]

    told = used(lambda: recovery.redeem(user=victim, code=code, now=NOW))

    tell(f"{told['in']} of {USES} parallel redemptions of one recovery code went through")
    assert told == {"in": 1, UnknownRecoveryCode.__name__: USES - 1}
    assert recovery.left(victim) == recovery.CODES - 1


@pytest.mark.parametrize("waits", [False, True], ids=["comes in", "awaits a password"])
def test_a_ticket_is_claimed_once(victim: User, tell: Tell, waits: bool) -> None:
    ticket = give_password(victim.email, PASSWORD).text

    told = used(lambda: signin.claim(ticket=ticket, now=NOW, waits=waits))

    tell(f"{told['in']} of {USES} parallel claims of one ticket went through; waits: {waits}")
    assert told == {"in": 1, TicketOver.__name__: USES - 1}


def test_of_parallel_wrong_codes_the_hundredth_is_the_last(victim: User) -> None:
    ticket = give_password(victim.email, PASSWORD)
    for place in range(WRONG_CODES_MAX - 3, 0, -1):
        tries.reserve(victim.email, now=NOW - place * tries.WINDOW, is_second_step=True)

    codes = wrong_codes(victim, HANDS)
    told = at_once([partial(give_code, ticket, code) for code in codes])

    assert told == {WrongCode.__name__: 3, WrongCodesRest.__name__: HANDS - 3}
    counted = SignInTry.objects.filter(wrong_code__isnull=False)
    assert counted.count() == WRONG_CODES_MAX
