//! The promise that nothing is lost, as a function that tests and importers call.

use std::collections::BTreeMap;

use super::Plan;

/// What a plan does not account for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// Characters of the source that stand nowhere, and characters that stand where they should not.
    #[error("原文中的“{missing}”没有归属，“{extra}”多出")]
    Characters {
        /// In the source, in no field and no warning.
        missing: String,
        /// In a field or warning, more often than in the source.
        extra: String,
    },
    /// The duties of a clause do not join to its text.
    #[error("第 {line} 行的条目“{number}”：任务合起来与原文不一致")]
    Duties {
        /// Line of the clause.
        line: usize,
        number: String,
    },
    /// A mark was dropped that does not separate parts.
    #[error("第 {line} 行去掉了不是分隔号的“{marks}”")]
    Marks {
        /// Line of the section or clause.
        line: usize,
        /// The marks dropped there.
        marks: String,
    },
}

/// Checks that each character of `source` outside white space stands in exactly one field of `plan`, is one of the
/// separating marks in `marks`, or is named by a warning, and that duties partition their clause's text.
///
/// # Errors
/// [`Lost`] names the first thing that does not fit.
pub fn accounted(source: &str, plan: &Plan) -> Result<(), Lost> {
    let mut balance: BTreeMap<char, i64> = BTreeMap::new();
    let mut count = |text: &str, by: i64| {
        // A radical and the ideograph that it looks like are one character.
        for c in text.chars().filter(|c| !c.is_whitespace()).map(fold::ideograph) {
            *balance.entry(c).or_default() += by;
        }
    };
    count(source, 1);
    count(&plan.title, -1);
    count(&plan.preamble, -1);
    count(&plan.closing, -1);
    for warning in &plan.warnings {
        count(&warning.dropped, -1);
    }
    for section in &plan.sections {
        check_marks(section.line, &section.marks)?;
        for field in [&section.number, &section.title, &section.text, &section.marks] {
            count(field, -1);
        }
        for clause in &section.clauses {
            check_marks(clause.line, &clause.marks)?;
            for field in [&clause.number, &clause.title, &clause.text, &clause.owner_note, &clause.marks] {
                count(field, -1);
            }
            let joined: String = clause.duties.iter().map(|duty| duty.text.as_str()).collect();
            let expected = if clause.text.is_empty() { &clause.title } else { &clause.text };
            let one_title = !clause.text.is_empty() || clause.duties.len() == 1;
            if joined != *expected || !one_title {
                return Err(Lost::Duties { line: clause.line, number: clause.number.clone() });
            }
        }
    }
    let collect = |sign: i64| -> String {
        let wrong = balance.iter().filter(|&(_, &n)| n * sign > 0);
        wrong.flat_map(|(&c, &n)| std::iter::repeat_n(c, usize::try_from(n.abs()).unwrap_or(0))).take(200).collect()
    };
    let (missing, extra) = (collect(1), collect(-1));
    if missing.is_empty() && extra.is_empty() { Ok(()) } else { Err(Lost::Characters { missing, extra }) }
}

/// One mark after the number, one after the title.
fn check_marks(line: usize, marks: &str) -> Result<(), Lost> {
    let fits = marks.chars().count() <= 2 && marks.chars().all(|c| "、．.﹑､。：:；;/／，,".contains(c));
    if fits { Ok(()) } else { Err(Lost::Marks { line, marks: marks.to_owned() }) }
}
