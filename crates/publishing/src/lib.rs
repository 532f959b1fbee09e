//! Columns, documents and editions, gates, attachments, the public portal pages.
