"""Tokens for programs: never more than their maker may, shown once, a year at most."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.ids import uuid7
from accounts.models import ApiToken, Membership
from accounts.permissions import Permission
from accounts.selectors import api_tokens as standing
from accounts.selectors import doors
from accounts.services import api_tokens
from accounts.tenancy import practice_scope
from audit.models import Event
from tests.houses import House

P = Permission


def made(by: Membership, days: int = 30) -> api_tokens.Made:
    return api_tokens.make(
        name="Records", scopes={P.CLIENT_VIEW}, days=days, now=timezone.now(), by=by
    )


def test_a_token_holds_no_more_than_its_maker(scope: None, accountant: Membership) -> None:
    with pytest.raises(api_tokens.NotYoursToGive):
        api_tokens.make(
            name="Books",
            scopes={P.CLIENT_VIEW, P.CLIENT_IDENTITY_VIEW},
            days=30,
            now=timezone.now(),
            by=accountant,
        )


@pytest.mark.parametrize("scopes", [set(), {P.PAYMENT_RECORD}])
def test_a_token_opens_something_that_programs_are_offered(
    scope: None, front_desk: Membership, scopes: set[Permission]
) -> None:
    with pytest.raises(api_tokens.NotYoursToGive):
        api_tokens.make(name="X", scopes=scopes, days=30, now=timezone.now(), by=front_desk)


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_token_lasts_a_year_at_most(scope: None, front_desk: Membership, days: int) -> None:
    with pytest.raises(api_tokens.LastsTooLong):
        made(front_desk, days)


def test_the_database_lets_no_token_last_longer(scope: None, front_desk: Membership) -> None:
    now = timezone.now()

    with pytest.raises(IntegrityError, match="one_year"), transaction.atomic():
        ApiToken.objects.create(
            name="X",
            scopes="client_view",
            digest=b"x",
            made_at=now,
            made_by=front_desk,
            expires_at=now + timedelta(days=365, seconds=1),
        )


def test_a_practice_has_so_many_tokens_and_no_more(
    scope: None, front_desk: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_tokens, "TOKENS_MAX", 1)
    first = made(front_desk)
    with pytest.raises(api_tokens.TooMany):
        made(front_desk)

    api_tokens.revoke(token=first.row, now=timezone.now(), by=front_desk)

    assert made(front_desk).row.pk


def test_nothing_that_is_kept_is_the_token(scope: None, front_desk: Membership) -> None:
    token = made(front_desk)
    row = ApiToken.objects.filter(pk=token.row.pk).values().get()

    assert standing.named(token.text) == token.row.pk
    assert len(token.text.removeprefix(standing.PREFIX)) == (16 + 32) * 8 / 6
    assert token.text not in repr(token) + repr(row)
    assert bytes(row["digest"]) == standing.digest(token.text)


def test_two_tokens_are_never_alike(scope: None, front_desk: Membership) -> None:
    assert len({made(front_desk).text for _ in range(20)}) == 20


def test_the_door_tells_ids_and_whose_they_are(
    practice: House, other_practice: House, front_desk: Membership
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        token = made(front_desk)

    holder = doors.holder_of_api_token(token.row.pk, standing.digest(token.text))

    assert holder == doors.Holder(practice.id, front_desk.person_id, token.row.pk)  # type: ignore[arg-type]  # a person
    assert doors.holder_of_api_token(token.row.pk, b"unknown") is None
    assert doors.holder_of_api_token(uuid7(), standing.digest(token.text)) is None


def test_revoking_is_done_once_and_told_once(scope: None, front_desk: Membership) -> None:
    token, now = made(front_desk), timezone.now()

    assert api_tokens.revoke(token=token.row, now=now, by=front_desk)
    assert not api_tokens.revoke(token=token.row, now=now, by=front_desk)


def test_the_database_keeps_a_revoked_token_revoked(scope: None, front_desk: Membership) -> None:
    token = made(front_desk)
    api_tokens.revoke(token=token.row, now=timezone.now(), by=front_desk)

    with pytest.raises(DatabaseError, match="stays so"), transaction.atomic():
        ApiToken.objects.filter(pk=token.row.pk).update(revoked_at=None, revoked_by=None)


@pytest.mark.parametrize("column", ["scopes", "digest", "expires_at", "made_by_id", "name"])
def test_the_database_lets_nobody_change_what_a_token_is(
    scope: None, front_desk: Membership, column: str
) -> None:
    token = made(front_desk)
    before = ApiToken.objects.filter(pk=token.row.pk).values_list(column, flat=True).get()

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        ApiToken.objects.filter(pk=token.row.pk).update(**{column: before})


def test_making_and_revoking_are_on_the_log_without_the_token(
    practice: House, front_desk: Membership
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        token = made(front_desk)
        api_tokens.revoke(token=token.row, now=timezone.now(), by=front_desk)
    with practice_scope(practice.id):
        told = list(Event.objects.filter(action__startswith="accounts.api_token.").values())

    assert {each["action"] for each in told} == {
        "accounts.api_token.made",
        "accounts.api_token.revoked",
    }
    assert token.text not in repr(told)
