//! Mails to organs about their duties, whatever the source: issued, changed, due or late.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use kernel::{
    Actor, OrganCode, Role,
    id::{DutyId, ShareId},
};
use serde::{Deserialize, Serialize};
use store::{
    FromRow, Tx, built,
    jobs::{Failure, NewJob},
    places, query_as,
};
use web::{
    Ctx, Result,
    hooks::Recipients,
    mail::{Mail, SEND, SEND_NOW},
};

use crate::{
    board,
    facts::CHUNK,
    remind::{self, Owed},
    settings::Duties,
    source::{self, SourceKey},
};

/// Job: tells organs by mail that duties were issued to them, or changed.
pub const NOTIFY: &str = "duty.notify";

/// What happened to duties of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// They were issued.
    Issued,
    /// The source changed; what was reported stays.
    Amended,
    /// The source was taken back; its duties no longer run.
    Revoked,
    /// Another source took its place; its duties no longer run.
    Replaced,
    /// What had taken its place is gone: its duties run again.
    Resumed,
}

/// Payload of [`NOTIFY`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub source: SourceKey,
    /// The organs concerned, as of the write.
    pub organs: Vec<OrganCode>,
    /// What happened.
    pub why: Why,
    /// Why, in the words of whoever did it; empty = there are none.
    #[serde(default)]
    pub reason: String,
    /// Address in the office of the page that tells more; empty = the board with the duties of the source.
    #[serde(default)]
    pub address: String,
    /// What changed for each of them, a line for each duty.
    #[serde(default)]
    pub lines: BTreeMap<OrganCode, Vec<String>>,
}

/// Lines that one mail tells; the board tells the rest.
const LINES: usize = 40;

impl Notice {
    /// Tells these organs what happened.
    pub fn new(source: SourceKey, organs: Vec<OrganCode>, why: Why) -> Self {
        Self { source, organs, why, reason: String::new(), address: String::new(), lines: BTreeMap::new() }
    }

    /// The same with the reason.
    #[must_use]
    pub fn because(self, reason: &str) -> Self {
        Self { reason: reason.to_owned(), ..self }
    }

    /// The same with what changed for each organ.
    #[must_use]
    pub fn telling(self, lines: BTreeMap<OrganCode, Vec<String>>) -> Self {
        Self { lines, ..self }
    }

    /// What changed for the organs that `answers`, under each other; empty = nothing is told.
    fn changes(&self, answers: impl Fn(&OrganCode) -> bool) -> String {
        let lines: Vec<&String> =
            self.lines.iter().filter(|(organ, _)| answers(organ)).flat_map(|(_, own)| own).collect();
        let mut told: String = lines.iter().take(LINES).map(|line| format!("\n· {line}")).collect();
        if lines.len() > LINES {
            told.push_str(&format!("\n· 另有 {} 项变动，请在任务台账查看", lines.len() - LINES));
        }
        if told.is_empty() { told } else { format!("\n{told}") }
    }

    /// The same with a page of its own.
    #[must_use]
    pub fn at(self, address: String) -> Self {
        Self { address, ..self }
    }

    /// Has the organs told once this write is committed.
    pub async fn send(&self, tx: &mut Tx) -> store::Result<()> {
        tx.enqueue(NewJob::now(NOTIFY, self)).await
    }
}

/// Mail addresses of those who report for each organ: editors and heads, by the organ for which they act today. After a reform
/// that is the successor, so look up the organ that answers (`Directory::stands_for`).
pub(crate) async fn addresses(ctx: &Ctx) -> Result<HashMap<OrganCode, Vec<String>>> {
    ctx.one::<Arc<dyn Recipients>>().addresses(ctx, &[Role::Editor, Role::OrganHead]).await
}

/// One mail for each organ, to its people who report on duties. A second run adds nothing while the first mails wait.
pub(crate) async fn notify(ctx: &Ctx, notice: Notice) -> Result<()> {
    let Some(row) = source::get(ctx.db().read(), &notice.source).await? else { return Ok(()) };
    let directory = ctx.directory();
    let addresses = addresses(ctx).await?;
    let today = ctx.today();
    // Two of the organs may have become one since: it hears of it once.
    let organs: BTreeSet<OrganCode> = notice.organs.iter().map(|organ| directory.stands_for(organ, today)).collect();
    let office = ctx.office_url();
    // What no longer runs stands on no board.
    let address = match notice.address.as_str() {
        "" => format!("{office}/duties?source={}", row.key),
        own => format!("{office}{own}"),
    };
    let (reason, look) = match (notice.reason.as_str(), notice.why) {
        ("", _) => (String::new(), "查看任务"),
        (reason, Why::Revoked | Why::Replaced) => (format!("\n\n原因：{reason}"), "查看计划"),
        (reason, _) => (format!("\n\n原因：{reason}"), "查看任务"),
    };
    let held = match notice.why {
        Why::Issued | Why::Resumed => {
            let filter = board::Filter { source: Some(row.key.clone()), closed: true, ..board::Filter::default() };
            board::all(ctx.db(), board::Rows::Shares, &filter, board::Order::default(), today).await?
        }
        Why::Amended | Why::Revoked | Why::Replaced => Vec::new(),
    };
    let mut tx = ctx.db().write().await?;
    for code in organs {
        let Some(to) = addresses.get(&code).cloned() else { continue };
        let name = directory.short_name(&code);
        let (subject, what) = match notice.why {
            Why::Amended => {
                (format!("任务有调整：{}", row.title), "有调整，涉及贵单位的任务。保留任务的进展和佐证都在。")
            }
            Why::Revoked => {
                (format!("任务已撤销：{}", row.title), "已撤销，贵单位的任务不再执行，不用再报送；以前报送的记录保留。")
            }
            Why::Replaced => (
                format!("原计划停止执行：{}", row.title),
                "已由新的计划替代，停止执行：贵单位在其中的任务不用再报送，以前报送的记录保留，还没有确认的佐证不再办理。",
            ),
            Why::Resumed => (
                format!("任务恢复执行：{}", row.title),
                "恢复执行，贵单位在其中的任务请继续办理，以前报送的进展和佐证都在。",
            ),
            Why::Issued => {
                (format!("新任务：{}", row.title), "已向贵单位下达任务，请查看期限，并在办理后报送进展和佐证。")
            }
        };
        let changes = match notice.why {
            Why::Issued => issued(&held, "下达", |organ| directory.stands_for(organ, today) == code),
            Why::Resumed => issued(&held, "恢复", |organ| directory.stands_for(organ, today) == code),
            Why::Amended | Why::Revoked | Why::Replaced => {
                notice.changes(|organ| directory.stands_for(organ, today) == code)
            }
        };
        let text = format!("{name}：\n\n“{}”{what}{reason}{changes}\n\n{look}：{address}\n", row.title);
        let key = format!("{}:{:?}:{code}", row.key, notice.why);
        tx.enqueue(NewJob::now(SEND, &Mail { to, subject, text }).dedup(key)).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// How much was issued to the organs that `answers`, and what is due first. `when` says what has just happened: 下达.
fn issued(held: &[board::Line], when: &str, answers: impl Fn(&OrganCode) -> bool) -> String {
    let own: Vec<&board::Line> = held.iter().filter(|line| !line.ended && answers(&line.organ)).collect();
    if own.is_empty() {
        return String::new();
    }
    let late = own.iter().filter(|line| line.overdue).count();
    let first = own.iter().filter(|line| !line.overdue).filter_map(|line| line.due_on).min();
    let mut told = format!("\n\n共 {} 项", own.len());
    if let Some(first) = first {
        told.push_str(&format!("，最近的期限是 {first}"));
    }
    if late > 0 {
        told.push_str(&format!("；其中 {late} 项的期限在{when}时已经过去，请尽快办理"));
    }
    told + "。"
}

/// A job of this machine is tried again whatever stood in its way: what organs are told, they are told late rather than never.
pub(crate) fn again(done: Result<()>) -> std::result::Result<(), Failure> {
    done.map_err(|error| Failure::Retry(format!("{error:?}")))
}

/// The office's address of a duty.
pub(crate) fn href(ctx: &Ctx, duty: &DutyId) -> String {
    format!("{}/duties/{duty}", ctx.office_url())
}

/// Things owed by the organ that answers for them today.
fn by_organ(ctx: &Ctx, owed: Vec<Owed>, today: Date) -> BTreeMap<OrganCode, Vec<Owed>> {
    let directory = ctx.directory();
    let mut organs: BTreeMap<OrganCode, Vec<Owed>> = BTreeMap::new();
    for one in owed {
        organs.entry(directory.stands_for(&one.organ, today)).or_default().push(one);
    }
    organs
}

/// Sends the reminders whose day has come, each once: one mail for each organ. Returns how many organs were reminded.
///
/// # Errors
/// When the database fails; what was sent by then is recorded.
pub async fn remind_once(ctx: &Ctx, today: Date) -> Result<usize> {
    let owed = remind::due(ctx.db(), &ctx.settings::<Duties>().offsets(), today).await?;
    let addresses = addresses(ctx).await?;
    let mut organs = 0;
    for (organ, candidates) in by_organ(ctx, owed, today) {
        let mut tx = ctx.db().write().await?;
        let mut fresh = Vec::new();
        for one in candidates {
            if remind::claim(&mut tx, &one).await? {
                fresh.push(one);
            }
        }
        if fresh.is_empty() {
            continue;
        }
        send(ctx, &mut tx, &Actor::System, &organ, &fresh, addresses.get(&organ), today).await?;
        tx.commit().await?;
        organs += 1;
    }
    Ok(organs)
}

#[derive(FromRow)]
struct Text {
    id: DutyId,
    text: String,
}

/// The words of the duties that are owed.
async fn texts(tx: &mut Tx, owed: &[Owed]) -> Result<BTreeMap<DutyId, String>> {
    let ids: HashSet<&DutyId> = owed.iter().map(|one| &one.duty).collect();
    let mut texts = BTreeMap::new();
    for some in ids.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
        // SQL: fixed text and placeholders; every id is bound.
        let rows: Vec<Text> =
            query_as(built(format!("SELECT id, text FROM duty WHERE id IN ({})", places(1, some.len()))))
                .bind_all(some.iter().copied())
                .fetch_all(tx.conn())
                .await?;
        texts.extend(rows.into_iter().map(|row| (row.id, row.text)));
    }
    Ok(texts)
}

/// One event for each duty and one mail for the organ.
async fn send(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    organ: &OrganCode,
    owed: &[Owed],
    to: Option<&Vec<String>>,
    today: Date,
) -> Result<()> {
    let texts = texts(tx, owed).await?;
    for one in owed {
        remind::tell(tx, actor, one, to.is_some()).await?;
    }
    let Some(to) = to else { return Ok(()) };
    let past = |one: &Owed| one.due.is_some_and(|due| due < today);
    let late = owed.iter().filter(|one| past(one)).count();
    let undated = owed.iter().all(|one| one.due.is_none());
    let name = ctx.directory().short_name(organ).to_owned();
    let mut text = format!("{name}：\n\n下列任务需要办理：\n");
    for one in owed {
        let when = match one.due {
            Some(due) if due < today => format!("已于 {due} 到期，{}", ctx.calendar().countdown(today, due)),
            Some(due) if due == today => format!("{due} 到期，今天到期"),
            Some(due) => format!("{due} 到期，{}", ctx.calendar().countdown(today, due)),
            None => "没有期限".to_owned(),
        };
        let period = if one.label.is_empty() { String::new() } else { format!("（{}）", one.label) };
        let words = texts.get(&one.duty).map_or("", |text| text.trim_end_matches('。'));
        text.push_str(&format!(
            "\n· {}{period}，{when}，现为{}\n  {}\n",
            web::filters::shortened(words, 60),
            one.state.label(),
            href(ctx, &one.duty)
        ));
    }
    text.push_str("\n请在系统中报送进展和佐证。已经办完的，报送佐证后不再提醒。\n");
    let subject = match late {
        0 if undated => format!("有 {} 项任务需要办理", owed.len()),
        0 => format!("有 {} 项任务即将到期", owed.len()),
        late if late == owed.len() => format!("有 {late} 项任务已经逾期"),
        late => format!("有 {} 项任务需要办理，其中 {late} 项已逾期", owed.len()),
    };
    // What somebody sends at once is not gathered for the next morning.
    let kind = if actor.staff().is_some() { SEND_NOW } else { SEND };
    tx.enqueue(NewJob::now(kind, &Mail { to: to.clone(), subject, text })).await?;
    Ok(())
}

/// What [`remind_now`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reminded {
    /// The organs (as issued) that mail reached.
    pub mailed: HashSet<OrganCode>,
    /// Shares that had been reminded of earlier on this day (in China), and were not again.
    pub before: HashSet<ShareId>,
}

/// What [`remind_now`] would do now; nothing is written or sent.
///
/// # Errors
/// When the database fails.
pub async fn foresee(ctx: &Ctx, shares: &[ShareId], duties: &[DutyId]) -> Result<Reminded> {
    let (today, addresses, directory) = (ctx.today(), addresses(ctx).await?, ctx.directory());
    let sent = remind::all_sent_on(ctx.db(), today).await?;
    let mut seen = Reminded::default();
    for one in remind::now(ctx.db(), shares, duties, today).await? {
        if sent.contains(&one.share) {
            seen.before.insert(one.share);
        } else if addresses.contains_key(&directory.stands_for(&one.organ, today)) {
            seen.mailed.insert(one.organ);
        }
    }
    Ok(seen)
}

/// Reminds of these shares of these duties at once, whatever their dates, each at most once a day; for the office.
pub async fn remind_now(ctx: &Ctx, actor: &Actor, shares: &[ShareId], duties: &[DutyId]) -> Result<Reminded> {
    let today = ctx.today();
    let addresses = addresses(ctx).await?;
    let owed = remind::now(ctx.db(), shares, duties, today).await?;
    let mut done = Reminded::default();
    let mut tx = ctx.db().write().await?;
    tx.lock("duty.remind_now").await?;
    let mut fresh = Vec::new();
    for one in owed {
        if remind::sent_on(&mut tx, &one.share, today).await? {
            done.before.insert(one.share);
        } else {
            remind::record(&mut tx, &one).await?;
            fresh.push(one);
        }
    }
    for (organ, owed) in by_organ(ctx, fresh, today) {
        let to = addresses.get(&organ);
        send(ctx, &mut tx, actor, &organ, &owed, to, today).await?;
        if to.is_some() {
            done.mailed.extend(owed.into_iter().map(|one| one.organ));
        }
    }
    tx.commit().await?;
    Ok(done)
}
