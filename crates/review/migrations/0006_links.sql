-- Links by which one person decides on one text, once (一次性审批链接). Of the secret in the address only its digest is kept.
CREATE TABLE review_link (
    id           TEXT PRIMARY KEY NOT NULL,
    digest       TEXT NOT NULL,          -- SHA-256 of the secret
    subject_kind TEXT NOT NULL,          -- edition, …
    subject_id   TEXT NOT NULL,
    round        TEXT NOT NULL,          -- id of the round of review in which it was sent; it ends with that
    stage        BIGINT NOT NULL,        -- place in the route, from 0
    content      TEXT NOT NULL,          -- SHA-256 over everything in the subject that is looked at, as it was then
    person       TEXT NOT NULL,          -- account
    person_name  TEXT NOT NULL,
    made_by      TEXT NOT NULL,          -- account
    made_name    TEXT NOT NULL,
    made_at      TEXT NOT NULL,
    expires_at   TEXT NOT NULL,
    used_at      TEXT NOT NULL,          -- when somebody decided by it; '' = not yet
    ended_at     TEXT NOT NULL           -- when a newer one took its place; '' = none did
);
CREATE UNIQUE INDEX review_link_digest ON review_link (digest);
CREATE INDEX review_link_person ON review_link (subject_kind, subject_id, person) WHERE used_at = '' AND ended_at = '';
