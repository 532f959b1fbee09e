-- Whether addresses of other sites given as evidence could be opened.

-- What came of asking for the address of a piece of evidence, the last time. No row: not asked yet.
CREATE TABLE evidence_check (
    evidence   TEXT PRIMARY KEY,       -- evidence.id
    checked_at TEXT NOT NULL,
    outcome    TEXT NOT NULL,          -- opened, gone, answered, unreachable, inside
    detail     TEXT NOT NULL           -- HTTP status or what went wrong, for the person who decides
);
