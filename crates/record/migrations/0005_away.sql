-- What was taken away is looked for by its name whenever something is entered, and told to readers of feeds.
CREATE INDEX record_away ON record (item, keyed, organ) WHERE state = 'withdrawn' AND keyed <> '';
CREATE INDEX record_sealed ON record (item, keyed, organ) WHERE state = 'closed' AND keyed <> '';
CREATE INDEX record_ended ON record (item, ended_at, id) WHERE state IN ('closed', 'expired');
CREATE INDEX record_wanted_back ON record_withdrawal (back_at, id) WHERE restored_at = '' AND back_account <> '';
