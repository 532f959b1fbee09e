-- The office's list of one organ is walked in its order, as the list of all is: an organ of a large county holds thousands.
CREATE INDEX edition_organ_updated ON edition (organ, updated_at, id) WHERE head = 1;
CREATE INDEX edition_organ_title ON edition (organ, title, id) WHERE head = 1;
CREATE INDEX edition_organ_published ON edition (organ, published_at, id) WHERE head = 1;
