//! The wizard of a reform (机构改革): which organs end, who follows, from which day; first what follows from it, then doing it.

use ::store::Once;
use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use jiff::{ToSpan, civil::Date};
use kernel::{OrganCode, time::parse_date};
use web::{Ctx, Desk, Form, FormErrors, OfficeShell, Query, Redirect, Result, office_page, page};

use super::{pages, store};
use crate::accounts;

/// The choices made so far.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Choice {
    once: String,
    organs: Vec<String>,
    successor: String,
    date: String,
    note: String,
    /// Set by the form, so that a link may choose an organ beforehand.
    step: String,
}

/// What follows for one organ.
struct Consequence {
    code: String,
    name: String,
    last_day: String,
    accounts: i64,
    children: Vec<String>,
}

#[derive(Template)]
#[template(path = "organs/templates/merge.html")]
struct MergePage {
    shell: OfficeShell,
    errors: FormErrors,
    once: String,
    choice: Choice,
    options: Vec<(String, String, String)>,
    successors: Vec<(String, String)>,
    preview: Option<Vec<Consequence>>,
    successor: String,
}

impl Choice {
    fn codes(&self) -> Vec<OrganCode> {
        self.organs.iter().filter(|code| !code.is_empty()).map(|code| OrganCode::from(code.as_str())).collect()
    }

    fn check(&self, errors: &mut FormErrors) -> Option<Date> {
        errors.require(!self.codes().is_empty(), "organs", "请选择要并入的机关，至少一个。");
        errors.require(!self.successor.is_empty(), "successor", "请选择承接机关。还没有时，先到“机关”页面新建。");
        let date = parse_date(&self.date);
        errors.require(date.is_some(), "date", "请填写承接机关开始履职的日期，格式如 2023-08-21。");
        date
    }
}

async fn render(ctx: &Ctx, desk: &Desk, choice: Choice, errors: FormErrors, preview: bool) -> Result<MergePage> {
    let directory = ctx.directory();
    let counts = accounts::counts_by_organ(ctx.db()).await?;
    let first_day = parse_date(&choice.date);
    let consequences = choice.codes().into_iter().filter_map(|code| {
        let organ = directory.get(&code)?;
        Some(Consequence {
            name: organ.name.clone(),
            last_day: first_day.map(|day| day.saturating_sub(1.day()).to_string()).unwrap_or_default(),
            accounts: counts.get(code.as_str()).copied().unwrap_or(0),
            children: directory
                .all()
                .iter()
                .filter(|one| one.parent.as_ref() == Some(&code))
                .map(|one| one.short_name.clone())
                .collect(),
            code: code.0,
        })
    });
    let successor = OrganCode::from(choice.successor.as_str());
    let living: Vec<_> = directory.all().iter().filter(|organ| organ.exists_to.is_none()).collect();
    Ok(MergePage {
        shell: desk.shell(ctx, "机构改革").await?.with_error(!errors.is_empty()),
        preview: preview.then(|| consequences.collect()),
        errors,
        once: ctx.once(),
        options: living
            .iter()
            .map(|organ| (organ.code.0.clone(), organ.short_name.clone(), organ.kind.label().to_owned()))
            .collect(),
        successors: pages::choices(ctx, first_day.unwrap_or_else(|| ctx.today())),
        successor: directory.get(&successor).map(|organ| organ.name.clone()).unwrap_or_default(),
        choice,
    })
}

/// GET /organs/merge: the form, or with choices made, what follows from them.
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Query(choice): Query<Choice>) -> Result<Response> {
    let asked = !choice.step.is_empty();
    let mut errors = FormErrors::new();
    if asked
        && let Some(first_day) = choice.check(&mut errors)
        && errors.is_empty()
    {
        // A rehearsal: the change is made and thrown away, so that every rule is asked before the question is put.
        let mut tx = ctx.db().write().await?;
        let successor = OrganCode::from(choice.successor.as_str());
        let tried = store::merge(&mut tx, &choice.codes(), &successor, first_day, &choice.note, &desk.actor()).await?;
        drop(tx);
        errors = tried.err().unwrap_or_default();
    }
    let preview = asked && errors.is_empty();
    let template = render(&ctx, &desk, choice, errors, preview).await?;
    if template.errors.is_empty() { office_page(&template) } else { page::office_errors(&template) }
}

/// POST /organs/merge
pub(super) async fn submit(State(ctx): State<Ctx>, desk: Desk, Form(choice): Form<Choice>) -> Result<Response> {
    let mut errors = FormErrors::new();
    let date = choice.check(&mut errors);
    if let (Some(first_day), true) = (date, errors.is_empty()) {
        let mut tx = ctx.db().write().await?;
        if let Once::Already(to) = tx.once(&choice.once).await? {
            return Ok(Redirect::to(to).into_response());
        }
        let successor = OrganCode::from(choice.successor.as_str());
        match store::merge(&mut tx, &choice.codes(), &successor, first_day, &choice.note, &desk.actor()).await? {
            Ok(()) => {
                let to = format!("/organs/{successor}");
                tx.remember(&choice.once, &to).await?;
                tx.commit().await?;
                store::load_directory(&ctx).await?;
                let text = format!("{} 个机关自 {first_day} 起由本机关承接。", choice.codes().len());
                return Ok(Redirect::to(to).ok(text).into_response());
            }
            Err(wrong) => errors = wrong,
        }
    }
    page::office_errors(&render(&ctx, &desk, choice, errors, false).await?)
}
