//! A plan read from a text for unit tests of what corrections and amendments do to it.

use jiff::civil::Date;
use kernel::{Directory, id::PlanId};
use plan_text::{PlanReference, parse};

use super::{
    draft::{self, Frame, Rows},
    tree::{PlanRow, Tree},
};
use crate::model::PlanKind;

/// The day on which the text is read.
pub(super) const DAY: Date = Date::constant(2026, 3, 1);

/// Identities that can be told apart and are the same in every run: the prefix and a number.
pub(crate) fn fresh(prefix: &str) -> impl FnMut() -> String + Send {
    let mut count = 0;
    move || {
        count += 1;
        format!("{prefix}{count}")
    }
}

/// What the text says, as rows of the plan `p`; no organ is known.
pub(crate) fn rows(source: &str, kind: PlanKind, fresh: &mut (dyn FnMut() -> String + Send)) -> Rows {
    let directory = Directory::default();
    let plan = PlanId::from("p");
    let mut frame = Frame { plan: &plan, kind, fresh, directory: &directory, day: DAY };
    draft::rows(&parse(source, PlanReference { year: 2026 }), &mut frame)
}

/// The draft of the plan `p` with what the text says.
pub(crate) fn tree(source: &str, kind: PlanKind, fresh: &mut (dyn FnMut() -> String + Send)) -> Tree {
    let rows = rows(source, kind, fresh);
    let plan = PlanRow {
        id: "p".into(),
        kind: kind.code().into(),
        title: "某县".into(),
        document_number: String::new(),
        year: 2026,
        state: "draft".into(),
        superseded_by: PlanId::default(),
        source: source.into(),
        source_digest: String::new(),
        source_name: String::new(),
        source_file: None,
        preamble: String::new(),
        closing: String::new(),
        warnings: "[]".into(),
        version: 1,
        created_at: String::new(),
        created_by: String::new(),
        created_by_name: String::new(),
        confirmed_at: String::new(),
        confirmed_by: String::new(),
        confirmed_by_name: String::new(),
        text_year: 2026,
        issued_on: String::new(),
        replaces: PlanId::default(),
        twin_reason: String::new(),
        revoked_at: String::new(),
        revoked_reason: String::new(),
    };
    Tree { plan, sections: rows.sections, clauses: rows.clauses, duties: rows.duties, owners: rows.owners }
}
