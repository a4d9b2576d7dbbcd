"""The table of accounts itself: every role once, and what the books rely on."""

from ledger.chart import CHART, CONTROL_ROLES, NORMAL_SIDE, Kind, Role, Side


def test_every_role_has_exactly_one_account() -> None:
    assert sorted(account.role for account in CHART) == sorted(Role)


def test_codes_are_unique_and_in_order() -> None:
    codes = [account.code for account in CHART]

    assert codes == sorted(set(codes))


def test_the_first_digit_of_a_code_tells_its_kind() -> None:
    kinds = {
        "1": Kind.ASSET,
        "2": Kind.LIABILITY,
        "3": Kind.EQUITY,
        "4": Kind.INCOME,
        "6": Kind.EXPENSE,
    }

    assert all(account.type.kind is kinds[account.code[0]] for account in CHART)


def test_contra_accounts_have_the_other_side() -> None:
    usual = {Kind.ASSET: Side.DEBIT, Kind.EXPENSE: Side.DEBIT}
    contra = [
        a.code for a in CHART if a.type.normal_side is not usual.get(a.type.kind, Side.CREDIT)
    ]

    assert contra == ["1190", "4500", "4510", "4520", "4530", "4540"]


def test_the_control_accounts() -> None:
    assert {role.value for role in CONTROL_ROLES} == {
        "CLIENT_RECEIVABLE",
        "INSURANCE_RECEIVABLE",
        "CLIENT_CREDITS",
        "PREPAID_SESSIONS",
        "REFUNDS_PAYABLE",
        "BILLS_PAYABLE",
    }
    assert NORMAL_SIDE[Role.CLIENT_CREDITS] is Side.CREDIT
