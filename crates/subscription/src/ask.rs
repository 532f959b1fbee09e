//! The public page on which somebody subscribes. Whatever address is typed, the answer is the same: nothing here says whether
//! anybody has subscribed.

use askama::Template;
use axum::{extract::State, response::Response};
use document::page as part;
use jiff::SignedDuration;
use kernel::time;
use portal_form::{Limit, PortalForm, limit};
use store::{Tx, query_scalar};
use web::{
    Ctx, Done, Error, FormErrors, PortalShell, Query, Reader, Result, act, page::portal_page, private::private_errors,
};

use crate::{
    filter::{Filter, Names, Often},
    form::{self, Offer, Pairs, Typed},
    keys::Keys,
    round,
    rows::{self, ChangeId, New},
    settings::Subscriptions,
};

/// The address of the page.
pub(crate) const PATH: &str = "/subscriptions";
/// Letters that ask one mailbox for its word in a day: it may be somebody else's who wants none of them.
const LETTERS: i64 = 5;
/// Somebody who asks for the same again within these minutes has clicked twice.
const TWICE: SignedDuration = SignedDuration::from_mins(10);

#[derive(Template)]
#[template(path = "templates/subscribe.html")]
struct Page {
    shell: PortalShell,
    errors: FormErrors,
    typed: Typed,
    offer: Offer,
    by_mail: bool,
    /// The page begins with conditions.
    narrowed: bool,
    /// The feed of the same conditions.
    feed: String,
}

async fn page(ctx: &Ctx, reader: &Reader, names: &Names, typed: Typed, errors: FormErrors) -> Result<Page> {
    let about = "订阅政务公开信息：按机关、主题、栏目、词语，一有就发，或者每天、每周汇总。";
    let filter = typed.filter(names, &mut FormErrors::new());
    let query = filter.query();
    let mut shell = part::shell(ctx, reader, "订阅", "openness", about);
    shell.has_error = !errors.is_empty();
    Ok(Page {
        shell,
        offer: form::offer(ctx, &typed).await?,
        by_mail: ctx.settings::<Subscriptions>().by_mail,
        narrowed: !query.is_empty(),
        feed: format!("{PATH}/feed.atom{}", if query.is_empty() { query } else { format!("?{query}") }),
        errors,
        typed,
    })
}

/// `GET /subscriptions`, with the conditions of a list in its query.
pub(crate) async fn form(State(ctx): State<Ctx>, reader: Reader, Query(pairs): Query<Pairs>) -> Result<Response> {
    let names = Names::now(&ctx).await?;
    let typed = Typed::of_query(pairs).known(&names).begun();
    portal_page(&page(&ctx, &reader, &names, typed, FormErrors::new()).await?)
}

/// `POST /subscriptions`
pub(crate) async fn ask(State(ctx): State<Ctx>, reader: Reader, posted: PortalForm<Typed>) -> Result<Response> {
    let (typed, client) = (posted.value.begun(), posted.client);
    let settings = ctx.settings::<Subscriptions>();
    if !settings.by_mail {
        return Err(Error::Conflict("现在不接受新的邮件订阅。可以用阅读器订阅（Atom）。".into()));
    }
    let names = Names::now(&ctx).await?;
    let mut errors = FormErrors::new();
    let filter = typed.filter(&names, &mut errors);
    form::look_for_topics(&ctx, &filter, &mut errors).await?;
    let often = typed.often(&mut errors);
    let address = typed.address(&mut errors);
    if !errors.is_empty() {
        return private_errors(&page(&ctx, &reader, &names, typed, errors).await?);
    }
    let limit = Limit::hourly("subscribe", "订阅", settings.per_hour);
    limit::look(&ctx, limit, &client).await?;
    act(&ctx, "", async |tx: &mut Tx| {
        limit::take_in(&ctx, tx, limit, &client).await?;
        register(&ctx, tx, address, filter, often).await?;
        Ok::<_, Error>(Done::to(format!("{PATH}/sent")))
    })
    .await
}

/// Asks the mailbox for its word. Who asks is told the same whether this does anything or not.
///
/// # Errors
/// When the database fails.
async fn register(ctx: &Ctx, tx: &mut Tx, address: String, filter: Filter, often: Often) -> Result<()> {
    let keys = Keys::made(ctx, tx).await?;
    let mailbox = keys.mailbox(&address);
    tx.lock(&format!("subscription {mailbox}")).await?;
    let now = ctx.seams().now();
    let ago = |span: SignedDuration| time::to_db(now.checked_sub(span).unwrap_or(now));
    let letters: i64 = query_scalar(
        "SELECT COUNT(*) FROM subscription_mail m JOIN subscription s ON s.id = m.subscription_id \
         WHERE s.mailbox = $1 AND m.kind = 'confirm' AND m.made_at > $2",
    )
    .bind(&mailbox)
    .bind(ago(SignedDuration::from_hours(24)))
    .fetch_one(tx.conn())
    .await?;
    if letters >= LETTERS {
        return Ok(());
    }
    let stored = time::to_db(now);
    let waiting = rows::of_mailbox(tx, &keys, &mailbox).await?;
    let same = waiting.into_iter().find(|one| one.waits(&stored) && one.filter == filter && one.often == often);
    let one = match same {
        Some(one) => {
            let last: String = query_scalar(
                "SELECT COALESCE(MAX(made_at), '') FROM subscription_mail WHERE subscription_id = $1 AND kind = 'confirm'",
            )
            .bind(&one.id)
            .fetch_one(tx.conn())
            .await?;
            if last > ago(TWICE) {
                return Ok(());
            }
            one
        }
        None => {
            let hours = i64::from(ctx.settings::<Subscriptions>().confirm_hours);
            let until = now.checked_add(SignedDuration::from_hours(hours)).unwrap_or(now);
            rows::put(ctx, tx, &keys, New { address, filter, often, expires_at: time::to_db(until) }).await?
        }
    };
    Ok(round::lay(ctx, tx, (&one.id, "confirm"), &ChangeId::default()).await?)
}

/// A page of a few sentences.
#[derive(Template)]
#[template(path = "templates/plain.html")]
pub(crate) struct Plain {
    pub(crate) shell: PortalShell,
    pub(crate) heading: &'static str,
    pub(crate) lines: Vec<String>,
    /// Where the button leads that leaves; empty = there is none.
    pub(crate) leave: String,
}

impl Plain {
    pub(crate) fn new(ctx: &Ctx, reader: &Reader, heading: &'static str, lines: Vec<String>) -> Self {
        let shell = reader.shell(ctx, heading, "订阅", "openness").crumb("订阅", PATH).crumb(heading, "");
        Self { shell, heading, lines, leave: String::new() }
    }
}

/// `GET /subscriptions/sent`
pub(crate) async fn sent(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let settings = ctx.settings::<Subscriptions>();
    let lines = vec![
        format!(
            "如果您填写的邮箱能收信，几分钟内会收到一封确认邮件。请在 {} 小时内打开邮件里的链接，点“确认订阅”，以后才会收到您订阅的信息。",
            settings.confirm_hours
        ),
        "没有收到？请先看垃圾邮件文件夹，再核对邮箱地址，10 分钟后重新提交一次。".to_owned(),
    ];
    portal_page(&Plain::new(&ctx, &reader, "请到邮箱里确认", lines))
}
