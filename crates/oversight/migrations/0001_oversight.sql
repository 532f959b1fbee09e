-- Plans (工作要点 and its kin): documents that were issued elsewhere, read into sections, clauses and duties. As a draft a plan
-- is corrected by the county office; confirmed, its duties are issued to organs. The duties themselves, from the draft on, are
-- rows of the duty machine (`duty`), whose source is the plan and whose place is the clause.
-- Empty text means "none"; booleans are 0 and 1; moments are UTC text, dates YYYY-MM-DD.

-- Plans, with the text as issued. Each has a row in `duty_source` of the same kind and id.
CREATE TABLE plan (
    id              TEXT PRIMARY KEY NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('work_points', 'government_work_report', 'key_project',
                                                  'inspection_finding', 'audit_finding')),
    title           TEXT NOT NULL,
    document_number TEXT NOT NULL,     -- 发文字号
    year            BIGINT NOT NULL,   -- the year for which it holds
    state           TEXT NOT NULL CHECK (state IN ('draft', 'confirmed', 'superseded', 'discarded')),
    superseded_by   TEXT NOT NULL,     -- the plan that takes its place
    source          TEXT NOT NULL,     -- the text as issued; lines are counted from 1
    source_digest   TEXT NOT NULL,     -- SHA-256 of the text without white space: the same plan is recognised in any format
    source_name     TEXT NOT NULL,     -- name of the file; '' = pasted
    source_file     TEXT REFERENCES file (digest), -- the file as received; NULL = pasted
    preamble        TEXT NOT NULL,     -- what stands before the first heading
    closing         TEXT NOT NULL,     -- what stands after the last clause
    warnings        TEXT NOT NULL,     -- JSON: [{line, message, dropped}]
    version         BIGINT NOT NULL,   -- grows with every change of the plan; a change names the version that it saw
    created_at      TEXT NOT NULL,
    created_by      TEXT NOT NULL,
    created_by_name TEXT NOT NULL,
    confirmed_at    TEXT NOT NULL,
    confirmed_by    TEXT NOT NULL,
    confirmed_by_name TEXT NOT NULL
);
CREATE INDEX plan_by_year ON plan (year, kind, state);
CREATE INDEX plan_by_state ON plan (state, created_at);
CREATE INDEX plan_by_digest ON plan (source_digest);

-- Sections (一、二、…); a list without headings has one without number.
CREATE TABLE plan_section (
    id       TEXT PRIMARY KEY NOT NULL,
    plan     TEXT NOT NULL REFERENCES plan (id),
    position BIGINT NOT NULL,          -- order within the plan, from 1
    number   TEXT NOT NULL,            -- as printed, without the pause mark: 一
    title    TEXT NOT NULL,
    text     TEXT NOT NULL             -- what stands between the heading and the first clause
);
CREATE INDEX plan_section_by_plan ON plan_section (plan, position);

-- Clauses (条目), as issued.
CREATE TABLE plan_clause (
    id         TEXT PRIMARY KEY NOT NULL,  -- stable for life, also when the plan is amended
    plan       TEXT NOT NULL REFERENCES plan (id),
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

-- What a plan knows of a duty besides what every duty has: which of its words it comes from, and how the office marked it.
CREATE TABLE plan_duty (
    id        TEXT PRIMARY KEY NOT NULL REFERENCES duty (id),
    plan      TEXT NOT NULL REFERENCES plan (id),
    original  TEXT NOT NULL,           -- the words of the clause from which it comes; '' = added by hand
    is_duty   BIGINT NOT NULL CHECK (is_duty IN (0, 1)),   -- 0 = marked as «不作为任务»: shown with the text, never issued
    principle BIGINT NOT NULL CHECK (principle IN (0, 1)), -- 1 = marked as «不落实到单位»: no organ answers for it
    line      BIGINT NOT NULL          -- line in the source where it begins; 0 = none
);
CREATE INDEX plan_duty_by_plan ON plan_duty (plan);

-- An owner as the text names it, and which organs that means.
CREATE TABLE plan_owner (
    id       TEXT PRIMARY KEY NOT NULL,
    plan     TEXT NOT NULL REFERENCES plan (id),
    clause   TEXT NOT NULL,
    duty     TEXT NOT NULL,            -- '' = of the whole clause; else of this duty alone, instead of the clause's
    position BIGINT NOT NULL,
    name     TEXT NOT NULL,            -- as written
    role     TEXT NOT NULL CHECK (role IN ('lead', 'responsible', 'support')),
    is_group BIGINT NOT NULL CHECK (is_group IN (0, 1)),   -- 1 = a collective name (各乡镇（中心）)
    organs   TEXT NOT NULL,            -- JSON list of codes; [] = not matched
    how      TEXT NOT NULL CHECK (how IN ('', 'name', 'group', 'successor', 'chosen'))
);
CREATE INDEX plan_owner_by_plan ON plan_owner (plan, clause, position);

-- One correction of a draft, with what it takes to take it back.
CREATE TABLE plan_step (
    id      TEXT PRIMARY KEY NOT NULL,
    plan    TEXT NOT NULL REFERENCES plan (id),
    seq     BIGINT NOT NULL,           -- order within the plan, from 1
    label   TEXT NOT NULL,             -- what was done, in words
    clauses TEXT NOT NULL,             -- JSON list of the ids of the clauses touched
    before  TEXT NOT NULL,             -- JSON: the rows of these clauses before
    version BIGINT NOT NULL,           -- version of the plan after the step
    done_at TEXT NOT NULL,
    done_by TEXT NOT NULL,
    done_by_name TEXT NOT NULL,
    undone_at TEXT NOT NULL,           -- '' = stands
    undone_by_name TEXT NOT NULL,
    undone_version BIGINT NOT NULL,    -- version of the plan after taking it back; 0 = stands
    UNIQUE (plan, seq)
);

-- An amended text of a confirmed plan, being aligned with it and then in force.
CREATE TABLE plan_amendment (
    id            TEXT PRIMARY KEY NOT NULL,
    plan          TEXT NOT NULL REFERENCES plan (id),
    state         TEXT NOT NULL CHECK (state IN ('draft', 'confirmed', 'discarded')),
    source        TEXT NOT NULL,       -- the amended text
    source_digest TEXT NOT NULL,
    source_name   TEXT NOT NULL,
    source_file   TEXT REFERENCES file (digest),
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
CREATE UNIQUE INDEX plan_amendment_open ON plan_amendment (plan) WHERE state = 'draft';
