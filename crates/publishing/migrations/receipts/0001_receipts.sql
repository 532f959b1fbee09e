-- The public log (公开凭证日志): one leaf for each publication, correction, withdrawal and erasure of a document. Rows are only added;
-- an erasure empties salt and content, by which the digest in the leaf tells nobody anything any more.
CREATE TABLE public_leaf (
    place       BIGINT NOT NULL PRIMARY KEY,  -- number in the log, from 0, without gaps
    event_seq   BIGINT NOT NULL UNIQUE,       -- the event of the audit log that it tells of
    document_id TEXT NOT NULL,
    act         TEXT NOT NULL CHECK (act IN ('published', 'corrected', 'withdrawn', 'erased')),
    edition     BIGINT NOT NULL,              -- 1, 2, …; 0 = the whole document
    at          TEXT NOT NULL,                -- UTC
    leaf        TEXT NOT NULL CHECK (leaf <> ''), -- the bytes over which the tree is made
    salt        TEXT NOT NULL,                -- 32 bytes, hexadecimal; '' = erased, or nothing became public
    content     TEXT NOT NULL,                -- what the digest in the leaf was taken over; '' with the salt
    CHECK ((salt = '') = (content = ''))
);
CREATE INDEX public_leaf_document ON public_leaf (document_id, place);

-- Hashes of the complete subtrees over the leaves (RFC 6962), at the places that C2SP tlog-tiles counts by.
CREATE TABLE public_node (
    place BIGINT NOT NULL PRIMARY KEY,
    hash  TEXT NOT NULL                       -- hexadecimal
);

-- What the log last signed: one row.
CREATE TABLE public_log (
    id         BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    origin     TEXT NOT NULL,                 -- its name, for ever
    key        TEXT NOT NULL,                 -- its public key as signed-note writes it, for ever
    size       BIGINT NOT NULL,               -- leaves in the signed state
    checkpoint TEXT NOT NULL,                 -- the signed note
    signed_at  TEXT NOT NULL                  -- UTC
);
