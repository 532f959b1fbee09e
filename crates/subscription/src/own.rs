//! The pages under the private link of a subscription: confirm, change, pause, leave; what was sent and what was changed. A `GET`
//! changes nothing, whoever opens the links of mails first (scanners do); leaving is one `POST` without any field (RFC 8058).

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kernel::{Actor, EventKind, NewEvent, id::DocumentId, time};
use portal_form::PortalForm;
use serde::Deserialize;
use serde_json::json;
use store::{Tx, query, query_as};
use web::{
    Ctx, Done, Error, FormErrors, PortalShell, Query, Reader, Result, act,
    act::act_now,
    error::ErrorView,
    private::{private_errors, private_page},
};

use crate::{
    CHANGED, CONFIRMED, LEFT, PAUSED, RESUMED,
    ask::{PATH, Plain},
    facts, feed,
    filter::Names,
    follow::{Act, next, wake},
    form::{self, Offer, Typed},
    keys::Keys,
    letters, round,
    rows::{self, Change, State as Standing, Subscription, SubscriptionId},
    settings::Subscriptions,
};

/// Lines of what was sent.
const SENT: i64 = 50;
/// Documents that show what the conditions mean.
const EXAMPLES: usize = 5;

/// The one answer to a link that opens nothing, whether it ever did or not.
fn nothing() -> Response {
    let view = ErrorView {
        status: StatusCode::NOT_FOUND,
        title: "这个链接打不开",
        message: "链接可能没有复制完整；没有按时确认的、已经退订的订阅，连同邮箱地址已经删除。需要的话可以重新订阅。"
            .into(),
        incident: None,
    };
    let mut response = (view.status, view.message.clone()).into_response();
    response.extensions_mut().insert(view);
    response
}

/// What the link opens now.
async fn opened(ctx: &Ctx, secret: &str) -> Result<Option<Subscription>> {
    let now = time::to_db(ctx.seams().now());
    let found = rows::behind(ctx, secret).await?;
    Ok(found.filter(|one| one.state != Standing::Pending || one.waits(&now)))
}

/// A line of a list.
struct Line {
    title: String,
    /// Empty = it is not there any more.
    href: String,
    at: String,
}

#[derive(Template)]
#[template(path = "templates/own.html")]
struct Page {
    shell: PortalShell,
    errors: FormErrors,
    typed: Typed,
    offer: Offer,
    done: &'static str,
    words: String,
    pace: String,
    address: String,
    state: &'static str,
    tone: &'static str,
    next: String,
    pending: bool,
    active: bool,
    until: String,
    trouble: String,
    path: String,
    leave: String,
    fits: Vec<Line>,
    sent: Vec<Line>,
    changes: Vec<Change>,
    days: u32,
}

/// What the address says was done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    done: String,
}

fn said(done: &str) -> &'static str {
    match done {
        "confirmed" => "已确认，以后公开了符合条件的就发给您。",
        "same" => "这些条件您已经订阅过，没有重复订阅，下面是原来的那一个。",
        "changed" => "已修改，并且发了邮件告诉您。",
        "unchanged" => "没有改动。",
        "paused" => "已暂停。",
        "resumed" => "已恢复。",
        _ => "",
    }
}

async fn page(
    ctx: &Ctx,
    reader: &Reader,
    one: &Subscription,
    (typed, errors, done): (Typed, FormErrors, &str),
) -> Result<Page> {
    let settings = ctx.settings::<Subscriptions>();
    let names = Names::now(ctx).await?;
    let pending = one.state == Standing::Pending;
    let heading = if pending { "确认订阅" } else { "我的订阅" };
    let mut shell = reader.shell(ctx, heading, "订阅", "openness").crumb("订阅", PATH).crumb(heading, "");
    shell.has_error = !errors.is_empty();
    let (fits, sent, changes) = if pending {
        (Vec::new(), Vec::new(), Vec::new())
    } else {
        let keys = Keys::known(ctx).await?.ok_or(Error::NotFound)?;
        (fits(ctx, one).await?, sent(ctx, &one.id).await?, rows::changes(ctx.db().read(), &keys, &one.id).await?)
    };
    Ok(Page {
        shell,
        offer: form::offer(ctx, &typed).await?,
        done: said(done),
        words: one.filter.words_by(&names),
        pace: letters::when(&settings, one.often),
        address: one.address.clone(),
        state: one.state.label(),
        tone: match one.state {
            Standing::Active => "ok",
            Standing::Stopped => "late",
            Standing::Pending | Standing::Paused => "off",
        },
        next: if one.due_at.is_empty() { String::new() } else { time::show_minute(&one.due_at) },
        pending,
        active: one.state == Standing::Active,
        until: time::show_minute(&one.expires_at),
        trouble: trouble(one),
        path: one.path(),
        leave: one.leave_path(),
        fits,
        sent,
        changes,
        days: settings.history_days,
        errors,
        typed,
    })
}

/// What keeps mails from arriving, in words; empty = nothing.
fn trouble(one: &Subscription) -> String {
    let since = time::show_minute(&one.failing_since);
    match one.state {
        Standing::Stopped => format!(
            "{}，已经停发。请检查邮箱，能收信以后点“恢复发送”；换了邮箱的，请用新地址重新订阅。",
            letters::failure(&one.failure)
        ),
        _ if one.failing_since.is_empty() => String::new(),
        _ if one.refusals > 0 => {
            format!("从 {since} 起，邮件被对方邮件服务器退回，还会再试。请检查邮箱地址是否还在使用。")
        }
        _ => format!("从 {since} 起，邮箱收不下邮件，可能已满。还会再试，没有发出的不会丢。"),
    }
}

async fn fits(ctx: &Ctx, one: &Subscription) -> Result<Vec<Line>> {
    let found = feed::newest(ctx, &one.filter, EXAMPLES).await?;
    let line =
        |one: facts::Public| Line { title: one.listed.title, href: one.listed.path, at: one.listed.published_on };
    Ok(found.into_iter().map(line).collect())
}

/// What was sent, under the titles that are there now: nothing keeps the words of what was withdrawn.
async fn sent(ctx: &Ctx, id: &SubscriptionId) -> Result<Vec<Line>> {
    let rows: Vec<(DocumentId, String, String)> = query_as(
        "SELECT n.document_id, n.act, m.done_at FROM subscription_notice n \
         JOIN subscription_mail m ON m.id = n.mail_id AND m.state = 'sent' WHERE n.subscription_id = $1 \
         ORDER BY m.done_at DESC, n.event_seq DESC LIMIT $2",
    )
    .bind(id)
    .bind(SENT)
    .fetch_all(ctx.db().read())
    .await?;
    let ids: Vec<DocumentId> = rows.iter().map(|(document, ..)| document.clone()).collect();
    let public = facts::of(ctx, &ids).await?;
    let public: HashMap<&DocumentId, &facts::Public> = public.iter().map(|one| (&one.listed.id, one)).collect();
    let line = |(document, act, at): &(DocumentId, String, String)| {
        let what = match Act::from_code(act) {
            Some(Act::Corrected) => "更正：",
            Some(Act::Validity) => "有效性变化：",
            Some(Act::Withdrawn) => "撤回：",
            _ => "",
        };
        let (title, href) = match public.get(document) {
            Some(one) => (one.listed.title.as_str(), one.listed.path.clone()),
            None => ("一份已经撤回的文件", String::new()),
        };
        Line { title: format!("{what}{title}"), href, at: time::show_minute(at) }
    };
    Ok(rows.iter().map(line).collect())
}

/// `GET /subscriptions/m/{secret}`
pub(crate) async fn show(
    State(ctx): State<Ctx>,
    reader: Reader,
    Path(secret): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let Some(one) = opened(&ctx, &secret).await? else { return Ok(nothing()) };
    let typed = Typed::of(&one.filter, one.often);
    private_page(&page(&ctx, &reader, &one, (typed, FormErrors::new(), asked.done.as_str())).await?)
}

/// One write on the subscription behind a link: `change` is given it as it stands, held until the write ends, and says where it
/// leads.
async fn write<F>(ctx: &Ctx, secret: &str, change: F) -> Result<Response>
where
    F: AsyncFnOnce(&mut Tx, Keys, Subscription) -> Result<Done>,
{
    let (Some(one), Some(keys)) = (opened(ctx, secret).await?, Keys::known(ctx).await?) else { return Ok(nothing()) };
    act(ctx, "", async |tx: &mut Tx| {
        tx.lock(&format!("subscription {}", one.mailbox)).await?;
        let held = rows::held(tx, &keys, &one.id).await?;
        change(tx, keys.clone(), held.ok_or(Error::NotFound)?).await
    })
    .await
}

fn done(one: &Subscription, what: &str) -> Done {
    Done::to(format!("{}?done={what}", one.path()))
}

/// Writes it, notes what was changed, tells the mailbox, and the log.
async fn keep(
    ctx: &Ctx,
    tx: &mut Tx,
    keys: &Keys,
    (one, kind, what, words): (&Subscription, &'static EventKind, &str, &str),
) -> Result<()> {
    rows::write(ctx, tx, keys, one).await?;
    let change = rows::note(ctx, tx, keys, (&one.id, what, words)).await?;
    round::lay(ctx, tx, (&one.id, "told"), &change).await?;
    let data = json!({ "often": one.often.code() });
    tx.append(NewEvent::new(kind, &one.id, &Actor::Visitor).data(data)).await?;
    Ok(())
}

/// `POST /subscriptions/m/{secret}/confirm`
pub(crate) async fn confirm(State(ctx): State<Ctx>, Path(secret): Path<String>) -> Result<Response> {
    let names = Names::now(&ctx).await?;
    write(&ctx, &secret, async |tx: &mut Tx, keys: Keys, mut one: Subscription| {
        if one.state != Standing::Pending {
            return Ok(done(&one, "confirmed"));
        }
        let settings = ctx.settings::<Subscriptions>();
        let others: Vec<Subscription> = rows::of_mailbox(tx, &keys, &one.mailbox).await?;
        let others: Vec<Subscription> = others.into_iter().filter(|other| other.state != Standing::Pending).collect();
        if let Some(same) = others.iter().find(|other| other.filter == one.filter && other.often == one.often) {
            rows::erase(tx, &one.id).await?;
            return Ok(done(same, "same"));
        }
        if u32::try_from(others.len()).unwrap_or(u32::MAX) >= settings.per_mailbox {
            let most = settings.per_mailbox;
            return Err(Error::Conflict(format!(
                "这个邮箱已经有 {most} 个订阅。请先打开以前邮件里的链接，退订不用的，再来确认。"
            )));
        }
        one.state = Standing::Active;
        one.confirmed_at = tx.now();
        one.expires_at = String::new();
        let words = format!("确认订阅：{}；{}", one.filter.words_by(&names), letters::when(&settings, one.often));
        keep(&ctx, tx, &keys, (&one, &CONFIRMED, "confirmed", words.as_str())).await?;
        Ok::<Done, Error>(done(&one, "confirmed"))
    })
    .await
}

/// `POST /subscriptions/m/{secret}/change`
pub(crate) async fn change(
    State(ctx): State<Ctx>,
    reader: Reader,
    Path(secret): Path<String>,
    posted: PortalForm<Typed>,
) -> Result<Response> {
    let Some(shown) = opened(&ctx, &secret).await? else { return Ok(nothing()) };
    let names = Names::now(&ctx).await?;
    let typed = posted.value.begun();
    let mut errors = FormErrors::new();
    let filter = typed.filter(&names, &mut errors);
    form::look_for_topics(&ctx, &filter, &mut errors).await?;
    let often = typed.often(&mut errors);
    if !errors.is_empty() {
        return private_errors(&page(&ctx, &reader, &shown, (typed, errors, "")).await?);
    }
    write(&ctx, &secret, async |tx: &mut Tx, keys: Keys, mut one: Subscription| {
        if one.state == Standing::Pending {
            return Err(Error::NotFound);
        }
        if one.filter == filter && one.often == often {
            return Ok(done(&one, "unchanged"));
        }
        let settings = ctx.settings::<Subscriptions>();
        let words =
            |one: &Subscription| format!("{}；{}", one.filter.words_by(&names), letters::when(&settings, one.often));
        let before = words(&one);
        one.filter = filter;
        if one.often != often && !one.due_at.is_empty() {
            // What is noted already is told at the time that was chosen now.
            let at = next(&settings, often, ctx.seams().now());
            one.due_at = time::to_db(at);
            wake(tx, at).await?;
        }
        one.often = often;
        let told = format!("修改订阅。原来：{before}。现在：{}。", words(&one));
        keep(&ctx, tx, &keys, (&one, &CHANGED, "changed", told.as_str())).await?;
        Ok::<Done, Error>(done(&one, "changed"))
    })
    .await
}

/// `POST /subscriptions/m/{secret}/pause`
pub(crate) async fn pause(State(ctx): State<Ctx>, Path(secret): Path<String>) -> Result<Response> {
    write(&ctx, &secret, async |tx: &mut Tx, keys: Keys, mut one: Subscription| {
        if one.state != Standing::Active {
            return Ok(done(&one, "unchanged"));
        }
        one.state = Standing::Paused;
        one.due_at = String::new();
        query("DELETE FROM subscription_notice WHERE subscription_id = $1 AND mail_id = ''")
            .bind(&one.id)
            .execute(tx.conn())
            .await?;
        keep(&ctx, tx, &keys, (&one, &PAUSED, "paused", "暂停发送；暂停期间公开的不补发")).await?;
        Ok::<Done, Error>(done(&one, "paused"))
    })
    .await
}

/// `POST /subscriptions/m/{secret}/resume`
pub(crate) async fn resume(State(ctx): State<Ctx>, Path(secret): Path<String>) -> Result<Response> {
    write(&ctx, &secret, async |tx: &mut Tx, keys: Keys, mut one: Subscription| {
        if !matches!(one.state, Standing::Paused | Standing::Stopped) {
            return Ok(done(&one, "unchanged"));
        }
        one.state = Standing::Active;
        one.failure = String::new();
        (one.refusals, one.deferrals, one.failing_since) = (0, 0, String::new());
        keep(&ctx, tx, &keys, (&one, &RESUMED, "resumed", "恢复发送；从现在起公开的会发给您")).await?;
        Ok::<Done, Error>(done(&one, "resumed"))
    })
    .await
}

/// `GET /subscriptions/leave/{secret}`: a page with a button.
pub(crate) async fn leaving(State(ctx): State<Ctx>, reader: Reader, Path(secret): Path<String>) -> Result<Response> {
    let Some(one) = rows::left_by(&ctx, &secret).await? else { return Ok(nothing()) };
    // The mail may have been sent on: what was subscribed to stands on the page for managing alone.
    let lines = vec![
        "点“退订”后不再发邮件，邮箱地址、条件和发送记录一起删除。只想停一段时间的，可以在邮件里“查看、修改、暂停订阅”的链接里暂停。".to_owned(),
    ];
    let mut page = Plain::new(&ctx, &reader, "退订", lines);
    page.leave = one.leave_path();
    private_page(&page)
}

/// `POST /subscriptions/leave/{secret}`: by the button, or by a mail program for its reader. Answered without a redirect, which
/// such programs do not follow, and in the same way when it was left before.
pub(crate) async fn leave(State(ctx): State<Ctx>, reader: Reader, Path(secret): Path<String>) -> Result<Response> {
    if let Some(one) = rows::left_by(&ctx, &secret).await? {
        act_now(&ctx, async |tx: &mut Tx| {
            tx.lock_row("subscription", one.id.as_str()).await?;
            rows::erase(tx, &one.id).await?;
            if one.state != Standing::Pending {
                tx.append(NewEvent::new(&LEFT, &one.id, &Actor::Visitor)).await?;
            }
            Ok::<_, Error>(())
        })
        .await?;
        // What was deleted stands in the database's log of writes until that is written over.
        if let Err(error) = ctx.db().forget_remains().await {
            tracing::warn!(%error, "what a subscriber has left is taken out of the log of writes later");
        }
    }
    let lines = vec!["不会再给您发邮件。邮箱地址、订阅条件和发送记录已经删除。".to_owned()];
    private_page(&Plain::new(&ctx, &reader, "已退订", lines))
}
