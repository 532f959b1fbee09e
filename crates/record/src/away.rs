//! What was taken away comes back in silence by nobody's hand: a row that bears the name of a record which was revoked, repaired
//! or is public no more by law is refused, whoever brings it, with what was taken away, when and why (行政处罚法 Art. 48, 政府信息
//! 公开条例 Art. 13–15, 个人信息保护法 Art. 47). The way back is [`crate::withdraw::restore`], by two persons. What was taken away
//! because it was wrong may be entered anew, and is told to whoever enters and reviews it; so is what was sealed.

use std::collections::HashMap;

use item::{Item, Severity};
use kernel::{OrganCode, time};
use record_check::Breach;
use store::{Executor, FromRow, built, places, query_as, query_scalar};
use web::Ctx;

use crate::{ids::BatchId, state::Reason, values, write::NewRow};

/// [`Breach::check`] of a row that bears the name of what was taken away.
pub(crate) const AWAY: &str = "taken-away";
/// Names that are looked up with one query.
const TOGETHER: usize = 500;

/// What was taken away of a name.
#[derive(Debug, Clone, FromRow)]
struct Line {
    keyed: String,
    reason: Reason,
    words: String,
    at: String,
}

/// Whether what was taken away for this reason becomes public again only by [`crate::withdraw::restore`].
fn is_for_good(reason: Reason) -> bool {
    match reason {
        Reason::Revoked | Reason::Repaired | Reason::Lawful | Reason::Asked => true,
        Reason::Wrong => false,
    }
}

/// What rows of an organ say that was taken away under the same name, and of which nothing is public now. An item whose names are
/// those of several records is warned of only.
///
/// # Errors
/// When the database fails.
pub(crate) async fn breaches(ctx: &Ctx, item: &Item, organ: &OrganCode, rows: &[NewRow]) -> store::Result<Vec<Breach>> {
    let keyed: Vec<(u32, String)> = rows
        .iter()
        .map(|row| (row.number, values::keyed(item, &row.values)))
        .filter(|(_, keyed)| !keyed.is_empty())
        .collect();
    let column = item.keys.first().cloned().unwrap_or_default();
    let mut found = Vec::new();
    for some in keyed.chunks(TOGETHER) {
        let away = lines(ctx, item, organ, some).await?;
        let sealed = sealed(ctx, item, organ, some).await?;
        for (row, keyed) in some {
            let (severity, message) = match (away.get(keyed), sealed.get(keyed)) {
                (Some(line), _) if is_for_good(line.reason) && values::is_sole(item) => {
                    (Severity::Reject, refused_words(*row, line))
                }
                (Some(line), _) => (Severity::Warn, told_words(*row, line)),
                (None, Some(at)) => (Severity::Warn, sealed_words(*row, at)),
                (None, None) => continue,
            };
            found.push(Breach { row: *row, column: column.clone(), check: AWAY.to_owned(), severity, message });
        }
    }
    Ok(found)
}

/// What was taken away, when and why, without a full stop.
fn gone(row: u32, line: &Line) -> String {
    let words = if line.words.is_empty() { String::new() } else { format!("（{}）", line.words) };
    let day = time::show_date(&line.at);
    format!("第 {row} 行的记录曾经公开，{day} 因“{}”撤下{words}", line.reason.label())
}

fn refused_words(row: u32, line: &Line) -> String {
    format!(
        "{}，不能作为新记录再公开。请删去这一行；确应公开的，在原记录上办理恢复公开，由两人核准，内容有变化的恢复后再更正。",
        gone(row, line)
    )
}

fn told_words(row: u32, line: &Line) -> String {
    format!("{}。请核对撤下的原因是否已经消除，再决定是否公开。", gone(row, line))
}

fn sealed_words(row: u32, at: &str) -> String {
    let day = time::show_date(at);
    format!("第 {row} 行的记录 {day} 已按依法不应公开的内容封存（例如未成年人的信息）。请核对当事人，再决定是否公开。")
}

/// What was taken away of these names and did not come back; the newest line of each.
async fn lines(
    ctx: &Ctx,
    item: &Item,
    organ: &OrganCode,
    some: &[(u32, String)],
) -> store::Result<HashMap<String, Line>> {
    // SQL: fixed text and placeholders; every value is bound.
    let sql = format!(
        "SELECT r.keyed, w.reason, w.words, w.at FROM record r JOIN record_withdrawal w ON w.record = r.record \
         AND w.restored_at = '' WHERE r.item = $1 AND r.organ = $2 AND r.state = 'withdrawn' AND r.keyed <> '' \
         AND r.keyed IN ({}) AND NOT EXISTS (SELECT 1 FROM record c WHERE c.item = r.item AND c.organ = r.organ \
         AND c.keyed = r.keyed AND c.keyed <> '' AND c.state = 'public') ORDER BY w.at, w.id",
        places(3, some.len())
    );
    let rows: Vec<Line> = query_as(built(sql))
        .bind(item.key.as_str())
        .bind(organ)
        .bind_all(some.iter().map(|(_, keyed)| keyed.as_str()))
        .fetch_all(ctx.db().read())
        .await?;
    Ok(rows.into_iter().map(|line| (line.keyed.clone(), line)).collect())
}

/// When the records of these names were sealed that are public no more.
async fn sealed(
    ctx: &Ctx,
    item: &Item,
    organ: &OrganCode,
    some: &[(u32, String)],
) -> store::Result<HashMap<String, String>> {
    // SQL: fixed text and placeholders; every value is bound.
    let sql = format!(
        "SELECT r.keyed, r.ended_at FROM record r WHERE r.item = $1 AND r.organ = $2 AND r.state = 'closed' AND r.keyed <> '' \
         AND r.keyed IN ({}) AND NOT EXISTS (SELECT 1 FROM record c WHERE c.record = r.record AND c.state = 'public') \
         AND NOT EXISTS (SELECT 1 FROM record c WHERE c.item = r.item AND c.organ = r.organ AND c.keyed = r.keyed \
         AND c.keyed <> '' AND c.state = 'public') ORDER BY r.ended_at, r.id",
        places(3, some.len())
    );
    let rows: Vec<(String, String)> = query_as(built(sql))
        .bind(item.key.as_str())
        .bind(organ)
        .bind_all(some.iter().map(|(_, keyed)| keyed.as_str()))
        .fetch_all(ctx.db().read())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Rows of a batch that bear the name of what was taken away for good, since they were handed in or before: a few numbers.
///
/// # Errors
/// When the database fails.
pub(crate) async fn refused(executor: impl Executor<'_>, batch: &BatchId) -> store::Result<Vec<i64>> {
    query_scalar(
        "SELECT r.number FROM record r WHERE r.batch = $1 AND r.state = 'draft' AND r.closed = 0 AND r.keyed <> '' \
         AND r.twin = '' AND EXISTS (SELECT 1 FROM record o JOIN record_withdrawal w ON w.record = o.record \
         AND w.restored_at = '' AND w.reason <> 'wrong' WHERE o.item = r.item AND o.organ = r.organ AND o.keyed = r.keyed \
         AND o.keyed <> '' AND o.state = 'withdrawn') AND NOT EXISTS (SELECT 1 FROM record c WHERE c.id = r.replaces \
         AND c.keyed = r.keyed) ORDER BY r.number LIMIT 5",
    )
    .bind(batch)
    .fetch_all(executor)
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_stand_is_gone_for_good_and_what_was_wrong_is_not() {
        let good: Vec<Reason> = Reason::ALL.iter().copied().filter(|reason| is_for_good(*reason)).collect();
        assert_eq!(good, [Reason::Revoked, Reason::Repaired, Reason::Lawful, Reason::Asked]);
        let line = Line {
            keyed: "k".to_owned(),
            reason: Reason::Repaired,
            words: "准予信用修复".to_owned(),
            at: "2026-11-20T02:00:00.000000Z".to_owned(),
        };
        let words = refused_words(4, &line);
        assert!(words.contains("第 4 行") && words.contains("信用修复") && words.contains("恢复公开"), "{words}");
        assert!(words.contains("2026-11-20") && words.contains("准予信用修复"), "{words}");
    }
}
