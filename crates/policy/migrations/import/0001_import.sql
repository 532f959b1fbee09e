-- Batches of older documents that were public elsewhere and are brought in (导入批), and what became of each file. What they became is a
-- document like any other; here stands where it came from and what a person must still look at.

-- A folder, or some files, brought in together. Brought in again, the same batch goes on: the same folder, or the very same files.
CREATE TABLE import_batch (
    id           TEXT NOT NULL PRIMARY KEY,
    organ        TEXT NOT NULL,        -- whose documents they are
    kind         TEXT NOT NULL,        -- key of the kind of documents they become
    column_slug  TEXT NOT NULL,        -- the column in which their drafts stand at first
    source       TEXT NOT NULL,        -- name of the folder or of the files, without the way there
    started_by   TEXT NOT NULL,        -- account; 'system' = the command line
    started_name TEXT NOT NULL,
    started_at   TEXT NOT NULL,
    finished_at  TEXT NOT NULL,        -- '' = under way, or broken off
    content      TEXT NOT NULL,        -- of files that were sent: SHA-256 of their names and bytes; '' = of a folder
    found        BIGINT NOT NULL,      -- files at the last time
    skipped      BIGINT NOT NULL       -- of these, files that were there already
);
CREATE INDEX import_batch_started ON import_batch (started_at, id);

-- A file of a batch.
CREATE TABLE import_file (
    id          TEXT NOT NULL PRIMARY KEY,
    batch       TEXT NOT NULL REFERENCES import_batch (id) ON DELETE CASCADE,
    place       BIGINT NOT NULL,       -- order within the batch
    path        TEXT NOT NULL,         -- its name with the folders below what was named
    digest      TEXT NOT NULL,         -- SHA-256 of its bytes; '' = it could not be opened
    outcome     TEXT NOT NULL CHECK (outcome IN ('imported', 'same', 'changed', 'failed')),
    document_id TEXT REFERENCES document (id) ON DELETE SET NULL, -- what it became; of same and changed what is there already
    identity    TEXT NOT NULL,         -- title, number and, of laws, day, folded: by which another text of the same document of the same organ and
                                       -- kind is known; '' = it says too little of itself
    text_digest TEXT NOT NULL,         -- SHA-256 of the visible words
    title_digest TEXT NOT NULL,        -- SHA-256 of the title, as it came or as it was corrected with the batch; '' = no document of its own
    came_digest TEXT NOT NULL,         -- SHA-256 of words, addresses and descriptions of the text as it came: another text is not this file
    issued_by   TEXT NOT NULL,         -- the issuing organ as the document names it
    reason      TEXT NOT NULL,         -- why it is no document of its own
    doubts      TEXT NOT NULL,         -- JSON [{field, words}]: what a person must look at; [] = nothing
    notes       TEXT NOT NULL,         -- JSON ["…"]: what the reader of the file left out
    refused     TEXT NOT NULL,         -- why its last submission was refused; '' = it was not
    looked_by   TEXT NOT NULL,         -- account that has looked at the doubts; '' = nobody yet
    looked_name TEXT NOT NULL,
    looked_at   TEXT NOT NULL,
    CHECK (outcome <> 'failed' OR reason <> '')
);
CREATE INDEX import_file_batch ON import_file (batch, place, id);
CREATE INDEX import_file_digest ON import_file (digest) WHERE outcome = 'imported';
CREATE INDEX import_file_identity ON import_file (identity) WHERE outcome = 'imported';
CREATE INDEX import_file_document ON import_file (document_id);
-- The work list asks for what nobody has looked at.
CREATE INDEX import_file_doubtful ON import_file (batch) WHERE outcome = 'imported' AND doubts <> '[]' AND looked_at = '';
CREATE INDEX import_file_refused ON import_file (batch) WHERE refused <> '';
