//! Two editions of a public document held against each other, for everybody: only such as the public could read and may read
//! again ([`document::public::comparable`]). With `?with=` another public document takes the place of the older one: the text
//! that this one replaced.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use document::{
    compare::{self, View},
    page::base_url,
    public::{self, Comparable, Found, PublicDocument},
};
use kernel::{id::DocumentId, time};
use serde::Deserialize;
use web::{Ctx, Error, PortalShell, Query, Reader, Result, doors, page::portal_page};

/// Which editions, by their numbers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    old: String,
    new: String,
    /// All of the text, not only what changed.
    all: String,
    /// Another public document, as the older text.
    with: String,
}

/// An edition that may be chosen.
struct Choice {
    number: i64,
    name: String,
    newest: bool,
    oldest: bool,
}

#[derive(Template)]
#[template(path = "portal/templates/compare.html")]
struct Page {
    shell: PortalShell,
    canonical: String,
    path: String,
    title: String,
    choices: Vec<Choice>,
    old: i64,
    new: i64,
    /// The older one holds a personal number that was corrected away.
    withheld: bool,
    /// What the newer edition says that it changed.
    note: String,
    cmp: View,
    cmp_all: String,
    cmp_only: String,
    /// Address and title of the other document; empty between two editions of one.
    other: (String, String),
    /// Nothing is said between the two documents: neither replaces or changes the other.
    strangers: bool,
}

/// `GET /policies/{id}/compare`, `GET /documents/{id}/compare`.
pub(super) async fn page(
    State(ctx): State<Ctx>,
    reader: Reader,
    Path(id): Path<DocumentId>,
    Query(which): Query<Which>,
) -> Result<Response> {
    let document = match crate::public::document(&ctx, &id).await?.ok_or(Error::NotFound)? {
        Found::Public(document) => document,
        // The tombstone says what became of it.
        Found::Withdrawn(tomb) => return Ok(Redirect::temporary(&tomb.path).into_response()),
    };
    let path = &document.listed.path;
    let own = format!("{path}/compare");
    if reader.path.split('?').next() != Some(own.as_str()) {
        let query = reader.path.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
        return Ok(Redirect::temporary(&format!("{own}{query}")).into_response());
    }
    if !which.with.is_empty() {
        return with_another(&ctx, &reader, &document, &which).await;
    }
    let editions = public::comparable(ctx.db(), &id).await?;
    let (old, new) = chosen(&editions, &which)?;
    let (cmp, withheld) = compared(&ctx, &document, (old, new), which.all.is_empty()).await?;
    let query = format!("old={}&new={}", old.number, new.number);
    let (first, last) = (editions.first().map(|one| one.number), editions.last().map(|one| one.number));
    let choice = |one: &Comparable| Choice {
        number: one.number,
        name: name(one),
        newest: Some(one.number) == first,
        oldest: Some(one.number) == last,
    };
    let note = match document.number == new.number {
        true => document.note.clone(),
        // What an edition says that it changed is told by the history beside the one before.
        false => {
            let before = document.superseded.iter().find(|past| past.number + 1 == new.number);
            before.map(|past| past.changed.clone()).unwrap_or_default()
        }
    };
    portal_page(&Page {
        shell: shell(&ctx, &reader, &document),
        canonical: format!("{}{path}", base_url(&ctx)),
        title: document.listed.title.clone(),
        choices: editions.iter().map(choice).collect(),
        old: old.number,
        new: new.number,
        withheld,
        note,
        cmp,
        cmp_all: format!("{path}/compare?{query}&all=1"),
        cmp_only: format!("{path}/compare?{query}"),
        other: (String::new(), String::new()),
        strangers: false,
        path: path.clone(),
    })
}

/// Two documents, both public now: what the older one says everybody may read.
async fn with_another(ctx: &Ctx, reader: &Reader, document: &PublicDocument, which: &Which) -> Result<Response> {
    let id = DocumentId::from(which.with.as_str());
    if id == document.listed.id {
        return Err(Error::NotFound);
    }
    let Some(Found::Public(other)) = crate::public::document(ctx, &id).await? else { return Err(Error::NotFound) };
    let kind = document.listed.kind;
    let side = |one: &PublicDocument| compare::Side {
        name: format!("《{}》", one.listed.title),
        title: one.listed.title.clone(),
        // The fields of one kind on both sides.
        fields: public::fields(kind, &one.listed.values, true),
        html: one.body_html.clone(),
        ..compare::Side::default()
    };
    let (old, new, only) = (side(&other), side(document), which.all.is_empty());
    let cmp = compare::aside(move || compare::compare(&old, &new).view(only)).await?;
    let relations = super::relations::Relations::of(ctx, &document.listed, None).await?;
    let path = &document.listed.path;
    let own = format!("{path}/compare?with={}", other.listed.id);
    portal_page(&Page {
        shell: shell(ctx, reader, document),
        canonical: format!("{}{path}", base_url(ctx)),
        title: document.listed.title.clone(),
        choices: Vec::new(),
        old: 0,
        new: 0,
        withheld: false,
        note: String::new(),
        cmp,
        cmp_all: format!("{own}&all=1"),
        cmp_only: own,
        strangers: !relations.names(&other.listed.path),
        other: (other.listed.path.clone(), other.listed.title.clone()),
        path: path.clone(),
    })
}

const UNREAD: &str = "网址里要对照的版本写法不对，应当是数字，例如 ?old=1&new=2。请从文件页面的“修订记录”重新进入。";

/// The editions that were asked for: the older first, whatever the order of asking; without a choice the last correction.
fn chosen<'a>(editions: &'a [Comparable], which: &Which) -> Result<(&'a Comparable, &'a Comparable)> {
    let find = |number: i64| editions.iter().find(|one| one.number == number).ok_or(Error::NotFound);
    let asked = |text: &str| match text.trim() {
        "" => Ok(None),
        text => text.parse::<i64>().map(Some).map_err(|_| Error::Invalid(UNREAD.into())),
    };
    let newest = editions.first().ok_or(Error::NotFound)?;
    let new = asked(&which.new)?.map_or(Ok(newest), find)?;
    let before = || editions.iter().find(|one| one.number < new.number).ok_or(Error::NotFound);
    let old = match asked(&which.old)? {
        Some(number) => find(number)?,
        None => before()?,
    };
    match old.number.cmp(&new.number) {
        std::cmp::Ordering::Less => Ok((old, new)),
        std::cmp::Ordering::Greater => Ok((new, old)),
        std::cmp::Ordering::Equal => Err(Error::NotFound),
    }
}

fn name(one: &Comparable) -> String {
    match one.ended_at.as_str() {
        "" => format!("第 {} 版（现在公开的）", one.number),
        _ => format!("第 {} 版（{} 公开）", one.number, time::show_minute(&one.published_at)),
    }
}

/// Compares on a thread that answers nobody else; nothing of two editions of which one may not be read again.
async fn compared(
    ctx: &Ctx,
    document: &PublicDocument,
    (old, new): (&Comparable, &Comparable),
    only: bool,
) -> Result<(View, bool)> {
    let kind = document.listed.kind;
    let old = public::side(ctx.db(), kind, old, name(old)).await?;
    let new = public::side(ctx.db(), kind, new, name(new)).await?;
    let compared = compare::aside(move || {
        if public::withheld(&old, &new) {
            let nothing = compare::compare(&compare::Side::default(), &compare::Side::default());
            return (nothing.view(only), true);
        }
        (compare::compare(&old, &new).view(only), false)
    });
    Ok(compared.await?)
}

fn shell(ctx: &Ctx, reader: &Reader, document: &PublicDocument) -> PortalShell {
    let listed = &document.listed;
    let door = doors::door(ctx, listed.kind.door);
    let title = format!("修订对照：{}", listed.title);
    reader
        .shell(ctx, title.clone(), door.label, listed.kind.door)
        .crumb(door.label, door.href)
        .crumb(&listed.title, &listed.path)
        .crumb("修订对照", "")
        .column(door.label, &title, &listed.title, door.label)
}
