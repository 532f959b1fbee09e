-- By what the applicant of a case is known again in another one, without opening either (条例 Art. 35: number and frequency of
-- one person's requests): digests of the number that says who it is (proof, code), of what may say so beside the same name
-- (organisation, phone, email, address), and of telephone and mailbox alone (line, mailbox), which people share. HMAC-SHA-256
-- under a key that is derived from the installation's key, which lies in a file and not here. They go when the case's person is
-- erased, and stand in no page, list, export, event or interface.
CREATE TABLE case_mark (
    case_id TEXT NOT NULL REFERENCES case_entry (id),
    what    TEXT NOT NULL CHECK (what IN ('none', 'proof', 'code', 'organisation', 'phone', 'email', 'address',
        'line', 'mailbox')),
    mark    TEXT NOT NULL,                          -- hex; empty of 'none': looked at, and nothing to know the person by
    PRIMARY KEY (case_id, what, mark),
    CHECK ((mark = '') = (what = 'none'))
) {{without_rowid}};
CREATE INDEX case_mark_same ON case_mark (mark, case_id);
