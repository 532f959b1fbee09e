//! Storing a parsed plan as a draft; used by the import page, `gongkai plan import` and the demonstration.

use kernel::{Actor, NewEvent, id::PlanId};
use plan_text::{PlanReference, accounted, parse, parse_stated, year_of};
use serde_json::json;
use store::{FromRow, Once, Tx, query, query_as};
use web::{Ctx, Refusal};

use crate::{
    events,
    model::{PlanKind, PlanState},
    plans::{
        doubts::{of_other_level, other_place, years_in},
        draft::{self, Frame, Rows},
        source::Source,
        table::{self, RowError},
        tree::{self, PlanRow, Tree},
    },
};

/// What the importer says about the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// Title; empty = as in the text.
    pub title: String,
    /// The year for which the plan holds; `None` = as in the text, which then must name one.
    pub year: Option<i16>,
    pub kind: PlanKind,
    /// Import although the same text exists for the year.
    pub again: bool,
    /// The draft that this one replaces: it is discarded.
    pub replaces: Option<PlanId>,
    /// Token of the form: a second submission leads to the draft of the first. Empty = none.
    pub once: String,
}

impl Spec {
    /// Work points with title and year from the text.
    pub fn new(kind: PlanKind) -> Self {
        Self { title: String::new(), year: None, kind, again: false, replaces: None, once: String::new() }
    }
}

/// What became of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It was stored as this draft.
    Draft(PlanId),
    /// The same text is there for this year; nothing was stored.
    Same {
        /// The plan that has it.
        plan: PlanId,
        title: String,
        state: PlanState,
    },
    /// Rows of the table that cannot be read; nothing was stored.
    Rows(Vec<RowError>),
}

#[derive(FromRow)]
struct Known {
    id: PlanId,
    title: String,
    state: String,
}

/// A source as read: the text with its rows, and what the parser says of it.
struct Read {
    parsed: Option<plan_text::Plan>,
    text: String,
    rows: Rows,
    title: String,
    year: i16,
    /// The year that the text itself names.
    text_year: Option<i16>,
    warnings: Vec<plan_text::Warning>,
}

/// The day of issue as printed: a line that is a date, from the end of the text backwards, then before its first heading.
fn issued_on(parsed: &plan_text::Plan) -> String {
    let lines = parsed.closing.lines().rev().chain(parsed.preamble.lines().rev());
    lines.filter_map(kernel::time::parse_date).next().map(|day| day.to_string()).unwrap_or_default()
}

fn no_year() -> Refusal {
    Refusal::field("year", "文本里没有写是哪一年的。请填写年度，例如 2026。")
}

/// Reads a text or a table. Rows of a table that cannot be read are the inner error.
fn read(source: &Source, spec: &Spec, frame: &mut Frame<'_>) -> Result<Result<Read, Vec<RowError>>, Refusal> {
    let (parsed, text, rows, text_year) = match &source.table {
        Some(list) => {
            let title = title_of(None, spec, source)?;
            let text_year = years_in(&title).first().copied();
            let year = spec.year.or(text_year).ok_or_else(no_year)?;
            let items = match table::items(list, spec.kind, year) {
                Ok(items) => items,
                Err(rows) => return Ok(Err(rows)),
            };
            let mut rows = table::rows(&items, frame);
            let told = |message: String| plan_text::Warning { line: 1, message, dropped: String::new() };
            rows.warnings.extend(table::left_out(list, spec.kind, &title).into_iter().map(told));
            (None, table::as_text(&title, &items), rows, text_year)
        }
        None => {
            if source.text.trim().is_empty() {
                return Err(Refusal::field("text", "没有文字。请选择文件，或粘贴工作要点全文。"));
            }
            let text_year = year_of(&source.text).or_else(|| years_in(&spec.title).first().copied());
            let mut parsed = match spec.year.or(text_year) {
                Some(year) => parse_stated(&source.text, PlanReference { year }),
                None => {
                    let parsed = parse(&source.text, PlanReference { year: frame.day.year() });
                    let several = years_in(&parsed.title);
                    // A title that spans several years names the first in which it holds.
                    let year = several.first().copied().ok_or_else(no_year)?;
                    parse(&source.text, PlanReference { year })
                }
            };
            if let Err(lost) = accounted(&source.text, &parsed) {
                let (message, dropped) = (lost.to_string(), String::new());
                parsed.warnings.push(plan_text::Warning { line: 1, message, dropped });
            }
            let rows = draft::rows(&parsed, frame);
            (Some(parsed), source.text.clone(), rows, text_year)
        }
    };
    let title = title_of(parsed.as_ref(), spec, source)?;
    let year = spec.year.or(text_year).or_else(|| years_in(&title).first().copied()).ok_or_else(no_year)?;
    if !(1990..=2100).contains(&year) {
        return Err(Refusal::field("year", "请填写四位年份，例如 2026。"));
    }
    let mut warnings = warnings_of(parsed.as_ref(), source);
    warnings.extend(rows.warnings.iter().cloned());
    if let Some(message) = spanned(&title, year).filter(|_| spec.year.is_none()) {
        warnings.insert(0, plan_text::Warning { line: 1, message, dropped: String::new() });
    }
    Ok(Ok(Read { parsed, text, rows, title, year, text_year, warnings }))
}

/// Parses the source and stores it as a draft.
///
/// # Errors
/// When there is no text, no title, or a year that no plan can be for: at the fields `text`, `title`, `year`.
pub async fn import(ctx: &Ctx, actor: &Actor, source: Source, spec: Spec) -> Result<Taken, Refusal> {
    let directory = ctx.directory();
    let id = PlanId::fresh(ctx.seams());
    let mut fresh = || kernel::id::fresh(ctx.seams());
    let mut frame = Frame { plan: &id, kind: spec.kind, fresh: &mut fresh, directory: &directory, day: ctx.today() };
    let mut read = match read(&source, &spec, &mut frame)? {
        Ok(read) => read,
        Err(rows) => return Ok(Taken::Rows(rows)),
    };
    let county = ctx.site().county.clone();
    let county = county.as_str();
    if let Some(name) = read
        .rows
        .owners
        .iter()
        .filter(|owner| owner.how == "group")
        .map(|owner| owner.name.as_str())
        .find(|name| of_other_level(name, county))
    {
        let message = format!(
            "责任单位“{name}”说的不是“{county}”的机关，现按本县同类机关展开。请核对是不是选错了文件，或逐条改正。"
        );
        read.warnings.insert(0, plan_text::Warning { line: 1, message, dropped: String::new() });
    }
    if reads_like_law(&read) {
        let message = "这份文件是“第一条、第二条”这样的条文，没有写任何责任单位，像法规、规章或办法，不像工作要点。请核对是不是选错了文件。".to_owned();
        read.warnings.insert(0, plan_text::Warning { line: 1, message, dropped: String::new() });
    }
    if let Some(other) = other_place(&read.title, county) {
        let message = format!("标题写的是“{other}”，本站是“{county}”。请核对是不是选错了文件。");
        read.warnings.insert(0, plan_text::Warning { line: 1, message, dropped: String::new() });
    }
    let digest = crate::plans::source::digest(&read.text);
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&spec.once).await? {
        return Ok(Taken::Draft(to.into()));
    }
    // Of two who take the same text in at the same moment the second finds the first's.
    tx.lock("plan.import").await?;
    let known: Vec<Known> = query_as(
        "SELECT id, title, state FROM plan WHERE source_digest = $1 AND year = $2 AND state <> 'discarded' ORDER BY created_at",
    )
    .bind(&digest)
    .bind(i64::from(read.year))
    .fetch_all(tx.conn())
    .await?;
    let known = known.into_iter().find(|known| Some(&known.id) != spec.replaces.as_ref());
    if let Some(known) = known.filter(|_| !spec.again) {
        let state = PlanState::from_code(&known.state).unwrap_or(PlanState::Draft);
        return Ok(Taken::Same { plan: known.id, title: known.title, state });
    }
    if let Some(file) = &source.file {
        ctx.files().keep(&mut tx, file).await?;
    }
    let warnings = read.warnings.len();
    let tree = tree_of(&tx, actor, &id, &spec, &source, read, digest)?;
    tree::insert(&mut tx, &tree).await?;
    let plan = &tree.plan;
    if let Some(replaced) = &spec.replaces {
        discard(ctx, &mut tx, actor, replaced, &plan.id).await?;
    }
    let event = NewEvent::new(&events::IMPORTED, &plan.id, actor).organ(&ctx.office_organ()).data(json!({
        "title": plan.title, "year": plan.year, "kind": plan.kind, "source": plan.source_digest,
        "clauses": tree.clauses.len(), "duties": tree.duties.len(), "warnings": warnings,
    }));
    tx.append(event).await?;
    tx.remember(&spec.once, id.as_str()).await?;
    tx.commit().await?;
    Ok(Taken::Draft(id))
}

/// What is said of a title that names several years where nobody chose one: 三年行动方案（2025—2027年）.
fn spanned(title: &str, year: i16) -> Option<String> {
    let mut years = years_in(title);
    years.dedup();
    if years.len() < 2 {
        return None;
    }
    let years: Vec<String> = years.iter().map(|year| format!("{year} 年")).collect();
    Some(format!(
        "标题里写了 {}，系统先按第一个登记为 {year} 年度；没有写年份的时限没有换算成日期。\
         请在“改标题、年度、文号、成文日期”里核对年度，再逐项核对期限。",
        years.join("、")
    ))
}

/// Whether a text is a regulation: articles in the order of the law, and nobody who answers for any of them.
fn reads_like_law(read: &Read) -> bool {
    /// One or two articles may be cited.
    const LEAST: usize = 5;
    let article = |line: &str| {
        let rest = line.trim_start().strip_prefix('第')?;
        let (number, _) = rest.split_once('条')?;
        let counts = |c: char| "零一二三四五六七八九十百0123456789".contains(c);
        (!number.is_empty() && number.chars().count() <= 6 && number.chars().all(counts)).then_some(())
    };
    read.rows.owners.is_empty() && read.text.lines().filter_map(article).count() >= LEAST
}

/// The draft that is stored.
fn tree_of(
    tx: &Tx,
    actor: &Actor,
    id: &PlanId,
    spec: &Spec,
    source: &Source,
    read: Read,
    digest: String,
) -> Result<Tree, Refusal> {
    let parsed = read.parsed.as_ref();
    let plan = PlanRow {
        id: id.clone(),
        kind: spec.kind.code().to_owned(),
        title: read.title,
        document_number: parsed.and_then(|parsed| parsed.document_number.clone()).unwrap_or_default(),
        year: i64::from(read.year),
        state: PlanState::Draft.code().to_owned(),
        superseded_by: PlanId::default(),
        source: read.text,
        source_digest: digest,
        source_name: source.name.clone(),
        source_file: source.file.as_ref().map(|file| file.digest.clone()),
        preamble: parsed.map(|parsed| parsed.preamble.clone()).unwrap_or_default(),
        closing: parsed.map(|parsed| parsed.closing.clone()).unwrap_or_default(),
        warnings: serde_json::to_string(&read.warnings)?,
        version: 1,
        created_at: tx.now(),
        created_by: actor.log_id().to_owned(),
        created_by_name: actor.log_name().to_owned(),
        confirmed_at: String::new(),
        confirmed_by: String::new(),
        confirmed_by_name: String::new(),
        text_year: read.text_year.map_or(0, i64::from),
        issued_on: parsed.map(issued_on).unwrap_or_default(),
        replaces: PlanId::default(),
        twin_reason: String::new(),
        revoked_at: String::new(),
        revoked_reason: String::new(),
    };
    let Rows { sections, clauses, duties, owners, .. } = read.rows;
    Ok(Tree { plan, sections, clauses, duties, owners })
}

/// The title that was typed, else that of the text, else the line above the table, else the name of its file.
fn title_of(parsed: Option<&plan_text::Plan>, spec: &Spec, source: &Source) -> Result<String, Refusal> {
    let given = spec.title.trim();
    let found = match (parsed, &source.table) {
        (Some(parsed), _) => parsed.title.clone(),
        // 填报单位：… is no title
        (None, Some(list)) => list
            .above
            .iter()
            .find(|line| !line.contains(['：', ':', '　']) && (4..=100).contains(&line.chars().count()))
            .cloned()
            .unwrap_or_else(|| source.name.rsplit_once('.').map_or("", |(stem, _)| stem).trim().to_owned()),
        (None, None) => String::new(),
    };
    let title = if given.is_empty() { found } else { given.to_owned() };
    if title.is_empty() {
        let message = match &source.table {
            Some(_) => "表格上方没有标题。请在这里填写标题，例如“2026年度审计发现问题整改清单”。",
            None => "文本里没有找到标题。请填写标题，例如“2026年政务公开工作要点”。",
        };
        return Err(Refusal::field("title", message));
    }
    Ok(title)
}

/// What the parser and the reader of the file want a person to look at.
fn warnings_of(parsed: Option<&plan_text::Plan>, source: &Source) -> Vec<plan_text::Warning> {
    let mut warnings = parsed.map(|parsed| parsed.warnings.clone()).unwrap_or_default();
    let from_file = source.warnings.iter();
    warnings.extend(from_file.map(|message| plan_text::Warning {
        line: 1,
        message: message.clone(),
        dropped: String::new(),
    }));
    warnings
}

/// A draft that was read anew makes way for its successor.
async fn discard(ctx: &Ctx, tx: &mut Tx, actor: &Actor, old: &PlanId, new: &PlanId) -> Result<(), Refusal> {
    let done = query("UPDATE plan SET state = 'discarded', version = version + 1 WHERE id = $1 AND state = 'draft'")
        .bind(old)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() != 1 {
        let text = "要替换的草稿已经下达、作废或不存在，没有导入。请回到工作要点列表，看过现状后重新导入。";
        return Err(Refusal::Conflict(text.into()));
    }
    tree::put_source(tx, old).await?;
    let event = NewEvent::new(&events::DISCARDED, old, actor).organ(&ctx.office_organ());
    tx.append(event.data(json!({"replaced_by": new}))).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::spanned;

    #[test]
    fn a_title_of_several_years_is_told() {
        let said = spanned("青禾县公开三年行动方案（2025—2027年）", 2025).expect("told");
        assert!(said.contains("2025 年、2027 年") && said.contains("登记为 2025 年度"), "{said}");
        assert_eq!(spanned("青禾县2025年工作要点（2025年修订）", 2025), None);
        assert_eq!(spanned("青禾县工作要点", 2025), None);
    }
}
