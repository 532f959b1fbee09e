//! Hits are asked of the database before they are shown. The index is a second behind it when all is well, and for as long as its
//! disk is full when it is not; what was withdrawn meanwhile must be found by nobody, neither its title nor an excerpt.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use store::{built, places, query_as};
use web::{
    Ctx,
    hooks::{Audience, SearchEntry, SearchSource},
};

use crate::{Error, Hit, Result, Results, results::Piece};

/// Who knows what is true: the database, and the sources of what is found.
pub(crate) struct Truth<'a> {
    pub(crate) ctx: &'a Ctx,
    pub(crate) sources: &'a [Arc<dyn SearchSource>],
    pub(crate) audience: Audience,
}

/// Leaves of the hits what the audience may see now. `fed`: the newest event that is in the index for sure.
///
/// # Errors
/// When the database cannot be asked: then nothing is shown.
pub(crate) async fn keep_true(truth: &Truth<'_>, fed: i64, results: &mut Results) -> Result<()> {
    // Fixed pages of the portal are always there.
    let (fixed, recommended): (Vec<Hit>, Vec<Hit>) =
        std::mem::take(&mut results.recommended).into_iter().partition(|hit| hit.subject.is_empty());
    let mut hits = recommended;
    let before = results.hits.len();
    hits.append(&mut results.hits);
    results.recommended = fixed;
    if hits.is_empty() {
        return Ok(());
    }
    let newer = changed(truth.ctx, fed, &hits).await?;
    let standing = standing(truth, &hits).await?;
    for mut hit in hits {
        let of = (hit.subject.clone(), hit.id.clone());
        if !standing.contains(&of) {
            continue;
        }
        if newer.contains(&of) {
            let Some(entry) = entry_now(truth, &hit).await? else { continue };
            retold(&mut hit, entry);
        }
        if hit.recommended { results.recommended.push(hit) } else { results.hits.push(hit) }
    }
    results.total = results.total.saturating_sub((before - results.hits.len()) as u64);
    Ok(())
}

/// Subjects of hits that have events which the index has not read.
async fn changed(ctx: &Ctx, fed: i64, hits: &[Hit]) -> Result<HashSet<(String, String)>> {
    let db = ctx.db();
    // SQL: literals, and numbers of places that are counted here.
    let sql = format!(
        "SELECT subject_kind, subject_id FROM event WHERE chain = $1 AND seq > $2 AND subject_id IN ({})",
        places(3, hits.len())
    );
    let rows: Vec<(String, String)> = query_as(built(sql))
        .bind(db.chain())
        .bind(fed)
        .bind_all(hits.iter().map(|hit| hit.id.as_str()))
        .fetch_all(db.read())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Subjects of hits that the audience may see now.
async fn standing(truth: &Truth<'_>, hits: &[Hit]) -> Result<HashSet<(String, String)>> {
    let mut by_kind: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for hit in hits {
        by_kind.entry(&hit.subject).or_default().push(hit.id.clone());
    }
    let mut standing = HashSet::new();
    for (kind, ids) in by_kind {
        let Some(source) = truth.sources.iter().find(|source| source.subject_kind() == kind) else { continue };
        let found = source.standing(truth.ctx, truth.audience, &ids).await.map_err(failed)?;
        standing.extend(found.into_iter().map(|id| (kind.to_owned(), id)));
    }
    Ok(standing)
}

/// What can be found of the subject of a hit now; `None` when nothing can.
async fn entry_now(truth: &Truth<'_>, hit: &Hit) -> Result<Option<SearchEntry>> {
    let Some(source) = truth.sources.iter().find(|source| source.subject_kind() == hit.subject) else {
        return Ok(None);
    };
    let entries = source.entries(truth.ctx, &hit.id).await.map_err(failed)?;
    let seen = |entry: &SearchEntry| entry.audience == Audience::Public || entry.audience == truth.audience;
    Ok(entries.into_iter().filter(seen).find(|entry| entry.key == hit.key))
}

/// The hit with what is true now and without what the index has of the text: it may be of an edition that was corrected.
fn retold(hit: &mut Hit, entry: SearchEntry) {
    if hit.title != entry.title {
        hit.title_pieces = vec![Piece { text: entry.title.clone(), hit: false }];
    }
    hit.title = entry.title;
    hit.url = entry.url;
    hit.document_number = entry.document_number;
    hit.snippet = String::new();
    hit.snippet_pieces = Vec::new();
    hit.parts = Vec::new();
}

fn failed(error: web::Error) -> Error {
    Error::Source(format!("{error:?}"))
}
