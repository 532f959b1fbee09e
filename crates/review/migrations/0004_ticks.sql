-- What whoever passed a stage ticked of its questions (核对事项): JSON ["…"] in the words of then; '' = the stage asked nothing.
ALTER TABLE review_pass ADD COLUMN ticked TEXT NOT NULL DEFAULT '';
