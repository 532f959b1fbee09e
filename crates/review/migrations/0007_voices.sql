-- In whose name a stage was passed (代办), and whether one more pass would be the last of a round: who may not give it has no work there.

ALTER TABLE review_pass ADD COLUMN stood_for TEXT NOT NULL DEFAULT ''; -- account; '' = in the own name
ALTER TABLE review ADD COLUMN stage_last BIGINT NOT NULL DEFAULT 0;    -- 1 = with one more pass it becomes public
