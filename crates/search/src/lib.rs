//! Chinese full-text search: tantivy with jieba, fed from the event log.
