//! A document's page: facts, text with addresses, attachments, interpretation both ways, history; or the tombstone.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use document::{
    Facet, Shape,
    columns::Column,
    common::{DOCUMENT_NUMBER, EFFECTIVE_ON, EXPIRES_ON, KEYWORDS, SOURCE, SUMMARY, TOPICS, VALIDITY},
    html::Heading,
    page::{self as part, Ended, Line, base_url},
    public::{self, Comparable, Found, Listed, PublicDocument, Tombstone},
};
use jiff::civil::Date;
use kernel::{id::DocumentId, time};
use web::{
    Ctx, Error, PortalShell, Query, Reader, Result,
    doors::{self, Door},
    filters, office_page,
    page::{escape_query, portal_page},
};

use super::{
    as_of::{self, OtherDay},
    relations::{self, Banner, Relations},
    told::{self, Told},
};

/// `GET /policies/{id}`, `GET /documents/{id}`: each document has one address; any other prefix leads there.
pub(super) async fn page(
    State(ctx): State<Ctx>,
    reader: Reader,
    Path(id): Path<DocumentId>,
    Query(asked): Query<as_of::Asked>,
) -> Result<Response> {
    let day = as_of::day(&ctx, &asked.on)?;
    let found = crate::public::document(&ctx, &id).await?.ok_or(Error::NotFound)?;
    let path = match &found {
        Found::Public(document) => &document.listed.path,
        Found::Withdrawn(tomb) => &tomb.path,
    };
    if reader.path.split('?').next() != Some(path) {
        let on = day.map(|day| format!("?on={day}")).unwrap_or_default();
        return Ok(Redirect::temporary(&format!("{path}{on}")).into_response());
    }
    match found {
        Found::Public(document) => show(&ctx, &reader, &document, day).await,
        Found::Withdrawn(tomb) => tombstone(&ctx, &reader, &tomb),
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
    /// Its page; empty when there is none.
    page: String,
    title: String,
    format: String,
    size: String,
    digest: String,
}

struct Past {
    /// Whether readers may hold it against the edition that is public now.
    compared: bool,
    number: i64,
    title: String,
    from: String,
    until: String,
    changed: String,
}

/// Documents to which this one leads, or that lead to it.
struct Tied {
    /// What stands before them in the text.
    words: &'static str,
    /// What stands above them at the side.
    heading: &'static str,
    /// Whether readers may hold this text against each of them: it replaced or amended it.
    compared: bool,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "portal/templates/document.html")]
struct Page {
    /// Where it is only a preview.
    bar: Option<Bar>,
    shell: PortalShell,
    path: String,
    title: String,
    organ: String,
    official: bool,
    /// A question with its answer: what was asked for stands before the facts.
    answers: bool,
    validity: String,
    applies: String,
    ended: Option<Ended>,
    banner: Banner,
    /// Which day is shown, unless it is today.
    other: OtherDay,
    relations: Relations,
    facts: Vec<Fact>,
    toc: Vec<Heading>,
    body: String,
    told: Vec<Told>,
    number: i64,
    note: String,
    updated: String,
    attachments: Vec<Attached>,
    forward: Vec<Tied>,
    back: Vec<Tied>,
    beside: Vec<super::Beside>,
    history: Vec<Past>,
    source: String,
    digest: String,
    /// Address of its receipts; empty where it is only a preview.
    receipt: String,
    stamp: (String, String),
    phone: String,
    /// 发文字号, below the red head on paper; may be empty.
    document_number: String,
    /// Below an official document on paper: who published it, and when (版记).
    colophon: (String, String),
    /// Where it is read, as a code for telephones; empty where it is not public.
    qr: String,
}

impl Page {
    /// Whether something leads on from above the text: what explains it, and what can be done with it.
    fn has_ways(&self) -> bool {
        !self.back.is_empty() || self.beside.iter().any(|also| !also.warns())
    }

    /// The title, with the places where it may break.
    fn heading(&self) -> String {
        web::breaks::marked(&self.title)
    }

    /// The facts that stand open.
    fn first_facts(&self) -> &[Fact] {
        &self.facts[..self.facts.len() - self.more_facts().len()]
    }

    /// The facts that are folded on screen, so that the text begins early; one alone is not folded.
    fn more_facts(&self) -> &[Fact] {
        if self.facts.len() > OPEN_FACTS + 1 { &self.facts[OPEN_FACTS..] } else { &[] }
    }
}

/// Facts that stand open above a text.
const OPEN_FACTS: usize = 6;

/// What stands above a page that is not the public one, and where its links lead instead.
pub(crate) struct Bar {
    /// Whether the public reads this edition.
    pub(crate) stands: &'static str,
    /// It was never public: nothing on the page may pass for a proof that it was.
    pub(crate) draft: bool,
    /// State of the edition in words.
    pub(crate) state: String,
    /// The document's page in the office.
    pub(crate) back: String,
    /// The same page as it is usually.
    pub(crate) usual: String,
    /// The same page in large type.
    pub(crate) elder: String,
    /// Address of a file of this edition, `{id}` for its own.
    pub(crate) files: String,
    /// Address of such a file's page, likewise.
    pub(crate) pages: String,
    /// Where the portal is.
    pub(crate) portal: String,
}

/// The page of an edition, public or not, for those who may see it: noted as such, kept by nobody.
pub(crate) async fn preview(ctx: &Ctx, reader: &Reader, document: &PublicDocument, bar: Bar) -> Result<Response> {
    let mut page = view(ctx, reader, document, (Shown::Preview, None)).await?;
    for (file, shown) in document.attachments.iter().zip(&mut page.attachments) {
        shown.href = bar.files.replace("{id}", file.id.as_str());
        if !shown.page.is_empty() {
            shown.page = bar.pages.replace("{id}", file.id.as_str());
        }
    }
    // Organs, columns and other documents are on the portal.
    let links = page.facts.iter_mut().map(|fact| &mut fact.href);
    let ties = page.forward.iter_mut().flat_map(|tie| &mut tie.lines).map(|line| &mut line.href);
    let said = page.relations.forward.iter_mut().chain(&mut page.relations.back).chain(&mut page.relations.naming);
    let said = said.chain(&mut page.banner.by).flat_map(|one| [&mut one.href, &mut one.compared]);
    let alike = page.relations.alike.iter_mut().flat_map(|one| [&mut one.href, &mut one.compared]);
    for href in links.chain(ties).chain(said).chain(alike).filter(|href| href.starts_with('/')) {
        *href = format!("{}{href}", bar.portal);
    }
    page.shell.title = format!("预览：{}", page.title);
    page.shell.crumbs.clear();
    page.shell.share = web::share::Share::default();
    page.qr.clear();
    page.shell.base.clone_from(&bar.portal);
    if bar.draft {
        page.stamp = ("草稿".to_owned(), "尚未公开".to_owned());
        page.colophon.1 = "尚未公开".to_owned();
    }
    page.receipt.clear();
    page.bar = Some(bar);
    office_page(&page)
}

async fn show(ctx: &Ctx, reader: &Reader, document: &PublicDocument, day: Option<Date>) -> Result<Response> {
    let Some(day) = day else {
        return portal_page(&view(ctx, reader, document, (Shown::Public, None)).await?);
    };
    let (then, other) = as_of::stood(ctx, document, day).await?;
    let mut page = view(ctx, reader, &then, (Shown::Public, Some(day))).await?;
    page.shell.title = format!("{}（{day} 的状态）", page.shell.title);
    if other.textless {
        page.body.clear();
        page.toc.clear();
        page.told.clear();
        page.attachments.clear();
        page.history.clear();
        page.number = 1;
        page.banner = Banner::default();
    }
    // A day of which it is not known is told above; the table says nothing, neither that there is none.
    if page.validity.is_empty() {
        page.facts.retain(|fact| fact.label != VALIDITY.shown);
    }
    page.other = other;
    portal_page(&page)
}

/// To whom a page is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// Everybody: it is found, and handed on.
    Public,
    /// Those who may see what is not public yet.
    Preview,
}

/// The page as it is shown to somebody; of a day, or of today.
async fn view(
    ctx: &Ctx,
    reader: &Reader,
    document: &PublicDocument,
    (shown, day): (Shown, Option<Date>),
) -> Result<Page> {
    let (listed, today) = (&document.listed, day.unwrap_or_else(|| ctx.today()));
    let relations = Relations::of(ctx, listed, day).await?;
    let column = crate::public::column(ctx.db(), &listed.column).await?;
    let column = column.unwrap_or_else(|| Column::missing(&listed.column));
    let directory = ctx.directory();
    let organ = directory.get(&listed.organ).map_or(listed.organ.to_string(), |organ| organ.name.clone());
    let published = time::show_minute(&listed.published_at);
    let validity = listed.values.words(&VALIDITY);
    let canonical = format!("{}{}", base_url(ctx), listed.path);
    // Most documents were never corrected: nothing is asked for those.
    let comparable = match document.superseded.is_empty() {
        true => Vec::new(),
        false => public::comparable(ctx.db(), &listed.id).await?,
    };
    let source = match listed.values.get(&SOURCE) {
        "" => organ.clone(),
        source => source.to_owned(),
    };
    let about = About { column: &column, organ: &organ, published: &published, source: &source };
    // Whatever its column: a text with a number of its own is one on paper, too.
    let official = listed.kind.page == "official" || listed.values.has(&DOCUMENT_NUMBER);
    let mut shell = shell(ctx, reader, document, &about, &canonical);
    if shown == Shown::Public {
        shell.share.picture = super::cards::of_document(ctx, document).await;
        let linked = super::linked::of_document(ctx, document, &shell, &organ);
        shell = shell.linked(&linked);
    }
    let told = told::told(listed.kind, &listed.values);
    Ok(Page {
        bar: None,
        shell,
        title: listed.title.clone(),
        official,
        answers: listed.kind.page == "answer",
        applies: applies(listed),
        ended: part::ended(ctx, &listed.organ),
        banner: relations::banner(listed, &relations, today),
        other: OtherDay::default(),
        relations,
        facts: facts(listed, &about, &validity),
        validity,
        toc: told::contents(document.contents.clone(), &told),
        body: if official { super::official::dressed(&document.reading_html) } else { document.reading_html.clone() },
        told,
        number: document.number,
        note: document.note.clone(),
        updated: time::show_minute(&listed.updated_at),
        attachments: document.attachments.iter().map(attached).collect(),
        forward: tied(ctx, &document.forward, |relation| relation.forward),
        back: tied(ctx, &document.back, |relation| relation.back),
        beside: super::beside(ctx, &listed.id).await?,
        history: document.superseded.iter().map(|one| past(one, &comparable)).collect(),
        path: listed.path.clone(),
        source,
        stamp: (format!("{} 公开", directory.short_name(&listed.organ)), stamp_line(document)),
        digest: document.digest.clone(),
        receipt: format!("/receipts/{}", listed.id),
        phone: part::phone_of(ctx, &listed.organ),
        document_number: listed.values.get(&DOCUMENT_NUMBER).to_owned(),
        colophon: (organ.clone(), format!("{}公开", in_words(&listed.published_on))),
        qr: charts::qr(&canonical, "本页网址的二维码"),
        organ,
    })
}

/// A day as documents write it: 2026年3月5日.
fn in_words(day: &str) -> String {
    match time::parse_date(day) {
        Some(date) => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        None => day.to_owned(),
    }
}

fn tied(
    ctx: &Ctx,
    ties: &[(&'static document::RelationSpec, Vec<Listed>)],
    heading: fn(&document::RelationSpec) -> &'static str,
) -> Vec<Tied> {
    let none = part::Badges::new();
    let tied = |(relation, listed): &(&'static document::RelationSpec, Vec<Listed>)| Tied {
        words: relation.leads,
        heading: heading(relation),
        compared: matches!(relation.key, "replaces" | "amends"),
        lines: part::lines(ctx, listed, &none),
    };
    ties.iter().map(tied).collect()
}

/// What the page says of the document besides its own fields.
struct About<'a> {
    column: &'a Column,
    organ: &'a str,
    published: &'a str,
    source: &'a str,
}

fn shell(ctx: &Ctx, reader: &Reader, document: &PublicDocument, about: &About<'_>, url: &str) -> PortalShell {
    let (listed, column) = (&document.listed, about.column);
    let Door { label: name, href, .. } = doors::door(ctx, listed.kind.door);
    let description = match listed.values.get(&SUMMARY) {
        "" => filters::shortened(&document.body_text, 120),
        summary => filters::shortened(summary, 200),
    };
    let keywords = match listed.values.all(&KEYWORDS) {
        [] => listed.values.all(&TOPICS).join(","),
        words => words.join(","),
    };
    let mut shell = reader
        .shell(ctx, &listed.title, &column.name, listed.kind.door)
        .crumb(name, href)
        .crumb(&column.name, format!("/columns/{}", column.slug))
        .crumb("正文", "")
        .column(&column.name, &column.description, &column.keywords, column.kind.label())
        .content(&listed.title, about.published, about.source, &keywords, &description);
    for (tag, content) in &mut shell.tags {
        if tag == "Url" {
            url.clone_into(content);
        }
    }
    let mut shell = shell.shared(ctx);
    shell.share.kind = "article";
    shell.share.published.clone_from(&listed.published_at);
    shell.share.updated.clone_from(&listed.updated_at);
    shell
}

fn applies(listed: &Listed) -> String {
    match (listed.values.get(&EFFECTIVE_ON), listed.values.get(&EXPIRES_ON)) {
        ("", "") => String::new(),
        (from, "") => format!("{from} 起施行"),
        ("", until) => format!("有效期至 {until}"),
        (from, until) => format!("{from} 起施行，有效期至 {until}"),
    }
}

/// Words of several values stand apart.
fn shown(listed: &Listed, facet: &Facet) -> String {
    match facet.shape {
        Shape::Words if facet.key == KEYWORDS.key => listed.values.all(facet).join("　"),
        Shape::Words => listed.values.all(facet).join(" · "),
        _ => listed.values.words(facet),
    }
}

/// The index table: what every document has, and the fields of its kind, each at its place.
fn facts(listed: &Listed, about: &About<'_>, validity: &str) -> Vec<Fact> {
    let fact = |label, value: &str| Fact { label, value: value.to_owned(), href: String::new(), wide: false };
    let mut facts = vec![
        (10, fact("索引号", &listed.index_number)),
        (30, Fact { href: format!("/organs/{}", listed.organ), ..fact("发布机关", about.organ) }),
        (60, fact("发布日期", about.published)),
        (100, Fact { href: format!("/columns/{}", about.column.slug), ..fact("所在栏目", &about.column.name) }),
        (110, fact("公开属性", "主动公开")),
    ];
    let told = |facet: &&&'static Facet| facet.public && facet.place > 0 && !matches!(facet.shape, Shape::Long(_));
    for facet in listed.kind.facets.iter().filter(told) {
        let mut value = if facet.key == VALIDITY.key { validity.to_owned() } else { shown(listed, facet) };
        // Regulation shows the index table of policies complete; elsewhere an empty row only disturbs.
        if value.is_empty() && listed.kind.told.contains(&facet.key) {
            "无".clone_into(&mut value);
        }
        facts.push((facet.place, Fact { wide: facet.key == KEYWORDS.key, ..fact(facet.shown, &value) }));
    }
    facts.sort_by_key(|(place, _)| *place);
    facts.into_iter().map(|(_, fact)| fact).filter(|fact| !fact.value.is_empty()).collect()
}

/// Where the file itself is, with its name for whoever saves it.
pub(super) fn file_href(one: &public::PublicFile) -> String {
    format!("/attachments/{}/{}", one.id, escape_query(&one.file_name).replace('/', "%2F"))
}

fn attached(one: &public::PublicFile) -> Attached {
    Attached {
        href: file_href(one),
        page: super::files::address(one),
        title: one.title.clone(),
        format: one.format.clone(),
        size: filters::size_in_words(u64::try_from(one.bytes).unwrap_or(0)),
        digest: format!("{}…", one.digest.get(..16).unwrap_or(&one.digest)),
    }
}

fn past(one: &public::PastEdition, comparable: &[Comparable]) -> Past {
    Past {
        compared: comparable.iter().any(|edition| edition.number == one.number),
        number: one.number,
        title: one.title.clone(),
        from: time::show_minute(&one.published_at),
        until: time::show_minute(&one.ended_at),
        changed: one.changed.clone(),
    }
}

/// Since when this very text is public, and its digest: both are of this edition.
fn stamp_line(document: &PublicDocument) -> String {
    let (digest, since) = (&document.digest, &document.listed.updated_at);
    let day = time::from_db(since).map(|at| time::date_in_china(at).to_string());
    let day = day.unwrap_or_else(|| document.listed.published_on.clone());
    format!("{day}　{}", digest.get(..8).unwrap_or(digest))
}

#[derive(Template)]
#[template(path = "portal/templates/tombstone.html")]
struct Tomb {
    shell: PortalShell,
    /// With the places where it may break.
    title: String,
    organ: String,
    organ_href: String,
    index_number: String,
    reason: String,
    notice: String,
    when_words: String,
    receipt: String,
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
        title: web::breaks::marked(&tomb.title),
        organ: directory.get(&tomb.organ).map_or(tomb.organ.to_string(), |organ| organ.name.clone()),
        organ_href: format!("/organs/{}", tomb.organ),
        index_number: tomb.index_number.clone(),
        reason: tomb.reason.clone(),
        notice: tomb.notice.clone(),
        when_words: format!("撤回时间 {}", time::show_minute(&tomb.withdrawn_at)),
        receipt: format!("/receipts/{}", tomb.id),
        phone: part::phone_of(ctx, &tomb.organ),
    })?;
    *response.status_mut() = StatusCode::GONE;
    Ok(response)
}
