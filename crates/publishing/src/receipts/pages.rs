//! The pages of the log for readers: what it is, finding a document in it, the receipts of one document, and a receipt to take.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use document::{page::base_url, public::Found};
use kernel::{
    id::{DocumentId, SubjectRef},
    time,
};
use receipt::{Act, Key, Leaf, Of, Receipt, tree};
use serde::Deserialize;
use web::{
    Ctx, Error, PortalShell, Query, Reader, Result, filters,
    hooks::{Recorded, Standing},
    page::{PUBLIC, download as to_save, portal_page},
};

use super::{
    count,
    rows::{self, Head, LeafRow},
    sign,
    witnesses::{self, State},
};

/// What happened of late, on the first page.
const LATE: i64 = 20;
/// Receipts of one document on its page; older ones are told by their number.
const OF_DOCUMENT: i64 = 20;
/// Documents that a search by title offers.
const FOUND: i64 = 20;
/// Characters of a search that are read.
const LONGEST: usize = 200;

/// What somebody looks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
}

/// A line of the list.
struct Line {
    number: i64,
    label: &'static str,
    at: String,
    title: String,
    href: String,
}

#[derive(Template)]
#[template(path = "receipts/templates/index.html")]
struct Index {
    shell: PortalShell,
    q: String,
    found: Vec<(String, String)>,
    lines: Vec<Line>,
    signed: Option<Signed>,
    restored: String,
    /// That signing stands still.
    stalled: String,
    witnesses: Vec<Witness>,
    base: String,
}

/// Somebody who watches the log from elsewhere.
struct Witness {
    name: String,
    key: String,
    /// What it has cosigned last, in words.
    seen: String,
}

impl Witness {
    fn of(one: witnesses::Standing) -> Self {
        let seen = one.size.map(|size| format!("{} 见证到第 {size} 条", time::show_minute(&one.at)));
        Self { name: one.name, key: one.key, seen: seen.unwrap_or_else(|| "还没有交回加签".to_owned()) }
    }
}

/// The state of the log as pages tell it.
struct Signed {
    origin: String,
    size: i64,
    at: String,
    /// All of it: people compare nothing less.
    key: String,
}

impl Signed {
    fn of(head: &Head) -> Self {
        Self {
            origin: head.origin.clone(),
            size: head.size,
            at: time::show_minute(&head.signed_at),
            key: head.key.clone(),
        }
    }
}

fn shell(ctx: &Ctx, reader: &Reader, title: &str) -> PortalShell {
    let mut shell = reader.shell(ctx, title, "网站说明", "");
    "每一次公开、更正、撤回都记在只能增加、不能改写的日志里。在这里查文件和工作计划的公开凭证，了解怎样核验。"
        .clone_into(&mut shell.description);
    shell.crumb("网站地图", "/sitemap")
}

fn label(of: Option<&Of>, code: &str) -> &'static str {
    of.zip(Act::from_code(code)).map_or("", |(of, act)| of.label(act))
}

/// What leaves are of, as readers find it now.
struct Subject {
    of: Of,
    title: String,
    path: String,
    /// The edition that can be read; none = none can.
    edition: Option<i64>,
}

/// What has this id, if the public may know of it.
async fn subject(ctx: &Ctx, typed: &str) -> Result<Option<Subject>> {
    let id = DocumentId::from(typed);
    if let Some(found) = crate::public::document(ctx, &id).await? {
        let of = Of::Document(id);
        return Ok(Some(match found {
            Found::Public(document) => Subject {
                of,
                title: document.listed.title.clone(),
                path: document.listed.path.clone(),
                edition: Some(document.number),
            },
            Found::Withdrawn(tomb) => Subject { of, title: tomb.title, path: tomb.path, edition: None },
        }));
    }
    for keeper in ctx.declared::<Arc<dyn Recorded>>() {
        let (found, of) = (standing(ctx, keeper.subject(), typed).await?, Of::new(keeper.subject(), typed));
        if let (Some(found), Some(of)) = (found, of) {
            let edition = found.readable.then_some(found.edition);
            return Ok(Some(Subject { of, title: found.title, path: found.path, edition }));
        }
    }
    Ok(None)
}

/// How something stands that others tell of; none = the public may not know of it.
async fn standing(ctx: &Ctx, kind: &str, typed: &str) -> Result<Option<Standing>> {
    let mut keepers = ctx.declared::<Arc<dyn Recorded>>();
    match keepers.find(|keeper| keeper.subject() == kind) {
        Some(keeper) => keeper.standing(ctx, &SubjectRef::new(kind, typed)).await,
        None => Ok(None),
    }
}

/// `GET /receipts`
pub(super) async fn index(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let q: String = asked.q.trim().chars().take(LONGEST).collect();
    let mut found = Vec::new();
    if !q.is_empty() {
        if let Some(id) = named(&ctx, &q).await? {
            return Ok(Redirect::temporary(&format!("/receipts/{id}")).into_response());
        }
        let titled = rows::titled(ctx.db(), &q, FOUND).await?;
        found.extend(titled.into_iter().map(|(id, title)| (format!("/receipts/{id}"), title)));
    }
    let mut lines = Vec::new();
    for late in rows::latest(ctx.db(), LATE).await? {
        let of = Of::new(&late.subject, &late.subject_id);
        let noun = of.as_ref().map_or("文件", Of::noun);
        let known = match late.title.is_empty() {
            true => standing(&ctx, &late.subject, &late.subject_id).await?.map(|found| found.title),
            false => Some(late.title),
        };
        lines.push(Line {
            number: late.place + 1,
            label: label(of.as_ref(), &late.act),
            at: time::show_minute(&late.at),
            href: format!("/receipts/{}", late.subject_id),
            title: known.unwrap_or_else(|| format!("（已不公开的{noun}）")),
        });
    }
    let head = rows::head(ctx.db().read()).await?;
    let shell = shell(&ctx, &reader, "公开凭证").crumb("公开凭证", "");
    portal_page(&Index {
        shell: shell.column("公开凭证", "每一次公开、更正、撤回都有凭证", "公开凭证", "网站说明"),
        q,
        found,
        lines,
        signed: head.as_ref().map(Signed::of),
        restored: sign::restored(&ctx).await?.unwrap_or_default(),
        stalled: sign::stalled(&ctx, head.as_ref()).await?.unwrap_or_default(),
        witnesses: witnesses::standing(&ctx).await?.into_iter().map(Witness::of).collect(),
        base: base_url(&ctx),
    })
}

/// `GET /log`: what receipts name as the place of the log, for whoever types it.
pub(super) async fn log() -> Redirect {
    Redirect::temporary("/receipts")
}

/// The id of what is meant: by its address, its id, or the number of one of its receipts.
async fn named(ctx: &Ctx, q: &str) -> Result<Option<String>> {
    let path = q.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    let place = last.parse::<i64>().ok().filter(|number| *number > 0).map_or(-1, |number| number - 1);
    Ok(rows::named(ctx.db(), last, place).await?)
}

/// One act with its receipt.
struct Shown {
    number: i64,
    label: &'static str,
    at: String,
    /// The four lines; empty = not signed yet.
    lines: Vec<String>,
    href: String,
}

#[derive(Template)]
#[template(path = "receipts/templates/document.html")]
struct OfDocument {
    shell: PortalShell,
    title: String,
    path: String,
    /// What readers call it: 文件.
    noun: &'static str,
    /// It can be read now.
    public: bool,
    shown: Vec<Shown>,
    more: bool,
    signed: Option<Signed>,
    restored: String,
    /// That signing stands still.
    stalled: String,
}

/// `GET /receipts/{id}`
pub(super) async fn of_document(State(ctx): State<Ctx>, reader: Reader, Path(of): Path<String>) -> Result<Response> {
    let found = subject(&ctx, &of).await?.ok_or(Error::NotFound)?;
    let head = rows::head(ctx.db().read()).await?;
    let states = witnesses::states(&ctx, head.as_ref()).await?;
    let mut leaves = rows::leaves_of(ctx.db(), &found.of, OF_DOCUMENT + 1).await?;
    let more = leaves.len() > usize::try_from(OF_DOCUMENT).unwrap_or(usize::MAX);
    leaves.truncate(usize::try_from(OF_DOCUMENT).unwrap_or(usize::MAX));
    let mut shown = Vec::new();
    for row in &leaves {
        let lines = match head.as_ref().zip(witnesses::best(&states, row.place)) {
            Some(signed) => made(&ctx, signed, row, &found).await?.prove(None).map_err(fault)?.lines().to_vec(),
            None => Vec::new(),
        };
        shown.push(Shown {
            number: row.place + 1,
            label: label(Some(&found.of), &row.act),
            at: time::show_minute(&row.at),
            lines,
            href: format!("/receipts/{of}/{}.txt", row.place + 1),
        });
    }
    let name = format!("公开凭证：{}", found.title);
    let shell = shell(&ctx, &reader, &name).crumb("公开凭证", "/receipts");
    let shell = shell.crumb(&found.title, &found.path).crumb("凭证", "");
    portal_page(&OfDocument {
        shell: shell.column("公开凭证", &name, "公开凭证", "网站说明"),
        noun: found.of.noun(),
        public: found.edition.is_some(),
        title: found.title,
        path: found.path,
        shown,
        more,
        signed: head.as_ref().map(Signed::of),
        restored: sign::restored(&ctx).await?.unwrap_or_default(),
        stalled: sign::stalled(&ctx, head.as_ref()).await?.unwrap_or_default(),
    })
}

fn fault(fault: receipt::Fault) -> Error {
    Error::internal(fault.to_string())
}

/// The receipt of a leaf that is in a signed state. It holds what was public only while just that is public.
async fn made(ctx: &Ctx, signed: (&Head, &State), row: &LeafRow, found: &Subject) -> Result<Receipt> {
    let (head, state) = signed;
    let leaf = Leaf::parse(&row.leaf).map_err(fault)?;
    let key = Key::parse(&head.key).map_err(fault)?;
    let (size, index) = (count(state.size), count(row.place));
    let held = rows::nodes(ctx.db().read(), &tree::places_of_inclusion(size, index)).await?;
    let proof = tree::inclusion(size, index, &held).map_err(fault)?;
    let stands = found.edition == Some(row.edition) && leaf.act.opens();
    let opened = (stands && !row.content.is_empty()).then_some((row.content.as_str(), row.salt.as_str()));
    Ok(Receipt::new(&leaf, index, opened, &proof, (state.checkpoint.as_str(), &key)))
}

/// `GET /receipts/{id}/{number}.txt`
pub(super) async fn download(State(ctx): State<Ctx>, Path((of, file)): Path<(String, String)>) -> Result<Response> {
    let number = file.strip_suffix(".txt").and_then(|number| number.parse::<i64>().ok()).filter(|number| *number > 0);
    let number = number.filter(|number| file == format!("{number}.txt")).ok_or(Error::NotFound)?;
    let found = subject(&ctx, &of).await?.ok_or(Error::NotFound)?;
    let row = rows::one(ctx.db(), &found.of, number - 1).await?.ok_or(Error::NotFound)?;
    let head = rows::head(ctx.db().read()).await?;
    let stalled = sign::stalled(&ctx, head.as_ref()).await?;
    let states = witnesses::states(&ctx, head.as_ref()).await?;
    let signed = head.as_ref().zip(witnesses::best(&states, row.place)).ok_or_else(|| {
        Error::Unavailable(stalled.unwrap_or_else(|| "这份凭证正在签名，请一两分钟后再下载。".to_owned()))
    })?;
    let text = made(&ctx, signed, &row, &found).await?.file().map_err(fault)?;
    let mut response = to_save(text.into_bytes(), "text/plain; charset=utf-8", &format!("公开凭证-{of}-{number}.txt"));
    response.headers_mut().insert(header::CACHE_CONTROL, PUBLIC);
    Ok(response)
}
