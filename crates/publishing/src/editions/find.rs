//! Texts found from every page of the office.

use std::sync::Arc;

use document::{
    common::DOCUMENT_NUMBER,
    desk::{self as rows, Order},
    permissions::VIEW_DOCUMENTS,
};
use futures::future::BoxFuture;
use kernel::{OrganCode, Staff, id::DocumentId, may};
use sound::{Letters, typed_letters};
use web::{
    Ctx, Result,
    hooks::{FOUND, Finder, Found},
};

/// Texts that letters may mean at most; a longer list helps nobody.
const MEANT: usize = 50;
/// Titles whose letters are kept at most, those of the latest texts.
const MOST: i64 = 50_000;

/// Texts by title, its first letters, document number and index number.
pub(crate) fn finder() -> Arc<dyn Finder> {
    Arc::new(Texts)
}

struct Texts;

/// A text with the letters of its title.
type Spoken = (DocumentId, OrganCode, Letters);

/// All texts by the letters of their titles, worked out anew when a text or an organ has changed.
async fn by_letters(ctx: &Ctx) -> Result<Arc<Vec<Spoken>>> {
    let db = ctx.db();
    let ask = async {
        let titles = rows::titles(db, MOST).await?;
        let spoken = titles.into_iter().map(|(document, organ, title)| (document, organ, Letters::of(&title)));
        Ok::<_, store::Error>(Arc::new(spoken.collect::<Vec<_>>()))
    };
    Ok(db.while_subjects_unchanged(&["document", "organ"], "letters of titles".to_owned(), ask).await?)
}

/// The texts of these organs (none = of all) that the letters may mean: those whose titles begin so first.
async fn meant(ctx: &Ctx, organs: &[OrganCode], typed: &str) -> Result<Vec<DocumentId>> {
    let all = by_letters(ctx).await?;
    let own = all.iter().filter(|(_, organ, _)| organs.is_empty() || organs.contains(organ));
    let mut fits: Vec<(usize, &DocumentId)> =
        own.filter_map(|(document, _, letters)| Some((letters.place(typed)?, document))).take(MEANT).collect();
    fits.sort_by_key(|(place, _)| *place);
    Ok(fits.into_iter().take(FOUND).map(|(_, document)| document.clone()).collect())
}

impl Finder for Texts {
    fn group(&self) -> &'static str {
        "稿件"
    }

    fn find<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff, words: &'a str) -> BoxFuture<'a, Result<Vec<Found>>> {
        Box::pin(async move {
            if may(&staff.clone().into(), &VIEW_DOCUMENTS).is_err() {
                return Ok(Vec::new());
            }
            let organs = if staff.central { Vec::new() } else { crate::house(ctx).kept_by(&staff.organ) };
            let letters = match typed_letters(words) {
                Some(typed) => meant(ctx, &organs, &typed).await?,
                None => Vec::new(),
            };
            let filter = rows::Filter { organs, words: words.to_owned(), ..rows::Filter::default() };
            let order = Order { by: rows::By::Updated, down: true };
            let most = i64::try_from(FOUND).unwrap_or(i64::MAX);
            let kinds = document::Kinds::of(ctx);
            let mut found = rows::list(ctx.db(), &kinds, &filter, order, 0, most).await?;
            for row in rows::heads(ctx.db(), &kinds, &letters).await? {
                // What has gone to another organ meanwhile is not shown.
                let own = filter.organs.is_empty() || filter.organs.contains(&row.organ);
                if own && found.len() < FOUND && found.iter().all(|one| one.document != row.document) {
                    found.push(row);
                }
            }
            let one = |row: rows::Row| {
                let number = row.values.get(&DOCUMENT_NUMBER);
                let organ = ctx.directory().short_name(&row.organ).to_owned();
                let about = [row.state_words(), number, &organ];
                let about: Vec<&str> = about.into_iter().filter(|part| !part.is_empty()).collect();
                let (label, href) = (row.shown_title().to_owned(), format!("/documents/{}", row.document));
                Found { about: about.join("　"), label, href }
            };
            Ok(found.into_iter().map(one).collect())
        })
    }
}
