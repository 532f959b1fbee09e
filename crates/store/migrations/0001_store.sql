-- The base: event log, consumers' cursors, jobs, files, submissions, settings, calendar.
-- Portable between SQLite and PostgreSQL: TEXT and BIGINT only; moments are UTC text of fixed width, so order is time.
-- Empty text means "none": there is no NULL anywhere.

-- Every change, once, in order, hash-chained. Append-only: no statement in the program updates or deletes here.
CREATE TABLE event (
    seq          BIGINT PRIMARY KEY,   -- position, from 1, without gaps
    at           TEXT NOT NULL,        -- when
    kind         TEXT NOT NULL,        -- subject.verb, e.g. edition.published
    subject_kind TEXT NOT NULL,        -- what it happened to
    subject_id   TEXT NOT NULL,        -- the id of that
    organ        TEXT NOT NULL,        -- code of the owning organ
    actor        TEXT NOT NULL,        -- account id, system or visitor
    actor_name   TEXT NOT NULL,        -- the name shown at the time
    data         TEXT NOT NULL,        -- canonical JSON, exactly as hashed
    previous     TEXT NOT NULL,        -- hash of the event before
    hash         TEXT NOT NULL         -- SHA-256 over all of the above
);
CREATE INDEX event_by_subject ON event (subject_kind, subject_id, seq);
CREATE INDEX event_by_actor ON event (actor, seq);
CREATE INDEX event_by_kind ON event (kind, seq);

-- How far each consumer (search index, reminders …) has read the log.
CREATE TABLE event_cursor (
    consumer TEXT PRIMARY KEY,
    seq      BIGINT NOT NULL
);

-- Work to be done after a commit. A row leaves when done; a row that failed too often stays as a dead letter.
CREATE TABLE job (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    payload      TEXT NOT NULL,        -- JSON
    dedup        TEXT NOT NULL,        -- same kind and dedup: only one waits at a time; '' = no such rule
    state        TEXT NOT NULL,        -- ready, running, dead
    run_at       TEXT NOT NULL,        -- not before
    attempts     BIGINT NOT NULL,      -- begun so far
    lease_until  TEXT NOT NULL,        -- a running job whose lease has passed is taken over
    last_error   TEXT NOT NULL,
    created_at   TEXT NOT NULL
);
CREATE INDEX job_ready ON job (state, run_at);
CREATE INDEX job_dedup ON job (kind, dedup);

-- Content-addressed files: the row is written in the transaction that refers to it, the bytes before it.
CREATE TABLE file (
    digest     TEXT PRIMARY KEY,       -- SHA-256 of the bytes, hexadecimal
    bytes      BIGINT NOT NULL,        -- size
    created_at TEXT NOT NULL
);

-- A form carries a token; the second submission of the same form is answered with the first one's result.
CREATE TABLE submission (
    token    TEXT PRIMARY KEY,
    location TEXT NOT NULL,            -- where the first submission was redirected to
    at       TEXT NOT NULL
);

-- Facts of this installation: whether it is the demonstration, the highest number given …
CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Running numbers, e.g. of the index number of an organ and year.
CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

-- Days that staff added to the bundled working-day calendar (国务院办公厅放假通知).
CREATE TABLE calendar_day (
    day     TEXT PRIMARY KEY,          -- YYYY-MM-DD
    special TEXT NOT NULL,             -- off, worked
    notice  TEXT NOT NULL              -- number of the notice
);
