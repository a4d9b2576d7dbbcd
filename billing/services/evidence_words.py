"""What an evidence pack says of itself, in plain words."""

README = """\
EVIDENCE PACK

Practice  {practice}
Export    {export}
Made at   {made_at}
Events    {events}

Everything here can be checked on a machine of your own, without a network and without us. You
need Python 3.11 or later; nothing is installed. Clients stand in these files by code and people
of the practice by id; no name, birth date, contact or diagnosis is in them.


FIRST: TWO THINGS FROM ANOTHER SOURCE

A pack cannot prove its own verifier, nor its own keys: whoever could forge the log could put others
in beside it. So take from another source, and compare with what lies here:

   verifier.py            the published source of this version of Quietledger, audit/verifier.py
   checkpoints/keys.json  its SHA-256 as you or the practice noted it earlier, at a first visit

       sha256sum verifier.py checkpoints/keys.json

A new key changes the SHA-256 of keys.json: it stands beside the earlier ones, and those stay.
If no source but this pack is at hand, then what follows shows that the pack agrees with itself.


1. NOTHING WAS CHANGED SINCE IT WAS PACKED

   In this folder:

       sha256sum -c SHA256SUMS

   Each line says OK, or names a file that was changed. On a Mac: shasum -a 256 -c SHA256SUMS.
   The digest of the whole zip stands on the page of evidence packs and in the practice's log.


2. THE LOG IS WHOLE

       python3 -I verifier.py log.jsonl checkpoints --practice {practice}

   It says that the log is whole, or names the first event that was changed, removed, added or
   moved. With --all it checks every signature instead of the newest. verifier.py is short and
   uses nothing but Python's own library: read it first, where it is published.

   checkpoints/ is a copy of what is signed once a minute and kept outside the database. The
   verifier takes the keys as they stand in keys.json: compare them first, as said above. If
   there is no file {practice}.jsonl beside it, nothing was signed outside yet.


3. WHO MAY DO WHAT

   access/roles.csv     every right, and which role holds it; limits at the end
   access/grants.csv    who held which role from when to when, by the ids that the log says
   policies.json        the rules for passwords, time limits and networks that are in force


4. THE BOOKS

   reports/parameters.json   what each report was asked, its SHA-256, and whether it ties out
   reports/*.csv             the reports; the last column of each row is the export above
   reports/ledger-totals.csv each account's postings, added up one by one

   Debits equal credits in ledger-totals.csv. Each account's debits less its credits are its
   balance in trial-balance.csv. The receivables by age add up to the client receivable there.


5. WHAT WAS CHECKED WHEN THIS WAS MADE

   checks.json says what verify_audit and verify_ledger found at that moment: null is nothing.
   They look at more than these files can show: every event against its commitments, every entry
   of the books against what it comes from and against the log.
"""
