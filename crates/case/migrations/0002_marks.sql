-- By what the applicant of a case is known again in another one, without opening either: digests of number, telephone, mail
-- address, or name with address (条例 Art. 35: number and frequency of one person's requests). HMAC-SHA-256 under a key that is derived
-- from the installation's key, which lies in a file and not here. They go when the case's person is erased, and stand in no
-- page, list, export, event or interface.
CREATE TABLE case_mark (
    case_id TEXT NOT NULL REFERENCES case_entry (id),
    what    TEXT NOT NULL CHECK (what IN ('none', 'proof', 'code', 'organisation', 'phone', 'email', 'address')),
    mark    TEXT NOT NULL,                          -- hex; empty of 'none': looked at, and nothing to know the person by
    PRIMARY KEY (case_id, what, mark),
    CHECK ((mark = '') = (what = 'none'))
) {{without_rowid}};
CREATE INDEX case_mark_same ON case_mark (mark, case_id);
