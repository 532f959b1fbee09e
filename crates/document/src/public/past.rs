//! Which editions of a public document may be held against each other before everybody: those that the public could read, unless
//! something speaks against reading the older one again.
//!
//! A correction may have been made so that something is no longer read: a name, an illness, a number. What was withdrawn, and what
//! stood before it, is therefore not compared; neither is what stood before an edition whose authors did not agree to it
//! ([`COMPARED`]), nor an edition with a personal number or somebody's home that the newer one no longer has ([`withheld`]).

use std::collections::BTreeSet;

use kernel::id::{DocumentId, EditionId};
use store::{Db, FromRow, query_as};
use text::findings::{Severity, homes, names, personal_numbers};

use crate::{
    common::{CHANGES, COMPARED, COMPARED_YES},
    compare::{self, File, Side},
    error::Result,
    rows,
    spec::{Facet, Kind, Shape},
    values::Values,
};

/// An edition that may be compared.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Comparable {
    pub id: EditionId,
    /// 1, 2, …
    pub number: i64,
    /// Title at the time.
    pub title: String,
    /// From when it was public, stored form.
    pub published_at: String,
    /// Until when, stored form; empty for the one that is public now.
    pub ended_at: String,
}

/// The editions of a public document that may be compared, newest first: the one that is public now and those that it replaced,
/// back to what must not be read again. Empty when the document is not public.
pub async fn comparable(db: &Db, document: &DocumentId) -> Result<Vec<Comparable>> {
    let editions: Vec<Comparable> = query_as(
        "SELECT e.id, e.number, e.title, e.published_at, e.ended_at FROM edition e \
         JOIN document d ON d.id = e.document_id AND d.current_edition <> '' \
         JOIN edition now ON now.id = d.current_edition AND now.state = 'published' \
         WHERE e.document_id = $1 AND e.number <= now.number AND (e.id = now.id OR e.state = 'superseded') \
         AND NOT EXISTS (SELECT 1 FROM edition w WHERE w.document_id = e.document_id AND w.state = 'withdrawn' \
         AND w.number > e.number) \
         AND NOT EXISTS (SELECT 1 FROM edition a WHERE a.document_id = e.document_id AND a.published_at <> '' \
         AND a.number > e.number AND NOT EXISTS (SELECT 1 FROM facet f WHERE f.edition_id = a.id AND f.key = $2 \
         AND f.value = $3)) \
         ORDER BY e.number DESC",
    )
    .bind(document)
    .bind(COMPARED.key)
    .bind(COMPARED_YES)
    .fetch_all(db.read())
    .await?;
    Ok(editions)
}

/// What everybody could read of an edition, as it is compared. `name` is how the page calls it.
///
/// # Errors
/// When the database fails, or the edition has no text.
pub async fn side(db: &Db, kind: Kind, edition: &Comparable, name: String) -> Result<Side> {
    let mut values = rows::values(db.read(), &edition.id).await?;
    values.keep_public(kind);
    let text = rows::text(db.read(), &edition.id).await?;
    let files = rows::files(db.read(), &edition.id).await?;
    Ok(Side {
        name,
        title: edition.title.clone(),
        fields: fields(kind, &values, true),
        html: text.body_html,
        files: files.iter().map(file).collect(),
        notes: values.get(&CHANGES).to_owned(),
    })
}

/// The fields of a kind in words, in the order of the form; all of them, or those that readers see.
pub fn fields(kind: Kind, values: &Values, public: bool) -> Vec<(&'static str, String)> {
    // What is said of changes stands beside them.
    let told = |facet: &&&'static Facet| (facet.public || !public) && facet.key != CHANGES.key;
    let name = |facet: &'static Facet| if public { facet.shown } else { facet.label };
    // Words are told like the page tells them.
    let words = |facet: &'static Facet| match facet.shape {
        Shape::Words => values.all(facet).join("、"),
        _ => values.words(facet),
    };
    kind.facets.iter().filter(told).map(|facet| (name(facet), words(facet))).collect()
}

/// A file as it is compared.
pub fn file(row: &rows::AttachmentRow) -> File {
    File {
        id: row.id.to_string(),
        name: row.name().to_owned(),
        digest: row.digest.clone(),
        picture: row.is_picture(),
        about: format!("{} {}", row.kind(), web::filters::size_in_words(u64::try_from(row.bytes).unwrap_or(0))),
    }
}

/// Whether the older edition holds a personal number, the address of a home or a name beside what is private that the newer one no longer has: then it is not read
/// again. It is work for a thread that answers nobody else.
pub fn withheld(old: &Side, new: &Side) -> bool {
    !personal(&compare::said(old)).is_subset(&personal(&compare::said(new)))
}

/// Personal numbers, addresses of homes and lists of names, as they stand in the text.
fn personal(text: &str) -> BTreeSet<String> {
    let chars: Vec<char> = text.chars().collect();
    let numbers = personal_numbers("body", text).into_iter().filter(|finding| finding.severity == Severity::Block);
    let found = numbers.chain(homes("body", text));
    let places = found.filter_map(|one| chars.get(one.start..one.end).map(|place| place.iter().collect()));
    places.chain(names(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_corrected_away_is_found_wherever_its_label_stands() {
        let side = |html: &str| Side { html: html.into(), ..Side::default() };
        let table = |home: &str| {
            format!("<table><tr><th>姓名</th><th>家庭住址</th></tr><tr><td>甲</td><td>{home}</td></tr></table>")
        };
        for (old, new) in [
            ("<p>家庭住址：石门村3组</p>".to_owned(), "<p>家庭住址：略</p>".to_owned()),
            ("<p>家庭住址</p><p>石门村3组</p>".to_owned(), "<p>家庭住址</p><p>略</p>".to_owned()),
            (table("石门村3组"), table("略")),
            (table("青龙街8号"), table("略")),
            (
                "<p><a href=\"https://x.cn/13800138000\">名单</a></p>".to_owned(),
                "<p><a href=\"https://x.cn/1\">名单</a></p>".to_owned(),
            ),
            ("<p>手机13800138000</p>".to_owned(), "<p>手机略</p>".to_owned()),
            ("<p>患者张三患白血病。</p>".to_owned(), "<p>患者张某患白血病。</p>".to_owned()),
        ] {
            assert!(withheld(&side(&old), &side(&new)), "{old}");
            assert!(!withheld(&side(&old), &side(&format!("{old}<p>新的一段</p>"))), "what is still public: {old}");
        }
        assert!(!withheld(&side("<p>每人每月100元</p>"), &side("<p>每人每月120元</p>")));
    }
}
