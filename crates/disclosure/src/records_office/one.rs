//! One record in the office: what readers see, its versions with what changed, its withdrawal; its correction.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, State as With},
    response::Response,
};
use item::Item;
use kernel::{
    id::AccountId,
    time::{show_date, show_minute},
};
use record::{
    RecordId, State,
    batch::NewRow,
    correct as corrections, form, look,
    permissions::{ENTER_RECORDS, READ_BATCHES, UNMASK_RECORDS, WITHDRAW_RECORDS},
    rows::{self, Stored},
    withdraw::{self, Withdrawn},
};
use store::Tx;
use web::{Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Refusal, Result, act_in_place, office_page, page};

use super::{
    common::{self, Shown},
    entry::{self, Change, FormPage, Sent, Wanted, kept_back, looked, placed},
    list::Pairs,
};

/// A version in the history.
struct Version {
    number: i64,
    state: &'static str,
    tone: &'static str,
    on: String,
    ended: String,
    batch: String,
    /// Why it was corrected.
    note: String,
    changes: Vec<Change>,
}

/// What was taken away, and why.
struct Away {
    reason: &'static str,
    words: String,
    decided_on: String,
    due_on: String,
    at: String,
    by: String,
    restored_at: String,
    /// Who asked for it to come back, when and why; empty = nobody.
    wanted_back: String,
    /// Whether this person asked.
    is_own_wish: bool,
    late: bool,
}

#[derive(Template)]
#[template(path = "records_office/templates/one.html")]
struct OnePage {
    shell: OfficeShell,
    errors: FormErrors,
    item: String,
    item_title: String,
    id: String,
    name: String,
    organ: String,
    state: &'static str,
    tone: &'static str,
    is_public: bool,
    is_away: bool,
    until: String,
    shown: Vec<Shown>,
    origins: Vec<(String, String)>,
    versions: Vec<Version>,
    away: Option<Away>,
    /// It has to be taken away: why, and until which day.
    must_go: Option<(&'static str, String)>,
    /// Empty = it is not on the site.
    portal_url: String,
    may_correct: bool,
    may_withdraw: bool,
    may_unmask: bool,
    once: String,
    reason: String,
    /// Why it stays away, as it was typed.
    refusal: String,
}

/// A record with its item: the version that stands, and all of them, the newest first.
pub(super) async fn found(ctx: &Ctx, key: &str, id: &RecordId) -> Result<(std::sync::Arc<Item>, Stored, Vec<Stored>)> {
    let item = common::table(ctx, key).await?;
    let versions = rows::versions(ctx.db().read(), id).await?;
    // A correction that is under way stands in its batch; here stands what is or was public.
    let was = versions.iter().find(|version| !matches!(version.state, State::Draft | State::Doubtful));
    let newest = was.or(versions.first()).filter(|version| version.item == item.key.as_str()).cloned();
    Ok((item, newest.ok_or(Error::NotFound)?, versions))
}

fn away(line: Withdrawn, account: &AccountId) -> Away {
    // Terms are days in China.
    let on = show_date(&line.at);
    let wanted_back = if line.back_at.is_empty() {
        String::new()
    } else {
        format!("{} {} 提请恢复公开：{}", show_minute(&line.back_at), line.back_name, line.back_reason)
    };
    Away {
        is_own_wish: !line.back_account.is_empty() && line.back_account == account.as_str(),
        wanted_back,
        reason: line.reason.label(),
        words: line.words,
        decided_on: line.decided_on,
        late: !line.due_on.is_empty() && on > line.due_on,
        due_on: line.due_on,
        at: show_minute(&line.at),
        by: line.by_name,
        restored_at: if line.restored_at.is_empty() { String::new() } else { show_minute(&line.restored_at) },
    }
}

/// The history, the newest first, each with what it changed. Who may not read the batches sees no more than readers: neither what
/// is not public, nor why something was sealed.
async fn history(ctx: &Ctx, item: &Item, versions: &[Stored], may_read: bool) -> Result<Vec<Version>> {
    let mut all = Vec::with_capacity(versions.len());
    let is_open = |version: &Stored| matches!(version.state, State::Public | State::Superseded);
    for (at, version) in versions.iter().enumerate().filter(|(_, version)| may_read || is_open(version)) {
        // What is sealed says nothing of what was changed.
        let earlier = versions.get(at + 1);
        let before = earlier.filter(|before| before.state != State::Closed);
        let says_why = may_read || earlier.is_none_or(is_open);
        all.push(Version {
            number: version.version,
            state: version.state.label(),
            tone: common::tone(version.state),
            on: version.public_on.clone(),
            ended: if version.ended_at.is_empty() { String::new() } else { show_minute(&version.ended_at) },
            batch: if may_read { version.batch.to_string() } else { String::new() },
            note: if says_why { rows::note(ctx.db().read(), &version.batch).await? } else { String::new() },
            changes: before.map(|before| entry::changes(item, &before.data, &version.data)).unwrap_or_default(),
        });
    }
    Ok(all)
}

/// Where the fields of a version are from, in words.
pub(super) fn origins(item: &Item, row: &Stored) -> Result<Vec<(String, String)>> {
    let label = |key: &str| match item.column(key) {
        Some(column) => column.label.clone(),
        None => "其余各项".to_owned(),
    };
    let words = |origin: &rows::Origin| {
        let why = if origin.why.is_empty() { String::new() } else { format!("，{}", origin.why) };
        format!("{}，把握 {}%{why}", origin.source, origin.confidence)
    };
    Ok(row.origins()?.iter().map(|(key, origin)| (label(key), words(origin))).collect())
}

/// The page of a record.
pub(super) async fn shown(
    ctx: &Ctx,
    desk: &Desk,
    (key, id): (&str, &RecordId),
    (errors, (reason, refusal)): (FormErrors, (&str, &str)),
) -> Result<Response> {
    let (item, row, versions) = found(ctx, key, id).await?;
    let line = withdraw::of_record(ctx.db().read(), id).await?;
    let (bad, actor) = (!errors.is_empty(), desk.actor());
    let may = |permission| common::may_of(ctx, &actor, permission, &row.organ);
    let is_public = row.state == State::Public;
    if !is_public {
        // What readers do not see is as little for everybody in the office as the batch that it came with.
        kernel::may_for(&actor, &READ_BATCHES, &ctx.directory().stands_for(&row.organ, ctx.today()))?;
    }
    let name = row.name(&item);
    let page = OnePage {
        shell: desk.shell(ctx, format!("{}：{name}", item.title)).await?.with_error(bad),
        errors,
        item: item.key.to_string(),
        item_title: item.title.clone(),
        id: id.to_string(),
        name,
        organ: ctx.directory().short_name(&row.organ).to_owned(),
        state: row.state.label(),
        tone: common::tone(row.state),
        is_public,
        is_away: row.state == State::Withdrawn,
        until: row.keep_until.clone(),
        shown: common::public(&item, &row.data),
        origins: origins(&item, &row)?,
        versions: history(ctx, &item, &versions, may(&READ_BATCHES)).await?,
        away: line.map(|line| away(line, &desk.staff.account)),
        must_go: if is_public { crate::enforcement::must_go(ctx, id).await? } else { None },
        portal_url: if item.is_on_web() {
            format!("{}/records/{}/{id}", ctx.portal_url(), item.key)
        } else {
            String::new()
        },
        may_correct: is_public && may(&ENTER_RECORDS),
        may_withdraw: may(&WITHDRAW_RECORDS),
        may_unmask: row.state != State::Expired && may(&UNMASK_RECORDS),
        once: ctx.once(),
        reason: reason.to_owned(),
        refusal: refusal.to_owned(),
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// `GET /records/{item}/{record}`
pub(super) async fn page(
    With(ctx): With<Ctx>,
    desk: Desk,
    Path((key, id)): Path<(String, RecordId)>,
) -> Result<Response> {
    shown(&ctx, &desk, (&key, &id), (FormErrors::new(), ("", ""))).await
}

/// The record as readers see it now, if this person may correct it.
async fn open(ctx: &Ctx, desk: &Desk, key: &str, id: &RecordId) -> Result<(std::sync::Arc<Item>, Stored)> {
    let (item, row, _) = found(ctx, key, id).await?;
    kernel::may_for(&desk.actor(), &ENTER_RECORDS, &ctx.directory().stands_for(&row.organ, ctx.today()))?;
    if row.state != State::Public {
        let text = format!("这条记录现在是“{}”，不能更正。", row.state.label());
        return Err(Error::Conflict(text));
    }
    Ok((item, row))
}

async fn correction(ctx: &Ctx, desk: &Desk, (item, row): (&Item, &Stored), sent: &Sent) -> Result<FormPage> {
    let page = FormPage::of(ctx, desk, item, format!("更正：{}", row.name(item)), sent).await?;
    let page = page.keeping(item, &kept_back(ctx, item, row).await?, sent);
    let back = format!("/records/{}/{}", item.key, row.record);
    let mut crumbs = page.crumbs.clone();
    crumbs.push((row.name(item), back.clone()));
    Ok(FormPage {
        about: "更正经过审核后公开，原来的内容留在更正记录里，读者可以看到改了什么、为什么改。".to_owned(),
        action: format!("{back}/correct"),
        back,
        crumbs,
        version: if sent.of("version").is_empty() { row.version } else { sent.version() },
        note: Some(sent.of("note").to_owned()),
        hides: sent.of("hides") == "true",
        save: "保存更正",
        ..page
    })
}

/// `GET /records/{item}/{record}/correct`
pub(super) async fn correct_form(
    With(ctx): With<Ctx>,
    desk: Desk,
    Path((key, id)): Path<(String, RecordId)>,
) -> Result<Response> {
    let (item, row) = open(&ctx, &desk, &key, &id).await?;
    let (values, added) = rows::whole(&ctx, ctx.db().read(), &item, &row).await?;
    let sent = Sent { added, ..Sent::of_row(&item, &values, &kept_back(&ctx, &item, &row).await?) };
    correction(&ctx, &desk, (&item, &row), &sent).await?.answer()
}

/// `POST /records/{item}/{record}/correct`
pub(super) async fn correct(
    With(ctx): With<Ctx>,
    desk: Desk,
    Path((key, id)): Path<(String, RecordId)>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let sent = Sent::from(pairs);
    let (item, row) = open(&ctx, &desk, &key, &id).await?;
    let (_, more): (_, BTreeMap<String, String>) = rows::whole(&ctx, ctx.db().read(), &item, &row).await?;
    let more = sent.added_to(more);
    let typed = sent.with(&kept_back(&ctx, &item, &row).await?);
    if sent.of("act") == "look" {
        let wanted = Wanted { item: &item, organ: &row.organ, before: Some(&row.data), more };
        let came = looked(&ctx, wanted, &typed).await?;
        return correction(&ctx, &desk, (&item, &row), &sent).await?.seen(came).answer();
    }
    look::ready(&ctx, &item, &row.organ).await?;
    let done = async |tx: &mut Tx| {
        let read = form::read(&item, &typed)?;
        let new = NewRow { more: more.clone(), ..read.row };
        let seen = (&id, sent.version());
        let change = (new, sent.of("note"));
        let batch = if sent.of("hides") == "true" {
            corrections::redact(&ctx, tx, &desk.actor(), seen, change).await?
        } else {
            corrections::correct(&ctx, tx, &desk.actor(), seen, change).await?
        };
        Ok::<_, Refusal>(Done::ok(format!("/records/batches/{batch}"), "更正已保存为草稿。请核对后提交审核。"))
    };
    let again = async |errors: FormErrors| {
        let page = correction(&ctx, &desk, (&item, &row), &sent).await?;
        page.wrong(placed(&item, errors)).answer()
    };
    act_in_place(&ctx, sent.of("once"), done, again).await
}
