-- Old registers of requests for information that come in as tables, and which of their numbers are taken over.
-- Portable between SQLite and PostgreSQL; moments are UTC text of fixed width, empty text means "none".

-- A table that was uploaded. Its rows name persons and lie sealed by the installation's key until they are taken over or thrown away.
CREATE TABLE foi_import (
    id         TEXT NOT NULL PRIMARY KEY,
    organ      TEXT NOT NULL CHECK (organ <> ''),   -- code of the organ whose register it is
    account    TEXT NOT NULL CHECK (account <> ''), -- who uploaded it and alone sees its rows
    state      TEXT NOT NULL CHECK (state IN ('checking', 'taking', 'done', 'dropped')),
    sealed     TEXT NOT NULL,                       -- name of the file and its rows; empty once it is through or thrown away
    wanted     BIGINT NOT NULL CHECK (wanted >= 0), -- rows that are being taken over
    taken      BIGINT NOT NULL CHECK (taken >= 0),  -- of these, so many are in the register
    trouble    TEXT NOT NULL,                       -- why taking over stopped, in words; empty = it did not
    created_at TEXT NOT NULL CHECK (created_at <> ''),
    changed_at TEXT NOT NULL CHECK (changed_at <> ''),
    CHECK ((sealed = '') = (state IN ('done', 'dropped')))
) {{without_rowid}};
CREATE INDEX foi_import_of_account ON foi_import (account, created_at);

-- The numbers of old registers that are in the register of the platform: none is taken over twice.
CREATE TABLE foi_import_number (
    organ   TEXT NOT NULL CHECK (organ <> ''),
    number  TEXT NOT NULL CHECK (number <> ''),     -- as the old register has it, without blanks and with one form of brackets
    case_id TEXT NOT NULL REFERENCES case_entry (id),
    PRIMARY KEY (organ, number)
) {{without_rowid}};
CREATE INDEX foi_import_number_by_case ON foi_import_number (case_id);
