-- The base: event log, followers, jobs, schedule, files, submissions, settings, counters.
-- Portable between SQLite and PostgreSQL: TEXT, BIGINT, DOUBLE PRECISION; moments are UTC text of fixed width, so order is time.
-- Empty text means "none"; NULL stands only where a foreign key needs it. {{without_rowid}} keeps a table of SQLite in the
-- order of its primary key.

-- Every change, once, in order, hash-chained. Append-only: no statement in the program updates or deletes here.
CREATE TABLE event (
    chain        TEXT NOT NULL,                             -- name of the chain (a county)
    seq          BIGINT NOT NULL CHECK (seq > 0),           -- position in it, from 1, without gaps
    at           TEXT NOT NULL CHECK (at <> ''),            -- when
    kind         TEXT NOT NULL CHECK (kind <> ''),          -- subject.verb, e.g. document.published
    subject_kind TEXT NOT NULL CHECK (subject_kind <> ''),  -- what it happened to
    subject_id   TEXT NOT NULL,                             -- the id of that
    organ        TEXT NOT NULL,                             -- code of the owning organ
    actor        TEXT NOT NULL,                             -- account id, system, visitor or applicant
    keep         TEXT NOT NULL CHECK (keep IN ('facts', 'words', 'person')), -- what the payload holds: facts are kept for ever
    commitment   TEXT NOT NULL CHECK (LENGTH(commitment) = 64), -- SHA-256 over salt and payload
    previous     TEXT NOT NULL CHECK (LENGTH(previous) = 64),   -- hash of the event before
    hash         TEXT NOT NULL CHECK (LENGTH(hash) = 64),       -- SHA-256 over all of the above
    PRIMARY KEY (chain, seq)
) {{without_rowid}};
CREATE INDEX event_by_subject ON event (chain, subject_kind, subject_id, seq);
CREATE INDEX event_by_actor ON event (chain, actor, seq);
CREATE INDEX event_by_kind ON event (chain, kind, seq);
CREATE INDEX event_by_time ON event (chain, at, seq);

-- What an event says besides its place in the chain: the actor's shown name and the data. May be erased where the class of the
-- event allows it; an event log.payload_erased then names it.
CREATE TABLE event_payload (
    chain     TEXT NOT NULL,
    seq       BIGINT NOT NULL,
    salt      TEXT NOT NULL,           -- 32 random bytes, hexadecimal: keeps a short payload from being guessed
    data      TEXT NOT NULL,           -- canonical JSON, exactly as committed to: {"actor": …, "data": {…}}
    erased_at TEXT NOT NULL,           -- when it was erased
    PRIMARY KEY (chain, seq),
    FOREIGN KEY (chain, seq) REFERENCES event (chain, seq),
    CHECK ((erased_at = '') = (data <> '') AND (erased_at = '') = (salt <> ''))
) {{without_rowid}};

-- How far each follower (search index, reminders …) has read the log.
CREATE TABLE event_cursor (
    consumer    TEXT NOT NULL,
    chain       TEXT NOT NULL,
    seq         BIGINT NOT NULL CHECK (seq >= 0),
    holder      TEXT NOT NULL,         -- the process that follows now
    lease_until TEXT NOT NULL,         -- after this another may
    PRIMARY KEY (consumer, chain)
);

-- Work to be done after a commit. A row leaves when done; a row that failed too often stays as a dead letter.
CREATE TABLE job (
    id             TEXT NOT NULL PRIMARY KEY,
    kind           TEXT NOT NULL CHECK (kind <> ''),
    payload        TEXT NOT NULL,      -- JSON
    dedup          TEXT NOT NULL,      -- same kind and dedup: only one waits at a time; '' = no such rule
    state          TEXT NOT NULL CHECK (state IN ('ready', 'running', 'dead')),
    run_at         TEXT NOT NULL,      -- not before
    attempts       BIGINT NOT NULL CHECK (attempts >= 0), -- begun so far
    lease_until    TEXT NOT NULL,      -- a running job whose lease has passed is taken over
    last_error     TEXT NOT NULL,
    progress_done  BIGINT NOT NULL CHECK (progress_done >= 0),  -- of a long job: steps done
    progress_total BIGINT NOT NULL CHECK (progress_total >= 0), -- of so many; 0 = unknown
    progress_words TEXT NOT NULL,      -- what it does now
    cancelled      BIGINT NOT NULL CHECK (cancelled IN (0, 1)), -- somebody asked it to stop
    created_at     TEXT NOT NULL
);
CREATE INDEX job_ready ON job (run_at) WHERE state = 'ready';
CREATE INDEX job_running ON job (lease_until) WHERE state = 'running';
CREATE INDEX job_by_state ON job (state, created_at, id);
CREATE UNIQUE INDEX job_dedup ON job (kind, dedup) WHERE dedup <> '' AND state = 'ready';

-- What is done again and again: every so many minutes or at a time of the day.
CREATE TABLE schedule (
    key         TEXT NOT NULL PRIMARY KEY,
    next_at     TEXT NOT NULL,         -- not before
    holder      TEXT NOT NULL,         -- the process that runs it now
    lease_until TEXT NOT NULL,         -- after this another may
    last_at     TEXT NOT NULL,         -- when it last began
    last_error  TEXT NOT NULL          -- what the last run said; '' = it succeeded
);

-- Content-addressed files: the row is written in the transaction that refers to it, the bytes before it.
CREATE TABLE file (
    digest     TEXT NOT NULL PRIMARY KEY CHECK (LENGTH(digest) = 64), -- SHA-256 of the bytes as they lie there, hexadecimal
    bytes      BIGINT NOT NULL CHECK (bytes >= 0),  -- size as it lies there
    sealed     BIGINT NOT NULL CHECK (sealed IN (0, 1)), -- 1: encrypted, the key is outside of the database
    created_at TEXT NOT NULL
);
CREATE INDEX file_by_age ON file (created_at);

-- A form carries a token; the second submission of the same form is answered with the first one's result.
CREATE TABLE submission (
    token    TEXT NOT NULL PRIMARY KEY,
    location TEXT NOT NULL,            -- where the first submission was redirected to
    at       TEXT NOT NULL
);
CREATE INDEX submission_by_age ON submission (at);

-- Facts of this installation: whether it is the demonstration, the highest number given …
CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Running numbers, e.g. of the index number of an organ and year.
CREATE TABLE counter (
    name  TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
