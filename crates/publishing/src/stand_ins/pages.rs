//! Pages and actions: the own absence, and that of others.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Response};
use jiff::civil::Date;
use kernel::{OrganCode, Staff, id::AccountId, time};
use review::{
    desk::passing_roles,
    stand_in::{self, InHand, StandIn, StandInId, Wanted},
};
use serde::Deserialize;
use store::{Tx, jobs::NewJob};
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Refusal, Result, act_in_place,
    hooks::Recipients,
    mail::{Mail, SEND},
    office_page, page,
};

/// Arrangements that are shown, the newest first.
const SHOWN: i64 = 50;

/// What is sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    /// Who is away; nothing on the own page.
    away: AccountId,
    deputy: AccountId,
    first_on: String,
    last_on: String,
    note: String,
    /// The arrangement that is ended.
    id: StandInId,
    once: String,
}

/// One arrangement on the page.
struct Line {
    row: StandIn,
    organ: String,
    roles: String,
    state: &'static str,
    /// Whether the reader may end it.
    may_end: bool,
}

impl Line {
    fn chip(&self) -> &'static str {
        if self.state == "代办中" { "ok" } else { "off" }
    }
}

#[derive(Template)]
#[template(path = "stand_ins/templates/page.html")]
struct StandIns {
    shell: OfficeShell,
    errors: FormErrors,
    /// Whether it is about others.
    of_others: bool,
    typed: Typed,
    /// Who may be away, on the page of others.
    people: Vec<(String, String)>,
    /// Who may stand in.
    deputies: Vec<(String, String)>,
    /// Whether the reader passes any stage, or has other work in hand.
    reviews: bool,
    lines: Vec<Line>,
    /// Whether older ones are left out.
    cut: bool,
    once: String,
}

/// Somebody who passes stages or has other work in hand, with the roles that do.
struct Passer {
    staff: Staff,
    email: String,
}

/// Everybody who passes stages or has other work in hand.
async fn passers(ctx: &Ctx) -> Result<Vec<Passer>> {
    let recipients = ctx.one::<Arc<dyn Recipients>>();
    let office = ctx.directory().stands_for(&ctx.office_organ(), ctx.today());
    let mut found: Vec<Passer> = Vec::new();
    let mut roles = passing_roles(ctx).await?;
    for role in ctx.declared::<InHand>().flat_map(|work| work.0.iter().copied()) {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    for role in roles {
        for person in recipients.people(ctx, &[role]).await? {
            match found.iter_mut().find(|known| known.staff.account == person.account) {
                Some(known) => known.staff.roles.push(role),
                None => {
                    let central = person.organ == office;
                    let (account, name, organ) = (person.account, person.name, person.organ);
                    let staff = Staff { account, name, organ, roles: vec![role], central };
                    found.push(Passer { staff, email: person.email });
                }
            }
        }
    }
    Ok(found)
}

fn find(passers: &[Passer], account: &AccountId) -> Option<Staff> {
    passers.iter().find(|one| one.staff.account == *account).map(|one| one.staff.clone())
}

/// Those of these who share a role with `away`, of the same organ, for a select.
fn deputies(passers: &[Passer], away: &Staff) -> Vec<(String, String)> {
    let fits = |one: &&Passer| {
        let staff = &one.staff;
        let shares = staff.roles.iter().any(|role| away.has(*role));
        staff.account != away.account && staff.organ == away.organ && shares
    };
    passers.iter().filter(fits).map(|one| option(one, None)).collect()
}

/// Somebody in a select, with the roles and, if wanted, the organ.
fn option(one: &Passer, beside: Option<&str>) -> (String, String) {
    let roles = one.staff.roles.iter().map(|role| role.label()).collect::<Vec<_>>().join("、");
    let organ = beside.map(|organ| format!("{organ} · ")).unwrap_or_default();
    (one.staff.account.to_string(), format!("{}（{organ}{roles}）", one.staff.name))
}

fn state(row: &StandIn, today: Date) -> &'static str {
    if !row.ended_at.is_empty() {
        "已取消"
    } else if row.holds(today) {
        "代办中"
    } else if row.is_live(today) {
        "未开始"
    } else {
        "已到期"
    }
}

async fn show(ctx: &Ctx, desk: &Desk, of_others: bool, typed: Typed, errors: FormErrors) -> Result<Response> {
    let (today, directory, me) = (ctx.today(), ctx.directory(), &desk.staff);
    let passers = passers(ctx).await?;
    let whose = (!of_others).then_some(&me.account);
    let rows = stand_in::newest(ctx.db().read(), whose, SHOWN).await?;
    let line = |row: StandIn| Line {
        organ: directory.short_name(&row.organ).to_owned(),
        roles: row.roles().iter().map(|role| role.label()).collect::<Vec<_>>().join("、"),
        state: state(&row, today),
        may_end: row.is_live(today) && (of_others || row.away == me.account),
        row,
    };
    let organ = |code: &OrganCode| directory.short_name(code).to_owned();
    let own = find(&passers, &me.account);
    let (people, near) = if of_others {
        let all = || passers.iter().map(|one| option(one, Some(organ(&one.staff.organ).as_str()))).collect::<Vec<_>>();
        (all(), all())
    } else {
        (Vec::new(), own.as_ref().map(|own| deputies(&passers, own)).unwrap_or_default())
    };
    let bad = !errors.is_empty();
    let title = if of_others { "代办安排" } else { "我的代办" };
    let page = StandIns {
        shell: desk.shell(ctx, title).await?.with_error(bad),
        errors,
        of_others,
        typed,
        people,
        deputies: near,
        reviews: own.is_some(),
        cut: i64::try_from(rows.len()).is_ok_and(|many| many >= SHOWN),
        lines: rows.into_iter().map(line).collect(),
        once: ctx.once(),
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

fn blank(ctx: &Ctx) -> Typed {
    Typed { first_on: ctx.today().to_string(), ..Typed::default() }
}

/// GET /stand-ins
pub(super) async fn own(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let typed = blank(&ctx);
    show(&ctx, &desk, false, typed, FormErrors::new()).await
}

/// GET /stand-ins/all
pub(super) async fn all(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let typed = blank(&ctx);
    show(&ctx, &desk, true, typed, FormErrors::new()).await
}

/// A day as typed; what is wrong with it is told at its field.
fn day(errors: &mut FormErrors, field: &str, typed: &str, empty: &str) -> Option<Date> {
    let day = time::parse_date(typed);
    if typed.trim().is_empty() {
        errors.add(field, empty);
    } else if day.is_none() {
        errors.add(field, time::no_date(typed, "2026-12-01"));
    }
    day
}

/// What is typed, read: whose absence it is (`away`; none = nobody who passes a stage), and by whom it is stood in for.
fn wanted(passers: &[Passer], typed: &Typed, away: Option<Staff>) -> std::result::Result<Wanted, FormErrors> {
    let mut errors = FormErrors::new();
    let deputy = find(passers, &typed.deputy);
    if away.is_none() {
        errors.add("away", "请选择不在岗的人员；没有审核角色和办件角色的人员没有需要代办的事项。");
    }
    if deputy.is_none() {
        errors.add("deputy", "请选择代办人：与不在岗的人员同一机关，并有同样的角色。");
    }
    let first = day(&mut errors, "first_on", &typed.first_on, "请填写代办的第一天，例如 2026-12-01。");
    let empty = "请填写代办到哪一天，例如 2026-12-05，当天也算在内。";
    let last = day(&mut errors, "last_on", &typed.last_on, empty);
    // A note that is too long is refused, not cut.
    let short = typed.note.chars().count() <= stand_in::NOTE;
    errors.require(short, "note", "请把说明缩短到 200 字以内，例如“出差”。");
    match (away, deputy, first, last) {
        (Some(away), Some(deputy), Some(first_on), Some(last_on)) if errors.is_empty() => {
            Ok(Wanted { away, deputy, first_on, last_on, note: typed.note.clone() })
        }
        _ => Err(errors),
    }
}

async fn set(ctx: &Ctx, desk: &Desk, typed: Typed, of_others: bool) -> Result<Response> {
    let passers = passers(ctx).await?;
    let whose = if of_others { &typed.away } else { &desk.staff.account };
    let away = find(&passers, whose);
    let to = if of_others { "/stand-ins/all" } else { "/stand-ins" };
    let done = async |tx: &mut Tx| {
        let wanted = wanted(&passers, &typed, away.clone()).map_err(Refusal::Fields)?;
        stand_in::set(tx, &desk.actor(), &wanted, ctx.today()).await?;
        tell_set(ctx, tx, desk, &passers, &wanted).await?;
        let text = format!(
            "已安排：{} 至 {}，由{}代{}办理。到期自动结束。",
            wanted.first_on, wanted.last_on, wanted.deputy.name, wanted.away.name
        );
        Ok(Done::ok(to, text))
    };
    let again = async |errors: FormErrors| show(ctx, desk, of_others, typed.clone(), errors).await;
    act_in_place(ctx, &typed.once, done, again).await
}

/// POST /stand-ins
pub(super) async fn set_own(State(ctx): State<Ctx>, desk: Desk, Form(typed): Form<Typed>) -> Result<Response> {
    set(&ctx, &desk, typed, false).await
}

/// POST /stand-ins/all
pub(super) async fn set_other(State(ctx): State<Ctx>, desk: Desk, Form(typed): Form<Typed>) -> Result<Response> {
    set(&ctx, &desk, typed, true).await
}

async fn end(ctx: &Ctx, desk: &Desk, typed: Typed, of_others: bool) -> Result<Response> {
    let row = stand_in::one(ctx.db().read(), &typed.id).await?;
    if !of_others && row.away != desk.staff.account {
        return Err(Error::NotFound);
    }
    let to = if of_others { "/stand-ins/all" } else { "/stand-ins" };
    let done = async |tx: &mut Tx| {
        let row = stand_in::end(tx, &desk.actor(), &typed.id, ctx.today()).await?;
        tell_end(ctx, tx, desk, &row).await?;
        Ok(Done::ok(to, format!("已取消{}代{}的代办。", row.deputy_name, row.away_name)))
    };
    let again = async |errors: FormErrors| show(ctx, desk, of_others, blank(ctx), errors).await;
    act_in_place(ctx, &typed.once, done, again).await
}

/// POST /stand-ins/end
pub(super) async fn end_own(State(ctx): State<Ctx>, desk: Desk, Form(typed): Form<Typed>) -> Result<Response> {
    end(&ctx, &desk, typed, false).await
}

/// POST /stand-ins/all/end
pub(super) async fn end_other(State(ctx): State<Ctx>, desk: Desk, Form(typed): Form<Typed>) -> Result<Response> {
    end(&ctx, &desk, typed, true).await
}

fn address(ctx: &Ctx) -> String {
    format!("{}/reviews", ctx.office_url())
}

/// To both, but for who arranged it.
async fn tell_set(ctx: &Ctx, tx: &mut Tx, desk: &Desk, passers: &[Passer], wanted: &Wanted) -> Result<(), Refusal> {
    let both = [&wanted.away.account, &wanted.deputy.account];
    let to = passers.iter().filter(|one| both.contains(&&one.staff.account) && one.staff.account != desk.staff.account);
    let mut to: Vec<String> = to.map(|one| one.email.clone()).filter(|email| !email.is_empty()).collect();
    to.dedup();
    let roles = wanted.shared().iter().map(|role| role.label()).collect::<Vec<_>>().join("、");
    let text = format!(
        "{} 至 {}（含首尾两天），{}代{}办理审核（{roles}）。由{}安排。\n\n\
         指定{}办理的稿件、对方已经领取的稿件和办件由{}办理，审核记录写明代谁办理；到期自动结束。\n\n打开审核：{}\n",
        wanted.first_on,
        wanted.last_on,
        wanted.deputy.name,
        wanted.away.name,
        desk.staff.name,
        wanted.away.name,
        wanted.deputy.name,
        address(ctx),
    );
    let subject = format!("代办安排：{}代{}办理审核", wanted.deputy.name, wanted.away.name);
    send(tx, Mail { to, subject, text }).await
}

/// The same of an arrangement that ends before its last day.
async fn tell_end(ctx: &Ctx, tx: &mut Tx, desk: &Desk, row: &StandIn) -> Result<(), Refusal> {
    let both = [&row.away, &row.deputy];
    let others: Vec<AccountId> = both.into_iter().filter(|account| **account != desk.staff.account).cloned().collect();
    let to = ctx.one::<Arc<dyn Recipients>>().mail_of(ctx, &others).await?;
    let text = format!(
        "{}代{}办理审核的安排（{} 至 {}）已由{}取消，从现在起不再代办。\n\n打开审核：{}\n",
        row.deputy_name,
        row.away_name,
        row.first_on,
        row.last_on,
        desk.staff.name,
        address(ctx),
    );
    send(tx, Mail { to, subject: format!("代办取消：{}代{}", row.deputy_name, row.away_name), text }).await
}

async fn send(tx: &mut Tx, mail: Mail) -> Result<(), Refusal> {
    if !mail.to.is_empty() {
        tx.enqueue(NewJob::now(SEND, &mail)).await?;
    }
    Ok(())
}
