-- How the interpretation (解读) of a policy is arranged before the policy becomes public: together with it, by a day after it, or
-- not at all, which another person agrees to.
CREATE TABLE interpretation_plan (
    document_id  TEXT NOT NULL PRIMARY KEY, -- of the policy
    version      BIGINT NOT NULL,       -- raised with every change
    mode         TEXT NOT NULL CHECK (mode IN ('together', 'later', 'exempt')),
    due_on       TEXT NOT NULL,         -- later: the day until which it is out, YYYY-MM-DD; else empty
    organ        TEXT NOT NULL,         -- who interprets, where it is not who drafted the policy; else empty
    leader       TEXT NOT NULL,         -- office and name of the leader who explains it; may be empty
    forms        TEXT NOT NULL,         -- codes of the forms that are planned, with blanks between them
    reason       TEXT NOT NULL,         -- why later, why not at all
    asked_by     TEXT NOT NULL,         -- account
    asked_name   TEXT NOT NULL,
    asked_at     TEXT NOT NULL,         -- UTC
    decision     TEXT NOT NULL CHECK (decision IN ('', 'agreed', 'refused')), -- on an exemption
    decided_by   TEXT NOT NULL,         -- account; empty = undecided
    decided_name TEXT NOT NULL,
    decided_at   TEXT NOT NULL,         -- UTC
    answer       TEXT NOT NULL,         -- why it was refused, or what was said with the agreement
    CHECK (decided_by = '' OR decided_by <> asked_by),
    CHECK (mode = 'exempt' OR decision = '')
);
