//! The page of one duty: where it comes from, who owes it and how far each has come, what was reported and decided, and the
//! forms that this person may use.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use jiff::civil::Date;
use kernel::{Action, Actor, Directory, Staff, event::Event, may, may_for, time};
use serde::Deserialize;
use web::{
    Ctx, Desk, Error, FormErrors, OfficeShell, Query, Result, hooks::PublicDocument, office_page, page::office_errors,
    svg,
};

use crate::{
    duties::{
        extra::Values,
        facts::{self, Context, EvidenceRow},
        look::{self, Check},
        model::{RollUp, State as DutyState, roll_up},
        store::{Assigned, Scope, answering, assigned},
    },
    model::{Cadence, ExtraField, FieldShape, OwnerRole, PlanKind, is_published},
};

/// What the address asks for besides the duty.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Ask {
    /// The assignment for which the forms are shown.
    #[serde(rename = "for")]
    pub(crate) assignment: String,
    /// Words of a title to look for among public documents.
    pub(crate) find: String,
}

/// What a person typed, kept when it must be corrected.
#[derive(Debug, Default, Clone)]
pub(crate) struct Typed {
    pub(crate) text: String,
    pub(crate) document: String,
    pub(crate) url: String,
    pub(crate) title: String,
    pub(crate) period: String,
    pub(crate) note: String,
    /// The piece of evidence to which the reason belongs.
    pub(crate) evidence: String,
    pub(crate) reason: String,
    pub(crate) extra: Vec<(String, String)>,
    pub(crate) errors: FormErrors,
}

struct PeriodLine {
    label: String,
    span: String,
    due: Date,
    word: &'static str,
    late: bool,
}

struct Piece {
    /// What came of looking at the address; empty for documents of this site.
    looked: String,
    /// It opened, or it does not exist, or neither is known: `ok`, `late`, `soon`.
    looked_tone: &'static str,
    may_look: bool,
    /// Why it cannot be confirmed now although it waits: nobody has looked yet, or it does not exist.
    unsure: bool,
    row: EvidenceRow,
    period: String,
    added: String,
    decided: String,
    /// Day on which the document was withdrawn; empty = it is public (or an address).
    lapsed: String,
    href: String,
    word: &'static str,
    tone: &'static str,
    may_decide: bool,
    own: bool,
    may_undo: bool,
    may_take_back: bool,
    once: String,
}

struct Owner {
    id: String,
    organ: String,
    role: &'static str,
    word: String,
    due: String,
    left: Option<i64>,
    ended: String,
    may_report: bool,
    /// Whether notes, reasons and open evidence are shown to this person.
    open: bool,
    periods: Vec<PeriodLine>,
    notes: Vec<(String, String, String)>,
    pieces: Vec<Piece>,
}

impl Owner {
    /// Whether it has a section of its own: what was reported, and the organ for which the forms stand.
    fn shown(&self, active: &str) -> bool {
        !self.pieces.is_empty() || !self.notes.is_empty() || self.id == active
    }
}

struct Step {
    at: String,
    who: String,
    what: String,
    detail: String,
}

struct Extra {
    field: ExtraField,
    /// As the form shows it: typed, else waiting, else accepted.
    value: String,
    /// What holds.
    accepted: String,
    /// What an organ filled in and the office has not accepted.
    pending: Option<String>,
    long: bool,
    choices: Vec<(&'static str, &'static str)>,
    editable: bool,
}

#[derive(Template)]
#[template(path = "duties/templates/duty.html")]
struct Page {
    shell: OfficeShell,
    id: String,
    duty: Context,
    kind: &'static str,
    cadence: &'static str,
    roll: RollUp,
    word: String,
    clock: String,
    due: String,
    remaining: String,
    owners: Vec<Owner>,
    steps: Vec<Step>,
    extras: Vec<Extra>,
    /// What waits for acceptance, as it was shown; empty = nothing, or this person cannot accept.
    settles: String,
    /// The assignment for which forms are shown, with its organ's name; empty = none.
    active: String,
    active_organ: String,
    active_periods: Vec<(String, String)>,
    reportable: Vec<(String, String)>,
    find: String,
    found: Vec<(String, String, String)>,
    typed: Typed,
    may_manage: bool,
    may_remind: bool,
    once: [String; 5],
}

/// `GET /duties/{id}`
pub(crate) async fn duty(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Query(ask): Query<Ask>,
) -> Result<Response> {
    office_page(&page(&ctx, &desk, &id, &ask, Typed::default()).await?)
}

/// The same page with what was typed and what is wrong with it.
pub(crate) async fn corrected(ctx: &Ctx, desk: &Desk, id: &str, ask: &Ask, typed: Typed) -> Result<Response> {
    office_errors(&page(ctx, desk, id, ask, typed).await?)
}

async fn page(ctx: &Ctx, desk: &Desk, id: &str, ask: &Ask, typed: Typed) -> Result<Page> {
    let today = ctx.today();
    let directory = ctx.directory();
    let duty = facts::context(ctx.db(), id).await?.ok_or(Error::NotFound)?;
    let scope = Scope { duty: Some(id.to_owned()), superseded: true, ..Scope::default() };
    let rows = assigned(ctx.db(), &scope, today).await?;
    let actor = desk.actor();
    if !rows.iter().any(|row| may_for(&actor, Action::ViewDuties, &answering(&directory, &row.organ, today)).is_ok()) {
        return Err(Error::NotFound);
    }
    let leads = rows.iter().any(|row| {
        row.role == crate::model::OwnerRole::Lead && answering(&directory, &row.organ, today) == desk.staff.organ
    });
    let notes = facts::notes(ctx.db(), id).await?;
    let evidence = facts::evidence(ctx.db(), id).await?;
    let looks = look::of_duty(ctx.db(), id).await?;
    let mut owners = Vec::new();
    for row in &rows {
        let mut owner = owner(ctx, &desk.staff, row, leads);
        owner.notes = if owner.open {
            let own = notes.iter().filter(|note| note.assignment == row.id);
            own.map(|note| (time::show_minute(&note.added_at), note.added_by_name.clone(), note.text.clone())).collect()
        } else {
            Vec::new()
        };
        let own = evidence.iter().filter(|(piece, _)| piece.assignment == row.id);
        owner.pieces = own
            .filter(|(piece, _)| owner.open || (piece.decision == "confirmed" && piece.withdrawn_at.is_empty()))
            .map(|(piece, lapsed)| {
                self::piece(ctx, &actor, owner.may_report, row, piece, lapsed.as_deref(), looks.get(&piece.id))
            })
            .collect();
        owners.push(owner);
    }
    let reportable: Vec<(String, String)> =
        owners.iter().filter(|owner| owner.may_report).map(|owner| (owner.id.clone(), owner.organ.clone())).collect();
    let active = active(&reportable, ask, desk, &rows, &directory, today);
    let active_row = rows.iter().find(|row| row.id == active);
    let kind = rows.first().map_or(PlanKind::WorkPoints, |row| row.plan_kind);
    let steps = history(ctx, id, &directory, |organ| {
        organ.is_empty() || owners.iter().zip(&rows).any(|(owner, row)| owner.open && row.organ.as_str() == organ)
    })
    .await?;
    let found =
        if active.is_empty() || ask.find.trim().is_empty() { Vec::new() } else { found(ctx, &ask.find).await? };
    let roll = roll_up(rows.iter().map(|row| (row.role.answers(), &row.standing)));
    let may_extra = answers(&rows, &owners, &active, &actor);
    // Whoever reports sees the own share first.
    owners.sort_by_key(|owner| owner.id != active);
    let (clock, due, remaining) = clock(ctx, &rows, active_row);
    Ok(Page {
        shell: desk.shell(ctx, web::filters::shortened(&duty.text, 30)).await?.with_error(!typed.errors.is_empty()),
        id: id.to_owned(),
        kind: kind.label(),
        cadence: Cadence::from_code(&duty.cadence).map_or("", Cadence::label),
        word: if duty.ended_at.is_empty() { roll.word() } else { "已终止".into() },
        roll,
        clock,
        due,
        remaining,
        steps,
        settles: if may(&actor, Action::ConfirmDuties).is_ok() {
            Values::read(&duty.extra).waiting()
        } else {
            String::new()
        },
        extras: extras(kind, &duty, &typed, may(&actor, Action::ManagePlans).is_ok(), may_extra),
        active_organ: reportable
            .iter()
            .find(|(id, _)| *id == active)
            .map(|(_, organ)| organ.clone())
            .unwrap_or_default(),
        active_periods: active_row.map(|row| begun(row, today)).unwrap_or_default(),
        typed: prefilled(typed, active_row),
        reportable,
        active,
        find: ask.find.clone(),
        found,
        may_manage: may(&actor, Action::ManagePlans).is_ok() && duty.ended_at.is_empty(),
        may_remind: may(&actor, Action::ConfirmDuties).is_ok() && roll.state != DutyState::Confirmed,
        once: std::array::from_fn(|_| ctx.once()),
        owners,
        duty,
    })
}

/// The period that counts now stands in the form before anything is chosen.
fn prefilled(mut typed: Typed, row: Option<&Assigned>) -> Typed {
    if typed.period.is_empty()
        && let Some(row) = row
    {
        typed.period = row.standing.current_key().to_owned();
    }
    typed
}

/// The assignment for which the forms stand: as asked, else the only one, else the own organ's.
fn active(
    reportable: &[(String, String)],
    ask: &Ask,
    desk: &Desk,
    rows: &[Assigned],
    directory: &Directory,
    today: Date,
) -> String {
    if reportable.iter().any(|(id, _)| *id == ask.assignment) {
        return ask.assignment.clone();
    }
    let own = rows.iter().find(|row| {
        answering(directory, &row.organ, today) == desk.staff.organ && reportable.iter().any(|(id, _)| *id == row.id)
    });
    own.map(|row| row.id.clone()).unwrap_or_default()
}

fn begun(row: &Assigned, today: Date) -> Vec<(String, String)> {
    let periods = row.standing.periods.iter().filter(|standing| standing.period.start <= today);
    periods
        .map(|standing| {
            (standing.period.key.clone(), format!("{}（{}）", standing.period.label, standing.state.label()))
        })
        .collect()
}

fn owner(ctx: &Ctx, staff: &Staff, row: &Assigned, leads: bool) -> Owner {
    let (directory, today) = (ctx.directory(), ctx.today());
    let organ = answering(&directory, &row.organ, today);
    let actor: Actor = staff.clone().into();
    let name = directory.short_name(&organ).to_owned();
    let standing = &row.standing;
    Owner {
        id: row.id.clone(),
        // After a reform both names matter: who answers now, and whom the text meant.
        organ: if organ == row.organ { name } else { format!("{name}（原{}）", directory.short_name(&row.organ)) },
        role: row.role.label(),
        word: standing.word(),
        due: standing.due_on.map(|due| due.to_string()).unwrap_or_default(),
        left: (standing.state != DutyState::Confirmed && !standing.ended)
            .then(|| standing.due_on.map(|due| ctx.calendar().working_days_left(today, due)))
            .flatten(),
        ended: row.ended_reason.clone(),
        may_report: !standing.ended && may_for(&actor, Action::ReportDuties, &organ).is_ok(),
        open: leads || staff.central || organ == staff.organ,
        periods: standing
            .periods
            .iter()
            .map(|one| PeriodLine {
                label: one.period.label.clone(),
                span: format!("{} 至 {}", one.period.start, one.period.end),
                due: one.period.due,
                word: one.state.label(),
                late: one.overdue,
            })
            .collect(),
        notes: Vec::new(),
        pieces: Vec::new(),
    }
}

fn piece(
    ctx: &Ctx,
    actor: &Actor,
    may_report: bool,
    row: &Assigned,
    piece: &EvidenceRow,
    lapsed: Option<&str>,
    check: Option<&Check>,
) -> Piece {
    let outside = piece.document.is_empty();
    let asks = ctx.config().plans.check_addresses;
    let looked = match check {
        Some(check) => check.words(),
        None if !outside => String::new(),
        None if asks => "网址正在检查，稍后刷新可见结果".to_owned(),
        None => "外部网址，本机没有开启网址检查，请点开核对".to_owned(),
    };
    let undecided = piece.decision.is_empty() && piece.withdrawn_at.is_empty();
    let decided_today = time::from_db(&piece.decided_at).map(time::date_in_china) == Some(ctx.today());
    let confirms = may(actor, Action::ConfirmDuties).is_ok();
    let (word, tone) = match (piece.withdrawn_at.is_empty(), lapsed.is_some(), piece.decision.as_str()) {
        (false, _, _) => ("已收回", "off"),
        (_, true, _) => ("佐证失效", "late"),
        (_, _, "confirmed") => ("已确认", "ok"),
        (_, _, "returned") => ("已退回", "late"),
        _ => ("待确认", "soon"),
    };
    let portal = ctx.config().server.portal_url.trim_end_matches('/');
    Piece {
        looked,
        looked_tone: match check {
            Some(check) if check.outcome == "opened" => "ok",
            Some(check) if check.refuses() => "late",
            _ => "soon",
        },
        unsure: outside && asks && check.is_none_or(Check::refuses),
        may_look: outside && asks && undecided && (may_report || confirms),
        period: row
            .standing
            .periods
            .iter()
            .find(|one| one.period.key == piece.period)
            .map(|one| one.period.label.clone())
            .unwrap_or_default(),
        added: time::show_minute(&piece.added_at),
        decided: time::show_minute(&piece.decided_at),
        lapsed: lapsed.map(time::show_date).unwrap_or_default(),
        href: if piece.document.is_empty() { piece.url.clone() } else { format!("{portal}{}", piece.url) },
        word,
        tone,
        own: undecided && confirms && piece.added_by == actor.log_id(),
        may_decide: undecided && confirms,
        may_undo: confirms && !piece.decision.is_empty() && decided_today,
        may_take_back: undecided && may_report,
        once: ctx.once(),
        row: piece.clone(),
    }
}

async fn found(ctx: &Ctx, words: &str) -> Result<Vec<(String, String, String)>> {
    let Some(documents) = ctx.hooks().documents.clone() else { return Ok(Vec::new()) };
    let directory = ctx.directory();
    let found: Vec<PublicDocument> = documents.search(ctx, None, words.trim(), 20).await?;
    let hint = |one: &PublicDocument| {
        format!("{}　{} 公开", directory.short_name(&one.organ), time::show_date(&one.published_at))
    };
    Ok(found.into_iter().map(|one| (one.id.clone(), one.title.clone(), hint(&one))).collect())
}

/// The clock of the share for which forms are shown, else of the one that is due first: from the issue (or the beginning of
/// the period) to the due date, in working days.
fn clock(ctx: &Ctx, rows: &[Assigned], active: Option<&Assigned>) -> (String, String, String) {
    let open = |row: &&Assigned| {
        row.standing.state != DutyState::Confirmed && !row.standing.ended && row.standing.due_on.is_some()
    };
    let row = active.filter(open).or_else(|| rows.iter().filter(open).min_by_key(|row| row.standing.due_on));
    let Some((row, due)) = row.and_then(|row| Some((row, row.standing.due_on?))) else {
        return Default::default();
    };
    let (calendar, today) = (ctx.calendar(), ctx.today());
    let issued = time::from_db(&row.issued_at).map_or(today, time::date_in_china);
    let since = row.standing.current_period().map_or(issued, |one| one.period.start.max(issued)).min(due);
    let number = |days: i64| u32::try_from(days.max(0)).unwrap_or(0);
    let total = calendar.working_days_left(since, due).max(1);
    let used = calendar.working_days_left(since, today.max(since));
    let left = calendar.working_days_left(today, due);
    let words = match left {
        ..0 => format!("已超 {} 个工作日", -left),
        0 if due < today => "已到期".to_owned(),
        0 => "今天到期".to_owned(),
        _ => format!("还剩 {left} 个工作日"),
    };
    let label = format!("从 {since} 到 {due}，共 {total} 个工作日，{words}");
    let svg = svg::clock(svg::Clock { total: number(total), used: number(used), paused: Vec::new(), label });
    (svg, format!("{due} 到期"), words)
}

/// What the person may do with the further fields: read those that are never published, and fill them in. Both belong to
/// the office and to organs that answer for the duty, not to those that support.
fn answers(rows: &[Assigned], owners: &[Owner], active: &str, actor: &Actor) -> (bool, bool) {
    let office = may(actor, Action::ConfirmDuties).is_ok();
    let own = |row: &Assigned, owner: &Owner| row.role.answers() && owner.open;
    let reads = office || rows.iter().zip(owners).any(|(row, owner)| own(row, owner));
    let fills = !active.is_empty() && (office || rows.iter().any(|row| row.id == active && row.role.answers()));
    (reads, fills)
}

fn extras(kind: PlanKind, duty: &Context, typed: &Typed, manages: bool, (reads, reports): (bool, bool)) -> Vec<Extra> {
    let values = Values::read(&duty.extra);
    let extra = |field: &ExtraField| Extra {
        value: match typed.extra.iter().find(|(key, _)| key == field.key) {
            Some((_, value)) => value.clone(),
            // The office accepts what waits by a button, not by saving the form.
            None if manages => values.accepted(field.key).to_owned(),
            None => values.pending(field.key).unwrap_or(values.accepted(field.key)).to_owned(),
        },
        accepted: values.accepted(field.key).to_owned(),
        pending: values.pending(field.key).map(|value| if value.is_empty() { "（清空）" } else { value }.to_owned()),
        long: field.shape == FieldShape::Text,
        choices: match field.shape {
            FieldShape::Choice(choices) => choices.iter().map(|choice| (*choice, *choice)).collect(),
            _ => Vec::new(),
        },
        editable: reports && (field.key != "problem" || manages),
        field: *field,
    };
    kind.fields().iter().filter(|field| reads || is_published(field.key)).map(extra).collect()
}

/// The duty's history from the event log, newest first; events of organs whose share is closed to the person are left out.
async fn history(ctx: &Ctx, duty: &str, directory: &Directory, open: impl Fn(&str) -> bool) -> Result<Vec<Step>> {
    let events = store::log::of_subject(ctx.db(), "duty", duty).await?;
    let shared = [
        "duty.issued",
        "duty.due_changed",
        "duty.visibility_changed",
        "duty.amended",
        "duty.ended",
        "duty.assigned",
        "duty.role_changed",
        "duty.released",
    ];
    let mut steps: Vec<Step> = events
        .iter()
        .filter(|event| shared.contains(&event.kind.as_str()) || open(&event.organ))
        .map(|event| step(event, directory))
        .collect();
    steps.reverse();
    Ok(steps)
}

fn step(event: &Event, directory: &Directory) -> Step {
    let data: serde_json::Value = serde_json::from_str(&event.data).unwrap_or_default();
    let text = |key: &str| data[key].as_str().unwrap_or_default().to_owned();
    let organ = kernel::OrganCode(event.organ.clone());
    let organ = if event.organ.is_empty() { String::new() } else { directory.short_name(&organ).to_owned() };
    let part = |key: &str| OwnerRole::from_code(&text(key)).map(|role| role.label().to_owned()).unwrap_or_default();
    let date = |text: String| if text.is_empty() { "无期限".to_owned() } else { text };
    let (what, detail) = match event.kind.as_str() {
        "duty.issued" => (format!("下达给 {} 个机关", data["organs"].as_array().map_or(0, Vec::len)), String::new()),
        "duty.note_added" => (format!("{organ}报送进展"), text("text")),
        "duty.evidence_added" => (format!("{organ}报送佐证《{}》", text("title")), String::new()),
        "duty.evidence_taken_back" => (format!("{organ}收回佐证《{}》", text("title")), String::new()),
        "duty.evidence_confirmed" => (format!("确认{organ}的佐证《{}》", text("title")), String::new()),
        "duty.evidence_returned" => (format!("退回{organ}的佐证《{}》", text("title")), text("reason")),
        "duty.decision_undone" => (format!("撤销对{organ}佐证《{}》的处理", text("title")), String::new()),
        "duty.evidence_lapsed" => (format!("{organ}的佐证《{}》已撤回公开，不再有效", text("title")), String::new()),
        "duty.evidence_looked" => match text("outcome").as_str() {
            "opened" => (format!("{organ}报送的网址可以打开"), String::new()),
            _ => (format!("{organ}报送的网址没有打开"), text("detail")),
        },
        "duty.reminded" => (format!("提醒{organ}"), format!("期限 {}", text("due_on"))),
        "duty.due_changed" => ("调整期限".to_owned(), format!("{} → {}", date(text("from")), date(text("to")))),
        "duty.visibility_changed" => {
            let to = if text("to") == "public" { "改为公开" } else { "改为内部" };
            (to.to_owned(), String::new())
        }
        "duty.reported" | "duty.extra_accepted" | "duty.extra_declined" => {
            let fields = data["fields"]
                .as_object()
                .map(|fields| fields.values().filter_map(|value| value.as_str()).collect::<Vec<_>>().join("；"));
            let what = match event.kind.as_str() {
                "duty.extra_accepted" => "采纳办理情况".to_owned(),
                "duty.extra_declined" => "没有采纳办理情况".to_owned(),
                _ => format!("{organ}填报办理情况"),
            };
            (what, fields.unwrap_or_default())
        }
        "duty.assigned" => (format!("增加承办机关{organ}"), part("role")),
        "duty.role_changed" => (format!("{organ}改为{}", part("role")), String::new()),
        "duty.released" => (format!("{organ}不再承担"), text("reason")),
        "duty.amended" => {
            let due = text("due_on");
            let due = if due.is_empty() { String::new() } else { format!("期限 {due}；") };
            ("要点调整，任务有变动".to_owned(), format!("{due}现为：{}", web::filters::shortened(&text("text"), 80)))
        }
        "duty.ended" => ("要点调整，任务终止".to_owned(), text("reason")),
        other => (other.to_owned(), String::new()),
    };
    Step { at: time::show_minute(&event.at), who: event.actor_name.clone(), what, detail }
}
