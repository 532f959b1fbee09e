//! Corrections of the words as issued: headings, clause texts, owner notes, what stands before and after. For what must not
//! become public and stands in the text itself, a telephone number in a note, say. The duties that were made of these words
//! and the source follow, so that everything decided so far stays and the next amendment finds the text as it is.

use kernel::id::{ClauseId, SectionId};

use super::{Wrong, gone};
use crate::plans::tree::{ClauseRow, Tree, WORDS};

/// Which words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Preamble,
    Closing,
    Section(SectionId),
    Clause(ClauseId),
}

/// The words of a part as typed; what a part does not have stays empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Heading of a section or clause.
    pub title: String,
    pub text: String,
    /// Of a clause.
    pub owner_note: String,
}

/// Characters of a part at most.
const MOST: usize = 100_000;

/// The clauses whose rows it touches: the words, and of a clause its duties.
pub(super) fn touched(part: &Part) -> Vec<Option<ClauseId>> {
    let clause = match part {
        Part::Clause(id) => Some(id.clone()),
        _ => None,
    };
    vec![Some(WORDS.into()), clause]
}

/// A replacement in a text whose white space does not count: so many characters from this one on become these.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Patch {
    /// Characters before it that are no white space.
    at: usize,
    /// Characters that go.
    gone: Vec<char>,
    /// What stands there instead.
    new: String,
}

fn dense(text: &str) -> Vec<char> {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// What turns one text into the other: all between their common beginning and their common end. `None` when only white space
/// differs.
fn patch(old: &str, new: &str) -> Option<Patch> {
    let (a, b) = (dense(old), dense(new));
    if a == b {
        return None;
    }
    let front = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let rest = a.len().min(b.len()) - front;
    let back = a.iter().rev().zip(b.iter().rev()).take(rest).take_while(|(x, y)| x == y).count();
    Some(Patch { at: front, gone: a[front..a.len() - back].to_vec(), new: b[front..b.len() - back].iter().collect() })
}

impl Patch {
    /// Applies it to a text that begins `from` dense characters into the patched one.
    fn put(&self, text: &str, from: usize) -> String {
        let (start, end) = (self.at, self.at + self.gone.len());
        let mut out = String::with_capacity(text.len());
        let (mut at, mut put) = (from, false);
        for c in text.chars() {
            if c.is_whitespace() {
                // White space inside of what goes, goes too, but for ends of lines: they count the lines of the source.
                if c == '\n' || at <= start || at >= end {
                    out.push(c);
                }
                continue;
            }
            if at == start && !put {
                out.push_str(&self.new);
                put = true;
            }
            if at < start || at >= end {
                out.push(c);
            }
            at += 1;
        }
        // Added at the very end.
        if !put && at == start && self.gone.is_empty() {
            out.push_str(&self.new);
        }
        out
    }
}

/// The place of a text in the source, as dense characters before it; looked for from a line on (from 1), then from the beginning.
fn find(source: &str, text: &str, line: i64) -> Option<usize> {
    let (hay, needle) = (dense(source), dense(text));
    if needle.is_empty() || needle.len() > hay.len() {
        return None;
    }
    let skip = usize::try_from(line - 1).unwrap_or(0);
    let from = dense(&source.lines().take(skip).collect::<String>()).len();
    let at = |from: usize| {
        let windows = hay.get(from..).unwrap_or_default().windows(needle.len());
        windows.enumerate().find(|(_, window)| *window == needle.as_slice()).map(|(at, _)| from + at)
    };
    at(from).or_else(|| at(0))
}

/// The same change in the source, where the words stand in it as they are.
fn in_source(tree: &mut Tree, old: &str, patch: &Patch, line: i64) {
    if let Some(from) = find(&tree.plan.source, old, line) {
        let moved = Patch { at: from + patch.at, ..patch.clone() };
        tree.plan.source = moved.put(&tree.plan.source, 0);
        tree.plan.source_digest = crate::plans::source::digest(&tree.plan.source);
    }
}

/// The duties that were made of a clause's words follow them: their words as issued, their own words as far as nobody had changed
/// them, and the words of their date.
fn in_duties(tree: &mut Tree, clause: &ClauseId, old: &str, patch: &Patch) -> Result<(), Wrong> {
    let joined: Vec<char> = tree.duties_of(clause).flat_map(|duty| dense(&duty.original)).collect();
    let Some(begin) = find(&joined.iter().collect::<String>(), old, 1) else { return Ok(()) };
    let moved = Patch { at: begin + patch.at, ..patch.clone() };
    let mut from = 0;
    let count = tree.duties_of(clause).count();
    for (n, duty) in tree.duties.iter_mut().filter(|duty| duty.clause == *clause).enumerate() {
        let len = dense(&duty.original).len();
        // New words between two duties belong to the later one, at the end of all to the last.
        let own = moved.at < from + len || (moved.at == from + len && n + 1 == count) || moved.at < from;
        if len > 0 && own {
            let new = moved.put(&duty.original, from);
            if dense(&duty.text) == dense(&duty.original) {
                if dense(&new).is_empty() {
                    let text =
                        format!("这样第 {} 项任务就没有文字了。请先把它与相邻的任务合并，或留下任务的文字。", n + 1);
                    return Err(super::wrong("words", &text));
                }
                duty.text = new.trim().to_owned();
            }
            duty.original = new;
        }
        from += len;
    }
    Ok(())
}

/// Words that went out of the text are said nowhere else either: in a duty's date as the text has it.
fn in_dates(tree: &mut Tree, clause: &ClauseId, patch: &Patch) {
    const TELLING: usize = 6;
    let gone: String = patch.gone.iter().collect();
    if patch.gone.len() >= TELLING {
        for duty in tree.duties.iter_mut().filter(|duty| duty.clause == *clause) {
            duty.due_words = duty.due_words.replace(&gone, &patch.new);
        }
    }
}

/// A name that went out of the words and means no organ yet is asked about no more; one that means an organ keeps as much of it as the
/// words still say: 县财政局联系人13912345678 is 县财政局.
fn forget_names(tree: &mut Tree, before: &ClauseRow) {
    let Some(now) = tree.clauses.iter().find(|clause| clause.id == before.id) else { return };
    let all = |clause: &ClauseRow| format!("{}\n{}\n{}", clause.title, clause.text, clause.owner_note);
    let (old, new) = (all(before), all(now));
    let stands = |words: &str, name: &str| find(words, name, 1).is_some();
    tree.owners.retain(|owner| {
        owner.clause != before.id || !owner.is_unmatched() || stands(&new, &owner.name) || !stands(&old, &owner.name)
    });
    const FEWEST: usize = 3;
    let gone = |name: &str| !stands(&new, name) && stands(&old, name);
    for owner in tree.owners.iter_mut().filter(|owner| owner.clause == before.id && gone(&owner.name)) {
        let ends = owner.name.char_indices().skip(FEWEST).map(|(at, _)| at);
        let left = ends.map(|at| owner.name[..at].trim_end()).filter(|left| stands(&new, left)).last();
        if let Some(left) = left.map(str::to_owned) {
            owner.name = left;
        }
    }
}

/// The words as typed; as they were where only white space differs, which belongs to how they were issued.
fn kept(old: &str, typed: &str) -> String {
    if dense(old) == dense(typed) { old.to_owned() } else { typed.trim().to_owned() }
}

/// A heading in one line.
fn heading(typed: &str) -> String {
    typed.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check(words: &Words) -> Result<(), Wrong> {
    let mut errors = Wrong::new();
    errors.require(words.title.chars().count() <= 1000, "title", "请把标题控制在 1000 字以内。");
    errors.require(words.text.chars().count() <= MOST, "words", "请把文字控制在 10 万字以内。");
    errors.require(words.owner_note.chars().count() <= 4000, "owner_note", "请把责任单位的文字控制在 4000 字以内。");
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Writes the words.
pub(super) fn apply(tree: &mut Tree, part: &Part, words: &Words) -> Result<String, Wrong> {
    check(words)?;
    let text = words.text.replace("\r\n", "\n");
    match part {
        Part::Preamble | Part::Closing => {
            let closing = *part == Part::Closing;
            let held = if closing { &tree.plan.closing } else { &tree.plan.preamble };
            let (old, new) = (held.clone(), kept(held, &text));
            if let Some(patch) = patch(&old, &new) {
                in_source(tree, &old, &patch, 1);
            }
            let (held, label) =
                if closing { (&mut tree.plan.closing, "结尾") } else { (&mut tree.plan.preamble, "前言") };
            *held = new;
            Ok(format!("修改原文的{label}"))
        }
        Part::Section(id) => {
            let at = tree.sections.iter().position(|section| section.id == *id).ok_or_else(gone)?;
            let row = tree.sections[at].clone();
            let (title, text) = (kept(&row.title, &heading(&words.title)), kept(&row.text, &text));
            for (old, new) in [(&row.title, &title), (&row.text, &text)] {
                if let Some(patch) = patch(old, new) {
                    in_source(tree, old, &patch, 1);
                }
            }
            let section = &mut tree.sections[at];
            (section.title, section.text) = (title, text);
            Ok(format!("修改原文第{}部分的标题或说明", row.number))
        }
        Part::Clause(id) => {
            let at = tree.clauses.iter().position(|clause| clause.id == *id).ok_or_else(gone)?;
            let row = tree.clauses[at].clone();
            let (title, note) = (kept(&row.title, &heading(&words.title)), kept(&row.owner_note, &words.owner_note));
            for (old, new) in [(&row.title, &title), (&row.text, &text), (&row.owner_note, &note)] {
                if let Some(patch) = patch(old, new) {
                    in_source(tree, old, &patch, row.line);
                    in_duties(tree, id, old, &patch)?;
                    in_dates(tree, id, &patch);
                }
            }
            let number = tree.clause_number(&row);
            // The words of its duties under each other are the text, with its white space; where they are not, it is as typed.
            let joined: String = tree.duties_of(id).map(|duty| duty.original.as_str()).collect();
            let clause = &mut tree.clauses[at];
            clause.text = kept(if dense(&joined) == dense(&text) { &joined } else { &row.text }, &text);
            (clause.title, clause.owner_note) = (title, note);
            forget_names(tree, &row);
            Ok(format!("修改原文{number}的文字"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::PlanKind,
        plans::{fixture, tree::DutyRow},
    };

    const SOURCE: &str = "2026年某县政务公开工作要点\n各单位（联系人13912345678）请落实。\n一、做好公开（咨询13912345678）\n\
        （一）公开预算。6月底前公开预算，\n联系13912345678。每季度公开执行情况。（县财政局负责，联系人13912345678）\n\
        （二）公开决算。9月底前公开决算。（县审计局负责）\n";

    fn tree() -> Tree {
        let mut tree = fixture::tree(SOURCE, PlanKind::WorkPoints, &mut fixture::fresh("x"));
        tree.plan.preamble = "各单位（联系人13912345678）请落实。".into();
        tree
    }

    fn words(title: &str, text: &str, owner_note: &str) -> Words {
        Words { title: title.into(), text: text.into(), owner_note: owner_note.into() }
    }

    fn joined(tree: &Tree, clause: &ClauseId) -> String {
        tree.duties_of(clause).map(|duty| duty.original.as_str()).collect()
    }

    /// What the office matched stays matched, and holds no more than the words do.
    #[test]
    fn a_matched_name_follows_the_words() {
        let mut tree = tree();
        let clause = tree.clauses[0].clone();
        tree.clauses[0].owner_note = "（县财政局13912345678负责）".into();
        tree.owners.retain(|owner| owner.clause == clause.id);
        tree.owners.truncate(1);
        (tree.owners[0].name, tree.owners[0].organs) = ("县财政局13912345678".into(), "[\"QH010\"]".into());
        let words = Words { owner_note: "（县财政局负责）".into(), ..words(&clause.title, &clause.text, "") };
        apply(&mut tree, &Part::Clause(clause.id.clone()), &words).expect("corrected");
        assert_eq!((tree.owners[0].name.as_str(), tree.owners[0].codes().len()), ("县财政局", 1));
    }

    #[test]
    fn a_number_goes_out_of_every_part_and_decisions_stay() {
        let mut tree = tree();
        let clause = tree.clauses[0].clone();
        assert!(clause.text.contains("13912345678") && clause.owner_note.contains("13912345678"), "{clause:?}");
        tree.owners[0].set_codes(&["F".into()], "chosen");
        tree.duties[0].due_on = "2026-07-15".into();
        let (owners, lines) = (tree.owners.clone(), tree.plan.source.lines().count());
        let clean = |text: &str| {
            text.replace("（咨询13912345678）", "")
                .replace("（联系人13912345678）", "")
                .replace("，联系人13912345678", "")
                .replace("联系13912345678", "联系办公室")
        };
        let said = words(&clause.title, &clean(&clause.text), &clean(&clause.owner_note));
        apply(&mut tree, &Part::Clause(clause.id.clone()), &said).expect("clause");
        let section = tree.sections[0].clone();
        apply(&mut tree, &Part::Section(section.id), &words(&clean(&section.title), &section.text, ""))
            .expect("section");
        let preamble = clean(&tree.plan.preamble);
        apply(&mut tree, &Part::Preamble, &words("", &preamble, "")).expect("preamble");
        let whole = format!("{:?}", (&tree.plan, &tree.sections, &tree.clauses, &tree.duties));
        assert!(!whole.contains("13912345678"), "{whole}");
        assert_eq!(tree.plan.source.lines().count(), lines, "the lines that others point to stay where they are");
        assert!(
            tree.plan.source.contains("联系办公室") && tree.plan.source.contains("各单位请落实。"),
            "{}",
            tree.plan.source
        );
        let (named, others): (Vec<_>, Vec<_>) =
            owners.into_iter().partition(|owner| owner.name.contains("13912345678"));
        assert_eq!(tree.owners, others, "what was matched stays");
        assert_eq!(named.len(), 1, "what was taken for an owner and is none goes with the words");
        let first: &DutyRow = &tree.duties[0];
        assert!(first.text.contains("联系办公室") && first.due_on == "2026-07-15", "{first:?}");
        let clause = tree.clauses[0].clone();
        assert_eq!(dense(&joined(&tree, &clause.id)), dense(&clause.text), "the duties still are the clause");
    }

    #[test]
    fn a_duty_that_was_reworded_keeps_its_words() {
        let mut tree = tree();
        let clause = tree.clauses[0].clone();
        tree.duties[0].text = "公开本级预算".into();
        let text = clause.text.replace("13912345678", "办公室");
        apply(&mut tree, &Part::Clause(clause.id.clone()), &words(&clause.title, &text, &clause.owner_note))
            .expect("ok");
        assert_eq!(tree.duties[0].text, "公开本级预算");
        assert!(tree.duties.iter().any(|duty| duty.original.contains("办公室")), "{:?}", tree.duties);
        assert_eq!(dense(&tree.clauses[0].text), dense(&text));
    }

    #[test]
    fn nothing_typed_is_nothing_changed() {
        let mut tree = tree();
        let (before, clause) = (tree.clone(), tree.clauses[1].clone());
        apply(&mut tree, &Part::Clause(clause.id.clone()), &words(&clause.title, &clause.text, &clause.owner_note))
            .expect("ok");
        assert_eq!(tree, before);
        let empty = words(&clause.title, "", &clause.owner_note);
        assert!(apply(&mut tree.clone(), &Part::Clause(clause.id.clone()), &empty).is_err(), "a duty has words");
        let long = words("", &"长".repeat(MOST + 1), "");
        assert!(apply(&mut tree, &Part::Preamble, &long).is_err());
    }

    #[test]
    fn words_at_the_ends_are_put_where_they_belong() {
        assert_eq!(patch("甲 乙", "甲乙"), None);
        let added = patch("甲乙", "甲乙丙").expect("a change");
        assert_eq!(added.put("甲 乙", 0), "甲 乙丙");
        let first = patch("甲乙", "丙甲乙").expect("a change");
        assert_eq!(first.put("甲乙", 0), "丙甲乙");
        let gone = patch("甲乙丙丁", "甲丁").expect("a change");
        assert_eq!(gone.put("甲乙\n丙丁", 0), "甲\n丁");
    }
}
