//! The office's list of what documents say of each other.

use document::{House, Kinds, references, references::ReferenceId};
use kernel::{OrganCode, id::DocumentId};
use serde::Deserialize;
use store::{
    Db, FromRow,
    sql::{By, Count, List, Page},
};
use web::{Ctx, Desk, Refusal, Result, page};

/// The installation, as the document machine asks for it; no number is given here.
pub(crate) fn house(ctx: &Ctx) -> House {
    House::of(ctx, "")
}

/// What the list shows, as the address says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    pub(super) state: String,
    pub(super) verb: String,
    pub(super) organ: String,
    pub(super) document: String,
    pub(super) q: String,
    pub(super) after: String,
}

impl Filter {
    /// The query without the place.
    pub(super) fn query(&self) -> String {
        page::query_string(&[
            ("state", &self.state),
            ("verb", &self.verb),
            ("organ", &self.organ),
            ("document", &self.document),
            ("q", &self.q),
        ])
    }

    pub(super) fn is_any(&self) -> bool {
        !self.query().is_empty()
    }
}

/// One line.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Row {
    pub(super) id: ReferenceId,
    pub(super) from_document: DocumentId,
    pub(super) from_title: String,
    pub(super) organ: OrganCode,
    pub(super) verb: String,
    pub(super) other_title: String,
    pub(super) to_title: String,
    pub(super) to_number: String,
    pub(super) articles: String,
    pub(super) state: String,
    pub(super) several: i64,
    /// Code of [`references::basis`].
    pub(super) basis: String,
    /// The text that is public now does not say it any more.
    pub(super) gone: i64,
    pub(super) decided_name: String,
    pub(super) version: i64,
}

const COLUMNS: &str = "r.id, r.from_document, d.title AS from_title, d.organ, r.verb, COALESCE(t.title, '') AS other_title, \
     r.to_title, r.to_number, r.articles, r.state, r.several, \
     r.basis, CASE WHEN r.basis = 'text' AND r.edition_id <> d.current_edition THEN 1 \
     WHEN r.basis = 'other' AND r.edition_id <> COALESCE(t.current_edition, '') THEN 1 ELSE 0 END AS gone, \
     r.decided_name, r.version";
const FROM: &str =
    "document_reference r JOIN document d ON d.id = r.from_document LEFT JOIN document t ON t.id = r.to_document";

/// What changes how the other stands comes before what only says on what a text is based.
const ACTS: &str = "CASE WHEN r.verb IN ('repeals', 'replaces', 'ends', 'amends') THEN '1' ELSE '0' END";

/// The organs whose documents a person sees here: all of them for the office.
pub(crate) fn organs(ctx: &Ctx, desk: &Desk, asked: &str) -> Vec<OrganCode> {
    let house = house(ctx);
    match (desk.staff.central, asked) {
        (true, "") => Vec::new(),
        (true, code) => house.kept_by(&OrganCode::from(code)),
        (false, _) => house.kept_by(desk.organ()),
    }
}

fn list(ctx: &Ctx, desk: &Desk, filter: &Filter) -> List {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    List::new(COLUMNS, FROM, "r.id")
        .sort("new", &[By::down(ACTS), By::down("r.created_at")])
        .given("d.current_edition <> ''")
        .given("r.state <> 'noted'")
        .any_of("d.organ", organs(ctx, desk, &filter.organ))
        .equals("r.state", some(&filter.state))
        .equals("r.verb", some(&filter.verb))
        .equals("r.from_document", some(&filter.document))
        .contains(&["d.title", "r.to_title", "r.to_number"], &filter.q)
}

/// A page of the list and how many there are.
pub(super) async fn page(ctx: &Ctx, desk: &Desk, filter: &Filter, size: usize) -> Result<(Page<Row>, Count)> {
    let list = list(ctx, desk, filter);
    let found = list.page::<Row>(ctx.db(), None, Some(filter.after.as_str()), size).await?;
    let count = list.count(ctx.db(), 2_000).await?;
    Ok((found, count))
}

/// How many of these organs wait for a decision; of all when there are none.
pub(super) async fn waiting(db: &Db, organs: &[OrganCode]) -> Result<i64> {
    let list = List::new("r.id", FROM, "r.id")
        .sort("new", &[By::down("r.created_at")])
        .given("d.current_edition <> ''")
        .equals("r.state", references::FOUND)
        .any_of("d.organ", organs.to_vec());
    Ok(list.count(db, 1_000).await?.rows)
}

/// A document that another one ends or changes.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Ended {
    pub(super) id: ReferenceId,
    verb: String,
    pub(super) title: String,
}

impl Ended {
    /// What is done to it.
    pub(super) fn does(&self) -> &'static str {
        references::Verb::from_code(&self.verb).map_or("", references::Verb::label)
    }
}

/// The documents that this one ends or changes, as far as it was confirmed; the first fifty.
pub(super) async fn said(db: &Db, document: &DocumentId) -> Result<Vec<Ended>> {
    let sql = "SELECT r.id, r.verb, d.title FROM document_reference r JOIN document d ON d.id = r.to_document \
               WHERE r.from_document = $1 AND r.state = 'confirmed' AND d.current_edition <> '' \
               AND r.verb IN ('repeals', 'replaces', 'ends', 'amends') ORDER BY d.title, r.id LIMIT 50";
    Ok(store::query_as(sql).bind(document).fetch_all(db.read()).await?)
}

/// The documents that the typed words mean: an address, an identifier, a number or a title.
///
/// # Errors
/// At the field, when there is none or there are several.
pub(crate) async fn meant(ctx: &Ctx, typed: &str) -> Result<DocumentId, Refusal> {
    let typed = typed.trim();
    let kinds = Kinds::of(ctx);
    let kind = kinds.get(super::POLICY).ok_or(Refusal::NotFound)?;
    let last = typed.split(['?', '#']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let id = DocumentId::from(last);
    // What was never public is nothing that a text can mean.
    if let Some(document) = document::rows::document(ctx.db().read(), &id).await?.filter(|one| one.rank > 0) {
        return Ok(document.id);
    }
    let plain = typed.trim_matches(['《', '》']);
    let mut found = references::fitting(ctx.db().read(), kind, "", plain).await?;
    if found.is_empty() {
        found = references::fitting(ctx.db().read(), kind, plain, "").await?;
    }
    match found.as_slice() {
        [only] => Ok(only.id.clone()),
        [] => Err(Refusal::field(
            "other",
            "没有找到这份已公开的政策文件。请填写它的文号、标题或者网址；确实不在本库的，选“不在本库”。",
        )),
        several => {
            let titles: Vec<String> = several.iter().take(5).map(|one| format!("《{}》", one.title)).collect();
            Err(Refusal::field(
                "other",
                format!(
                    "有 {} 份文件符合：{}。请从网址栏复制其中一份的网址填在这里。",
                    several.len(),
                    titles.join("、")
                ),
            ))
        }
    }
}
