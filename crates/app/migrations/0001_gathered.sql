-- Mails that wait for the next working morning, for those who want them gathered into one.
CREATE TABLE gathered_mail (
    id      TEXT NOT NULL PRIMARY KEY, -- digest of address, subject and text: the same is kept once
    address TEXT NOT NULL,
    subject TEXT NOT NULL,
    text    TEXT NOT NULL,
    kept_at TEXT NOT NULL              -- UTC
);
CREATE INDEX gathered_mail_address ON gathered_mail (address, kept_at);
