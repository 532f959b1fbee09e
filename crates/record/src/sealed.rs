//! What of batches and withdrawals the log seals. Rows are too many to be read with every event: a batch holds one
//! digest over all of
//! them, which is sealed, and [`crate::proof`] holds the rows against it.

use store::Sealed;

use crate::events::{BATCH, RECORD};

/// Batches that are whole, with the rounds of their review; while one is loaded nobody has seen it and no event tells of it.
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
    .part(
        "review/1",
        "审核记录",
        "SELECT r.id, r.title, r.round, r.route, r.stage, r.gate, r.state, r.decided_by, r.decided_name, r.reason, \
         r.opened_by, r.opened_at, r.closed_at FROM review r WHERE r.subject_kind = 'record_batch' AND r.subject_id = $1",
    )
    .part(
        "review_author/1",
        "审核时的填报人",
        "SELECT a.review, a.account FROM review_author a JOIN review r ON r.id = a.review \
         WHERE r.subject_kind = 'record_batch' AND r.subject_id = $1",
    )
    .part(
        "pass/1",
        "通过的关口",
        "SELECT p.review, p.stage, p.passed_by, p.stood_for, p.name, p.at, p.opinion, p.ticked FROM review_pass p \
         JOIN review r ON r.id = p.review WHERE r.subject_kind = 'record_batch' AND r.subject_id = $1",
    )
    .part(
        "exception/1",
        "紧急公开及其复核",
        "SELECT x.review, x.made_by, x.name, x.at, x.reviewed_by, x.reviewed_name, x.reviewed_at, x.note \
         FROM review_exception x JOIN review r ON r.id = x.review \
         WHERE r.subject_kind = 'record_batch' AND r.subject_id = $1",
    )
    .part(
        "decision/1",
        "放行的问题",
        "SELECT f.rule, f.digest, f.reason, f.by_account, f.by_name, f.at FROM finding_decision f \
         WHERE f.subject_kind = 'record_batch' AND f.subject_id = $1",
    )
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
