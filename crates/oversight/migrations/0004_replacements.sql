-- A plan in force gives way to another one already in force by two people, like a revocation: one asks, another decides.
ALTER TABLE plan_revocation ADD COLUMN gives_way_to TEXT NOT NULL DEFAULT ''; -- the plan that takes its place; '' = it is revoked
