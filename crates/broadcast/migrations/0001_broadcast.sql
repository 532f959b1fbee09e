-- What hubs (WebSub) must hear: a feed has changed. One row for each hub and feed, however often it changes.
CREATE TABLE hub_ping (
    hub        TEXT NOT NULL,          -- whole address of the hub
    feed       TEXT NOT NULL,          -- whole address of the feed
    changes    BIGINT NOT NULL,        -- raised by each change
    told       BIGINT NOT NULL,        -- the changes that the hub has taken note of
    tries      BIGINT NOT NULL,        -- in vain, since it last took note
    changed_at TEXT NOT NULL,          -- UTC
    told_at    TEXT NOT NULL,          -- UTC; '' = never
    next_at    TEXT NOT NULL,          -- UTC; not before
    error      TEXT NOT NULL,          -- why the last try was in vain, in words of the program; '' = it was not
    PRIMARY KEY (hub, feed),
    CHECK (told <= changes)
);
CREATE INDEX hub_ping_due ON hub_ping (next_at);

-- Whether documents go to an account by themselves (auto), after a person has said so (ask), or not at all (never).
CREATE TABLE push_rule (
    id           TEXT NOT NULL PRIMARY KEY,
    account      TEXT NOT NULL,        -- key of the account in the configuration
    column_slug  TEXT NOT NULL,        -- '' = every column
    kind         TEXT NOT NULL,        -- key of a kind of document; '' = every kind
    how          TEXT NOT NULL CHECK (how IN ('auto', 'ask', 'never')),
    version      BIGINT NOT NULL,      -- raised by each change
    changed_by   TEXT NOT NULL,        -- account of the person
    changed_name TEXT NOT NULL,
    changed_at   TEXT NOT NULL,        -- UTC
    UNIQUE (account, column_slug, kind)
);

-- Articles of official accounts: what waits, what is out, what was refused.
CREATE TABLE push_article (
    id          TEXT NOT NULL PRIMARY KEY,
    account     TEXT NOT NULL,         -- key of the account in the configuration
    document_id TEXT NOT NULL REFERENCES document (id),
    edition_id  TEXT NOT NULL,         -- the edition that was sent; '' until it is
    call_id     TEXT NOT NULL,         -- the call of an audience whose words it has; '' = the document itself
    title       TEXT NOT NULL,         -- of a call; '' = the document's
    words       TEXT NOT NULL,         -- of a call, a paragraph in each line; '' = the document's
    state       TEXT NOT NULL CHECK (state IN ('asked', 'waiting', 'submitting', 'publishing', 'published', 'refused', 'unsure',
                                               'deleting', 'deleted', 'cancelled')),
    outdated    BIGINT NOT NULL,       -- 1 = the document was corrected since
    code        BIGINT NOT NULL,       -- errcode of the last answer; 0 = none
    reason      TEXT NOT NULL,         -- why it waits or was refused, in words of the program; '' = nothing to say
    media_id    TEXT NOT NULL,         -- of the draft there
    publish_id  TEXT NOT NULL,         -- of the publication under way there
    article_id  TEXT NOT NULL,         -- of the published article there
    url         TEXT NOT NULL,         -- where it is read
    tries       BIGINT NOT NULL,       -- in vain, in this state
    next_at     TEXT NOT NULL,         -- UTC; not before
    queued_at   TEXT NOT NULL,         -- UTC
    queued_name TEXT NOT NULL,         -- who has put it in
    changed_at  TEXT NOT NULL,         -- UTC
    version     BIGINT NOT NULL        -- raised by each change
);
CREATE INDEX push_article_due ON push_article (state, next_at);
CREATE INDEX push_article_document ON push_article (document_id);
-- A document stands once in an account, and so does each call of it.
CREATE UNIQUE INDEX push_article_once ON push_article (account, document_id, call_id)
    WHERE state NOT IN ('deleting', 'deleted', 'cancelled');

-- Pictures that an account has, so that none is sent twice.
CREATE TABLE push_picture (
    account  TEXT NOT NULL,            -- key of the account in the configuration
    digest   TEXT NOT NULL,            -- SHA-256 of the picture
    purpose  TEXT NOT NULL CHECK (purpose IN ('text', 'cover')), -- text = has an address, cover = has an id
    address  TEXT NOT NULL,            -- address or id there
    sent_at  TEXT NOT NULL,            -- UTC
    PRIMARY KEY (account, digest, purpose)
);
