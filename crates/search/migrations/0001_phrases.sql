-- Words of the search that the office keeps (检索用语): what is the same thing in other words, and what is shown first for a word.
CREATE TABLE search_phrase (
    id         TEXT NOT NULL PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('same', 'first')), -- same = 同义词, first = 推荐结果
    words      TEXT NOT NULL CHECK (words <> ''), -- forms, one per line
    target     TEXT NOT NULL,          -- address on the portal of what is shown first; '' for same
    title      TEXT NOT NULL,          -- title of a fixed page; '' where what is found has its own
    version    BIGINT NOT NULL,        -- raised by each change
    changed_at TEXT NOT NULL,          -- UTC
    CHECK ((kind = 'first') = (target <> ''))
);
