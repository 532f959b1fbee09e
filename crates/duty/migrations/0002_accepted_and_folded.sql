-- The third decision on evidence, and one share where a reform made two organs one.

-- 1 = accepted by the office, but the duty (or the period) is not finished by it: shown as evidence, closes nothing. Only with
-- decision 'confirmed'; the column reason then says what is still missing.
ALTER TABLE evidence ADD COLUMN partial BIGINT NOT NULL DEFAULT 0;

-- The share of the same duty into which this one was folded, because one organ answers for both today; '' = it stands by itself.
-- Role and end stay those of the issue, so that amendments go on by the names of the text; notes, evidence and reminders move.
ALTER TABLE duty_share ADD COLUMN folded_into TEXT NOT NULL DEFAULT '';
CREATE INDEX duty_share_folded ON duty_share (folded_into) WHERE folded_into <> '';
