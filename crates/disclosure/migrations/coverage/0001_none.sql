-- Declarations that an organ has no information of an item (本机关没有此类信息): said by the organ, confirmed by the county
-- office, for certain days. They lapse by themselves. Moments are UTC text of fixed width, days YYYY-MM-DD, '' = none.
CREATE TABLE coverage_none (
    id            TEXT NOT NULL PRIMARY KEY,
    item          TEXT NOT NULL CHECK (item <> ''),   -- key of the item
    organ         TEXT NOT NULL CHECK (organ <> ''),
    from_on       TEXT NOT NULL CHECK (from_on <> ''),
    until_on      TEXT NOT NULL CHECK (until_on >= from_on), -- the last day on which it holds
    reason        TEXT NOT NULL CHECK (reason <> ''), -- readers see it once it is confirmed
    state         TEXT NOT NULL CHECK (state IN ('offered', 'confirmed', 'returned', 'ended')),
    declared_by   TEXT NOT NULL,                      -- account
    declared_name TEXT NOT NULL,
    declared_at   TEXT NOT NULL CHECK (declared_at <> ''),
    decided_by    TEXT NOT NULL,                      -- who confirmed it, returned it, or ended it before its time
    decided_name  TEXT NOT NULL,
    decided_at    TEXT NOT NULL,
    note          TEXT NOT NULL,                      -- why it was returned or ended
    version       BIGINT NOT NULL CHECK (version > 0)
) {{without_rowid}};
-- One waits at a time.
CREATE UNIQUE INDEX coverage_none_waits ON coverage_none (item, organ) WHERE state = 'offered';
CREATE INDEX coverage_none_of_item ON coverage_none (item, organ, declared_at, id);
CREATE INDEX coverage_none_offered ON coverage_none (declared_at, id) WHERE state = 'offered';
CREATE INDEX coverage_none_holds ON coverage_none (until_on, id) WHERE state = 'confirmed';
