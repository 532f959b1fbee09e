-- Review: rounds of any subject through stages, exceptions, findings. Times are UTC text of fixed width, '' = none, yes/no
-- is 1/0. A subject is named by its kind and its id in its owner's tables.

-- One round: a subject on its way through the stages of a route, from its submission to its end.
CREATE TABLE review (
    id           TEXT PRIMARY KEY NOT NULL,
    subject_kind TEXT NOT NULL,          -- edition, …
    subject_id   TEXT NOT NULL,
    organ        TEXT NOT NULL,          -- whose information it is
    title        TEXT NOT NULL,          -- for lists; what is under review does not change
    label        TEXT NOT NULL,          -- for lists: what sort of thing it is
    byline       TEXT NOT NULL,          -- for lists: name of who began it
    round        BIGINT NOT NULL CHECK (round > 0),
    route        TEXT NOT NULL,          -- JSON [{gate, label, roles, days, two_person}], as it was when it was opened
    stage        BIGINT NOT NULL CHECK (stage >= 0), -- place in the route, from 0: where it stands or ended
    gate         TEXT NOT NULL,          -- code of that stage's gate
    state        TEXT NOT NULL CHECK (state IN ('open', 'passed', 'returned', 'recalled', 'stopped', 'excepted')),
    since        TEXT NOT NULL,          -- when it came to that stage
    claimed_by   TEXT NOT NULL,          -- open: account that reviews now
    claimed_name TEXT NOT NULL,
    claimed_at   TEXT NOT NULL,          -- a claim ends after two hours
    decided_by   TEXT NOT NULL,          -- account that ended it
    decided_name TEXT NOT NULL,
    reason       TEXT NOT NULL,          -- returned, stopped, excepted: why
    opened_by    TEXT NOT NULL,          -- account
    opened_at    TEXT NOT NULL,
    closed_at    TEXT NOT NULL,
    version      BIGINT NOT NULL,        -- raised by every change
    CHECK ((state = 'open') = (closed_at = '')),
    CHECK (claimed_by = '' OR state = 'open')
);
CREATE UNIQUE INDEX review_round ON review (subject_kind, subject_id, round);
-- The promise that no program fault may break: one round of a subject at a time.
CREATE UNIQUE INDEX review_one_open ON review (subject_kind, subject_id) WHERE state = 'open';
CREATE INDEX review_waiting ON review (since, id) WHERE state = 'open';

-- Who may pass the stage at which an open round stands: holders of any of these roles.
CREATE TABLE review_role (
    review TEXT NOT NULL REFERENCES review (id) ON DELETE CASCADE,
    role   TEXT NOT NULL,
    PRIMARY KEY (review, role)
) {{without_rowid}};

-- Who wrote in what the round is about, when it was opened: for lists. Decisions ask the subject's owner.
CREATE TABLE review_author (
    review  TEXT NOT NULL REFERENCES review (id) ON DELETE CASCADE,
    account TEXT NOT NULL,
    PRIMARY KEY (review, account)
) {{without_rowid}};

-- Stages passed in a round. Another round begins with none.
CREATE TABLE review_pass (
    review    TEXT NOT NULL REFERENCES review (id) ON DELETE CASCADE,
    stage     BIGINT NOT NULL,
    passed_by TEXT NOT NULL,             -- account; a stage of two people is passed by two
    name      TEXT NOT NULL,
    at        TEXT NOT NULL,
    PRIMARY KEY (review, stage, passed_by)
) {{without_rowid}};

-- A round that ended by an exception: out past the stages that were left. On the list until another person has reviewed it.
CREATE TABLE review_exception (
    review        TEXT PRIMARY KEY NOT NULL REFERENCES review (id) ON DELETE CASCADE,
    made_by       TEXT NOT NULL,         -- account
    name          TEXT NOT NULL,
    at            TEXT NOT NULL,
    reviewed_by   TEXT NOT NULL,         -- account; '' = still to be reviewed
    reviewed_name TEXT NOT NULL,
    reviewed_at   TEXT NOT NULL,
    note          TEXT NOT NULL,
    CHECK (reviewed_by <> made_by)
);
CREATE INDEX review_exception_open ON review_exception (at) WHERE reviewed_by = '';

-- A part of a subject that was looked through: what its text was and by which rules. The findings of a part are those of
-- its newest run.
CREATE TABLE finding_run (
    subject_kind TEXT NOT NULL,
    subject_id   TEXT NOT NULL,
    part         TEXT NOT NULL,          -- body, title, file.{id}
    digest       TEXT NOT NULL,          -- SHA-256 of what was read
    rules        TEXT NOT NULL,          -- version of the rules
    unlisted     BIGINT NOT NULL,        -- blocking findings beyond those that are kept
    at           TEXT NOT NULL,
    PRIMARY KEY (subject_kind, subject_id, part)
);

-- Something that was found.
CREATE TABLE finding (
    subject_kind TEXT NOT NULL,
    subject_id   TEXT NOT NULL,
    part         TEXT NOT NULL,
    position     BIGINT NOT NULL,        -- order within the part
    place        TEXT NOT NULL,          -- where in the part, in words; '' = the part itself
    rule         TEXT NOT NULL,          -- privacy.id-card
    blocks       BIGINT NOT NULL CHECK (blocks IN (0, 1)),
    digest       TEXT NOT NULL,          -- SHA-256 of place and found text
    excerpt      TEXT NOT NULL,          -- masked
    suggestion   TEXT NOT NULL,
    PRIMARY KEY (subject_kind, subject_id, part, position),
    FOREIGN KEY (subject_kind, subject_id, part) REFERENCES finding_run (subject_kind, subject_id, part) ON DELETE CASCADE
);

-- A finding that an authorised second person let through, with the reason. It outlives the run: the same text needs no second
-- decision, other text has another digest.
CREATE TABLE finding_decision (
    subject_kind TEXT NOT NULL,
    subject_id   TEXT NOT NULL,
    rule         TEXT NOT NULL,
    digest       TEXT NOT NULL,          -- finding.digest
    reason       TEXT NOT NULL,
    by_account   TEXT NOT NULL,
    by_name      TEXT NOT NULL,
    at           TEXT NOT NULL,
    PRIMARY KEY (subject_kind, subject_id, rule, digest)
);
