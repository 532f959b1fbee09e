-- What the county sets for the checks (检查规则): words that it keeps, weights of rules; and by what each text was looked through.

-- The county's settings as one, with the number of their state: what was found by another is looked for anew.
CREATE TABLE check_book (
    id           TEXT PRIMARY KEY NOT NULL,
    version      BIGINT NOT NULL,        -- raised by every change
    changed_name TEXT NOT NULL,          -- name of who changed it last
    changed_at   TEXT NOT NULL
);

-- An entry of the list of words (词表).
CREATE TABLE check_term (
    id         TEXT PRIMARY KEY NOT NULL,
    book       TEXT NOT NULL REFERENCES check_book (id) ON DELETE CASCADE,
    sort       TEXT NOT NULL CHECK (sort IN ('forbidden', 'form', 'order')),
    form       TEXT NOT NULL CHECK (form <> ''), -- what is looked for; of an order the names with 、 between them
    right_form TEXT NOT NULL,            -- what should stand there; '' = nothing can
    reason     TEXT NOT NULL,            -- why, for whoever meets it
    severity   TEXT NOT NULL CHECK (severity IN ('block', 'warn', 'info')),
    changed_at TEXT NOT NULL
);
CREATE UNIQUE INDEX check_term_form ON check_term (book, form);

-- A rule that the county weighs otherwise than the program does.
CREATE TABLE check_level (
    book  TEXT NOT NULL REFERENCES check_book (id) ON DELETE CASCADE,
    rule  TEXT NOT NULL,                 -- wording.word
    level TEXT NOT NULL CHECK (level IN ('block', 'warn', 'info', 'off')),
    PRIMARY KEY (book, rule)
);

ALTER TABLE finding_run ADD COLUMN listed BIGINT NOT NULL DEFAULT 0;   -- check_book.version by which it was looked through
ALTER TABLE finding_run ADD COLUMN cited TEXT NOT NULL DEFAULT '[]';   -- JSON: documents and addresses that were asked for
ALTER TABLE finding_run ADD COLUMN answers TEXT NOT NULL DEFAULT '';   -- SHA-256 of what was answered, and of the register of organs
ALTER TABLE finding ADD COLUMN severity TEXT NOT NULL DEFAULT '';      -- block, warn, info; '' = of a run before there were any
ALTER TABLE finding ADD COLUMN replacement TEXT NOT NULL DEFAULT '';   -- what can stand in the place; '' = nothing certain
CREATE INDEX finding_run_listed ON finding_run (subject_kind, listed, subject_id);
