//! Lists of powers and responsibilities on two days: what began, what ended, what was handed over by a reform, what reads
//! otherwise.

use askama::Template;
use axum::{extract::State, response::Response};
use document::page as part;
use enforcement::{Change, Changed, Overlap, Power, compare, days, overlaps};
use futures::TryStreamExt;
use jiff::{ToSpan, civil::Date};
use kernel::time;
use record::{Data, Query as Records};
use serde::Deserialize;
use web::{
    Ctx, Desk, FormErrors, OfficeShell, Pager, PortalShell, Query, Reader, Result, office_page, page::query_string,
    portal_page,
};

use super::rows;

/// The item of the lists.
const ITEM: &str = "power-list";
/// Rows that are compared: more than any county has.
const MOST: usize = 50_000;
/// Days of changes that are offered.
const DAYS: usize = 12;
/// Columns that are no words of the power itself.
const APART: [&str; 8] = ["code", "kind", "name", "sub_name", "organ", "effective_from", "effective_to", "change"];

/// All powers that are public, whenever they held.
async fn all(ctx: &Ctx) -> Result<Vec<Power>> {
    let Some(item) = rows::item(ctx, ITEM).await? else { return Ok(Vec::new()) };
    let query = Records::new(item.clone());
    let mut found = query.export(ctx.db(), "newest").await?;
    let mut powers = Vec::new();
    let shown = |data: &Data, key: &str| item.column(key).map(|column| data.shown(column)).unwrap_or_default();
    while let Some(row) = found.try_next().await? {
        if powers.len() == MOST {
            break;
        }
        let texts = item.columns.iter().filter(|column| !APART.contains(&column.key.as_str()));
        let texts = texts.map(|column| (column.label.clone(), row.data.shown(column)));
        powers.push(Power {
            id: row.record.to_string(),
            code: row.data.get("code").to_owned(),
            kind: shown(&row.data, "kind"),
            name: row.data.get("name").to_owned(),
            sub_name: row.data.get("sub_name").to_owned(),
            organ: row.data.get("organ").to_owned(),
            from: time::parse_date(row.data.get("effective_from")),
            to: time::parse_date(row.data.get("effective_to")),
            texts: texts.filter(|(_, text)| !text.is_empty()).collect(),
        });
    }
    Ok(powers)
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    organ: String,
    /// The earlier day.
    from: String,
    /// The later day.
    to: String,
    page: i64,
}

/// A matter as it is told.
struct Line {
    code: String,
    kind: String,
    name: String,
    href: String,
    what: &'static str,
    told: String,
    words: Vec<(String, String, String)>,
    since: String,
}

fn line(one: Changed) -> Line {
    let joined = |organs: &[String]| organs.join("、");
    let (what, told, words) = match one.change {
        Change::Begun(organs) => ("新增", format!("由{}行使", joined(&organs)), Vec::new()),
        Change::Ended(organs) => ("取消", format!("{}不再行使", joined(&organs)), Vec::new()),
        Change::Moved(from, to) => ("划转", format!("由{}划转{}", joined(&from), joined(&to)), Vec::new()),
        Change::Reworded(organ, words) => ("内容调整", organ, words),
    };
    Line {
        href: format!("/records/{ITEM}/{}", one.id),
        since: one.since.map(|day| day.to_string()).unwrap_or_default(),
        code: one.code,
        kind: one.kind,
        name: one.name,
        what,
        told,
        words,
    }
}

#[derive(Template)]
#[template(path = "enforcement/templates/powers.html")]
struct Compared {
    shell: PortalShell,
    errors: FormErrors,
    organ: String,
    organs: Vec<(String, String)>,
    from: String,
    to: String,
    /// How many powers were in force on each day.
    before: usize,
    after: usize,
    lines: Vec<Line>,
    pager: Pager,
    /// Days on which something changed, each with its address.
    days: Vec<(String, String)>,
}

/// GET /enforcement/powers?from=…&to=…
pub(super) async fn compared(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let (powers, today) = (all(&ctx).await?, ctx.today());
    let mut errors = FormErrors::new();
    let mut day = |typed: &str, name: &str, usual: Date| match (typed.trim().is_empty(), time::parse_date(typed)) {
        (true, _) => usual,
        (_, Some(day)) => day,
        (_, None) => {
            errors.add(name, "日期读不懂，请写成 2026-03-05。");
            usual
        }
    };
    let to = day(&asked.to, "to", today);
    let concerns = |organ: &str| asked.organ.is_empty() || organ == asked.organ;
    let own: Vec<Power> = powers.iter().filter(|one| concerns(&one.organ)).cloned().collect();
    let changes = days(&own);
    // Whoever names no day sees a year, or, where nothing changed in it, the last change.
    let year = to.saturating_sub(1.years());
    let last = changes.iter().find(|day| **day <= to).and_then(|day| day.yesterday().ok());
    let from = day(&asked.from, "from", last.map_or(year, |last| last.min(year)));
    let in_force = |on: Date| powers.iter().filter(|one| one.is_in_force(on) && concerns(&one.organ)).count();
    let changed = compare(&powers, from, to);
    let changed: Vec<Changed> =
        changed.into_iter().filter(|one| asked.organ.is_empty() || one.concerns(&asked.organ)).collect();
    let (first, last) = (from.to_string(), to.to_string());
    let query = query_string(&[("organ", asked.organ.as_str()), ("from", first.as_str()), ("to", last.as_str())]);
    let pager = Pager::new(asked.page, i64::try_from(changed.len()).unwrap_or(i64::MAX), Pager::SIZE, &query);
    let skip = usize::try_from((pager.page - 1) * Pager::SIZE).unwrap_or_default();
    let size = usize::try_from(Pager::SIZE).unwrap_or_default();
    let mut organs: Vec<String> = powers.iter().map(|one| one.organ.clone()).collect();
    organs.sort();
    organs.dedup();
    let eve = |day: Date| day.yesterday().unwrap_or(day).to_string();
    let address = |day: Date| {
        let (eve, day) = (eve(day), day.to_string());
        let query = query_string(&[("organ", asked.organ.as_str()), ("from", eve.as_str()), ("to", day.as_str())]);
        (day, format!("/enforcement/powers?{query}"))
    };
    let lead = "权力和责任清单在两天之间有什么变化：新增、取消、划转给哪个机关、依据和责任怎样调整。";
    portal_page(&Compared {
        shell: part::shell(&ctx, &reader, "权责清单的变化", "openness", lead),
        before: in_force(from),
        after: in_force(to),
        lines: changed.into_iter().skip(skip).take(size).map(line).collect(),
        days: changes.into_iter().take(DAYS).map(address).collect(),
        organs: organs.into_iter().map(|organ| (organ.clone(), organ)).collect(),
        organ: asked.organ.clone(),
        from: first,
        to: last,
        errors,
        pager,
    })
}

#[derive(Template)]
#[template(path = "enforcement/templates/overlaps.html")]
struct Checked {
    shell: OfficeShell,
    found: Vec<Overlap>,
    powers: usize,
}

/// GET /enforcement/powers in the office: records of one matter that say the same days.
pub(super) async fn checked(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let powers = all(&ctx).await?;
    let mut found = overlaps(&powers);
    found.truncate(500);
    office_page(&Checked { shell: desk.shell(&ctx, "权责清单检查").await?, powers: powers.len(), found })
}
