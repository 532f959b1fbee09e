-- County maps that are not shown: the one that waits to be looked at, and the former ones, of which the newest few are kept.
CREATE TABLE county_map_other (
    id         TEXT NOT NULL PRIMARY KEY,
    waits      BIGINT NOT NULL CHECK (waits IN (0, 1)), -- 1 = sent and not yet looked at; there is one at most
    file       TEXT NOT NULL,                           -- name of the file that was sent; of a map that was shown before this table ''
    source     TEXT NOT NULL CHECK (source <> ''),      -- as of the map that is shown
    approval   TEXT NOT NULL CHECK (approval <> ''),    -- as of the map that is shown
    drawing    TEXT NOT NULL,                           -- as of the map that is shown
    changed_at TEXT NOT NULL                            -- UTC: when it was sent, or until when it was shown
);

CREATE UNIQUE INDEX county_map_other_waits ON county_map_other (waits) WHERE waits = 1;
