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
    board::{self, Line as Share, Order, Rows},
    decide::Verdict,
    model::State as DutyState,
    notices,
    permissions::MANAGE_DUTIES,
    pieces::{self, Undecided},
};
use kernel::{
    id::{EvidenceId, ShareId},
    may, time,
};
use serde::Deserialize;
use web::{Ctx, Desk, Error, Form, OfficeShell, Redirect, Refusal, Result, act_for, office_page};

use crate::{
    duties::{acts, sources},
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
    /// `1` once the person has seen the numbers.
    sure: String,
    once: String,
    /// Query of the board to return to.
    back: String,
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
    form: Bulk,
    once: String,
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
    if matches!(act, "due" | "visibility") {
        may(&desk.actor(), &MANAGE_DUTIES)?;
    }
    if act == "due" && time::parse_date(&form.due_on).is_none() {
        return Ok(Redirect::to(back).flash("error", "请填写新的期限，例如 2026-06-30。").into_response());
    }
    if act == "visibility" && !["public", "internal"].contains(&form.visibility.as_str()) {
        return Ok(Redirect::to(back).flash("error", "请选择改为公开还是内部。").into_response());
    }
    let chosen = chosen(&ctx, &form.ids).await?;
    let asks = form.sure != "1";
    let lines = if asks {
        form.seen = Vec::new();
        preview(&ctx, &mut form, &chosen).await?
    } else {
        if let Some(to) = store::submitted(ctx.db(), &form.once).await? {
            return Ok(Redirect::to(to).ok("这批操作已经办理过，没有重复办理。").into_response());
        }
        let lines = carry_out(&ctx, &desk, &form, &chosen).await?;
        // Only now: had the work broken off, the same form carries on. Each row changes only what has not changed yet.
        act_for(&ctx, &form.once, async |_| Ok::<_, Error>((back.clone(), ()))).await?;
        lines
    };
    let page = Page {
        shell: desk.shell(&ctx, format!("批量{label}")).await?,
        effect: effect(&form, &chosen, &lines, asks),
        act,
        label,
        lines,
        asks,
        once: ctx.once(),
        form,
    };
    office_page(&page)
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

/// The share of a row.
fn share(row: &Share) -> ShareId {
    ShareId(row.id.clone())
}

fn effect(form: &Bulk, chosen: &[Share], lines: &[Line], asks: bool) -> String {
    let done = lines.iter().filter(|line| line.tone == "ok").count();
    let others = lines.len() - done;
    let organs: BTreeSet<_> = chosen.iter().map(|row| &row.organ).collect();
    let what = match form.act.as_str() {
        "remind" => format!("向 {} 个机关发出提醒，涉及 {done} 行", organs.len()),
        "confirm" => format!("确认 {done} 行的佐证，确认后计入办结并显示在公开页面"),
        "due" => format!("把 {done} 项任务的期限改为 {}", form.due_on.trim()),
        _ if form.visibility == "public" => format!("把 {done} 项任务改为公开，任务和进展将显示在公开页面"),
        _ => format!("把 {done} 项任务改为内部，公开页面不再显示"),
    };
    let rest = if others > 0 { format!("；另有 {others} 行不处理，原因见下表") } else { String::new() };
    if asks { format!("将{what}{rest}。") } else { format!("已{what}{rest}。") }
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

/// The pieces of the chosen shares that wait for a decision.
async fn waiting(ctx: &Ctx, chosen: &[Share]) -> Result<Vec<Undecided>> {
    let shares: Vec<ShareId> = chosen.iter().map(share).collect();
    Ok(pieces::undecided(ctx.db(), &shares).await?)
}

async fn preview(ctx: &Ctx, form: &mut Bulk, chosen: &[Share]) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    match form.act.as_str() {
        "remind" => {
            for row in chosen {
                lines.push(match remindable(row) {
                    Ok(()) => line(ctx, row, "ok", format!("将提醒（现为{}）", row.word())),
                    Err(why) => line(ctx, row, "off", why),
                });
            }
        }
        "confirm" => {
            let waiting = waiting(ctx, chosen).await?;
            for row in chosen {
                let pieces: Vec<_> = waiting.iter().filter(|piece| piece.share.as_str() == row.id).collect();
                form.seen.extend(pieces.iter().map(|piece| piece.id.clone()));
                lines.push(if pieces.is_empty() {
                    line(ctx, row, "off", "没有待确认的佐证")
                } else {
                    let titles: Vec<_> = pieces.iter().map(|piece| format!("《{}》", piece.title)).collect();
                    line(ctx, row, "ok", format!("将确认 {} 件：{}", pieces.len(), titles.join("")))
                });
            }
        }
        "due" => {
            for row in duties(chosen) {
                lines.push(if row.ended {
                    line(ctx, row, "off", "任务已终止，不能再改")
                } else {
                    let now = row.due_on.map_or("无期限".to_owned(), |due| due.to_string());
                    line(ctx, row, "ok", format!("{now} → {}", form.due_on.trim()))
                });
            }
        }
        _ => {
            let wanted = Visibility::from_code(&form.visibility);
            let sources = sources(ctx);
            let opens = |row: &Share| wanted == Visibility::Internal || sources.is_on_portal(&row.source(), &row.place);
            for row in duties(chosen) {
                lines.push(match (row.ended, visibility(row) == wanted) {
                    (true, _) => line(ctx, row, "off", "任务已终止，不能再改"),
                    (_, true) => line(ctx, row, "off", format!("已经是{}", wanted.label())),
                    _ if !opens(row) => line(ctx, row, "off", "来源没有公开页面，不能改为公开"),
                    _ => line(ctx, row, "ok", format!("{} → {}", visibility(row).label(), wanted.label())),
                });
            }
        }
    }
    Ok(lines)
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
            let wanted: Vec<&Share> = chosen.iter().filter(|row| remindable(row).is_ok()).collect();
            let shares: Vec<ShareId> = wanted.iter().map(|row| share(row)).collect();
            let of: Vec<_> = duties(chosen).iter().map(|row| row.duty.clone()).collect();
            let reminded = notices::remind_now(ctx, &actor, &shares, &of).await?;
            for row in chosen {
                lines.push(match (remindable(row), reminded.mailed.contains(&row.organ)) {
                    (Err(why), _) => line(ctx, row, "off", why),
                    _ if reminded.before.contains(&share(row)) => line(ctx, row, "off", "今天已经提醒过，没有重复提醒"),
                    (Ok(()), true) => line(ctx, row, "ok", "已提醒（待办台和邮件）"),
                    (Ok(()), false) => line(ctx, row, "ok", "已提醒（待办台）；该机关没有登记邮箱"),
                });
            }
        }
        "confirm" => {
            let waiting = waiting(ctx, chosen).await?;
            for row in chosen {
                let own = waiting.iter().filter(|piece| piece.share.as_str() == row.id);
                let (pieces, later): (Vec<_>, Vec<_>) = own.partition(|piece| form.seen.contains(&piece.id));
                let (mut done, mut problems) = (0, Vec::new());
                for piece in &pieces {
                    match acts::decide(ctx, &actor, &piece.id, &Verdict::Confirm).await {
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
            let due = time::parse_date(&form.due_on)
                .ok_or_else(|| Error::Invalid("请填写新的期限，例如 2026-06-30。".into()))?;
            for row in duties(chosen) {
                lines.push(match acts::set_due(ctx, &actor, &row.duty, due).await {
                    Ok(true) => line(ctx, row, "ok", format!("期限已改为 {due}")),
                    Ok(false) => line(ctx, row, "off", "期限本来就是这一天"),
                    Err(refusal) => line(ctx, row, "late", refused(refusal)?),
                });
            }
        }
        _ => {
            let wanted = Visibility::from_code(&form.visibility);
            for row in duties(chosen) {
                lines.push(match acts::set_visibility(ctx, &actor, &row.duty, wanted).await {
                    Ok(true) => line(ctx, row, "ok", format!("已改为{}", wanted.label())),
                    Ok(false) => line(ctx, row, "off", format!("已经是{}", wanted.label())),
                    Err(refusal) => line(ctx, row, "late", refused(refusal)?),
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
