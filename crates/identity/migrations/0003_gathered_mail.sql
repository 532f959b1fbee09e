-- Whether the mails of an account are gathered into one of each working morning.
ALTER TABLE account ADD COLUMN mail_gathered BIGINT NOT NULL DEFAULT 0 CHECK (mail_gathered IN (0, 1));
