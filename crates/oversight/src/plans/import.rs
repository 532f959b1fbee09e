//! Storing a parsed plan as a draft; used by the import page, `gongkai plan import` and the demonstration.

use kernel::{Actor, NewEvent, id::PlanId};
use serde_json::json;
use store::{FromRow, Once, query, query_as};
use text::plan::{PlanReference, accounted, parse};
use web::Ctx;

use crate::{
    model::{PlanKind, PlanState},
    plans::{
        draft::{self, Frame},
        source::Source,
        table::{self, RowError},
        tree::{self, PlanRow},
    },
};

/// What the importer says about the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// Title; empty = as in the text.
    pub title: String,
    /// The year for which the plan holds; `None` = as in the text, else the present one.
    pub year: Option<i16>,
    /// Kind.
    pub kind: PlanKind,
    /// Import although the same text exists for the year.
    pub again: bool,
    /// The draft that this one replaces: it is discarded.
    pub replaces: Option<String>,
    /// Token of the form: a second submission leads to the draft of the first. Empty = none.
    pub once: String,
}

impl Spec {
    /// Work points with title and year from the text.
    pub fn new(kind: PlanKind) -> Self {
        Self { title: String::new(), year: None, kind, again: false, replaces: None, once: String::new() }
    }
}

/// Why nothing was stored.
#[derive(Debug)]
pub enum Refusal {
    /// There is no text.
    Empty,
    /// No title in the text and none given.
    Title,
    /// The year is none that a plan can be for.
    Year,
    /// The same text is there for this year.
    Same {
        /// The plan that has it.
        plan: PlanId,
        /// Its title.
        title: String,
        /// Its state.
        state: PlanState,
    },
    /// Rows of a table that cannot be read.
    Rows(Vec<RowError>),
    /// A fault of ours.
    Fault(web::Error),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("没有文字。请选择文件，或粘贴工作要点全文。"),
            Self::Title => f.write_str("文本里没有找到标题。请填写标题，例如“2026年政务公开工作要点”。"),
            Self::Year => f.write_str("请填写四位年份，例如 2026。"),
            Self::Same { title, state, .. } => {
                write!(f, "同一文本已经导入过：“{title}”（{}）。请打开已有的，不必重复导入。", state.label())
            }
            Self::Rows(errors) => {
                write!(f, "表格有 {} 处需要更正：", errors.len())?;
                for error in errors.iter().take(5) {
                    write!(f, "第 {} 行“{}”：{} ", error.row, error.column, error.message)?;
                }
                Ok(())
            }
            Self::Fault(_) => f.write_str("系统出了问题，没有保存。请稍后再试。"),
        }
    }
}

impl std::error::Error for Refusal {}

impl<E: Into<web::Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

#[derive(FromRow)]
struct Known {
    id: String,
    title: String,
    state: String,
}

/// Parses the source and stores it as a draft.
///
/// # Errors
/// See [`Refusal`].
pub async fn import(ctx: &Ctx, actor: &Actor, source: Source, spec: Spec) -> Result<PlanId, Refusal> {
    let today = ctx.today();
    let directory = ctx.directory();
    let id = PlanId::fresh(ctx.seams());
    let mut fresh = || kernel::id::fresh(ctx.seams());
    let mut frame = Frame { plan: id.as_str(), kind: spec.kind, fresh: &mut fresh, directory: &directory, day: today };
    let (parsed, text, rows) = match &source.table {
        Some(list) => {
            let year = spec.year.unwrap_or(today.year());
            let items = table::items(list, spec.kind, year).map_err(Refusal::Rows)?;
            if spec.title.trim().is_empty() {
                return Err(Refusal::Title);
            }
            let text = table::as_text(&spec.title, &items);
            let rows = table::rows(&items, &mut frame);
            (None, text, rows)
        }
        None => {
            if source.text.trim().is_empty() {
                return Err(Refusal::Empty);
            }
            let mut parsed = parse(&source.text, PlanReference { year: spec.year.unwrap_or(today.year()) });
            if let Err(lost) = accounted(&source.text, &parsed) {
                parsed.warnings.push(text::plan::Warning {
                    line: 1,
                    message: lost.to_string(),
                    dropped: String::new(),
                });
            }
            let rows = draft::rows(&parsed, &mut frame);
            (Some(parsed), source.text.clone(), rows)
        }
    };
    let title = title_of(parsed.as_ref(), &spec)?;
    let year = spec.year.or(parsed.as_ref().and_then(|parsed| parsed.year)).unwrap_or(today.year());
    if !(1990..=2100).contains(&year) {
        return Err(Refusal::Year);
    }
    let warnings = warnings_of(parsed.as_ref(), &source);
    let digest = crate::plans::source::digest(&text);

    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&spec.once).await? {
        return Ok(PlanId(to));
    }
    // Of two who take the same text in at the same moment the second finds the first's.
    tx.lock("plan.import").await?;
    let known: Vec<Known> = query_as(
        "SELECT id, title, state FROM plan WHERE source_digest = $1 AND year = $2 AND state <> 'discarded' ORDER BY created_at",
    )
    .bind(&digest)
    .bind(i64::from(year))
    .fetch_all(tx.conn())
    .await?;
    let known = known.into_iter().find(|known| Some(&known.id) != spec.replaces.as_ref());
    if let Some(known) = known.filter(|_| !spec.again) {
        let state = PlanState::from_code(&known.state).unwrap_or(PlanState::Draft);
        return Err(Refusal::Same { plan: PlanId(known.id), title: known.title, state });
    }
    if let Some(file) = &source.file {
        ctx.files().keep(&mut tx, file).await?;
    }
    let now = tx.now();
    let plan = PlanRow {
        id: id.0.clone(),
        kind: spec.kind.code().to_owned(),
        title,
        document_number: parsed.as_ref().and_then(|parsed| parsed.document_number.clone()).unwrap_or_default(),
        year: i64::from(year),
        state: PlanState::Draft.code().to_owned(),
        superseded_by: String::new(),
        source: text,
        source_digest: digest,
        source_name: source.name.clone(),
        source_file: source.file.as_ref().map(|file| file.digest.clone()).unwrap_or_default(),
        preamble: parsed.as_ref().map(|parsed| parsed.preamble.clone()).unwrap_or_default(),
        closing: parsed.as_ref().map(|parsed| parsed.closing.clone()).unwrap_or_default(),
        warnings: serde_json::to_string(&warnings)?,
        version: 1,
        as_of: now.clone(),
        created_at: now,
        created_by: actor.log_id().to_owned(),
        created_by_name: actor.log_name().to_owned(),
        confirmed_at: String::new(),
        confirmed_by: String::new(),
        confirmed_by_name: String::new(),
    };
    tree::insert_plan(&mut tx, &plan).await?;
    tree::insert_rows(&mut tx, &rows).await?;
    if let Some(replaced) = &spec.replaces {
        discard(ctx, &mut tx, actor, replaced, &plan.id).await?;
    }
    let event = NewEvent::new("plan.imported", "plan", &plan.id, actor).organ(&ctx.office_organ()).data(json!({
        "title": plan.title, "year": plan.year, "kind": plan.kind, "source": plan.source_digest,
        "clauses": rows.clauses.len(), "duties": rows.duties.len(), "warnings": warnings.len(),
    }));
    tx.append(event).await?;
    tx.remember(&spec.once, id.as_str()).await?;
    tx.commit().await?;
    Ok(id)
}

fn title_of(parsed: Option<&text::plan::Plan>, spec: &Spec) -> Result<String, Refusal> {
    let title = match (parsed, spec.title.trim()) {
        (Some(parsed), "") => parsed.title.clone(),
        (_, given) => given.to_owned(),
    };
    if title.is_empty() { Err(Refusal::Title) } else { Ok(title) }
}

/// What the parser and the reader of the file want a person to look at.
fn warnings_of(parsed: Option<&text::plan::Plan>, source: &Source) -> Vec<text::plan::Warning> {
    let mut warnings = parsed.map(|parsed| parsed.warnings.clone()).unwrap_or_default();
    let from_file = source.warnings.iter();
    warnings.extend(from_file.map(|message| text::plan::Warning {
        line: 1,
        message: message.clone(),
        dropped: String::new(),
    }));
    warnings
}

/// A draft that was read anew makes way for its successor.
async fn discard(ctx: &Ctx, tx: &mut store::Tx, actor: &Actor, old: &str, new: &str) -> Result<(), Refusal> {
    let done = query("UPDATE plan SET state = 'discarded', version = version + 1 WHERE id = $1 AND state = 'draft'")
        .bind(old)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() != 1 {
        let text = "要替换的草稿已经下达、作废或不存在，没有导入。请回到工作要点列表，看过现状后重新导入。";
        return Err(Refusal::Fault(web::Error::Conflict(text.into())));
    }
    let event = NewEvent::new("plan.discarded", "plan", old, actor).organ(&ctx.office_organ());
    tx.append(event.data(json!({"replaced_by": new}))).await?;
    Ok(())
}
