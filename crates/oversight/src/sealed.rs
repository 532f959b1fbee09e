//! What of plans the log seals: see [`store::log::seals`]. A plan is sealed from its confirmation on; its duties are sealed by
//! the machine that keeps them.

use store::Sealed;

/// Rows of a plan that was confirmed.
macro_rules! confirmed {
    ($columns:literal, $tables:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM plan p ",
            $tables,
            " WHERE p.id = $1 AND p.state NOT IN ('draft', 'discarded')"
        )
    };
}

pub(crate) fn plans() -> Sealed {
    Sealed::each(
        "plan",
        "工作要点",
        "SELECT id FROM plan WHERE state NOT IN ('draft', 'discarded')",
        "SELECT title FROM plan WHERE id = $1",
    )
    .part(
        "plan/1",
        "标题、年度、状态或原文",
        confirmed!(
            "p.id, p.kind, p.title, p.document_number, p.year, p.state, p.superseded_by, p.source, p.source_name, p.source_file, \
             p.preamble, p.closing, p.created_by, p.confirmed_at, p.confirmed_by, p.confirmed_by_name",
            ""
        ),
    )
    .part(
        "standing/1",
        "成文日期、与同年度计划的关系或撤销原因",
        confirmed!("p.id, p.issued_on, p.replaces, p.twin_reason, p.revoked_at, p.revoked_reason", ""),
    )
    .part(
        "source/1",
        "任务来源的标题、年度或状态",
        confirmed!(
            "s.title, s.year, s.state, s.issued_at",
            "JOIN duty_source s ON s.id = p.id AND s.kind = p.kind"
        ),
    )
    .part(
        "section/1",
        "部分",
        confirmed!("s.id, s.position, s.number, s.title, s.text", "JOIN plan_section s ON s.plan = p.id"),
    )
    .part(
        "clause/1",
        "条目",
        confirmed!(
            "c.id, c.section, c.position, c.number, c.title, c.text, c.owner_note, c.ended_at, c.ended_reason",
            "JOIN plan_clause c ON c.plan = p.id"
        ),
    )
    .part(
        "duty/1",
        "任务的标记",
        confirmed!("d.id, d.original, d.is_duty, d.principle", "JOIN plan_duty d ON d.plan = p.id"),
    )
    .part(
        "owner/1",
        "承办机关",
        confirmed!("o.id, o.clause, o.duty, o.position, o.name, o.role, o.organs", "JOIN plan_owner o ON o.plan = p.id"),
    )
    .part(
        "amendment/1",
        "调整",
        confirmed!(
            "a.id, a.state, a.source, a.reason, a.previous, a.confirmed_at",
            "JOIN plan_amendment a ON a.plan = p.id AND a.state = 'confirmed'"
        ),
    )
    .part(
        "clearance/1",
        "保密审查",
        confirmed!(
            "c.id, c.amendment, c.seen, c.state, c.asked_by, c.decided_at, c.decided_by",
            "JOIN plan_clearance c ON c.plan = p.id AND c.state = 'passed'"
        ),
    )
}
