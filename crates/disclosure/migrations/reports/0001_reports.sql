-- Figures of yearly reports on openness (政府信息公开工作年度报告, chapters two to four): of an organ and a year, or of the whole county.
CREATE TABLE annual_report (
    id             TEXT NOT NULL PRIMARY KEY,
    organ          TEXT NOT NULL CHECK (organ <> ''), -- code; of the county's summary that of the county office
    year           BIGINT NOT NULL CHECK (year BETWEEN 2008 AND 2100),
    scope          TEXT NOT NULL CHECK (scope IN ('own', 'county')), -- the organ's own, or the summary of all
    version        BIGINT NOT NULL CHECK (version > 0),
    figures        TEXT NOT NULL,      -- JSON: the tables of the newest version
    origin         TEXT NOT NULL CHECK (origin IN ('new', 'typed', 'file', 'sum', 'counted')), -- where the newest version is from
    changed_by     TEXT NOT NULL,      -- account
    changed_name   TEXT NOT NULL,
    changed_at     TEXT NOT NULL,      -- UTC
    public_version BIGINT NOT NULL CHECK (public_version >= 0), -- the version that readers see; 0 = none
    public_by      TEXT NOT NULL,      -- account; '' = nobody
    public_name    TEXT NOT NULL,
    public_at      TEXT NOT NULL,      -- UTC; '' = not public
    public_reason  TEXT NOT NULL,      -- why it is public although it contradicts itself or has gaps; '' = it does not
    UNIQUE (organ, year, scope),
    CHECK (public_version <= version),
    CHECK (public_version = 0 OR public_at <> '')
);
CREATE INDEX annual_report_year ON annual_report (year, scope, organ);

-- Every version as it was saved: nothing that was public can be changed unseen.
CREATE TABLE annual_report_version (
    report       TEXT NOT NULL REFERENCES annual_report (id) ON DELETE CASCADE,
    version      BIGINT NOT NULL CHECK (version > 0),
    figures      TEXT NOT NULL,
    origin       TEXT NOT NULL,
    changed_by   TEXT NOT NULL,
    changed_name TEXT NOT NULL,
    changed_at   TEXT NOT NULL,
    PRIMARY KEY (report, version)
) {{without_rowid}};
