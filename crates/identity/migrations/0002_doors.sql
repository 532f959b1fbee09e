-- Doors: who tried to sign in from where, browsers that are known, passwords that were used before, when a person last proved
-- who they are. '' means none; moments are UTC text.

-- Attempts to sign in, by account and by where they come from: whoever guesses locks out nobody but themselves. Rows leave when
-- their window has passed. `account.failed_count` and `failed_since` are not used any more; `account.locked_until` tells people
-- of the last lock and decides nothing.
CREATE TABLE sign_in_try (
    subject      TEXT NOT NULL,   -- account; '' = logins that nobody has
    source       TEXT NOT NULL,   -- network address, 'browser ' and its digest, 'second' the second factor, '*' all strangers together
    since        TEXT NOT NULL,   -- when the window began
    tries        BIGINT NOT NULL, -- wrong ones in it; attempts under way count too
    failed       BIGINT NOT NULL, -- those that were found wrong
    refused      BIGINT NOT NULL, -- attempts that were not looked at
    locked_until TEXT NOT NULL,   -- none is looked at before
    PRIMARY KEY (subject, source)
){{without_rowid}};
CREATE INDEX sign_in_try_by_since ON sign_in_try (since);

-- Browsers in which somebody signed in before. They go on working while strangers are locked out.
CREATE TABLE known_browser (
    digest  TEXT NOT NULL PRIMARY KEY,                  -- SHA-256 of the secret in its cookie
    account TEXT NOT NULL REFERENCES account (id),
    used_at TEXT NOT NULL                               -- last sign-in
);
CREATE INDEX known_browser_by_account ON known_browser (account);

-- The last passwords of an account, so that none of them is chosen again.
CREATE TABLE password_before (
    account  TEXT NOT NULL REFERENCES account (id),
    password TEXT NOT NULL,                             -- argon2id in PHC form
    until    TEXT NOT NULL,                             -- when it was given up
    PRIMARY KEY (account, password)
);

ALTER TABLE session ADD COLUMN proved_at TEXT NOT NULL DEFAULT ''; -- when password or code were last given
