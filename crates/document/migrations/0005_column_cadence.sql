-- How often something new must stand in a column (更新频次); '' = 不定期.
ALTER TABLE portal_column ADD COLUMN cadence TEXT NOT NULL DEFAULT ''
    CHECK (cadence IN ('', 'prompt', 'weekly', 'monthly', 'quarterly', 'yearly'));
-- Code of the organ that keeps it (维护单位); '' = the county office.
ALTER TABLE portal_column ADD COLUMN organ TEXT NOT NULL DEFAULT '';
