//! Articles of official accounts: what is put in, by a rule or by a person; what becomes of it when its document is corrected or
//! withdrawn; and calls of an audience, which are articles of their own.

pub(crate) mod rows;
pub(crate) mod send;

use std::sync::Arc;

use document::{Kinds, events, rows as documents};
use futures::future::BoxFuture;
use kernel::{
    Actor, EventKind, NewEvent,
    event::Event,
    id::{DocumentId, SubjectRef},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Follower, Tx, jobs::NewJob};
use web::{
    Ctx, Error, Refusal, Result,
    hooks::{Cited, Citing, Leaving},
    push::{Call, Channel, Reach},
};

use self::rows::{ArticleId, New, Row, State};
use crate::{Broadcast, SUBJECT, rules};

/// Name of the follower's cursor.
const CONSUMER: &str = "broadcast.articles";
/// Writes that decide by which articles there are wait for each other on this lock.
pub(crate) const LOCK: &str = "push_article";

/// Facts of an article, in every event of it.
const ABOUT: &[(&str, &str)] =
    &[("account", "公众号"), ("document", "文件"), ("edition", ""), ("code", "返回码"), ("url", "文章网址")];
/// It will be sent: by a rule, or since a person said so.
pub(crate) static QUEUED: EventKind = EventKind::new(SUBJECT, "article.queued", "推送到公众号").holds(ABOUT);
/// It can be read there.
pub(crate) static PUBLISHED: EventKind = EventKind::new(SUBJECT, "article.published", "公众号文章发布").holds(ABOUT);
/// It was not published, or nobody knows.
pub(crate) static REFUSED: EventKind = EventKind::new(SUBJECT, "article.refused", "公众号文章没有发布").holds(ABOUT);
/// It is to be taken away there.
pub(crate) static REMOVED: EventKind = EventKind::new(SUBJECT, "article.removed", "要求删除公众号文章").holds(ABOUT);
/// It can be read there no more.
pub(crate) static DELETED: EventKind = EventKind::new(SUBJECT, "article.deleted", "公众号文章已删除").holds(ABOUT);
/// A person said that it is not sent, or what had become of it.
pub(crate) static SETTLED: EventKind = EventKind::new(SUBJECT, "article.settled", "处理公众号文章").holds(&[
    ("account", "公众号"),
    ("document", "文件"),
    ("edition", ""),
    ("code", "返回码"),
    ("url", "文章网址"),
    ("how", "处理"),
]);

/// Kind of the job that sends.
pub(crate) const WORK: &str = "broadcast.work";

/// What the job must know: nothing, it looks at the rows.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Nothing {}

/// Has the workers look at once.
pub(crate) async fn wake(tx: &mut Tx) -> store::Result<()> {
    tx.enqueue(NewJob::now(WORK, &Nothing {}).dedup("now")).await
}

/// Jobs of one minute are one.
pub(crate) fn minute(at: jiff::Timestamp) -> String {
    kernel::time::show_minute(&kernel::time::to_db(at))
}

/// Has the workers look at this moment.
pub(crate) async fn wake_at(tx: &mut Tx, at: jiff::Timestamp) -> store::Result<()> {
    tx.enqueue(NewJob::now(WORK, &Nothing {}).at(at).dedup(minute(at))).await
}

/// What an event of an article holds.
pub(crate) fn about(row: &Row) -> serde_json::Value {
    json!({ "account": row.account, "document": row.document, "edition": row.edition, "code": row.code, "url": row.url })
}

/// Puts a public document in for an account. `None` when it stands there already.
///
/// # Errors
/// When the database fails.
pub(crate) async fn put_in(
    tx: &mut Tx,
    actor: &Actor,
    new: New<'_>,
    organ: &kernel::OrganCode,
) -> store::Result<Option<ArticleId>> {
    let (account, document, state) = (new.account.to_owned(), new.document.clone(), new.state);
    let Some(id) = rows::add(tx, actor, new).await? else { return Ok(None) };
    if state == State::Waiting {
        wake(tx).await?;
        let data = json!({ "account": account, "document": document });
        tx.append(NewEvent::new(&QUEUED, &id, actor).organ(organ).data(data)).await?;
    }
    Ok(Some(id))
}

/// Follows what becomes public, is corrected, and is withdrawn, from the first start on: nobody wants a flood of old articles.
pub(crate) fn follower(ctx: &Ctx) -> Follower {
    let ctx = ctx.clone();
    Follower::new(CONSUMER, "准备公众号文章", move |tx, event: Event| {
        let ctx = ctx.clone();
        Box::pin(async move { follow(&ctx, tx, &event).await.map_err(broken) })
    })
    .kinds(&[&events::PUBLISHED, &events::CORRECTED, &events::WITHDRAWN])
    .from_now()
}

/// What a rule says here is a fault of storage.
pub(crate) fn broken(refusal: Refusal) -> store::Error {
    match refusal {
        Refusal::Fault(Error::Internal(source)) => store::Error::Value(source.to_string()),
        other => store::Error::Value(other.words()),
    }
}

async fn follow(ctx: &Ctx, tx: &mut Tx, event: &Event) -> Result<(), Refusal> {
    let id = DocumentId::from(event.subject_id.as_str());
    let settings = ctx.settings::<Broadcast>();
    tx.lock(LOCK).await?;
    if event.kind == events::WITHDRAWN.name {
        return withdrawn(tx, &id).await;
    }
    if event.kind == events::CORRECTED.name {
        corrected(tx, &id).await?;
    }
    let Some(document) = documents::document(tx.conn(), &id).await?.filter(|row| row.public().is_some()) else {
        return Ok(());
    };
    let said = rules::all(tx.conn()).await?;
    let tree = document::columns::tree(tx.conn()).await?;
    let above = rules::above(&tree, &document.column);
    for account in &settings.wechat {
        let state = match rules::how(&said, &account.key, &above, &document.kind) {
            rules::How::Auto => State::Waiting,
            rules::How::Ask => State::Asked,
            rules::How::Never => continue,
        };
        // A correction is told beside the article that is out; a rule sends nothing again, least of all what a person has put off.
        if event.kind == events::CORRECTED.name && rows::was_in(tx.conn(), &account.key, &id).await? {
            continue;
        }
        let new = New { account: &account.key, document: &id, call: ("", "", ""), state };
        put_in(tx, &Actor::System, new, &document.organ).await?;
    }
    Ok(())
}

/// What is out says that it is no longer what the portal shows; what waits is made anew from the text as it is now.
async fn corrected(tx: &mut Tx, document: &DocumentId) -> Result<(), Refusal> {
    for mut row in rows::of_document(tx.conn(), document).await? {
        let state = row.state();
        match state {
            State::Publishing | State::Published | State::Submitting | State::Unsure if !row.is_call() => {
                row.outdated = true;
            }
            // Its draft has the old text.
            State::Waiting if !row.media_id.is_empty() && !row.is_call() => row.media_id.clear(),
            _ => continue,
        }
        rows::put(tx, &row, state).await?;
    }
    Ok(())
}

/// What is out is taken away there, drafts too; what waits is not sent.
async fn withdrawn(tx: &mut Tx, document: &DocumentId) -> Result<(), Refusal> {
    for mut row in rows::of_document(tx.conn(), document).await? {
        let there = !row.media_id.is_empty() || !row.publish_id.is_empty() || !row.article_id.is_empty();
        row.next_at = tx.now();
        row.tries = 0;
        match row.state() {
            State::Submitting | State::Unsure => {
                row.reason =
                    "文件已经撤回。这一篇可能已经发布：请在公众平台核对并删除，再选“平台上没有这一篇”。".to_owned();
                rows::put(tx, &row, State::Unsure).await?;
            }
            // A person said that it was published: under which id, nobody knows here.
            State::Published if row.article_id.is_empty() => {
                row.reason = "文件已经撤回。请在公众平台手动删除这一篇，再选“平台上没有这一篇”。".to_owned();
                rows::put(tx, &row, State::Unsure).await?;
            }
            State::Asked | State::Waiting | State::Refused if !there => {
                row.reason = "文件已经撤回，没有推送。".to_owned();
                rows::put(tx, &row, State::Cancelled).await?;
            }
            _ => remove(tx, &mut row, &Actor::System, "文件已经撤回，正在删除公众号上的文章。").await?,
        }
    }
    Ok(())
}

/// Has an article taken away there.
pub(crate) async fn remove(tx: &mut Tx, row: &mut Row, actor: &Actor, why: &str) -> Result<(), Refusal> {
    why.clone_into(&mut row.reason);
    row.tries = 0;
    row.next_at = tx.now();
    if !rows::put(tx, row, State::Deleting).await? {
        return Err(Refusal::Conflict("有人刚刚处理了这一篇，请看现在的情况。".to_owned()));
    }
    wake(tx).await?;
    tx.append(NewEvent::new(&REMOVED, &row.id, actor).organ(&row.organ).data(about(row))).await?;
    Ok(())
}

/// Official accounts as a channel of calls.
pub(crate) struct Accounts;

impl Channel for Accounts {
    fn key(&self) -> &'static str {
        "wechat"
    }

    fn label(&self) -> &'static str {
        "公众号"
    }

    fn reach<'a>(&'a self, ctx: &'a Ctx, _: &'a Call) -> BoxFuture<'a, Result<Option<Reach>>> {
        Box::pin(async move {
            let settings = ctx.settings::<Broadcast>();
            if settings.wechat.is_empty() {
                return Ok(None);
            }
            let why = |name: &str| (format!("公众号“{name}”发布一篇文章，所有人都能看到，不给关注者发通知"), None);
            Ok(Some(Reach { people: None, why: settings.wechat.iter().map(|one| why(&one.name)).collect() }))
        })
    }

    fn send<'a>(
        &'a self,
        ctx: &'a Ctx,
        tx: &'a mut Tx,
        call: &'a Call,
        actor: &'a Actor,
    ) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(async move {
            let settings = ctx.settings::<Broadcast>();
            let words = call.paragraphs.join("\n");
            tx.lock(LOCK).await?;
            for account in &settings.wechat {
                let new = New {
                    account: &account.key,
                    document: &call.document,
                    call: (&call.id, &call.title, &words),
                    state: State::Waiting,
                };
                // The event of the call tells of it.
                rows::add(tx, actor, new).await?;
            }
            wake(tx).await?;
            Ok(())
        })
    }
}

/// Words of calls go with those of their document.
pub(crate) struct Forgets;

impl Leaving for Forgets {
    fn erased<'a>(
        &'a self,
        tx: &'a mut Tx,
        subject: &'a SubjectRef,
        _: &'a str,
        _: (&'a str, &'a Actor),
    ) -> BoxFuture<'a, store::Result<()>> {
        Box::pin(async move {
            if subject.kind != events::PUBLISHED.subject {
                return Ok(());
            }
            tx.lock(LOCK).await?;
            rows::forget(tx, &DocumentId::from(subject.id.as_str())).await
        })
    }
}

/// Before a withdrawal it is told which articles go with it.
pub(crate) struct Articles;

impl Citing for Articles {
    fn citing<'a>(&'a self, ctx: &'a Ctx, subject: &'a SubjectRef) -> BoxFuture<'a, Result<Vec<Cited>>> {
        Box::pin(async move {
            if subject.kind != events::PUBLISHED.subject {
                return Ok(Vec::new());
            }
            let document = DocumentId::from(subject.id.as_str());
            let settings = ctx.settings::<Broadcast>();
            let name = |key: &str| settings.account(key).map_or_else(|| key.to_owned(), |one| one.name.clone());
            let out = rows::of_document(ctx.db().read(), &document).await?.into_iter();
            let cited = out.filter(|row| row.state() == State::Published).map(|row| Cited {
                what: "公众号文章",
                label: format!("公众号“{}”的《{}》", name(&row.account), row.shown_title()),
                href: format!("/push/articles/{}", row.id),
                then: if row.article_id.is_empty() {
                    "撤回后要由人在公众平台删除".to_owned()
                } else {
                    "撤回后自动删除".to_owned()
                },
            });
            Ok(cited.collect())
        })
    }
}

/// Kinds of documents that can be told apart by rules.
pub(crate) fn kinds(ctx: &Ctx) -> Vec<(String, String)> {
    Kinds::of(ctx).all().iter().map(|kind| (kind.key.to_owned(), kind.label.to_owned())).collect()
}

/// Shared offers.
pub(crate) fn channel() -> Arc<dyn Channel> {
    Arc::new(Accounts)
}
