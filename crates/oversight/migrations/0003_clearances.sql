-- 保密审查 of plans: what is issued or amended has been read before by somebody who did not write it (条例 Art. 17).
CREATE TABLE plan_clearance (
    id           TEXT PRIMARY KEY NOT NULL,
    plan         TEXT NOT NULL REFERENCES plan (id),
    amendment    TEXT NOT NULL,            -- the amendment whose text was read; '' = the draft of the plan
    seen         TEXT NOT NULL,            -- what was read: version of the draft; digest of an amended text with its reason
    state        TEXT NOT NULL CHECK (state IN ('asked', 'passed', 'returned')),
    words        TEXT NOT NULL,            -- why it was returned
    asked_at     TEXT NOT NULL,
    asked_by     TEXT NOT NULL,
    asked_by_name TEXT NOT NULL,
    decided_at   TEXT NOT NULL,            -- '' = waits
    decided_by   TEXT NOT NULL,
    decided_by_name TEXT NOT NULL
);
CREATE UNIQUE INDEX plan_clearance_of ON plan_clearance (plan, amendment); -- the latest request; earlier ones stand in the log
