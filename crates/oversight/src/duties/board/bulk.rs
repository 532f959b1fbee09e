//! Actions on many rows: first what would happen in numbers, then what happened row by row.
//!
//! It is as many writes as there are rows, each whole and by the same rule as the form of one row: a row that somebody else has
//! changed is told of and holds up no other. When the work breaks off, what was done stays done; the same form sent again goes
//! on with the rest, because each row changes only what has not changed yet.

use std::collections::{BTreeSet, HashSet};

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use duty::{
    DutyRow,
    board::{self, Line as Share, Order, Rows},
    duties::objection,
    evidence::{Undecided, Verdict},
    facts,
    model::{Course, Facts, State as DutyState},
    notices::{self, Reminded},
    permissions::MANAGE_DUTIES,
};
use jiff::civil::Date;
use kernel::{
    Actor,
    id::{DutyId, EvidenceId, ShareId},
    may,
};
use serde::Deserialize;
use web::{
    Ctx, Desk, Error, Form, FormErrors, OfficeShell, Redirect, Refusal, Result, act_for, office_page,
    page::office_errors,
};

use crate::{
    duties::{
        acts,
        days::{self, DATE_HINT},
        evidence, sources, unreached,
    },
    model::Visibility,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Bulk {
    /// `remind`, `due`, `confirm`, `visibility`.
    act: String,
    /// Shares or duties.
    ids: Vec<String>,
    /// Evidence that the preview showed: only this is confirmed.
    seen: Vec<EvidenceId>,
    due_on: String,
    visibility: String,
    /// Why dates or visibility change.
    reason: String,
    /// Date and visibility of which the person has seen the numbers; empty = those that are sent.
    shown: String,
    /// `1` once the person has seen the numbers.
    sure: String,
    once: String,
    /// Query of the board to return to.
    back: String,
    /// The year of the plan that the first row belongs to: of that year are dates that name none.
    #[serde(skip)]
    year: i16,
}

/// What would happen, or happened, to one row.
struct Line {
    title: String,
    href: String,
    organ: String,
    /// `ok`, `off`, `late`.
    tone: &'static str,
    result: String,
}

#[derive(Template)]
#[template(path = "duties/templates/bulk.html")]
struct Page {
    shell: OfficeShell,
    act: &'static str,
    label: &'static str,
    lines: Vec<Line>,
    effect: String,
    /// Whether the numbers are still to be approved.
    asks: bool,
    /// What is still to be filled in or corrected.
    errors: FormErrors,
    form: Bulk,
    once: String,
}

impl Page {
    /// Whether of any row something would happen, or happened.
    fn any(&self) -> bool {
        self.lines.iter().any(|line| line.tone == "ok")
    }

    /// Nothing would come of pressing: date and range can still be changed in the form, the other acts have nothing to change.
    fn idle(&self) -> bool {
        self.asks && !self.form.changes() && !self.any()
    }
}

impl Bulk {
    fn changes(&self) -> bool {
        matches!(self.act.as_str(), "due" | "visibility")
    }

    /// What of the form decides what happens: changed after it was shown, it is shown again.
    fn now(&self) -> String {
        match self.act.as_str() {
            "due" => self.due_on.trim().to_owned(),
            "visibility" => self.visibility.clone(),
            _ => String::new(),
        }
    }

    /// What is missing. The reason is asked for with the numbers; only then its absence is a fault.
    fn faults(&self) -> FormErrors {
        let mut errors = FormErrors::new();
        if self.act == "due" {
            errors.require(self.due().is_some(), "due_on", DATE_HINT);
        }
        if self.act == "visibility" {
            let known = ["public", "internal"].contains(&self.visibility.as_str());
            errors.require(known, "visibility", "请选择改为公开还是内部。");
        }
        if self.changes() && self.sure == "1" {
            let why = "请写明调整的理由，例如“上级通知顺延一个月”。";
            errors.require(!self.reason.trim().is_empty(), "reason", why);
            if let Some(objection) = duty::privacy::objection(&self.reason) {
                errors.add("reason", objection);
            }
        }
        errors
    }

    fn due(&self) -> Option<Date> {
        days::read(&self.due_on, self.year)
    }
}

const ACTS: &[(&str, &str)] =
    &[("remind", "立即提醒"), ("confirm", "确认佐证"), ("due", "调整期限"), ("visibility", "调整公开范围")];

/// `POST /duties/bulk`
pub(super) async fn post(State(ctx): State<Ctx>, desk: Desk, Form(mut form): Form<Bulk>) -> Result<Response> {
    let Some((act, label)) = ACTS.iter().find(|(act, _)| *act == form.act).copied() else {
        return Err(Error::Invalid("请选择要做的操作，例如“立即提醒”。".into()));
    };
    let back = board_address(&form.back);
    if form.ids.is_empty() {
        return Ok(Redirect::to(back).flash("warn", "还没有选中任务。请先勾选要处理的行。").into_response());
    }
    if form.changes() {
        may(&desk.actor(), &MANAGE_DUTIES)?;
    }
    let chosen = chosen(&ctx, &form.ids).await?;
    form.year = year(&ctx, &chosen).await?;
    let errors = form.faults();
    let changed = !form.shown.is_empty() && form.shown != form.now();
    let asks = form.sure != "1" || changed || !errors.is_empty();
    let lines = if asks {
        form.seen = Vec::new();
        preview(&ctx, &desk.actor(), &mut form, &chosen).await?
    } else {
        if let Some(to) = store::submitted(ctx.db(), &web::asked::bound(&form.once)).await? {
            return Ok(Redirect::to(to).ok("这批操作已经办理过，没有重复办理。").into_response());
        }
        let lines = carry_out(&ctx, &desk, &form, &chosen).await?;
        // Only now: had the work broken off, the same form carries on. Each row changes only what has not changed yet.
        act_for(&ctx, &form.once, async |_| Ok::<_, Error>((back.clone(), ()))).await?;
        lines
    };
    form.shown = form.now();
    let page = Page {
        shell: desk.shell(&ctx, format!("批量{label}")).await?.with_error(!errors.is_empty()),
        effect: if errors.is_empty() { effect(&form, &lines, asks) } else { String::new() },
        act,
        label,
        lines,
        asks,
        once: ctx.once(),
        errors,
        form,
    };
    if page.errors.is_empty() { office_page(&page) } else { office_errors(&page) }
}

/// The board with its filter, and nothing else.
fn board_address(query: &str) -> String {
    let plain = query.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%=&".contains(&b));
    if query.is_empty() || !plain { "/duties".to_owned() } else { format!("/duties?{query}") }
}

/// The shares that were chosen, or all of the duties that were.
async fn chosen(ctx: &Ctx, ids: &[String]) -> Result<Vec<Share>> {
    let mut found = Vec::new();
    // The databases bound the number of values; nobody ticks that many rows by hand.
    for some in ids.chunks(400) {
        let filter = board::Filter { ids: Some(some.to_vec()), ..board::Filter::default() };
        found.extend(board::all(ctx.db(), Rows::Shares, &filter, Order::default(), ctx.today()).await?);
    }
    let mut seen = HashSet::new();
    found.retain(|row| seen.insert(row.id.clone()));
    Ok(found)
}

/// The year of the source of the first row.
async fn year(ctx: &Ctx, chosen: &[Share]) -> Result<i16> {
    let today = ctx.today().year();
    let Some(first) = chosen.first() else { return Ok(today) };
    let source = duty::source::get(ctx.db().read(), &first.source()).await?;
    Ok(source.and_then(|source| i16::try_from(source.year).ok()).unwrap_or(today))
}

/// The share of a row.
fn share(row: &Share) -> ShareId {
    ShareId::from(row.id.clone())
}

fn effect(form: &Bulk, lines: &[Line], asks: bool) -> String {
    let done = lines.iter().filter(|line| line.tone == "ok").count();
    let others = lines.len() - done;
    if done == 0 {
        let (rows, what) = match form.act.as_str() {
            "remind" => ("行", "提醒"),
            "confirm" => ("行", "确认"),
            "due" => ("项任务", "调整期限"),
            _ => ("项任务", "调整公开范围"),
        };
        return format!("所选 {others} {rows}都{}{what}，原因见下表。", if asks { "不" } else { "没有" });
    }
    let what = match form.act.as_str() {
        "remind" => format!("向 {} 个机关发出提醒，涉及 {done} 行", touched(lines)),
        "confirm" => {
            format!("确认 {done} 行的佐证，每行计入该机关的办结；一项任务的牵头和负责机关都办结后，这一项才算办结")
        }
        "due" => format!("调整 {done} 项任务的期限，涉及 {} 个机关，其中登记了邮箱的会收到邮件", touched(lines)),
        _ if form.visibility == "public" => format!("把 {done} 项任务改为公开，任务和进展将显示在公开页面"),
        _ => format!("把 {done} 项任务改为内部，公开页面不再显示"),
    };
    let rest = if others > 0 { format!("；另有 {others} 行不处理，原因见下表") } else { String::new() };
    if asks { format!("将{what}{rest}。") } else { format!("已{what}{rest}。") }
}

/// The organs of the lines that are carried out, each once.
fn touched(lines: &[Line]) -> usize {
    let organs: BTreeSet<&str> =
        lines.iter().filter(|line| line.tone == "ok").flat_map(|line| line.organ.split('、')).collect();
    organs.len()
}

/// A line of a duty with all its organs: dates and visibility are the duty's, whichever rows were ticked.
fn whole(ctx: &Ctx, row: &Share, held: &[facts::Share], tone: &'static str, result: impl Into<String>) -> Line {
    let (directory, today) = (ctx.directory(), ctx.today());
    let mut names: Vec<String> = Vec::new();
    for share in held.iter().filter(|share| share.duty == row.duty) {
        let name = directory.short_name(&directory.stands_for(&share.organ, today)).to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let organ = names.join("、");
    Line { organ, ..line(ctx, row, tone, result) }
}

/// What a new date does to a duty: what counts before and after it. With a cadence it is the last day on which the duty runs,
/// and what the board shows is the period's own date.
fn moved(duty: &DutyRow, share: Option<&facts::Share>, due: Date, today: Date) -> String {
    let word = |date: Option<Date>| date.map_or("无".to_owned(), |date| date.to_string());
    let old: Option<Date> = duty.due_on.parse().ok();
    let Some(cadence) = duty.cadence() else {
        return format!("期限 {} → {due}", old.map_or("无期限".to_owned(), |old| old.to_string()));
    };
    let period = share.map(|share| {
        let now = Course::new(&share.facts).on(today).due_on;
        let then = Course::new(&Facts { due_on: Some(due), ..share.facts.clone() }).on(today).due_on;
        match now == then {
            true => format!("；当前一期的报送期限 {} 不变", word(now)),
            false => format!("；当前一期的报送期限 {} → {}", word(now), word(then)),
        }
    });
    let grace = match duty.grace_days {
        0 => String::new(),
        days => format!("（含每个时段结束后 {days} 天宽限）"),
    };
    let period = period.unwrap_or_default();
    format!("{}任务，执行到 {} → {due}{period}{grace}", cadence.label(), word(old))
}

fn line(ctx: &Ctx, row: &Share, tone: &'static str, result: impl Into<String>) -> Line {
    Line {
        title: row.text.clone(),
        href: format!("/duties/{}", row.duty),
        organ: ctx.directory().short_name(&row.organ).to_owned(),
        tone,
        result: result.into(),
    }
}

/// The rows of which there is one for each duty, with the number of organs.
fn duties(chosen: &[Share]) -> Vec<&Share> {
    let mut seen = HashSet::new();
    chosen.iter().filter(|row| seen.insert(row.duty.as_str())).collect()
}

fn remindable(row: &Share) -> std::result::Result<(), &'static str> {
    match row.state {
        _ if row.ended => Err("任务已终止，不提醒"),
        DutyState::Confirmed => Err("已办结，不提醒"),
        DutyState::Evidenced => Err("佐证待县政府办公室确认，不提醒"),
        _ => Ok(()),
    }
}

/// Which of the chosen rows a reminder reaches anybody of: asked in the same way before and when it is sent.
struct Reach(HashSet<ShareId>);

async fn reach(ctx: &Ctx, chosen: &[Share]) -> Result<Reach> {
    let (unreached, directory, today) = (unreached(ctx).await?, ctx.directory(), ctx.today());
    let nobody = |row: &&Share| unreached.contains(&directory.stands_for(&row.organ, today));
    Ok(Reach(chosen.iter().filter(nobody).map(share).collect()))
}

impl Reach {
    /// The shares to remind of, and their duties.
    fn wanted(&self, chosen: &[Share]) -> (Vec<ShareId>, Vec<DutyId>) {
        let wanted = |row: &&Share| remindable(row).is_ok() && !self.0.contains(&share(row));
        let shares = chosen.iter().filter(wanted).map(share).collect();
        (shares, duties(chosen).iter().map(|row| row.duty.clone()).collect())
    }

    /// What a reminder does, or did, for a row.
    fn line(&self, ctx: &Ctx, row: &Share, found: &Reminded, asks: bool) -> Line {
        if let Err(why) = remindable(row) {
            return line(ctx, row, "off", why);
        }
        if self.0.contains(&share(row)) {
            let (tone, what) = if asks { ("off", "提醒不到人") } else { ("late", "没有提醒到人") };
            return line(ctx, row, tone, format!("{what}：该机关没有人能登录报送，请先建立账号"));
        }
        if found.before.contains(&share(row)) {
            let what = if asks { "不" } else { "没有" };
            return line(ctx, row, "off", format!("今天已经提醒过，{what}重复提醒"));
        }
        let how = match found.mailed.contains(&row.organ) {
            true => "（待办台和邮件）".to_owned(),
            false if asks => "（待办台）；该机关没有人登记邮箱，不发邮件".to_owned(),
            false => "（待办台）；该机关没有人登记邮箱，没有发邮件".to_owned(),
        };
        let text = if asks { format!("将提醒{how}；现为{}", row.word()) } else { format!("已提醒{how}") };
        line(ctx, row, "ok", text)
    }
}

/// The pieces of the chosen shares that wait for a decision.
async fn waiting(ctx: &Ctx, chosen: &[Share]) -> Result<Vec<Undecided>> {
    let shares: Vec<ShareId> = chosen.iter().map(share).collect();
    Ok(duty::evidence::undecided(ctx.db(), &shares).await?)
}

async fn preview(ctx: &Ctx, actor: &Actor, form: &mut Bulk, chosen: &[Share]) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    match form.act.as_str() {
        "remind" => {
            let reach = reach(ctx, chosen).await?;
            let (shares, of) = reach.wanted(chosen);
            let found = notices::foresee(ctx, &shares, &of).await?;
            lines.extend(chosen.iter().map(|row| reach.line(ctx, row, &found, true)));
        }
        "confirm" => {
            let waiting = waiting(ctx, chosen).await?;
            for row in chosen {
                let pieces: Vec<_> = waiting.iter().filter(|piece| piece.share.as_str() == row.id).collect();
                form.seen.extend(pieces.iter().map(|piece| piece.id.clone()));
                let own = pieces.iter().any(|piece| piece.added_by == actor.log_id());
                lines.push(if pieces.is_empty() {
                    line(ctx, row, "off", "没有待确认的佐证")
                } else if own {
                    line(ctx, row, "off", "有自己报送的佐证，须由其他人确认")
                } else {
                    let titles: Vec<_> = pieces.iter().map(|piece| format!("《{}》", piece.title)).collect();
                    // What a single confirmation would say of them.
                    let doubts = pieces.iter().map(|piece| evidence::doubt(&piece.period, &piece.title));
                    let doubts: String =
                        doubts.filter(|doubt| !doubt.is_empty()).map(|doubt| format!("；{doubt}")).collect();
                    line(ctx, row, "ok", format!("将确认 {} 件：{}{doubts}", pieces.len(), titles.join("")))
                });
            }
        }
        "due" => {
            let (rows, held) = held(ctx, chosen).await?;
            for row in duties(chosen) {
                let duty = rows.iter().find(|duty| duty.id == row.duty);
                lines.push(match (duty, form.due()) {
                    (Some(duty), _) if !duty.ended_at.is_empty() => {
                        whole(ctx, row, &held, "off", "任务已终止，不能再改")
                    }
                    (Some(duty), Some(due)) if duty.due_on == due.to_string() => {
                        whole(ctx, row, &held, "off", "期限本来就是这一天")
                    }
                    (Some(duty), Some(due)) => {
                        let share = held.iter().find(|share| share.duty == row.duty);
                        let facts = share.map(|share| &share.facts);
                        let objection = facts.and_then(|facts| objection(facts.issued_on, facts.year, due));
                        match objection {
                            Some(objection) => whole(ctx, row, &held, "off", objection),
                            None => {
                                let year = share.map_or(form.year, |share| share.facts.year);
                                let note = days::note(ctx, due, year);
                                whole(ctx, row, &held, "ok", format!("{}{note}", moved(duty, share, due, ctx.today())))
                            }
                        }
                    }
                    _ => whole(ctx, row, &held, "ok", "填写新的期限后显示影响"),
                });
            }
        }
        _ => {
            let (_, held) = held(ctx, chosen).await?;
            let wanted = Visibility::from_code(&form.visibility);
            let sources = sources(ctx);
            let opens = |row: &Share| wanted == Visibility::Internal || sources.is_on_portal(&row.source(), &row.place);
            for row in duties(chosen) {
                lines.push(match (row.ended, visibility(row) == wanted) {
                    (true, _) => whole(ctx, row, &held, "off", "任务已终止，不能再改"),
                    (_, true) => whole(ctx, row, &held, "off", format!("已经是{}", wanted.label())),
                    _ if !opens(row) => whole(ctx, row, &held, "off", "来源没有公开页面，不能改为公开"),
                    _ => whole(ctx, row, &held, "ok", format!("{} → {}", visibility(row).label(), wanted.label())),
                });
            }
        }
    }
    Ok(lines)
}

/// The duties of the chosen rows, and all their running shares.
async fn held(ctx: &Ctx, chosen: &[Share]) -> Result<(Vec<DutyRow>, Vec<facts::Share>)> {
    let ids: Vec<DutyId> = duties(chosen).iter().map(|row| row.duty.clone()).collect();
    let mut held = facts::of_duties(ctx.db().read(), &ids).await?;
    held.retain(|share| share.ended_at.is_empty());
    Ok((duty::duties::with_ids(ctx.db(), &ids).await?, held))
}

fn visibility(row: &Share) -> Visibility {
    if row.public { Visibility::Public } else { Visibility::Internal }
}

/// What to write beside a row that was refused; faults of ours end the page.
fn refused(refusal: Refusal) -> Result<String> {
    match refusal {
        Refusal::Fault(Error::Unavailable(text)) => Ok(text),
        Refusal::Fault(error) => Err(error),
        other => Ok(other.words()),
    }
}

async fn carry_out(ctx: &Ctx, desk: &Desk, form: &Bulk, chosen: &[Share]) -> Result<Vec<Line>> {
    let actor = desk.actor();
    let mut lines = Vec::new();
    match form.act.as_str() {
        "remind" => {
            let reach = reach(ctx, chosen).await?;
            let (shares, of) = reach.wanted(chosen);
            let done = notices::remind_now(ctx, &actor, &shares, &of).await?;
            lines.extend(chosen.iter().map(|row| reach.line(ctx, row, &done, false)));
        }
        "confirm" => {
            let waiting = waiting(ctx, chosen).await?;
            for row in chosen {
                let own = waiting.iter().filter(|piece| piece.share.as_str() == row.id);
                let (pieces, later): (Vec<_>, Vec<_>) = own.partition(|piece| form.seen.contains(&piece.id));
                let (mut done, mut problems) = (0, Vec::new());
                for piece in &pieces {
                    match evidence::decide(ctx, &actor, &piece.id, &Verdict::Confirm).await {
                        Ok(_) => done += 1,
                        Err(refusal) => problems.push(refused(refusal)?),
                    }
                }
                lines.push(match (done, problems.first()) {
                    (_, Some(problem)) => line(ctx, row, "late", problem.clone()),
                    (0, None) if later.is_empty() => line(ctx, row, "off", "没有待确认的佐证"),
                    (0, None) => {
                        line(ctx, row, "off", format!("{} 件佐证是核对之后报送的，没有确认，请另行核对", later.len()))
                    }
                    (done, None) if later.is_empty() => line(ctx, row, "ok", format!("已确认 {done} 件")),
                    (done, None) => {
                        let text = format!("已确认 {done} 件；另有 {} 件是核对之后报送的，没有确认", later.len());
                        line(ctx, row, "ok", text)
                    }
                });
            }
        }
        "due" => {
            let due = form.due().ok_or_else(|| Error::Invalid(DATE_HINT.into()))?;
            let (rows, held) = held(ctx, chosen).await?;
            for row in duties(chosen) {
                let duty = rows.iter().find(|duty| duty.id == row.duty);
                let share = held.iter().find(|share| share.duty == row.duty);
                let what = duty.map(|duty| moved(duty, share, due, ctx.today())).unwrap_or_default();
                lines.push(match acts::set_due(ctx, &actor, &row.duty, due, &form.reason).await {
                    Ok(true) => whole(ctx, row, &held, "ok", format!("已调整：{what}")),
                    Ok(false) => whole(ctx, row, &held, "off", "期限本来就是这一天"),
                    Err(refusal) => whole(ctx, row, &held, "late", refused(refusal)?),
                });
            }
        }
        _ => {
            let wanted = Visibility::from_code(&form.visibility);
            let (_, held) = held(ctx, chosen).await?;
            for row in duties(chosen) {
                lines.push(match acts::set_visibility(ctx, &actor, &row.duty, wanted, &form.reason).await {
                    Ok(true) => whole(ctx, row, &held, "ok", format!("已改为{}", wanted.label())),
                    Ok(false) => whole(ctx, row, &held, "off", format!("已经是{}", wanted.label())),
                    Err(refusal) => whole(ctx, row, &held, "late", refused(refusal)?),
                });
            }
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::board_address;

    #[test]
    fn only_the_board_is_returned_to() {
        assert_eq!(board_address("state=open&q=%E4%B8%80"), "/duties?state=open&q=%E4%B8%80");
        assert_eq!(board_address("a=1\r\nx"), "/duties");
    }
}
