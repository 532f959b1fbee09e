-- Yearly sheet of the government site (政府网站工作年度报表, 国办函〔2018〕12号), as the county office has filled it in.
CREATE TABLE site_sheet (
    id           TEXT NOT NULL PRIMARY KEY CHECK (id BETWEEN '2018' AND '2100'), -- the year
    version      BIGINT NOT NULL CHECK (version > 0),
    cells        TEXT NOT NULL,   -- JSON object: key of a cell and what stands in it
    changed_by   TEXT NOT NULL,   -- account
    changed_name TEXT NOT NULL,
    changed_at   TEXT NOT NULL    -- UTC
);

-- Every version as it was saved.
CREATE TABLE site_sheet_version (
    sheet        TEXT NOT NULL REFERENCES site_sheet (id) ON DELETE CASCADE,
    version      BIGINT NOT NULL CHECK (version > 0),
    cells        TEXT NOT NULL,
    changed_by   TEXT NOT NULL,
    changed_name TEXT NOT NULL,
    changed_at   TEXT NOT NULL,
    PRIMARY KEY (sheet, version)
) {{without_rowid}};
