-- Columns (栏目) of the portal; documents (文件), their editions (版本), fields, ties, parts and files (附件); and what public lists are counted and searched by.
-- Times are UTC text of fixed width, dates YYYY-MM-DD, '' = none, yes/no is 1/0.

-- A column. Its slug is its address and never changes; a column with documents is hidden, not deleted.
CREATE TABLE portal_column (
    slug        TEXT NOT NULL PRIMARY KEY CHECK (slug <> ''), -- address on the portal: /columns/{slug}
    name        TEXT NOT NULL,         -- 栏目名称
    parent      TEXT NOT NULL,         -- slug of the column above; '' = top
    description TEXT NOT NULL,         -- page tag ColumnDescription
    keywords    TEXT NOT NULL,         -- page tag ColumnKeywords
    kind        TEXT NOT NULL,         -- page tag ColumnType: news, notice, policy, interpretation, statutory, topic …
    purpose     TEXT NOT NULL,         -- what pages look for it as: guide, rules, yearly_report …; '' = nothing particular
    position    BIGINT NOT NULL,       -- order among siblings
    basis       TEXT NOT NULL,         -- legal basis shown where nothing has been published yet
    hidden      BIGINT NOT NULL CHECK (hidden IN (0, 1)), -- 1 = not listed; its documents keep their addresses
    version     BIGINT NOT NULL,       -- raised by each change
    created_at  TEXT NOT NULL
);
CREATE INDEX portal_column_parent ON portal_column (parent, position);
CREATE INDEX portal_column_purpose ON portal_column (purpose) WHERE purpose <> '';

-- Which items of 条例 Art. 20 a column holds: 1 to 15.
CREATE TABLE portal_column_item (
    column_slug TEXT NOT NULL REFERENCES portal_column (slug) ON DELETE CASCADE,
    item        BIGINT NOT NULL CHECK (item BETWEEN 1 AND 15),
    PRIMARY KEY (column_slug, item)
) {{without_rowid}};

-- What editions are editions of. It has no state of its own: the last group of columns repeats, for lists, what the edition
-- says that is public now, and is written only together with an edition's state.
CREATE TABLE document (
    id                 TEXT NOT NULL PRIMARY KEY,
    organ              TEXT NOT NULL,  -- code of the organ whose information it is
    column_slug        TEXT NOT NULL,  -- the column in which it stands
    kind               TEXT NOT NULL,  -- key of its kind (KindSpec)
    index_number       TEXT NOT NULL,  -- 索引号, given at the first publication; '' before
    created_by         TEXT NOT NULL,  -- account
    created_at         TEXT NOT NULL,
    -- as lists show it
    current_edition    TEXT NOT NULL,  -- the edition that is public now; '' = none
    title              TEXT NOT NULL,  -- its title
    words              TEXT NOT NULL,  -- in lower case: title and what else lists are searched by
    rank               BIGINT NOT NULL, -- order of lists: milliseconds of the first publication and a running number; 0 = never public
    first_published_at TEXT NOT NULL,  -- '' = never public
    first_published_on TEXT NOT NULL,  -- the same as a date in China
    published_at       TEXT NOT NULL,  -- when the edition that is public now became so
    CHECK (current_edition = '' OR (rank > 0 AND index_number <> '' AND first_published_on <> '' AND published_at <> ''))
);
CREATE UNIQUE INDEX document_rank ON document (rank) WHERE rank > 0;
CREATE UNIQUE INDEX document_index_number ON document (index_number) WHERE index_number <> '';
-- Each holds all that lists are narrowed by, so that a narrow list reads one index and thirty rows.
CREATE INDEX document_public ON document (rank, kind, organ, column_slug, words) WHERE current_edition <> '';
CREATE INDEX document_public_column ON document (column_slug, rank, kind, organ) WHERE current_edition <> '';
CREATE INDEX document_public_organ ON document (organ, rank, kind, column_slug) WHERE current_edition <> '';
CREATE INDEX document_public_kind ON document (kind, rank, organ, column_slug) WHERE current_edition <> '';
CREATE INDEX document_column ON document (column_slug);
-- The site map walks by identifier.
CREATE INDEX document_public_id ON document (id) WHERE current_edition <> '';

-- One text of a document, from draft to the end. Published text is never edited: a correction is the next edition. The text
-- itself stands in edition_text, so that lists read narrow rows.
CREATE TABLE edition (
    id                TEXT NOT NULL PRIMARY KEY,
    document_id       TEXT NOT NULL REFERENCES document (id),
    organ             TEXT NOT NULL,   -- as in document, for lists
    column_slug       TEXT NOT NULL,   -- as in document, for lists
    kind              TEXT NOT NULL,   -- as in document, for lists
    number            BIGINT NOT NULL CHECK (number > 0),  -- 1, 2, …
    version           BIGINT NOT NULL CHECK (version > 0), -- raised by every change of text or state: who acts on an older one is told so
    head              BIGINT NOT NULL CHECK (head IN (0, 1)), -- 1 = the newest of its document that is not in the bin
    state             TEXT NOT NULL
        CHECK (state IN ('draft', 'in_review', 'returned', 'scheduled', 'published', 'superseded', 'withdrawn')),
    since             TEXT NOT NULL,   -- when this state began
    publish_at        TEXT NOT NULL,   -- wanted moment of publication; '' = when the review is passed
    published_at      TEXT NOT NULL,   -- '' = never
    ended_at          TEXT NOT NULL,   -- superseded or withdrawn when
    reason            TEXT NOT NULL,   -- of the withdrawal
    notice            TEXT NOT NULL,   -- withdrawn: what readers are told besides the reason
    binned_at         TEXT NOT NULL,   -- a draft in the bin (30 days); '' = not
    author            TEXT NOT NULL,   -- account that began it
    author_name       TEXT NOT NULL,
    title             TEXT NOT NULL,
    words             TEXT NOT NULL,   -- in lower case: title and what else the office's list is searched by
    note              TEXT NOT NULL,   -- what changed against the edition before
    disclosure        TEXT NOT NULL,   -- open (主动公开), on_request (依申请公开), closed (不予公开)
    disclosure_reason TEXT NOT NULL,   -- 条例 Art. 14–16, when closed
    created_at        TEXT NOT NULL,
    updated_at        TEXT NOT NULL,
    CHECK (state <> 'scheduled' OR publish_at <> ''),
    CHECK (state NOT IN ('published', 'superseded', 'withdrawn') OR published_at <> ''),
    CHECK (state NOT IN ('superseded', 'withdrawn') OR ended_at <> ''),
    CHECK (binned_at = '' OR (head = 0 AND state IN ('draft', 'returned')))
);
CREATE UNIQUE INDEX edition_number ON edition (document_id, number);
-- The three promises that no program fault may break: one public edition at most, one being worked on at most, one newest.
CREATE UNIQUE INDEX edition_one_public ON edition (document_id) WHERE state = 'published';
CREATE UNIQUE INDEX edition_one_open ON edition (document_id)
    WHERE state IN ('draft', 'in_review', 'returned', 'scheduled') AND binned_at = '';
CREATE UNIQUE INDEX edition_one_head ON edition (document_id) WHERE head = 1;
-- The office's list: all documents, those in one state; by any of its three orders.
CREATE INDEX edition_head_updated ON edition (updated_at, id) WHERE head = 1;
CREATE INDEX edition_head_title ON edition (title, id) WHERE head = 1;
CREATE INDEX edition_head_published ON edition (published_at, id) WHERE head = 1;
CREATE INDEX edition_state_updated ON edition (state, updated_at, id);
CREATE INDEX edition_state_title ON edition (state, title, id);
CREATE INDEX edition_state_published ON edition (state, published_at, id);
CREATE INDEX edition_organ ON edition (organ, state, updated_at, id);
CREATE INDEX edition_column ON edition (column_slug, updated_at, id);
CREATE INDEX edition_kind ON edition (kind, updated_at, id);
CREATE INDEX edition_scheduled ON edition (publish_at) WHERE state = 'scheduled';
CREATE INDEX edition_binned ON edition (binned_at) WHERE binned_at <> '';

-- The text of an edition, and what was made of it when it was written.
CREATE TABLE edition_text (
    edition_id   TEXT NOT NULL PRIMARY KEY REFERENCES edition (id) ON DELETE CASCADE,
    body_html    TEXT NOT NULL,        -- cleaned when written; what is committed in the log
    body_text    TEXT NOT NULL,        -- its visible words
    reading_html TEXT NOT NULL,        -- with addresses, as the portal shows it; made from body_html alone
    html_policy  TEXT NOT NULL         -- under which rules these two were made; under others they are made anew
);

-- Everybody who wrote in an edition: none of them passes its review.
CREATE TABLE edition_author (
    edition_id TEXT NOT NULL REFERENCES edition (id) ON DELETE CASCADE,
    account    TEXT NOT NULL,
    PRIMARY KEY (edition_id, account)
) {{without_rowid}};
CREATE INDEX edition_author_account ON edition_author (account, edition_id);

-- Values of the fields that the kind declares; several values of one field have places 0, 1, …
CREATE TABLE facet (
    edition_id TEXT NOT NULL REFERENCES edition (id) ON DELETE CASCADE,
    key        TEXT NOT NULL,
    place      BIGINT NOT NULL,
    value      TEXT NOT NULL CHECK (value <> ''),
    PRIMARY KEY (edition_id, key, place)
) {{without_rowid}};

-- The parts of a text that have an address (章, 节, 条), in order; together they are the whole of it. Made from body_html alone.
CREATE TABLE article (
    edition_id TEXT NOT NULL REFERENCES edition (id) ON DELETE CASCADE,
    place      BIGINT NOT NULL,        -- 0, 1, …
    anchor     TEXT NOT NULL,          -- address within the page; '' before the first
    level      BIGINT NOT NULL,        -- 1 to 3 headings, 4 articles, 0 what stands before the first
    number     TEXT NOT NULL,          -- 第三条; '' for headings without
    title      TEXT NOT NULL,          -- words of a heading
    text       TEXT NOT NULL,          -- visible words up to the next address
    PRIMARY KEY (edition_id, place)
);

-- How documents are tied to each other, e.g. an interpretation to its policy.
CREATE TABLE relation (
    from_document TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    kind          TEXT NOT NULL,       -- key of the tie (RelationSpec)
    to_document   TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    place         BIGINT NOT NULL,
    confirmed_by  TEXT NOT NULL,       -- account of who confirmed a proposed tie; '' = made by its author
    PRIMARY KEY (from_document, kind, to_document)
) {{without_rowid}};
CREATE INDEX relation_back ON relation (to_document, kind);

-- A file that belongs to an edition. A correction carries the row over under the same id, so that links stay.
CREATE TABLE attachment (
    edition_id TEXT NOT NULL REFERENCES edition (id) ON DELETE CASCADE,
    id         TEXT NOT NULL,          -- address on the portal: /attachments/{id}
    position   BIGINT NOT NULL,
    title      TEXT NOT NULL,
    file_name  TEXT NOT NULL,
    digest     TEXT NOT NULL REFERENCES file (digest),
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
CREATE INDEX attachment_by_digest ON attachment (digest);

-- Disposable from here: made from the tables above, and made anew by one function.

-- The short fields by which public lists are narrowed and ordered; a document without the field has the value ''.
CREATE TABLE document_facet (
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    rank  BIGINT NOT NULL,             -- document.rank
    PRIMARY KEY (key, value, rank)
) {{without_rowid}};
CREATE INDEX document_facet_rank ON document_facet (rank, key);

-- How many documents are public, so that no list counts rows: told apart by kind and by what dims names.
CREATE TABLE document_count (
    facet       TEXT NOT NULL,         -- '' = all, day, or the key of a field
    dims        TEXT NOT NULL,         -- by which of organ (o), column (c), year (y) the row is told apart: '', o, oc, ocy …
    organ       TEXT NOT NULL,         -- '' where dims does not name it; likewise the next two
    column_slug TEXT NOT NULL,
    year        TEXT NOT NULL,         -- of the first publication
    kind        TEXT NOT NULL,
    value       TEXT NOT NULL,         -- the day, the value of the field
    n           BIGINT NOT NULL CHECK (n >= 0),
    PRIMARY KEY (facet, dims, organ, column_slug, year, kind, value)
) {{without_rowid}};

-- Pairs of neighbouring characters in the words of a document, its public ones and those of its newest edition: a list that is
-- searched for a word reads the documents that hold its rarest pair. The last character stands alone too.
CREATE TABLE document_word (
    pair        TEXT NOT NULL,
    document_id TEXT NOT NULL,
    PRIMARY KEY (pair, document_id)
) {{without_rowid}};
