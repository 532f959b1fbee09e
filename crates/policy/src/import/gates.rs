//! The texts of a batch at the gates: who may pass a gate looks over what waits there, fifty on a page, and passes what
//! is right. Each is passed by itself under the rules of every review: not by its author, not where something was
//! found, not when it changed meanwhile; and only while it is the file that was brought in ([`came`]).

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    House, Kinds,
    release::{self, Pass, Releases, Waiting},
    rows as stored,
};
use kernel::id::EditionId;
use serde::Deserialize;
use web::{Ctx, Desk, Form, FormErrors, OfficeShell, Query, Refusal, Result, office_page, page};

use super::{
    actions::DonePage,
    came,
    pages::{files, seen},
    rows::{Batch, BatchId, Shown},
};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    after: String,
    /// Code of the gate; empty = the first at which something waits for this person.
    gate: String,
}

/// What is sent.
#[derive(Debug, Clone, Default)]
struct Chosen {
    gate: String,
    after: String,
    /// Editions with the versions that the page showed.
    ids: Vec<(EditionId, i64)>,
    ticked: Vec<usize>,
}

impl From<Vec<(String, String)>> for Chosen {
    fn from(pairs: Vec<(String, String)>) -> Self {
        let mut chosen = Self::default();
        for (key, value) in pairs {
            match key.as_str() {
                "gate" => chosen.gate = value,
                "after" => chosen.after = value,
                "ids" => {
                    let (id, version) = value.split_once(':').unwrap_or((&value, ""));
                    let one = (EditionId::from(id), version.parse().unwrap_or_default());
                    if !chosen.ids.iter().any(|(known, _)| *known == one.0) {
                        chosen.ids.push(one);
                    }
                }
                key if value == "1" => {
                    chosen.ticked.extend(key.strip_prefix("tick").and_then(|place| place.parse::<usize>().ok()));
                }
                _ => {}
            }
        }
        chosen
    }
}

/// A text that may be passed with others, and what of its fields stands beside its title.
struct Item {
    one: Waiting,
    beside: String,
    /// It was ticked in a form that comes back.
    chosen: bool,
}

/// Why a text of a batch is not passed with the others (empty = it may be), and what stands beside its title: of the version that was
/// seen, since another one may be another text.
async fn looked(ctx: &Ctx, desk: &Desk, edition: &EditionId, version: i64) -> Result<(String, String)> {
    let house = House::of(ctx, "");
    let whole = match stored::read(ctx.db().read(), &house, &desk.actor(), edition).await {
        Ok(whole) => whole,
        Err(Refusal::NotFound | Refusal::Forbidden(_)) => {
            return Ok(("没有找到，可能已被删除，或者不再由您办理".to_owned(), String::new()));
        }
        Err(other) => return Err(other.into()),
    };
    if whole.edition.version != version {
        return Ok(("您打开列表之后有了变化，没有通过。请打开看过再办理。".to_owned(), String::new()));
    }
    let came = came::of(ctx.db().read(), &whole.document.id).await?;
    let why = match Kinds::of(ctx).get(&whole.document.kind) {
        Some(kind) => came::apart(came.as_ref(), &whole, kind),
        None => "没有这种信息类型，须逐件审核".to_owned(),
    };
    Ok((why, came::beside(&whole)))
}

#[derive(Template)]
#[template(path = "import/templates/gates.html")]
struct GatesPage {
    shell: OfficeShell,
    errors: FormErrors,
    batch: Batch,
    /// Gates at which something of this page waits for this person: code, name, count, whether it is shown.
    gates: Vec<(String, String, usize, bool)>,
    gate: String,
    label: String,
    items: Vec<Item>,
    /// Those that are passed one by one.
    others: Vec<Waiting>,
    questions: Vec<(String, bool)>,
    /// What becomes of them, in lines of the confirmation.
    then: String,
    after: String,
    next: Option<String>,
}

async fn shown(ctx: &Ctx, desk: &Desk, batch: Batch, sent: Chosen, errors: FormErrors) -> Result<Response> {
    let (lines, next) = files(ctx, &batch.id, Shown::Underway, &sent.after).await?;
    let editions: Vec<EditionId> = lines.into_iter().filter_map(|line| line.edition_id).collect();
    let waiting = ctx.one::<Arc<dyn Releases>>().waiting(ctx, &desk.staff, &editions).await?;
    let mut gates: Vec<(String, String, usize, bool)> = Vec::new();
    for one in &waiting {
        match gates.iter_mut().find(|(gate, ..)| *gate == one.gate) {
            Some((_, _, count, _)) => *count += 1,
            None => gates.push((one.gate.clone(), one.label.clone(), 1, false)),
        }
    }
    let named = gates.iter().any(|(gate, ..)| *gate == sent.gate);
    let gate = if named { sent.gate } else { gates.first().map(|(gate, ..)| gate.clone()).unwrap_or_default() };
    for (code, _, _, current) in &mut gates {
        *current = *code == gate;
    }
    let here: Vec<Waiting> = waiting.into_iter().filter(|one| one.gate == gate).collect();
    let asked_of = here.first().map(|one| (one.label.clone(), one.questions.clone())).unwrap_or_default();
    let (mut items, mut others) = (Vec::new(), Vec::new());
    for mut one in here {
        let (why, beside) = looked(ctx, desk, &one.edition, one.version).await?;
        // That it is another text is told before anything else.
        if !why.is_empty() {
            one.why = why;
        }
        if one.why.is_empty() && one.questions != asked_of.1 {
            one.why = "核对事项与其他文件不同".to_owned();
        }
        let chosen = sent.ids.iter().any(|(id, _)| *id == one.edition);
        if one.why.is_empty() { items.push(Item { one, beside, chosen }) } else { others.push(one) }
    }
    let bad = !errors.is_empty();
    let page = GatesPage {
        shell: desk.shell(ctx, "成批审核导入的文件").await?.with_error(bad),
        errors,
        gates,
        gate,
        label: asked_of.0,
        then: release::together(items.iter().map(|item| item.one.then.as_str())).join("|"),
        items,
        others,
        questions: asked_of.1.into_iter().enumerate().map(|(at, one)| (one, sent.ticked.contains(&at))).collect(),
        after: sent.after,
        next,
        batch,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// GET /imports/{id}/gates
pub(super) async fn page(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<BatchId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let batch = seen(&ctx, &desk, &id).await?;
    let sent = Chosen { gate: asked.gate, after: asked.after, ..Chosen::default() };
    shown(&ctx, &desk, batch, sent, FormErrors::new()).await
}

/// How many of the questions are not ticked: those of the first of the texts that still waits at the gate, by which the page
/// was made.
async fn unticked(ctx: &Ctx, desk: &Desk, chosen: &Chosen) -> Result<usize> {
    let desks = ctx.one::<Arc<dyn Releases>>();
    for (edition, _) in &chosen.ids {
        let waiting = desks.waiting(ctx, &desk.staff, std::slice::from_ref(edition)).await?;
        let Some(one) = waiting.into_iter().find(|one| one.gate == chosen.gate) else { continue };
        return Ok(release::unticked(&one.questions, &chosen.ticked));
    }
    Ok(0)
}

/// POST /imports/{id}/gates
pub(super) async fn pass(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<BatchId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let (batch, chosen) = (seen(&ctx, &desk, &id).await?, Chosen::from(pairs));
    let most = usize::try_from(super::pages::SIZE).unwrap_or(usize::MAX);
    if chosen.ids.is_empty() || chosen.ids.len() > most {
        let errors = FormErrors::one("ids", format!("请勾选要通过的文件，一次 1 至 {most} 件。"));
        return shown(&ctx, &desk, batch, chosen, errors).await;
    }
    let left = unticked(&ctx, &desk, &chosen).await?;
    if left > 0 {
        let errors =
            FormErrors::one("ticks", format!("还有 {left} 项核对事项没有勾选：请逐项核对，全部勾选才能通过。"));
        return shown(&ctx, &desk, batch, chosen, errors).await;
    }
    // Only what belongs to this batch: another text is passed on its own page.
    let (lines, _) = files(&ctx, &id, Shown::Underway, &chosen.after).await?;
    let desks = Arc::clone(ctx.one::<Arc<dyn Releases>>());
    let how = format!("导入批成批通过（同时勾选 {} 件）", chosen.ids.len());
    let (mut done, mut left) = (Vec::new(), Vec::new());
    for (edition, version) in &chosen.ids {
        let Some(line) = lines.iter().find(|line| line.edition_id.as_ref() == Some(edition)) else {
            let why = "已经不在这一批的审核中，不用再办".to_owned();
            left.push((format!("/imports/{id}/gates"), "一件勾选的文件".to_owned(), why));
            continue;
        };
        let title = line.title.clone().unwrap_or_else(|| line.path.clone());
        let (why, _) = looked(&ctx, &desk, edition, *version).await?;
        if !why.is_empty() {
            left.push((format!("/reviews/{edition}"), title, why));
            continue;
        }
        // The version that was looked at is the one that is passed.
        let pass = Pass { edition, version: *version, gate: &chosen.gate, ticked: &chosen.ticked, how: &how };
        match desks.pass(&ctx, &desk.staff, pass).await {
            Ok(what) => done.push((title, what)),
            Err(why) => left.push((format!("/reviews/{edition}"), title, why)),
        }
    }
    office_page(&DonePage {
        shell: desk.shell(&ctx, "成批审核导入的文件").await?,
        to: (format!("/imports/{id}/gates?gate={}", page::escape_query(&chosen.gate)), "继续审核"),
        batch,
        heading: "成批审核",
        done,
        left,
        more: 0,
    })
}
