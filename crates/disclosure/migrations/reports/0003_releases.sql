-- Each time that figures were made public, so that a later change is shown as one: which version readers saw, and until when.
CREATE TABLE annual_report_release (
    report  TEXT NOT NULL REFERENCES annual_report (id) ON DELETE CASCADE,
    place   BIGINT NOT NULL CHECK (place > 0),
    version BIGINT NOT NULL CHECK (version > 0),
    at      TEXT NOT NULL CHECK (at <> ''), -- UTC
    until   TEXT NOT NULL,                  -- UTC; '' = readers see it now
    ended   TEXT NOT NULL CHECK (ended IN ('', 'replaced', 'withdrawn')), -- '' = it has not
    PRIMARY KEY (report, place),
    CHECK ((until = '') = (ended = ''))
) {{without_rowid}};
INSERT INTO annual_report_release (report, place, version, at, until, ended)
SELECT id, 1, public_version, public_at, '', '' FROM annual_report WHERE public_version > 0;
