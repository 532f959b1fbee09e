-- What the portal takes in: drafts under private links, receipts, links to cases, limits.
-- Portable between SQLite and PostgreSQL; moments are UTC text of fixed width, empty text means "none".
-- No column here holds what a person typed in a form that the database alone can read, nor anybody's network address.

-- A form that somebody is filling in. Whoever holds the link may go on; the database holds only what the link's secret opens.
CREATE TABLE portal_draft (
    id         TEXT NOT NULL PRIMARY KEY,
    lookup     TEXT NOT NULL UNIQUE CHECK (LENGTH(lookup) = 64), -- HMAC-SHA-256 keyed by the link's secret, hexadecimal
    form       TEXT NOT NULL CHECK (form <> ''),  -- key of the form
    state      TEXT NOT NULL CHECK (state IN ('open', 'sent')),
    sealed     TEXT NOT NULL,                     -- fields and names of files, AES-256-GCM under a key from the secret, base64
    version    BIGINT NOT NULL CHECK (version > 0), -- one more with each change
    created_at TEXT NOT NULL CHECK (created_at <> ''),
    updated_at TEXT NOT NULL CHECK (updated_at <> ''),
    expires_at TEXT NOT NULL CHECK (expires_at <> ''), -- not before this it is removed with its files
    CHECK ((state = 'open') = (sealed <> ''))
) {{without_rowid}};
CREATE INDEX portal_draft_by_expiry ON portal_draft (expires_at);

-- The files of an open draft. Their names are sealed with the draft.
CREATE TABLE portal_draft_file (
    draft_id TEXT NOT NULL REFERENCES portal_draft (id) ON DELETE CASCADE,
    id       TEXT NOT NULL,
    digest   TEXT NOT NULL REFERENCES file (digest), -- where the bytes lie
    PRIMARY KEY (draft_id, id)
) {{without_rowid}};
CREATE INDEX portal_draft_file_by_digest ON portal_draft_file (digest);

-- Proof that something was received: what, when, and the digest of all of it.
CREATE TABLE portal_receipt (
    number     TEXT NOT NULL PRIMARY KEY CHECK (number <> ''), -- day and chance: tells nothing about how many there are
    lookup     TEXT NOT NULL UNIQUE CHECK (LENGTH(lookup) = 64), -- as in portal_draft, of the receipt's link
    draft_id   TEXT NOT NULL UNIQUE,              -- of the draft that was sent: sent twice, it has one receipt
    form       TEXT NOT NULL CHECK (form <> ''),  -- key of the form
    case_id    TEXT NOT NULL,                     -- the case that was made of it
    received_at TEXT NOT NULL CHECK (received_at <> ''),
    digest     TEXT NOT NULL CHECK (LENGTH(digest) = 64), -- SHA-256 of the record of what was received
    sealed     TEXT NOT NULL,                     -- that record, as in portal_draft; empty once erased
    expires_at TEXT NOT NULL CHECK (expires_at <> '')
) {{without_rowid}};
CREATE INDEX portal_receipt_by_case ON portal_receipt (case_id) WHERE case_id <> '';
CREATE INDEX portal_receipt_by_expiry ON portal_receipt (expires_at);

-- Private links to cases.
CREATE TABLE portal_link (
    lookup     TEXT NOT NULL PRIMARY KEY CHECK (LENGTH(lookup) = 64), -- as in portal_draft
    case_id    TEXT NOT NULL CHECK (case_id <> ''),
    made_at    TEXT NOT NULL CHECK (made_at <> ''),
    revoked_at TEXT NOT NULL                      -- since when it opens nothing
) {{without_rowid}};
CREATE INDEX portal_link_by_case ON portal_link (case_id);

-- How much a network has used of a limit: the moment at which it has its whole allowance again.
CREATE TABLE rate_limit (
    bucket  TEXT NOT NULL PRIMARY KEY CHECK (LENGTH(bucket) = 64), -- HMAC-SHA-256 of limit and network under the day's salt
    full_at BIGINT NOT NULL                       -- milliseconds since 1970
) {{without_rowid}};
CREATE INDEX rate_limit_by_moment ON rate_limit (full_at);

-- The salts under which networks are remembered; with the day's salt the day's networks are forgotten.
CREATE TABLE rate_salt (
    day  TEXT NOT NULL PRIMARY KEY,               -- in China
    salt TEXT NOT NULL CHECK (LENGTH(salt) = 64)  -- 32 random bytes, hexadecimal
) {{without_rowid}};
