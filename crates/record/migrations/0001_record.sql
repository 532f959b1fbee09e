-- Records of the items of the catalogue: batches as they were entered, rows with all their versions, what of them is never
-- public, what was withdrawn, what a person must settle. Portable between SQLite and PostgreSQL; moments are UTC text of fixed
-- width, days YYYY-MM-DD, empty text means "none". NULL stands in slots that an item does not use, and nowhere else.

-- What was entered together: by a form, a sheet, a program. It is what is reviewed.
CREATE TABLE record_batch (
    id          TEXT NOT NULL PRIMARY KEY,
    item        TEXT NOT NULL CHECK (item <> ''),   -- key of the item
    item_version BIGINT NOT NULL CHECK (item_version > 0), -- by which it was read
    organ       TEXT NOT NULL CHECK (organ <> ''),  -- whose information it is
    way         TEXT NOT NULL CHECK (way IN ('form', 'sheet', 'api')),
    what        TEXT NOT NULL CHECK (what IN ('new', 'correction', 'redaction', 'backfill')),
    state       TEXT NOT NULL CHECK (state IN ('loading', 'draft', 'in_review', 'returned', 'publishing', 'public', 'dropped')),
    title       TEXT NOT NULL,                      -- for work lists
    note        TEXT NOT NULL,                      -- why it corrects, where a backfill comes from
    digest      TEXT NOT NULL,                      -- SHA-256 of what was given; empty = a form
    rows_digest TEXT NOT NULL,                      -- SHA-256 over the digests of its rows
    total       BIGINT NOT NULL CHECK (total >= 0), -- rows that go out with it
    doubtful    BIGINT NOT NULL CHECK (doubtful >= 0), -- rows that wait for a person and do not
    author      TEXT NOT NULL,                      -- account; empty = the program
    author_name TEXT NOT NULL,
    created_at  TEXT NOT NULL CHECK (created_at <> ''),
    loader      TEXT NOT NULL,                      -- who loads it now; empty = it is whole
    beat_at     TEXT NOT NULL,                      -- when that one last said so
    submitted_at TEXT NOT NULL,
    public_at   TEXT NOT NULL,
    version     BIGINT NOT NULL CHECK (version > 0) -- one more with each change
) {{without_rowid}};
-- The same file for the same organ is one batch, however often and by how many it is brought.
CREATE UNIQUE INDEX record_batch_once ON record_batch (item, organ, digest) WHERE digest <> '' AND state <> 'dropped';
CREATE INDEX record_batch_newest ON record_batch (created_at, id);
CREATE INDEX record_batch_of_organ ON record_batch (organ, created_at, id);
CREATE INDEX record_batch_of_item ON record_batch (item, created_at, id);
CREATE INDEX record_batch_open ON record_batch (organ, created_at) WHERE state IN ('draft', 'returned', 'in_review');
CREATE INDEX record_batch_unfinished ON record_batch (state, id) WHERE state IN ('loading', 'publishing');
-- What waits of some organs, with what is just being made public: written as the question writes it.
CREATE INDEX record_batch_waiting ON record_batch (what, state, id) WHERE state IN ('draft', 'in_review', 'returned', 'publishing');

-- Everybody who entered or changed something in a batch: none of them passes its gates.
CREATE TABLE record_author (
    batch   TEXT NOT NULL REFERENCES record_batch (id),
    account TEXT NOT NULL CHECK (account <> ''),
    PRIMARY KEY (batch, account)
) {{without_rowid}};

-- The file from which a batch was read, sealed: it may hold what is never public.
CREATE TABLE record_source (
    batch  TEXT NOT NULL PRIMARY KEY REFERENCES record_batch (id),
    digest TEXT NOT NULL REFERENCES file (digest),  -- of the sealed bytes
    name   TEXT NOT NULL,
    sheet  TEXT NOT NULL                            -- the table that was read
) {{without_rowid}};
CREATE INDEX record_source_by_digest ON record_source (digest);

-- One version of one record. `data` holds nothing but what may be public, masked where the item says so.
CREATE TABLE record (
    id          TEXT NOT NULL PRIMARY KEY,          -- of the version
    record      TEXT NOT NULL CHECK (record <> ''), -- of the record, the same in all versions
    version     BIGINT NOT NULL CHECK (version > 0),
    item        TEXT NOT NULL CHECK (item <> ''),
    item_version BIGINT NOT NULL CHECK (item_version > 0),
    batch       TEXT NOT NULL REFERENCES record_batch (id),
    number      BIGINT NOT NULL CHECK (number >= 0), -- row of the sheet as it shows it; running number otherwise
    organ       TEXT NOT NULL CHECK (organ <> ''),
    state       TEXT NOT NULL CHECK (state IN ('draft', 'doubtful', 'public', 'closed', 'superseded', 'withdrawn', 'expired')),
    closed      BIGINT NOT NULL CHECK (closed IN (0, 1)), -- about a minor: never public
    replaces    TEXT NOT NULL,                      -- id of the version that it corrects; empty = none
    keyed       TEXT NOT NULL,                      -- SHA-256 of its keys; empty = the item has none
    twin        TEXT NOT NULL,                      -- its record where others may have its keys, too; empty = they name it alone
    period      TEXT NOT NULL,                      -- 2026, 2026-H1, 2026-Q2, 2026-03; empty = standing
    sort_on     TEXT NOT NULL,                      -- the day by which lists sort, the newest first
    keep_until  TEXT NOT NULL,                      -- last day on which it may be public; empty = for ever
    public_on   TEXT NOT NULL,                      -- the day on which this version became public; empty = not yet
    public_at   TEXT NOT NULL,
    ended_at    TEXT NOT NULL,                      -- when it was superseded, withdrawn or expired
    data        TEXT NOT NULL,                      -- JSON: texts by the keys of columns
    doubt       TEXT NOT NULL,                      -- JSON: where a field is from and how sure it is; empty = from the organ itself
    digest      TEXT NOT NULL,                      -- SHA-256 of what is settled when it is written, and what is sealed beside
    t1 TEXT, t2 TEXT, t3 TEXT, t4 TEXT, t5 TEXT, t6 TEXT, t7 TEXT, t8 TEXT,         -- folded text
    n1 BIGINT, n2 BIGINT, n3 BIGINT, n4 BIGINT, n5 BIGINT, n6 BIGINT, n7 BIGINT, n8 BIGINT, -- figures × 1,000,000
    d1 TEXT, d2 TEXT, d3 TEXT, d4 TEXT,             -- days
    p1 TEXT, p2 TEXT, p3 TEXT,                      -- county, township, village
    UNIQUE (record, version)
);
CREATE UNIQUE INDEX record_current ON record (record) WHERE state = 'public';
-- Keys name one record among those of an organ: another organ has its own 2026, its own project of the same name.
CREATE UNIQUE INDEX record_keyed ON record (item, keyed, organ, twin) WHERE state = 'public' AND keyed <> '';
CREATE INDEX record_of_batch ON record (batch, state, number, id);
CREATE INDEX record_newest ON record (item, sort_on, id) WHERE state = 'public';
-- What the office lists in every other state: a question says «state <> 'public'» besides, by which the index is found.
CREATE INDEX record_not_public ON record (item, state, sort_on, id) WHERE state <> 'public';
CREATE INDEX record_since ON record (item, public_on, id) WHERE state = 'public';
CREATE INDEX record_of_organ ON record (item, organ, sort_on, id) WHERE state = 'public';
CREATE INDEX record_of_period ON record (item, period, sort_on, id) WHERE state = 'public';
CREATE INDEX record_published ON record (item, public_at, id) WHERE state = 'public';
CREATE INDEX record_kept ON record (keep_until, id) WHERE state = 'public' AND keep_until <> '';
CREATE INDEX record_kept_away ON record (keep_until, id) WHERE state = 'withdrawn' AND keep_until <> '';
CREATE INDEX record_kept_closed ON record (keep_until, id) WHERE state = 'closed' AND keep_until <> '';
CREATE INDEX record_t1 ON record (item, t1, sort_on, id) WHERE state = 'public' AND t1 IS NOT NULL;
CREATE INDEX record_t2 ON record (item, t2, sort_on, id) WHERE state = 'public' AND t2 IS NOT NULL;
CREATE INDEX record_t3 ON record (item, t3, sort_on, id) WHERE state = 'public' AND t3 IS NOT NULL;
CREATE INDEX record_t4 ON record (item, t4, sort_on, id) WHERE state = 'public' AND t4 IS NOT NULL;
CREATE INDEX record_t5 ON record (item, t5, sort_on, id) WHERE state = 'public' AND t5 IS NOT NULL;
CREATE INDEX record_t6 ON record (item, t6, sort_on, id) WHERE state = 'public' AND t6 IS NOT NULL;
CREATE INDEX record_t7 ON record (item, t7, sort_on, id) WHERE state = 'public' AND t7 IS NOT NULL;
CREATE INDEX record_t8 ON record (item, t8, sort_on, id) WHERE state = 'public' AND t8 IS NOT NULL;
CREATE INDEX record_n1 ON record (item, n1, id) WHERE state = 'public' AND n1 IS NOT NULL;
CREATE INDEX record_n2 ON record (item, n2, id) WHERE state = 'public' AND n2 IS NOT NULL;
CREATE INDEX record_n3 ON record (item, n3, id) WHERE state = 'public' AND n3 IS NOT NULL;
CREATE INDEX record_n4 ON record (item, n4, id) WHERE state = 'public' AND n4 IS NOT NULL;
CREATE INDEX record_n5 ON record (item, n5, id) WHERE state = 'public' AND n5 IS NOT NULL;
CREATE INDEX record_n6 ON record (item, n6, id) WHERE state = 'public' AND n6 IS NOT NULL;
CREATE INDEX record_n7 ON record (item, n7, id) WHERE state = 'public' AND n7 IS NOT NULL;
CREATE INDEX record_n8 ON record (item, n8, id) WHERE state = 'public' AND n8 IS NOT NULL;
CREATE INDEX record_d1 ON record (item, d1, id) WHERE state = 'public' AND d1 IS NOT NULL;
CREATE INDEX record_d2 ON record (item, d2, id) WHERE state = 'public' AND d2 IS NOT NULL;
CREATE INDEX record_d3 ON record (item, d3, id) WHERE state = 'public' AND d3 IS NOT NULL;
CREATE INDEX record_d4 ON record (item, d4, id) WHERE state = 'public' AND d4 IS NOT NULL;
CREATE INDEX record_p1 ON record (item, p1, sort_on, id) WHERE state = 'public' AND p1 IS NOT NULL;
CREATE INDEX record_p2 ON record (item, p2, sort_on, id) WHERE state = 'public' AND p2 IS NOT NULL;
CREATE INDEX record_p3 ON record (item, p3, sort_on, id) WHERE state = 'public' AND p3 IS NOT NULL;

-- What of a version is never public, and what stands behind its masks, sealed. No query of the portal reads it.
CREATE TABLE record_private (
    id     TEXT NOT NULL PRIMARY KEY REFERENCES record (id),
    columns TEXT NOT NULL,                          -- keys of columns, each between commas: ,person,phone,
    sealed TEXT NOT NULL
) {{without_rowid}};

-- How many public records there are, kept with every write that changes it: what coverage asks.
CREATE TABLE record_count (
    item    TEXT NOT NULL,
    organ   TEXT NOT NULL,
    period  TEXT NOT NULL,
    records BIGINT NOT NULL CHECK (records >= 0),
    last_on TEXT NOT NULL,                          -- day of the newest publication
    expired BIGINT NOT NULL CHECK (expired >= 0),   -- records that were public until their time was over, and are erased
    PRIMARY KEY (item, organ, period)
) {{without_rowid}};

-- What was taken away: what and why, without the data. Public.
CREATE TABLE record_withdrawal (
    id          TEXT NOT NULL PRIMARY KEY,
    record      TEXT NOT NULL CHECK (record <> ''),
    item        TEXT NOT NULL CHECK (item <> ''),
    organ       TEXT NOT NULL CHECK (organ <> ''),
    reason      TEXT NOT NULL CHECK (reason IN ('revoked', 'repaired', 'wrong', 'lawful', 'asked')),
    words       TEXT NOT NULL,                      -- for readers, without the data
    decided_on  TEXT NOT NULL,                      -- the day of what leads to it; empty = none
    due_on      TEXT NOT NULL,                      -- by when it had to be done; empty = no term
    public_on   TEXT NOT NULL,                      -- since when it had been public
    at          TEXT NOT NULL CHECK (at <> ''),
    by_account  TEXT NOT NULL,
    by_name     TEXT NOT NULL,
    restored_at TEXT NOT NULL,                      -- when it came back, if it did
    back_account TEXT NOT NULL,                     -- who asked for it to come back, which another person decides; empty = nobody
    back_name   TEXT NOT NULL,
    back_reason TEXT NOT NULL,
    back_at     TEXT NOT NULL
) {{without_rowid}};
CREATE INDEX record_withdrawal_newest ON record_withdrawal (item, at, id);
CREATE INDEX record_withdrawal_of_record ON record_withdrawal (record, at);

-- Rows that a person must settle before they go on: what a backfill is not sure of.
CREATE TABLE record_doubt (
    id         TEXT NOT NULL PRIMARY KEY REFERENCES record (id),
    item       TEXT NOT NULL,
    organ      TEXT NOT NULL,
    confidence BIGINT NOT NULL CHECK (confidence BETWEEN 0 AND 100), -- the least of its fields
    reasons    TEXT NOT NULL,                       -- JSON: what is doubtful, by column
    at         TEXT NOT NULL CHECK (at <> '')
) {{without_rowid}};
CREATE INDEX record_doubt_of_organ ON record_doubt (organ, item, id);
CREATE INDEX record_doubt_of_item ON record_doubt (item, id);

-- What the heads of an organ's sheets stand for, once somebody has said so.
CREATE TABLE record_mapping (
    item    TEXT NOT NULL,
    organ   TEXT NOT NULL,
    heads   TEXT NOT NULL,                          -- SHA-256 of the heads of the table
    mapping TEXT NOT NULL,                          -- JSON, by head
    at      TEXT NOT NULL,
    PRIMARY KEY (item, organ, heads)
) {{without_rowid}};

-- Sheets that are read in the background, with what came of it.
CREATE TABLE record_import (
    id      TEXT NOT NULL PRIMARY KEY,
    item    TEXT NOT NULL CHECK (item <> ''),
    organ   TEXT NOT NULL CHECK (organ <> ''),
    file    TEXT NOT NULL REFERENCES file (digest), -- sealed
    name    TEXT NOT NULL,
    options TEXT NOT NULL,                          -- JSON
    state   TEXT NOT NULL CHECK (state IN ('waiting', 'told', 'stored', 'refused', 'stopped')),
    told    TEXT NOT NULL,                          -- JSON; empty = not read yet
    batch   TEXT NOT NULL,                          -- what it became; empty = nothing
    author  TEXT NOT NULL,                          -- JSON: who acts
    at      TEXT NOT NULL CHECK (at <> ''),
    version BIGINT NOT NULL CHECK (version > 0)
) {{without_rowid}};
CREATE INDEX record_import_newest ON record_import (organ, at, id);
CREATE INDEX record_import_by_file ON record_import (file);

-- Keys by which programs send the same once.
CREATE TABLE record_once (
    organ  TEXT NOT NULL,
    name   TEXT NOT NULL CHECK (name <> ''),        -- the key as it was sent
    digest TEXT NOT NULL,                           -- of what was sent with it
    batch  TEXT NOT NULL REFERENCES record_batch (id),
    at     TEXT NOT NULL,
    PRIMARY KEY (organ, name)
) {{without_rowid}};

-- By which versions of an item its records may lie in their slots, while a change of it is carried through in them; one line where
-- that is done. No line: by the version in force. Readers are not answered out of a slot in which something else may lie.
CREATE TABLE record_laid (
    item    TEXT NOT NULL CHECK (item <> ''),
    version BIGINT NOT NULL CHECK (version > 0),
    layout  TEXT NOT NULL,                          -- JSON: the slots of its columns, and the column of its order
    PRIMARY KEY (item, version)
) {{without_rowid}};
