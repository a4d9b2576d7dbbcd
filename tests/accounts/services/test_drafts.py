"""What was typed: sealed, its person's own, one row a page, and gone after a day."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from pkgutil import walk_packages
from threading import Barrier

import pytest
from django.db import ProgrammingError, connection, connections, transaction
from django.forms import PasswordInput
from django.forms.forms import BaseForm
from django.utils import timezone

from accounts.models import Draft, Membership
from accounts.selectors import drafts as found
from accounts.selectors.drafts import KEPT_FOR, Typed
from accounts.services import drafts
from accounts.tenancy import practice_scope
from tests.houses import House

NOW = timezone.now()
SECOND = timedelta(seconds=1)
TABS = 8
PAGE = "/clients/new/"
TYPED: Typed = {
    PAGE: {"family_name": ["Ashgrove-Dunmore"], "contact_wish": ["MAIL"], "phone": [""]},
    "/other/": {},
}


def kept(member: Membership, page: str = PAGE) -> Typed | None:
    draft = found.of(member=member, path=page, now=NOW)
    return draft.typed if draft else None


@pytest.fixture
def draft(scope: None, front_desk: Membership) -> None:
    drafts.keep(member=front_desk, path=PAGE, typed=TYPED, now=NOW)


def test_what_was_typed_comes_back_as_it_was(draft: None, front_desk: Membership) -> None:
    assert kept(front_desk) == TYPED


def test_the_database_holds_none_of_it_in_the_clear(draft: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT fields, row_to_json(d)::text FROM accounts_draft d")
        [(sealed, row)] = cursor.fetchall()

    assert b"Ashgrove" not in bytes(sealed)
    assert "Ashgrove" not in row
    assert b"Ashgrove".hex() not in row


def test_the_next_saving_takes_the_place_of_the_last(draft: None, front_desk: Membership) -> None:
    drafts.keep(member=front_desk, path=PAGE, typed={PAGE: {"phone": ["1"]}}, now=NOW + SECOND)

    assert kept(front_desk) == {PAGE: {"phone": ["1"]}}
    assert Draft.objects.count() == 1


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "new_password1",
        "csrfmiddlewaretoken",
        "step_up_code",
        "step_up_passkey",
        "passkey",
        "key",
        "client_secret",
        "recovery_code",
        "otp",
        "",
    ],
)
def test_a_secret_is_never_kept(draft: None, front_desk: Membership, name: str) -> None:
    drafts.keep(member=front_desk, path=PAGE, typed={PAGE: {name: ["hush"], "a": ["b"]}}, now=NOW)

    assert kept(front_desk) == {PAGE: {"a": ["b"]}}


def every_form() -> Iterator[type[BaseForm]]:
    """Return every class of form of the product."""
    for app in ("accounts", "audit", "billing", "clients", "ledger"):
        package = import_module(app)
        for module in walk_packages(package.__path__, f"{app}."):
            if "forms" in module.name.split("."):
                import_module(module.name)
    waiting: list[type[BaseForm]] = [BaseForm]
    while waiting:
        waiting += waiting[0].__subclasses__()
        form = waiting.pop(0)
        if not form.__module__.startswith("django."):
            yield form


def test_no_password_of_any_form_is_kept() -> None:
    names = {
        name
        for form in every_form()
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field.widget, PasswordInput)
    }

    assert {"password", "new_password", "new_password_again", "present_password"} <= names
    assert drafts.harmless({name: ["hush"] for name in names}) == {}


@pytest.mark.parametrize("code", ["123456", " 123 456"])
def test_a_one_time_code_is_never_kept(scope: None, front_desk: Membership, code: str) -> None:
    typed = {PAGE: {"code": [code], "amount": ["123456"]}}

    drafts.keep(member=front_desk, path=PAGE, typed=typed, now=NOW)

    assert kept(front_desk) == {PAGE: {"amount": ["123456"]}}


def test_the_code_of_a_client_is_no_secret(scope: None, front_desk: Membership) -> None:
    drafts.keep(member=front_desk, path=PAGE, typed={PAGE: {"code": ["C-0182"]}}, now=NOW)

    assert kept(front_desk) == {PAGE: {"code": ["C-0182"]}}


def test_nobody_else_of_the_practice_gets_it(
    draft: None, front_desk: Membership, administrator: Membership
) -> None:
    assert kept(administrator) is None


def test_the_other_practice_does_not_get_it(
    practice: House, other_practice: House, front_desk: Membership, stranger: Membership
) -> None:
    with practice_scope(practice.id, person_id=front_desk.person_id):
        drafts.keep(member=front_desk, path=PAGE, typed=TYPED, now=NOW)
    with practice_scope(other_practice.id, person_id=stranger.person_id):
        assert kept(front_desk) is None
        assert kept(stranger) is None
        assert not Draft.objects.exists()


def test_a_draft_is_nobodys_of_another_practice(
    practice: House, other_practice: House, stranger: Membership
) -> None:
    with practice_scope(practice.id), pytest.raises(Membership.DoesNotExist):
        drafts.keep(member=stranger, path=PAGE, typed=TYPED, now=NOW)


def test_an_accepted_form_is_forgotten_and_the_others_of_the_page_stay(
    draft: None, front_desk: Membership
) -> None:
    drafts.sent(member=front_desk, path=PAGE, form=PAGE, now=NOW)

    assert kept(front_desk) == {"/other/": {}}
    drafts.sent(member=front_desk, path=PAGE, form="/other/", now=NOW)
    assert kept(front_desk) is None


@pytest.mark.parametrize(("form", "page"), [("/third/", PAGE), (PAGE, "/clients/")])
def test_another_form_or_page_forgets_nothing(
    draft: None, front_desk: Membership, form: str, page: str
) -> None:
    drafts.sent(member=front_desk, path=page, form=form, now=NOW)

    assert kept(front_desk) == TYPED


def test_what_is_left_of_a_page_grows_no_younger(draft: None, front_desk: Membership) -> None:
    drafts.sent(member=front_desk, path=PAGE, form=PAGE, now=NOW + SECOND)

    assert Draft.objects.get().saved_at == NOW


def test_what_was_thrown_away_is_no_longer_in_the_database(
    draft: None, front_desk: Membership
) -> None:
    drafts.throw_away(member=front_desk, path=PAGE)

    assert kept(front_desk) is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT fields FROM accounts_draft")
        assert cursor.fetchall() == [(None,)]


def test_a_page_without_forms_keeps_nothing(draft: None, front_desk: Membership) -> None:
    drafts.keep(member=front_desk, path=PAGE, typed={}, now=NOW)

    assert kept(front_desk) is None


def test_after_a_day_it_is_not_shown_and_then_emptied(draft: None, front_desk: Membership) -> None:
    def shown(after: timedelta) -> bool:
        return bool(found.of(member=front_desk, path=PAGE, now=NOW + after))

    assert shown(KEPT_FOR - SECOND)
    assert not shown(KEPT_FOR)
    assert drafts.forget_old(now=NOW + KEPT_FOR - SECOND) == 0
    assert drafts.forget_old(now=NOW + KEPT_FOR) == 1
    assert drafts.forget_old(now=NOW + KEPT_FOR) == 0
    assert Draft.objects.get().fields is None


def test_a_further_page_takes_the_place_of_the_oldest(
    scope: None, front_desk: Membership, accountant: Membership
) -> None:
    drafts.keep(member=accountant, path=PAGE, typed=TYPED, now=NOW - timedelta(hours=1))
    for number in range(drafts.PAGES_MAX + 2):
        drafts.keep(member=front_desk, path=f"/{number}/", typed=TYPED, now=NOW + number * SECOND)

    assert Draft.objects.filter(member=front_desk).count() == drafts.PAGES_MAX
    assert kept(front_desk, "/0/") is kept(front_desk, "/1/") is None
    assert kept(front_desk, "/2/") == kept(front_desk, f"/{drafts.PAGES_MAX + 1}/") == TYPED
    assert kept(accountant) == TYPED


def test_one_form_joins_what_is_kept_of_the_others(draft: None, front_desk: Membership) -> None:
    drafts.keep_form(
        member=front_desk, path=PAGE, form="/third/", values={"note": ["late"]}, now=NOW
    )

    assert kept(front_desk) == {**TYPED, "/third/": {"note": ["late"]}}


def test_what_it_says_in_words() -> None:
    shown = found.Kept(PAGE, NOW, TYPED)

    assert shown.lines == [("Family name", "Ashgrove-Dunmore"), ("Contact wish", "MAIL")]
    assert "Ashgrove" not in repr(shown)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM accounts_draft",
        "UPDATE accounts_draft SET member_id = gen_random_uuid()",
        "UPDATE accounts_draft SET practice_id = gen_random_uuid()",
    ],
)
def test_the_app_role_can_neither_delete_nor_hand_over_a_draft(draft: None, statement: str) -> None:
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.commits
def test_tabs_that_save_at_once_leave_one_row(practice: House) -> None:
    member, start = practice.people["front-desk"], Barrier(TABS)

    def save(tab: int) -> None:
        try:
            with practice_scope(practice.id, person_id=member.person_id):
                start.wait(timeout=30)
                drafts.keep(member=member, path=PAGE, typed={PAGE: {"a": [str(tab)]}}, now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TABS) as pool:
        list(pool.map(save, range(TABS)))

    with practice_scope(practice.id, person_id=member.person_id):
        assert Draft.objects.count() == 1
