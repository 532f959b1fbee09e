-- Programs of organs that hand data over by a key of their own (接口密钥). '' means none; moments are UTC text, dates YYYY-MM-DD.
-- A row is never deleted: what a program sent is known by its id.
CREATE TABLE program (
    id           TEXT NOT NULL PRIMARY KEY,
    name         TEXT NOT NULL CHECK (name <> ''),          -- which system it is
    organ        TEXT NOT NULL REFERENCES organ (code),     -- whose records it sends; never changed
    items        TEXT NOT NULL,        -- JSON list of keys of items; [] = all of them
    digest       TEXT NOT NULL UNIQUE, -- SHA-256 of the key (256 random bits, so no slow hash is needed); of a revoked one, too
    ends_on      TEXT NOT NULL,        -- last day on which the key holds
    made_at      TEXT NOT NULL,
    made_by      TEXT NOT NULL,        -- account; 'system'
    made_name    TEXT NOT NULL,
    renewed_at   TEXT NOT NULL,        -- when the key was last exchanged for another
    used_on      TEXT NOT NULL,        -- day of the last use that was answered
    revoked_at   TEXT NOT NULL,
    revoked_by   TEXT NOT NULL,
    revoked_name TEXT NOT NULL,
    reason       TEXT NOT NULL         -- why it was revoked
);
CREATE INDEX program_by_made ON program (made_at, id);
CREATE INDEX program_by_organ ON program (organ, id);
