-- The secret under which subscriptions are sealed, itself sealed by the installation's key, which lies in a file: who has the
-- database alone reads no address and no condition.
CREATE TABLE subscription_key (
    id     TEXT NOT NULL PRIMARY KEY CHECK (id = 'one'),
    sealed TEXT NOT NULL
);
-- Who wants to be told of what (订阅). Address, conditions and link are sealed; leaving deletes the row and all that belongs to it.
CREATE TABLE subscription (
    id            TEXT NOT NULL PRIMARY KEY,
    lookup        TEXT NOT NULL UNIQUE,   -- keyed digest of the secret of its private link
    mailbox       TEXT NOT NULL,          -- keyed digest of the address, the same for all subscriptions of one
    sealed        TEXT NOT NULL,          -- address, secret of the link, conditions
    often         TEXT NOT NULL CHECK (often IN ('now', 'daily', 'weekly')),
    state         TEXT NOT NULL CHECK (state IN ('pending', 'active', 'paused', 'stopped')),
    failure       TEXT NOT NULL CHECK (failure IN ('', 'gone', 'full')), -- why it was stopped
    version       BIGINT NOT NULL,
    made_at       TEXT NOT NULL,          -- UTC
    confirmed_at  TEXT NOT NULL,          -- UTC; empty = not yet
    expires_at    TEXT NOT NULL,          -- UTC; of one that nobody has confirmed; empty = confirmed
    due_at        TEXT NOT NULL,          -- UTC; when the next mail goes out; empty = nothing to tell
    refusals      BIGINT NOT NULL,        -- in a row: the mailbox is not there
    deferrals     BIGINT NOT NULL,        -- in a row: the mailbox takes nothing for now
    failing_since TEXT NOT NULL           -- UTC; first of them; empty = the last mail was taken
);
CREATE INDEX subscription_due ON subscription (due_at);
CREATE INDEX subscription_mailbox ON subscription (mailbox);
-- A mail to a subscriber: what was handed to the mail server, and what became of it. Its words are made when it is sent.
CREATE TABLE subscription_mail (
    id              TEXT NOT NULL PRIMARY KEY,
    subscription_id TEXT NOT NULL REFERENCES subscription (id),
    kind            TEXT NOT NULL CHECK (kind IN ('confirm', 'told', 'news')),
    change_id       TEXT NOT NULL,        -- what it tells of; empty = no change
    state           TEXT NOT NULL CHECK (state IN ('ready', 'sent', 'later', 'refused', 'empty')),
    code            BIGINT NOT NULL,      -- answer of the mail server that did not take it; 0 = none
    tries           BIGINT NOT NULL,
    made_at         TEXT NOT NULL,        -- UTC
    try_at          TEXT NOT NULL,        -- UTC; not before
    done_at         TEXT NOT NULL         -- UTC; empty = still to be sent
);
CREATE INDEX subscription_mail_waiting ON subscription_mail (state, try_at);
CREATE INDEX subscription_mail_of ON subscription_mail (subscription_id, done_at);
-- Something that happened to a document which a subscription is to be told of, once.
CREATE TABLE subscription_notice (
    subscription_id TEXT NOT NULL REFERENCES subscription (id),
    event_seq       BIGINT NOT NULL,      -- number of the entry of the log
    document_id     TEXT NOT NULL,
    act             TEXT NOT NULL CHECK (act IN ('published', 'corrected', 'validity', 'withdrawn', 'called')),
    mail_id         TEXT NOT NULL,        -- in which mail; empty = not yet
    PRIMARY KEY (subscription_id, event_seq)
);
CREATE INDEX subscription_notice_document ON subscription_notice (document_id);
CREATE INDEX subscription_notice_mail ON subscription_notice (mail_id);
-- What was changed of a subscription, for whoever holds its link.
CREATE TABLE subscription_change (
    id              TEXT NOT NULL PRIMARY KEY,
    subscription_id TEXT NOT NULL REFERENCES subscription (id),
    at              TEXT NOT NULL,        -- UTC
    what            TEXT NOT NULL CHECK (what IN ('confirmed', 'changed', 'paused', 'resumed', 'stopped')),
    sealed          TEXT NOT NULL         -- in words, as it was then
);
CREATE INDEX subscription_change_of ON subscription_change (subscription_id, at);
