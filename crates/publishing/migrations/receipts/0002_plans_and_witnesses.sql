-- Work plans are leaves as documents are: what a leaf is of has a kind. The leaves of before are of documents.
CREATE TABLE public_leaf_of (
    place       BIGINT NOT NULL PRIMARY KEY,  -- number in the log, from 0, without gaps
    event_seq   BIGINT NOT NULL UNIQUE,       -- the event of the audit log that it tells of
    subject     TEXT NOT NULL CHECK (subject IN ('document', 'plan')),
    subject_id  TEXT NOT NULL,
    act         TEXT NOT NULL CHECK (act IN ('published', 'corrected', 'ended', 'withdrawn', 'erased')),
    edition     BIGINT NOT NULL,              -- 1, 2, …; 0 = the whole document
    at          TEXT NOT NULL,                -- UTC
    leaf        TEXT NOT NULL CHECK (leaf <> ''), -- the bytes over which the tree is made
    salt        TEXT NOT NULL,                -- 32 bytes, hexadecimal; '' = erased, or nothing became public
    content     TEXT NOT NULL,                -- what the digest in the leaf was taken over; '' with the salt
    CHECK ((salt = '') = (content = ''))
);
INSERT INTO public_leaf_of (place, event_seq, subject, subject_id, act, edition, at, leaf, salt, content)
SELECT place, event_seq, 'document', document_id, act, edition, at, leaf, salt, content FROM public_leaf;
DROP TABLE public_leaf;
ALTER TABLE public_leaf_of RENAME TO public_leaf;
CREATE INDEX public_leaf_subject ON public_leaf (subject_id, place);

-- What witnesses have cosigned: of each the newest state, which is one of this log.
CREATE TABLE public_witness (
    key      TEXT NOT NULL PRIMARY KEY,       -- public key of the witness as signed-note writes it
    size     BIGINT NOT NULL,                 -- leaves in the state
    note     TEXT NOT NULL CHECK (note <> ''), -- the state as the log signed it, with the cosignature
    at       TEXT NOT NULL,                   -- when it was cosigned, by the clock of the witness; UTC
    taken_at TEXT NOT NULL                    -- UTC
);
