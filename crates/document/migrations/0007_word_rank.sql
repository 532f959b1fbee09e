-- The place of its document in the order of lists, as document.rank: a public list that is searched for a word that many hold
-- reads them in its order and stops when the page is full.
ALTER TABLE document_word ADD COLUMN rank BIGINT NOT NULL DEFAULT 0;
UPDATE document_word SET rank = COALESCE((SELECT d.rank FROM document d WHERE d.id = document_word.document_id), 0);
CREATE INDEX document_word_rank ON document_word (pair, rank);
