//! Any two editions of a document held against each other, for those who may see them: the page of its own, and what the review
//! shows.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    House, Whole,
    common::CHANGES,
    compare::{self, Comparison, Side, View},
    form::disclosure_label,
    public,
    rows::{self, EditionRow},
};
use kernel::{
    Actor,
    id::{DocumentId, EditionId},
};
use serde::Deserialize;
use web::{Ctx, Desk, Error, OfficeShell, Query, Result, office_page};

use super::seen;

/// An edition with everything that the office knows of it, as it is compared.
pub(crate) fn side(house: &House, whole: &Whole) -> Result<Side> {
    let kind = house.kind_of(&whole.document)?;
    let mut fields = public::fields(kind, &whole.values, false);
    fields.push(("公开属性", disclosure_label(&whole.edition.disclosure).to_owned()));
    fields.push(("不予公开的理由", whole.edition.disclosure_reason.clone()));
    Ok(Side {
        name: name(&whole.edition),
        title: whole.edition.title.clone(),
        fields,
        html: whole.text.body_html.clone(),
        files: whole.files.iter().map(public::file).collect(),
        notes: whole.values.get(&CHANGES).to_owned(),
    })
}

/// How an edition is called beside another.
fn name(edition: &EditionRow) -> String {
    let state = match edition.state.as_str() {
        "published" => "现在公开的",
        _ => edition.state_words(),
    };
    format!("第 {} 版（{state}）", edition.number)
}

/// Two editions, compared.
///
/// # Errors
/// When the kind of the document is declared by nobody.
pub(crate) async fn compared(house: &House, old: &Whole, new: &Whole) -> Result<Comparison> {
    let (old, new) = (side(house, old)?, side(house, new)?);
    Ok(compare::aside(move || compare::compare(&old, &new)).await?)
}

/// The edition that is public now, if it is another than this one.
pub(crate) async fn public_before(ctx: &Ctx, house: &House, whole: &Whole) -> Result<Option<Whole>> {
    let Some(current) = whole.document.public().filter(|current| **current != whole.edition.id) else {
        return Ok(None);
    };
    Ok(Some(rows::read(ctx.db().read(), house, &Actor::System, current).await?))
}

/// Which editions.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    old: EditionId,
    new: EditionId,
    /// All of the text, not only what changed.
    all: String,
}

#[derive(Template)]
#[template(path = "editions/templates/compare.html")]
struct Page {
    shell: OfficeShell,
    document: DocumentId,
    title: String,
    /// Id and name of each edition, newest first.
    editions: Vec<(String, String)>,
    old: String,
    new: String,
    /// What the newer edition says that it changed.
    note: String,
    /// None where there is only one edition.
    cmp: Option<View>,
    cmp_all: String,
    cmp_only: String,
}

/// Two editions of a document: those that were asked for, else the newest against the one that is public, else against the one
/// before it.
pub(super) async fn page(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Query(which): Query<Which>,
) -> Result<Response> {
    let (actor, house) = (desk.actor(), crate::house(&ctx));
    let document = rows::visible(ctx.db().read(), &house, &actor, &id).await?;
    let editions = rows::editions(ctx.db().read(), &id).await?;
    let newest = editions.first().ok_or(Error::NotFound)?;
    let find = |id: &EditionId| editions.iter().find(|one| one.id == *id).ok_or(Error::NotFound);
    let new = if which.new.as_str().is_empty() { newest } else { find(&which.new)? };
    let public = editions.iter().find(|one| one.state == "published" && one.number < new.number);
    let old = match which.old.as_str() {
        "" => public.or(editions.iter().find(|one| one.number < new.number)),
        _ => Some(find(&which.old)?),
    };
    // The older one first, whatever the order of asking.
    let pair =
        old.filter(|old| old.id != new.id).map(|old| if old.number < new.number { (old, new) } else { (new, old) });
    let cmp = match pair {
        Some((old, new)) => {
            let (old, new) = (
                rows::read(ctx.db().read(), &house, &actor, &old.id).await?,
                rows::read(ctx.db().read(), &house, &actor, &new.id).await?,
            );
            seen::opened(&ctx, &desk, &old).await?;
            seen::opened(&ctx, &desk, &new).await?;
            Some(compared(&house, &old, &new).await?.view(which.all.is_empty()))
        }
        None => None,
    };
    let (old, new) = pair.unwrap_or((new, new));
    let base = format!("/documents/{}/compare?old={}&new={}", document.id, old.id, new.id);
    office_page(&Page {
        shell: desk.shell(&ctx, format!("版本对照：{}", newest.shown_title())).await?,
        title: newest.shown_title().to_owned(),
        editions: editions.iter().map(|one| (one.id.to_string(), name(one))).collect(),
        old: old.id.to_string(),
        new: new.id.to_string(),
        note: new.note.clone(),
        cmp,
        cmp_all: format!("{base}&all=1"),
        cmp_only: base,
        document: document.id,
    })
}
