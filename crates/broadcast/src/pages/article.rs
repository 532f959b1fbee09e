//! One article: as it is, or will be, sent; how it stands; and what a person can do with it.

use askama::Template;
use axum::{
    extract::{Path, State as With},
    response::Response,
};
use kernel::{Actor, NewEvent, may_for, time};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Tx;
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Refusal, Result, act_in_place, office_page,
    page::office_errors,
};

use super::account_name;
use crate::{
    Broadcast, PUSH_ARTICLES, VIEW_ARTICLES,
    articles::{
        LOCK, QUEUED, SETTLED, about, remove,
        rows::{self, ArticleId, New, Row, State},
        send, wake,
    },
    wechat::{Article, article},
};

/// What a person can do: code, words of the button, and what is asked before.
const ACTS: [(&str, &str, &str); 6] = [
    ("push", "推送", "推送到公众号，所有人都能看到"),
    ("again", "重新推送", "重新推送到公众号"),
    ("renew", "推送更正后的内容", "删除公众号上的旧文章，推送更正后的内容；阅读数和评论不保留"),
    ("published", "已经发布", "已在公众平台核对，这一篇已经发布"),
    ("remove", "删除公众号文章", "删除公众号上的这一篇，删除后不能恢复"),
    ("decline", "不推送", "这一篇不推送"),
];

/// What a person has done, for the log.
pub(crate) fn settled_words(code: &str) -> Option<&'static str> {
    ACTS.iter().find(|(known, ..)| *known == code).map(|(_, label, _)| *label)
}

/// What can be done with an article that stands so.
fn offered(row: &Row) -> Vec<&'static str> {
    match row.state() {
        State::Asked => vec!["push", "decline"],
        State::Waiting => vec!["decline"],
        State::Refused => vec!["again", "published", "decline"],
        State::Unsure => vec!["published", "again", "decline"],
        State::Published if row.outdated => vec!["renew", "remove"],
        State::Published => vec!["remove"],
        State::Submitting | State::Publishing | State::Deleting | State::Deleted | State::Cancelled => Vec::new(),
    }
}

/// What is sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Button {
    act: String,
    version: i64,
    once: String,
}

/// A button with what is asked before.
struct Offer {
    code: &'static str,
    label: &'static str,
    ask: &'static str,
}

#[derive(Template)]
#[template(path = "pages/templates/one.html")]
struct OnePage {
    shell: OfficeShell,
    errors: FormErrors,
    row: Row,
    organ: String,
    account: String,
    queued: String,
    changed: String,
    /// When it is tried again; empty = it is not, or at once.
    next: String,
    preview: Option<Article>,
    offers: Vec<Offer>,
    once: String,
}

impl OnePage {
    /// Words of a button of an article about which nobody knows whether it is out.
    fn label(&self, offer: &Offer) -> &'static str {
        match (self.row.state(), offer.code) {
            (State::Unsure, "again") => "平台上没有这一篇，重新推送",
            (State::Unsure, "decline") => "平台上没有这一篇",
            (State::Waiting, "decline") => "取消推送",
            _ => offer.label,
        }
    }
}

async fn row_for(ctx: &Ctx, desk: &Desk, id: &ArticleId) -> Result<Row> {
    let row = rows::one(ctx.db().read(), id).await?.ok_or(Error::NotFound)?;
    let keeper = ctx.directory().stands_for(&row.organ, ctx.today());
    may_for(&desk.actor(), &VIEW_ARTICLES, &keeper)?;
    Ok(row)
}

/// The article as it would be sent now.
async fn preview(ctx: &Ctx, row: &Row) -> Result<Option<Article>> {
    let settings = ctx.settings::<Broadcast>();
    let Some(account) = settings.account(&row.account) else { return Ok(None) };
    let Some(document) = send::read(ctx, &row.document).await? else { return Ok(None) };
    Ok(Some(if row.is_call() {
        article::of_call(ctx, account, &document, (&row.title, &row.words))
    } else {
        article::of_document(ctx, account, &document, &|address| Some(address.to_owned()))
    }))
}

async fn shown(ctx: &Ctx, desk: &Desk, id: &ArticleId, errors: FormErrors) -> Result<Response> {
    let row = row_for(ctx, desk, id).await?;
    let keeper = ctx.directory().stands_for(&row.organ, ctx.today());
    let may_push = may_for(&desk.actor(), &PUSH_ARTICLES, &keeper).is_ok();
    let offer = |code: &'static str| {
        let found = ACTS.iter().find(|(known, ..)| *known == code);
        found.map(|&(code, label, ask)| Offer { code, label, ask })
    };
    let offers = if may_push { offered(&row).into_iter().filter_map(offer).collect() } else { Vec::new() };
    let waits = matches!(row.state(), State::Waiting | State::Publishing | State::Deleting) && row.tries > 0;
    let bad = !errors.is_empty();
    let page = OnePage {
        shell: desk.shell(ctx, "公众号文章").await?.with_error(bad),
        errors,
        organ: ctx.directory().short_name(&row.organ).to_owned(),
        account: account_name(ctx, &row.account),
        queued: time::show_minute(&row.queued_at),
        changed: time::show_minute(&row.changed_at),
        next: if waits { time::show_minute(&row.next_at) } else { String::new() },
        preview: preview(ctx, &row).await?,
        offers,
        once: ctx.once(),
        row,
    };
    if bad { office_errors(&page) } else { office_page(&page) }
}

/// `GET /push/articles/{id}`
pub(crate) async fn one(With(ctx): With<Ctx>, desk: Desk, Path(id): Path<ArticleId>) -> Result<Response> {
    shown(&ctx, &desk, &id, FormErrors::new()).await
}

/// `POST /push/articles/{id}`
pub(crate) async fn settle(
    With(ctx): With<Ctx>,
    desk: Desk,
    Path(id): Path<ArticleId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        tx.lock(LOCK).await?;
        let row = rows::one(tx.conn(), &id).await?.ok_or(Refusal::NotFound)?;
        let keeper = ctx.directory().stands_for(&row.organ, ctx.today());
        may_for(&desk.actor(), &PUSH_ARTICLES, &keeper)?;
        if row.version != button.version || !offered(&row).contains(&button.act.as_str()) {
            return Err(Refusal::Conflict("这一篇的情况刚刚有变化，没有办理。请看现在的情况，再决定。".to_owned()));
        }
        let told = decide(&ctx, tx, &desk.actor(), row, &button.act).await?;
        Ok(Done::ok(format!("/push/articles/{id}"), told))
    };
    let again = async |errors: FormErrors| shown(&ctx, &desk, &id, errors).await;
    act_in_place(&ctx, &button.once, done, again).await
}

fn settled(row: &Row, how: &str) -> Value {
    let mut data = about(row);
    if let Some(data) = data.as_object_mut() {
        data.insert("how".to_owned(), how.into());
    }
    data
}

/// Does it; what is told afterwards.
async fn decide(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    mut row: Row,
    act: &str,
) -> std::result::Result<&'static str, Refusal> {
    let event = |row: &Row| NewEvent::new(&SETTLED, &row.id, actor).organ(&row.organ).data(settled(row, act));
    let conflict = || Refusal::Conflict("有人刚刚处理了这一篇，请看现在的情况。".to_owned());
    match act {
        "push" | "again" => {
            must_be_public(tx, &row).await?;
            (row.code, row.tries, row.next_at) = (0, 0, tx.now());
            row.reason.clear();
            row.publish_id.clear();
            row.outdated = false;
            // A draft that waits there is sent as it is by now: somebody may have put it right. After a publication it is gone.
            if row.state() == State::Unsure {
                row.media_id.clear();
            }
            if !rows::put(tx, &row, State::Waiting).await? {
                return Err(conflict());
            }
            wake(tx).await?;
            tx.append(NewEvent::new(&QUEUED, &row.id, actor).organ(&row.organ).data(about(&row))).await?;
            Ok("已经开始推送，几分钟内可以看到结果。")
        }
        "renew" => {
            must_be_public(tx, &row).await?;
            if row.article_id.is_empty() {
                let told = "本系统不知道这一篇在公众平台的编号，不能替您删除。请先在公众平台删除，再在这里重新推送。";
                return Err(Refusal::Conflict(told.to_owned()));
            }
            remove_before(tx, &mut row).await?;
            let new = New { account: &row.account, document: &row.document, call: ("", "", ""), state: State::Waiting };
            rows::add(tx, actor, new).await?;
            wake(tx).await?;
            tx.append(event(&row)).await?;
            Ok("旧文章正在删除，更正后的内容已经开始推送。")
        }
        "published" => {
            row.reason = "由人核对：已经在公众平台发布。".to_owned();
            (row.code, row.tries) = (0, 0);
            if !rows::put(tx, &row, State::Published).await? {
                return Err(conflict());
            }
            tx.append(event(&row)).await?;
            Ok("已记为发布。")
        }
        "remove" => {
            if row.article_id.is_empty() {
                let told = "本系统不知道这一篇在公众平台的编号，不能替您删除。请登录公众平台删除。";
                return Err(Refusal::Conflict(told.to_owned()));
            }
            remove(tx, &mut row, actor, "按要求删除。").await?;
            Ok("正在删除，几分钟内可以看到结果。")
        }
        "decline" => {
            // A draft that lies there is taken away, so that nobody publishes it by mistake.
            if !row.media_id.is_empty()
                && row.state() != State::Unsure
                && ctx.settings::<Broadcast>().account(&row.account).is_some()
            {
                remove(tx, &mut row, actor, "不推送，正在删除公众平台上的草稿。").await?;
                return Ok("不推送。公众平台上的草稿正在删除。");
            }
            row.reason = format!("{}决定不推送。", actor.log_name());
            if !rows::put(tx, &row, State::Cancelled).await? {
                return Err(conflict());
            }
            tx.append(event(&row)).await?;
            Ok("已记为不推送。")
        }
        _ => Err(conflict()),
    }
}

/// As [`remove`], told by the event of whoever takes its place.
async fn remove_before(tx: &mut Tx, row: &mut Row) -> std::result::Result<(), Refusal> {
    row.reason = "已推送更正后的内容，正在删除这一篇。".to_owned();
    (row.tries, row.next_at) = (0, tx.now());
    if !rows::put(tx, row, State::Deleting).await? {
        return Err(Refusal::Conflict("有人刚刚处理了这一篇，请看现在的情况。".to_owned()));
    }
    Ok(())
}

async fn must_be_public(tx: &mut Tx, row: &Row) -> std::result::Result<(), Refusal> {
    let document = document::rows::document(tx.conn(), &row.document).await?;
    if document.is_none_or(|document| document.public().is_none()) {
        return Err(Refusal::Conflict("文件已经不公开，不能推送。".to_owned()));
    }
    Ok(())
}
