//! What of cases the log seals: the register and its history. Sealed words are part of it as they lie there, so that none can be
//! exchanged; what is made from other rows (the last day for lists) is left out.

use store::Sealed;

pub(crate) fn cases() -> Sealed {
    Sealed::each(crate::events::SUBJECT, "办件", "SELECT id FROM case_entry", "SELECT number FROM case_entry WHERE id = $1")
        .part(
            "case/1",
            "登记内容、状态或结果",
            "SELECT id, kind, register, year, place, number, organ, channel, state, outcome, brief, digest, registered_at, \
             registered_by, received_on, holder, ended_at, erased_at, version FROM case_entry WHERE id = $1",
        )
        .part("case_fact/1", "统计项", "SELECT case_id, name, value FROM case_fact WHERE case_id = $1")
        .part("case_text/1", "填写的内容", "SELECT case_id, name, sealed, at FROM case_text WHERE case_id = $1")
        .part("case_party/1", "当事人", "SELECT id, case_id, role, sealed, at FROM case_party WHERE case_id = $1")
        .part(
            "case_step/1",
            "办理过程",
            "SELECT case_id, place, step, from_state, to_state, on_day, at, by_account, sealed FROM case_step WHERE case_id = $1",
        )
        .part(
            "case_clock/1",
            "办理时限",
            "SELECT case_id, from_on, held, extended, asked, asked_by, decided_by FROM case_clock WHERE case_id = $1",
        )
        .part(
            "case_pause/1",
            "暂停计时",
            "SELECT case_id, place, why, rule, sent_on, answered_on FROM case_pause WHERE case_id = $1",
        )
        .part(
            "case_letter/1",
            "文书",
            "SELECT id, case_id, kind, state, year, place, sealed, drafted_by, drafted_at, signed_by, signed_at, issuer, way, \
             delivered_on, version FROM case_letter WHERE case_id = $1",
        )
        .part(
            "case_file/1",
            "附件",
            "SELECT id, case_id, digest, sealed, bytes, media, origin, letter, print, source, away_at, at FROM case_file WHERE case_id = $1",
        )
        .part(
            "case_public/1",
            "公开的答复",
            "SELECT case_id, kind, organ, question, answer, published_at, withdrawn_at FROM case_public WHERE case_id = $1",
        )
}
