-- Who had the text of an edition open in which round of its review: passing several texts at once rests on it (成批通过). Within a round
-- a text does not change, and whoever takes one back and submits it again begins another. The log is told of readings for another
-- purpose and in its own measure.
CREATE TABLE text_read (
    review     TEXT NOT NULL,           -- id of the round
    account    TEXT NOT NULL,           -- of who read it
    edition_id TEXT NOT NULL REFERENCES edition (id) ON DELETE CASCADE,
    at         TEXT NOT NULL,           -- when it was opened first
    PRIMARY KEY (review, account)
) {{without_rowid}};
CREATE INDEX text_read_edition ON text_read (edition_id);
