-- Routes that the office has set (审核流程), stand-ins (代办), and who may pass the stage at which a round stands besides its roles.

ALTER TABLE review ADD COLUMN stage_within TEXT NOT NULL DEFAULT ''; -- '' = of the organ or the competent department, own, office
ALTER TABLE review ADD COLUMN stage_person TEXT NOT NULL DEFAULT ''; -- account that alone passes the stage; '' = nobody is named

-- The stages of subjects in a column and of a sort, as the office has set them. Rounds keep the route that they were opened with.
CREATE TABLE review_route (
    id           TEXT PRIMARY KEY NOT NULL,
    subject_kind TEXT NOT NULL,          -- edition, …
    column_slug  TEXT NOT NULL,          -- '' = every column
    sort         TEXT NOT NULL,          -- what sort of thing, in its owner's codes: kind of document; '' = every sort
    stages       TEXT NOT NULL,          -- JSON as in review.route, without questions: what a gate asks is asked for on opening
    version      BIGINT NOT NULL,        -- raised by every change
    set_name     TEXT NOT NULL,          -- name of who set it last
    set_at       TEXT NOT NULL
);
CREATE UNIQUE INDEX review_route_scope ON review_route (subject_kind, column_slug, sort);

-- Who decides for whom while somebody is away. Ends by itself after its last day.
CREATE TABLE stand_in (
    id          TEXT PRIMARY KEY NOT NULL,
    away        TEXT NOT NULL,           -- account
    away_name   TEXT NOT NULL,
    deputy      TEXT NOT NULL,           -- account
    deputy_name TEXT NOT NULL,
    organ       TEXT NOT NULL,           -- of both when it was set; it holds while the deputy acts for this organ
    roles       TEXT NOT NULL,           -- JSON: codes of the roles that both held and that pass stages
    first_on    TEXT NOT NULL,           -- date in China, inclusive
    last_on     TEXT NOT NULL,           -- date in China, inclusive
    note        TEXT NOT NULL,
    set_by      TEXT NOT NULL,           -- account: of whoever is away, or of an administrator
    set_name    TEXT NOT NULL,
    set_at      TEXT NOT NULL,
    ended_name  TEXT NOT NULL,           -- name of who ended it before its last day
    ended_at    TEXT NOT NULL,           -- '' = it was not ended before
    CHECK (away <> deputy),
    CHECK (first_on <= last_on)
);
CREATE INDEX stand_in_deputy ON stand_in (deputy, last_on) WHERE ended_at = '';
CREATE INDEX stand_in_away ON stand_in (away, last_on) WHERE ended_at = '';
