"""Who may ask for what: every route, every role, the other practice, and nobody.

The whole of access control is this one table. A cell is the status of an answer:
302 leads elsewhere, 403 may be known and not done, 404 may not be known of, 405 is no such act,
422 got as far as the form (sent empty), 401 asks for the token of a program: no browser is let in
there, and tests/test_programs.py has what tokens open. "other" is somebody of the other practice
who holds every role there, and asks with this practice's ids.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse
from django.utils import timezone
from django.views import View

from accounts.alert_rules import AlertRule
from accounts.api.views import ApiView
from accounts.ids import uuid7
from accounts.models import AccessReviewItem, Act, AlertCase, Passkey, Role
from accounts.permissions import Permission
from accounts.services import api_tokens, approvals, grants, invitations, networks, reviews
from accounts.tenancy import practice_scope
from accounts.views.base import MemberView, OutsideView, PracticeView
from billing.services import uploads
from billing.services.refunds import Charge
from clients.models import EmergencyAccess
from clients.services import assignments, contacts, emergencies, merges, payers
from clients.services import imports as files
from ledger.selectors import chart
from ledger.services import journal, periods
from tests.accounts import watching, weeks
from tests.billing import (
    arrivals,
    asking,
    cycling,
    desk,
    estimating,
    evidence,
    grouping,
    hours,
    money,
    moving,
    paying,
    planning,
    post,
    prepaid,
    spending,
    superbilling,
)
from tests.clients import records
from tests.clients.parties import shared_costs
from tests.houses import House, browser_of
from tests.ledger.events import rent

COLUMNS = ["front-desk", "accountant", "therapist", "administrator", "auditor", "other", "nobody"]

# fmt: off
TABLE = """
                                 front  accou  thera  admin  audit  other  nobody
accounts:home             GET    302    302    302    302    302    302    302
accounts:sign_in          GET    302    302    302    302    302    302    200
accounts:sign_in          POST   422    422    422    422    422    422    422
accounts:sign_in_code     GET    302    302    302    302    302    302    302
accounts:sign_in_code     POST   302    302    302    302    302    302    302
accounts:sign_in_recovery GET    302    302    302    302    302    302    302
accounts:sign_in_recovery POST   302    302    302    302    302    302    302
accounts:enroll           GET    302    302    302    302    302    302    302
accounts:enroll           POST   302    302    302    302    302    302    302
accounts:enroll_passkey   POST   302    302    302    302    302    302    302
accounts:sign_in_passkey  GET    302    302    302    302    302    302    302
accounts:sign_in_passkey  POST   302    302    302    302    302    302    302
accounts:sign_in_passkey_ask POST 302   302    302    302    302    302    302
accounts:step_up_passkey_ask POST 200   404    404    404    404    404    302
accounts:you              GET    200    200    200    200    200    200    302
accounts:you_app          GET    302    302    302    302    302    302    302
accounts:you_app          POST   302    302    302    302    302    302    302
accounts:you_app_new      POST   302    302    302    302    302    302    302
accounts:you_recovery_codes POST 200    200    200    200    200    200    302
accounts:passkey_ask      POST   200    200    200    200    200    200    302
accounts:passkey_new      GET    200    200    200    200    200    200    302
accounts:passkey_new      POST   422    422    422    422    422    422    302
accounts:passkey          GET    200    404    404    404    404    404    302
accounts:passkey          POST   422    404    404    404    404    404    302
accounts:passkey_removal  POST   409    404    404    404    404    404    302
accounts:new_password     GET    302    302    302    302    302    302    302
accounts:new_password     POST   302    302    302    302    302    302    302
accounts:password         GET    200    200    200    200    200    200    302
accounts:password         POST   302    302    302    302    302    302    302
accounts:reset_ask        GET    200    200    200    200    200    200    200
accounts:reset_ask        POST   422    422    422    422    422    422    422
accounts:reset_open       GET    302    302    302    302    302    302    302
accounts:reset_new        GET    404    404    404    404    404    404    404
accounts:reset_new        POST   404    404    404    404    404    404    404
accounts:choose_practice  GET    200    200    200    200    200    200    302
accounts:choose_practice  POST   422    422    422    422    422    422    302
accounts:sign_out         POST   302    302    302    302    302    302    302
accounts:drafts           POST   400    400    400    400    400    400    302
accounts:stay             POST   204    204    204    204    204    204    302
accounts:theme            POST   302    302    302    302    302    302    302
accounts:not_me           GET    404    404    404    404    404    404    404
accounts:not_me           POST   404    404    404    404    404    404    404
accounts:report           POST   302    302    302    302    302    302    302
accounts:session_end      POST   404    404    404    404    404    404    302
accounts:sessions_end_others POST 302   302    302    302    302    302    302
accounts:device_forget    POST   404    404    404    404    404    404    302
accounts:people           GET    403    403    403    200    200    200    302
accounts:person           GET    403    403    403    200    200    404    302
accounts:person           POST   403    403    403    409    403    404    302
accounts:role_term        GET    403    403    403    200    403    404    302
accounts:role_term        POST   403    403    403    422    403    404    302
accounts:role_term_end    POST   403    403    403    302    403    404    302
accounts:readmit          POST   403    403    403    302    403    404    302
accounts:second_factor_reset GET 403    403    403    200    403    404    302
accounts:second_factor_reset POST 403   403    403    302    403    404    302
clients:offboarding       GET    403    403    403    200    403    404    302
clients:offboarding       POST   403    403    403    422    403    404    302
accounts:invitations      GET    403    403    403    200    403    200    302
accounts:invitations      POST   403    403    403    422    403    422    302
accounts:invitation_resend POST  403    403    403    302    403    404    302
accounts:invitation_revoke POST  403    403    403    302    403    404    302
accounts:invitation       GET    404    404    404    404    404    404    404
accounts:invitation       POST   404    404    404    404    404    404    404
accounts:access_review    GET    403    403    403    200    200    200    302
accounts:access_review    POST   403    403    403    302    403    302    302
accounts:access_review_past GET  403    403    403    200    200    200    302
accounts:access_review_one GET   403    403    403    200    200    404    302
accounts:access_review_one POST  403    403    403    409    403    404    302
accounts:access_review_confirm POST 403 403    403    302    403    404    302
accounts:access_review_remove POST 403  403    403    302    403    404    302
accounts:log_reviews      GET    403    403    403    200    200    200    302
accounts:log_review       GET    403    403    403    200    200    404    302
accounts:log_review       POST   403    403    403    409    403    404    302
accounts:log_review_random_fine POST 403 403   403    302    403    404    302
accounts:log_review_line  GET    403    403    403    200    200    404    302
accounts:log_review_line  POST   403    403    403    422    403    404    302
accounts:log_questions    GET    200    200    200    200    200    200    302
accounts:log_question     GET    404    404    200    404    404    404    302
accounts:log_question     POST   404    404    422    404    404    404    302
accounts:networks         GET    403    403    403    200    403    200    302
accounts:networks         POST   403    403    403    422    403    422    302
accounts:network_roles    POST   403    403    403    302    403    302    302
accounts:network_remove   POST   403    403    403    302    403    404    302
accounts:roles            GET    403    403    403    200    200    200    302
accounts:role             GET    403    403    403    200    200    404    302
accounts:roles            POST   403    403    403    422    403    422    302
accounts:role             POST   403    403    403    422    403    404    302
accounts:role_new         GET    403    403    403    200    403    200    302
accounts:role_new         POST   403    403    403    422    403    422    302
accounts:role_rename      GET    403    403    403    200    403    404    302
accounts:role_rename      POST   403    403    403    422    403    404    302
accounts:role_retire      GET    403    403    403    200    403    404    302
accounts:role_retire      POST   403    403    403    422    403    404    302
accounts:role_restore     GET    403    403    403    200    403    404    302
accounts:role_restore     POST   403    403    403    409    403    404    302
accounts:role_limits      GET    403    403    403    200    403    404    302
accounts:role_limits      POST   403    403    403    422    403    404    302
accounts:right            GET    403    403    403    200    200    200    302
accounts:view_as          POST   403    403    403    302    403    404    302
accounts:view_as_stop     POST   302    302    302    302    302    302    302
accounts:approvals        GET    403    200    403    200    403    200    302
accounts:own_approvals    GET    200    200    200    200    200    200    302
accounts:approval         POST   403    404    403    404    403    404    302
accounts:approval_withdraw POST  302    404    404    404    404    404    302
accounts:password_order   GET    403    403    403    200    403    404    302
accounts:password_order   POST   403    403    403    302    403    404    302
accounts:security_rules   GET    403    403    403    200    403    200    302
accounts:security_rules   POST   403    403    403    422    403    422    302
accounts:particulars      GET    403    403    403    200    403    200    302
accounts:particulars      POST   403    403    403    422    403    422    302
accounts:therapist_particulars GET 403  403    403    200    403    404    302
accounts:therapist_particulars POST 403 403    403    422    403    404    302
accounts:keys             GET    403    403    403    200    403    200    302
accounts:keys             POST   403    403    403    302    403    302    302
accounts:shredding        GET    403    403    403    200    403    200    302
accounts:shredding        POST   403    403    403    422    403    422    302
accounts:api_tokens       GET    403    403    403    200    403    200    302
accounts:api_tokens       POST   403    403    403    422    403    422    302
accounts:api_token_revoke POST   403    403    403    302    403    404    302
accounts:api_docs         GET    200    200    200    200    200    200    200
accounts:log              GET    403    403    403    200    200    200    302
accounts:alerts           GET    403    403    403    200    200    200    302
accounts:alert            GET    403    403    403    200    200    404    302
accounts:alert_assign     POST   403    403    403    422    403    404    302
accounts:alert_close      POST   403    403    403    422    403    404    302
accounts:alert_rules      GET    403    403    403    200    200    200    302
accounts:alert_rule       GET    403    403    403    200    200    200    302
accounts:alert_rule       POST   403    403    403    422    403    422    302

clients:list              GET    200    200    200    403    403    200    302
billing:search            GET    302    302    302    403    403    302    302
billing:search            POST   302    302    302    403    403    302    302
clients:new               GET    200    403    403    403    403    200    302
clients:new               POST   422    403    403    403    403    422    302
clients:import            GET    200    403    403    403    403    200    302
clients:import            POST   422    403    403    403    403    422    302
clients:import_run        GET    302    403    403    403    403    404    302
clients:import_columns    GET    200    403    403    403    403    404    302
clients:import_columns    POST   422    403    403    403    403    404    302
clients:import_check      GET    302    403    403    403    403    404    302
clients:import_check      POST   302    403    403    403    403    404    302
clients:import_discard    POST   302    403    403    403    403    404    302
clients:import_undo       GET    200    403    403    403    403    404    302
clients:import_undo       POST   302    403    403    403    403    404    302
clients:export            GET    200    200    403    403    403    200    302
clients:export            POST   200    200    403    403    403    200    302
clients:merges            GET    200    200    403    403    403    200    302
clients:fees_to_look_at   GET    200    200    403    403    403    200    302
clients:merge             GET    200    200    403    403    403    404    302
clients:merge_ask         GET    200    200    403    403    403    404    302
clients:merge_ask         POST   422    422    403    403    403    404    302
clients:merge_answer      POST   404    404    403    403    403    404    302
clients:merge_undo        POST   302    302    403    403    403    404    302
clients:emergency         GET    403    403    200    403    403    200    302
clients:emergency         POST   403    403    422    403    403    422    302
clients:emergencies       GET    403    403    403    200    403    200    302
clients:emergency_review  POST   403    403    403    302    403    404    302
clients:assign            GET    200    403    403    403    403    404    302
clients:assign            POST   422    403    403    403    403    404    302
clients:assignment_end    GET    405    403    403    403    403    405    302
clients:assignment_end    POST   302    403    403    403    403    404    302
clients:record            GET    200    403    200    403    403    404    302
clients:person_change     GET    200    403    403    403    403    404    302
clients:person_change     POST   422    403    403    403    403    404    302
clients:wishes_change     GET    200    403    403    403    403    404    302
clients:wishes_change     POST   422    403    403    403    403    404    302
clients:contact_new       GET    200    403    403    403    403    404    302
clients:contact_new       POST   422    403    403    403    403    404    302
clients:contact           GET    200    403    403    403    403    404    302
clients:contact           POST   422    403    403    403    403    404    302
clients:contact_end       POST   302    403    403    403    403    404    302
clients:contact_bring_back POST   302    403    403    403    403    404    302
clients:contact_first     POST   302    403    403    403    403    404    302
clients:address_new       GET    200    403    403    403    403    404    302
clients:address_new       POST   422    403    403    403    403    404    302
clients:address           GET    200    403    403    403    403    404    302
clients:address           POST   422    403    403    403    403    404    302
clients:parties           GET    200    403    200    403    403    404    302
clients:party_new         GET    200    403    403    403    403    404    302
clients:party_new         POST   422    403    403    403    403    404    302
clients:party             GET    200    403    403    403    403    404    302
clients:party             POST   422    403    403    403    403    404    302
clients:split_new         GET    200    403    403    403    403    404    302
clients:split_new         POST   422    403    403    403    403    404    302
clients:restriction_new   GET    200    403    403    403    403    404    302
clients:restriction_new   POST   422    403    403    403    403    404    302
clients:split_take_back   POST   302    403    403    403    403    404    302
clients:restriction_end   POST   302    403    403    403    403    404    302
clients:payers            GET    200    403    403    403    403    200    302
clients:payers            POST   422    403    403    403    403    422    302
clients:payer_retire      POST   302    403    403    403    403    404    302
clients:coverages         GET    200    403    200    403    403    404    302
clients:coverage_new      GET    200    403    403    403    403    404    302
clients:coverage_new      POST   422    403    403    403    403    404    302
clients:coverage          GET    200    403    403    403    403    404    302
clients:coverage          POST   422    403    403    403    403    404    302
clients:coverage_end      POST   422    403    403    403    403    404    302
clients:coverage_withdraw POST   302    403    403    403    403    404    302
clients:member_id         GET    302    403    302    403    403    404    302
clients:member_id         POST   200    403    403    403    403    404    302
clients:diagnoses         GET    403    403    200    403    403    404    302
clients:diagnoses         POST   403    403    422    403    403    404    302
clients:diagnosis_end     GET    403    403    302    403    403    404    302
clients:diagnosis_end     POST   403    403    422    403    403    404    302
clients:diagnosis_withdraw GET   403    403    302    403    403    404    302
clients:diagnosis_withdraw POST  403    403    302    403    403    404    302
clients:consent_texts     GET    403    403    403    200    403    200    302
clients:consent_texts     POST   403    403    403    422    403    422    302
clients:consents          GET    200    403    200    403    403    404    302
clients:consents          POST   422    403    422    403    403    404    302
clients:consent_withdraw  GET    302    403    302    403    403    404    302
clients:consent_withdraw  POST   422    403    422    403    403    404    302
clients:fee_agreements    GET    200    200    403    403    403    404    302
clients:fee_agreements    POST   422    422    403    403    403    404    302
clients:fee_agreement_approve GET 302   302    403    403    403    404    302
clients:fee_agreement_approve POST 409  302    403    403    403    404    302
clients:fee_agreement_end GET    302    302    403    403    403    404    302
clients:fee_agreement_end POST   422    422    403    403    403    404    302
clients:fee_agreement_withdraw GET 302  302    403    403    403    404    302
clients:fee_agreement_withdraw POST 302 302    403    403    403    404    302

billing:today             GET    200    403    200    403    403    200    302
billing:my_clients        GET    200    200    200    403    403    200    302
billing:own_income        GET    200    403    200    403    403    200    302
billing:work              GET    403    200    403    403    403    200    302
billing:client            GET    200    200    200    403    403    404    302
billing:looks_find        GET    403    403    403    200    200    200    302
billing:touched           GET    403    403    403    200    200    200    302
billing:looks_find        POST   403    403    403    422    422    422    302
billing:looks             GET    403    403    403    200    200    404    302
billing:looks_file        POST   403    403    403    302    302    404    302
billing:release           GET    403    403    200    403    403    404    302
billing:release           POST   403    403    422    403    403    404    302
billing:session_new       GET    200    403    200    403    403    200    302
billing:session_new       POST   422    403    422    403    403    422    302
billing:unbilled          GET    200    403    200    403    403    200    302
billing:schedule          GET    200    403    200    403    403    200    302
billing:appointment_new   GET    200    403    200    403    403    200    302
billing:appointment_new   POST   422    403    422    403    403    422    302
billing:appointment       GET    200    403    200    403    403    404    302
billing:appointment_hold  GET    200    403    200    403    403    404    302
billing:appointment_hold  POST   422    403    422    403    403    404    302
billing:appointment_cancel GET    200    403    200    403    403    404    302
billing:appointment_cancel POST   422    403    422    403    403    404    302
billing:appointment_miss  GET    200    403    200    403    403    404    302
billing:appointment_miss  POST   302    403    302    403    403    404    302
billing:appointment_move  GET    200    403    200    403    403    404    302
billing:appointment_move  POST   422    403    422    403    403    404    302
billing:appointment_cancel_rest GET    200    403    200    403    403    404    302
billing:appointment_cancel_rest POST   422    403    422    403    403    404    302
billing:outcome_take_back GET    200    403    200    403    403    404    302
billing:outcome_take_back POST   422    403    422    403    403    404    302
billing:groups            GET    200    403    200    403    403    200    302
billing:group_new         GET    200    403    200    403    403    200    302
billing:group_new         POST   422    403    422    403    403    422    302
billing:group             GET    200    403    200    403    403    404    302
billing:group_join        GET    200    403    200    403    403    404    302
billing:group_join        POST   422    403    422    403    403    404    302
billing:group_leave       GET    200    403    200    403    403    404    302
billing:group_leave       POST   422    403    422    403    403    404    302
billing:group_hour_new    GET    200    403    200    403    403    404    302
billing:group_hour_new    POST   422    403    422    403    403    404    302
billing:group_hour        GET    200    403    200    403    403    404    302
billing:group_hour_hold   GET    200    403    200    403    403    404    302
billing:group_hour_hold   POST   302    403    302    403    403    404    302
billing:group_hour_move   GET    200    403    200    403    403    404    302
billing:group_hour_move   POST   422    403    422    403    403    404    302
billing:group_hour_cancel GET    200    403    200    403    403    404    302
billing:group_hour_cancel POST   302    403    302    403    403    404    302
billing:not_billed        GET    200    403    200    403    403    200    302
billing:bill_after_all    POST   302    403    403    403    403    404    302
billing:session_add_ons   GET    200    403    200    403    403    404    302
billing:session_add_ons   POST   422    403    422    403    403    404    302
billing:session_codes     GET    200    403    200    403    403    404    302
billing:session_codes     POST   422    403    422    403    403    404    302
billing:session_keep_back GET    200    403    403    403    403    404    302
billing:session_keep_back POST   422    403    403    403    403    404    302
billing:missed_fee_waive  GET    200    403    403    403    403    404    302
billing:missed_fee_waive  POST   422    403    403    403    403    404    302
billing:services          GET    403    200    403    200    403    200    302
billing:services          POST   403    422    403    422    403    422    302
billing:service           GET    403    200    403    200    403    404    302
billing:service           POST   403    422    403    422    403    404    302
billing:service_rename    GET    403    200    403    200    403    404    302
billing:service_rename    POST   403    422    403    422    403    404    302
billing:service_end       GET    403    200    403    200    403    404    302
billing:service_end       POST   403    422    403    422    403    404    302
billing:missed_hours      GET    403    200    403    200    403    200    302
billing:missed_hours      POST   403    422    403    422    403    422    302
billing:payer_rules       GET    403    200    403    200    403    200    302
billing:payer_rules       POST   403    422    403    422    403    422    302
billing:package_offers    GET    403    200    403    200    403    200    302
billing:package_offers    POST   403    422    403    422    403    422    302
billing:package_offer_end GET    403    200    403    200    403    404    302
billing:package_offer_end POST   403    422    403    422    403    404    302
billing:package_new       GET    200    403    403    403    403    404    302
billing:package_new       POST   422    403    403    403    403    404    302
billing:package_list      GET    200    200    200    403    403    200    302
billing:packages_run_out  GET    200    200    403    403    403    200    302
billing:packages_run_out  POST   422    422    403    403    403    422    302
billing:package           GET    200    200    200    403    403    404    302
billing:package_give_back GET    200    200    403    403    403    404    302
billing:package_give_back POST   422    422    403    403    403    404    302
billing:package_go_on     GET    200    200    403    403    403    404    302
billing:package_go_on     POST   422    422    403    403    403    404    302
billing:invoice_list      GET    200    200    200    403    403    200    302
billing:invoice_issue     POST   422    403    403    403    403    422    302
billing:invoice           GET    200    200    200    403    403    404    302
billing:invoice_pdf       GET    200    403    200    403    403    404    302
billing:invoice_void      GET    200    200    403    403    403    404    302
billing:invoice_void      POST   422    422    403    403    403    404    302
billing:invoice_write_off GET    403    200    403    403    403    404    302
billing:invoice_write_off POST   403    422    403    403    403    404    302
billing:write_off_take_back GET  403    200    403    403    403    404    302
billing:write_off_take_back POST 403    422    403    403    403    404    302
billing:small_balances    GET    403    200    403    403    403    200    302
billing:small_balances_write GET 403    422    403    403    403    422    302
billing:small_balances_write POST 403   422    403    403    403    422    302
billing:checkout_start    GET    200    403    403    403    403    404    302
billing:checkout_start    POST   302    403    403    403    403    404    302
billing:checkout_return   GET    404    403    403    403    403    404    302
billing:payment_new       GET    200    200    403    403    403    200    302
billing:payment_new       POST   422    422    403    403    403    422    302
billing:payment           GET    200    200    200    403    403    404    302
billing:receipt_pdf       GET    200    403    200    403    403    404    302
billing:statement_pdf     GET    200    403    200    403    403    404    302
billing:client_statements GET    200    200    200    403    403    404    302
billing:client_statements POST   422    403    403    403    403    404    302
billing:estimates_due     GET    200    403    200    403    403    200    302
billing:client_estimates  GET    200    200    200    403    403    404    302
billing:client_estimates  POST   422    403    422    403    403    404    302
billing:estimate_new      GET    200    403    200    403    403    404    302
billing:estimate_new      POST   422    403    422    403    403    404    302
billing:estimate          GET    200    200    200    403    403    404    302
billing:estimate          POST   422    403    422    403    403    404    302
billing:estimate_pdf      GET    200    403    200    403    403    404    302
billing:client_payment_plans GET 200   200    200    403    403    404    302
billing:payment_plan_new  GET    200    200    403    403    403    404    302
billing:payment_plan_new  POST   422    422    403    403    403    404    302
billing:payment_plan      GET    200    200    200    403    403    404    302
billing:payment_plan_pdf  GET    200    403    200    403    403    404    302
billing:payment_plan_take_back GET 200  200    403    403    403    404    302
billing:payment_plan_take_back POST 422 422    403    403    403    404    302
billing:payment_plans     GET    200    200    403    403    403    200    302
billing:client_superbills GET    200    200    200    403    403    404    302
billing:superbill_new     GET    200    403    200    403    403    404    302
billing:superbill_new     POST   422    403    422    403    403    404    302
billing:superbill         GET    200    200    200    403    403    404    302
billing:superbill         POST   422    403    422    403    403    404    302
billing:superbill_pdf     GET    403    403    200    403    403    404    302
billing:superbill_superseded_pdf GET 403 403    404    403    403    404    302
billing:superbill_rule    GET    403    200    403    200    403    200    302
billing:superbill_rule    POST   403    422    403    422    403    422    302
billing:payment_correct   GET    200    200    403    403    403    404    302
billing:payment_correct   POST   422    422    403    403    403    404    302
billing:payment_apply     GET    200    200    403    403    403    404    302
billing:payment_apply     POST   422    422    403    403    403    404    302
billing:payment_refund    GET    200    200    403    403    403    404    302
billing:payment_refund    POST   422    422    403    403    403    404    302
billing:credit_transfer   GET    200    200    403    403    403    404    302
billing:credit_transfer   POST   422    422    403    403    403    404    302
billing:credit_transfer_take_back GET 200 200   403    403    403    404    302
billing:credit_transfer_take_back POST 422 422  403    403    403    404    302
billing:payment_returned  GET    200    200    403    403    403    404    302
billing:payment_returned  POST   422    422    403    403    403    404    302
billing:refund_take_back  GET    200    200    403    403    403    404    302
billing:refund_take_back  POST   422    422    403    403    403    404    302
billing:application_take_back GET 200   200    403    403    403    404    302
billing:application_take_back POST 422  422    403    403    403    404    302
billing:payment_unapplied GET    200    200    403    403    403    200    302
billing:payment_unapplied_apply GET 422 422    403    403    403    422    302
billing:payment_unapplied_apply POST 422 422   403    403    403    422    302
billing:letters           GET    200    200    403    403    403    200    302
billing:reminders         GET    200    200    403    403    403    200    302
billing:reminders         POST   302    302    403    403    403    302    302
billing:reminder_rules    GET    403    403    403    200    403    200    302
billing:reminder_rules    POST   403    403    403    422    403    422    302
billing:letter_words      GET    403    403    403    200    403    200    302
billing:letter_words_of   GET    403    403    403    200    403    200    302
billing:letter_words_of   POST   403    403    403    422    403    422    302
billing:letter_words_reset POST  403    403    403    302    403    302    302
billing:letter_hold_end   POST   302    302    403    403    403    404    302
billing:letter_repeat     POST   302    302    403    403    403    404    302
billing:letter_came_back  POST   302    302    403    403    403    404    302
billing:client_letters    GET    200    200    403    403    403    404    302
billing:client_letters    POST   422    422    403    403    403    404    302
billing:statement_runs    GET    200    200    403    403    403    200    302
billing:statement_runs    POST   422    422    403    403    403    422    302
billing:statement_run     GET    200    200    403    403    403    404    302
billing:statement_run     POST   302    302    403    403    403    404    302
billing:statement_run_drop POST  302    302    403    403    403    404    302
billing:statement_run_print GET  404    403    403    403    403    404    302
billing:statement_letter  GET    200    200    403    403    403    404    302
billing:statement_letter  POST   422    422    403    403    403    404    302
billing:receipt_letter    GET    200    200    403    403    403    404    302
billing:receipt_letter    POST   422    422    403    403    403    404    302
billing:cycles            GET    200    200    403    403    403    200    302
billing:cycle_runs        GET    200    200    403    403    403    200    302
billing:cycle_run         GET    200    200    403    403    403    404    302
billing:cycle_run_new     POST   422    422    403    403    403    422    302
billing:practice_cycle    GET    200    200    403    200    403    200    302
billing:practice_cycle    POST   422    422    403    422    403    422    302
billing:client_cycle      GET    200    200    403    404    403    404    302
billing:client_cycle      POST   422    422    403    404    403    404    302
billing:drawer            GET    200    200    403    403    403    200    302
billing:drawer            POST   422    422    403    403    403    422    302
billing:deposit_new       GET    200    200    403    403    403    200    302
billing:deposit_new       POST   422    422    403    403    403    422    302
billing:deposit_take_back GET    200    200    403    403    403    404    302
billing:deposit_take_back POST   422    422    403    403    403    404    302
billing:bill_list         GET    403    200    403    200    200    200    302
billing:bill_new          GET    403    200    403    200    403    200    302
billing:bill_new          POST   403    422    403    422    403    422    302
billing:bill              GET    403    200    403    200    200    404    302
billing:bill_pay          GET    403    200    403    200    403    404    302
billing:bill_pay          POST   403    422    403    422    403    404    302
billing:bill_take_back    GET    403    200    403    200    403    404    302
billing:bill_take_back    POST   403    422    403    422    403    404    302
billing:bill_payment_take_back GET  403 200    403    200    403    404    302
billing:bill_payment_take_back POST 403 422    403    422    403    404    302
billing:expense_new       GET    403    200    403    200    403    200    302
billing:expense_new       POST   403    422    403    422    403    422    302
billing:bill_paper_new    GET    403    200    403    200    403    404    302
billing:bill_paper_new    POST   403    422    403    422    403    404    302
billing:bill_paper        GET    403    200    403    200    200    404    302
billing:recurring         GET    403    200    403    200    200    200    302
billing:recurring_new     GET    403    200    403    200    403    200    302
billing:recurring_new     POST   403    422    403    422    403    422    302
billing:recurring_pause   POST   403    302    403    302    403    404    302
billing:recurring_go_on   POST   403    302    403    302    403    404    302
billing:recurring_end     POST   403    302    403    302    403    404    302
billing:vendors           GET    403    200    403    200    200    200    302
billing:vendors           POST   403    422    403    422    403    422    302
billing:vendor_rename     GET    403    200    403    200    403    404    302
billing:vendor_rename     POST   403    422    403    422    403    404    302
billing:vendor_retire     POST   403    302    403    302    403    404    302
billing:vendor_bring_back POST   403    302    403    302    403    404    302
billing:bank_lines        GET    403    200    403    200    200    200    302
billing:bank_matched      GET    403    200    403    200    200    200    302
billing:bank_upload       GET    403    200    403    200    403    200    302
billing:bank_upload       POST   403    422    403    422    403    422    302
billing:bank_file         GET    403    200    403    200    403    404    302
billing:bank_file         POST   403    422    403    422    403    404    302
billing:bank_file_discard POST   403    302    403    302    403    404    302
billing:bank_line_match   POST   403    302    403    302    403    404    302
billing:bank_line_undo    POST   403    302    403    302    403    404    302
billing:bank_line_spend   GET    403    200    403    200    403    404    302
billing:bank_line_spend   POST   403    422    403    422    403    404    302
billing:trial_balance     GET    403    200    403    403    200    200    302
billing:aging             GET    403    200    403    403    200    200    302
billing:reports           GET    403    200    403    403    200    200    302
billing:report            GET    403    200    403    403    200    200    302
billing:report_file       POST   403    422    403    403    422    422    302
billing:report_keep       POST   403    302    403    403    302    302    302
billing:report_runs       GET    403    200    403    403    200    200    302
billing:report_run        GET    403    200    403    403    200    404    302
billing:report_order      GET    403    200    403    403    404    404    302
billing:report_order      POST   403    302    403    403    404    404    302
billing:samples           GET    403    403    403    200    200    200    302
billing:samples           POST   403    403    403    422    422    422    302
billing:sample            GET    403    403    403    404    200    404    302
billing:sample_file       POST   403    403    403    403    200    404    302
billing:audit_requests    GET    403    403    403    200    200    200    302
billing:audit_requests    POST   403    403    403    422    422    422    302
billing:audit_request     GET    403    403    403    200    200    404    302
billing:audit_request     POST   403    403    403    422    422    404    302
billing:audit_answers     GET    403    200    403    200    403    200    302
billing:audit_answer      GET    403    200    403    200    403    404    302
billing:audit_answer      POST   403    422    403    422    403    404    302
billing:evidence_packs    GET    403    403    403    200    200    200    302
billing:evidence_packs    POST   403    403    403    403    422    422    302
billing:evidence_pack     GET    403    403    403    404    200    404    302
billing:evidence_pack     POST   403    403    403    403    302    404    302
billing:journal_entry     GET    403    200    403    403    200    404    302
billing:months            GET    403    200    403    403    200    200    302
billing:month             GET    403    200    403    403    200    404    302
billing:month_step        GET    403    200    403    403    200    404    302
billing:month_close       GET    403    200    403    403    403    404    302
billing:month_close       POST   403    302    403    403    403    404    302
billing:month_soft_close  GET    403    200    403    403    403    404    302
billing:month_soft_close  POST   403    302    403    403    403    404    302
billing:month_reopen      GET    403    200    403    403    403    404    302
billing:month_reopen      POST   403    422    403    403    403    404    302
billing:month_frozen      GET    403    200    403    403    200    404    302
billing:month_frozen_file POST   403    200    403    403    200    404    302
billing:chart             GET    403    200    403    403    200    200    302
billing:chart_file        POST   403    200    403    403    200    200    302
billing:chart_account     GET    403    200    403    403    403    404    302
billing:chart_account     POST   403    422    403    403    403    404    302

billing:intake            GET    200    403    403    403    403    200    302
billing:intake_retry      POST   302    403    403    403    403    302    302
billing:fhir_upload       GET    200    403    403    403    403    200    302
billing:fhir_upload       POST   422    403    403    403    403    422    302
billing:fhir_files        GET    200    403    403    403    403    404    302
billing:reject            GET    200    403    403    403    403    404    302
billing:reject            POST   422    403    403    403    403    404    302
billing:reject_dismiss    POST   422    403    403    403    403    404    302
billing:external_codes    GET    200    403    403    403    403    200    302
billing:external_codes    POST   302    403    403    403    403    302    302
billing:differences       GET    200    403    403    403    403    200    302
billing:difference_settle POST   302    403    403    403    403    404    302
billing:ehr               GET    403    403    403    200    403    200    302
billing:ehr               POST   403    403    403    422    403    422    302
billing:ehr_test          POST   403    403    403    302    403    302    302
billing:ehr_pull          POST   403    403    403    302    403    302    302

billing:pay_links         GET    200    403    403    403    403    404    302
billing:pay_links         POST   422    403    403    403    403    404    302
billing:pay_link_withdraw POST   302    403    403    403    403    404    302
billing:link_wish         POST   302    403    403    403    403    404    302
billing:questions         GET    200    200    403    403    403    200    302
billing:question_answer   GET    200    200    403    403    403    404    302
billing:question_answer   POST   422    422    403    403    403    404    302
billing:pay_open          GET    302    302    302    302    302    302    302
billing:pay               GET    404    404    404    404    404    404    404
billing:pay               POST   404    404    404    404    404    404    404
billing:pay_account       GET    404    404    404    404    404    404    404
billing:pay_start         POST   404    404    404    404    404    404    404
billing:pay_result        GET    404    404    404    404    404    404    404
billing:pay_line_question GET    404    404    404    404    404    404    404
billing:pay_line_question POST   404    404    404    404    404    404    404
billing:pay_paid_already  GET    404    404    404    404    404    404    404
billing:pay_paid_already  POST   404    404    404    404    404    404    404
billing:pay_invoice_pdf   GET    404    404    404    404    404    404    404
billing:pay_receipt_pdf   GET    404    404    404    404    404    404    404
billing:pay_statement_pdf GET    404    404    404    404    404    404    404
billing:pay_plan_pdf      GET    404    404    404    404    404    404    404
billing:pay_superbill_pdf GET    404    404    404    404    404    404    404
billing:pay_wishes        GET    404    404    404    404    404    404    404
billing:pay_wishes        POST   404    404    404    404    404    404    404
billing:pay_looks         GET    404    404    404    404    404    404    404
billing:pay_leave         POST   404    404    404    404    404    404    404
billing:stripe_webhook    POST   400    400    400    400    400    400    400
healthz                   GET    200    200    200    200    200    200    200
readyz                    GET    200    200    200    200    200    200    200

accounts:api_schema       GET    200    200    200    200    200    200    200
clients:api_clients       GET    401    401    401    401    401    401    401
clients:api_client        GET    401    401    401    401    401    401    401
billing:api_balances      GET    401    401    401    401    401    401    401
billing:api_balance       GET    401    401    401    401    401    401    401
billing:api_sessions      GET    401    401    401    401    401    401    401
billing:api_sessions      POST   401    401    401    401    401    401    401
billing:api_session       GET    401    401    401    401    401    401    401
billing:api_session_choices GET    401    401    401    401    401    401    401
billing:api_invoices      GET    401    401    401    401    401    401    401
billing:api_invoice       GET    401    401    401    401    401    401    401
billing:api_fhir          POST   401    401    401    401    401    401    401
billing:api_fhir_metadata GET    200    200    200    200    200    200    200
billing:api_fhir_accounts GET    401    401    401    401    401    401    401
billing:api_fhir_account  GET    401    401    401    401    401    401    401
billing:api_fhir_invoices GET    401    401    401    401    401    401    401
billing:api_fhir_invoice  GET    401    401    401    401    401    401    401
billing:api_fhir_chargeitems GET    401    401    401    401    401    401    401
billing:api_fhir_chargeitem GET    401    401    401    401    401    401    401
billing:api_fhir_paymentreconciliations GET    401    401    401    401    401    401    401
billing:api_fhir_paymentreconciliation GET    401    401    401    401    401    401    401
api_nothing               GET    404    404    404    404    404    404    404
"""
# fmt: on

ROWS = [tuple(line.split()) for line in TABLE.strip().splitlines()[1:] if line]

OUTSIDE = {
    "accounts:api_docs",
    "accounts:choose_practice",
    "accounts:enroll",
    "accounts:enroll_passkey",
    "accounts:invitation",
    "accounts:new_password",
    "accounts:not_me",
    "accounts:report",
    "accounts:reset_ask",
    "accounts:reset_new",
    "accounts:reset_open",
    "accounts:sign_in",
    "accounts:sign_in_code",
    "accounts:sign_in_passkey",
    "accounts:sign_in_passkey_ask",
    "accounts:sign_in_recovery",
    "accounts:sign_out",
    "accounts:stay",
    "accounts:step_up_passkey_ask",
    "accounts:theme",
    "billing:pay",
    "billing:pay_account",
    "billing:pay_invoice_pdf",
    "billing:pay_leave",
    "billing:pay_line_question",
    "billing:pay_looks",
    "billing:pay_paid_already",
    "billing:pay_open",
    "billing:pay_receipt_pdf",
    "billing:pay_result",
    "billing:pay_start",
    "billing:pay_statement_pdf",
    "billing:pay_plan_pdf",
    "billing:pay_superbill_pdf",
    "billing:pay_wishes",
    "billing:stripe_webhook",
    "healthz",
    "readyz",
}
"""Routes that stand outside any practice: each one checks for itself what it needs."""

ANY_MEMBER = {
    "accounts:drafts",
    "accounts:passkey",
    "accounts:passkey_ask",
    "accounts:passkey_new",
    "accounts:passkey_removal",
    "accounts:you",
    "accounts:you_app",
    "accounts:you_app_new",
    "accounts:you_recovery_codes",
    "accounts:device_forget",
    "accounts:session_end",
    "accounts:sessions_end_others",
    "accounts:home",
    "accounts:password",
    "accounts:own_approvals",
    "accounts:log_question",
    "accounts:log_questions",
    "accounts:approval_withdraw",
    "accounts:view_as_stop",
}
"""Routes that everybody in a practice has."""

OF_A_ROLE = [
    "accounts:role",
    "accounts:role_limits",
    "accounts:role_rename",
    "accounts:role_restore",
    "accounts:role_retire",
    "accounts:view_as",
]

OF_A_MEMBER = [
    "accounts:password_order",
    "accounts:person",
    "accounts:readmit",
    "accounts:role_term",
    "accounts:second_factor_reset",
    "clients:offboarding",
]

OF_A_RECORD = [
    "clients:address_new",
    "clients:contact_new",
    "clients:parties",
    "clients:party_new",
    "clients:person_change",
    "clients:record",
    "clients:restriction_new",
    "clients:split_new",
    "clients:wishes_change",
]

OF_A_CONTACT = [
    "clients:contact",
    "clients:contact_bring_back",
    "clients:contact_end",
    "clients:contact_first",
]
OF_A_FILE = [
    "clients:import_check",
    "clients:import_columns",
    "clients:import_discard",
    "clients:import_run",
]
OF_A_CLIENT = [
    "clients:consents",
    "clients:coverage_new",
    "clients:coverages",
    "clients:diagnoses",
    "clients:fee_agreements",
    "billing:release",
]

OF_THE_LOG = ["billing:looks", "billing:looks_file"]

OF_A_COVERAGE = [
    "clients:coverage",
    "clients:coverage_end",
    "clients:coverage_withdraw",
    "clients:member_id",
]

OF_A_DIAGNOSIS = ["clients:diagnosis_end", "clients:diagnosis_withdraw"]

OF_AN_AGREEMENT = [
    "clients:fee_agreement_approve",
    "clients:fee_agreement_end",
    "clients:fee_agreement_withdraw",
]
OF_A_PROGRAM = {
    "accounts:api_token_revoke": "token_id",
    "clients:api_client": "client_id",
    "billing:api_balance": "client_id",
    "billing:api_session": "session_id",
    "billing:api_invoice": "invoice_id",
    "billing:api_fhir_account": "client_id",
    "billing:api_fhir_invoice": "invoice_id",
    "billing:api_fhir_chargeitem": "session_id",
    "billing:api_fhir_paymentreconciliation": "payment_id",
}

OF_A_MONTH = ["billing:month", "billing:month_reopen"]
OF_AN_OPEN_MONTH = ["billing:month_close", "billing:month_soft_close"]
OF_A_CLOSE = ["billing:month_frozen", "billing:month_frozen_file"]
CLOSED = date(2026, 1, 1)
OF_A_BILL = [
    "billing:bill",
    "billing:bill_paper_new",
    "billing:bill_pay",
    "billing:bill_take_back",
]
OF_A_RECURRING_BILL = [
    "billing:recurring_end",
    "billing:recurring_go_on",
    "billing:recurring_pause",
]
OF_A_BANK_LINE = [
    "billing:bank_line_match",
    "billing:bank_line_spend",
    "billing:bank_line_undo",
]
OF_AN_APPOINTMENT = [
    "billing:appointment",
    "billing:appointment_cancel",
    "billing:appointment_cancel_rest",
    "billing:appointment_hold",
    "billing:appointment_miss",
    "billing:appointment_move",
    "billing:outcome_take_back",
]
OF_A_SERVICE = ["billing:service", "billing:service_end", "billing:service_rename"]
OF_A_PAYMENT = [
    "billing:credit_transfer",
    "billing:payment",
    "billing:payment_apply",
    "billing:payment_correct",
    "billing:payment_refund",
    "billing:payment_returned",
]
BEHIND_A_LINK = [
    "billing:pay_invoice_pdf",
    "billing:pay_line_question",
    "billing:pay_paid_already",
    "billing:pay_receipt_pdf",
    "billing:pay_result",
    "billing:pay_statement_pdf",
    "billing:pay_plan_pdf",
    "billing:pay_superbill_pdf",
]
OF_A_RUN = ["billing:statement_run", "billing:statement_run_drop"]
OF_WORDS = ["billing:letter_words_of", "billing:letter_words_reset"]
OF_A_VENDOR = ["billing:vendor_bring_back", "billing:vendor_rename", "billing:vendor_retire"]

DEMO_ONLY = {"gallery"}


@dataclass(frozen=True, slots=True)
class World:
    """Harbor Lane with a client whom its therapist cares for, and what was billed and paid."""

    house: House
    other: House
    ids: Mapping[str, dict[str, Any]]

    def url(self, route: str) -> str:
        return reverse(route, kwargs=self.ids.get(route, {}))

    def browser(self, column: str) -> Client:
        """Return the browser of a role here, of somebody of the other practice, or of nobody."""
        if column == "nobody":
            return Client()
        return browser_of(
            self.other.people["front-desk"] if column == "other" else self.house.people[column]
        )


@pytest.fixture
def world(practice: House, other_practice: House) -> World:
    by, therapist = practice.people["front-desk"], practice.people["therapist"]
    with practice_scope(practice.id, person_id=by.person_id):
        desk.open_books(by)
        client = desk.client(by)
        superbill = superbilling.history(client, by, practice.people["accountant"])
        plan = planning.history(client, by)
        assigned = assignments.assign(
            client=client, therapist=therapist, starts_on=desk.TODAY, now=desk.NOW, by=by
        )
        contact = contacts.add(
            client=client, kind="PHONE", number_or_address="555-0101", now=desk.NOW, by=by
        )
        address = contacts.add_address(client=client, street="1 Elm St", now=desk.NOW, by=by)
        party, split, restriction = shared_costs(client, by)
        emergency = emergencies.open_record(
            client=client, reason=EmergencyAccess.Reason.CRISIS, now=desk.NOW, by=therapist
        )
        merge = merges.ask(kept=client, merged=desk.client(by, "Whitfield"), now=desk.NOW, by=by)
        run = files.upload(content=b"Name,Born\nRazo,1973-08-01\n", now=desk.NOW, by=by)
        added = arrivals.file_taken_in(by)
        chosen = uploads.upload(contents=[b"{}"], now=desk.NOW, by=by)
        payer = payers.add(name="Keystone", now=desk.NOW, by=by)
        coverage = records.coverage(client, by)
        diagnosis = records.diagnosis(client, therapist)
        consent = records.consent(client, by)
        agreement = records.agreement(client, by)
        invoice = desk.invoice(client, by)
        payment = desk.cash(client, by, "20.00", apply_to=invoice)
        statement = desk.statement(client, by)
        paying.take_cards(by)
        link = paying.link(client, by).link
        estimate = estimating.estimate(client, by)
        come = hours.left_open(client, by)
        of_group = grouping.left_open(client, by)
        application = payment.applications.get()
        deposit = money.deposited(by, "1.00", "0.00")
        posted = post.post_used(client, by)
        question = asking.not_clear(invoice, by, link=link).pk
        drawn_up = post.drawn_up(by)
        cycle_run = cycling.history(client, by)
        given = money.kept(client, by, "1.00")
        moved = moving.moved(given, desk.client(by, "Ostrow"), by, "1.00")
        refund = money.refunded(
            desk.cash(client, by, "5.00", keep_rest=True), by, "5.00", charge=Charge.OWED
        )
        written_off = money.written_off(invoice, practice.people["accountant"], "1.00")
        bundle = prepaid.history(client, by)
        vendor = spending.vendor(by)
        bill = spending.bill(vendor, by)
        bill_payment = spending.paid(bill, practice.people["accountant"], "20.00")
        paper, again = spending.paper(bill, by), spending.monthly(vendor, by)
        bank_file, bank_line = spending.bank_lines(by)
        rejected, differing = arrivals.left_out(by)
        role = Role.objects.get(slug="therapist")
        asked = approvals.require(
            act=Act.REFUND,
            amount_cents=500_00,
            already_cents=0,
            subject_kind="billing.payment",
            subject_id=payment.pk,
            label="R-0001",
            by=by,
            now=timezone.now(),
        )
        run_kept = desk.kept_run(by)
        ordered = desk.ordered_file(practice.people["accountant"])
        sample = evidence.drawn(practice.people["auditor"])
        pack = evidence.ordered(practice.people["auditor"])
        wanted = evidence.asked(practice.people["auditor"])
        journal.post(**rent(by, on=CLOSED))
        closed = periods.close(month=CLOSED, today=desk.TODAY, by=practice.people["accountant"])
        bank = chart.accounts()[0].pk
        token = api_tokens.make(
            name="Records", scopes={Permission.CLIENT_VIEW}, days=1, now=timezone.now(), by=by
        )
        of_program = {
            "token_id": token.row.pk,
            "client_id": client.pk,
            "session_id": invoice.lines.get().session_id,
            "invoice_id": invoice.pk,
            "payment_id": payment.pk,
        }
    passing_through = _passing_through(practice)
    guest = evidence.guest(practice)
    passkey = Passkey.objects.create(
        user_id=by.person_id or uuid7(),
        credential_id=b"blue key",
        public_key=b"",
        sign_count=0,
        is_backed_up=False,
        name="Blue key",
        created_at=desk.NOW,
    )
    hold_every_role(other_practice)
    one = {"pk": invoice.pk}
    return World(
        practice,
        other_practice,
        {
            **passing_through,
            "accounts:passkey": {"passkey_id": passkey.pk},
            "accounts:passkey_removal": {"passkey_id": passkey.pk},
            **{route: {"member_id": therapist.pk} for route in OF_A_MEMBER},
            "accounts:reset_open": {"token": uuid7()},
            **{route: {"role_id": role.pk} for route in OF_A_ROLE},
            **{route: {"pk": run.pk} for route in OF_A_FILE},
            "clients:import_undo": {"pk": added.pk},
            "billing:fhir_files": {"batch": chosen},
            "accounts:right": {"codename": "client_view"},
            "accounts:approval": {"approval_id": asked.approval_id},
            "accounts:approval_withdraw": {"approval_id": asked.approval_id},
            "accounts:not_me": {"token": uuid7()},
            "accounts:session_end": {"handle": uuid7()},
            "accounts:device_forget": {"device_id": uuid7()},
            **{route: {"pk": client.pk} for route in OF_A_RECORD},
            **{route: {"pk": client.pk, "contact_id": contact.pk} for route in OF_A_CONTACT},
            "clients:party": {"pk": client.pk, "party_id": party.pk},
            "clients:split_take_back": {"pk": client.pk, "split_id": split.pk},
            "clients:restriction_end": {"pk": client.pk, "restriction_id": restriction.pk},
            "clients:address": {"pk": client.pk, "address_id": address.pk},
            "clients:assign": {"pk": client.pk},
            "clients:merge": {"pk": merge.pk},
            "clients:merge_ask": {"pk": client.pk},
            "clients:merge_answer": {"pk": merge.pk},
            "clients:merge_undo": {"pk": merge.pk},
            "clients:emergency_review": {"pk": emergency.pk},
            **{route: {"pk": client.pk} for route in OF_A_CLIENT},
            **{route: {"pk": client.pk, "coverage_id": coverage.pk} for route in OF_A_COVERAGE},
            **{route: {"pk": client.pk, "diagnosis_id": diagnosis.pk} for route in OF_A_DIAGNOSIS},
            "clients:consent_withdraw": {"pk": client.pk, "consent_id": consent.pk},
            **{route: {"pk": client.pk, "agreement_id": agreement.pk} for route in OF_AN_AGREEMENT},
            "clients:payer_retire": {"payer_id": payer.pk},
            "clients:assignment_end": {"pk": client.pk, "assignment_id": assigned.pk},
            **{route: {name: of_program[name]} for route, name in OF_A_PROGRAM.items()},
            "api_nothing": {"rest": "v1/nothing/"},
            **{route: {"pk": client.pk} for route in OF_THE_LOG},
            "billing:client": {"pk": client.pk},
            **{route: {"pk": come["appointment"]} for route in OF_AN_APPOINTMENT},
            **{route: {"pk": come["service"]} for route in OF_A_SERVICE},
            **grouping.routes(of_group),
            "billing:session_add_ons": {"pk": come["session"]},
            "billing:session_codes": {"pk": come["session"]},
            "billing:session_keep_back": {"pk": come["session"]},
            "billing:missed_fee_waive": {"pk": come["missed fee"]},
            "billing:bill_after_all": {"pk": come["not billed"]},
            "billing:invoice": one,
            "billing:invoice_pdf": one,
            "billing:invoice_void": one,
            "billing:invoice_write_off": one,
            "billing:write_off_take_back": {"pk": written_off.pk},
            "billing:package_new": {"pk": client.pk},
            "billing:package_offer_end": {"pk": bundle["offer"]},
            "billing:package": {"pk": bundle["package"]},
            "billing:package_give_back": {"pk": bundle["package"]},
            "billing:package_go_on": {"pk": bundle["package end"]},
            "billing:checkout_start": one,
            "billing:checkout_return": {"pk": uuid7()},
            "billing:payment": {"pk": payment.pk},
            "billing:receipt_pdf": {"pk": payment.pk},
            "billing:statement_pdf": {"pk": statement.pk},
            "billing:client_statements": {"pk": client.pk},
            "billing:pay_links": {"pk": client.pk},
            "billing:pay_link_withdraw": {"pk": link.pk},
            "billing:link_wish": {"pk": client.pk},
            "billing:question_answer": {"pk": question},
            "billing:pay_open": {"token": "unknown"},
            **{route: {"pk": uuid7()} for route in BEHIND_A_LINK},
            "billing:client_estimates": {"pk": client.pk},
            "billing:estimate_new": {"pk": client.pk},
            "billing:estimate": {"pk": estimate.pk},
            "billing:estimate_pdf": {"pk": estimate.pk},
            "billing:client_payment_plans": {"pk": client.pk},
            "billing:payment_plan_new": {"pk": client.pk},
            "billing:payment_plan": {"pk": plan.pk},
            "billing:payment_plan_pdf": {"pk": plan.pk},
            "billing:payment_plan_take_back": {"pk": plan.pk},
            "billing:client_superbills": {"pk": client.pk},
            "billing:superbill_new": {"pk": client.pk},
            "billing:superbill": {"pk": superbill.pk},
            "billing:superbill_pdf": {"pk": superbill.pk},
            "billing:superbill_superseded_pdf": {"pk": superbill.pk},
            "accounts:therapist_particulars": {"pk": therapist.pk},
            **{route: {"pk": payment.pk} for route in OF_A_PAYMENT},
            "billing:deposit_take_back": {"pk": deposit.pk},
            **{route: {"kind": "reminder"} for route in OF_WORDS},
            **{route: {"pk": drawn_up.pk} for route in OF_A_RUN},
            "billing:statement_run_print": {"pk": drawn_up.pk, "part": 1},
            "billing:letter_hold_end": {"pk": posted["letter hold"]},
            "billing:letter_repeat": {"pk": posted["letter"]},
            "billing:letter_came_back": {"pk": posted["letter"]},
            "billing:client_letters": {"pk": client.pk},
            "billing:statement_letter": {"pk": statement.pk},
            "billing:receipt_letter": {"pk": payment.pk},
            "billing:cycle_run": {"pk": cycle_run.pk},
            "billing:client_cycle": {"pk": client.pk},
            "billing:refund_take_back": {"pk": refund.pk},
            "billing:credit_transfer_take_back": {"pk": moved.pk},
            "billing:application_take_back": {"pk": application.pk},
            "billing:report": {"slug": "income"},
            "billing:report_file": {"slug": "income"},
            "billing:report_keep": {"slug": "income"},
            "billing:report_run": {"pk": run_kept.pk},
            "billing:report_order": {"pk": ordered.pk},
            "billing:sample": {"pk": sample.pk},
            "billing:sample_file": {"pk": sample.pk},
            "billing:audit_request": {"pk": wanted.pk},
            "billing:audit_answer": {"pk": wanted.pk},
            "accounts:role_term_end": {"member_id": therapist.pk, "grant_id": guest.pk},
            "billing:evidence_pack": {"pk": pack.pk},
            "billing:journal_entry": {"pk": invoice.entry_id},
            **{route: {"pk": bill.pk} for route in OF_A_BILL},
            **{route: {"pk": vendor.pk} for route in OF_A_VENDOR},
            **{route: {"pk": bank_line.pk} for route in OF_A_BANK_LINE},
            **{route: {"pk": again.pk} for route in OF_A_RECURRING_BILL},
            "billing:bill_paper": {"pk": paper.pk},
            "billing:bank_file": {"pk": bank_file.pk},
            "billing:bank_file_discard": {"pk": bank_file.pk},
            "billing:bill_payment_take_back": {"pk": bill_payment.pk},
            "billing:reject": {"reject_id": rejected},
            "billing:reject_dismiss": {"reject_id": rejected},
            "billing:difference_settle": {"record_id": differing},
            "billing:stripe_webhook": {"endpoint_id": uuid7()},
            **{route: {"month": f"{CLOSED:%Y-%m}"} for route in OF_A_MONTH},
            **{route: {"month": "2026-03"} for route in OF_AN_OPEN_MONTH},
            "billing:month_step": {"month": f"{CLOSED:%Y-%m}", "step": "sessions"},
            **{route: {"month": f"{CLOSED:%Y-%m}", "close_id": closed.pk} for route in OF_A_CLOSE},
            "billing:chart_account": {"pk": bank},
        },
    )


def _passing_through(house: House) -> dict[str, dict[str, UUID | str]]:
    """Invite somebody, open a review, and name the network that the test client is in."""
    by, now = house.people["administrator"], timezone.now()
    with practice_scope(house.id, person_id=by.person_id):
        invited = invitations.invite(
            email="wren@mail.example",
            display_name="Wren Holloway",
            role=Role.objects.get(slug="auditor"),
            now=now,
            by=by,
        )
        review = reviews.start(now=now, by=by)
        line = AccessReviewItem.objects.get(grant__member=house.people["therapist"])
        asked = weeks.history(house)
        network = networks.add(
            network=networks.parsed("127.0.0.1"),
            label="Here",
            address=ip_address("127.0.0.1"),
            now=now,
            by=by,
        )
    return {
        "accounts:invitation": {"token": "unknown"},
        "accounts:invitation_resend": {"invitation_id": invited.pk},
        "accounts:invitation_revoke": {"invitation_id": invited.pk},
        "accounts:access_review_one": {"review_id": review.pk},
        "accounts:access_review_confirm": {"item_id": line.pk},
        "accounts:access_review_remove": {"item_id": line.pk},
        "accounts:log_review": {"review_id": asked.review_id},
        "accounts:log_review_random_fine": {"review_id": asked.review_id},
        "accounts:log_review_line": {"line_id": asked.pk},
        "accounts:log_question": {"line_id": asked.pk},
        "accounts:network_remove": {"range_id": network.pk},
        "accounts:alert_rule": {"rule": "refusals"},
        **_case(house),
    }


def _case(house: House) -> dict[str, dict[str, UUID | str]]:
    """Let the log raise a case about the therapist."""
    watching.is_refused(house, house.people["therapist"], 10)
    watching.read(house)
    with practice_scope(house.id):
        case = AlertCase.objects.get(rule=AlertRule.REFUSALS).pk
    routes = ("accounts:alert", "accounts:alert_assign", "accounts:alert_close")
    return {route: {"pk": case} for route in routes}


def hold_every_role(house: House) -> None:
    """Give a house's front desk every role, so that only the wall between practices stops it."""
    with practice_scope(house.id):
        desk.open_books(house.people["front-desk"])
        grants.hold_exactly(
            member=house.people["front-desk"],
            wanted=list(Role.objects.all()),
            now=desk.NOW,
            by=house.automaton,
        )


def routes(
    patterns: list[Any] | None = None, namespace: str = "", before: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Walk the URLconf: the name of every route, and the route with all of its address."""
    for found in get_resolver().url_patterns if patterns is None else patterns:
        address = f"{before}{found.pattern}"
        if isinstance(found, URLResolver):
            inside = f"{found.namespace}:" if found.namespace else namespace
            yield from routes(found.url_patterns, inside, address)
        else:
            yield f"{namespace}{found.name}", path(address, found.callback, name=found.name)


EVERY_ROUTE: dict[str, type[View]] = {
    name: route.callback.view_class  # type: ignore[attr-defined]  # set by as_view()
    for name, route in routes()
    if name not in DEMO_ONLY
}


@contextmanager
def put_back() -> Iterator[None]:
    """Undo whatever a request changed, so that the next one finds the same world."""
    marks = {alias: transaction.savepoint(using=alias) for alias in ("default", "gate")}
    yield
    for alias, mark in marks.items():
        transaction.savepoint_rollback(mark, using=alias)


@pytest.mark.parametrize("column", COLUMNS)
def test_each_person_is_answered_as_the_table_says(world: World, column: str) -> None:
    expected = {(row[0], row[1]): row[2 + COLUMNS.index(column)] for row in ROWS}
    answers = {}
    for route, method in expected:
        with put_back():
            browser = world.browser(column)
            ask = browser.get if method == "GET" else browser.post
            answers[route, method] = str(ask(world.url(route)).status_code)

    assert answers == expected


def test_every_route_has_its_rows_in_the_table() -> None:
    in_table = {(row[0], row[1]) for row in ROWS}
    methods = {
        (name, method.upper())
        for name, view in EVERY_ROUTE.items()
        for method in ("get", "post")
        if hasattr(view, method) and method in view.http_method_names
    }

    assert methods - in_table == set()
    assert {name for name, _ in in_table} == set(EVERY_ROUTE)


def test_no_two_routes_have_one_name() -> None:
    """Otherwise the table above would be asked about one of them only."""
    assert [
        name for name, count in Counter(name for name, _ in routes()).items() if count > 1
    ] == []


@pytest.mark.parametrize("name", sorted(EVERY_ROUTE))
def test_every_route_declares_its_permission(name: str) -> None:
    view = EVERY_ROUTE[name]

    if name in OUTSIDE:
        assert issubclass(view, OutsideView)
    elif issubclass(view, ApiView):
        assert view.is_open == (view.permission is None)
    elif name in ANY_MEMBER:
        assert issubclass(view, MemberView)
    else:
        assert issubclass(view, PracticeView)
        assert view.permission is not None


def test_only_what_is_listed_stands_outside() -> None:
    outside = {
        name for name, view in EVERY_ROUTE.items() if not issubclass(view, PracticeView | ApiView)
    }

    assert outside == OUTSIDE


def test_no_route_knows_any_other_method() -> None:
    known = {
        (name, method)
        for name, view in EVERY_ROUTE.items()
        for method in ("put", "patch", "delete", "trace")
        if hasattr(view, method)
    }

    assert not known


def test_a_client_of_somebody_else_is_not_there_for_a_therapist(world: World) -> None:
    by = world.house.people["front-desk"]
    with practice_scope(world.house.id, person_id=by.person_id):
        client = desk.client(by, "Whitfield")
        invoice = desk.invoice(client, by)
        payment = desk.cash(client, by, "20.00", apply_to=invoice)
        estimate = estimating.estimate(client, by)
        superbill = superbilling.history(client, by, world.house.people["accountant"])
        plan = planning.history(client, by)
    browser = world.browser("therapist")

    answers = {
        route: browser.get(reverse(route, kwargs={"pk": row.pk})).status_code
        for route, row in {
            "billing:client": client,
            "billing:invoice": invoice,
            "billing:invoice_pdf": invoice,
            "billing:payment": payment,
            "billing:receipt_pdf": payment,
            "billing:client_statements": client,
            "billing:client_estimates": client,
            "billing:estimate_new": client,
            "billing:estimate": estimate,
            "billing:estimate_pdf": estimate,
            "billing:client_payment_plans": client,
            "billing:payment_plan": plan,
            "billing:payment_plan_pdf": plan,
            "billing:client_superbills": client,
            "billing:superbill_new": client,
            "billing:superbill": superbill,
            "billing:superbill_pdf": superbill,
        }.items()
    }

    assert set(answers.values()) == {404}, answers


OWN_AFFAIRS = re.compile(
    r"accounts:(sign_\w+|enroll\w*|new_password|password|passkey\w*|reset_\w+|choose_practice|stay"
    r"|drafts|theme|you\w*|report|session\w*|device_forget|step_up\w*|not_me|invitation)"
    r"|billing:pay_\w+|billing:stripe_webhook|billing:search|.*api.*"
)
"""What everybody does about their own sign-in, and what belongs to nobody signed in."""

OF_AN_AUDITOR = {
    "accounts:view_as_stop",
    "billing:looks_file",
    "billing:looks_find",
    "billing:audit_request",
    "billing:audit_requests",
    "billing:evidence_pack",
    "billing:evidence_packs",
    "billing:month_frozen_file",
    "billing:report_file",
    "billing:report_keep",
    "billing:report_order",
    "billing:chart_file",
    "billing:sample_file",
    "billing:samples",
}
"""All that an auditor sends beside: requests, and taking away what they may read."""


def test_an_auditor_changes_nothing_of_the_practice() -> None:
    place = 2 + COLUMNS.index("auditor")
    sent = {row[0] for row in ROWS if row[1] == "POST" and row[place] not in {"401", "403", "404"}}

    assert {name for name in sent if not OWN_AFFAIRS.fullmatch(name)} <= OF_AN_AUDITOR


def test_a_method_named_in_a_field_is_not_obeyed(world: World) -> None:
    browser = world.browser("auditor")

    answer = browser.post(world.url("accounts:log"), {"_method": "GET"})

    assert answer.status_code == 405
