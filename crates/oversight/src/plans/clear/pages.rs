//! Pages of clearance: what the reviewer reads, and what is said of it.

use std::collections::HashSet;

use askama::Template;
use axum::{
    extract::{Path, State as Extract},
    response::Response,
};
use kernel::{id::PlanId, permission::may_for};
use serde::Deserialize;
use web::{Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Query, Result, act, act_or_form, office_page, page};

use super::store::{self, Clearance, Seen, State};
use crate::{
    model::{PlanState, Visibility},
    permissions::CLEAR_PLANS,
    plans::{
        actions::Pairs,
        amend::{self, AmendmentId, align::Fate},
        tree::{self, PlanRow},
    },
};

/// Which text: the draft, or an amendment of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Which {
    amendment: AmendmentId,
}

/// A piece of the text with what the reviewer should see of it.
#[derive(Clone)]
struct Piece {
    heading: String,
    /// Paragraphs; of an amended text, whether the paragraph is new.
    lines: Vec<(String, bool)>,
    /// Duties with their measures; whether their progress is shown to the public.
    duties: Vec<(String, bool)>,
}

#[derive(Template)]
#[template(path = "plans/templates/clear.html")]
struct ClearPage {
    shell: OfficeShell,
    errors: FormErrors,
    plan: PlanRow,
    amendment: AmendmentId,
    /// Why it is amended; published with it.
    reason: String,
    pieces: Vec<Piece>,
    /// What the reviewer sees: the same text has the same mark.
    seen: String,
    /// The request that waits; `None` = there is nothing to decide, see `said`.
    asked: Option<Clearance>,
    /// Why there is nothing to decide.
    said: String,
    /// As typed.
    words: String,
    once: String,
}

fn lines(text: &str) -> Vec<(String, bool)> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| (line.to_owned(), false)).collect()
}

/// The draft as the public would read it, with what organs will be told.
fn draft(tree: &tree::Tree) -> Vec<Piece> {
    let plain = |text: &str| Piece { heading: String::new(), lines: lines(text), duties: Vec::new() };
    let mut pieces = vec![plain(&tree.plan.preamble)];
    for section in &tree.sections {
        let heading = match section.number.as_str() {
            "" => section.title.clone(),
            number => format!("{number}、{}", section.title),
        };
        pieces.push(Piece { heading, lines: lines(&section.text), duties: Vec::new() });
        for clause in tree.clauses.iter().filter(|clause| clause.section == section.id) {
            let duties = tree.duties_of(&clause.id).filter(|duty| duty.is_duty).map(|duty| {
                let measure = if duty.measure.is_empty() {
                    String::new()
                } else {
                    format!("（完成标准：{}）", duty.measure)
                };
                (format!("{}{measure}", duty.text), duty.is_public())
            });
            let mut text = lines(&clause.text);
            text.extend(lines(&clause.owner_note));
            let heading = format!("{}{}", clause.number, clause.title);
            pieces.push(Piece { heading, lines: text, duties: duties.collect() });
        }
    }
    pieces.push(plain(&tree.plan.closing));
    pieces.retain(|piece| !piece.heading.is_empty() || !piece.lines.is_empty());
    pieces
}

/// An amended text, with the lines that the text in force does not have.
fn amended(source: &str, before: &str) -> Vec<Piece> {
    let known: HashSet<&str> = before.lines().map(str::trim).collect();
    let lines = lines(source).into_iter().map(|(line, _)| {
        let new = !known.contains(line.as_str());
        (line, new)
    });
    vec![Piece { heading: String::new(), lines: lines.collect(), duties: Vec::new() }]
}

/// What was decided about the duties of an amended text and becomes public with it: which are new or changed and whether their
/// progress is shown, which end and why.
fn decided(ctx: &Ctx, tree: &tree::Tree, row: &amend::store::Amendment) -> Vec<Piece> {
    let choices = row.choices();
    let prepared = amend::store::prepare(ctx, tree, &row.source, &choices);
    let placed = prepared.alignment.clauses.iter().flat_map(|clause| &clause.duties);
    let changed = placed.filter(|duty| duty.due_changed || !matches!(duty.fate, Fate::Kept(_)));
    let duties = changed.map(|duty| {
        let public = prepared.alignment.visibility(tree, duty, &choices) == Visibility::Public;
        (duty.duty.text.clone(), public)
    });
    let ended = prepared.alignment.ended.iter().filter_map(|id| {
        let reason = choices.reasons.get(id.as_str()).map_or("", |reason| reason.trim());
        let reason = if reason.is_empty() { row.reason.trim() } else { reason };
        Some((format!("{} {}（终止原因：{reason}）", amend::pages::place(tree, id), tree.duty(id)?.text), true))
    });
    let mut pieces = vec![
        Piece { heading: "新增和变更的任务".to_owned(), lines: Vec::new(), duties: duties.collect() },
        Piece { heading: "终止的任务".to_owned(), lines: ended.collect(), duties: Vec::new() },
    ];
    pieces.retain(|piece| !piece.lines.is_empty() || !piece.duties.is_empty());
    pieces
}

async fn show(
    ctx: &Ctx,
    desk: &Desk,
    plan: &PlanId,
    amendment: AmendmentId,
    words: String,
    errors: FormErrors,
) -> Result<Response> {
    may_for(&desk.actor(), &CLEAR_PLANS, &ctx.office_organ())?;
    let tree = tree::load(ctx.db(), plan).await?.ok_or(Error::NotFound)?;
    let row = match amendment.as_str() {
        "" => None,
        _ => Some(amend::store::get(ctx, plan, &amendment).await?),
    };
    let issued = match &row {
        None => tree.plan.state() != PlanState::Draft,
        Some(row) => row.state != "draft",
    };
    let seen = row.as_ref().map_or_else(|| Seen::draft(&tree.plan), Seen::amended);
    let state = store::state(ctx.db().read(), plan, &seen).await?;
    // Whoever was never asked has no business with a draft.
    if matches!(state, State::Open(None)) {
        return Err(Error::NotFound);
    }
    let said = match &state {
        _ if issued => "这份文字已经下达、执行或作废，不需要再审查。".to_owned(),
        State::Open(_) => "送审后文字又有改动，这次审查不作数。经办人重新送审后会再出现在您的待办台。".to_owned(),
        State::Returned(row) => format!("{}已于 {} 退回：{}", row.decided_by_name, row.decided(), row.words),
        State::Passed(row) => format!("{}已于 {} 审查通过。", row.decided_by_name, row.decided()),
        State::Asked(_) => String::new(),
    };
    let asked = state.asked().filter(|_| !issued).cloned();
    let failed = !errors.is_empty();
    let template = ClearPage {
        shell: desk.shell(ctx, format!("保密审查：{}", tree.plan.title)).await?.with_error(failed),
        errors,
        pieces: match &row {
            None => draft(&tree),
            Some(row) => [decided(ctx, &tree, row), amended(&row.source, &tree.plan.source)].concat(),
        },
        reason: row.map(|row| row.reason).unwrap_or_default(),
        plan: tree.plan,
        amendment,
        seen: seen.mark,
        asked,
        said,
        words,
        once: ctx.once(),
    };
    if failed { page::office_errors(&template) } else { office_page(&template) }
}

/// How a text stands, for whoever issues it.
pub(crate) struct Cleared {
    /// Whether this person may issue it now.
    pub(crate) lets: bool,
    /// Whether it can go to the reviewer now.
    pub(crate) open: bool,
    /// `ok`, `warn`, `info`, `error`.
    pub(crate) tone: &'static str,
    /// In words.
    pub(crate) words: String,
}

impl Cleared {
    /// How `seen` stands for the person at `desk`.
    pub(crate) async fn of(ctx: &Ctx, desk: &Desk, plan: &PlanId, seen: &Seen) -> Result<Self> {
        let state = store::state(ctx.db().read(), plan, seen).await?;
        let lets = state.lets(&desk.actor());
        let (open, tone, words) = match &state {
            State::Passed(row) => {
                let other = if lets { "" } else { "须由审查人以外的人下达。" };
                (false, "ok", format!("{}已于 {} 审查通过。{other}", row.decided_by_name, row.decided()))
            }
            State::Asked(row) => {
                let text = "正等待审查；这时改动文字的，须重新送审。";
                (false, "info", format!("{} {} 送审，{text}", row.asked_by_name, row.asked()))
            }
            State::Returned(row) => {
                let why = row.words.trim_end_matches('。');
                (
                    true,
                    "error",
                    format!("{}已于 {} 退回：{why}。请改好后重新送审。", row.decided_by_name, row.decided()),
                )
            }
            State::Open(Some(row)) if row.state == "returned" => {
                let why = row.words.trim_end_matches('。');
                (true, "warn", format!("{}曾退回：{why}。改好了就重新送审。", row.decided_by_name))
            }
            State::Open(Some(_)) => (true, "warn", "上次送审后文字又有改动，须重新送审。".to_owned()),
            State::Open(None) => {
                let text = "公开前须经保密审查（《政府信息公开条例》第十七条）。送审后由保密审查员审查，通过后再下达。";
                (true, "info", text.to_owned())
            }
        };
        Ok(Self { lets, open, tone, words })
    }
}

/// `GET /plans/{id}/clearance`: what the reviewer reads.
pub(crate) async fn review(
    Extract(ctx): Extract<Ctx>,
    desk: Desk,
    Path(plan): Path<PlanId>,
    Query(which): Query<Which>,
) -> Result<Response> {
    show(&ctx, &desk, &plan, which.amendment, String::new(), FormErrors::new()).await
}

/// `POST /plans/{id}/clearance`: what the reviewer says.
pub(crate) async fn decide(
    Extract(ctx): Extract<Ctx>,
    desk: Desk,
    Path(plan): Path<PlanId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Pairs::new(pairs);
    let (actor, words) = (desk.actor(), form.get("words").to_owned());
    may_for(&actor, &CLEAR_PLANS, &ctx.office_organ())?;
    let seen = Seen { amendment: form.get("amendment").into(), mark: form.get("seen").to_owned() };
    let returned = match form.get("op") {
        "pass" => None,
        "return" => Some(words.as_str()),
        _ => return Err(Error::Invalid("没有说明是通过还是退回，什么都没有改动。请在审查页面上用按钮办理。".into())),
    };
    act_or_form(
        &ctx,
        form.get("once"),
        async |tx| {
            // What was read is what is judged: a change since then is met as such.
            store::subject(tx, &plan, &seen.amendment).await.and_then(|now| match now == seen {
                true => Ok(()),
                false => Err(web::Refusal::Conflict("您看过之后文字又有改动。请等经办人重新送审。".into())),
            })?;
            store::decide(&ctx, tx, &actor, &plan, &seen, returned).await?;
            let said = if returned.is_none() {
                "审查通过，经办人可以下达了"
            } else {
                "已退回，经办人会看到原因"
            };
            Ok(Done::ok("/", said))
        },
        async |errors| show(&ctx, &desk, &plan, seen.amendment.clone(), words.clone(), errors).await,
    )
    .await
}

/// `POST /plans/{id}/clearance/request`: the draft goes to the reviewer.
pub(crate) async fn request(
    Extract(ctx): Extract<Ctx>,
    desk: Desk,
    Path(plan): Path<PlanId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Pairs::new(pairs);
    let actor = desk.actor();
    act(&ctx, form.get("once"), async |tx| {
        let seen = store::subject(tx, &plan, &AmendmentId::default()).await?;
        if seen.mark != form.version().to_string() {
            return Err(web::Refusal::Conflict("草稿刚被改动。请返回草稿看过改动，再送审。".into()).into());
        }
        store::ask(&ctx, tx, &actor, &plan, &seen).await?;
        Ok(Done::ok(format!("/plans/{plan}/confirm"), "已送保密审查；通过之前请不要改动草稿，改动后须重新送审"))
    })
    .await
}
