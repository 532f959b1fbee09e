//! Rounds and their documents as they are kept.

use jiff::civil::Date;
use kernel::{OrganCode, id::DocumentId, time};
use serde::Deserialize;
use store::{
    Db, Executor, FromRow, query_as,
    sql::{By, List},
};
use web::page;

use super::model::Answer;

store::ids! {
    /// Of one clean-up.
    RoundId,
}

/// A round.
#[derive(Debug, Clone, Default, FromRow)]
pub(super) struct Round {
    pub(super) id: RoundId,
    pub(super) title: String,
    /// Empty = of all organs.
    pub(super) organ: OrganCode,
    /// Empty = whatever its date.
    pub(super) until_on: String,
    pub(super) due_on: String,
    pub(super) note: String,
    /// `open`, `confirmed`, `cancelled`.
    pub(super) state: String,
    /// Empty = none yet.
    pub(super) result_document: DocumentId,
    pub(super) opened_name: String,
    pub(super) opened_at: String,
    pub(super) ended_name: String,
    pub(super) ended_at: String,
    pub(super) reason: String,
    pub(super) version: i64,
    /// Whether the result is public now.
    pub(super) published: i64,
    /// Whether it ever was.
    pub(super) was_published: i64,
    /// The draft of the announcement was thrown away.
    pub(super) gone: i64,
    pub(super) documents: i64,
    pub(super) answered: i64,
}

impl Round {
    /// How it stands, in words, and the tint of that.
    pub(super) fn standing(&self, today: Date) -> (&'static str, &'static str) {
        match self.state.as_str() {
            "open" if self.answered == self.documents => ("意见已齐，待确认", "info"),
            "open" if self.due_on < today.to_string() => ("清理中，已超期限", "late"),
            "open" => ("清理中", "soon"),
            "cancelled" => ("已取消", "off"),
            _ if self.gone == 1 => ("公布稿已删除，请重新确认", "late"),
            _ if self.published == 1 => ("结果已公布", "ok"),
            _ if self.was_published == 1 => ("结果公布后已撤回", "late"),
            _ => ("已确认，待公布", "info"),
        }
    }

    /// The day on which it was opened.
    pub(super) fn opened_on(&self) -> String {
        time::show_date(&self.opened_at)
    }

    /// The day on which it ended; empty while it goes on.
    pub(super) fn ended_on(&self) -> String {
        if self.ended_at.is_empty() { String::new() } else { time::show_date(&self.ended_at) }
    }

    pub(super) fn is_open(&self) -> bool {
        self.state == "open"
    }

    /// Whether its result can be confirmed: for the first time, or again because the draft of it was thrown away.
    pub(super) fn can_be_confirmed(&self) -> bool {
        self.is_open() || (self.state == "confirmed" && self.gone == 1)
    }
}

const ROUND: &str = "c.id, c.title, c.organ, c.until_on, c.due_on, c.note, c.state, \
     c.result_document, c.opened_name, c.opened_at, c.ended_name, c.ended_at, c.reason, \
     c.version, \
     CASE WHEN d.current_edition <> '' THEN 1 ELSE 0 END AS published, \
     CASE WHEN d.rank > 0 THEN 1 ELSE 0 END AS was_published, \
     CASE WHEN c.result_document <> '' AND NOT EXISTS (SELECT 1 FROM edition g WHERE g.document_id = c.result_document \
     AND g.binned_at = '') THEN 1 ELSE 0 END AS gone, \
     (SELECT COUNT(*) FROM clean_up_item i WHERE i.clean_up = c.id) AS documents, \
     (SELECT COUNT(*) FROM clean_up_item i WHERE i.clean_up = c.id AND (i.answer <> '' OR NOT EXISTS (SELECT 1 FROM document x \
     LEFT JOIN document_facet v ON v.rank = x.rank AND v.key = 'validity' WHERE x.id = i.document_id \
     AND x.current_edition <> '' AND COALESCE(v.value, '') NOT IN ('repealed', 'lapsed')))) AS answered";
/// The document of the item `i` is law now: what has been repealed, has lapsed or was withdrawn meanwhile waits for nobody.
const LAW: &str = "EXISTS (SELECT 1 FROM document x LEFT JOIN document_facet v ON v.rank = x.rank AND v.key = 'validity' \
     WHERE x.id = i.document_id AND x.current_edition <> '' AND COALESCE(v.value, '') NOT IN ('repealed', 'lapsed'))";
const FROM_ROUND: &str = "clean_up c LEFT JOIN document d ON d.id = c.result_document";

/// The rounds in which one of these organs has a document, open ones first; all rounds when none are given.
pub(super) fn rounds(organs: &[OrganCode]) -> List {
    let list = List::new(ROUND, FROM_ROUND, "c.id")
        .sort("state", &[By::down("CASE WHEN c.state = 'open' THEN 1 ELSE 0 END"), By::down("c.opened_at")]);
    match organs {
        [] => list,
        organs => {
            let within = "EXISTS (SELECT 1 FROM clean_up_item o WHERE o.clean_up = c.id AND o.organ IN ({}))";
            list.with_list(within, Vec::new(), organs.to_vec())
        }
    }
}

/// Whether one of these organs has a document in the round; always when none are given.
pub(super) async fn concerns(db: &Db, id: &RoundId, organs: &[OrganCode]) -> store::Result<bool> {
    Ok(organs.is_empty() || rounds(organs).equals("c.id", id).count(db, 1).await?.rows > 0)
}

/// A round with how it stands; `None` where there is none.
pub(super) async fn round(executor: impl Executor<'_>, id: &RoundId) -> store::Result<Option<Round>> {
    // SQL: literals.
    let sql = format!("SELECT {ROUND} FROM {FROM_ROUND} WHERE c.id = $1");
    query_as(store::built(sql)).bind(id).fetch_optional(executor).await
}

/// What the list of a round's documents shows, as the address says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    pub(super) organ: String,
    /// Code of an answer; `none` = not answered.
    pub(super) answer: String,
    pub(super) q: String,
    pub(super) after: String,
}

impl Filter {
    /// The query without the place.
    pub(super) fn query(&self) -> String {
        page::query_string(&[("organ", &self.organ), ("answer", &self.answer), ("q", &self.q)])
    }
}

/// A document of a round.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Item {
    pub(super) document_id: DocumentId,
    pub(super) title: String,
    pub(super) number: String,
    pub(super) organ: OrganCode,
    pub(super) answer: String,
    pub(super) reason: String,
    pub(super) answered_name: String,
    pub(super) answered_at: String,
    /// The organ for which whoever answered acts; empty = not answered.
    pub(super) answered_for: OrganCode,
    pub(super) decision: String,
    pub(super) decided_note: String,
    pub(super) decided_name: String,
    pub(super) version: i64,
    /// How it has come to its end: `repealed`, `lapsed`, `withdrawn`; empty = it is law.
    pub(super) ended: String,
}

impl Item {
    /// It is no longer law: nothing is asked or said of it any more.
    pub(super) fn is_over(&self) -> bool {
        !self.ended.is_empty()
    }

    /// How it has come to its end, in words.
    pub(super) fn ended_words(&self) -> &'static str {
        match self.ended.as_str() {
            "" => "",
            "repealed" => "已废止",
            "lapsed" => "已失效",
            _ => "已撤回",
        }
    }

    /// What becomes of it: as the office decides, else as the organ proposes.
    pub(super) fn outcome(&self) -> Option<Answer> {
        Answer::from_code(&self.decision).or_else(|| Answer::from_code(&self.answer))
    }

    pub(super) fn answer_words(&self) -> &'static str {
        Answer::from_code(&self.answer).map_or("没有答复", Answer::label)
    }

    pub(super) fn decision_words(&self) -> &'static str {
        Answer::from_code(&self.decision).map_or("", Answer::label)
    }

    pub(super) fn tone(&self) -> &'static str {
        self.outcome().map_or("off", Answer::tone)
    }
}

const ITEM: &str = "i.document_id, COALESCE(NULLIF(d.title, ''), e.title) AS title, COALESCE(n.value, '') AS number, i.organ, \
     i.answer, i.reason, i.answered_name, i.answered_at, i.answered_for, i.decision, i.decided_note, i.decided_name, i.version, \
     CASE WHEN d.current_edition = '' THEN 'withdrawn' WHEN v.value IN ('repealed', 'lapsed') THEN v.value ELSE '' END AS ended";
const FROM_ITEM: &str = "clean_up_item i JOIN document d ON d.id = i.document_id \
     JOIN edition e ON e.document_id = d.id AND e.head = 1 \
     LEFT JOIN facet n ON n.edition_id = d.current_edition AND n.key = 'document_number' AND n.place = 0 \
     LEFT JOIN document_facet v ON v.rank = d.rank AND v.key = 'validity'";

/// The documents of a round, of these organs; of all when none are given.
pub(super) fn items(id: &RoundId, organs: &[OrganCode], filter: &Filter) -> List {
    let list = List::new(ITEM, FROM_ITEM, "i.document_id")
        .sort("organ", &[By::up("i.organ")])
        .equals("i.clean_up", id)
        .any_of("i.organ", organs.to_vec())
        .contains(&["d.title", "COALESCE(n.value, '')"], &filter.q);
    match filter.answer.as_str() {
        "" => list,
        "none" => list.equals("i.answer", "").given(LAW),
        "over" => list.given("d.current_edition = '' OR v.value IN ('repealed', 'lapsed')"),
        answer => list.equals("CASE WHEN i.decision <> '' THEN i.decision ELSE i.answer END", answer),
    }
}

/// One document of a round.
pub(super) async fn item(
    executor: impl Executor<'_>,
    id: &RoundId,
    document: &DocumentId,
) -> store::Result<Option<Item>> {
    // SQL: literals.
    let sql = format!("SELECT {ITEM} FROM {FROM_ITEM} WHERE i.clean_up = $1 AND i.document_id = $2");
    query_as(store::built(sql)).bind(id).bind(document).fetch_optional(executor).await
}

/// All documents of a round, organ by organ.
pub(super) async fn all(executor: impl Executor<'_>, id: &RoundId) -> store::Result<Vec<Item>> {
    // SQL: literals.
    let sql = format!("SELECT {ITEM} FROM {FROM_ITEM} WHERE i.clean_up = $1 ORDER BY i.organ, title, i.document_id");
    query_as(store::built(sql)).bind(id).fetch_all(executor).await
}

/// Those that are law still.
pub(super) fn lasting(items: Vec<Item>) -> Vec<Item> {
    items.into_iter().filter(|item| !item.is_over()).collect()
}

/// How far an organ is.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Progress {
    pub(super) organ: OrganCode,
    pub(super) documents: i64,
    pub(super) answered: i64,
}

/// How far each organ is in a round, those that owe most first.
pub(super) async fn progress(executor: impl Executor<'_>, id: &RoundId) -> store::Result<Vec<Progress>> {
    // SQL: literals.
    let sql = format!(
        "SELECT i.organ, COUNT(*) AS documents, CAST(SUM(CASE WHEN i.answer <> '' THEN 1 ELSE 0 END) AS BIGINT) AS answered \
         FROM clean_up_item i WHERE i.clean_up = $1 AND {LAW} GROUP BY i.organ \
         ORDER BY SUM(CASE WHEN i.answer = '' THEN 1 ELSE 0 END) DESC, i.organ"
    );
    query_as(store::built(sql)).bind(id).fetch_all(executor).await
}

/// What an organ owes in an open round.
#[derive(Debug, Clone, FromRow)]
pub(in crate::ledger) struct Owed {
    pub(in crate::ledger) id: RoundId,
    pub(in crate::ledger) title: String,
    pub(in crate::ledger) due_on: String,
    pub(in crate::ledger) opened_at: String,
    pub(in crate::ledger) organ: OrganCode,
    pub(in crate::ledger) open: i64,
}

/// What these organs owe in open rounds; all organs when none are given.
pub(in crate::ledger) async fn owed(db: &Db, organs: &[OrganCode]) -> store::Result<Vec<Owed>> {
    // SQL: literals.
    let sql = format!(
        "SELECT c.id, c.title, c.due_on, c.opened_at, i.organ, COUNT(*) AS open FROM clean_up c \
         JOIN clean_up_item i ON i.clean_up = c.id AND i.answer = '' WHERE c.state = 'open' AND {LAW} \
         GROUP BY c.id, c.title, c.due_on, c.opened_at, i.organ ORDER BY c.due_on, c.id, i.organ"
    );
    let found: Vec<Owed> = query_as(store::built(sql)).fetch_all(db.read()).await?;
    Ok(found.into_iter().filter(|one| organs.is_empty() || organs.contains(&one.organ)).collect())
}

/// An open round in which organs are late or which waits for the office: how many organs owe something.
#[derive(Debug, Clone, FromRow)]
pub(in crate::ledger) struct Behind {
    pub(in crate::ledger) id: RoundId,
    pub(in crate::ledger) title: String,
    pub(in crate::ledger) due_on: String,
    pub(in crate::ledger) organs: i64,
}

/// The open rounds with how many organs have still to answer.
pub(in crate::ledger) async fn late_organs(db: &Db) -> store::Result<Vec<Behind>> {
    // SQL: literals.
    let sql = format!(
        "SELECT c.id, c.title, c.due_on, \
         (SELECT COUNT(DISTINCT i.organ) FROM clean_up_item i WHERE i.clean_up = c.id AND i.answer = '' AND {LAW}) AS organs \
         FROM clean_up c WHERE c.state = 'open' ORDER BY c.due_on, c.id"
    );
    query_as(store::built(sql)).fetch_all(db.read()).await
}

/// A round whose result is public and says an end of documents that have none.
#[derive(Debug, Clone, FromRow)]
pub(in crate::ledger) struct Idle {
    pub(in crate::ledger) id: RoundId,
    pub(in crate::ledger) title: String,
    pub(in crate::ledger) result_document: DocumentId,
    pub(in crate::ledger) name: String,
}

/// Documents that a public result ends in the answers and that are law nevertheless, since their end could not be entered and
/// nobody has decided on it.
pub(in crate::ledger) async fn idle(db: &Db) -> store::Result<Vec<Idle>> {
    // SQL: literals.
    let sql = format!(
        "SELECT c.id, c.title, c.result_document, d.title AS name FROM clean_up c \
         JOIN document r ON r.id = c.result_document AND r.current_edition <> '' \
         JOIN clean_up_item i ON i.clean_up = c.id JOIN document d ON d.id = i.document_id \
         WHERE c.state = 'confirmed' AND CASE WHEN i.decision <> '' THEN i.decision ELSE i.answer END IN ('repeal', 'lapse') \
         AND {LAW} AND NOT EXISTS (SELECT 1 FROM document_reference f WHERE f.from_document = c.result_document \
         AND f.to_document = i.document_id AND f.state IN ('confirmed', 'refused')) ORDER BY c.id, d.title LIMIT 50"
    );
    // SQL: made above of literals.
    query_as(store::built(sql)).fetch_all(db.read()).await
}
