//! What is to be cleared, and its mark: the same text with the same decisions has the same mark, whatever was done and undone in
//! between; anything that the reviewer reads, the public gets or organs are told has another one.

use sha2::{Digest, Sha256};

use crate::plans::{
    amend::store::{Amendment, AmendmentId},
    tree::Tree,
};

/// What is to be cleared: a text at one moment. A later change is another text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Empty = the draft of the plan itself.
    pub(crate) amendment: AmendmentId,
    /// The same text has the same mark.
    pub(crate) mark: String,
}

/// A digest over rows of fields: each with its length, so that no two rows read as another two.
struct Sum(Sha256);

impl Sum {
    fn new(what: &str) -> Self {
        let mut sum = Self(Sha256::new());
        sum.row(&[what]);
        sum
    }

    fn row(&mut self, fields: &[&str]) {
        self.0.update((fields.len() as u64).to_be_bytes());
        for field in fields {
            self.0.update((field.len() as u64).to_be_bytes());
            self.0.update(field);
        }
    }

    fn mark(self) -> String {
        hex::encode(self.0.finalize())
    }
}

impl Seen {
    /// The draft as it stands: head, words, structure, and of each duty what is issued — dates, owners, whether its progress is
    /// public, whether it is owed at all; and which plan gives way to it.
    pub(crate) fn draft(tree: &Tree) -> Self {
        let mut sum = Sum::new("draft/1");
        let plan = &tree.plan;
        let year = plan.year.to_string();
        sum.row(&[plan.id.as_str(), &plan.kind, &plan.title, &plan.document_number, &year, &plan.issued_on]);
        sum.row(&[&plan.source, &plan.preamble, &plan.closing, plan.replaces.as_str(), &plan.twin_reason]);
        for section in &tree.sections {
            let place = section.position.to_string();
            sum.row(&["section", section.id.as_str(), &place, &section.number, &section.title, &section.text]);
        }
        for clause in &tree.clauses {
            let place = clause.position.to_string();
            sum.row(&["clause", clause.id.as_str(), clause.section.as_str(), &place, &clause.number]);
            sum.row(&[&clause.title, &clause.text, &clause.owner_note, &clause.ended_at, &clause.ended_reason]);
        }
        for duty in &tree.duties {
            let (place, grace) = (duty.position.to_string(), duty.grace_days.to_string());
            let marks = format!("{}{}", u8::from(duty.is_duty), u8::from(duty.principle));
            sum.row(&["duty", duty.id.as_str(), duty.clause.as_str(), &place, &marks, &duty.text, &duty.original]);
            sum.row(&[
                &duty.measure,
                &duty.due_words,
                &duty.due_on,
                &duty.cadence,
                &grace,
                &duty.visibility,
                &duty.extra,
            ]);
        }
        let mut owners: Vec<_> = tree.owners.iter().collect();
        owners.sort_by(|a, b| (&a.clause, &a.duty, a.position, &a.id).cmp(&(&b.clause, &b.duty, b.position, &b.id)));
        for owner in owners {
            sum.row(&["owner", owner.clause.as_str(), owner.duty.as_str(), &owner.name, &owner.role, &owner.organs]);
        }
        Self { amendment: AmendmentId::default(), mark: sum.mark() }
    }

    /// An amended text with the reason that is published with it, and with what was decided about its duties: which of them end
    /// and why, who answers for them, and which are public, stands on the portal like the text.
    pub(crate) fn amended(row: &Amendment) -> Self {
        let mut sum = Sum::new("amendment/1");
        sum.row(&[row.id.as_str(), row.plan.as_str(), &row.source_digest, &row.source, row.reason.trim()]);
        sum.row(&[&row.choices().mark()]);
        Self { amendment: row.id.clone(), mark: sum.mark() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{PlanKind, Visibility},
        plans::fixture,
    };

    /// A change with its name.
    type Change = (&'static str, fn(&mut Tree));

    const SOURCE: &str = "2026年某县政务公开工作要点\n一、做好公开\n（一）公开预算。6月底前公开预算。每季度公开执行情况。\
        （县财政局负责）\n（二）公开决算。9月底前公开决算。（县审计局负责）\n";

    /// Whatever a database's writer could turn in a draft after the pass is another text.
    #[test]
    fn everything_that_is_read_issued_or_published_has_a_mark_of_its_own() {
        let tree = || fixture::tree(SOURCE, PlanKind::WorkPoints, &mut fixture::fresh("x"));
        let first = Seen::draft(&tree());
        assert_eq!(first, Seen::draft(&tree()));
        let changes: [Change; 16] = [
            ("year", |tree| tree.plan.year = 2027),
            ("number", |tree| tree.plan.document_number = "某府办发〔2026〕3号".into()),
            ("date", |tree| tree.plan.issued_on = "2026-03-01".into()),
            ("preamble", |tree| tree.plan.preamble = "前言".into()),
            ("replaced", |tree| tree.plan.replaces = "other".into()),
            ("why replaced", |tree| tree.plan.twin_reason = "另有安排".into()),
            ("heading", |tree| tree.sections[0].title.push('好')),
            ("clause", |tree| tree.clauses[0].text.push('好')),
            ("owner note", |tree| tree.clauses[0].owner_note.push('好')),
            ("its section", |tree| tree.clauses[1].section = "other".into()),
            ("due", |tree| tree.duties[0].due_on = "2026-07-01".into()),
            ("visibility", |tree| tree.duties[0].visibility = Visibility::Internal.code().into()),
            ("no duty", |tree| tree.duties[0].is_duty = false),
            ("principle", |tree| tree.duties[0].principle = true),
            ("its clause", |tree| tree.duties[0].clause = tree.clauses[1].id.clone()),
            ("owner", |tree| tree.owners[0].set_codes(&["QH001".into()], "chosen")),
        ];
        for (what, change) in changes {
            let mut other = tree();
            change(&mut other);
            assert_ne!(Seen::draft(&other), first, "{what}");
        }
        // Words do not flow from one field into the next.
        let (mut a, mut b) = (tree(), tree());
        (a.plan.preamble, a.plan.closing) = ("甲乙".into(), "丙".into());
        (b.plan.preamble, b.plan.closing) = ("甲".into(), "乙丙".into());
        assert_ne!(Seen::draft(&a), Seen::draft(&b));
        // What was changed and changed back is what was read.
        let mut back = tree();
        back.duties[0].due_on = "2026-07-01".into();
        back.duties[0].due_on = tree().duties[0].due_on.clone();
        back.plan.version += 2;
        assert_eq!(Seen::draft(&back), first);
    }
}
