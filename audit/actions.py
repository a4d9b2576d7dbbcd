"""Everything that the log can say: a stable dotted name, and its sentence in English.

In a sentence ``{who}`` is the person, ``{label}`` the record, any other name a fact: ``{amount}``
is the fact ``amount_cents`` as dollars. What stands in brackets is left out when its fact is.
"""

from enum import StrEnum


class Action(StrEnum):
    """What can happen. The value never changes; ``template`` is the sentence that tells it."""

    template: str

    def __new__(cls, name: str, template: str = "") -> "Action":
        member = str.__new__(cls, name)
        member._value_ = name
        member.template = template
        return member

    SIGNED_IN = "accounts.sign_in.succeeded", "{who} signed in."
    SIGN_IN_FAILED = "accounts.sign_in.failed", "A sign-in was refused[: {reason}]."
    SIGN_IN_TICKET_ISSUED = (
        "accounts.sign_in.ticket_issued",
        "{who} gave the right password and was asked for a code.",
    )
    SIGNED_OUT = "accounts.sign_in.signed_out", "{who} signed out."
    SESSION_ENDED = "accounts.sign_in.session_ended", "The sign-in of {who} ended[: {reason}]."
    DRAFT_KEPT = (
        "accounts.draft.kept",
        "{who} sent a form after their sign-in had ended; it was not carried out.",
    )
    MFA_ENROLLED = "accounts.mfa.enrolled", "{who} set up a second factor."
    MFA_FAILED = "accounts.mfa.failed", "{who} gave a wrong code[: {reason}]."
    MFA_REPLACED = "accounts.mfa.replaced", "{who} replaced their authenticator app."
    STEP_UP_ASKED = (
        "accounts.step_up.asked",
        "{who} was asked for a second factor once more[ at {route}].",
    )
    STEP_UP_SHOWN = (
        "accounts.step_up.shown",
        "{who} showed a second factor once more[ at {route}].",
    )
    PASSKEY_ADDED = "accounts.passkey.added", "{who} added a passkey."
    PASSKEY_RENAMED = "accounts.passkey.renamed", "{who} gave a passkey another name."
    PASSKEY_REMOVED = "accounts.passkey.removed", "{who} removed a passkey."
    RECOVERY_CODE_USED = (
        "accounts.mfa.recovery_code_used",
        "{who} used a recovery code as the second step[; {left} are left].",
    )
    RECOVERY_CODES_RENEWED = (
        "accounts.mfa.recovery_codes_renewed",
        "{who} made new recovery codes; the old ones stopped working.",
    )
    MFA_RESET = (
        "accounts.mfa.reset",
        "{who} reset the second factor of {label}[: {reason}].",
    )
    MFA_RESET_AGREED = (
        "accounts.mfa.reset_agreed",
        "{who} and a second administrator agreed to reset the second factor of {label}.",
    )
    PASSWORD_CHANGED = "accounts.password.changed", "{who} chose a new password[: {reason}]."
    PASSWORD_REFUSED = (
        "accounts.password.refused",
        "A new password of {who} was refused[: {reason}].",
    )
    PASSWORD_RESET_ASKED = (
        "accounts.password.reset_asked",
        "A link to a new password was asked for.",
    )
    PASSWORD_RESET = "accounts.password.reset", "{who} chose a new password by a link."
    PASSWORD_ORDERED = (
        "accounts.password.ordered",
        "{who} asked {label} to choose a new password at the next sign-in.",
    )
    BREACHED_LIST_LOADED = (
        "accounts.password.breached_list_loaded",
        "{who} loaded a list of known passwords[, {count} new].",
    )
    SPRAY_ALARM = (
        "accounts.sign_in.spray_alarm",
        "Many names were tried at once[: {names} in ten minutes].",
    )
    SIGN_IN_FAILED_AS = (
        "accounts.sign_in.failed_as",
        "A sign-in as {label} was refused[: {reason}].",
    )
    SIGN_IN_REPORTED = (
        "accounts.sign_in.reported",
        "{who} said that a sign-in was not theirs; all of theirs ended[: {count}].",
    )
    CLEANED_UP = (
        "accounts.installation.cleaned_up",
        "What signing in had left behind was removed[: {count} rows].",
    )
    DEVICE_KNOWN = "accounts.device.known", "{who} signed in from a new device."
    DEVICE_FORGOTTEN = "accounts.device.forgotten", "{who} forgot a device."
    SESSION_ENDED_FROM_ELSEWHERE = (
        "accounts.sign_in.ended_from_elsewhere",
        "{who} ended a sign-in of theirs from another browser[: {count}].",
    )
    PRACTICE_CREATED = "accounts.practice.created", "The practice {label} was created."
    PRACTICE_ENTERED = "accounts.practice.entered", "{who} opened the practice {label}."
    MEMBER_ADDED = "accounts.member.added", "{who} let {label} into the practice."
    MEMBER_ENDED = (
        "accounts.member.ended",
        "{who} ended the membership of {label}[, and {sessions} sign-ins with it].",
    )
    MEMBER_INVITED = "accounts.invitation.sent", "{who} invited somebody[ as {role}]."
    INVITATION_REVOKED = "accounts.invitation.revoked", "{who} took an invitation back."
    INVITATION_ACCEPTED = (
        "accounts.invitation.accepted",
        "{who} accepted an invitation[ of {inviter}][, as {role}].",
    )
    MEMBER_READMITTED = (
        "accounts.member.readmitted",
        "{who} let {label} back into the practice.",
    )
    ACCESS_REVIEW_OPENED = (
        "accounts.access_review.opened",
        "The review of who may do what, due on {label}, was opened[ with {count} lines].",
    )
    ACCESS_REVIEW_DECIDED = (
        "accounts.access_review.decided",
        "{who} decided in the access review[ on {member} as {role}: {decision}].",
    )
    ACCESS_REVIEW_CLOSED = (
        "accounts.access_review.closed",
        "{who} finished the access review due on {label}.",
    )
    LOG_REVIEW_OPENED = (
        "accounts.log_review.opened",
        "The review of the log of the week from {label} was opened[ with {count} lines].",
    )
    LOG_REVIEW_DECIDED = (
        "accounts.log_review.decided",
        "{who} decided in the review of the log of {label}[: {decision}].",
    )
    LOG_REVIEW_RANDOM_FINE = (
        "accounts.log_review.random_fine",
        "{who} marked random lines of the log of the week from {label} as fine[: {count}].",
    )
    LOG_REVIEW_ANSWERED = (
        "accounts.log_review.answered",
        "{who} answered a question of the review of the log of {label}.",
    )
    LOG_REVIEW_SIGNED = (
        "accounts.log_review.signed",
        "{who} signed the review of the log of the week from {label}[, {count} lines]"
        "[, {incidents} open incidents].",
    )
    LOG_INCIDENT_CLOSED = (
        "accounts.log_review.incident_closed",
        "{who} closed an incident of the review of the log of {label}.",
    )
    SECURITY_POLICY_CHANGED = (
        "accounts.security_policy.changed",
        "{who} changed the practice's sign-in rules[: {changed}].",
    )
    PRACTICE_PARTICULARS_SET = (
        "accounts.particulars.practice_set",
        "{who} set what documents say of the practice.",
    )
    THERAPIST_PARTICULARS_SET = (
        "accounts.particulars.therapist_set",
        "{who} set what documents say of a therapist.",
    )
    NETWORK_ADDED = "accounts.network.added", "{who} allowed work from {label}."
    NETWORK_REMOVED = "accounts.network.removed", "{who} no longer allows work from {label}."
    NETWORK_REFUSED = (
        "accounts.network.refused",
        "{who} was refused outside the practice's networks.",
    )
    API_TOKEN_MADE = (
        "accounts.api_token.made",
        "{who} made the token {label}[ that holds {permissions} permissions].",
    )
    API_TOKEN_REVOKED = "accounts.api_token.revoked", "{who} revoked the token {label}."
    API_TOKENS_VIEWED = (
        "accounts.api_token.viewed",
        "{who} looked at the tokens of programs[, {count} shown].",
    )
    ROLE_BOUND = (
        "accounts.role.bound",
        "{who} let people with the role {label} work from the practice's networks only.",
    )
    ROLE_UNBOUND = (
        "accounts.role.unbound",
        "{who} let people with the role {label} work from anywhere.",
    )
    ROLE_CREATED = "accounts.role.created", "{who} made the role {label}[ after {original}]."
    ROLE_RETIRED = "accounts.role.retired", "{who} retired the role {label}."
    ROLE_RENAMED = "accounts.role.renamed", "{who} changed the name or words of the role {label}."
    ROLE_VIEWED_AS = "accounts.role.viewed_as", "{who} looked at the pages as {label} sees them."
    LIMIT_CHANGED = (
        "accounts.limit.changed",
        "{who} changed what the role {label} may do alone[: {act} up to {limit}].",
    )
    APPROVAL_ASKED = (
        "accounts.approval.asked",
        "{who} asked for a second person's approval[: {act} of {amount}] for {label}.",
    )
    APPROVAL_DECIDED = (
        "accounts.approval.decided",
        "{who} answered a request for approval for {label}[: {act}][ of {amount}][, {decision}].",
    )
    ROLE_GRANTED = (
        "accounts.role.granted",
        "{who} gave the role {label}[ to {member}][, from {since}][ until {until}].",
    )
    ROLE_WITHDRAWN = "accounts.role.withdrawn", "{who} took the role {label}[ from {member}]."
    ROLE_PERMISSIONS_CHANGED = (
        "accounts.role.permissions_changed",
        "{who} changed what the role {label} may do[; it holds {permissions} permissions now].",
    )
    EVIDENCE_PACK_LISTED = (
        "accounts.evidence_pack.listed",
        "{who} looked at packs of evidence[, {count} shown].",
    )
    EVIDENCE_PACK_ORDERED = (
        "accounts.evidence_pack.ordered",
        "{who} had a pack of evidence made.",
    )
    EVIDENCE_PACK_MADE = (
        "accounts.evidence_pack.made",
        "A pack of evidence was made for {who}[: {count} events][ in {files} files]"
        "[, export {export}][, SHA-256 {sha256}].",
    )
    EVIDENCE_PACK_FETCHED = (
        "accounts.evidence_pack.fetched",
        "{who} took a pack of evidence away[, export {export}].",
    )
    EVIDENCE_PACK_EXPIRED = (
        "accounts.evidence_pack.expired",
        "Nobody fetched a pack of evidence; it is gone.",
    )
    EVIDENCE_PACK_REFUSED = (
        "accounts.evidence_pack.refused",
        "A pack of evidence was not made[: {reason}].",
    )
    AUDIT_REQUEST_LISTED = (
        "accounts.audit_request.listed",
        "{who} looked at requests of auditors[, {count} shown].",
    )
    AUDIT_REQUEST_VIEWED = (
        "accounts.audit_request.viewed",
        "{who} opened a request of an auditor.",
    )
    AUDIT_REQUEST_ASKED = (
        "accounts.audit_request.asked",
        "{who} asked to be shown something[, by {due}].",
    )
    AUDIT_REQUEST_ANSWERED = (
        "accounts.audit_request.answered",
        "{who} answered a request of an auditor[, step {turn}].",
    )
    AUDIT_REQUEST_ASKED_AGAIN = (
        "accounts.audit_request.asked_again",
        "{who} asked again to be shown something[, step {turn}].",
    )
    AUDIT_REQUEST_ACCEPTED = (
        "accounts.audit_request.accepted",
        "{who} accepted the answer to a request[, step {turn}].",
    )
    AUDIT_REQUEST_WITHDRAWN = (
        "accounts.audit_request.withdrawn",
        "{who} took back a request to be shown something[, step {turn}].",
    )
    SAMPLE_LISTED = (
        "accounts.sample.listed",
        "{who} looked at the samples[, {count} shown].",
    )
    SAMPLE_DRAWN = (
        "accounts.sample.drawn",
        "{who} drew a sample[: {count} of {among}][ {population}][, seed {seed}].",
    )
    SAMPLE_VIEWED = "accounts.sample.viewed", "{who} looked at a sample."
    SAMPLE_EXPORTED = (
        "accounts.sample.exported",
        "{who} took a sample away as a file[, {count} rows][, export {export}]"
        "[, SHA-256 {sha256}].",
    )
    KEYS_PROVISIONED = (
        "accounts.keys.provisioned",
        "{who} provisioned the keys that sign scopes[; the newest is {newest}].",
    )
    CONTEXT_KEY_RETIRED = (
        "accounts.keys.context_key_retired",
        "{who} retired a key that signed scopes[: key {retired}][; the newest is {newest}].",
    )
    DATA_KEY_CREATED = (
        "accounts.keys.data_key_created",
        "A data key[, version {version},] was made.",
    )
    DATA_KEY_ROTATION_STARTED = (
        "accounts.keys.rotation_started",
        "{who} made a new data key[, version {version}]; sealed values move to it.",
    )
    DATA_KEY_ROTATED = (
        "accounts.keys.rotated",
        "Every sealed value stands under data key[ {version}] now[; {count} were moved].",
    )
    DATA_KEY_DESTROYED = (
        "accounts.keys.data_key_destroyed",
        "A data key[, version {version},] was destroyed: nothing stood under it any more.",
    )
    KEYS_REWRAPPED = (
        "accounts.keys.rewrapped",
        "{who} wrapped the data keys anew[: {count}][, under key-encryption key {kek}].",
    )
    PRACTICE_SHREDDED = (
        "accounts.practice.shredded",
        "{who} destroyed the keys of the practice {label}: its sealed records open to nobody.",
    )
    SEALED_VALUES_VERIFIED = (
        "accounts.values.verified",
        "{who} checked the sealed values[: {count}, each the newest in its own place].",
    )
    STOCK_TAKEN = (
        "accounts.values.stock_taken",
        "The log took note of the sealed values that it found[: {count}].",
    )
    VALUES_SEALED = "accounts.values.sealed", "Sealed values were written[: {count} in all]."
    DEMO_SEEDED = "accounts.demo.seeded", "{who} filled the practice {label} with demo data."
    REQUEST_REFUSED = (
        "accounts.request.refused",
        "{who} asked for something[ at {route}] and was refused[ with {status}]"
        "[, as {more} times before].",
    )
    REQUEST_FAILED = "accounts.request.failed", "A request of {who} failed[ at {route}][: {error}]."
    JOB_FAILED = "accounts.job.failed", "The job {label} failed[: {error}]."

    ALERT_RAISED = (
        "accounts.alert.raised",
        "The log raised a case[ about {member}]: {label}[, {count} events].",
    )
    ALERT_JOINED = (
        "accounts.alert.joined",
        "More events[, {count},] joined a case[ about {member}]: {label}.",
    )
    ALERT_LISTED = (
        "accounts.alert.listed",
        "{who} looked at the cases that the log raised[, {count} shown].",
    )
    ALERT_VIEWED = (
        "accounts.alert.viewed",
        "{who} opened a case[ about {member}]: {label}[, {count} events shown].",
    )
    ALERT_ASSIGNED = (
        "accounts.alert.assigned",
        "{who} gave a case[ about {member}][ to {assignee}]: {label}.",
    )
    ALERT_TAKEN = (
        "accounts.alert.taken",
        "{who} took a case[ about {member}] on: {label}.",
    )
    ALERT_CLOSED = (
        "accounts.alert.closed",
        "{who} closed a case[ about {member}]: {label}[; {outcome}].",
    )
    ALERT_RULE_CHANGED = (
        "accounts.alert_rule.changed",
        "{who} changed from where on the log raises a case: {label}[, {before} before]"
        "[, {after} now].",
    )
    ALERT_RULE_OFF = (
        "accounts.alert_rule.switched_off",
        "{who} switched off a rule by which the log raises cases: {label}.",
    )
    ALERT_RULE_ON = (
        "accounts.alert_rule.switched_on",
        "{who} switched on a rule by which the log raises cases: {label}.",
    )

    LOG_VIEWED = "audit.log.viewed", "{who} read the log[, {count} events shown]."
    LOG_VERIFIED = "audit.log.verified", "{who} checked the log[: {count} events, nothing changed]."
    LOG_ARCHIVED = (
        "audit.log.archived",
        "{who} moved what was older than six years out of the log[: {count} events].",
    )
    CHECKPOINT_WRITTEN = (
        "audit.checkpoint.written",
        "{who} signed checkpoints[ of {count} logs] and stored them outside the database.",
    )

    CLIENT_CREATED = "clients.client.created", "{who} added client {label}."
    CLIENTS_ADDED = (
        "clients.client.added_from_file",
        "{who} added clients from a file[: {count}].",
    )
    CLIENT_CHANGED = (
        "clients.client.changed",
        "{who} changed the record of client {label}[: {fields}].",
    )
    CLIENT_VIEWED = "clients.client.viewed", "{who} opened client {label}."
    CLIENT_LISTED = (
        "clients.client.listed",
        "{who} looked at the list of clients[, {count} shown][, {kept_back} kept back].",
    )
    CLIENT_SEARCHED = "clients.client.searched", "{who} searched clients[, {count} found]."
    CONTACT_ADDED = (
        "clients.contact.added",
        "{who} added a contact[ ({kind})] to client {label}.",
    )
    CONTACT_CHANGED = (
        "clients.contact.changed",
        "{who} changed a contact of client {label}.",
    )
    CONTACT_ENDED = (
        "clients.contact.ended",
        "{who} ended a contact[ ({kind})] of client {label}.",
    )
    CONTACT_BROUGHT_BACK = (
        "clients.contact.brought_back",
        "{who} brought a contact[ ({kind})] of client {label} back.",
    )
    ADDRESS_ADDED = "clients.address.added", "{who} added a postal address to client {label}."
    ADDRESS_CHANGED = (
        "clients.address.changed",
        "{who} changed a postal address of client {label}.",
    )
    CLIENT_EXPORTED = (
        "clients.client.exported",
        "{who} took a list of clients away as a file[: {count} rows][, export {export}]"
        "[, {kept_back} kept back].",
    )
    TOUCHED_LISTED = (
        "clients.access_report.listed",
        "{who} looked at whose records were touched[, {count} clients shown].",
    )
    ACCESS_REPORT_VIEWED = (
        "clients.access_report.viewed",
        "{who} looked at who had seen the record of client {label}[, {count} events shown].",
    )
    ACCESS_REPORT_TAKEN = (
        "clients.access_report.taken",
        "{who} took away the report of who had seen the record of client {label}"
        "[, {count} events][, as {format}].",
    )
    RECORD_RELEASED = (
        "clients.record.released",
        "{who} handed out everything held about client {label}[ to {recipient}]"
        "[, because {reason}][, as {format}].",
    )
    RECORD_RELEASE_VIEWED = (
        "clients.record_release.viewed",
        "{who} looked at what was handed out about client {label}.",
    )
    PARTY_ADDED = (
        "clients.party.added",
        "{who} added somebody who is responsible for the costs of client {label}.",
    )
    PARTY_CHANGED = (
        "clients.party.changed",
        "{who} changed somebody who is responsible for the costs of client {label}.",
    )
    SPLIT_DECIDED = (
        "clients.split.decided",
        "{who} divided the costs of client {label}[ among {parties}][ from {starts_on} on].",
    )
    SPLIT_TAKEN_BACK = (
        "clients.split.taken_back",
        "{who} took back how the costs of client {label} are divided[ from {starts_on} on].",
    )
    RESTRICTION_SET = (
        "clients.restriction.set",
        "{who} restricted what is told about client {label}[: {kind}].",
    )
    RESTRICTION_ENDED = (
        "clients.restriction.ended",
        "{who} ended a restriction on what is told about client {label}[: {kind}].",
    )
    DISCLOSURE_BLOCKED = (
        "clients.disclosure.refused",
        "Something about client {label} was kept back[ from {purpose}][: {kind}].",
    )
    CLIENT_ASSIGNED = (
        "clients.assignment.started",
        "{who} assigned client {label}[ to {therapist}].",
    )
    CLIENTS_ASSIGNED = (
        "clients.assignment.started_from_file",
        "{who} assigned clients of a file[ to {therapist}][: {count}].",
    )
    CLIENT_UNASSIGNED = (
        "clients.assignment.ended",
        "{who} ended the assignment of client {label}[ to {therapist}].",
    )
    COVER_STARTED = (
        "clients.assignment.cover_started",
        "{who} set up cover for client {label}[ by {therapist}][ until {ends_on}].",
    )
    EMERGENCY_OPENED = (
        "clients.emergency.opened",
        "{who} opened client {label} in an emergency[: {reason}].",
    )
    EMERGENCY_REVIEWED = (
        "clients.emergency.reviewed",
        "{who} reviewed an emergency access[ of {member}] to client {label}[: {finding}].",
    )
    MERGE_ASKED = (
        "clients.merge.asked",
        "{who} asked to merge[ {merged}] into client {label}.",
    )
    MERGE_REFUSED = (
        "clients.merge.refused",
        "{who} refused to merge[ {merged}] into client {label}.",
    )
    MERGE_WITHDRAWN = (
        "clients.merge.withdrawn",
        "{who} took back the request to merge[ {merged}] into client {label}.",
    )
    CLIENTS_MERGED = (
        "clients.merge.approved",
        "{who} and a colleague merged[ {merged}] into client {label}.",
    )
    CLIENTS_UNMERGED = (
        "clients.merge.undone",
        "{who} made two records again of client {label}[ and {merged}].",
    )
    COVERAGE_ADDED = (
        "clients.coverage.added",
        "{who} added an insurance coverage to client {label}.",
    )
    CLIENT_FILE_UPLOADED = (
        "clients.file.uploaded",
        "{who} uploaded a file of clients[: {count} rows].",
    )
    CLIENT_FILE_REFUSED = (
        "clients.file.refused",
        "{who} tried to add clients from a file, and it was refused[: {reason}].",
    )
    CLIENT_FILE_VIEWED = "clients.file.viewed", "{who} looked into a file of clients."
    CLIENT_FILE_CHECKED = (
        "clients.file.checked",
        "{who} had a file of clients checked[: {count} rows][, {wrong} of them wrong].",
    )
    CLIENT_FILE_CONFIRMED = (
        "clients.file.confirmed",
        "{who} had clients added from a file[: {count} rows].",
    )
    CLIENT_FILE_TAKEN_IN = (
        "clients.file.taken_in",
        "{who} added clients from a file[: {created}][, {left_out} rows were left out].",
    )
    CLIENT_FILE_UNDO_LOOKED = (
        "clients.file.undo_looked",
        "{who} looked whether the clients of a file can be taken out[: {count} could not].",
    )
    CLIENT_FILE_UNDO_ASKED = (
        "clients.file.undo_asked",
        "{who} had the clients of a file taken out again[: {count}].",
    )
    CLIENTS_REMOVED = (
        "clients.client.removed_with_file",
        "{who} took clients out that had come from a file[: {count}].",
    )
    CLIENT_FILE_UNDONE = (
        "clients.file.undone",
        "{who} took all clients of a file out again[: {count}].",
    )
    CLIENT_FILE_UNDO_REFUSED = (
        "clients.file.undo_refused",
        "The clients of a file were to be taken out, and stayed.",
    )
    CLIENT_FILE_DISCARDED = "clients.file.discarded", "A file of clients was thrown away."
    COVERAGE_CORRECTED = (
        "clients.coverage.corrected",
        "{who} corrected an insurance coverage of client {label}.",
    )
    COVERAGE_ENDED = (
        "clients.coverage.ended",
        "{who} ended an insurance coverage of client {label}[, last day {ends_on}].",
    )
    COVERAGE_WITHDRAWN = (
        "clients.coverage.withdrawn",
        "{who} marked an insurance coverage of client {label} as entered in error.",
    )
    COVERAGE_VIEWED = "clients.coverage.viewed", "{who} looked at the insurance of client {label}."
    MEMBER_ID_SHOWN = (
        "clients.coverage.member_id_shown",
        "{who} had a whole member id of client {label} shown.",
    )
    DIAGNOSIS_ADDED = "clients.diagnosis.added", "{who} entered a diagnosis of client {label}."
    DIAGNOSIS_ENDED = (
        "clients.diagnosis.ended",
        "{who} ended a diagnosis of client {label}[, last day {ends_on}].",
    )
    DIAGNOSIS_WITHDRAWN = (
        "clients.diagnosis.withdrawn",
        "{who} marked a diagnosis of client {label} as entered in error.",
    )
    DIAGNOSIS_VIEWED = (
        "clients.diagnosis.viewed",
        "{who} looked at the diagnoses of client {label}.",
    )
    DIAGNOSIS_CODES_LOADED = (
        "clients.diagnosis_code.loaded",
        "{who} loaded diagnosis codes[: {added} new][, {ended} ended].",
    )
    CONSENT_TEXT_PUBLISHED = "clients.consent_text.published", "{who} published {label}."
    CONSENT_RECORDED = "clients.consent.recorded", "{who} recorded a consent of client {label}."
    CONSENT_WITHDRAWN = (
        "clients.consent.withdrawn",
        "{who} recorded that client {label} withdrew a consent.",
    )
    CONSENT_VIEWED = "clients.consent.viewed", "{who} looked at the consents of client {label}."
    FEE_AGREED = "clients.fee_agreement.agreed", "{who} agreed on a fee with client {label}."
    FEE_APPROVED = (
        "clients.fee_agreement.approved",
        "{who} approved an agreement about the fee of client {label}.",
    )
    FEE_ENDED = (
        "clients.fee_agreement.ended",
        "{who} ended an agreement about the fee of client {label}[, last day {ends_on}].",
    )
    FEE_WITHDRAWN = (
        "clients.fee_agreement.withdrawn",
        "{who} took back an agreement about the fee of client {label}.",
    )
    FEE_VIEWED = (
        "clients.fee_agreement.viewed",
        "{who} looked at the agreements about the fee of client {label}.",
    )
    PAYER_ADDED = "clients.payer.added", "{who} added a payer."
    PAYER_RETIRED = "clients.payer.retired", "{who} retired a payer."
    COVERAGE_CHANGED = (
        "clients.coverage.changed",
        "{who} changed an insurance coverage of client {label}.",
    )
    DIFFERENCE_KEPT = (
        "clients.difference.kept",
        "{who} let the practice's own word stand in the record of client {label}.",
    )
    DIFFERENCE_LISTED = (
        "clients.difference.listed",
        "{who} looked at what differs from the medical-record system[, {count} shown].",
    )
    IMPORT_STARTED = "clients.import.started", "{who} started an import[ of {count} files]."
    IMPORT_RECORD_CREATED = "clients.import.record_created", "The import made {label}."
    IMPORT_FINISHED = (
        "clients.import.finished",
        "{who} finished an import[: {created} records made][, {refused} not usable].",
    )
    FHIR_FILES_UPLOADED = (
        "billing.fhir_file.uploaded",
        "{who} uploaded files of the medical-record system[: {count}].",
    )
    FHIR_FILE_TAKEN_IN = (
        "billing.fhir_file.taken_in",
        "{who} had {label} of the medical-record system taken in[: {made} records made]"
        "[, {changed} changed][, {refused} not taken in].",
    )
    FHIR_FILE_REFUSED = (
        "billing.fhir_file.refused",
        "Nothing came in from {label} of the medical-record system[: {reason}].",
    )
    REJECT_LISTED = (
        "billing.reject.listed",
        "{who} looked at the records that were not taken in[, {count} shown].",
    )
    REJECT_VIEWED = "billing.reject.viewed", "{who} opened {label}, which was not taken in."
    REJECT_MENDED = "billing.reject.mended", "{who} mended {label}, which was not taken in."
    REJECT_REPLAYED = (
        "billing.reject.replayed",
        "{who} tried again to take in what waits[: {count} records][, {taken} taken in].",
    )
    REJECT_DISMISSED = (
        "billing.reject.dismissed",
        "{who} dismissed {label}, which was not taken in[: {reason}].",
    )
    EXTERNAL_CODE_LISTED = (
        "billing.external_code.listed",
        "{who} looked at the names of the medical-record system[, {count} shown].",
    )
    EXTERNAL_CODE_MAPPED = (
        "billing.external_code.mapped",
        "{who} chose what {label} means here[: {meaning}].",
    )
    FHIR_SOURCE_SAVED = (
        "billing.fhir_source.saved",
        "{who} changed the connection to the {label}[: {changed}].",
    )
    FHIR_SOURCE_TESTED = (
        "billing.fhir_source.tested",
        "{who} tried the connection to the {label}[: {outcome}].",
    )
    FHIR_PULL_STARTED = "billing.fhir_pull.started", "{who} started a pull from the {label}."
    FHIR_PULL_FINISHED = (
        "billing.fhir_pull.finished",
        "{who} finished a pull from the {label}[: {outcome}][, {made} made][, {changed} changed]"
        "[, {refused} not taken in].",
    )

    CHART_OPENED = "ledger.chart.opened", "{who} opened the chart of accounts[, {count} in all]."
    ENTRY_POSTED = "ledger.entry.posted", "{who} posted journal entry {label}[ of {amount}]."
    ENTRY_REVERSED = "ledger.entry.reversed", "{who} reversed journal entry {label}[ of {amount}]."
    ACCOUNT_RENAMED = (
        "ledger.account.renamed",
        "{who} renamed the ledger account {label}[ {former_name}][ to {code} {name}].",
    )
    CHART_EXPORTED = (
        "ledger.chart.exported",
        "{who} took the chart of accounts away as a file[, {count} accounts].",
    )
    PERIOD_SOFT_CLOSED = (
        "ledger.period.soft_closed",
        "{who} closed the period {label} to all but accountants.",
    )
    PERIOD_CLOSED = (
        "ledger.period.closed",
        "{who} closed the period {label}[, with the fingerprint {sha256}].",
    )
    PERIOD_REOPENED = "ledger.period.reopened", "{who} reopened the period {label}[: {reason}]."
    BOOKS_VERIFIED = "ledger.books.verified", "{who} checked the books[: {count} entries]."
    REPORT_VIEWED = "ledger.report.viewed", "{who} read the report {label}[ as of {as_of}]."
    REPORT_EXPORTED = (
        "ledger.report.exported",
        "{who} took the report {label} away as a file[ as of {as_of}][: {count} rows]"
        "[, as {format}][, export {export}].",
    )
    REPORT_RUN_KEPT = (
        "ledger.report_run.kept",
        "{who} kept a run of the report {label}[: {sha256}].",
    )
    REPORT_RUN_REPEATED = (
        "ledger.report_run.repeated",
        "{who} ran a kept report again: {label}[, {outcome}].",
    )
    REPORT_RUN_LISTED = (
        "ledger.report_run.listed",
        "{who} looked at the kept runs of reports[, {count} shown].",
    )
    REPORT_FILE_ORDERED = (
        "ledger.report_file.ordered",
        "{who} had {label} made by the worker[: {count} rows][, as {format}].",
    )
    REPORT_FILE_FETCHED = (
        "ledger.report_file.fetched",
        "{who} fetched {label}[, export {export}].",
    )
    REPORT_FILE_EXPIRED = "ledger.report_file.expired", "Nobody fetched {label}; it is gone."
    REPORT_FILE_REFUSED = (
        "ledger.report_file.refused",
        "{label} was not made[: {reason}].",
    )
    ENTRY_VIEWED = "ledger.entry.viewed", "{who} opened journal entry {label}."

    SERVICE_CODE_ADDED = (
        "billing.service_code.added",
        "{who} added the service code {label}[ at {fee}].",
    )
    SERVICE_RENAMED = "billing.service_code.renamed", "{who} renamed the service {label}."
    SERVICE_FEE_SET = (
        "billing.service_code.fee_set",
        "{who} set the fee of {label}[ to {fee}][ from {starts_on}].",
    )
    SERVICE_ENDED = (
        "billing.service_code.ended",
        "{who} let {label} be offered no more[ from {starts_on}].",
    )
    SERVICE_LISTED = "billing.service_code.listed", "{who} looked at the services[, {count} shown]."
    SERVICE_VIEWED = "billing.service_code.viewed", "{who} opened the service {label}."
    PAYER_RULE_SET = (
        "billing.payer_rule.set",
        "{who} set what a payer wants for telehealth[ from {starts_on}].",
    )
    PAYER_RULE_LISTED = (
        "billing.payer_rule.listed",
        "{who} looked at what payers want for telehealth[, {count} rules shown].",
    )
    SESSION_RECORDED = (
        "billing.session.recorded",
        "{who} recorded a session of client {label}[ at {fee}][, {discount} below the list fee].",
    )
    SESSION_CODED = (
        "billing.session.coded",
        "{who} said anew where a session of client {label} took place, or with which modifiers.",
    )
    SESSION_NOT_BILLED = (
        "billing.session.not_billed",
        "{who} marked a session of client {label} not to be billed[, {amount}][: {reason}].",
    )
    SESSION_BILLED_AFTER_ALL = (
        "billing.session.billed_after_all",
        "{who} let something of client {label} be billed after all[, {amount}].",
    )
    APPOINTMENT_PLANNED = (
        "billing.appointment.planned",
        "{who} planned an appointment of client {label}.",
    )
    APPOINTMENT_MOVED = (
        "billing.appointment.moved",
        "{who} moved an appointment of client {label}.",
    )
    APPOINTMENT_CANCELLED = (
        "billing.appointment.cancelled",
        "{who} cancelled an appointment of client {label}[: {outcome}].",
    )
    APPOINTMENT_MISSED = (
        "billing.appointment.missed",
        "{who} marked an appointment of client {label}[: {outcome}][, {fee} is charged].",
    )
    SERIES_PLANNED = (
        "billing.appointment.series_planned",
        "{who} planned appointments of client {label}[, {count} of them].",
    )
    SERIES_CHANGED = (
        "billing.appointment.series_changed",
        "{who} moved an appointment of client {label} and the later ones[, {count} of them].",
    )
    SERIES_CANCELLED = (
        "billing.appointment.series_cancelled",
        "{who} cancelled the further appointments of client {label}[, {count} of them].",
    )
    APPOINTMENT_VIEWED = (
        "billing.appointment.viewed",
        "{who} opened an appointment of client {label}.",
    )
    APPOINTMENT_LISTED = (
        "billing.appointment.listed",
        "{who} looked at appointments[, {count} shown].",
    )
    GROUP_MADE = ("billing.group.made", "{who} made the group {label}.")
    GROUP_JOINED = ("billing.group.joined", "{who} let client {label} join a group.")
    GROUP_LEFT = (
        "billing.group.left",
        "{who} let client {label} leave a group[, {count} appointments are cancelled].",
    )
    GROUP_HOURS_PLANNED = (
        "billing.group.hours_planned",
        "{who} planned hours of a group[, {count} of them].",
    )
    GROUP_HOUR_MOVED = ("billing.group.hour_moved", "{who} moved an hour of a group.")
    GROUP_HOURS_CANCELLED = (
        "billing.group.hours_cancelled",
        "{who} cancelled hours of a group[, {count} of them].",
    )
    GROUP_VIEWED = ("billing.group.viewed", "{who} opened a group.")
    GROUP_HOUR_VIEWED = ("billing.group.hour_viewed", "{who} opened an hour of a group.")
    OUTCOME_TAKEN_BACK = (
        "billing.appointment.outcome_taken_back",
        "{who} took back what was marked of an appointment of client {label}[: {outcome}].",
    )
    MISSED_FEE_WAIVED = (
        "billing.missed_fee.waived",
        "{who} waived a fee for a missed appointment of client {label}[, {amount}][: {reason}].",
    )
    MISSED_POLICY_SET = (
        "billing.missed_policy.set",
        "{who} set what missed appointments cost[ from {starts_on}][, {hours} hours' notice].",
    )
    MISSED_POLICY_VIEWED = (
        "billing.missed_policy.viewed",
        "{who} looked at what missed appointments cost.",
    )
    SESSION_VIEWED = "billing.session.viewed", "{who} opened session {label}."
    SESSION_LISTED = (
        "billing.session.listed",
        "{who} looked at sessions[, {count} shown][, {kept_back} kept back].",
    )
    INVOICE_ISSUED = "billing.invoice.issued", "{who} issued invoice {label}[ over {total}]."
    BILLING_CYCLE_SET = (
        "billing.cycle.set",
        "{who} set how often is billed: {label}[, from {starts_on}].",
    )
    BILLING_CYCLE_VIEWED = "billing.cycle.viewed", "{who} looked at how often is billed."
    BILLING_PREVIEWED = (
        "billing.cycle.previewed",
        "{who} looked at what will be billed[, {count} clients shown].",
    )
    BILLING_RUN_ASKED = (
        "billing.cycle_run.asked",
        "{who} let the billing {label} run[, {count} clients].",
    )
    BILLING_RUN_FINISHED = (
        "billing.cycle_run.finished",
        "The billing {label} was over[: {invoiced} invoices][, {held_up} clients without one].",
    )
    BILLING_RUN_VIEWED = (
        "billing.cycle_run.viewed",
        "{who} looked at the billing {label}[, {count} clients shown].",
    )
    BILLING_RUN_LISTED = "billing.cycle_run.listed", "{who} looked at the runs of the billing."
    INVOICE_VIEWED = "billing.invoice.viewed", "{who} opened invoice {label}."
    INVOICE_LISTED = (
        "billing.invoice.listed",
        "{who} looked at invoices[, {count} shown][, {kept_back} kept back].",
    )
    STATEMENT_MADE = (
        "billing.statement.made",
        "{who} made the statement of client {label}[ from {since} to {until}][ over {total}].",
    )
    STATEMENT_VIEWED = (
        "billing.statement.viewed",
        "{who} looked at the account of client {label}[ from {since} to {until}].",
    )
    ESTIMATE_ISSUED = (
        "billing.estimate.issued",
        "{who} issued good faith estimate {label}[ over {total}][ in place of {replaced}].",
    )
    ESTIMATE_VIEWED = "billing.estimate.viewed", "{who} opened good faith estimate {label}."
    ESTIMATE_LISTED = (
        "billing.estimate.listed",
        "{who} looked at good faith estimates[, {count} shown].",
    )
    ESTIMATE_NOTED = (
        "billing.estimate.noted",
        "{who} noted of good faith estimate {label}[: {what}][, {way}][, on {happened_on}].",
    )
    ESTIMATE_ASKED = (
        "billing.estimate.asked",
        "{who} noted that client {label} asked for a good faith estimate[ on {asked_on}].",
    )
    ESTIMATE_EXCEEDED = (
        "billing.estimate.exceeded",
        "{who} issued invoice {label}[ {over} above estimate {estimate}][: {reason}].",
    )
    SUPERBILL_MADE = (
        "billing.superbill.made",
        "{who} made superbill {label}[ over {total}][ in place of {replaced}].",
    )
    SUPERBILL_VIEWED = "billing.superbill.viewed", "{who} opened superbill {label}."
    SUPERBILL_LISTED = "billing.superbill.listed", "{who} looked at superbills[, {count} shown]."
    SUPERBILL_GIVEN = (
        "billing.superbill.given",
        "{who} noted that superbill {label} was given[ to {recipient}][, {way}][, on {given_on}].",
    )
    SUPERBILL_RULE_SET = (
        "billing.superbill.rule_set",
        "{who} set which sessions may stand on superbills[: {rule}].",
    )
    PAYMENT_PLAN_AGREED = (
        "billing.payment_plan.agreed",
        "{who} agreed payment plan {label}[ over {total}][ in {installments} installments].",
    )
    PAYMENT_PLAN_TAKEN_BACK = (
        "billing.payment_plan.taken_back",
        "{who} took payment plan {label} back[: {reason}].",
    )
    PAYMENT_PLAN_VIEWED = "billing.payment_plan.viewed", "{who} opened payment plan {label}."
    PAYMENT_PLAN_LISTED = (
        "billing.payment_plan.listed",
        "{who} looked at payment plans[, {count} shown].",
    )
    INVOICE_VOIDED = (
        "billing.invoice.voided",
        "{who} voided invoice {label}[ over {total}][: {reason}][; {replacement} stands in its"
        " place].",
    )
    PACKAGE_OFFER_LISTED = (
        "billing.package_offer.listed",
        "{who} looked at the packages on offer[, {count} shown].",
    )
    PACKAGE_OFFER_ADDED = (
        "billing.package_offer.added",
        "{who} offered the package {label}[ of {count} sessions][ for {amount}].",
    )
    PACKAGE_OFFER_ENDED = (
        "billing.package_offer.ended",
        "{who} ended the offer {label}[ from {day} on].",
    )
    PACKAGE_LISTED = "billing.package.listed", "{who} looked at packages[, {count} shown]."
    PACKAGE_VIEWED = "billing.package.viewed", "{who} opened package {label}."
    PACKAGE_SOLD = (
        "billing.package.sold",
        "{who} sold package {label}[ for {amount}][ by invoice {invoice}].",
    )
    PACKAGE_REDEEMED = (
        "billing.package.redeemed",
        "{who} let package {label} pay a session[ of {amount}][ on invoice {invoice}].",
    )
    PACKAGE_GIVEN_BACK_TO = (
        "billing.package.redemption_taken_back",
        "{who} gave a session[ of {amount}] back to package {label}[: invoice {invoice} is void].",
    )
    PACKAGE_EXPIRED = (
        "billing.package.expired",
        "{who} let package {label} expire[ with {count} sessions unused][, {amount}].",
    )
    PACKAGE_REFUNDED = (
        "billing.package.refunded",
        "{who} ended package {label}[ with {count} sessions unused][: {amount} is credited].",
    )
    PACKAGE_GOES_ON = (
        "billing.package.goes_on",
        "{who} let package {label} go on[ with {amount}][: {reason}].",
    )
    DOCUMENT_RENDERED = "billing.document.rendered", "{who} made the document {label}."
    DOCUMENT_DOWNLOADED = "billing.document.downloaded", "{who} downloaded the document {label}."
    PAYMENT_RECORDED = (
        "billing.payment.recorded",
        "{who} recorded a payment[ of {amount}] on {label}.",
    )
    PAYMENT_VIEWED = "billing.payment.viewed", "{who} opened payment {label}."
    PAYMENT_LISTED = "billing.payment.listed", "{who} looked at payments[, {count} shown]."
    PAYMENT_APPLIED = (
        "billing.payment.applied",
        "{who} applied a payment[ of {amount}] to invoice {label}.",
    )
    PAYMENT_UNAPPLIED = (
        "billing.payment.unapplied",
        "{who} took a payment[ of {amount}] off invoice {label}[: {reason}].",
    )
    PAYMENT_TAKEN_BACK = (
        "billing.payment.taken_back",
        "{who} took payment {label}[ of {amount}] back[: {reason}][; {replacement} stands in its"
        " place].",
    )
    CHECK_SENT_BACK = (
        "billing.payment.sent_back",
        "{who} recorded that the bank sent check {label}[ of {amount}] back[: {reason}].",
    )
    CREDIT_MOVED = (
        "billing.credit.moved",
        "{who} gave credit of payment {label}[, {amount},] to another account[: {reason}].",
    )
    CREDIT_ARRIVED = (
        "billing.credit.arrived",
        "{who} took credit from another account in as {label}[, {amount}][: {reason}].",
    )
    CREDIT_CAME_BACK = (
        "billing.credit.came_back",
        "{who} took credit back to payment {label}[, {amount}].",
    )
    CREDIT_WENT_BACK = (
        "billing.credit.went_back",
        "{who} gave credit of {label} back to the other account[, {amount}].",
    )
    WRITTEN_OFF = (
        "billing.write_off.recorded",
        "{who} recorded write-off {label}[ of invoice {invoice}][, {amount}][: {kind}].",
    )
    WRITE_OFF_TAKEN_BACK = (
        "billing.write_off.taken_back",
        "{who} took write-off {label} back[, {amount}][: {reason}].",
    )
    SMALL_BALANCE_LISTED = (
        "billing.small_balance.listed",
        "{who} looked at small balances[, {count} shown].",
    )
    REFUNDED = (
        "billing.refund.recorded",
        "{who} recorded refund {label}[ of receipt {receipt}][, {amount}][: {reason}].",
    )
    REFUND_TAKEN_BACK = (
        "billing.refund.taken_back",
        "{who} took refund {label} back[, {amount}][: {reason}].",
    )
    DRAWER_VIEWED = "billing.drawer.viewed", "{who} looked at the drawer."
    DRAWER_COUNTED = (
        "billing.drawer.counted",
        "{who} counted the drawer of {label}[, {difference} over or short][: {reason}].",
    )
    DEPOSIT_MADE = "billing.deposit.made", "{who} recorded deposit {label}[ of {amount}]."
    DEPOSIT_TAKEN_BACK = (
        "billing.deposit.taken_back",
        "{who} took deposit {label} back[, {amount}][: {reason}].",
    )
    CREDIT_LISTED = (
        "billing.credit.listed",
        "{who} looked at credit that pays nothing yet[, {count} shown].",
    )
    LETTER_WRITTEN = (
        "billing.letter.written",
        "{who} wrote to {label}[: {kind}].",
    )
    LETTER_CAME_BACK = "billing.letter.came_back", "{who} noted that a letter to {label} came back."
    LETTER_LISTED = "billing.letter.listed", "{who} looked at letters to clients[, {count} shown]."
    LETTER_WORDING_SET = (
        "billing.letter_wording.set",
        "{who} worded letters of the kind {label}[, version {version}].",
    )
    LETTER_WORDING_VIEWED = (
        "billing.letter_wording.viewed",
        "{who} looked at the words of letters to clients.",
    )
    LETTER_HOLD_SET = (
        "billing.letter_hold.set",
        "{who} held statements and reminders to {label} back[: {reason}][, until {until}].",
    )
    LETTER_HOLD_ENDED = (
        "billing.letter_hold.ended",
        "{who} let statements and reminders go to {label} again.",
    )
    REMINDER_LISTED = (
        "billing.reminder.listed",
        "{who} looked at who is to be reminded[, {count} shown].",
    )
    REMINDER_POLICY_SET = (
        "billing.reminder_policy.set",
        "{who} set when reminders go[, in {steps} steps].",
    )
    REMINDER_POLICY_VIEWED = (
        "billing.reminder_policy.viewed",
        "{who} looked at when reminders go.",
    )
    STATEMENT_RUN_LISTED = (
        "billing.statement_run.listed",
        "{who} looked at runs of statements[, {count} clients shown].",
    )
    STATEMENT_RUN_DRAWN_UP = (
        "billing.statement_run.drawn_up",
        "{who} drew up {label}[ for {count} clients].",
    )
    STATEMENT_RUN_CHOSEN = (
        "billing.statement_run.chosen",
        "{who} chose who gets {label}[; {count} are left out].",
    )
    STATEMENT_RUN_STARTED = (
        "billing.statement_run.started",
        "{who} had {label} made[ for {count} clients].",
    )
    STATEMENT_RUN_DROPPED = "billing.statement_run.dropped", "{who} dropped {label}."
    STATEMENT_RUN_FAILED = (
        "billing.statement_run.failed",
        "One of {label} could not be made[ in {tries} tries].",
    )
    STATEMENT_RUN_PRINTED = (
        "billing.statement_run.printed",
        "{who} took {label} away to print[, {count} of them].",
    )
    VENDOR_ADDED = "billing.vendor.added", "{who} added vendor {label}."
    VENDOR_RENAMED = "billing.vendor.renamed", "{who} renamed vendor {label}."
    VENDOR_RETIRED = "billing.vendor.retired", "{who} retired vendor {label}."
    VENDOR_BROUGHT_BACK = "billing.vendor.brought_back", "{who} brought vendor {label} back."
    VENDOR_LISTED = "billing.vendor.listed", "{who} looked at the vendors[, {count} shown]."
    BILL_ENTERED = "billing.bill.entered", "{who} entered bill {label}[ over {total}]."
    BILL_TAKEN_BACK = "billing.bill.taken_back", "{who} took bill {label} back[: {reason}]."
    BILL_VIEWED = "billing.bill.viewed", "{who} opened bill {label}."
    BILL_LISTED = "billing.bill.listed", "{who} looked at bills[, {count} shown]."
    BILL_PAID = (
        "billing.bill_payment.recorded",
        "{who} recorded payment {label}[ of bill {bill}][, {amount}].",
    )
    BILL_PAYMENT_TAKEN_BACK = (
        "billing.bill_payment.taken_back",
        "{who} took payment {label} back[, {amount}][: {reason}].",
    )
    BILL_FILE_ADDED = "billing.bill_file.added", "{who} added {label}[ to bill {bill}]."
    BILL_FILE_DOWNLOADED = (
        "billing.bill_file.downloaded",
        "{who} downloaded {label}[ of bill {bill}].",
    )
    RECURRING_BILL_SET_UP = "billing.recurring_bill.set_up", "{who} set up {label}[ of {amount}]."
    RECURRING_BILL_PAUSED = "billing.recurring_bill.paused", "{who} paused {label}."
    RECURRING_BILL_RESUMED = "billing.recurring_bill.resumed", "{who} let {label} go on."
    RECURRING_BILL_ENDED = "billing.recurring_bill.ended", "{who} ended {label}."
    RECURRING_BILL_LISTED = (
        "billing.recurring_bill.listed",
        "{who} looked at recurring bills[, {count} shown].",
    )
    BANK_FILE_UPLOADED = "billing.bank_file.uploaded", "{who} chose a file of bank lines, {label}."
    BANK_FILE_CHECKED = (
        "billing.bank_file.checked",
        "{who} looked through {label}[, {count} lines].",
    )
    BANK_FILE_TAKEN_IN = (
        "billing.bank_file.taken_in",
        "{who} took in {label}[: {added} new lines][, {known} here already].",
    )
    BANK_FILE_DISCARDED = "billing.bank_file.discarded", "{who} threw {label} away."
    BANK_LINE_LISTED = "billing.bank_line.listed", "{who} looked at bank lines[, {count} shown]."
    BANK_LINE_MATCHED = (
        "billing.bank_line.matched",
        "{who} matched {label}[ of {amount}] with the books.",
    )
    BANK_LINE_UNMATCHED = (
        "billing.bank_line.unmatched",
        "{who} undid the match of {label}[ of {amount}].",
    )
    CHECKOUT_STARTED = (
        "billing.checkout.started",
        "{who} started a card payment[ of {amount}] for {label}.",
    )
    PAY_LINK_MADE = "billing.pay_link.made", "{who} made a pay link for {label}[, {way}]."
    PAY_LINK_LISTED = (
        "billing.pay_link.listed",
        "{who} looked at the pay links of {label}[, {count} shown].",
    )
    PAY_LINK_WITHDRAWN = "billing.pay_link.withdrawn", "{who} withdrew a pay link of {label}."
    LINKS_WANTED = "billing.pay_link.wanted", "{who} noted that {label} wants links to pay again."
    LINKS_NOT_WANTED = (
        "billing.pay_link.not_wanted",
        "{who} noted that {label} wants no links to pay.",
    )
    PAY_LINK_OPENED = "billing.pay_link.opened", "{who} opened the account of {label}."
    PAY_LINK_REFUSED = (
        "billing.pay_link.refused",
        "{who} gave a wrong answer for {label}[, {left} tries left].",
    )
    QUESTION_ASKED = (
        "billing.invoice_question.asked",
        "{who} said that something of {label} is not right[: {kind}].",
    )
    QUESTION_LISTED = (
        "billing.invoice_question.listed",
        "{who} looked at questions of clients[, {count} shown].",
    )
    QUESTION_VIEWED = (
        "billing.invoice_question.viewed",
        "{who} opened a question about {label}.",
    )
    QUESTION_ANSWERED = (
        "billing.invoice_question.answered",
        "{who} answered a question about {label}[: {outcome}].",
    )
    PAY_ACCOUNT_VIEWED = "billing.pay_account.viewed", "{who} looked at the account of {label}."
    CARD_PAYMENT_POSTED = (
        "billing.card_payment.posted",
        "{who} posted a card payment[ of {amount}] on {label}.",
    )
    CARD_ACCOUNT_CONNECTED = (
        "billing.card_account.connected",
        "{who} connected the practice's card account.",
    )
    WEBHOOK_ENDPOINT_CREATED = (
        "billing.webhook_endpoint.created",
        "{who} set up the address at which the card company reports.",
    )
    WEBHOOK_RECEIVED = "billing.webhook.received", "The card company reported {label}[: {kind}]."
    WEBHOOK_REFUSED = "billing.webhook.refused", "A card company's report was refused[: {reason}]."
    WEBHOOK_PROCESSED = (
        "billing.webhook.processed",
        "{who} worked through report {label}[: {kind}].",
    )
