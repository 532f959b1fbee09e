//! Words in lists: a document is found by any piece of its title, its document number or its index number.
//!
//! Chinese has no blanks between words, so a list cannot be searched word by word. It is searched by pairs of neighbouring
//! characters: whatever is looked for, the documents that hold its rarest pair are few, and only those are read. Both databases
//! keep the pairs in an ordinary table.

use std::collections::BTreeSet;

use kernel::id::DocumentId;
use store::{Executor, Tx, query_as};

use crate::{
    error::Result,
    number::{self, Piece},
    sql::Statement,
};

/// A pair that more documents than this hold narrows nothing: the list is walked in its order instead, and fills soon.
pub(crate) const COMMON: i64 = 2000;
/// A pair that fewer hold is always begun with.
const SCARCE: i64 = 300;
/// Pairs of one search that are looked up.
const LOOKED_UP: usize = 12;

/// The form in which words are kept and looked for: radicals are the characters that they look like.
pub(crate) fn normal(text: &str) -> String {
    let seen: String = text.trim().chars().filter(|&c| !fold::is_unseen(c) || c == '\n').map(fold::ideograph).collect();
    seen.to_lowercase()
}

/// Words of a document for lists, a line for each thing by which it is found.
pub(crate) fn lines<'a>(named: impl IntoIterator<Item = &'a str>) -> String {
    let lines: Vec<String> = named.into_iter().map(normal).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// Pairs of neighbouring characters, line by line; the last character of a line stands alone, so that every character begins
/// something.
pub(crate) fn pairs(words: &str) -> BTreeSet<String> {
    let mut pairs = BTreeSet::new();
    for line in words.lines() {
        let chars: Vec<char> = line.chars().collect();
        pairs.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
        pairs.extend(chars.last().map(char::to_string));
    }
    pairs
}

/// What is looked for, as lists need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Search {
    /// In the form in which words are kept.
    pub(crate) text: String,
    /// The number of a document that is meant, in any of its spellings, as a pattern of both databases.
    pub(crate) number: Option<String>,
    /// The rarest pair, when it is rare enough to begin with.
    pub(crate) rare: Option<Pair>,
    /// The rarest pair, however many hold it: public documents with it lie in the order of lists.
    pub(crate) ordered: Option<String>,
    /// How many documents hold it.
    held: i64,
}

/// A beginning to look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pair {
    /// Exactly this pair.
    Is(String),
    /// Any pair that begins with this character.
    Begins(String),
}

impl Pair {
    /// Goes on with `column = …` or a range.
    pub(crate) fn condition(&self, statement: &mut Statement) {
        match self {
            Self::Is(pair) => {
                statement.bind("w.pair = ?", pair);
            }
            Self::Begins(character) => {
                // The highest character there is ends the range.
                statement.bind("w.pair >= ?", character).bind(" AND w.pair < ?", format!("{character}\u{10ffff}"));
            }
        }
    }
}

impl Search {
    /// Prepares a search; `None` when nothing is looked for.
    pub(crate) async fn prepare(executor: impl Executor<'_>, typed: &str) -> Result<Option<Self>> {
        let text: String = normal(typed).lines().next().unwrap_or_default().chars().take(100).collect();
        if text.is_empty() {
            return Ok(None);
        }
        let begins = text.chars().count() == 1;
        let number = number::looked_for(&text);
        let mut wanted: Vec<Pair> = if begins {
            vec![Pair::Begins(text.clone())]
        } else {
            // The last character alone says less than the pair before it.
            let two = |text: &str| -> BTreeSet<String> {
                pairs(text).into_iter().filter(|pair| pair.chars().count() == 2).collect()
            };
            let all = two(&text);
            // Whatever spelling a text has, it holds the pairs that all of them have.
            let shared = number.iter().flatten().filter_map(|piece| match piece {
                Piece::Is(text) => Some(two(&normal(text))),
                Piece::Any(_) => None,
            });
            let shared: BTreeSet<String> = shared.flatten().collect();
            all.into_iter().filter(|pair| number.is_none() || shared.contains(pair)).map(Pair::Is).collect()
        };
        wanted.truncate(LOOKED_UP);
        let pattern = number.map(|pieces| pattern(&pieces));
        if wanted.is_empty() {
            return Ok(Some(Self { text, number: pattern, rare: None, ordered: None, held: 0 }));
        }
        let mut statement = Statement::default();
        for (at, pair) in wanted.iter().enumerate() {
            if at > 0 {
                statement.add(" UNION ALL ");
            }
            let at = i64::try_from(at).unwrap_or(0);
            statement.bind("SELECT CAST(? AS BIGINT), COUNT(*) FROM (SELECT 1 FROM document_word w WHERE ", at);
            pair.condition(&mut statement);
            statement.bind(" LIMIT ?) AS found", COMMON + 1);
        }
        let (sql, values) = statement.parts();
        let counts: Vec<(i64, i64)> = query_as(sql).bind_all(values).fetch_all(executor).await?;
        let (at, held) = counts.into_iter().min_by_key(|(_, count)| *count).unwrap_or_default();
        let rarest = usize::try_from(at).ok().and_then(|at| wanted.into_iter().nth(at));
        let ordered = rarest.clone().and_then(|pair| if let Pair::Is(pair) = pair { Some(pair) } else { None });
        Ok(Some(Self { text, number: pattern, rare: rarest.filter(|_| held <= COMMON), ordered, held }))
    }

    /// Goes on with ` AND …` on words that hold what is looked for.
    pub(crate) fn condition(&self, statement: &mut Statement, column: &'static str) {
        statement.add(" AND (").add(column).bind(" LIKE ? ESCAPE '\\'", store::anywhere(&self.text));
        if let Some(number) = &self.number {
            statement.add(" OR ").add(column).bind(" LIKE ? ESCAPE '\\'", number);
        }
        statement.add(")");
    }

    /// The same for the first lines of a list that nothing else narrows: where a pair is not quite rare, walking the list in
    /// its order finds some lines sooner than reading every document that holds the pair.
    #[must_use]
    pub(crate) fn for_some(self) -> Self {
        let rare = self.rare.filter(|_| self.held <= SCARCE);
        Self { rare, ..self }
    }
}

/// A number in any of its spellings, anywhere.
fn pattern(pieces: &[Piece]) -> String {
    let piece = |piece: &Piece| match piece {
        // With the signs that mean something to the databases told apart, and without those that stand at the ends.
        Piece::Is(text) => store::anywhere(&normal(text)).trim_matches('%').to_owned(),
        Piece::Any(count) => "_".repeat(*count),
    };
    format!("%{}%", pieces.iter().map(piece).collect::<String>())
}

/// Makes the pairs of a document those of `after`, which were those of `before`.
pub(crate) async fn replace(tx: &mut Tx, document: &DocumentId, before: &[&str], after: &[&str]) -> Result<()> {
    let all = |texts: &[&str]| texts.iter().flat_map(|text| pairs(text)).collect::<BTreeSet<String>>();
    let (before, after) = (all(before), all(after));
    let gone: Vec<&String> = before.difference(&after).collect();
    if !gone.is_empty() {
        let mut statement = Statement::new("DELETE FROM document_word WHERE document_id = ");
        statement.value(document).add(" AND pair IN ").list(gone);
        let (sql, values) = statement.parts();
        store::query(sql).bind_all(values).execute(tx.conn()).await?;
    }
    let rank: Option<i64> =
        store::query_scalar("SELECT rank FROM document WHERE id = $1").bind(document).fetch_optional(tx.conn()).await?;
    let rank = rank.unwrap_or(0);
    add(tx, after.difference(&before).map(|pair| (pair, document, rank))).await?;
    let stay: Vec<&String> = after.intersection(&before).collect();
    if !stay.is_empty() {
        // With the first publication the document has its place in the order of lists.
        let mut statement = Statement::new("UPDATE document_word SET rank = ");
        statement.value(rank).bind(" WHERE rank <> ?", rank).bind(" AND document_id = ?", document);
        statement.add(" AND pair IN ").list(stay);
        let (sql, values) = statement.parts();
        store::query(sql).bind_all(values).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Adds pairs, with the documents and their places in the order of lists.
pub(crate) async fn add<'a>(tx: &mut Tx, pairs: impl Iterator<Item = (&'a String, &'a DocumentId, i64)>) -> Result<()> {
    let rows: Vec<_> = pairs.collect();
    for rows in rows.chunks(300) {
        let mut statement = Statement::new("INSERT INTO document_word (pair, document_id, rank) VALUES ");
        for (at, (pair, document, rank)) in rows.iter().enumerate() {
            statement.add(if at > 0 { ", (" } else { "(" }).value(*pair).add(", ").value(*document);
            statement.add(", ").value(*rank).add(")");
        }
        statement.add(" ON CONFLICT (pair, document_id) DO UPDATE SET rank = excluded.rank");
        let (sql, values) = statement.parts();
        store::query(sql).bind_all(values).execute(tx.conn()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_of_a_line_is_made_of_its_pairs() {
        let words = lines(["关于停水的通知（ABC）", "", "青政发〔2026〕5号"]);
        assert_eq!(words, "关于停水的通知（abc）\n青政发〔2026〕5号");
        let all = pairs(&words);
        for piece in ["停水的通", "（abc）", "〔2026〕5"] {
            let of_piece = pairs(piece);
            let two = of_piece.iter().filter(|pair| pair.chars().count() == 2);
            assert!(two.into_iter().all(|pair| all.contains(pair)), "{piece}");
        }
        assert!(all.contains("号") && !all.contains("）青"), "no pair goes over two lines");
    }
}
