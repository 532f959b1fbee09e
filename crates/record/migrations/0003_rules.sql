-- The first day on which something of a period was public, by which coverage says that it came late.
ALTER TABLE record_count ADD COLUMN first_on TEXT NOT NULL DEFAULT ''; -- '' = not known: brought in from history, or corrected into it

-- That an item is to be retired is asked by one person and decided by another.
ALTER TABLE item_entry ADD COLUMN asked_by TEXT NOT NULL DEFAULT '';     -- account; '' = nobody asks
ALTER TABLE item_entry ADD COLUMN asked_name TEXT NOT NULL DEFAULT '';
ALTER TABLE item_entry ADD COLUMN asked_at TEXT NOT NULL DEFAULT '';
ALTER TABLE item_entry ADD COLUMN asked_reason TEXT NOT NULL DEFAULT '';
