//! Comments as they stand in the table.

use document::Whole;
use kernel::{
    Staff,
    id::{AccountId, DocumentId, EditionId},
    time,
};
use store::{Executor, FromRow, Result, Tx, query, query_as, query_scalar};

store::ids! {
    /// What a reviewer noted beside a passage.
    CommentId,
}

/// What a reviewer noted beside a passage.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(crate) struct Comment {
    pub(crate) id: CommentId,
    /// The passage in its own words.
    pub(crate) quote: String,
    pub(crate) words: String,
    pub(super) account: AccountId,
    pub(crate) name: String,
    pub(super) created_at: String,
    pub(crate) resolved_name: String,
    pub(super) resolved_at: String,
    /// In the words of who has dealt with it.
    pub(crate) answer: String,
    /// Where it stands now, in words; filled by [`of`].
    #[sql(skip)]
    pub(crate) place: String,
}

impl Comment {
    /// Whether nobody has dealt with it.
    pub(crate) fn is_open(&self) -> bool {
        self.resolved_at.is_empty()
    }

    /// When it was noted.
    pub(crate) fn at(&self) -> String {
        time::show_minute(&self.created_at)
    }

    /// When somebody dealt with it.
    pub(crate) fn dealt_at(&self) -> String {
        time::show_minute(&self.resolved_at)
    }
}

/// The words of a passage as they are looked for: without blanks, which browsers and editors put where they like.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Title and text as passages are looked for in them, made once for all that is looked for.
struct Bare {
    title: String,
    text: String,
    /// Where the paragraphs end.
    ends: Vec<usize>,
}

impl Bare {
    fn of(whole: &Whole) -> Self {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for paragraph in whole.text.body_text.lines().map(bare).filter(|paragraph| !paragraph.is_empty()) {
            text.push_str(&paragraph);
            ends.push(text.len());
        }
        Self { title: bare(&whole.edition.title), text, ends }
    }

    fn place(&self, quote: &str) -> Option<String> {
        let wanted = bare(quote);
        if wanted.is_empty() {
            return None;
        }
        if self.title.contains(&wanted) {
            return Some("标题".to_owned());
        }
        let at = self.text.find(&wanted)?;
        Some(format!("正文第 {} 段", self.ends.iter().filter(|end| **end <= at).count() + 1))
    }
}

/// Where a passage stands in a text, in words; `None` when it does not stand there, or not any more. It may run over the end of a
/// paragraph.
pub(crate) fn place(whole: &Whole, quote: &str) -> Option<String> {
    Bare::of(whole).place(quote)
}

/// Most comments of one edition: all of them stand on its page.
pub(crate) const MOST: i64 = 500;

/// The comments of an edition, in the order in which they were made, each with its place in the text as it stands.
pub(crate) async fn of(on: impl Executor<'_>, whole: &Whole) -> Result<Vec<Comment>> {
    let sql = "SELECT id, quote, words, account, name, created_at, resolved_name, resolved_at, answer FROM text_comment \
               WHERE edition_id = $1 ORDER BY created_at, id";
    let mut all: Vec<Comment> = query_as(sql).bind(&whole.edition.id).fetch_all(on).await?;
    let text = Bare::of(whole);
    for comment in &mut all {
        comment.place = text.place(&comment.quote).unwrap_or_else(|| "原文已改动".to_owned());
    }
    Ok(all)
}

/// How many comments of an edition nobody has dealt with.
pub(crate) async fn open(on: impl Executor<'_>, edition: &EditionId) -> Result<usize> {
    let sql = "SELECT COUNT(*) FROM text_comment WHERE edition_id = $1 AND resolved_at = ''";
    let open: i64 = query_scalar(sql).bind(edition).fetch_one(on).await?;
    Ok(usize::try_from(open).unwrap_or_default())
}

/// Whether an edition has as many comments as it may.
pub(crate) async fn is_full(on: impl Executor<'_>, edition: &EditionId) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM text_comment WHERE edition_id = $1";
    let all: i64 = query_scalar(sql).bind(edition).fetch_one(on).await?;
    Ok(all >= MOST)
}

/// Writes a comment.
pub(crate) async fn add(
    tx: &mut Tx,
    edition: &EditionId,
    staff: &Staff,
    (gate, quote, words): (&str, &str, &str),
) -> Result<()> {
    let (id, now) = (CommentId::fresh(&tx.seams()), tx.now());
    query(
        "INSERT INTO text_comment (id, edition_id, quote, words, gate, account, name, created_at, resolved_by, resolved_name, \
         resolved_at, answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '', '', '')",
    )
    .bind(id)
    .bind(edition)
    .bind_all([quote, words, gate])
    .bind(&staff.account)
    .bind(&staff.name)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Notes that somebody has dealt with a comment; whether it was open.
pub(crate) async fn resolve(tx: &mut Tx, id: &CommentId, staff: &Staff, answer: &str) -> Result<bool> {
    let now = tx.now();
    let done = query(
        "UPDATE text_comment SET resolved_by = $2, resolved_name = $3, resolved_at = $4, answer = $5 \
         WHERE id = $1 AND resolved_at = ''",
    )
    .bind(id)
    .bind(&staff.account)
    .bind(&staff.name)
    .bind(now)
    .bind(answer)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Opens a comment again; whether it was dealt with. What was answered stands in the log.
pub(crate) async fn reopen(tx: &mut Tx, id: &CommentId) -> Result<bool> {
    let done = query(
        "UPDATE text_comment SET resolved_by = '', resolved_name = '', resolved_at = '', answer = '' \
         WHERE id = $1 AND resolved_at <> ''",
    )
    .bind(id)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Erases the words of all comments of a document; who noted something and when stays.
pub(super) async fn erase_words(tx: &mut Tx, document: &DocumentId) -> Result<()> {
    let sql = "UPDATE text_comment SET quote = '', words = '', answer = '' \
               WHERE edition_id IN (SELECT id FROM edition WHERE document_id = $1)";
    query(sql).bind(document).execute(tx.conn()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use document::{
        Values, Whole,
        rows::{DocumentRow, EditionRow, TextRow},
    };

    use super::place;

    fn whole(title: &str, text: &str) -> Whole {
        let document = DocumentRow {
            id: "d".into(),
            organ: "QH010".into(),
            column: "notices".into(),
            kind: "notice".into(),
            index_number: String::new(),
            created_by: "a".into(),
            created_at: String::new(),
            current_edition: "".into(),
            title: String::new(),
            rank: 0,
            first_published_at: String::new(),
            first_published_on: String::new(),
            published_at: String::new(),
            keeper: None,
        };
        Whole {
            document,
            edition: EditionRow { title: title.into(), ..EditionRow::default() },
            text: TextRow { body_text: text.into(), ..TextRow::default() },
            values: Values::default(),
            authors: Vec::new(),
            files: Vec::new(),
            relations: Vec::new(),
        }
    }

    #[test]
    fn a_passage_is_found_by_its_words() {
        let text = whole("关于补贴的通知", "第一段。\n\n补贴标准为每亩 100 元。\n第三段。");
        let told = |quote: &str| place(&text, quote).unwrap_or_default();
        assert_eq!(told("每亩100元"), "正文第 2 段");
        assert_eq!(told("每亩 100\n元"), "正文第 2 段");
        assert_eq!(told("补贴的通知"), "标题");
        assert_eq!(told("元。第三段"), "正文第 2 段", "over the end of a paragraph");
        assert_eq!(told("第三段。"), "正文第 3 段");
        assert_eq!(told("每亩120元"), "");
        assert_eq!(told("  "), "");
    }
}
