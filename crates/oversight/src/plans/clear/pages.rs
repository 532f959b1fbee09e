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

use super::{
    Seen,
    store::{self, Clearance, State},
    tell,
};
use crate::{
    model::{PlanState, Visibility},
    permissions::CLEAR_PLANS,
    plans::{
        actions::Pairs,
        amend::{
            self, AmendmentId,
            align::Fate,
            words::{self, LineChange},
        },
        doubts, head_doubts, replace,
        tree::{self, PlanRow},
        view,
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
    /// What looks wrong, and what stops once it is issued: to be looked at with the text.
    notes: Vec<String>,
    pieces: Vec<Piece>,
    /// What an amendment changes in the text: HTML of changed lines, or how many lines stayed.
    changes: Vec<(String, usize)>,
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

/// A duty with what is issued with it: measure, date, owners.
fn issued(tree: &tree::Tree, duty: &tree::DutyRow) -> String {
    let mut with = Vec::new();
    let due = view::due_words(duty);
    for (label, value) in [("完成标准", duty.measure.as_str()), ("期限", due.as_str())] {
        if !value.is_empty() {
            with.push(format!("{label}：{value}"));
        }
    }
    let names: Vec<&str> = tree.owners_of_duty(duty).iter().map(|owner| owner.name.as_str()).collect();
    if duty.is_owed() && !names.is_empty() {
        with.push(format!("责任单位：{}", names.join("、")));
    }
    let with = if with.is_empty() { String::new() } else { format!("（{}）", with.join("；")) };
    format!("{}{with}", duty.text)
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
            let owed = tree.duties_of(&clause.id).filter(|duty| duty.is_duty);
            let duties = owed.map(|duty| (issued(tree, duty), duty.is_public()));
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

/// The text without marks that Word leaves in it ([bookmark: _GoBack]): nobody reads them, the parser takes them off too.
fn readable(source: &str) -> String {
    let mut rest = source;
    let mut text = String::with_capacity(source.len());
    while let Some(at) = rest.find("[bookmark:") {
        let Some(end) = rest[at..].find(']') else { break };
        text.push_str(&rest[..at]);
        rest = &rest[at + end + 1..];
    }
    text.push_str(rest);
    text
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
    let prepared = amend::prepare::prepare(ctx, tree, &row.source, &choices);
    let placed = prepared.alignment.clauses.iter().flat_map(|clause| &clause.duties);
    let changed = placed.filter(|duty| duty.due_changed || !matches!(duty.fate, Fate::Kept(_)));
    let duties = changed.map(|duty| {
        let public = prepared.alignment.visibility(tree, duty, &choices) == Visibility::Public;
        (duty.duty.text.clone(), public)
    });
    let ended = prepared.alignment.ended.iter().filter_map(|id| {
        let reason = choices.reasons.get(id.as_str()).map_or("", |reason| reason.trim());
        let reason = if reason.is_empty() { row.reason.trim() } else { reason };
        Some((format!("{} {}（终止原因：{reason}）", tree.place_of(id), tree.duty(id)?.text), true))
    });
    let directory = ctx.directory();
    let moved = amend::owners::shifts(tree, &prepared, &directory, ctx.today());
    let moved = moved.iter().map(|shift| (shift.words(tree, &directory), true));
    let mut pieces = vec![
        Piece { heading: "新增和变更的任务".to_owned(), lines: Vec::new(), duties: duties.collect() },
        Piece { heading: "责任单位有变动的任务".to_owned(), lines: moved.collect(), duties: Vec::new() },
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
    let seen = row.as_ref().map_or_else(|| Seen::draft(&tree), Seen::amended);
    let state = store::state(ctx.db().read(), plan, &seen).await?;
    // Whoever was never asked has no business with a draft.
    if matches!(state, State::Open(None)) {
        return Err(Error::NotFound);
    }
    let said = match &state {
        _ if issued => "这份文字已经下达、执行或作废，不需要再审查。".to_owned(),
        State::Open(_) => "送审后又有改动，这次审查不作数。经办人重新送审后会再出现在您的待办台。".to_owned(),
        State::Returned(row) => format!("{}已于 {} 退回：{}", row.decided_by_name, row.decided(), row.words),
        State::Passed(row) => format!("{}已于 {} 审查通过。", row.decided_by_name, row.decided()),
        State::Asked(_) => String::new(),
    };
    let asked = state.asked().filter(|_| !issued).cloned();
    let mut notes = Vec::new();
    if row.is_none() && !issued {
        notes.extend(doubts::of_year(&tree.plan));
        notes.extend(head_doubts::of(ctx, ctx.db().read(), &tree.plan).await?);
        if let Some(stops) = replace::stopping(ctx, &tree.plan.replaces).await? {
            let why = tree.plan.twin_reason.trim_end_matches('。');
            notes.push(format!("下达时替代同年度的计划：{}。原因：{why}。", stops.words()));
        }
    }
    let changes = row.as_ref().map_or_else(Vec::new, |row| {
        let before = if row.previous.is_empty() { &tree.plan.source } else { &row.previous };
        let changed = words::lines(before, &readable(&row.source)).into_iter();
        changed
            .map(|line| match line {
                LineChange::Same(count) => (String::new(), count),
                LineChange::Changed(html) => (html, 0),
            })
            .collect()
    });
    let failed = !errors.is_empty();
    let template = ClearPage {
        shell: desk.shell(ctx, format!("保密审查：{}", tree.plan.title)).await?.with_error(failed),
        errors,
        pieces: match &row {
            None => draft(&tree),
            Some(row) => [decided(ctx, &tree, row), amended(&readable(&row.source), &tree.plan.source)].concat(),
        },
        notes,
        changes,
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
    /// Whether anybody was asked about it, as it stands or before.
    pub(crate) touched: bool,
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
        let next = if seen.amendment.as_str().is_empty() { "下达" } else { "执行调整" };
        let (open, tone, words) = match &state {
            State::Passed(row) => {
                let other = if lets { String::new() } else { format!("须由审查人以外的人{next}。") };
                (false, "ok", format!("{}已于 {} 审查通过。{other}", row.decided_by_name, row.decided()))
            }
            State::Asked(row) => {
                let text = "正等待保密审查；这时再改动的，须重新送审。";
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
            State::Open(Some(_)) => (
                true,
                "warn",
                "上次送审后又有改动（文字、期限、责任单位或公开范围），须重新送审；改回原样的不用重送。".to_owned(),
            ),
            State::Open(None) => {
                let text = "公开前须经保密审查（《政府信息公开条例》第十七条）。送审后由保密审查员审查，通过后再";
                (true, "info", format!("{text}{next}。"))
            }
        };
        let touched = !matches!(state, State::Open(None));
        let nobody = !matches!(state, State::Passed(_)) && tell::reviewers(ctx).await?.is_empty();
        let words = if nobody { format!("{words}{}", nobody_reviews(ctx)) } else { words };
        let tone = if nobody { "warn" } else { tone };
        Ok(Self { lets, open, touched, tone, words })
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
                false => Err(web::Refusal::Conflict(
                    "您看过之后又有改动（文字、期限、责任单位或公开范围）。请等经办人重新送审。".into(),
                )),
            })?;
            store::decide(&ctx, tx, &actor, &plan, &seen, returned).await?;
            let said = match (returned, seen.amendment.as_str()) {
                (None, "") => "审查通过，经办人可以下达了",
                (None, _) => "审查通过，经办人可以执行调整了",
                (Some(_), _) => "已退回，经办人会看到原因",
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
    let nobody = tell::reviewers(&ctx).await?.is_empty();
    act(&ctx, form.get("once"), async |tx| {
        let seen = store::subject(tx, &plan, &AmendmentId::default()).await?;
        let version = tree::plan(tx.conn(), &plan).await?.map(|row| row.version);
        if version != Some(form.version()) {
            return Err(web::Refusal::Conflict("草稿刚被改动。请返回草稿看过改动，再送审。".into()).into());
        }
        store::ask(&ctx, tx, &actor, &plan, &seen).await?;
        Ok(sent(&ctx, format!("/plans/{plan}/confirm"), nobody))
    })
    .await
}

/// What is said once a text has been sent: also that nobody is there to read it.
pub(crate) fn sent(ctx: &Ctx, to: String, nobody: bool) -> Done {
    let said = "已送保密审查；通过之前请不要再改动，改动后须重新送审";
    match nobody {
        true => Done::to(to).with(|redirect| redirect.flash("warn", format!("{said}。{}", nobody_reviews(ctx)))),
        false => Done::ok(to, said),
    }
}

/// That there is nobody to review, and what to do.
fn nobody_reviews(ctx: &Ctx) -> String {
    let office = ctx.directory().short_name(&ctx.office_organ()).to_owned();
    format!("{office}还没有可用的保密审查员账号，送审后没有人能审查：请联系安全管理员为{office}建立。")
}
