//! Plans, the pages of duties, evidence: parse, import, board, public plan page.

mod demo;
pub mod duties;
pub mod events;
pub mod model;
pub mod permissions;
pub mod plans;
mod portal;
mod privacy;
mod sealed;

use duty::permissions::{MANAGE_DUTIES, VIEW_DUTIES};
use kernel::{Actor, id::PlanId};
use web::{Capability, Ctx, Error, Nav, Result, hooks::Verb};

use crate::{
    model::{PlanKind, PlanState},
    permissions::{CLEAR_PLANS, MANAGE_PLANS},
    plans::{
        confirm,
        import::{Spec, Taken},
        source::Source,
        tree,
    },
};

/// Plans and duties.
pub fn capability() -> Capability {
    portal::declared(Capability::new("oversight", "工作要点和任务"))
        .routes(plans::routes)
        .routes(duties::routes)
        .routes(portal::routes)
        .permissions(&[&MANAGE_PLANS, &CLEAR_PLANS])
        .nav(Nav::under("任务", "/plans", "工作要点", &VIEW_DUTIES, 210))
        .nav(Nav::under("任务", "/duties", "任务台账", &VIEW_DUTIES, 220).letter("t"))
        .events(&events::ALL)
        .subject(events::SUBJECT, "工作要点")
        .words(words)
        .titled("SELECT id, title FROM plan WHERE id")
        .demo(demo::scenes)
        .search(plans::public::search_source())
        .desk(duties::desk_source())
        .migrations(store::migrations!(
            "oversight",
            "../migrations/0001_oversight.sql",
            "../migrations/0002_heads_and_revocations.sql",
            "../migrations/0003_clearances.sql",
            "../migrations/0004_replacements.sql"
        ))
        .declare(sealed::plans())
        .declare(plans::duty_source())
        .declare(plans::touched::touched())
        .declare(plans::recorded())
        .declare(duties::mentions())
        .declare(duties::datasets())
        .declare(duties::on_map())
        .declare(plans::finder())
        .declare(duties::finder())
        .declare(Verb::new("导入工作要点", "新建计划", "/plans/new", &MANAGE_PLANS))
        .declare(Verb::new("提醒承办单位", "催办 在任务台账勾选后立即提醒", "/duties?overdue=1", &MANAGE_DUTIES))
        .declare(duties::plan_progress())
}

/// Kinds of plans by their names.
fn words(field: &str, code: &str) -> Option<String> {
    if field == "fields." {
        let fields = model::PlanKind::ALL.into_iter().flat_map(model::PlanKind::fields);
        return fields.into_iter().find(|field| field.key == code).map(|field| field.label.to_owned());
    }
    let kinds = ["kind", "source_kind"].contains(&field).then_some(model::SOURCES)?;
    kinds.iter().find(|kind| kind.key == code).map(|kind| kind.label.to_owned())
}

/// A plan to be imported by the command line or the demonstration.
#[derive(Debug)]
pub struct Import {
    /// The text with the name of its file.
    pub source: Source,
    /// Title, year, kind.
    pub spec: Spec,
}

impl Import {
    /// Work points of a year. An empty title means the one in the text.
    pub fn work_points(title: impl Into<String>, year: i16, text: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            source: Source::text(text, name),
            spec: Spec { title: title.into(), year: Some(year), ..Spec::new(PlanKind::WorkPoints) },
        }
    }
}

/// What was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The draft.
    pub plan: PlanId,
    /// What the parser wants a person to look at.
    pub warnings: Vec<plan_text::Warning>,
}

/// Parses and stores a plan as a draft.
///
/// # Errors
/// [`Error::Conflict`] when the same text is there for the year, [`Error::Invalid`] when the input does not do, in words.
pub async fn import(ctx: &Ctx, actor: &Actor, import: Import) -> Result<Imported> {
    let plan = match plans::import::import(ctx, actor, import.source, import.spec).await? {
        Taken::Draft(plan) => plan,
        Taken::Same { plan, title, state } => {
            let end = if state == PlanState::Draft { "/draft" } else { "" };
            let address = format!("{}/plans/{plan}{end}", ctx.office_url());
            let text = format!("同一文本已经导入过：“{title}”（{}）。请打开已有的：{address}", state.label());
            return Err(Error::Conflict(text));
        }
        Taken::Rows(errors) => {
            let mut text = format!("表格有 {} 处需要更正：", errors.len());
            for error in errors.iter().take(5) {
                text.push_str(&format!("第 {} 行“{}”：{} ", error.row, error.column, error.message));
            }
            return Err(Error::Invalid(text));
        }
    };
    let warnings = tree::plan(ctx.db().read(), &plan).await?.map(|row| row.warnings()).unwrap_or_default();
    Ok(Imported { plan, warnings })
}

/// Confirms a draft as it stands: its duties are issued. For the demonstration and the benchmark; the office has a page.
///
/// # Errors
/// When something stands in the way: see [`plans::confirm::readiness`].
pub async fn confirm(ctx: &Ctx, actor: &Actor, plan: &PlanId) -> Result<()> {
    let row = tree::plan(ctx.db().read(), plan).await?.ok_or(Error::NotFound)?;
    let mut tx = ctx.db().write().await?;
    confirm::confirm(ctx, &mut tx, actor, plan, confirm::Asked::knowing(row.version)).await?;
    Ok(tx.commit().await?)
}
