//! A public document put in by hand: which one, for which account, and the article as it will be sent.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State as With, response::Response};
use kernel::may_for;
use serde::{Deserialize, Serialize};
use store::Tx;
use web::{
    Ctx, Desk, Done, Form, FormErrors, OfficeShell, Query, Refusal, Result, act_in_place,
    hooks::{PublicDocument, PublicDocuments},
    office_page,
    page::office_errors,
};

use super::accounts;
use crate::{
    Broadcast, PUSH_ARTICLES,
    articles::{
        self, LOCK,
        rows::{New, State},
        send,
    },
    wechat::{Article, article},
};

/// What is typed, and sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    /// Id or address of the document.
    document: String,
    /// Key of the account.
    account: String,
    once: String,
}

#[derive(Template)]
#[template(path = "pages/templates/choose.html")]
struct Choose {
    shell: OfficeShell,
    errors: FormErrors,
    typed: Typed,
    accounts: Vec<(String, String)>,
    preview: Option<Article>,
    once: String,
}

/// The document that is meant, by its id or its address.
async fn meant(ctx: &Ctx, typed: &str) -> Result<Option<PublicDocument>> {
    ctx.one::<Arc<dyn PublicDocuments>>().find(ctx, typed).await
}

/// What is wrong with what is typed; the document when nothing is.
async fn read(ctx: &Ctx, desk: &Desk, typed: &Typed) -> Result<(Option<PublicDocument>, FormErrors)> {
    let mut errors = FormErrors::new();
    let known = ctx.settings::<Broadcast>().account(&typed.account).is_some();
    errors.require(known, "account", "请选择推送到哪个公众号。");
    let found = meant(ctx, &typed.document).await?;
    errors.require(found.is_some(), "document", "没有找到公开的文件。请填写它在门户上的网址，没有公开的不能推送。");
    if let Some(found) = &found {
        let keeper = ctx.directory().stands_for(&found.organ, ctx.today());
        if may_for(&desk.actor(), &PUSH_ARTICLES, &keeper).is_err() {
            errors.add("document", "这是其他机关的文件，由该机关或者县政府办公室推送。");
        }
    }
    Ok((found.filter(|_| errors.is_empty()), errors))
}

async fn shown(ctx: &Ctx, desk: &Desk, typed: Typed, errors: FormErrors) -> Result<Response> {
    let mut preview = None;
    if errors.is_empty()
        && let Some(found) = meant(ctx, &typed.document).await?
        && let Some(account) = ctx.settings::<Broadcast>().account(&typed.account)
        && let Some(document) = send::read(ctx, &found.id).await?
    {
        preview = Some(article::of_document(ctx, account, &document, &|address| Some(address.to_owned())));
    }
    let bad = !errors.is_empty();
    let page = Choose {
        shell: desk.shell(ctx, "推送到公众号").await?.with_error(bad),
        errors,
        typed,
        accounts: accounts(ctx),
        preview,
        once: ctx.once(),
    };
    if bad { office_errors(&page) } else { office_page(&page) }
}

/// `GET /push/new`: the form; with a document, the article as it will be sent.
pub(crate) async fn choose(With(ctx): With<Ctx>, desk: Desk, Query(typed): Query<Typed>) -> Result<Response> {
    let mut typed = typed;
    let all = accounts(&ctx);
    if typed.account.is_empty()
        && let [(only, _)] = all.as_slice()
    {
        only.clone_into(&mut typed.account);
    }
    let errors = if typed.document.is_empty() { FormErrors::new() } else { read(&ctx, &desk, &typed).await?.1 };
    shown(&ctx, &desk, typed, errors).await
}

/// `POST /push/new`
pub(crate) async fn put_in(With(ctx): With<Ctx>, desk: Desk, Form(typed): Form<Typed>) -> Result<Response> {
    let (found, errors) = read(&ctx, &desk, &typed).await?;
    let done = async |tx: &mut Tx| {
        let Some(found) = found else { return Err(Refusal::Fields(errors)) };
        tx.lock(LOCK).await?;
        let new = New { account: &typed.account, document: &found.id, call: ("", "", ""), state: State::Waiting };
        let Some(id) = articles::put_in(tx, &desk.actor(), new, &found.organ).await? else {
            let told = "这份文件已经在这个公众号的推送清单里，没有重复推送。请在清单里找到它，查看情况。";
            return Err(Refusal::field("document", told));
        };
        Ok(Done::ok(format!("/push/articles/{id}"), "已经开始推送，几分钟内可以看到结果。"))
    };
    let again = async |errors: FormErrors| shown(&ctx, &desk, typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}
