-- 清除: a text that should never have been public is withdrawn first, then erased, on the word of two people. One row for each
-- document; asked for anew it begins again. What was erased is nowhere, this row and its events say that it was.
CREATE TABLE erasure (
    document_id TEXT NOT NULL PRIMARY KEY REFERENCES document (id) ON DELETE CASCADE,
    basis       TEXT NOT NULL CHECK (basis IN ('personal', 'secret', 'other')), -- 个人信息保护法 Art. 47, state secrets, another law
    reason      TEXT NOT NULL,         -- in the words of who asked
    asked_by    TEXT NOT NULL,         -- account
    asked_name  TEXT NOT NULL,
    asked_at    TEXT NOT NULL,
    done_by     TEXT NOT NULL,         -- account of who decided it; '' = it waits
    done_name   TEXT NOT NULL,
    done_at     TEXT NOT NULL,
    CHECK ((done_by = '') = (done_at = '')),
    CHECK (done_by <> asked_by)
);
CREATE INDEX erasure_waiting ON erasure (asked_at) WHERE done_by = '';
