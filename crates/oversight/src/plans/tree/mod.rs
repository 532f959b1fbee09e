//! A plan as rows: the plan itself, sections, clauses, duties and owners, read and written whole.

mod rows;
mod store;

use ::store::{Result, Tx};
use duty::{DutyRow as Row, source};
use kernel::id::{ClauseId, DutyId};
use serde::{Deserialize, Serialize};

pub use rows::{ClauseRow, DutyRow, Head, OwnerId, OwnerRow, PlanRow, SectionRow, Texts};
pub use store::{
    insert, insert_clause, insert_owner, insert_plan, insert_section, load, load_in, load_locked, plan, put_duty,
    put_source, replace,
};

/// A whole plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    pub plan: PlanRow,
    /// Its sections in order.
    pub sections: Vec<SectionRow>,
    /// Its clauses in order, ended ones included.
    pub clauses: Vec<ClauseRow>,
    /// Its duties in order of clause and position, ended ones included.
    pub duties: Vec<DutyRow>,
    /// Its owners in order of clause and position.
    pub owners: Vec<OwnerRow>,
}

/// The rows that edits of a draft change, of some clauses: what a step keeps to be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub duties: Vec<DutyRow>,
    pub owners: Vec<OwnerRow>,
    /// The head, when the edit was about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// The words as issued, when the edit was about them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texts: Option<Texts>,
}

/// Stands among the clauses that an edit touches for the head of the plan.
pub const HEAD: &str = "head";
/// Stands among them for the words as issued.
pub const WORDS: &str = "words";

/// Numbers of section and clause together; see [`Tree::clause_number`].
pub fn number(part: &str, within: &str) -> String {
    let within = printed(within);
    let figures = within.starts_with(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c));
    format!("{part}{}{within}", if figures && !part.is_empty() { "、" } else { "" })
}

/// A clause's number to stand before its title: plain figures get a point, what has marks of its own stays.
pub fn printed(number: &str) -> String {
    let plain = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || ('０'..='９').contains(&c));
    format!("{number}{}", if plain { "." } else { "" })
}

/// Makes everything that is written about a plan and its duties wait for each other: what is read after this stays true until
/// the write ends, so an amendment overwrites nothing that organs or the office write meanwhile.
pub async fn lock(tx: &mut Tx, plan: &PlanRow) -> Result<()> {
    source::lock(tx, &plan.key()).await
}

impl Tree {
    pub fn clause(&self, id: &ClauseId) -> Option<&ClauseRow> {
        self.clauses.iter().find(|clause| clause.id == *id)
    }

    pub fn duty(&self, id: &DutyId) -> Option<&DutyRow> {
        self.duties.iter().find(|duty| duty.id == *id)
    }

    /// The duties of a clause in order.
    pub fn duties_of<'a>(&'a self, clause: &'a ClauseId) -> impl Iterator<Item = &'a DutyRow> {
        self.duties.iter().filter(move |duty| duty.clause == *clause)
    }

    /// The owners named for the whole clause.
    pub fn owners_of_clause<'a>(&'a self, clause: &'a ClauseId) -> impl Iterator<Item = &'a OwnerRow> {
        self.owners.iter().filter(move |owner| owner.clause == *clause && owner.is_of_clause())
    }

    /// The owners that hold for a duty: its own, or else the clause's.
    pub fn owners_of_duty<'a>(&'a self, duty: &'a DutyRow) -> Vec<&'a OwnerRow> {
        let own: Vec<_> = self.owners.iter().filter(|owner| owner.duty == duty.id).collect();
        if own.is_empty() { self.owners_of_clause(&duty.clause).collect() } else { own }
    }

    /// Number of the section in which the clause stands, as printed.
    fn part(&self, clause: &ClauseRow) -> &str {
        let section = self.sections.iter().find(|section| section.id == clause.section);
        section.map_or("", |section| section.number.as_str())
    }

    /// Section and clause number to stand before a title: `一（二）`, `一、1.`, `3.`.
    pub fn clause_number(&self, clause: &ClauseRow) -> String {
        number(self.part(clause), &clause.number)
    }

    /// Which duty this is, as readers find it: 一（二）第 1 项; empty when the plan has none of this id.
    pub(crate) fn place_of(&self, id: &DutyId) -> String {
        let Some(duty) = self.duty(id) else { return String::new() };
        let number = self.clause(&duty.clause).map(|clause| self.clause_number(clause)).unwrap_or_default();
        format!("{number}第 {} 项", duty.position)
    }

    /// The rows of these clauses that edits change.
    pub fn snapshot(&self, clauses: &[ClauseId]) -> Snapshot {
        Snapshot {
            duties: self.duties.iter().filter(|duty| clauses.contains(&duty.clause)).cloned().collect(),
            owners: self.owners.iter().filter(|owner| clauses.contains(&owner.clause)).cloned().collect(),
            head: clauses.iter().any(|clause| clause.as_str() == HEAD).then(|| self.plan.head()),
            texts: clauses.iter().any(|clause| clause.as_str() == WORDS).then(|| Texts::of(self)),
        }
    }

    /// Counts the positions of duties and owners in these clauses anew, keeping the order of the rows.
    pub fn renumber(&mut self, clauses: &[ClauseId]) {
        for clause in clauses {
            for (at, duty) in self.duties.iter_mut().filter(|duty| duty.clause == *clause).enumerate() {
                duty.position = i64::try_from(at).unwrap_or(0) + 1;
            }
            for (at, owner) in self.owners.iter_mut().filter(|owner| owner.clause == *clause).enumerate() {
                owner.position = i64::try_from(at).unwrap_or(0) + 1;
            }
        }
    }

    /// The duty as the machine keeps it, in its place of this plan.
    pub fn row(&self, duty: &DutyRow) -> Row {
        let mut row = Row::new(duty.id.clone(), &self.plan.key(), &duty.text);
        if let Some(clause) = self.clause(&duty.clause) {
            row.place_label = self.clause_number(clause);
            row.place_title.clone_from(&clause.title);
            row.place_part = self.part(clause).to_owned();
            row.place_order = clause.position;
        }
        Row {
            place: duty.clause.to_string(),
            position: duty.position,
            measure: duty.measure.clone(),
            due_words: duty.due_words.clone(),
            due_on: duty.due_on.clone(),
            cadence: duty.cadence.clone(),
            grace_days: duty.grace_days,
            visibility: duty.visibility.clone(),
            extra: duty.extra.clone(),
            waiting: duty.waiting.clone(),
            issued_at: duty.issued_at.clone(),
            ended_at: duty.ended_at.clone(),
            ended_reason: duty.ended_reason.clone(),
            ..row
        }
    }
}
