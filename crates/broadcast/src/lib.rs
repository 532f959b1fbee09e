//! Public documents beyond the portal (推送): hubs hear that feeds have changed ([`hubs`], WebSub), and documents become
//! articles of the county's official accounts ([`articles`], 公众号), by rules that people set or one by one. Nothing goes out
//! that is not public, and nothing that nobody has decided on; a withdrawal takes articles away. Why so:
//! `docs/adr/0014-push.md`.

mod articles;
mod hubs;
mod pages;
mod rules;
mod settings;
mod wechat;
mod work;

use std::sync::Arc;

use kernel::{
    Permission, Role,
    permission::Scope::{AllOrgans, OwnOrgan},
};
use store::{
    Followers,
    jobs::{Handle, Handlers},
};
use web::{
    Capability, Ctx, Listener, Nav, Routes,
    hooks::{Citing, Leaving, PublicDocuments, Verb},
    mail::Outward,
    push::Hubs,
};

pub use settings::{Account, Broadcast, Secret};

/// Subject of the events, and key of the capability.
const SUBJECT: &str = "push_article";

/// Look at what went out, and what did not.
pub static VIEW_ARTICLES: Permission = Permission::new("view_push", "查看推送到公众号的情况", Role::CONTENT, OwnOrgan);
/// Send documents, or say that they are not sent.
pub static PUSH_ARTICLES: Permission =
    Permission::new("push_articles", "推送到公众号", &[Role::OrganHead, Role::CountyOffice], OwnOrgan);
/// Decide for whole columns and kinds.
pub static KEEP_RULES: Permission =
    Permission::new("keep_push_rules", "设置推送规则", &[Role::CountyOffice], AllOrgans);

/// Hubs, accounts, and their pages.
pub fn capability() -> Capability {
    let hubs: Arc<dyn Hubs> = Arc::new(hubs::Configured);
    let forgets: Arc<dyn Leaving> = Arc::new(articles::Forgets);
    let articles: Arc<dyn Citing> = Arc::new(articles::Articles);
    Capability::new(SUBJECT, "推送")
        .routes(routes)
        .permissions(&[&VIEW_ARTICLES, &PUSH_ARTICLES, &KEEP_RULES])
        .nav(Nav::under("公开", "/push", "公众号推送", &VIEW_ARTICLES, 131))
        .events(&[
            &articles::QUEUED,
            &articles::PUBLISHED,
            &articles::REFUSED,
            &articles::REMOVED,
            &articles::DELETED,
            &articles::SETTLED,
        ])
        .events(&[&rules::SET, &rules::DELETED])
        .subject(SUBJECT, "公众号文章")
        .subject(rules::SUBJECT, "推送规则")
        .words(words)
        .jobs(jobs)
        .followers(followers)
        .desk(Arc::new(work::Open))
        .settings::<Broadcast>()
        .needs::<Arc<dyn PublicDocuments>>()
        .migrations(store::migrations!("push_article", "../migrations/0001_broadcast.sql"))
        .declare(Outward(articles::WORK))
        .declare(Outward(hubs::PING))
        .declare(hubs)
        .declare(articles::channel())
        .declare(forgets)
        .declare(articles)
        .declare(Verb::new("推送到公众号", "微信 公众号 文章 推送", "/push/new", &PUSH_ARTICLES))
        .declare(Verb::new("设置推送规则", "微信 公众号 栏目 自动推送", "/push/rules", &KEEP_RULES))
}

fn words(field: &str, code: &str) -> Option<String> {
    match field {
        "how" => rules::how_words(code).or_else(|| pages::settled_words(code)).map(str::to_owned),
        _ => None,
    }
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/push", &VIEW_ARTICLES, pages::list)
        .get("/push/new", &PUSH_ARTICLES, pages::choose)
        .post("/push/new", &PUSH_ARTICLES, pages::put_in)
        .get("/push/rules", &KEEP_RULES, pages::rules)
        .post("/push/rules", &KEEP_RULES, pages::set_rule)
        .post("/push/rules/delete", &KEEP_RULES, pages::delete_rule)
        .post("/push/hubs", &KEEP_RULES, pages::hurry)
        .get("/push/articles/{id}", &VIEW_ARTICLES, pages::one)
        .post("/push/articles/{id}", &PUSH_ARTICLES, pages::settle)
}

/// What is to be tried again has its job at its moment. A restored copy has them parked: it does not know what went out since.
fn jobs(ctx: &Ctx) -> Handlers {
    let (sends, pings) = (ctx.clone(), ctx.clone());
    Handlers::default()
        .long(articles::WORK, "推送公众号文章", move |_: articles::Nothing, _: Handle| {
            let ctx = sends.clone();
            async move { articles::send::work(&ctx).await }
        })
        .long(hubs::PING, "通知订阅中心", move |_: articles::Nothing, _: Handle| {
            let ctx = pings.clone();
            async move { hubs::ping(&ctx).await }
        })
}

fn followers(ctx: &Ctx) -> Followers {
    Followers::default().with(hubs::follower(ctx)).with(articles::follower(ctx))
}
