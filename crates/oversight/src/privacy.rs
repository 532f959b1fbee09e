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
    /// Place in words: 一（二）第 3 项, 前言.
    pub(crate) place: String,
    /// The number masked, and what to do.
    pub(crate) what: String,
}

/// The texts of a plan that the public sees, or would see once it is issued, and that carry personal numbers.
pub(crate) fn in_plan(tree: &Tree) -> Vec<Personal> {
    let mut found = Vec::new();
    let mut look = |clause: &ClauseId, place: String, texts: &[&str]| {
        let objections = texts.iter().filter_map(|text| objection(text));
        found.extend(objections.map(|what| Personal { clause: clause.clone(), place: place.clone(), what }));
    };
    let (shown, frame) = (public::shown(tree), ClauseId::default());
    if shown.is_empty() {
        return found;
    }
    look(&frame, "标题".into(), &[&tree.plan.title, &tree.plan.document_number]);
    if public::is_whole(tree, &shown) {
        look(&frame, "前言".into(), &[&tree.plan.preamble]);
        look(&frame, "结尾".into(), &[&tree.plan.closing]);
    }
    for section in &tree.sections {
        look(&frame, format!("{}、{}", section.number, section.title), &[&section.title, &section.text]);
    }
    for clause in &shown {
        look(&clause.clause.id, clause.number.clone(), &[&clause.clause.title, &clause.text, clause.owner_note]);
        for duty in &clause.duties {
            let extras = published_extras(tree, duty);
            let mut texts = vec![duty.text.as_str(), &duty.measure, &duty.due_words];
            texts.extend(extras.iter().map(String::as_str));
            look(&clause.clause.id, format!("{}第 {} 项", clause.number, duty.position), &texts);
        }
    }
    // A duty repeats its clause: one place is named once for one number.
    found.dedup_by(|a, b| a.clause == b.clause && a.what == b.what);
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
