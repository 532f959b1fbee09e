//! What of batches and withdrawals the log seals. Rows are too many to be read with every event: a batch holds one
//! digest over all of
//! them, which is sealed, and [`crate::proof`] holds the rows against it.

use store::Sealed;

use crate::events::{BATCH, RECORD};

/// Batches that are whole; while one is loaded nobody has seen it and no event tells of it.
pub(crate) fn batches() -> Sealed {
    Sealed::each(
        BATCH,
        "领域数据批次",
        "SELECT id FROM record_batch WHERE state <> 'loading'",
        "SELECT title FROM record_batch WHERE id = $1",
    )
    .part(
        "record_batch/1",
        "登记内容、状态和记录摘要",
        "SELECT id, item, item_version, organ, way, what, state, title, note, digest, rows_digest, total, doubtful, author, \
         author_name, created_at, submitted_at, public_at, version FROM record_batch WHERE id = $1 AND state <> 'loading'",
    )
    .part(
        "record_author/1",
        "填报人",
        "SELECT a.batch, a.account FROM record_author a JOIN record_batch b ON b.id = a.batch \
         WHERE a.batch = $1 AND b.state <> 'loading'",
    )
    .part("record_source/1", "来源文件", "SELECT batch, digest, name, sheet FROM record_source WHERE batch = $1")
}

/// Records that were taken away.
pub(crate) fn withdrawals() -> Sealed {
    Sealed::each(
        RECORD,
        "记录",
        "SELECT DISTINCT record AS id FROM record_withdrawal",
        "SELECT item FROM record WHERE id = $1",
    )
    .part(
        "record_withdrawal/1",
        "撤下说明",
        "SELECT id, record, item, organ, reason, words, decided_on, due_on, public_on, at, by_account, by_name, restored_at, \
         back_account, back_name, back_reason, back_at \
         FROM record_withdrawal WHERE record = $1",
    )
}
