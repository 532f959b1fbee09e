-- Items of the catalogue (公开事项) as the county has them: those of the program's box that were looked at once, and its own.
CREATE TABLE item_entry (
    id             TEXT PRIMARY KEY NOT NULL, -- key of the item: permit
    title          TEXT NOT NULL,      -- as it is called now
    base           TEXT NOT NULL,      -- JSON: the item of the box on which the county's stands; '' = the county's own
    left_out       TEXT NOT NULL,      -- JSON: a newer item of the box that the county has decided not to take; '' = none
    retired_on     TEXT NOT NULL,      -- date in China from which it is owed no more; '' = it is owed
    retired_reason TEXT NOT NULL,
    retired_name   TEXT NOT NULL,      -- name of who retired it
    CHECK (retired_on = '' OR retired_reason <> '')
);

-- Versions of items. A version that was issued is never changed; which one is in force on a day is computed from the days.
CREATE TABLE item_version (
    id           TEXT PRIMARY KEY NOT NULL,
    item         TEXT NOT NULL REFERENCES item_entry (id),
    number       BIGINT NOT NULL CHECK (number >= 0), -- from 1 in the order of issue; 0 = not issued
    state        TEXT NOT NULL CHECK (state IN ('draft', 'offered', 'issued', 'dropped')),
    origin       TEXT NOT NULL CHECK (origin IN ('box', 'county')), -- 'box' = as it came with the program
    sort         TEXT NOT NULL CHECK (sort IN ('box', 'form', 'file', 'copy', 'confirm', 'update')), -- how it came about
    body         TEXT NOT NULL,        -- JSON: the item
    base         TEXT NOT NULL,        -- JSON: the item of the box that it takes over; '' = none
    from_number  BIGINT NOT NULL,      -- the version from which it was begun; 0 = a new item
    from_on      TEXT NOT NULL,        -- date in China from which it holds; '' = from its issue, of the box from ever
    note         TEXT NOT NULL,        -- what was changed and why
    returned     TEXT NOT NULL,        -- with which words it was sent back; '' = it was not
    hands        TEXT NOT NULL,        -- JSON: accounts that wrote in it; none of them issues it
    revision     BIGINT NOT NULL,      -- raised by every change
    changed_name TEXT NOT NULL,
    changed_at   TEXT NOT NULL,
    issued_by    TEXT NOT NULL,        -- account; '' = not issued
    issued_name  TEXT NOT NULL,
    issued_at    TEXT NOT NULL,
    CHECK ((state = 'issued') = (number > 0))
);
CREATE INDEX item_version_item ON item_version (item, number);
-- One text of an item is worked on at a time.
CREATE UNIQUE INDEX item_version_open ON item_version (item) WHERE state IN ('draft', 'offered');
CREATE UNIQUE INDEX item_version_number ON item_version (item, number) WHERE state = 'issued';
