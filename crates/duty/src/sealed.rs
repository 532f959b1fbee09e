//! What of duties the log seals: see [`store::log::seals`]. A duty is sealed from its issue on, with its shares and all that was
//! reported on it.

use store::Sealed;

pub(crate) fn duties() -> Sealed {
    Sealed::each(
        "duty",
        "任务",
        "SELECT id FROM duty WHERE issued_at <> ''",
        // What is found stands in the log for good: it names the place, not the words, of lists that are internal as well.
        "SELECT place_label FROM duty WHERE id = $1 AND place_label <> ''",
    )
    .part(
        "duty/2",
        "文字、期限或公开范围",
        "SELECT id, source_kind, source_id, place, place_label, place_title, place_part, place_order, position, text, measure, due_words, due_on, cadence, \
         grace_days, visibility, extra, waiting, issued_at, ended_at, ended_reason FROM duty \
         WHERE id = $1 AND issued_at <> ''",
    )
    .part(
        "share/2",
        "承办机关和分工",
        "SELECT id, organ, role, issued_at, ended_at, ended_reason, folded_into FROM duty_share WHERE duty = $1 AND issued_at <> ''",
    )
    .part(
        "note/1",
        "进展",
        "SELECT n.id, n.share, n.text, n.added_at, n.added_by, n.added_by_name FROM progress_note n \
         JOIN duty_share s ON s.id = n.share WHERE s.duty = $1",
    )
    .part(
        "evidence/3",
        "佐证及其确认",
        "SELECT v.id, v.share, v.period, v.subject_kind, v.subject_id, v.url, v.title, v.note, v.added_at, v.added_by, \
         v.added_by_name, v.submitted_at, v.decision, v.partial, v.reason, v.decided_at, v.decided_by, v.decided_by_name, \
         v.withdrawn_at, v.lapsed_at FROM evidence v JOIN duty_share s ON s.id = v.share WHERE s.duty = $1",
    )
}
