-- The county's map (县域图), made of the boundary file that was sent; one row while there is a map.
CREATE TABLE county_map (
    id         TEXT NOT NULL PRIMARY KEY CHECK (id = 'county'),
    source     TEXT NOT NULL CHECK (source <> ''),   -- where the boundaries are from, in words, told beside the map
    approval   TEXT NOT NULL CHECK (approval <> ''), -- 审图号 (地图管理条例 Art. 15), told beside the map
    drawing    TEXT NOT NULL,                        -- what is drawn, as JSON: names, outlines in points of the picture, where names stand
    changed_at TEXT NOT NULL                         -- UTC
);
