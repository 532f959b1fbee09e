-- Duties (任务) from any source, their shares, what is reported on them, and how they stand.
-- Empty text means "none"; booleans are 0 and 1; moments are UTC text, dates YYYY-MM-DD.

-- What obliges: a work plan, a list of findings, a proposal, a catalogue of a year. Written by the context that keeps it.
CREATE TABLE duty_source (
    kind       TEXT NOT NULL,          -- declared kind of source: work_points, audit_finding, …
    id         TEXT NOT NULL,          -- id in the context that keeps it
    title      TEXT NOT NULL,
    year       BIGINT NOT NULL,        -- the year whose periods are owed
    state      TEXT NOT NULL CHECK (state IN ('prepared', 'running', 'closed')), -- closed = its duties no longer run
    issued_at  TEXT NOT NULL,          -- moment from which it runs; newer sources stand first
    as_of      TEXT NOT NULL,          -- moment of the last change of what the public sees of it
    PRIMARY KEY (kind, id)
) {{without_rowid}};

-- Duties: what a source obliges to; closed only by evidence.
CREATE TABLE duty (
    id          TEXT PRIMARY KEY NOT NULL,  -- stable for life
    source_kind TEXT NOT NULL,
    source_id   TEXT NOT NULL,
    place       TEXT NOT NULL,         -- where in the source: id of a clause, key of an item; '' = the whole
    place_label TEXT NOT NULL,         -- as printed: 一（二）
    place_title TEXT NOT NULL,
    place_part  TEXT NOT NULL,         -- larger part of the source in which the place lies: 一
    place_order BIGINT NOT NULL,       -- order of the place in the source
    position    BIGINT NOT NULL,       -- order within the place, from 1
    text        TEXT NOT NULL,         -- as worded by the office
    measure     TEXT NOT NULL,         -- what counts as done
    due_words   TEXT NOT NULL,         -- date or cadence as written: 6月底前
    due_on      TEXT NOT NULL,         -- date; with a cadence the last day on which it runs
    cadence     TEXT NOT NULL CHECK (cadence IN ('', 'weekly', 'monthly', 'quarterly', 'half-yearly', 'yearly', 'continuous')),
    grace_days  BIGINT NOT NULL,       -- days after the end of a period by which its evidence is owed
    visibility  TEXT NOT NULL CHECK (visibility IN ('public', 'internal')),
    extra       TEXT NOT NULL,         -- JSON object: further fields of the kind of source, as they hold
    waiting     TEXT NOT NULL,         -- JSON object: what organs filled in and the office has not accepted; '' = nothing
    issued_at   TEXT NOT NULL,         -- '' = prepared: the source may still change or drop it
    ended_at    TEXT NOT NULL,         -- '' = runs
    ended_reason TEXT NOT NULL,
    FOREIGN KEY (source_kind, source_id) REFERENCES duty_source (kind, id)
);
CREATE INDEX duty_by_source ON duty (source_kind, source_id);
CREATE INDEX duty_waiting ON duty (id) WHERE waiting <> '';

-- One duty as issued to one organ. Organs report on these.
CREATE TABLE duty_share (
    id        TEXT PRIMARY KEY NOT NULL,
    duty      TEXT NOT NULL REFERENCES duty (id),
    organ     TEXT NOT NULL,           -- code, as of the issue; after a reform its successor answers
    role      TEXT NOT NULL CHECK (role IN ('lead', 'responsible', 'support')),
    issued_at TEXT NOT NULL,
    ended_at  TEXT NOT NULL,
    ended_reason TEXT NOT NULL,
    version   BIGINT NOT NULL,         -- grows with every note, piece of evidence and decision
    UNIQUE (duty, organ)
);
CREATE INDEX duty_share_by_organ ON duty_share (organ);

-- What an organ reports on the way.
CREATE TABLE progress_note (
    id            TEXT PRIMARY KEY NOT NULL,
    share         TEXT NOT NULL REFERENCES duty_share (id),
    text          TEXT NOT NULL,
    added_at      TEXT NOT NULL,
    added_by      TEXT NOT NULL,
    added_by_name TEXT NOT NULL
);
CREATE INDEX progress_note_by_share ON progress_note (share, added_at);

-- What proves that it was done: something that this site has published, or an address.
CREATE TABLE evidence (
    id              TEXT PRIMARY KEY NOT NULL,
    share           TEXT NOT NULL REFERENCES duty_share (id),
    period          TEXT NOT NULL,     -- 2026, 2026-H1, 2026-Q2, 2026-03, 2026-W07; '' for a duty without cadence
    subject_kind    TEXT NOT NULL,     -- document, …; '' = an address
    subject_id      TEXT NOT NULL,
    url             TEXT NOT NULL,     -- the address; for a subject its address on the portal
    title           TEXT NOT NULL,
    note            TEXT NOT NULL,     -- explanation by the organ
    added_at        TEXT NOT NULL,
    added_by        TEXT NOT NULL,
    added_by_name   TEXT NOT NULL,
    submitted_at    TEXT NOT NULL,     -- handed in for confirmation; '' = still a draft
    decision        TEXT NOT NULL CHECK (decision IN ('', 'confirmed', 'returned')),
    reason          TEXT NOT NULL,     -- why returned
    decided_at      TEXT NOT NULL,
    decided_by      TEXT NOT NULL,
    decided_by_name TEXT NOT NULL,
    withdrawn_at    TEXT NOT NULL,     -- taken back by the organ before a decision
    lapsed_at       TEXT NOT NULL,     -- moment at which its subject left the public; '' = it is there
    lapse_told      BIGINT NOT NULL,   -- 1 = history and organ have been told that it lapsed
    CHECK ((subject_kind = '') = (subject_id = ''))
);
CREATE INDEX evidence_by_share ON evidence (share, added_at);
CREATE INDEX evidence_by_subject ON evidence (subject_id, subject_kind) WHERE subject_id <> '';
CREATE INDEX evidence_undecided ON evidence (submitted_at, share)
    WHERE decision = '' AND withdrawn_at = '' AND submitted_at <> '';

-- What came of asking for the address of a piece of evidence, the last time. No row: not asked yet.
CREATE TABLE evidence_check (
    evidence   TEXT PRIMARY KEY NOT NULL REFERENCES evidence (id),
    checked_at TEXT NOT NULL,
    outcome    TEXT NOT NULL CHECK (outcome IN ('opened', 'gone', 'answered', 'unreachable', 'inside')),
    detail     TEXT NOT NULL           -- HTTP status or what went wrong, for the person who decides
);

-- Reminders that went out, so that none goes twice.
CREATE TABLE duty_reminder (
    share   TEXT NOT NULL REFERENCES duty_share (id),
    period  TEXT NOT NULL,             -- as in evidence
    due_on  TEXT NOT NULL,
    days    BIGINT NOT NULL,           -- days to the due date; negative = after it
    sent_at TEXT NOT NULL,
    PRIMARY KEY (share, period, due_on, days)
) {{without_rowid}};

-- A filter of the board under a name of one's own.
CREATE TABLE duty_view (
    id         TEXT PRIMARY KEY NOT NULL,
    account    TEXT NOT NULL,
    name       TEXT NOT NULL,
    query      TEXT NOT NULL,          -- query string without the question mark
    created_at TEXT NOT NULL,
    UNIQUE (account, name)
);

-- Projections: disposable, made from the tables above by `duty::project`. A standing is a function of the day; it stands here
-- piece by piece, from its first day to its last, so that nothing is wrong at midnight.

-- How each share stands.
CREATE TABLE share_standing (
    share       TEXT NOT NULL,
    from_day    TEXT NOT NULL,
    until_day   TEXT NOT NULL,         -- 9999-12-31 = until a fact changes it
    duty        TEXT NOT NULL,
    source_kind TEXT NOT NULL,
    source_id   TEXT NOT NULL,
    running     BIGINT NOT NULL,       -- 1 = the source runs
    place_order BIGINT NOT NULL,       -- as in duty
    position    BIGINT NOT NULL,
    organ       TEXT NOT NULL,
    part        BIGINT NOT NULL,       -- 0 leads, 1 is responsible, 2 supports
    state       BIGINT NOT NULL,       -- 0 issued, 1 returned, 2 in progress, 3 evidenced, 4 confirmed
    overdue     BIGINT NOT NULL,
    late        BIGINT NOT NULL,       -- confirmed, but handed in after its date
    ended       BIGINT NOT NULL,
    due_on      TEXT NOT NULL,         -- the date that counts now; '' = none
    period      TEXT NOT NULL,         -- the period that counts now, as in evidence
    rank        BIGINT NOT NULL,       -- order of what wants doing: 0 open with a date, 1 open without, 2–3 confirmed, 4–7 ended
    notes       BIGINT NOT NULL,       -- progress notes
    evidence    BIGINT NOT NULL,       -- pieces of evidence that were not taken back
    PRIMARY KEY (share, from_day)
) {{without_rowid}};
CREATE INDEX share_standing_by_duty ON share_standing (duty);
CREATE INDEX share_standing_by_organ ON share_standing (organ, running, rank, due_on);
CREATE INDEX share_standing_by_source ON share_standing (source_id, place_order, position, part, organ);
CREATE INDEX share_standing_by_due
    ON share_standing (running, rank, due_on, source_kind, source_id, place_order, position, part, organ, share);
CREATE INDEX share_standing_counts ON share_standing (running, ended, state, overdue, from_day, until_day);

-- How each duty stands, rolled up over the shares that it waits for.
CREATE TABLE duty_standing (
    duty        TEXT NOT NULL,
    from_day    TEXT NOT NULL,
    until_day   TEXT NOT NULL,
    source_kind TEXT NOT NULL,
    source_id   TEXT NOT NULL,
    running     BIGINT NOT NULL,
    place_order BIGINT NOT NULL,
    position    BIGINT NOT NULL,
    public      BIGINT NOT NULL,       -- 1 = the public sees the duty
    state       BIGINT NOT NULL,
    overdue     BIGINT NOT NULL,
    ended       BIGINT NOT NULL,       -- 1 = all shares have ended
    due_on      TEXT NOT NULL,         -- the earliest date that is open
    rank        BIGINT NOT NULL,
    organs      BIGINT NOT NULL,       -- organs that answer
    confirmed   BIGINT NOT NULL,       -- of these, confirmed
    overdue_organs BIGINT NOT NULL,    -- of these, overdue
    shares      BIGINT NOT NULL,       -- all shares
    lead        TEXT NOT NULL,         -- organ of the first share: who leads before who is responsible
    notes       BIGINT NOT NULL,
    evidence    BIGINT NOT NULL,
    PRIMARY KEY (duty, from_day)
) {{without_rowid}};
CREATE INDEX duty_standing_by_source ON duty_standing (source_id, public, ended, from_day, until_day, state, overdue);
CREATE INDEX duty_standing_by_due ON duty_standing (running, rank, due_on, source_kind, source_id, place_order, position, duty);
CREATE INDEX duty_standing_counts ON duty_standing (running, ended, state, overdue, from_day, until_day);
