-- What public lists are counted by, so that a count reads an index and no row: fifty thousand documents are usual.

CREATE INDEX document_public_day ON document (first_published_on) WHERE current_edition <> '';
CREATE INDEX document_counts_column ON document (column_slug, organ, first_published_on) WHERE current_edition <> '';
CREATE INDEX document_counts_kind ON document (kind, organ, first_published_on) WHERE current_edition <> '';
CREATE INDEX document_counts_organ ON document (organ, column_slug, first_published_on) WHERE current_edition <> '';
-- Topics and validity stand behind the text in the row of an edition; here they are read without it.
CREATE INDEX edition_public_words ON edition (id, topics, validity) WHERE state = 'published';
