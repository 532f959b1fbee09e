-- What reviewers note beside a passage of a text in review (批注), for its authors. It is never public and stays with the record of
-- the review; its words go when the document is erased.
CREATE TABLE text_comment (
    id            TEXT NOT NULL PRIMARY KEY,
    edition_id    TEXT NOT NULL REFERENCES edition (id) ON DELETE CASCADE,
    quote         TEXT NOT NULL,       -- the passage in its own words, by which it is found again after the text has changed
    words         TEXT NOT NULL,
    gate          TEXT NOT NULL,       -- code of the gate at which the text stood
    account       TEXT NOT NULL,       -- of who noted it
    name          TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    resolved_by   TEXT NOT NULL,       -- account of who has dealt with it; '' = it is open
    resolved_name TEXT NOT NULL,
    resolved_at   TEXT NOT NULL,
    answer        TEXT NOT NULL,       -- in the words of who has dealt with it
    CHECK ((resolved_by = '') = (resolved_at = ''))
);
CREATE INDEX text_comment_edition ON text_comment (edition_id, created_at);
