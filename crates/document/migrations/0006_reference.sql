-- What one document says of another (文件关系): on what it is based, what it amends, repeals, replaces. Found in the text by the program, confirmed or refused by a person.
CREATE TABLE document_reference (
    id            TEXT NOT NULL PRIMARY KEY,
    from_document TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE, -- whose text says it
    edition_id    TEXT NOT NULL,       -- newest edition in whose text it was found; '' = entered by a person
    basis         TEXT NOT NULL        -- its own text says it, the text of the other does, the two are called the same, entered by a person
        CHECK (basis IN ('text', 'other', 'title', 'hand')),
    verb          TEXT NOT NULL
        CHECK (verb IN ('cites', 'based_on', 'implements', 'interprets', 'amends', 'repeals', 'replaces', 'ends')),
    to_document   TEXT REFERENCES document (id) ON DELETE CASCADE, -- of whom; NULL = not in the library, or not known which
    to_title      TEXT NOT NULL,       -- as the text names it
    to_number     TEXT NOT NULL,       -- 发文字号 as the text names it; '' = without
    articles      TEXT NOT NULL,       -- which articles, 第三条、第十二条; '' = all of it
    quote         TEXT NOT NULL,       -- the sentence in which it stands
    effective_on  TEXT NOT NULL,       -- from when; '' = from the first day of the document that says it
    state         TEXT NOT NULL CHECK (state IN ('noted', 'found', 'confirmed', 'refused')), -- noted = a mere mention, nothing to decide
    several       BIGINT NOT NULL CHECK (several >= 0), -- how many public documents fit the name when it was found
    decided_by    TEXT NOT NULL,       -- account; '' = nobody yet
    decided_name  TEXT NOT NULL,
    decided_at    TEXT NOT NULL,
    reason        TEXT NOT NULL,       -- why it was refused, or entered by hand
    version       BIGINT NOT NULL CHECK (version > 0), -- raised by every decision
    created_at    TEXT NOT NULL,
    CHECK (to_document IS NULL OR to_document <> from_document),
    CHECK (state NOT IN ('confirmed', 'refused') OR decided_at <> '')
);
-- A text says a thing once, however often it repeats it.
CREATE UNIQUE INDEX document_reference_once ON document_reference (from_document, verb, to_number, to_title, articles);
CREATE INDEX document_reference_to ON document_reference (to_document, state, verb);
CREATE INDEX document_reference_state ON document_reference (state, created_at, id);
