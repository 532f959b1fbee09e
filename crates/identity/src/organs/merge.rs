//! The wizard of a reform (机构改革): which organs end, who follows, from which day; first what follows from it, then doing it.

use std::sync::Arc;

use ::store::Tx;
use askama::Template;
use axum::{extract::State, response::Response};
use jiff::{ToSpan, civil::Date};
use kernel::{OrganCode, time::parse_date};
use web::{
    Ctx, Desk, Done, Form, FormErrors, OfficeShell, Query, Result, act_in_place, hooks::Touched, office_page, page,
};

use super::store;

/// The choices made so far.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Choice {
    once: String,
    organs: Vec<OrganCode>,
    successor: OrganCode,
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
    /// What other capabilities keep of it, with how many.
    touched: Vec<(&'static str, i64)>,
}

#[derive(Template)]
#[template(path = "organs/templates/merge.html")]
struct MergePage {
    shell: OfficeShell,
    errors: FormErrors,
    once: String,
    choice: Choice,
    /// The organs of the choice, as the boxes compare them.
    chosen: Vec<String>,
    options: Vec<(String, String, String)>,
    successors: Vec<(String, String)>,
    preview: Option<Vec<Consequence>>,
    successor: String,
}

impl Choice {
    fn codes(&self) -> Vec<OrganCode> {
        self.organs.iter().filter(|code| !code.as_str().is_empty()).cloned().collect()
    }

    fn check(&self, errors: &mut FormErrors) -> Option<Date> {
        errors.require(!self.codes().is_empty(), "organs", "请选择要并入的机关，至少一个。");
        errors.require(
            !self.successor.as_str().is_empty(),
            "successor",
            "请选择承接机关。还没有时，先到“机关”页面新建。",
        );
        let date = parse_date(&self.date);
        errors.require(date.is_some(), "date", "请填写承接机关开始履职的日期，例如 2023-08-21。");
        date
    }
}

async fn render(ctx: &Ctx, desk: &Desk, choice: Choice, errors: FormErrors, preview: bool) -> Result<MergePage> {
    let directory = ctx.directory();
    let counts = store::accounts(ctx.db()).await?;
    let first_day = parse_date(&choice.date);
    let mut consequences = Vec::new();
    for code in choice.codes() {
        let Some(organ) = directory.get(&code).filter(|_| preview) else { continue };
        let mut touched = Vec::new();
        for one in ctx.declared::<Arc<dyn Touched>>() {
            touched.extend(one.counts(ctx, &code).await?);
        }
        consequences.push(Consequence {
            touched,
            name: organ.name.clone(),
            last_day: first_day.map(|day| day.saturating_sub(1.day()).to_string()).unwrap_or_default(),
            accounts: counts.get(&code).copied().unwrap_or(0),
            children: directory
                .all()
                .iter()
                .filter(|one| one.parent.as_ref() == Some(&code))
                .map(|one| one.short_name.clone())
                .collect(),
            code: String::from(code),
        });
    }
    let living: Vec<_> = directory.all().iter().filter(|organ| organ.exists_to.is_none()).collect();
    Ok(MergePage {
        shell: desk.shell(ctx, "机构改革").await?.with_error(!errors.is_empty()),
        preview: preview.then_some(consequences),
        errors,
        once: ctx.once(),
        options: living
            .iter()
            .map(|organ| (organ.code.to_string(), organ.short_name.clone(), organ.sort().to_owned()))
            .collect(),
        chosen: choice.organs.iter().map(ToString::to_string).collect(),
        successors: directory.options(first_day.unwrap_or_else(|| ctx.today())),
        successor: directory.get(&choice.successor).map(|organ| organ.name.clone()).unwrap_or_default(),
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
        let (codes, by) = (choice.codes(), desk.actor());
        errors = store::rehearse_merge(ctx.db(), &codes, &choice.successor, first_day, &choice.note, &by).await?;
    }
    let preview = asked && errors.is_empty();
    let template = render(&ctx, &desk, choice, errors, preview).await?;
    if template.errors.is_empty() { office_page(&template) } else { page::office_errors(&template) }
}

/// POST /organs/merge
pub(super) async fn submit(State(ctx): State<Ctx>, desk: Desk, Form(choice): Form<Choice>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let mut errors = FormErrors::new();
        let date = choice.check(&mut errors);
        let (Some(first_day), true) = (date, errors.is_empty()) else { return Err(errors.into()) };
        let codes = choice.codes();
        store::merge(tx, &codes, &choice.successor, first_day, &choice.note, &desk.actor()).await?;
        let joined = if first_day > ctx.today() {
            "到那一天任务和数字自动合并"
        } else {
            "任务和数字已经合并"
        };
        let text = format!("{} 个机关自 {first_day} 起由本机关承接；{joined}。", codes.len());
        Ok(Done::ok(format!("/organs/{}", choice.successor), text))
    };
    let again = async |errors| page::office_errors(&render(&ctx, &desk, choice.clone(), errors, false).await?);
    let answer = act_in_place(&ctx, &choice.once, done, again).await?;
    store::follow(&ctx).await?;
    Ok(answer)
}
