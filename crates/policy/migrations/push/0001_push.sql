-- Policies of which an audience was told: each once for each sort of people.
CREATE TABLE policy_push (
    id            TEXT NOT NULL PRIMARY KEY,
    document_id   TEXT NOT NULL REFERENCES document (id),
    edition_id    TEXT NOT NULL,         -- the edition of which it tells
    who           TEXT NOT NULL,         -- code of whom it is for: company
    audience      TEXT NOT NULL,         -- the same in the words of the policy
    title         TEXT NOT NULL,         -- of the message
    channels      TEXT NOT NULL,         -- keys of the channels by which it went out, with commas between
    people        BIGINT NOT NULL,       -- reached, as far as channels know; -1 = none of them does
    sent_by       TEXT NOT NULL,         -- account of the person
    sent_name     TEXT NOT NULL,
    sent_at       TEXT NOT NULL,         -- UTC
    UNIQUE (document_id, who)
);
