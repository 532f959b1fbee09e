-- Plans, duties and evidence (工作要点、任务、佐证).
-- A plan is a document that was issued elsewhere; it is read into sections, clauses and duties. As a draft it is corrected by
-- the county office; confirmed, each duty is issued to its organs as assignments, and organs report on these.
-- No state of a duty is stored: it is computed from notes, evidence, dates and the present day.
-- Empty text means "none"; booleans are 0 and 1; moments are UTC text, dates YYYY-MM-DD.

-- Plans: a document that was issued elsewhere, with the text as issued.
CREATE TABLE plan (
    id              TEXT PRIMARY KEY,
    kind            TEXT NOT NULL,     -- work_points, government_work_report, key_project, inspection_finding, audit_finding
    title           TEXT NOT NULL,
    document_number TEXT NOT NULL,     -- 发文字号
    year            BIGINT NOT NULL,   -- the year for which it holds
    state           TEXT NOT NULL,     -- draft, confirmed, superseded, discarded (a draft thrown away)
    superseded_by   TEXT NOT NULL,     -- the plan that takes its place
    source          TEXT NOT NULL,     -- the text as issued; lines are counted from 1
    source_digest   TEXT NOT NULL,     -- SHA-256 of the text without white space: the same plan is recognised in any format
    source_name     TEXT NOT NULL,     -- name of the file; '' = pasted
    source_file     TEXT NOT NULL,     -- digest of the file as received (table file); '' = pasted
    preamble        TEXT NOT NULL,     -- what stands before the first heading
    closing         TEXT NOT NULL,     -- what stands after the last clause
    warnings        TEXT NOT NULL,     -- JSON: [{line, message, dropped}]
    version         BIGINT NOT NULL,   -- grows with every change of the plan; a change names the version that it saw
    as_of           TEXT NOT NULL,     -- moment of the last change of what the public page shows
    created_at      TEXT NOT NULL,
    created_by      TEXT NOT NULL,
    created_by_name TEXT NOT NULL,
    confirmed_at    TEXT NOT NULL,
    confirmed_by    TEXT NOT NULL,
    confirmed_by_name TEXT NOT NULL
);
CREATE INDEX plan_by_year ON plan (year, kind, state);
CREATE INDEX plan_by_digest ON plan (source_digest);

-- Sections (一、二、…); a list without headings has one without number.
CREATE TABLE plan_section (
    id       TEXT PRIMARY KEY,
    plan     TEXT NOT NULL,
    position BIGINT NOT NULL,          -- order within the plan, from 1
    number   TEXT NOT NULL,            -- as printed, without the pause mark: 一
    title    TEXT NOT NULL,
    text     TEXT NOT NULL             -- what stands between the heading and the first clause
);
CREATE INDEX plan_section_by_plan ON plan_section (plan, position);

-- Clauses (条目), as issued.
CREATE TABLE plan_clause (
    id         TEXT PRIMARY KEY,       -- stable for life, also when the plan is amended
    plan       TEXT NOT NULL,
    section    TEXT NOT NULL,
    position   BIGINT NOT NULL,        -- order within the plan, from 1
    number     TEXT NOT NULL,          -- as printed: （一）
    title      TEXT NOT NULL,
    text       TEXT NOT NULL,          -- as issued, without owner note
    owner_note TEXT NOT NULL,          -- as issued, with its brackets
    line       BIGINT NOT NULL,        -- first line in the source, from 1; 0 = none
    ended_at   TEXT NOT NULL,          -- moment at which an amendment ended it; '' = in force
    ended_reason TEXT NOT NULL
);
CREATE INDEX plan_clause_by_plan ON plan_clause (plan, position);

-- Duties (任务): what a clause obliges to; closed only by evidence.
CREATE TABLE duty (
    id         TEXT PRIMARY KEY,       -- stable for life
    plan       TEXT NOT NULL,
    clause     TEXT NOT NULL,
    position   BIGINT NOT NULL,        -- order within the clause, from 1
    text       TEXT NOT NULL,          -- as worded by the county office
    original   TEXT NOT NULL,          -- the words of the clause from which it comes; '' = added by hand
    is_duty    BIGINT NOT NULL,        -- 0 = marked as «不作为任务»: shown with the text, never issued
    principle  BIGINT NOT NULL,        -- 1 = marked as «不落实到单位»: no organ answers for it
    measure    TEXT NOT NULL,          -- what counts as done
    due_words  TEXT NOT NULL,          -- date or cadence as written: 6月底前
    due_on     TEXT NOT NULL,          -- date; '' = none
    cadence    TEXT NOT NULL,          -- weekly, monthly, quarterly, half-yearly, yearly, continuous or ''
    grace_days BIGINT NOT NULL,        -- days after the end of a period by which its evidence is owed
    visibility TEXT NOT NULL,          -- public, internal
    extra      TEXT NOT NULL,          -- JSON object: the further fields of the plan's kind
    line       BIGINT NOT NULL,        -- line in the source where it begins; 0 = none
    issued_at  TEXT NOT NULL,          -- moment of issue; '' = not issued
    ended_at   TEXT NOT NULL,          -- moment at which an amendment ended it; '' = in force
    ended_reason TEXT NOT NULL
);
CREATE INDEX duty_by_plan ON duty (plan);
CREATE INDEX duty_by_clause ON duty (clause, position);

-- An owner as the text names it, and which organs that means.
CREATE TABLE plan_owner (
    id       TEXT PRIMARY KEY,
    plan     TEXT NOT NULL,
    clause   TEXT NOT NULL,
    duty     TEXT NOT NULL,            -- '' = of the whole clause; else of this duty alone, instead of the clause's
    position BIGINT NOT NULL,
    name     TEXT NOT NULL,            -- as written
    role     TEXT NOT NULL,            -- lead, responsible, support
    is_group BIGINT NOT NULL,          -- 1 = a collective name (各乡镇（中心）)
    organs   TEXT NOT NULL,            -- codes, separated by a space; '' = not matched
    how      TEXT NOT NULL             -- name, group, successor, chosen; '' = not matched
);
CREATE INDEX plan_owner_by_plan ON plan_owner (plan, clause, position);

-- One duty as issued to one organ. Organs report on these.
CREATE TABLE assignment (
    id        TEXT PRIMARY KEY,
    plan      TEXT NOT NULL,
    clause    TEXT NOT NULL,
    duty      TEXT NOT NULL,
    organ     TEXT NOT NULL,           -- code, as of the issue; after a reform its successor answers
    role      TEXT NOT NULL,           -- lead, responsible, support
    issued_at TEXT NOT NULL,
    ended_at  TEXT NOT NULL,           -- moment at which an amendment ended it; '' = in force
    ended_reason TEXT NOT NULL,
    version   BIGINT NOT NULL,         -- grows with every note, piece of evidence and decision
    UNIQUE (duty, organ)
);
CREATE INDEX assignment_by_plan ON assignment (plan);
CREATE INDEX assignment_by_organ ON assignment (organ);

-- What an organ reports on the way.
CREATE TABLE progress_note (
    id            TEXT PRIMARY KEY,
    assignment    TEXT NOT NULL,
    plan          TEXT NOT NULL,
    duty          TEXT NOT NULL,
    organ         TEXT NOT NULL,       -- on whose behalf
    text          TEXT NOT NULL,
    added_at      TEXT NOT NULL,
    added_by      TEXT NOT NULL,
    added_by_name TEXT NOT NULL
);
CREATE INDEX progress_note_by_assignment ON progress_note (assignment, added_at);
CREATE INDEX progress_note_by_plan ON progress_note (plan);

-- What proves that it was done: a published document or an address.
CREATE TABLE evidence (
    id              TEXT PRIMARY KEY,
    assignment      TEXT NOT NULL,
    plan            TEXT NOT NULL,
    duty            TEXT NOT NULL,
    organ           TEXT NOT NULL,     -- on whose behalf
    period          TEXT NOT NULL,     -- 2026, 2026-H1, 2026-Q2, 2026-03, 2026-W07; '' for a duty without cadence
    document        TEXT NOT NULL,     -- id of the published document; '' = an address
    url             TEXT NOT NULL,     -- the address; for a document its address on the portal
    title           TEXT NOT NULL,
    note            TEXT NOT NULL,     -- explanation by the organ
    added_at        TEXT NOT NULL,
    added_by        TEXT NOT NULL,
    added_by_name   TEXT NOT NULL,
    submitted_at    TEXT NOT NULL,     -- handed in for confirmation; '' = still a draft
    decision        TEXT NOT NULL,     -- confirmed, returned; '' = none yet
    reason          TEXT NOT NULL,     -- why returned
    decided_at      TEXT NOT NULL,
    decided_by      TEXT NOT NULL,
    decided_by_name TEXT NOT NULL,
    withdrawn_at    TEXT NOT NULL      -- taken back by the organ before a decision; '' = not
);
CREATE INDEX evidence_by_assignment ON evidence (assignment, added_at);
CREATE INDEX evidence_by_plan ON evidence (plan);
CREATE INDEX evidence_by_document ON evidence (document);

-- One correction of a draft, with what it takes to take it back.
CREATE TABLE plan_step (
    id      TEXT PRIMARY KEY,
    plan    TEXT NOT NULL,
    seq     BIGINT NOT NULL,           -- order within the plan, from 1
    label   TEXT NOT NULL,             -- what was done, in words
    clauses TEXT NOT NULL,             -- ids of the clauses touched, separated by a space
    before  TEXT NOT NULL,             -- JSON: the rows of these clauses before
    version BIGINT NOT NULL,           -- version of the plan after the step
    done_at TEXT NOT NULL,
    done_by TEXT NOT NULL,
    done_by_name TEXT NOT NULL,
    undone_at TEXT NOT NULL,           -- '' = stands
    undone_by_name TEXT NOT NULL,
    undone_version BIGINT NOT NULL     -- version of the plan after taking it back; 0 = stands
);
CREATE INDEX plan_step_by_plan ON plan_step (plan, seq);

-- An amended text of a confirmed plan, being aligned with it and then in force.
CREATE TABLE plan_amendment (
    id            TEXT PRIMARY KEY,
    plan          TEXT NOT NULL,
    state         TEXT NOT NULL,       -- draft, confirmed, discarded
    source        TEXT NOT NULL,       -- the amended text
    source_digest TEXT NOT NULL,
    source_name   TEXT NOT NULL,
    source_file   TEXT NOT NULL,
    choices       TEXT NOT NULL,       -- JSON: corrections of the alignment and reasons for what ends
    previous      TEXT NOT NULL,       -- the text that it replaced, once confirmed
    reason        TEXT NOT NULL,       -- why the plan was amended
    version       BIGINT NOT NULL,
    created_at    TEXT NOT NULL,
    created_by    TEXT NOT NULL,
    created_by_name TEXT NOT NULL,
    confirmed_at  TEXT NOT NULL
);
CREATE INDEX plan_amendment_by_plan ON plan_amendment (plan, created_at);

-- A filter of the duty board under a name of one's own.
CREATE TABLE duty_view (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL,
    name       TEXT NOT NULL,
    query      TEXT NOT NULL,          -- query string without the question mark
    created_at TEXT NOT NULL
);
CREATE INDEX duty_view_by_account ON duty_view (account, name);

-- Reminders that went out, so that none goes twice.
CREATE TABLE duty_reminder (
    assignment TEXT NOT NULL,
    period     TEXT NOT NULL,          -- as in evidence
    due_on     TEXT NOT NULL,
    days       BIGINT NOT NULL,        -- days to the due date; negative = after it
    sent_at    TEXT NOT NULL,
    PRIMARY KEY (assignment, period, due_on, days)
);
