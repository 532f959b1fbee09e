-- The ledger of normative documents (行政规范性文件台账), and the rounds in which they are cleaned up (立改废清理).

-- What the ledger holds of a policy besides what the document says of itself.
CREATE TABLE ledger_entry (
    document_id   TEXT NOT NULL PRIMARY KEY REFERENCES document (id) ON DELETE CASCADE,
    normative     BIGINT NOT NULL CHECK (normative IN (0, 1)), -- 0 = somebody has looked: it is no normative document
    registered    TEXT NOT NULL,       -- 统一登记号; '' = none
    registered_on TEXT NOT NULL,       -- YYYY-MM-DD; '' = not known
    drafted_by    TEXT NOT NULL,       -- 起草单位
    remark        TEXT NOT NULL,
    version       BIGINT NOT NULL CHECK (version > 0),
    changed_by    TEXT NOT NULL,       -- account
    changed_name  TEXT NOT NULL,
    changed_at    TEXT NOT NULL
);
CREATE UNIQUE INDEX ledger_entry_registered ON ledger_entry (registered) WHERE registered <> '';

-- Of what organs were told before the term of a document ends, so that nobody is told twice.
CREATE TABLE ledger_reminder (
    document_id TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    expires_on  TEXT NOT NULL,         -- the term of which was told
    step        BIGINT NOT NULL,       -- days before
    sent_at     TEXT NOT NULL,
    PRIMARY KEY (document_id, expires_on, step)
) {{without_rowid}};

-- A clean-up: which documents organs look through, by when, and what came of it.
CREATE TABLE clean_up (
    id              TEXT NOT NULL PRIMARY KEY,
    title           TEXT NOT NULL CHECK (title <> ''),
    organ           TEXT NOT NULL,     -- only documents that this organ keeps; '' = of all
    until_on        TEXT NOT NULL,     -- only documents made by this day; '' = all
    due_on          TEXT NOT NULL CHECK (due_on <> ''), -- by when organs answer
    note            TEXT NOT NULL,     -- what organs are told
    state           TEXT NOT NULL CHECK (state IN ('open', 'confirmed', 'cancelled')),
    result_document TEXT NOT NULL,     -- the text that announces the result, a draft of which may be thrown away; '' = none yet
    opened_by       TEXT NOT NULL,
    opened_name     TEXT NOT NULL,
    opened_at       TEXT NOT NULL,
    ended_by        TEXT NOT NULL,     -- who confirmed or cancelled it; '' = nobody yet
    ended_name      TEXT NOT NULL,
    ended_at        TEXT NOT NULL,
    reason          TEXT NOT NULL,     -- why it was cancelled
    version         BIGINT NOT NULL CHECK (version > 0),
    CHECK (state = 'open' OR ended_at <> '')
);
CREATE INDEX clean_up_state ON clean_up (state, due_on, id);
CREATE INDEX clean_up_result ON clean_up (result_document);

-- One document of a clean-up: what its organ proposes, what the office decides.
CREATE TABLE clean_up_item (
    clean_up      TEXT NOT NULL REFERENCES clean_up (id) ON DELETE CASCADE,
    document_id   TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    organ         TEXT NOT NULL,       -- code of the organ that issued it
    answer        TEXT NOT NULL CHECK (answer IN ('', 'keep', 'amend', 'repeal', 'lapse')),
    reason        TEXT NOT NULL,
    answered_by   TEXT NOT NULL,
    answered_name TEXT NOT NULL,
    answered_at   TEXT NOT NULL,
    answered_for  TEXT NOT NULL,       -- code of the organ for which whoever answered acts
    decision      TEXT NOT NULL CHECK (decision IN ('', 'keep', 'amend', 'repeal', 'lapse')), -- '' = as the organ proposes
    decided_note  TEXT NOT NULL,
    decided_by    TEXT NOT NULL,
    decided_name  TEXT NOT NULL,
    decided_at    TEXT NOT NULL,
    version       BIGINT NOT NULL CHECK (version > 0), -- of answer and decision together
    PRIMARY KEY (clean_up, document_id),
    CHECK (answer = '' OR answered_at <> '')
) {{without_rowid}};
CREATE INDEX clean_up_item_organ ON clean_up_item (organ, answer, clean_up);
CREATE INDEX clean_up_item_document ON clean_up_item (document_id);

-- Of what organs were told in a clean-up.
CREATE TABLE clean_up_reminder (
    clean_up TEXT NOT NULL REFERENCES clean_up (id) ON DELETE CASCADE,
    organ    TEXT NOT NULL,
    due_on   TEXT NOT NULL,
    step     BIGINT NOT NULL,          -- days before; negative after
    sent_at  TEXT NOT NULL,
    PRIMARY KEY (clean_up, organ, due_on, step)
) {{without_rowid}};
