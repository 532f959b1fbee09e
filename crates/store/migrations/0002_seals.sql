-- What the rows of a subject were when something had happened to it: an event commits to the seals that it makes.
ALTER TABLE event ADD COLUMN seals TEXT NOT NULL DEFAULT ''; -- SHA-256 over the rows of event_seal of this event; '' = none

-- The seal of a subject after an event; the newest of a subject is what its rows must be now.
CREATE TABLE event_seal (
    chain        TEXT NOT NULL,
    subject_kind TEXT NOT NULL CHECK (subject_kind <> ''),
    subject_id   TEXT NOT NULL,
    seq          BIGINT NOT NULL,      -- the event that commits to it
    seal         TEXT NOT NULL,        -- JSON {part: SHA-256 of its rows}; a part without rows is left out
    PRIMARY KEY (chain, subject_kind, subject_id, seq),
    FOREIGN KEY (chain, seq) REFERENCES event (chain, seq)
) {{without_rowid}};
CREATE INDEX event_seal_by_event ON event_seal (chain, seq);
