-- What a reviewer writes on passing a stage (审核意见); '' = nothing.
ALTER TABLE review_pass ADD COLUMN opinion TEXT NOT NULL DEFAULT '';
