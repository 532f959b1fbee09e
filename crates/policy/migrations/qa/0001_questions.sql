-- On which words of a policy an answer (政策问答) rests, and whether they are still what they were when it was given. Made from
-- the log; that somebody looked at it again is the office's.
CREATE TABLE question_basis (
    document_id TEXT NOT NULL PRIMARY KEY, -- the question
    policy      TEXT NOT NULL,          -- document on which it rests
    clause      TEXT NOT NULL,          -- as written: 第三条; empty = the policy as a whole
    digest      TEXT NOT NULL,          -- SHA-256 of the words of the clause when the answer was given
    flag        TEXT NOT NULL CHECK (flag IN ('', 'changed', 'gone', 'withdrawn', 'lapsed', 'repealed')),
    flagged_at  TEXT NOT NULL           -- UTC; empty = not flagged
);
CREATE INDEX question_basis_policy ON question_basis (policy);
