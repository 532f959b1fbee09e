//! The page on which a county takes over the standard columns.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, response::Response};
use document::columns::{self as rows, Cadence};
use documents::tables::write_csv;
use kernel::id::ColumnId;
use store::Tx;
use web::{Ctx, Desk, Done, Form, FormErrors, OfficeShell, Refusal, Result, act_in_place, office_page, page};

use super::{
    export,
    standard::{self, Proposal},
};

/// A column of the preview.
struct Line {
    proposal: Proposal,
    /// Name as typed, or as it stands in the standard tree.
    name: String,
    /// Whether it is to be made.
    take: bool,
    cadence: &'static str,
}

impl Line {
    fn field(&self) -> String {
        format!("name-{}", self.proposal.line.data.slug)
    }
}

#[derive(Template)]
#[template(path = "columns/templates/standard.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    lines: Vec<Line>,
    /// Columns that are not there yet.
    fresh: usize,
    once: String,
}

async fn shown(
    ctx: &Ctx,
    desk: &Desk,
    typed: Option<&HashMap<ColumnId, (String, bool)>>,
    errors: FormErrors,
) -> Result<Response> {
    let tree = rows::tree(ctx.db().read()).await?;
    let line = |proposal: Proposal| {
        let data = &proposal.line.data;
        let (name, take) = match typed.map(|typed| typed.get(&data.slug)) {
            Some(Some((name, take))) => (name.clone(), *take),
            Some(None) => (data.name.clone(), false),
            None => (data.name.clone(), true),
        };
        let cadence = Cadence::from_code(&data.cadence).map_or("", Cadence::label);
        Line { name, take, cadence, proposal }
    };
    let lines: Vec<Line> = standard::proposals(ctx, &tree).into_iter().map(line).collect();
    let bad = !errors.is_empty();
    let page = Page {
        shell: desk.shell(ctx, "标准栏目").await?.with_error(bad),
        errors,
        fresh: lines.iter().filter(|line| line.proposal.stands.is_none()).count(),
        lines,
        once: ctx.once(),
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// GET /columns/import/standard
pub(super) async fn form(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    shown(&ctx, &desk, None, FormErrors::new()).await
}

/// POST /columns/import/standard
pub(super) async fn take(
    State(ctx): State<Ctx>,
    desk: Desk,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let mut once = String::new();
    let mut typed: HashMap<ColumnId, (String, bool)> = HashMap::new();
    for (name, value) in pairs {
        if name == "once" {
            once = value;
        } else if name == "take" {
            typed.entry(ColumnId::from(value)).or_default().1 = true;
        } else if let Some(slug) = name.strip_prefix("name-") {
            typed.entry(ColumnId::from(slug)).or_default().0 = value;
        }
    }
    let wanted = typed.iter().filter(|(_, (_, take))| *take);
    let chosen: HashMap<ColumnId, String> = wanted.map(|(slug, (name, _))| (slug.clone(), name.clone())).collect();
    let done = async |tx: &mut Tx| {
        let taken = standard::take(&ctx, tx, &desk.actor(), &chosen).await?;
        let told = format!("已建立 {} 个栏目，原有的 {} 个保持不变。", taken.created, taken.kept);
        Ok::<_, Refusal>(Done::ok("/columns", told))
    };
    act_in_place(&ctx, &once, done, async |errors| shown(&ctx, &desk, Some(&typed), errors).await).await
}

/// GET /columns/standard.csv
pub(super) async fn csv(State(ctx): State<Ctx>) -> Result<Response> {
    let mut lines = standard::lines();
    super::import::settle(&ctx, &mut lines, &[]);
    for line in &mut lines {
        "否".clone_into(&mut line.hidden);
    }
    Ok(page::download(write_csv(&export::sheet(&ctx, &lines)), export::CSV, "标准栏目.csv"))
}

/// GET /columns/standard.toml
pub(super) async fn toml() -> Response {
    page::download(standard::FILE.as_bytes().to_vec(), export::TOML, "标准栏目.toml")
}
