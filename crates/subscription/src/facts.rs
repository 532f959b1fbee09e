//! What of public documents is judged and told: read from the document machine, always as it stands now.

use std::collections::HashMap;

use document::{
    Kinds,
    common::{AUDIENCE, DOCUMENT_NUMBER, TOPICS, VALIDITY},
    public::{self, Listed},
};
use kernel::id::{ColumnId, DocumentId, EditionId};
use store::{built, places, query_as};
use web::{Ctx, Result};

use crate::{filter::AUDIENCES, matching::Facts};

/// A public document as it is judged and told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Public {
    pub(crate) listed: Listed,
    pub(crate) facts: Facts,
    /// Short name of its organ.
    pub(crate) organ: String,
    /// 有效性 in words; may be empty.
    pub(crate) validity: String,
}

impl Public {
    /// The line below its title: organ, first day, number, validity.
    pub(crate) fn about(&self) -> String {
        let parts = [self.organ.as_str(), &self.listed.published_on, &self.facts.number, &self.validity];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}

/// Documents asked at a time.
const STEP: usize = 200;

/// Those of these documents that are public now.
///
/// # Errors
/// When the database fails.
pub(crate) async fn of(ctx: &Ctx, ids: &[DocumentId]) -> Result<Vec<Public>> {
    let listed = public::of_ids(ctx.db(), &Kinds::of(ctx), ids).await?;
    of_listed(ctx, listed).await
}

/// The same of what a list gave, in its order.
///
/// # Errors
/// When the database fails.
pub(crate) async fn of_listed(ctx: &Ctx, listed: Vec<Listed>) -> Result<Vec<Public>> {
    let above = columns_above(ctx).await?;
    let (directory, today) = (ctx.directory(), ctx.today());
    let mut found = Vec::with_capacity(listed.len());
    let mut rest = listed.into_iter().peekable();
    while rest.peek().is_some() {
        let some: Vec<Listed> = rest.by_ref().take(STEP).collect();
        let editions: Vec<EditionId> = some.iter().map(|one| one.edition.clone()).collect();
        let mut fields = fields(ctx, &editions).await?;
        for listed in some {
            let own = fields.remove(&listed.edition).unwrap_or_default();
            let of =
                |key: &'static str| own.iter().filter(move |(known, _)| known == key).map(|(_, value)| value.clone());
            let facts = Facts {
                topics: of(TOPICS.key).collect(),
                organs: directory.answered_by(&listed.organ, today).into_iter().map(String::from).collect(),
                kind: listed.kind.key.to_owned(),
                columns: with_those_above(&above, &listed.column),
                audiences: of(AUDIENCE.key).flat_map(|text| audiences(&text)).collect(),
                title: listed.title.clone(),
                number: listed.values.get(&DOCUMENT_NUMBER).to_owned(),
            };
            found.push(Public {
                organ: directory.short_name(&listed.organ).to_owned(),
                validity: listed.values.words(&VALIDITY),
                facts,
                listed,
            });
        }
    }
    Ok(found)
}

/// Key and value of the fields that lists do not tell, by edition.
async fn fields(ctx: &Ctx, editions: &[EditionId]) -> Result<HashMap<EditionId, Vec<(String, String)>>> {
    let mut found: HashMap<EditionId, Vec<(String, String)>> = HashMap::new();
    if editions.is_empty() {
        return Ok(found);
    }
    // SQL: literals and numbers of places that are counted here.
    let sql = built(format!(
        "SELECT edition_id, key, value FROM facet WHERE key IN ($1, $2) AND edition_id IN ({}) ORDER BY edition_id, key, place",
        places(3, editions.len())
    ));
    let rows: Vec<(EditionId, String, String)> =
        query_as(sql).bind(TOPICS.key).bind(AUDIENCE.key).bind_all(editions).fetch_all(ctx.db().read()).await?;
    for (edition, key, value) in rows {
        found.entry(edition).or_default().push((key, value));
    }
    Ok(found)
}

/// The column above each, hidden ones too.
async fn columns_above(ctx: &Ctx) -> Result<HashMap<ColumnId, ColumnId>> {
    let rows: Vec<(ColumnId, ColumnId)> =
        query_as("SELECT slug, parent FROM portal_column").fetch_all(ctx.db().read()).await?;
    Ok(rows.into_iter().collect())
}

fn with_those_above(above: &HashMap<ColumnId, ColumnId>, column: &ColumnId) -> Vec<String> {
    let mut found = vec![column.to_string()];
    let mut at = column;
    while let Some(next) = above.get(at).filter(|next| !next.as_str().is_empty()) {
        // Guards against a circle in the data.
        if found.iter().any(|known| known == next.as_str()) {
            break;
        }
        found.push(next.to_string());
        at = next;
    }
    found
}

/// To whom the conditions of a policy apply: codes of [`AUDIENCES`], from its lines 对象：….
fn audiences(text: &str) -> Vec<String> {
    let named = text.lines().filter_map(|line| line.split_once(['：', ':']));
    let whom = named.filter(|(name, _)| name.trim() == "对象").map(|(_, whom)| whom);
    let mut codes: Vec<String> = Vec::new();
    for word in whom.flat_map(|whom| whom.split(['、', '，', ',', '；', ';', '/'])).map(str::trim) {
        let known = AUDIENCES.iter().find(|(_, name, others)| *name == word || others.contains(&word));
        if let Some((code, ..)) = known
            && !codes.iter().any(|known| known == code)
        {
            codes.push((*code).to_owned());
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_a_policy_is_for_is_read_from_its_conditions() {
        let text = "给：创业补贴\n对象：个体户、小微企业\n人数：20 人以下\n\n给：津贴\n对象: 企业，居民";
        assert_eq!(audiences(text), ["trader", "company", "person"]);
        assert!(audiences("说明：对象另行公布").is_empty());
    }

    #[test]
    fn a_circle_of_columns_ends() {
        let above = [("a", "b"), ("b", "a"), ("c", "")].map(|(one, up)| (ColumnId::from(one), ColumnId::from(up)));
        let above = HashMap::from(above);
        assert_eq!(with_those_above(&above, &"a".into()), ["a", "b"]);
        assert_eq!(with_those_above(&above, &"c".into()), ["c"]);
        assert_eq!(with_those_above(&above, &"d".into()), ["d"]);
    }
}
