-- A picture that stands in the text of an edition. The file itself, its name and what was read of it are in attachment, under the
-- same id, so that it is kept, sealed, checked, carried over and erased like any other file of the edition; here is what only a
-- picture has. The text names it as /pictures/{id}/{width}x{height}.{format}; the smaller size has its address from that.
CREATE TABLE picture (
    edition_id   TEXT NOT NULL,
    id           TEXT NOT NULL,        -- of its attachment
    width        BIGINT NOT NULL CHECK (width > 0),  -- pixels of the large size, which is the attachment
    height       BIGINT NOT NULL CHECK (height > 0),
    small_digest TEXT NOT NULL REFERENCES file (digest), -- the smaller size; the large one where it is small enough
    small_bytes  BIGINT NOT NULL,
    PRIMARY KEY (edition_id, id),
    FOREIGN KEY (edition_id, id) REFERENCES attachment (edition_id, id) ON DELETE CASCADE
) {{without_rowid}};
CREATE INDEX picture_by_id ON picture (id);
CREATE INDEX picture_by_small ON picture (small_digest);
