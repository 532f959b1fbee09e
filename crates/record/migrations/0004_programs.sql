-- Which program sent something under a key of its own, so that it may ask what became of it; '' = the command line.
ALTER TABLE record_once ADD COLUMN program TEXT NOT NULL DEFAULT '';
CREATE INDEX record_once_of_batch ON record_once (batch, program);
