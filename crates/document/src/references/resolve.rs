//! Which document of the library a text means.

use kernel::id::DocumentId;
use store::{Executor, FromRow, query_as};

use crate::{
    error::Result,
    number,
    spec::Kind,
    sql::Statement,
    words::{self, Search},
};

/// Documents that are looked at for one name.
const LOOKED_AT: i64 = 200;
/// A shorter title says too little to be found within another one.
const TELLING: usize = 6;

/// A public document that fits a name.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Fit {
    pub id: DocumentId,
    pub title: String,
    words: String,
}

/// The public documents of this kind that fit a name, by its number if it has one: two that bear one number fit both. Without a
/// number, those that are called so; else those whose title holds the name, as 关于印发《…》的通知 does.
///
/// # Errors
/// When the database fails.
pub async fn fitting(executor: impl Executor<'_>, kind: Kind, title: &str, number: &str) -> Result<Vec<Fit>> {
    let mut target = executor.target();
    if !number.is_empty() {
        let right = match number::form(number) {
            number::Form::Meant(right) => right,
            _ => number.to_owned(),
        };
        let spellings: Vec<String> = number::spellings(&right).iter().map(String::as_str).map(words::normal).collect();
        let mut found = holding(target.again(), kind, &right).await?;
        found.retain(|one| one.words.lines().any(|line| spellings.iter().any(|known| known == line)));
        if !found.is_empty() || title.is_empty() {
            return Ok(found);
        }
    }
    let wanted = words::normal(title);
    let found = holding(target.again(), kind, title).await?;
    let (same, others): (Vec<Fit>, Vec<Fit>) = found.into_iter().partition(|one| words::normal(&one.title) == wanted);
    if !same.is_empty() || wanted.chars().count() < TELLING {
        return Ok(same);
    }
    let within = format!("《{wanted}》");
    let holds = |one: &Fit| {
        let title = words::normal(&one.title);
        title.ends_with(&wanted) || title.contains(&within)
    };
    Ok(others.into_iter().filter(holds).collect())
}

/// What stands before the name of a law of the state; texts leave it out.
const STATE: &str = "中华人民共和国";

/// A title as texts of all years call the document: without the name of the state, and without the year of a revision.
fn bare(title: &str) -> String {
    let dense: String = words::normal(title).chars().filter(|c| !c.is_whitespace()).collect();
    let short = dense.strip_prefix(STATE).unwrap_or(&dense);
    match short.rsplit_once(['（', '(']) {
        Some((before, note)) if !before.is_empty() && (note.contains("修订") || note.contains("修正")) => {
            before.to_owned()
        }
        _ => short.to_owned(),
    }
}

/// The public documents of a kind that are called like this, in whichever year they were revised.
pub(super) async fn called_alike(executor: impl Executor<'_>, kind: Kind, title: &str) -> Result<Vec<Fit>> {
    let wanted = bare(title);
    if wanted.chars().count() < 2 {
        return Ok(Vec::new());
    }
    let mut found = holding(executor, kind, &wanted).await?;
    found.retain(|one| bare(&one.title) == wanted);
    Ok(found)
}

/// Public documents in whose names these words stand, the newest first.
async fn holding(executor: impl Executor<'_>, kind: Kind, text: &str) -> Result<Vec<Fit>> {
    let mut target = executor.target();
    let Some(search) = Search::prepare(target.again(), text).await? else { return Ok(Vec::new()) };
    let mut select = Statement::new("SELECT d.id, d.title, d.words ");
    match &search.rare {
        Some(pair) => {
            select.add("FROM (SELECT DISTINCT w.document_id FROM document_word w WHERE ");
            pair.condition(&mut select);
            select.add(") w CROSS JOIN document d WHERE d.id = w.document_id AND d.current_edition <> ''");
        }
        None => {
            select.add("FROM document d WHERE d.current_edition <> ''");
        }
    }
    select.bind(" AND d.kind = ?", kind.key);
    search.condition(&mut select, "d.words");
    select.bind(" ORDER BY d.rank DESC LIMIT ?", LOOKED_AT);
    let (sql, values) = select.parts();
    Ok(query_as(sql).bind_all(values).fetch_all(target.again()).await?)
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn revisions_of_a_law_are_called_alike() {
        assert_eq!(bare("中华人民共和国保守国家秘密法（2024年修订）"), "保守国家秘密法");
        assert_eq!(bare("保守国家秘密法"), "保守国家秘密法");
        assert_eq!(bare("甲办法（试行）"), "甲办法（试行）");
        assert_eq!(bare("（2024年修正）"), "（2024年修正）");
    }
}
