//! What was answered to others, for who wants to ask.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use case::public::{self, Told};
use document::page as part;
use kernel::{id::CaseId, time};
use serde::Deserialize;
use web::{Ctx, Error, PortalShell, Query, Reader, Result, Steps, filters::shortened, page::portal_page};

use crate::foi::kind::FOI;

/// Answers on a page.
const SIZE: usize = 20;

/// What is asked for, as the address says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    after: String,
}

struct Line {
    id: CaseId,
    organ: String,
    on: String,
    question: String,
    answer: String,
}

fn line(ctx: &Ctx, told: Told) -> Line {
    Line {
        organ: ctx.directory().get(&told.organ).map_or(told.organ.to_string(), |organ| organ.name.clone()),
        on: time::show_date(&told.published_at),
        id: told.case_id,
        question: told.question,
        answer: told.answer,
    }
}

#[derive(Template)]
#[template(path = "foi/answers/templates/list.html")]
struct List {
    shell: PortalShell,
    lines: Vec<Line>,
    steps: Steps,
}

/// `GET /foi/answers`
pub(super) async fn list(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let found = public::list(&FOI).page::<Told>(ctx.db(), None, Some(asked.after.as_str()), SIZE).await?;
    let steps = Steps::new(&found, "");
    let lead = "依申请公开的答复，经申请人同意后公开，不含申请人的信息。想要的信息在这里找到了，就不用再申请。";
    portal_page(&List {
        shell: part::shell(&ctx, &reader, "公开的答复", "openness", lead),
        lines: found.rows.into_iter().map(|told| line(&ctx, told)).collect(),
        steps,
    })
}

#[derive(Template)]
#[template(path = "foi/answers/templates/one.html")]
struct One {
    shell: PortalShell,
    line: Line,
}

/// `GET /foi/answers/{id}`
pub(super) async fn one(State(ctx): State<Ctx>, reader: Reader, Path(id): Path<CaseId>) -> Result<Response> {
    let told = public::of_kind(ctx.db().read(), &FOI, &id).await?.ok_or(Error::NotFound)?;
    let line = line(&ctx, told);
    let shell = part::shell(&ctx, &reader, &line.question, "openness", &shortened(&line.answer, 120));
    portal_page(&One { shell, line })
}
