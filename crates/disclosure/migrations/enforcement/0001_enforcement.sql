-- Decisions that were public and are revoked, changed or found unlawful, until the record is taken away (行政处罚法 Art. 48), and
-- what the platform of the province sent back. Moments are UTC text, days YYYY-MM-DD, empty text means "none".

-- That a decision was revoked, from the day on which somebody enters it.
CREATE TABLE enforcement_revocation (
    id         TEXT NOT NULL PRIMARY KEY,
    record     TEXT NOT NULL CHECK (record <> ''),
    item       TEXT NOT NULL CHECK (item <> ''),
    organ      TEXT NOT NULL CHECK (organ <> ''),    -- whose record it is
    what       TEXT NOT NULL CHECK (what IN ('revoked', 'changed', 'unlawful', 'void')),
    words      TEXT NOT NULL CHECK (words <> ''),    -- for readers once it is taken away, without the data
    decided_on TEXT NOT NULL CHECK (decided_on <> ''),
    due_on     TEXT NOT NULL,                        -- last day for taking it away; empty = could not be counted
    state      TEXT NOT NULL CHECK (state IN ('open', 'done', 'dropped')),
    at         TEXT NOT NULL CHECK (at <> ''),
    by_account TEXT NOT NULL,
    by_name    TEXT NOT NULL,
    ended_at   TEXT NOT NULL,
    ended_name TEXT NOT NULL,
    ended_why  TEXT NOT NULL                         -- why it was entered wrong
) {{without_rowid}};
-- A record waits once.
CREATE UNIQUE INDEX enforcement_revocation_open ON enforcement_revocation (record) WHERE state = 'open';
CREATE INDEX enforcement_revocation_due ON enforcement_revocation (state, due_on, id);
CREATE INDEX enforcement_revocation_newest ON enforcement_revocation (at, id);

-- Rows that the platform of the province did not take, as its file says it.
CREATE TABLE enforcement_return (
    id         TEXT NOT NULL PRIMARY KEY,
    item       TEXT NOT NULL CHECK (item <> ''),
    organ      TEXT NOT NULL CHECK (organ <> ''),
    record     TEXT NOT NULL,                        -- the record with that number; empty = none is public
    number     TEXT NOT NULL CHECK (number <> ''),   -- 决定书文号
    reason     TEXT NOT NULL,                        -- in the words of the platform
    state      TEXT NOT NULL CHECK (state IN ('open', 'done')),
    at         TEXT NOT NULL CHECK (at <> ''),
    by_account TEXT NOT NULL,
    by_name    TEXT NOT NULL,
    ended_at   TEXT NOT NULL,
    ended_name TEXT NOT NULL,
    UNIQUE (item, organ, number, reason)
) {{without_rowid}};
CREATE INDEX enforcement_return_newest ON enforcement_return (state, at, id);
