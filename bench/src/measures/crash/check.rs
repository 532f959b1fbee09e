//! What is there after a restart: in the database, read past the program; and on the portal, read as a visitor.

use std::{collections::HashMap, path::Path};

use anyhow::{Context, Result};
use store::{FromRow, Reader};

use super::Acknowledged;
use crate::{
    http::Browser,
    staff::{COLUMN, Rank},
    words,
};

/// Lines on a page of a column.
const PAGE: usize = 30;

/// The file of the database, read only.
#[derive(Debug)]
pub(crate) struct Database {
    runtime: tokio::runtime::Runtime,
    url: String,
}

#[derive(Debug, Clone, Default, FromRow)]
struct Row {
    id: String,
    edition: String,
    state: String,
    gate: String,
    title: String,
    body_text: String,
    current_edition: String,
    index_number: String,
    first_published_at: String,
    publications: i64,
}

impl Row {
    fn rank(&self) -> Rank {
        Rank::of(&self.state, &self.gate)
    }

    fn word(&self) -> &str {
        self.title.trim_start_matches("中断测量").trim_end_matches("（演示）")
    }

    fn is_public(&self) -> bool {
        self.state == "published"
    }
}

/// What the database holds.
#[derive(Debug, Default)]
pub(crate) struct Found {
    documents: HashMap<String, Row>,
    notes: HashMap<String, i64>,
}

impl Database {
    /// Of a data directory.
    ///
    /// # Errors
    /// When no runtime can be made.
    pub(crate) fn of(data: &Path) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { runtime, url: format!("sqlite:{}", data.join("gongkai.db").display()) })
    }

    /// A duty that the organ of this account answers for.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn duty_of(&self, login: &str) -> Result<String> {
        self.runtime.block_on(async {
            let reader = Reader::open(&self.url).await?;
            let duty: Option<String> = store::query_scalar(
                "SELECT s.duty FROM duty_share s JOIN account c ON c.organ = s.organ JOIN duty d ON d.id = s.duty \
                 JOIN duty_source o ON o.kind = d.source_kind AND o.id = d.source_id \
                 WHERE c.login = $1 AND s.ended_at = '' AND o.state = 'running' ORDER BY s.id LIMIT 1",
            )
            .bind(login)
            .fetch_optional(&reader)
            .await?;
            duty.with_context(|| format!("the organ of {login} has no duty in the demonstration"))
        })
    }

    /// Reads what was written in the run.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn read(&self) -> Result<Found> {
        self.runtime.block_on(async {
            let reader = Reader::open(&self.url).await?;
            let rows: Vec<Row> = store::query_as(
                "SELECT d.id, e.id AS edition, e.state, COALESCE((SELECT r.gate FROM review r WHERE r.subject_kind = 'edition' \
                 AND r.subject_id = e.id AND r.state = 'open'), '') AS gate, e.title, t.body_text, d.current_edition, \
                 d.index_number, d.first_published_at, (SELECT COUNT(*) FROM event v WHERE v.subject_kind = 'document' \
                 AND v.subject_id = d.id AND v.kind = 'document.published') AS publications \
                 FROM document d JOIN edition e ON e.document_id = d.id JOIN edition_text t ON t.edition_id = e.id \
                 WHERE e.title LIKE '中断测量%'",
            )
            .fetch_all(&reader)
            .await?;
            let notes: Vec<(String, i64)> =
                store::query_as("SELECT text, COUNT(*) AS n FROM progress_note WHERE text LIKE '进展记录%' GROUP BY text")
                    .fetch_all(&reader)
                    .await?;
            let documents = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
            Ok(Found { documents, notes: notes.into_iter().collect() })
        })
    }
}

impl Found {
    /// Brings what is known of documents up to what the restart showed: a step may have been done without an answer. What
    /// is public by now leaves the list.
    pub(crate) fn refresh(&self, documents: &mut Vec<Acknowledged>) {
        for document in documents.iter_mut() {
            if let Some(row) = self.documents.get(&document.draft.id) {
                document.draft.rank = row.rank();
                document.draft.edition = row.edition.clone();
                document.mark = words::mark_in(&row.body_text).unwrap_or(0);
            }
        }
        documents.retain(|document| document.draft.rank != Rank::PUBLIC);
    }

    /// What was acknowledged and is not there, in words.
    pub(crate) fn lost(&self, documents: &[Acknowledged], notes: &[String]) -> Vec<String> {
        let mut lost = Vec::new();
        for told in documents {
            match self.documents.get(&told.draft.id) {
                None => lost.push(format!("document {} is not there", told.word)),
                Some(row) => {
                    let mark = words::mark_in(&row.body_text).unwrap_or(0);
                    if row.rank() < told.draft.rank {
                        let (is, was) = (row.rank().0, told.draft.rank.0);
                        lost.push(format!("document {} stands at step {is}, step {was} was acknowledged", told.word));
                    }
                    if mark < told.mark {
                        lost.push(format!(
                            "document {} holds text {mark}, text {} was acknowledged",
                            told.word, told.mark
                        ));
                    }
                }
            }
        }
        for note in notes {
            match self.notes.get(note) {
                Some(1) => {}
                Some(count) => lost.push(format!("{note} is there {count} times")),
                None => lost.push(format!("{note} is not there")),
            }
        }
        lost
    }

    /// Documents whose parts disagree in the database: edition, document, index number, log.
    pub(crate) fn contradictions(&self) -> Vec<String> {
        let fits = |row: &Row| {
            let public = row.is_public();
            public == (row.current_edition == row.edition)
                && public != row.index_number.is_empty()
                && public != row.first_published_at.is_empty()
                && i64::from(public) == row.publications
        };
        let faults = self.documents.values().filter(|row| !fits(row));
        faults.map(|row| format!("document {} is {} in one place and not in another", row.word(), row.state)).collect()
    }

    /// Documents about which page, list, search and database do not agree, of those that `wanted` names by id and word.
    ///
    /// # Errors
    /// When the portal does not answer.
    pub(crate) fn seen_by_half(
        &self,
        visitor: &mut Browser,
        wanted: impl Fn(&str, &str) -> bool,
    ) -> Result<Vec<String>> {
        let rows: Vec<_> = self.documents.values().filter(|row| wanted(&row.id, row.word())).collect();
        let public = rows.iter().filter(|row| row.is_public()).count();
        let mut listed = String::new();
        // New documents stand first; one page more shows what should not be listed.
        for page in 1..=public / PAGE + 2 {
            listed.push_str(&visitor.get(&format!("/columns/{COLUMN}?page={page}"))?.text());
        }
        let mut faults = Vec::new();
        for row in rows {
            let page = visitor.get(&format!("/documents/{}", row.id))?;
            let search = visitor.get(&format!("/api/v1/search?q={}", row.word()))?;
            let seen = [
                ("page", page.status == 200 && page.text().contains(row.word())),
                ("list", listed.contains(&row.id)),
                ("search", search.status == 200 && search.text().contains(&row.id)),
            ];
            for (place, shown) in seen.into_iter().filter(|(_, shown)| *shown != row.is_public()) {
                let shows = if shown { "shows it" } else { "does not show it" };
                faults.push(format!("document {} is {}, the {place} {shows}", row.word(), row.state));
            }
        }
        Ok(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::staff::Draft;

    fn row(state: &str, gate: &str, mark: u32) -> Row {
        let text = |text: &str| text.to_owned();
        let public = state == "published";
        Row {
            id: text("d"),
            edition: text("e"),
            state: text(state),
            gate: text(gate),
            title: text("中断测量r1w0n1z（演示）"),
            body_text: format!("标记{mark}终"),
            current_edition: text(if public { "e" } else { "" }),
            index_number: text(if public { "QH006/2026-00001" } else { "" }),
            first_published_at: text(if public { "2026-01-01T00:00:00.000Z" } else { "" }),
            publications: i64::from(public),
        }
    }

    fn found(row: Row) -> Found {
        Found {
            documents: HashMap::from([(row.id.clone(), row)]),
            notes: HashMap::from([("进展记录一".to_owned(), 1)]),
        }
    }

    fn told(rank: usize, mark: u32) -> [Acknowledged; 1] {
        let draft = Draft { id: "d".into(), edition: "e".into(), rank: Rank(rank) };
        [Acknowledged { draft, word: "r1w0n1z".into(), mark }]
    }

    #[test]
    fn a_step_a_text_a_document_and_a_note_can_be_lost() {
        let there = found(row("in_review", "wording", 3));
        let notes = ["进展记录一".to_owned()];
        assert!(there.lost(&told(2, 3), &notes).is_empty());
        assert!(there.lost(&told(1, 2), &notes).is_empty(), "more than was acknowledged is no loss");
        assert_eq!(there.lost(&told(3, 3), &[]).len(), 1, "the policy gate");
        assert_eq!(there.lost(&told(2, 4), &[]).len(), 1, "the fourth text");
        assert_eq!(there.lost(&[], &["进展记录二".to_owned()]).len(), 1);
        assert_eq!(Found::default().lost(&told(0, 0), &notes).len(), 2);
    }

    #[test]
    fn what_is_public_in_one_place_only_is_a_contradiction() {
        assert!(found(row("published", "", 1)).contradictions().is_empty());
        assert!(found(row("draft", "", 1)).contradictions().is_empty());
        let halves = [
            Row { current_edition: String::new(), ..row("published", "", 1) },
            Row { index_number: String::new(), ..row("published", "", 1) },
            Row { publications: 2, ..row("published", "", 1) },
            Row { current_edition: "e".into(), ..row("in_review", "political", 1) },
        ];
        for half in halves {
            assert_eq!(found(half.clone()).contradictions().len(), 1, "{half:?}");
        }
    }
}
