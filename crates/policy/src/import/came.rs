//! Whether a text is still the file that was brought in. What holds for a batch alone (passed at a gate without being opened, no
//! interpretation owed) holds for the words that were public elsewhere, not for another text that bears their name: what was
//! rewritten goes the way of every text.

use document::{
    Facet, Kind, Whole,
    common::{
        DOCUMENT_NUMBER, EFFECTIVE_ON, EXPIRES_ON, EXPLAINED, KEYWORDS, SOURCE, TOPICS, VALIDITIES, VALIDITY,
        WRITTEN_ON,
    },
    rows as stored,
};
use kernel::id::{DocumentId, EditionId};
use sha2::{Digest, Sha256};
use store::{Executor, FromRow, query_as};
use web::Refusal;

/// What may be corrected: it stands whole beside the title wherever texts are passed together, or is not for readers.
static SHOWN: [&Facet; 8] =
    [&DOCUMENT_NUMBER, &WRITTEN_ON, &EFFECTIVE_ON, &EXPIRES_ON, &VALIDITY, &TOPICS, &KEYWORDS, &EXPLAINED];
/// Attributes that say something to readers which the words do not.
const SAYING: [&str; 4] = [" href=\"", " src=\"", " alt=\"", " title=\""];

/// A file as it came.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Came {
    /// Of the title, as it came or as it was corrected on the pages of the batch.
    pub(super) title_digest: String,
    /// Of words, addresses and descriptions.
    pub(super) came_digest: String,
    /// The issuing organ as the document names it.
    pub(super) issued_by: String,
}

/// SHA-256 of a title.
pub(super) fn of_title(title: &str) -> String {
    hex::encode(Sha256::digest(title.trim().as_bytes()))
}

/// SHA-256 of what a cleaned text says: its words without blanks, and where its links and pictures lead. How it is laid out does not
/// count: an editor lays it out anew.
pub(super) fn of_text(html: &str, words: &str) -> String {
    let mut sum = Sha256::new();
    for word in words.split_whitespace() {
        sum.update(word.as_bytes());
    }
    for tag in html.split('<').skip(1).map(|tag| tag.split('>').next().unwrap_or(tag)) {
        for name in SAYING {
            let Some((_, value)) = tag.split_once(name) else { continue };
            sum.update(name.as_bytes());
            sum.update(value.split('"').next().unwrap_or_default().as_bytes());
        }
    }
    hex::encode(sum.finalize())
}

/// The file that became this document.
///
/// # Errors
/// When the database fails.
pub(super) async fn of(executor: impl Executor<'_>, document: &DocumentId) -> store::Result<Option<Came>> {
    let sql = "SELECT title_digest, came_digest, issued_by FROM import_file \
               WHERE outcome = 'imported' AND document_id = $1 ORDER BY id LIMIT 1";
    query_as(sql).bind(document).fetch_optional(executor).await
}

/// Names of what is not as it came.
fn changed(came: &Came, whole: &Whole, kind: Kind) -> Vec<&'static str> {
    let edition = &whole.edition;
    let told = [
        (of_title(&edition.title) != came.title_digest, "标题"),
        (of_text(&whole.text.body_html, &whole.text.body_text) != came.came_digest, "正文"),
        (!whole.files.is_empty(), "附件或图片"),
        (!whole.relations.is_empty(), "关联的文件"),
        (!edition.note.trim().is_empty(), "修改说明"),
        (edition.disclosure != "open", "公开属性"),
    ];
    let mut changed: Vec<&'static str> =
        told.into_iter().filter(|(differs, _)| *differs).map(|(_, what)| what).collect();
    for (key, values) in whole.values.iter() {
        let facet = kind.facet(key).filter(|facet| facet.public);
        let shown = SHOWN.iter().any(|shown| shown.key == key);
        let named = key == SOURCE.key && values.iter().all(|value| came.issued_by.starts_with(value.as_str()));
        let by_kind = kind.defaults.iter().any(|(of, value)| *of == key && values.iter().all(|one| one == value));
        if let Some(facet) = facet.filter(|_| !shown && !named && !by_kind) {
            changed.push(facet.label);
        }
    }
    changed
}

/// Why an edition is not passed with others of its batch; empty = it is the file.
pub(super) fn apart(came: Option<&Came>, whole: &Whole, kind: Kind) -> String {
    let Some(came) = came else { return "不是这一批导入的文件，须逐件审核".to_owned() };
    if whole.edition.number > 1 {
        return "是公开以后的更正，须打开逐件审核".to_owned();
    }
    let changed = changed(came, whole, kind);
    if changed.is_empty() {
        return String::new();
    }
    format!("导入以后改过{}，不再是原来的文件，须打开全文逐件审核", changed.join("、"))
}

/// What of a document stands beside its title where texts are passed together: everything that may be corrected and is public.
pub(super) fn beside(whole: &Whole) -> String {
    let mut told = Vec::new();
    for facet in SHOWN.into_iter().filter(|facet| facet.public && whole.values.has(facet)) {
        let words =
            match VALIDITIES.iter().find(|(code, _)| facet.key == VALIDITY.key && *code == whole.values.get(facet)) {
                Some((_, label)) => (*label).to_owned(),
                None => whole.values.typed(facet),
            };
        told.push(format!("{}：{words}", facet.label));
    }
    told.join("；")
}

/// Whether the first edition of a document is the file that was brought in: what was public before owes nothing that is owed with
/// a publication. A draft that was rewritten, or has files, is a new text.
///
/// # Errors
/// When the database fails.
pub async fn is_as_it_came(executor: impl Executor<'_>, document: &DocumentId) -> Result<bool, Refusal> {
    let mut at = executor.target();
    let Some(came) = of(at.again(), document).await? else { return Ok(false) };
    let sql = "SELECT id, title FROM edition WHERE document_id = $1 AND number = 1";
    let first: Option<(EditionId, String)> = query_as(sql).bind(document).fetch_optional(at.again()).await?;
    let Some((edition, _)) = first.filter(|(_, title)| of_title(title) == came.title_digest) else {
        return Ok(false);
    };
    let text = stored::text(at.again(), &edition).await?;
    if of_text(&text.body_html, &text.body_text) != came.came_digest {
        return Ok(false);
    }
    Ok(stored::files(at, &edition).await?.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_layout_is_the_same_text_and_another_word_or_address_is_not() {
        let came = of_text("<p>甲 乙</p><p><a href=\"https://a.example/\">丙</a></p>", "甲 乙\n丙");
        assert_eq!(of_text("<p>甲乙<br><a href=\"https://a.example/\" rel=\"noopener\">丙</a></p>", "甲乙丙"), came);
        assert_ne!(of_text("<p>甲 乙</p><p><a href=\"https://b.example/\">丙</a></p>", "甲 乙\n丙"), came);
        assert_ne!(of_text("<p>甲 乙</p><p>丙</p>", "甲 乙\n丙"), came);
        assert_ne!(of_text("<p>甲 丁</p><p><a href=\"https://a.example/\">丙</a></p>", "甲 丁\n丙"), came);
    }
}
