//! A batch on one page: what is in it, what the checks say, what a correction changes, where its review stands, and
//! the decision of who may make one.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State as With},
    response::Response,
};
use item::{Item, Severity};
use jiff::Timestamp;
use kernel::{
    Staff,
    id::AccountId,
    may,
    time::{self, show_minute},
};
use record::{
    BatchId, BatchState, State, What,
    batch::{self, Batch, NewRow},
    events::BATCH,
    gates, look,
    permissions::{ENTER_RECORDS, READ_BATCHES},
    rows::{self, Stored},
};
use review::{
    Kind, Review, Stage, State as Standing, due,
    findings::{Check, Checks},
    model::{Facts, Round, may_pass},
    permissions::{BYPASS_GATES, OVERRIDE_FINDING, REVIEW_EXCEPTIONS},
    queue,
};
use serde::Deserialize;
use web::{Ctx, Desk, Error, FormErrors, OfficeShell, Query, Result, Steps, filters, office_page, page};

use super::{
    common,
    entry::{self, Change},
    rows as forms_of_rows,
};

/// Rows that are shown before somebody asks for all.
const SAMPLE: usize = 20;
/// Rows on a page of all.
const SHOWN: usize = 100;
/// A batch of up to so many rows is held against the rules of its item once more whenever it is opened; a larger one was
/// when it came in, and what is taken meanwhile is told when it is submitted.
const CHECKED: i64 = 100;

/// What is asked of the page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// `1` = all rows, page by page.
    all: String,
    after: String,
}

/// What was typed into the forms of a batch.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pub(super) opinion: String,
    pub(super) reason: String,
    pub(super) ticked: Vec<usize>,
    pub(super) in_name_of: Option<AccountId>,
    /// Why a finding is let through: its digest, the words.
    pub(super) ground: (String, String),
}

struct RowLine {
    id: String,
    number: i64,
    name: String,
    state: &'static str,
    tone: &'static str,
    is_doubtful: bool,
    /// Address of the record, once it is or was public.
    href: String,
    cells: Vec<String>,
    /// What readers will see besides, label and text: nobody passes what stands on no page.
    more: Vec<(String, String)>,
    changes: Vec<Change>,
    /// What whoever enters or reviews it must know of it; empty = nothing.
    note: &'static str,
}

/// Why a row shows nothing.
const CLOSED: &str = "这一行涉及未成年人：审核通过后只存档，网站、接口、下载里都没有；内容由本机关写明理由后查看。";
/// That a correction has nothing left to correct.
const GONE: &str = "所更正的记录已经撤下或者另行更正，这一行不能公开。请收回、退回或者作废。";

/// One gate in the panel.
struct GateLine {
    label: String,
    state: &'static str,
    who: String,
    at: String,
    said: String,
    current: bool,
}

/// What the reader may decide.
#[derive(Default)]
struct Decision {
    /// Name of the gate at which it stands; empty = at none.
    gate: String,
    /// Until when, in words.
    due: String,
    may: bool,
    mine: bool,
    claimed_by: String,
    kept_out: String,
    questions: Vec<(String, bool)>,
    /// In whose name: account, words, whether it is chosen; empty = the own alone.
    names: Vec<(String, String, bool)>,
    effect: String,
}

#[derive(Template)]
#[template(path = "records_office/templates/paper.html")]
struct PaperPage {
    shell: OfficeShell,
    errors: FormErrors,
    batch: Batch,
    item_title: String,
    /// Where it is seen, in words, when it is not on the site; empty = there.
    on_web: String,
    organ: String,
    state: String,
    tone: &'static str,
    created: String,
    public_at: String,
    source: String,
    /// Gate, person, reason.
    returned: Option<(String, String, String)>,
    is_open: bool,
    is_publishing: bool,
    is_correction: bool,
    may_enter: bool,
    may_recall: bool,
    heads: Vec<String>,
    lines: Vec<RowLine>,
    sampled: bool,
    steps: Steps,
    /// What the rules of the item say of it today, and whether they were asked.
    rejected: Vec<String>,
    warnings: Vec<String>,
    was_asked: bool,
    checks: Vec<Check>,
    unlisted: usize,
    stopping: usize,
    stopping_words: String,
    may_let_through: bool,
    decision: Decision,
    gates: Vec<GateLine>,
    may_bypass: bool,
    /// An exception that waits for a second person: who made it, why.
    exception: Option<(String, String)>,
    once: String,
    typed: Typed,
}

impl PaperPage {
    /// What is wrong with the words by which a finding was to be let through.
    fn wrong(&self, check: &Check) -> Option<&str> {
        self.errors.of(&format!("l-{}", check.digest))
    }

    /// These words.
    fn ground(&self, check: &Check) -> &str {
        if self.typed.ground.0 == check.digest { &self.typed.ground.1 } else { "" }
    }
}

/// A batch that is whole, for whoever may read those of its organ: a draft is nobody else's.
pub(super) async fn found(ctx: &Ctx, desk: &Desk, id: &BatchId) -> Result<Batch> {
    let batch = batch::find(ctx.db().read(), id).await?;
    let batch = batch.filter(|batch| batch.state != BatchState::Loading).ok_or(Error::NotFound)?;
    kernel::may_for(&desk.actor(), &READ_BATCHES, &ctx.directory().stands_for(&batch.organ, ctx.today()))?;
    Ok(batch)
}

/// What to do with records that are for the board or the persons concerned.
fn elsewhere(item: &Item) -> String {
    let channels = crate::catalogue::words::channels(item).join("、");
    format!("这个事项在{channels}公开，不在网站公开：审核通过以后请下载 xlsx 打印张贴，门户、接口、检索里都没有。")
}

/// What readers will see of a row besides the columns of the list: its other columns as they are shown, masked where the item says
/// so, and what the sheet had besides.
fn besides(item: &Item, row: &Stored) -> Vec<(String, String)> {
    let listed: Vec<&str> = common::listed(item).iter().map(|column| column.key.as_str()).collect();
    let others = item.columns.iter().filter(|column| {
        !column.privacy.never_public && !listed.contains(&column.key.as_str()) && !row.data.get(&column.key).is_empty()
    });
    let own = others.map(|column| (common::headed(column), row.data.shown(column)));
    own.chain(row.data.more.iter().map(|(head, text)| (format!("{head}（表中另有的列）"), text.clone()))).collect()
}

async fn row_line(ctx: &Ctx, item: Option<&Item>, row: &Stored) -> Result<RowLine> {
    let before = forms_of_rows::before(ctx, row).await?;
    let public = !matches!(row.state, State::Draft | State::Doubtful);
    let note = match &before {
        _ if public => "",
        Some(before) if before.state != State::Public => GONE,
        _ if row.data.values.is_empty() => CLOSED,
        _ => "",
    };
    let cells = item.map(|item| common::listed(item).iter().map(|column| row.data.shown(column)).collect());
    Ok(RowLine {
        id: row.id.to_string(),
        number: row.number,
        name: item.map_or_else(|| format!("第 {} 行", row.number), |item| row.name(item)),
        state: row.state.label(),
        tone: common::tone(row.state),
        is_doubtful: row.state == State::Doubtful,
        href: if public { format!("/records/{}/{}", row.item, row.record) } else { String::new() },
        cells: cells.unwrap_or_default(),
        more: if public { Vec::new() } else { item.map(|item| besides(item, row)).unwrap_or_default() },
        changes: match (item, before) {
            (Some(item), Some(before)) => entry::changes(item, &before.data, &row.data),
            _ => Vec::new(),
        },
        note,
    })
}

/// What the rules of the item say of a small batch that is not public: what is rejected, and what is warned of;
/// `None` = not asked.
async fn breaches(ctx: &Ctx, item: &Arc<Item>, batch: &Batch) -> Result<Option<(Vec<String>, Vec<String>)>> {
    let is_due = batch.state.is_open() || batch.state == BatchState::InReview;
    if !is_due || batch.total + batch.doubtful > CHECKED {
        return Ok(None);
    }
    let most = usize::try_from(CHECKED).unwrap_or_default();
    let stored = batch::rows(&batch.id).page::<Stored>(ctx.db(), Some("number"), None, most).await?.rows;
    let mut all = Vec::with_capacity(stored.len());
    let mut update = matches!(batch.what, What::Correction | What::Redaction);
    for row in &stored {
        update |= !row.replaces.as_str().is_empty();
        let (values, more) = rows::whole(ctx, ctx.db().read(), item, row).await?;
        let number = u32::try_from(row.number).unwrap_or_default();
        all.push(NewRow { number, values, more, ..NewRow::default() });
    }
    let (mut rejected, mut warned) = (Vec::new(), Vec::new());
    for breach in look::breaches(ctx, item, &batch.organ, &all, update).await? {
        let label = item.column(&breach.column).map(|column| format!("“{}”", column.label)).unwrap_or_default();
        let line = format!("第 {} 行{label}：{}", breach.row, breach.message);
        if breach.severity == Severity::Reject { rejected.push(line) } else { warned.push(line) }
    }
    Ok(Some((rejected, warned)))
}

/// What the acts of the review must know of a batch.
fn facts(ctx: &Ctx, batch: &Batch, (authors, checks): (Vec<AccountId>, &Checks), review: Option<&Review>) -> Facts {
    Facts {
        words: gates::WORDS,
        state: gates::state_words(batch, review),
        keeper: ctx.directory().stands_for(&batch.organ, ctx.today()),
        authors,
        blocked: checks.stopping(),
        unread: checks.unread(),
        other: checks.other(),
        explained: false,
        let_through_by: checks.let_through_by(),
        unchecked: checks.unchecked(),
        unfit: None,
    }
}

/// In whose name the reader may decide, if there is a choice: those who are away first.
fn names(
    round: &Round,
    (staff, away): (&Staff, &[Staff]),
    facts: &Facts,
    now: Timestamp,
    chosen: Option<&AccountId>,
) -> Vec<(String, String, bool)> {
    let mut names: Vec<(String, String, bool)> = Vec::new();
    for one in away.iter().filter(|one| round.open_for(staff, one, facts, now)) {
        let words = format!("代 {}（记为“{} 代 {}”）", one.name, staff.name, one.name);
        names.push((one.account.to_string(), words, chosen == Some(&one.account)));
    }
    if names.is_empty() {
        return names;
    }
    let own = round.stage().is_some_and(|stage| may_pass(staff, stage, &facts.keeper).is_ok())
        && round.kept_out(staff, facts, now).is_none();
    if own {
        let is = chosen.is_some_and(|chosen| chosen.as_str().is_empty());
        names.push((String::new(), format!("本人（记为“{}”）", staff.name), is));
    }
    if !names.iter().any(|(.., chosen)| *chosen) {
        names[0].2 = true;
    }
    names
}

/// What passing does, for the confirmation.
fn effect(batch: &Batch, round: &Round) -> String {
    let records = format!("{} 条记录", batch.total);
    let Standing::Open { stage, .. } = round.state else { return records };
    let passed = round.passes.iter().filter(|pass| pass.stage == stage).count();
    let next = match (round.route.stage(stage), round.route.stage(stage + 1)) {
        (Some(here), _) if passed + 1 < here.people() => {
            format!("{}由两人先后审核，通过后还需另一位审核员通过", here.label)
        }
        (_, Some(next)) => format!("通过后进入{}", next.label),
        _ => "这是最后一关，通过后整批向全社会公开".to_owned(),
    };
    format!("{records}|{next}")
}

async fn decision(
    ctx: &Ctx,
    staff: &Staff,
    (batch, review): (&Batch, Option<&Review>),
    (facts, typed): (&Facts, &Typed),
) -> Result<Decision> {
    let Some(review) = review.filter(|_| batch.state == BatchState::InReview) else { return Ok(Decision::default()) };
    let round = &review.round;
    let Some(stage) = round.stage() else { return Ok(Decision::default()) };
    let now = ctx.seams().now();
    let away = review::desk::away_of(ctx, staff).await?;
    let names = names(round, (staff, away.as_slice()), facts, now, typed.in_name_of.as_ref());
    let claim = round.claim(now);
    let mine = claim.is_some_and(|claim| claim.by == staff.account);
    let theirs = claim.is_some_and(|claim| away.iter().any(|one| one.account == claim.by));
    let acts = !names.is_empty();
    let kept_out = round.kept_out(staff, facts, now).filter(|_| !acts);
    let due = due(&ctx.calendar(), review.since, stage.days, ctx.today());
    Ok(Decision {
        gate: stage.label.clone(),
        due: format!("{}（{} 到期）", due.left, due.on),
        may: acts || may_pass(staff, stage, &facts.keeper).is_ok(),
        mine,
        claimed_by: claim.filter(|_| !mine && !theirs).map(|claim| claim.name.clone()).unwrap_or_default(),
        kept_out: kept_out.map(|why| why.to_string()).unwrap_or_default(),
        questions: questions(stage, &typed.ticked),
        names,
        effect: effect(batch, round),
    })
}

fn questions(stage: &Stage, ticked: &[usize]) -> Vec<(String, bool)> {
    stage.questions.iter().enumerate().map(|(at, question)| (question.clone(), ticked.contains(&at))).collect()
}

/// The stages of the newest round, with who passed them and what they said.
fn gate_lines(review: Option<&Review>) -> Vec<GateLine> {
    let Some(review) = review else { return Vec::new() };
    let round = &review.round;
    let here = if let Standing::Open { stage, .. } = round.state { Some(stage) } else { None };
    let line = |(place, stage): (usize, &Stage)| {
        let passes: Vec<_> = round.passes.iter().filter(|pass| pass.stage == place).collect();
        let current = here == Some(place);
        let state = match (passes.len() >= stage.people(), current) {
            (true, _) => "已通过",
            (_, true) => "正在审核",
            _ => "未到",
        };
        let opinions = passes.iter().map(|pass| pass.opinion.as_str()).filter(|opinion| !opinion.is_empty());
        GateLine {
            label: stage.label.clone(),
            state,
            who: passes.iter().map(|pass| pass.name.as_str()).collect::<Vec<_>>().join("、"),
            at: passes.last().map(|pass| show_minute(&time::to_db(pass.at))).unwrap_or_default(),
            said: opinions.collect::<Vec<_>>().join("；"),
            current,
        }
    };
    round.route.stages().iter().enumerate().map(line).collect()
}

/// The exception by which a batch became public, while nobody has reviewed it.
async fn exception(ctx: &Ctx, staff: &Staff, batch: &Batch) -> Result<Option<(String, String)>> {
    if may(&staff.clone().into(), &REVIEW_EXCEPTIONS).is_err() {
        return Ok(None);
    }
    Ok(exceptions(ctx, staff)
        .await?
        .into_iter()
        .find(|line| line.subject == batch.id.as_str())
        .map(|line| (line.name, line.reason)))
}

/// Exceptions that wait for a review.
pub(super) async fn exceptions(ctx: &Ctx, staff: &Staff) -> Result<Vec<queue::ExceptionLine>> {
    const MOST: usize = 200;
    let filter = review::desk::exceptions_for(ctx, Kind::named(ctx, BATCH), staff);
    let lines = queue::exceptions(ctx.db(), &filter, &staff.account, None, MOST).await?;
    Ok(lines.rows.into_iter().filter(|line| !line.is_reviewed()).collect())
}

/// Where it is from: file and table.
async fn source(ctx: &Ctx, id: &BatchId) -> Result<String> {
    let source = batch::source(ctx.db().read(), id).await?;
    Ok(match source {
        Some((name, _, sheet)) if sheet.is_empty() => name,
        Some((name, _, sheet)) => format!("{name}，工作表“{sheet}”"),
        None => String::new(),
    })
}

/// What was found in the words of a batch; looked through first where it is still to be decided on.
async fn checks(ctx: &Ctx, batch: &Batch, has_item: bool) -> Result<Checks> {
    let is_due = batch.state.is_open() || batch.state == BatchState::InReview;
    if !is_due || !has_item {
        return Ok(Checks::default());
    }
    gates::look_through(ctx, &batch.id).await?;
    Ok(gates::checks(ctx, batch).await?)
}

/// The rows of a batch that the page shows.
struct Lines {
    lines: Vec<RowLine>,
    sampled: bool,
    steps: Steps,
}

async fn lines(ctx: &Ctx, item: Option<&Item>, batch: &Batch, asked: &Asked) -> Result<Lines> {
    let all = asked.all == "1";
    let after = Some(asked.after.as_str()).filter(|after| all && !after.is_empty());
    let list = batch::rows(&batch.id);
    let found = list.page::<Stored>(ctx.db(), Some("number"), after, if all { SHOWN } else { SAMPLE }).await?;
    let mut lines = Vec::with_capacity(found.rows.len());
    for row in &found.rows {
        lines.push(row_line(ctx, item, row).await?);
    }
    let steps = if all { Steps::new(&found, "all=1") } else { Steps { base: "?".into(), previous: None, next: None } };
    Ok(Lines { lines, sampled: !all && found.next.is_some(), steps })
}

/// The page of a batch.
pub(super) async fn shown(
    ctx: &Ctx,
    desk: &Desk,
    (id, asked): (&BatchId, &Asked),
    (errors, typed): (FormErrors, Typed),
) -> Result<Response> {
    let batch = found(ctx, desk, id).await?;
    let (actor, staff) = (desk.actor(), &desk.staff);
    let item = match batch.item_key() {
        Some(key) => record::items::find(ctx, &key).await?,
        None => None,
    };
    let checks = checks(ctx, &batch, item.is_some()).await?;
    let review = gates::round(ctx, id).await?;
    let authors = batch::authors(ctx.db().read(), id).await?;
    let own = authors.contains(&staff.account);
    let facts = facts(ctx, &batch, (authors, &checks), review.as_ref());
    let said = match &item {
        Some(item) => breaches(ctx, item, &batch).await?,
        None => None,
    };
    let was_asked = said.is_some();
    let (rejected, warnings) = said.unwrap_or_default();
    let rows = lines(ctx, item.as_deref(), &batch, asked).await?;
    let may_enter = common::may_of(ctx, &actor, &ENTER_RECORDS, &batch.organ);
    let is_under = batch.state == BatchState::InReview;
    let returned = review.as_ref().filter(|_| batch.state == BatchState::Returned).and_then(gates::returned);
    let bad = !errors.is_empty();
    let page = PaperPage {
        shell: desk.shell(ctx, batch.title.clone()).await?.with_error(bad),
        errors,
        item_title: item.as_ref().map_or_else(|| batch.item.clone(), |item| item.title.clone()),
        on_web: item.as_deref().filter(|item| !item.is_on_web()).map(elsewhere).unwrap_or_default(),
        organ: ctx.directory().short_name(&batch.organ).to_owned(),
        state: gates::state_words(&batch, review.as_ref()),
        tone: common::tone_of(batch.state),
        created: show_minute(&batch.created_at),
        public_at: if batch.public_at.is_empty() { String::new() } else { show_minute(&batch.public_at) },
        source: source(ctx, id).await?,
        returned: returned.map(|(gate, by, why)| (gate.to_owned(), by.to_owned(), why.to_owned())),
        is_open: batch.state.is_open(),
        is_publishing: batch.state == BatchState::Publishing,
        is_correction: matches!(batch.what, What::Correction | What::Redaction),
        may_enter,
        may_recall: may_enter && is_under,
        heads: item
            .as_deref()
            .map(|item| common::listed(item).into_iter().map(common::headed).collect())
            .unwrap_or_default(),
        lines: rows.lines,
        sampled: rows.sampled,
        steps: rows.steps,
        rejected,
        warnings,
        was_asked,
        unlisted: checks.unlisted,
        stopping: checks.stopping(),
        stopping_words: checks.stopping_words(),
        may_let_through: !own
            && (is_under || batch.state.is_open())
            && common::may_of(ctx, &actor, &OVERRIDE_FINDING, &batch.organ),
        decision: decision(ctx, staff, (&batch, review.as_ref()), (&facts, &typed)).await?,
        gates: gate_lines(review.as_ref()),
        may_bypass: is_under && !own && may(&actor, &BYPASS_GATES).is_ok(),
        exception: exception(ctx, staff, &batch).await?,
        once: ctx.once(),
        typed,
        checks: checks.found,
        batch,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// `GET /records/batches/{batch}`
pub(super) async fn page(
    With(ctx): With<Ctx>,
    desk: Desk,
    Path(id): Path<BatchId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    shown(&ctx, &desk, (&id, &asked), (FormErrors::new(), Typed::default())).await
}
