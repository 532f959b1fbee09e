-- A list of the office with its filter and order under a name of one's own (保存的视图).
CREATE TABLE saved_view (
    id           TEXT NOT NULL PRIMARY KEY,
    account      TEXT NOT NULL,
    account_name TEXT NOT NULL,        -- as others of the organ read who shares it
    organ        TEXT NOT NULL,        -- code of the organ for which the person acted
    list         TEXT NOT NULL,        -- address of the list in the office
    name         TEXT NOT NULL CHECK (name <> ''),
    query        TEXT NOT NULL,        -- query string without the question mark
    shared       BIGINT NOT NULL CHECK (shared IN (0, 1)), -- 1 = everybody of the organ is shown it
    created_at   TEXT NOT NULL,        -- UTC
    UNIQUE (account, list, name)
);
CREATE INDEX saved_view_shared ON saved_view (list, shared, organ);
