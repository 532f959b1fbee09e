-- Organs, accounts, sign-in, sessions. '' means none; booleans are 0 or 1; moments are UTC text, dates YYYY-MM-DD.

-- The organs (机关) of the county. A row is never deleted: an abolished organ keeps its page, with a notice.
CREATE TABLE organ (
    code        TEXT NOT NULL PRIMARY KEY,      -- stable, also its address on the portal; never changed
    name        TEXT NOT NULL,         -- official name
    short_name  TEXT NOT NULL,         -- short name
    aliases     TEXT NOT NULL,         -- JSON list: other names, former names among them
    kind        TEXT NOT NULL CHECK (kind IN ('county_unit', 'county_department', 'township', 'public_institution', 'public_utility')), -- county_unit, county_department, township, public_institution, public_utility
    parent      TEXT NOT NULL,         -- code of the organ above
    leader      TEXT NOT NULL,         -- post of the responsible leader
    phone       TEXT NOT NULL,         -- public telephone number
    address     TEXT NOT NULL,         -- office address
    hours       TEXT NOT NULL,         -- office hours in words
    note        TEXT NOT NULL,         -- shown on its page: where it publishes, what a reform did with it
    exists_from TEXT NOT NULL,         -- first day of existence
    exists_to   TEXT NOT NULL,         -- last day of existence
    successor   TEXT NOT NULL,         -- code of the organ that took over duties and documents
    position    BIGINT NOT NULL,       -- order in lists
    version     BIGINT NOT NULL,       -- raised by every change, so that two people do not overwrite each other
    changed_at  TEXT NOT NULL          -- when last changed
);
CREATE INDEX organ_by_position ON organ (position, code);

-- A table of organs that was uploaded and waits for its errors to be corrected or for confirmation.
CREATE TABLE organ_import (
    id          TEXT NOT NULL PRIMARY KEY,
    account     TEXT NOT NULL,         -- who uploaded it; only this account sees it
    file_name   TEXT NOT NULL,         -- as uploaded
    content     TEXT NOT NULL,         -- JSON: header and rows, with corrections made on the page
    done_at     TEXT NOT NULL,         -- when it was carried out
    created_at  TEXT NOT NULL
);

-- Accounts of members of staff.
CREATE TABLE account (
    id            TEXT NOT NULL PRIMARY KEY,
    login         TEXT NOT NULL UNIQUE, -- lower case
    name          TEXT NOT NULL,        -- shown beside what was done
    organ         TEXT NOT NULL REFERENCES organ (code), -- code of the organ for which the person acts
    email         TEXT NOT NULL,        -- for reminders
    password      TEXT NOT NULL,        -- argon2id in PHC form
    must_change   BIGINT NOT NULL CHECK (must_change IN (0, 1)),      -- 1: the password was given by somebody else and must be changed first
    disabled      BIGINT NOT NULL CHECK (disabled IN (0, 1)),      -- 1: may not sign in
    failed_count  BIGINT NOT NULL,      -- wrong passwords and codes since failed_since; attempts under way count too
    failed_since  TEXT NOT NULL,        -- when the first of them was made
    locked_until  TEXT NOT NULL,        -- no sign-in before
    totp_secret   TEXT NOT NULL,        -- second factor in use, base32
    totp_pending  TEXT NOT NULL,        -- second factor being set up, base32
    totp_step     BIGINT NOT NULL,      -- last time step accepted, so that a code works once
    created_at    TEXT NOT NULL,
    signed_in_at  TEXT NOT NULL,        -- last sign-in
    password_at   TEXT NOT NULL         -- last change of the password
);
CREATE INDEX account_by_organ ON account (organ);

-- What an account is trusted with.
CREATE TABLE account_role (
    account TEXT NOT NULL REFERENCES account (id),
    role    TEXT NOT NULL,              -- code of the role
    PRIMARY KEY (account, role)
){{without_rowid}};
CREATE INDEX account_role_by_role ON account_role (role, account);

-- Codes that stand in once each for a lost second factor.
CREATE TABLE account_recovery (
    account TEXT NOT NULL REFERENCES account (id),
    digest  TEXT NOT NULL,              -- SHA-256 of the code (80 random bits, so no slow hash is needed)
    used_at TEXT NOT NULL,              -- when it was used
    PRIMARY KEY (account, digest)
);

-- Sessions. A row leaves when it ends by sign-out or revocation.
CREATE TABLE session (
    id         TEXT NOT NULL PRIMARY KEY,        -- shown in lists, no secret
    digest     TEXT NOT NULL UNIQUE,    -- SHA-256 of the secret in the cookie
    account    TEXT NOT NULL REFERENCES account (id),
    stage      TEXT NOT NULL CHECK (stage IN ('second', 'full')),           -- second: password was right, second factor outstanding; full: signed in
    created_at TEXT NOT NULL,
    last_seen  TEXT NOT NULL,           -- raised at most once a minute
    ends_at    TEXT NOT NULL,           -- ends in any case
    address    TEXT NOT NULL,           -- network address at sign-in
    agent      TEXT NOT NULL            -- browser's own description at sign-in
);
CREATE INDEX session_by_account ON session (account);

-- Days that staff added to the bundled working-day calendar (国务院办公厅放假通知).
CREATE TABLE calendar_day (
    day     TEXT NOT NULL PRIMARY KEY, -- YYYY-MM-DD
    special TEXT NOT NULL CHECK (special IN ('off', 'worked')),
    notice  TEXT NOT NULL              -- number of the notice
);
