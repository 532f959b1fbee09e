-- Publishing: columns (栏目), documents (文件), editions (版本), attachments (附件), gates (关), findings let through.
-- Times are UTC text of fixed width, dates YYYY-MM-DD, '' = none, yes/no is 1/0.

-- A column of the portal. Its slug is its address and never changes; a column with documents is hidden, not deleted.
CREATE TABLE portal_column (
    slug        TEXT PRIMARY KEY,      -- address on the portal: /columns/{slug}
    name        TEXT NOT NULL,         -- 栏目名称
    parent      TEXT NOT NULL,         -- slug of the column above; '' = top
    description TEXT NOT NULL,         -- page tag ColumnDescription
    keywords    TEXT NOT NULL,         -- page tag ColumnKeywords
    kind        TEXT NOT NULL,         -- news, notice, policy, interpretation, statutory, topic, response, institution, service, data
    position    BIGINT NOT NULL,       -- order among siblings
    basis       TEXT NOT NULL,         -- legal basis shown where nothing has been published yet
    hidden      BIGINT NOT NULL,       -- 1 = not listed; its documents keep their addresses
    version     BIGINT NOT NULL,       -- raised by each change
    created_at  TEXT NOT NULL
);

-- What editions are editions of. It has no state of its own: the last group of columns repeats, for lists, what its
-- editions say, and is written only together with an edition's state.
CREATE TABLE document (
    id                 TEXT PRIMARY KEY,
    organ              TEXT NOT NULL,  -- code of the organ whose information it is
    column_slug        TEXT NOT NULL,  -- portal_column.slug
    kind               TEXT NOT NULL,  -- policy, interpretation, notice, news, response, institution, report, guide, data, consultation
    index_number       TEXT NOT NULL,  -- 索引号, given at the first publication; '' before
    interprets         TEXT NOT NULL,  -- the document that this one interprets; '' = none
    created_by         TEXT NOT NULL,  -- account
    created_at         TEXT NOT NULL,
    current_edition    TEXT NOT NULL,  -- the edition that is public now; '' = none
    first_published_at TEXT NOT NULL,  -- '' = never public
    first_published_on TEXT NOT NULL,  -- the same as a date in China
    published_at       TEXT NOT NULL   -- when the edition that is public now became so
);
CREATE INDEX document_public ON document (first_published_at) WHERE current_edition <> '';
CREATE INDEX document_public_column ON document (column_slug, first_published_at) WHERE current_edition <> '';
CREATE INDEX document_public_organ ON document (organ, first_published_at) WHERE current_edition <> '';
CREATE INDEX document_public_kind ON document (kind, first_published_at) WHERE current_edition <> '';
CREATE INDEX document_interprets ON document (interprets) WHERE interprets <> '';
CREATE INDEX document_column ON document (column_slug);

-- One text of a document, from draft to the end. Published text is never edited: a correction is the next edition.
CREATE TABLE edition (
    id                TEXT PRIMARY KEY,
    document_id       TEXT NOT NULL,
    number            BIGINT NOT NULL, -- 1, 2, …
    version           BIGINT NOT NULL, -- raised by every change of text or state: who acts on an older one is told so
    -- state, see EditionState
    state             TEXT NOT NULL,   -- draft, in_review, returned, scheduled, published, superseded, withdrawn
    gate              TEXT NOT NULL,   -- in_review: where it stands; returned: where it was returned
    since             TEXT NOT NULL,   -- when this state, and in review this gate, began
    claimed_by        TEXT NOT NULL,   -- in_review: account that reviews now
    claimed_name      TEXT NOT NULL,
    claimed_at        TEXT NOT NULL,   -- a claim ends after two hours
    decided_by        TEXT NOT NULL,   -- name of who returned or withdrew it
    reason            TEXT NOT NULL,   -- of the return or the withdrawal
    notice            TEXT NOT NULL,   -- withdrawn: what readers are told besides the reason
    published_at      TEXT NOT NULL,   -- '' = never
    ended_at          TEXT NOT NULL,   -- superseded or withdrawn when
    binned_at         TEXT NOT NULL,   -- a draft in the bin (30 days); '' = not
    -- people
    author            TEXT NOT NULL,   -- account that began it
    author_name       TEXT NOT NULL,
    authors           TEXT NOT NULL,   -- |account|account| of all who wrote in it: none of them passes a gate
    -- emergency bypass of the gates
    bypassed_by       TEXT NOT NULL,
    bypassed_name     TEXT NOT NULL,
    bypassed_at       TEXT NOT NULL,
    bypass_reason     TEXT NOT NULL,
    bypass_reviewed_by   TEXT NOT NULL, -- name of the other person who reviewed afterwards; '' = still to be reviewed
    bypass_reviewed_at   TEXT NOT NULL,
    bypass_note       TEXT NOT NULL,
    -- text
    title             TEXT NOT NULL,
    body_html         TEXT NOT NULL,   -- cleaned when written, cleaned again when shown
    body_text         TEXT NOT NULL,   -- its visible text
    summary           TEXT NOT NULL,
    document_number   TEXT NOT NULL,   -- 发文字号
    written_on        TEXT NOT NULL,   -- 成文日期
    effective_on      TEXT NOT NULL,   -- 施行日期
    expires_on        TEXT NOT NULL,   -- 有效期至
    validity          TEXT NOT NULL,   -- in_force, amended, lapsed, repealed, ''
    topics            TEXT NOT NULL,   -- |主题|主题|, '' = none
    keywords          TEXT NOT NULL,   -- |词|词|, '' = none
    source            TEXT NOT NULL,   -- 来源
    disclosure        TEXT NOT NULL,   -- open (主动公开), on_request (依申请公开), closed (不予公开)
    disclosure_reason TEXT NOT NULL,   -- 条例 Art. 14–16, when closed
    publish_at        TEXT NOT NULL,   -- wanted moment of publication; '' = when the last gate is passed
    note              TEXT NOT NULL,   -- what changed against the edition before
    created_at        TEXT NOT NULL,
    updated_at        TEXT NOT NULL
);
CREATE UNIQUE INDEX edition_number ON edition (document_id, number);
-- The two promises that no program fault may break: one public edition at most, one being worked on at most.
CREATE UNIQUE INDEX edition_one_public ON edition (document_id) WHERE state = 'published';
CREATE UNIQUE INDEX edition_one_open ON edition (document_id)
    WHERE state IN ('draft', 'in_review', 'returned', 'scheduled') AND binned_at = '';
CREATE INDEX edition_state ON edition (state, gate, since);
CREATE INDEX edition_updated ON edition (updated_at);
CREATE INDEX edition_bypassed ON edition (bypassed_at) WHERE bypassed_at <> '';

-- Gates passed by an edition in its present round; a recalled or returned edition begins a new round.
CREATE TABLE gate_pass (
    edition_id TEXT NOT NULL,
    gate       TEXT NOT NULL,
    passed_by  TEXT NOT NULL,          -- account
    name       TEXT NOT NULL,
    at         TEXT NOT NULL,
    PRIMARY KEY (edition_id, gate)
);

-- A file that belongs to an edition. A correction carries the row over under the same id, so that links stay.
CREATE TABLE attachment (
    edition_id TEXT NOT NULL,
    id         TEXT NOT NULL,          -- address on the portal: /attachments/{id}
    position   BIGINT NOT NULL,
    title      TEXT NOT NULL,
    file_name  TEXT NOT NULL,
    digest     TEXT NOT NULL,          -- file.digest
    media_type TEXT NOT NULL,
    format     TEXT NOT NULL,          -- extension by content: pdf, docx …
    bytes      BIGINT NOT NULL,
    body_text  TEXT NOT NULL,          -- visible text, for search
    parts      TEXT NOT NULL,          -- JSON [{place, text}], hidden places included, for checks
    warnings   TEXT NOT NULL,          -- JSON ["…"], told to the clerk at upload
    created_at TEXT NOT NULL,
    PRIMARY KEY (edition_id, id)
);
CREATE INDEX attachment_by_id ON attachment (id);

-- A blocking finding that an authorised second person let through, with the reason.
CREATE TABLE finding_override (
    edition_id TEXT NOT NULL,
    rule       TEXT NOT NULL,
    digest     TEXT NOT NULL,          -- SHA-256 of place and found text: other text needs another decision
    reason     TEXT NOT NULL,
    by_account TEXT NOT NULL,
    by_name    TEXT NOT NULL,
    at         TEXT NOT NULL,
    PRIMARY KEY (edition_id, rule, digest)
);
