"""The chart of accounts that every practice starts with. Codes and names are its own to edit.

A role says what an account is for, and never changes: code posts to roles, not to codes. A
control account is the sum of a subledger: each posting on it names its party and its open item.
"""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """Where an account stands on the statements. A contra account has the other normal side."""

    ASSET = "ASSET"
    LIABILITY = "LIABILITY"
    EQUITY = "EQUITY"
    INCOME = "INCOME"
    EXPENSE = "EXPENSE"


class Side(StrEnum):
    """The side on which an account's balance is positive."""

    DEBIT = "DEBIT"
    CREDIT = "CREDIT"


class Role(StrEnum):
    """What an account is for: the one fixed thing about it."""

    OPERATING_BANK = "OPERATING_BANK"
    UNDEPOSITED_FUNDS = "UNDEPOSITED_FUNDS"
    REMITTANCE_CLEARING = "REMITTANCE_CLEARING"
    STRIPE_CLEARING = "STRIPE_CLEARING"
    PAYOUTS_IN_TRANSIT = "PAYOUTS_IN_TRANSIT"
    CLIENT_RECEIVABLE = "CLIENT_RECEIVABLE"
    INSURANCE_RECEIVABLE = "INSURANCE_RECEIVABLE"
    DOUBTFUL_ACCOUNTS = "DOUBTFUL_ACCOUNTS"
    DISPUTED_PAYMENTS = "DISPUTED_PAYMENTS"
    CLIENT_CREDITS = "CLIENT_CREDITS"
    PAYER_CREDITS = "PAYER_CREDITS"
    PREPAID_SESSIONS = "PREPAID_SESSIONS"
    REFUNDS_PAYABLE = "REFUNDS_PAYABLE"
    RECOUPMENTS_PAYABLE = "RECOUPMENTS_PAYABLE"
    UNCLAIMED_PROPERTY = "UNCLAIMED_PROPERTY"
    SALES_TAX_PAYABLE = "SALES_TAX_PAYABLE"
    CLINICIAN_PAY_PAYABLE = "CLINICIAN_PAY_PAYABLE"
    BILLS_PAYABLE = "BILLS_PAYABLE"
    CREDIT_CARD = "CREDIT_CARD"
    OWNER_EQUITY = "OWNER_EQUITY"
    RETAINED_EARNINGS = "RETAINED_EARNINGS"
    SESSION_FEES = "SESSION_FEES"
    CANCELLATION_FEES = "CANCELLATION_FEES"
    REPORT_FEES = "REPORT_FEES"
    PACKAGE_BREAKAGE = "PACKAGE_BREAKAGE"
    CONTRACTUAL_ADJUSTMENTS = "CONTRACTUAL_ADJUSTMENTS"
    SLIDING_SCALE_DISCOUNTS = "SLIDING_SCALE_DISCOUNTS"
    COURTESY_DISCOUNTS = "COURTESY_DISCOUNTS"
    BILLING_CORRECTIONS = "BILLING_CORRECTIONS"
    SMALL_BALANCE_WRITE_OFFS = "SMALL_BALANCE_WRITE_OFFS"
    OTHER_INCOME = "OTHER_INCOME"
    CARD_FEES = "CARD_FEES"
    DISPUTE_FEES = "DISPUTE_FEES"
    BAD_DEBT = "BAD_DEBT"
    CASH_OVER_SHORT = "CASH_OVER_SHORT"
    CLEARINGHOUSE_COSTS = "CLEARINGHOUSE_COSTS"
    RENT = "RENT"
    PAYROLL = "PAYROLL"
    SOFTWARE = "SOFTWARE"
    SUPERVISION = "SUPERVISION"
    INSURANCE_PREMIUMS = "INSURANCE_PREMIUMS"
    CLINICIAN_PAY = "CLINICIAN_PAY"
    BANK_FEES = "BANK_FEES"
    OFFICE_SUPPLIES = "OFFICE_SUPPLIES"
    UTILITIES = "UTILITIES"
    TRAINING = "TRAINING"
    PROFESSIONAL_FEES = "PROFESSIONAL_FEES"
    ADVERTISING = "ADVERTISING"
    OTHER_EXPENSES = "OTHER_EXPENSES"


class AccountType(NamedTuple):
    """A kind of account and the side on which it grows."""

    kind: Kind
    normal_side: Side


class ChartAccount(NamedTuple):
    """One account of the chart as a practice first gets it."""

    code: str
    name: str
    type: AccountType
    role: Role
    is_control: bool = False


ASSET = AccountType(Kind.ASSET, Side.DEBIT)
CONTRA_ASSET = AccountType(Kind.ASSET, Side.CREDIT)
LIABILITY = AccountType(Kind.LIABILITY, Side.CREDIT)
EQUITY = AccountType(Kind.EQUITY, Side.CREDIT)
INCOME = AccountType(Kind.INCOME, Side.CREDIT)
CONTRA_INCOME = AccountType(Kind.INCOME, Side.DEBIT)
EXPENSE = AccountType(Kind.EXPENSE, Side.DEBIT)
CONTROL = True

CHART: tuple[ChartAccount, ...] = (
    ChartAccount("1000", "Operating bank", ASSET, Role.OPERATING_BANK),
    ChartAccount("1010", "Undeposited funds", ASSET, Role.UNDEPOSITED_FUNDS),
    ChartAccount("1015", "Payer remittance clearing", ASSET, Role.REMITTANCE_CLEARING),
    ChartAccount("1020", "Stripe clearing", ASSET, Role.STRIPE_CLEARING),
    ChartAccount("1025", "Payouts in transit", ASSET, Role.PAYOUTS_IN_TRANSIT),
    ChartAccount("1100", "Client receivable", ASSET, Role.CLIENT_RECEIVABLE, CONTROL),
    ChartAccount("1110", "Insurance receivable", ASSET, Role.INSURANCE_RECEIVABLE, CONTROL),
    ChartAccount("1190", "Allowance for doubtful accounts", CONTRA_ASSET, Role.DOUBTFUL_ACCOUNTS),
    ChartAccount("1200", "Disputed card payments", ASSET, Role.DISPUTED_PAYMENTS),
    ChartAccount("2000", "Client credits", LIABILITY, Role.CLIENT_CREDITS, CONTROL),
    ChartAccount("2005", "Payer credits", LIABILITY, Role.PAYER_CREDITS),
    ChartAccount("2010", "Prepaid sessions", LIABILITY, Role.PREPAID_SESSIONS, CONTROL),
    ChartAccount("2030", "Refunds payable", LIABILITY, Role.REFUNDS_PAYABLE, CONTROL),
    ChartAccount("2035", "Recoupments payable", LIABILITY, Role.RECOUPMENTS_PAYABLE),
    ChartAccount("2040", "Unclaimed property", LIABILITY, Role.UNCLAIMED_PROPERTY),
    ChartAccount("2100", "Sales tax payable", LIABILITY, Role.SALES_TAX_PAYABLE),
    ChartAccount("2300", "Clinician compensation payable", LIABILITY, Role.CLINICIAN_PAY_PAYABLE),
    ChartAccount("2400", "Accounts payable", LIABILITY, Role.BILLS_PAYABLE, CONTROL),
    ChartAccount("2410", "Practice credit card", LIABILITY, Role.CREDIT_CARD),
    ChartAccount("3000", "Owner equity", EQUITY, Role.OWNER_EQUITY),
    ChartAccount("3900", "Retained earnings", EQUITY, Role.RETAINED_EARNINGS),
    ChartAccount("4000", "Session fees", INCOME, Role.SESSION_FEES),
    ChartAccount("4010", "Late-cancel and no-show fees", INCOME, Role.CANCELLATION_FEES),
    ChartAccount("4020", "Reports, records and court time", INCOME, Role.REPORT_FEES),
    ChartAccount("4090", "Package breakage", INCOME, Role.PACKAGE_BREAKAGE),
    ChartAccount("4500", "Contractual adjustments", CONTRA_INCOME, Role.CONTRACTUAL_ADJUSTMENTS),
    ChartAccount("4510", "Sliding-scale discounts", CONTRA_INCOME, Role.SLIDING_SCALE_DISCOUNTS),
    ChartAccount("4520", "Courtesy and package discounts", CONTRA_INCOME, Role.COURTESY_DISCOUNTS),
    ChartAccount("4530", "Billing corrections", CONTRA_INCOME, Role.BILLING_CORRECTIONS),
    ChartAccount("4540", "Small-balance write-offs", CONTRA_INCOME, Role.SMALL_BALANCE_WRITE_OFFS),
    ChartAccount("4900", "Payer interest and other income", INCOME, Role.OTHER_INCOME),
    ChartAccount("6000", "Card processing fees", EXPENSE, Role.CARD_FEES),
    ChartAccount("6010", "Dispute fees", EXPENSE, Role.DISPUTE_FEES),
    ChartAccount("6020", "Bad debt", EXPENSE, Role.BAD_DEBT),
    ChartAccount("6030", "Cash over or short", EXPENSE, Role.CASH_OVER_SHORT),
    ChartAccount("6040", "Clearinghouse and statement costs", EXPENSE, Role.CLEARINGHOUSE_COSTS),
    ChartAccount("6100", "Rent", EXPENSE, Role.RENT),
    ChartAccount("6110", "Payroll", EXPENSE, Role.PAYROLL),
    ChartAccount("6120", "Software", EXPENSE, Role.SOFTWARE),
    ChartAccount("6130", "Supervision", EXPENSE, Role.SUPERVISION),
    ChartAccount("6140", "Insurance premiums", EXPENSE, Role.INSURANCE_PREMIUMS),
    ChartAccount("6150", "Clinician compensation", EXPENSE, Role.CLINICIAN_PAY),
    ChartAccount("6160", "Bank fees", EXPENSE, Role.BANK_FEES),
    ChartAccount("6170", "Office supplies", EXPENSE, Role.OFFICE_SUPPLIES),
    ChartAccount("6180", "Utilities and telephone", EXPENSE, Role.UTILITIES),
    ChartAccount("6190", "Training and licenses", EXPENSE, Role.TRAINING),
    ChartAccount("6200", "Legal and accounting fees", EXPENSE, Role.PROFESSIONAL_FEES),
    ChartAccount("6210", "Advertising", EXPENSE, Role.ADVERTISING),
    ChartAccount("6900", "Other expenses", EXPENSE, Role.OTHER_EXPENSES),
)
NORMAL_SIDE = {account.role: account.type.normal_side for account in CHART}
CONTROL_ROLES = tuple(account.role for account in CHART if account.is_control)
