-- Addresses at which nothing stands any more, of an old site or of a column that is gone, and where they lead now (网址重定向).
CREATE TABLE moved_address (
    id          TEXT NOT NULL PRIMARY KEY,
    source      TEXT NOT NULL UNIQUE CHECK (source <> ''), -- path on the portal, with the query where it counts, percent-encoded
    target      TEXT NOT NULL CHECK (target <> ''), -- the same, of what stands now
    target_path TEXT NOT NULL,         -- target without its query: what the next step of a chain would begin with
    changed_at  TEXT NOT NULL,         -- UTC
    CHECK (source <> target)
);
CREATE INDEX moved_address_target ON moved_address (target_path);
