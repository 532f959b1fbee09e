-- The head of a draft is corrected like its duties; two plans of one kind and year are told apart; a plan issued by mistake is
-- revoked by two people.
ALTER TABLE plan ADD COLUMN text_year BIGINT NOT NULL DEFAULT 0;      -- the year that the text itself names; 0 = none
ALTER TABLE plan ADD COLUMN issued_on TEXT NOT NULL DEFAULT '';       -- 成文日期, YYYY-MM-DD
ALTER TABLE plan ADD COLUMN replaces TEXT NOT NULL DEFAULT '';        -- the plan whose place it takes once it is issued
ALTER TABLE plan ADD COLUMN twin_reason TEXT NOT NULL DEFAULT '';     -- why it replaces or stands beside one of its kind and year
ALTER TABLE plan ADD COLUMN revoked_at TEXT NOT NULL DEFAULT '';      -- of a superseded plan: it was revoked, no other took its place
ALTER TABLE plan ADD COLUMN revoked_reason TEXT NOT NULL DEFAULT '';  -- published with the tombstone

-- Requests to revoke an issued plan. One person asks, another decides.
CREATE TABLE plan_revocation (
    id           TEXT PRIMARY KEY NOT NULL,
    plan         TEXT NOT NULL REFERENCES plan (id),
    state        TEXT NOT NULL CHECK (state IN ('requested', 'carried_out', 'dropped')),
    reason       TEXT NOT NULL,            -- becomes public when it is carried out
    restores     BIGINT NOT NULL CHECK (restores IN (0, 1)), -- 1 = plans that this one replaced are in force again
    requested_at TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_by_name TEXT NOT NULL,
    decided_at   TEXT NOT NULL,            -- '' = waits
    decided_by   TEXT NOT NULL,
    decided_by_name TEXT NOT NULL
);
CREATE INDEX plan_revocation_by_plan ON plan_revocation (plan, requested_at);
CREATE UNIQUE INDEX plan_revocation_open ON plan_revocation (plan) WHERE state = 'requested';
