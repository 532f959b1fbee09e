-- A file that is being sent in parts, so that a line that drops costs one part of it and not the whole. It is no attachment yet:
-- when all of it is there it is held against what its sender named, read, checked and attached like any other. Kept for a day
-- after the last part, and as long after it was attached, so that an answer that was lost is given again.
CREATE TABLE upload (
    id          TEXT NOT NULL PRIMARY KEY,
    edition_id  TEXT NOT NULL REFERENCES edition (id) ON DELETE CASCADE,
    account     TEXT NOT NULL,         -- whose it is: nobody else adds to it or ends it
    file_name   TEXT NOT NULL,         -- without what cannot stand in a file name
    digest      TEXT NOT NULL,         -- SHA-256 of the whole as its sender named it before the first part
    bytes       BIGINT NOT NULL CHECK (bytes > 0), -- of the whole, likewise
    received    BIGINT NOT NULL CHECK (received >= 0), -- of it, from the beginning, without gaps
    replaces    TEXT NOT NULL,         -- attachment whose place it takes; '' = it is a new one
    attachment  TEXT NOT NULL,         -- what it became; '' = it is not attached
    created_at  TEXT NOT NULL,
    touched_at  TEXT NOT NULL,         -- when its last part came
    CHECK (received <= bytes)
);
CREATE INDEX upload_account ON upload (account, touched_at);
CREATE INDEX upload_edition ON upload (edition_id);
CREATE INDEX upload_touched ON upload (touched_at);

-- Its parts, in order and without gaps.
CREATE TABLE upload_part (
    upload TEXT NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
    place  BIGINT NOT NULL CHECK (place >= 0), -- bytes of the whole that stand before it
    bytes  BIGINT NOT NULL CHECK (bytes > 0),
    digest TEXT NOT NULL REFERENCES file (digest),
    PRIMARY KEY (upload, place)
) {{without_rowid}};
CREATE INDEX upload_part_digest ON upload_part (digest);
