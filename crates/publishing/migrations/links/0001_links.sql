-- Addresses of other sites to which texts link, with what came of asking for them. Made from the texts: it may be emptied.
CREATE TABLE outside_link (
    id         TEXT NOT NULL PRIMARY KEY,
    address    TEXT NOT NULL UNIQUE CHECK (address <> ''), -- as the text has it, without what stands behind #
    found_at   TEXT NOT NULL,         -- UTC, when a text had it first
    due_at     TEXT NOT NULL,         -- UTC, not asked for before
    checked_at TEXT NOT NULL,         -- UTC, when it was asked for last; empty = not yet
    outcome    TEXT NOT NULL CHECK (outcome IN ('', 'opened', 'gone', 'answered', 'unreachable', 'inside', 'left')),
    detail     TEXT NOT NULL,         -- the reason in words; empty where it opened
    failed     BIGINT NOT NULL CHECK (failed >= 0), -- times in a row that it did not open
    since      TEXT NOT NULL          -- UTC, the first of these; empty = it opens
);
CREATE INDEX outside_link_due ON outside_link (due_at);
CREATE INDEX outside_link_checked ON outside_link (checked_at);

-- Which edition links to it, as far as it is public or somebody works on it.
CREATE TABLE outside_link_use (
    id      TEXT NOT NULL PRIMARY KEY,
    link    TEXT NOT NULL REFERENCES outside_link (id) ON DELETE CASCADE,
    edition TEXT NOT NULL REFERENCES edition (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX outside_link_use_edition ON outside_link_use (edition, link);
CREATE INDEX outside_link_use_link ON outside_link_use (link);

-- Editions of which the links have been read, with the version that was read.
CREATE TABLE outside_link_read (
    edition TEXT NOT NULL PRIMARY KEY REFERENCES edition (id) ON DELETE CASCADE,
    version BIGINT NOT NULL
);
