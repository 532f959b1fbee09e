//! Personal numbers in what the public would see: found before it becomes public, and named so that it can be removed.
//!
//! 政府信息公开条例 Art. 15 keeps personal privacy out of public information. Documents pass their gates; the texts of plans
//! and duties have none of their own and are checked here: when a plan is issued or amended, when a duty is opened to the
//! public, when an organ hands in an address, and when what it filled in is accepted.

use duty::privacy::objection;
use kernel::id::ClauseId;

use crate::plans::{
    public,
    tree::{DutyRow, Tree},
};

/// A text that must not become public as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Personal {
    /// Clause where it stands; empty = the plan's frame.
    pub(crate) clause: ClauseId,
    /// Where on the page of the draft it is mended: anchor.
    pub(crate) at: String,
    /// Place in words: 一（二）第 3 项, 前言.
    pub(crate) place: String,
    /// The number masked, and what to do.
    pub(crate) what: String,
}

/// The texts of a plan that the public sees, or would see once it is issued, and that carry personal numbers.
pub(crate) fn in_plan(tree: &Tree) -> Vec<Personal> {
    let mut found = Vec::new();
    let mut look = |clause: &ClauseId, at: String, place: String, texts: &[&str]| {
        let objections = texts.iter().filter_map(|text| objection(text));
        let one = |what| Personal { clause: clause.clone(), at: at.clone(), place: place.clone(), what };
        found.extend(objections.map(one));
    };
    let (shown, frame) = (public::shown(tree), ClauseId::default());
    if shown.is_empty() {
        return found;
    }
    look(&frame, "head".into(), "标题".into(), &[&tree.plan.title, &tree.plan.document_number]);
    if public::is_whole(tree, &shown) {
        look(&frame, "w-preamble".into(), "前言".into(), &[&tree.plan.preamble]);
        look(&frame, "w-closing".into(), "结尾".into(), &[&tree.plan.closing]);
    }
    for section in &tree.sections {
        let (at, place) = (format!("w-{}", section.id), format!("{}、{}", section.number, section.title));
        look(&frame, at, place, &[&section.title, &section.text]);
    }
    for clause in &shown {
        let id = &clause.clause.id;
        let texts = [&clause.clause.title, &clause.text, clause.owner_note];
        look(id, format!("w-{id}"), clause.number.clone(), &texts);
        // A name as it was written may hold more than a name; matched, the public reads the organ's own, and what was written still
        // stands in what is kept and exported.
        for owner in tree.owners.iter().filter(|owner| owner.clause == *id) {
            look(id, format!("d-{}", owner.duty), format!("{}的责任单位", clause.number), &[&owner.name]);
        }
        for duty in &clause.duties {
            let extras = published_extras(tree, duty);
            let mut texts = vec![duty.text.as_str(), &duty.measure, &duty.due_words];
            texts.extend(extras.iter().map(String::as_str));
            look(id, format!("d-{}", duty.id), format!("{}第 {} 项", clause.number, duty.position), &texts);
        }
    }
    // A duty repeats its clause, and follows it when that is corrected: one place is named once for one number.
    let same = |a: &Personal, b: &Personal| a.at == b.at || (a.clause == b.clause && !a.clause.as_str().is_empty());
    found.dedup_by(|a, b| same(a, b) && a.what == b.what);
    found
}

fn published_extras(tree: &Tree, duty: &DutyRow) -> Vec<String> {
    let fields = tree.plan.kind().fields().iter().filter(|field| field.published);
    fields.map(|field| duty.extra(field.key)).collect()
}

/// The refusal for a plan's texts, naming the first place; `None` when there is nothing.
pub(crate) fn refusal(tree: &Tree) -> Option<String> {
    let found = in_plan(tree);
    let first = found.first()?;
    let more = if found.len() > 1 { format!("（共 {} 处）", found.len()) } else { String::new() };
    Some(format!("{}{more}：{}", first.place, first.what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::PlanKind, plans::fixture};

    /// The public reads the organ's own name; whoever issues the plan is told of what was written.
    #[test]
    fn a_number_in_the_name_of_a_matched_owner_is_found() {
        let source = "2026年某县工作要点\n一、公开\n（一）公开预算。6月底前公开预算。（县财政局负责）\n";
        let mut tree = fixture::tree(source, PlanKind::WorkPoints, &mut fixture::fresh("x"));
        assert_eq!(in_plan(&tree), Vec::new());
        (tree.owners[0].name, tree.owners[0].organs) = ("县财政局13912345678".into(), "[\"QH010\"]".into());
        let found = in_plan(&tree);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].place.contains("责任单位") && !found[0].what.contains("13912345678"), "{found:?}");
    }
}
