//! A document's page: facts, text with addresses, attachments, interpretation both ways, history; or the tombstone.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::time;
use web::{
    Ctx, Error, PortalShell, Reader, Result, filters,
    hooks::EvidenceUse,
    page::{escape_query, portal_page},
};

use super::{
    frame::{self, Ended, Line},
    outline::{self, Heading},
};
use crate::{
    kinds::{Kind, Validity},
    public::{self, Found, PublicDocument, Tombstone},
};

/// `GET /policies/{id}`
pub(super) async fn policy(State(ctx): State<Ctx>, reader: Reader, Path(id): Path<String>) -> Result<Response> {
    page(&ctx, &reader, &id, "/policies/").await
}

/// `GET /documents/{id}`
pub(super) async fn other(State(ctx): State<Ctx>, reader: Reader, Path(id): Path<String>) -> Result<Response> {
    page(&ctx, &reader, &id, "/documents/").await
}

async fn page(ctx: &Ctx, reader: &Reader, id: &str, prefix: &str) -> Result<Response> {
    let found = public::document(ctx.db(), id).await?.ok_or(Error::NotFound)?;
    let path = match &found {
        Found::Public(document) => document.listed.path.clone(),
        Found::Withdrawn(tomb) => tomb.path.clone(),
    };
    // Each document has one address; the other prefix leads there.
    if !path.starts_with(prefix) {
        return Ok(Redirect::temporary(&path).into_response());
    }
    match found {
        Found::Public(document) => show(ctx, reader, *document).await,
        Found::Withdrawn(tomb) => tombstone(ctx, reader, &tomb),
    }
}

/// One fact of the index table.
struct Fact {
    label: &'static str,
    value: String,
    href: String,
    wide: bool,
}

struct Attached {
    href: String,
    title: String,
    format: String,
    size: String,
    digest: String,
}

struct Past {
    number: i64,
    title: String,
    from: String,
    until: String,
    changed: String,
}

#[derive(Template)]
#[template(path = "portal/templates/document.html")]
struct Page {
    shell: PortalShell,
    canonical: String,
    title: String,
    organ: String,
    official: bool,
    validity: &'static str,
    applies: String,
    ended: Option<Ended>,
    warning: String,
    facts: Vec<Fact>,
    toc: Vec<Heading>,
    body: String,
    number: i64,
    note: String,
    updated: String,
    attachments: Vec<Attached>,
    interpretations: Vec<Line>,
    interprets: Option<Line>,
    evidence: Vec<EvidenceUse>,
    history: Vec<Past>,
    source: String,
    digest: String,
    stamp: (String, String),
    phone: String,
}

async fn show(ctx: &Ctx, reader: &Reader, document: PublicDocument) -> Result<Response> {
    let evidence = match &ctx.hooks().evidence {
        Some(uses) => uses.of_document(ctx, &document.listed.id).await?,
        None => Vec::new(),
    };
    let (listed, edition, today) = (&document.listed, &document.edition, ctx.today());
    let directory = ctx.directory();
    let organ = directory.get(&listed.organ).map_or(listed.organ.to_string(), |organ| organ.name.clone());
    let none = std::collections::HashSet::new();
    let site = ctx.site();
    let ready = outline::outline(&web::rich::sanitize(&edition.body_html), &site.domain);
    let published = time::show_minute(&listed.published_at);
    let validity = validity_word(&document, today);
    let canonical = format!("{}{}", frame::base_url(ctx), listed.path);
    // The organ's name replaces the code where the reading interface had no directory at hand.
    let source = if edition.source == listed.organ.as_str() { organ.clone() } else { edition.source.clone() };
    let view = Page {
        shell: shell(ctx, reader, &document, &published, &source, &canonical),
        canonical,
        title: listed.title.clone(),
        official: listed.kind == Kind::Policy,
        validity,
        applies: applies(&document),
        ended: frame::ended(ctx, &listed.organ),
        warning: warning(&document, today),
        facts: facts(&document, &organ, validity, &published),
        toc: ready.toc,
        body: ready.html,
        number: edition.number,
        note: edition.note.clone(),
        updated: time::show_minute(&listed.updated_at),
        attachments: attachments(&document),
        interpretations: frame::lines(ctx, &document.interpretations, &none),
        interprets: document
            .interprets
            .as_ref()
            .and_then(|one| frame::lines(ctx, std::slice::from_ref(one), &none).pop()),
        evidence,
        history: history(&document),
        source,
        stamp: (format!("{} 公开", directory.short_name(&listed.organ)), stamp_line(&document)),
        digest: edition.digest.clone(),
        phone: frame::phone_of(ctx, &listed.organ),
        organ,
    };
    portal_page(&view)
}

fn shell(
    ctx: &Ctx,
    reader: &Reader,
    document: &PublicDocument,
    published: &str,
    source: &str,
    url: &str,
) -> PortalShell {
    let (listed, edition, column) = (&document.listed, &document.edition, &document.column);
    let door = frame::door(listed.kind);
    let (name, href) = frame::door_link(door);
    let description = if listed.summary.is_empty() {
        filters::shortened(&edition.body_text, 120)
    } else {
        filters::shortened(&listed.summary, 200)
    };
    let keywords = if edition.keywords.is_empty() { edition.topics.join(",") } else { edition.keywords.join(",") };
    let mut shell = reader
        .shell(ctx, &listed.title, &column.name, door)
        .crumb(name, href)
        .crumb(&column.name, format!("/columns/{}", column.slug))
        .crumb("正文", "")
        .column(&column.name, &column.description, &column.keywords, column.kind.label())
        .content(&listed.title, published, source, &keywords, &description);
    for (tag, content) in &mut shell.tags {
        if tag == "Url" {
            url.clone_into(content);
        }
    }
    shell
}

/// 有效性 as of today: what is in force only from a later day on is not in force yet.
fn validity_word(document: &PublicDocument, today: jiff::civil::Date) -> &'static str {
    let later = time::parse_date(&document.edition.effective_on).is_some_and(|day| day > today);
    match document.listed.validity {
        Some(Validity::InForce) if later => "尚未施行",
        Some(validity) => validity.label(),
        None => "",
    }
}

fn applies(document: &PublicDocument) -> String {
    let edition = &document.edition;
    match (edition.effective_on.as_str(), edition.expires_on.as_str()) {
        ("", "") => String::new(),
        (from, "") => format!("{from} 起施行"),
        ("", until) => format!("有效期至 {until}"),
        (from, until) => format!("{from} 起施行，有效期至 {until}"),
    }
}

fn warning(document: &PublicDocument, today: jiff::civil::Date) -> String {
    let expired = time::parse_date(&document.edition.expires_on).is_some_and(|day| day < today);
    match document.listed.validity {
        Some(Validity::Repealed) => "本文件已废止，不再作为办事依据，留在这里供查阅。".into(),
        Some(Validity::Lapsed) => "本文件已失效，不再作为办事依据，留在这里供查阅。".into(),
        Some(Validity::Amended) => "本文件已被修改，办事以修改后的规定为准。".into(),
        Some(Validity::InForce) if expired => {
            format!(
                "本文件写明的有效期至 {}，已经届满。是否继续执行，请以制定机关公布的清理结果为准。",
                document.edition.expires_on
            )
        }
        _ => String::new(),
    }
}

fn facts(document: &PublicDocument, organ: &str, validity: &str, published: &str) -> Vec<Fact> {
    let (listed, edition) = (&document.listed, &document.edition);
    let fact = |label, value: &str| Fact { label, value: value.to_owned(), href: String::new(), wide: false };
    let mut facts = vec![
        fact("索引号", &listed.index_number),
        fact("发文字号", &listed.document_number),
        Fact { href: format!("/organs/{}", listed.organ), ..fact("发文机关", organ) },
        fact("主题分类", &edition.topics.join(" · ")),
        fact("成文日期", &listed.written_on),
        fact("发布日期", published),
        fact("有效性", validity),
        fact("施行日期", &edition.effective_on),
        fact("有效期至", &edition.expires_on),
        Fact { href: format!("/columns/{}", document.column.slug), ..fact("所在栏目", &document.column.name) },
        fact("公开方式", "主动公开"),
        Fact { wide: true, ..fact("主题词", &edition.keywords.join("　")) },
    ];
    // Regulation shows the index table of policies complete; elsewhere an empty row only disturbs.
    let needed = ["发文字号", "成文日期", "主题分类", "有效性"];
    facts.retain(|fact| !fact.value.is_empty() || (listed.kind == Kind::Policy && needed.contains(&fact.label)));
    for fact in &mut facts {
        if fact.value.is_empty() {
            "无".clone_into(&mut fact.value);
        }
    }
    facts
}

fn attachments(document: &PublicDocument) -> Vec<Attached> {
    let attached = |one: &public::PublicAttachment| Attached {
        href: format!("/attachments/{}/{}", one.id, escape_query(&one.file_name).replace('/', "%2F")),
        title: one.title.clone(),
        format: one.format.clone(),
        size: filters::size_in_words(u64::try_from(one.bytes).unwrap_or(0)),
        digest: format!("{}…", one.digest.get(..16).unwrap_or(&one.digest)),
    };
    document.attachments.iter().map(attached).collect()
}

fn history(document: &PublicDocument) -> Vec<Past> {
    let past = |one: &public::PastEdition| Past {
        number: one.number,
        title: one.title.clone(),
        from: time::show_minute(&one.published_at),
        until: time::show_minute(&one.ended_at),
        changed: one.changed.clone(),
    };
    document.superseded.iter().map(past).collect()
}

fn stamp_line(document: &PublicDocument) -> String {
    let digest = &document.edition.digest;
    format!("{}　{}", document.listed.published_on, digest.get(..8).unwrap_or(digest))
}

#[derive(Template)]
#[template(path = "portal/templates/tombstone.html")]
struct Tomb {
    shell: PortalShell,
    title: String,
    organ: String,
    organ_href: String,
    index_number: String,
    reason: String,
    notice: String,
    when_words: String,
    phone: String,
}

fn tombstone(ctx: &Ctx, reader: &Reader, tomb: &Tombstone) -> Result<Response> {
    let directory = ctx.directory();
    let shell = reader
        .shell(ctx, format!("已撤回：{}", tomb.title), "政务公开", "openness")
        .crumb("政务公开", "/openness")
        .crumb("已撤回的内容", "");
    let mut response = portal_page(&Tomb {
        shell,
        title: tomb.title.clone(),
        organ: directory.get(&tomb.organ).map_or(tomb.organ.to_string(), |organ| organ.name.clone()),
        organ_href: format!("/organs/{}", tomb.organ),
        index_number: tomb.index_number.clone(),
        reason: tomb.reason.clone(),
        notice: tomb.notice.clone(),
        when_words: format!("撤回时间 {}", time::show_minute(&tomb.withdrawn_at)),
        phone: frame::phone_of(ctx, &tomb.organ),
    })?;
    *response.status_mut() = StatusCode::GONE;
    Ok(response)
}
