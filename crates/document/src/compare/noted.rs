//! What an edition's authors say of its changes, beside each; and how many there are in each chapter.

use law_text::{anchor, is_chapter};

use super::{
    Change, Comparison, Row,
    units::{Unit, What},
};

/// How many changes there are in a chapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// Its heading; empty before the first one.
    pub name: String,
    /// What changed, in numbers.
    pub words: String,
    /// The number of its first change; 0 = none to stop at.
    pub first: usize,
}

/// A line of what the authors say: of what it speaks (第三条), and the words. Without a colon it speaks of the whole.
pub(super) fn read(notes: &str) -> Vec<(String, String)> {
    let lines = notes.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| match line.split_once(['：', ':']) {
            Some((of, words)) if !words.trim().is_empty() && of.chars().count() <= 40 => {
                (plain(of), words.trim().to_owned())
            }
            _ => (String::new(), line.to_owned()),
        })
        .collect()
}

/// A name as it is the same however it was typed: 第3条 is 第三条.
fn plain(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    anchor(&name)
}

/// The changes of a chapter while they are counted.
#[derive(Default)]
struct Count {
    name: String,
    changes: Vec<(Change, usize)>,
    first: usize,
    renumbered: usize,
}

impl Comparison {
    /// Under what a unit is spoken of: its number, its place, its words where it is a heading.
    fn names(&self, unit: &Unit, at: usize) -> Vec<String> {
        let label = self.lexicon.text(&unit.words[..unit.label]);
        let mut names = vec![plain(label.trim_end_matches(['、', '.', '．', ' '])), format!("第{}段", at + 1)];
        if matches!(unit.what, What::Heading(_)) {
            names.push(plain(&self.lexicon.text(&unit.words)));
        }
        names.retain(|name| !name.is_empty());
        names
    }

    fn told(row: &Row) -> bool {
        row.change != Change::Unchanged && !row.renumbered
    }

    /// The words for each row, and those that belong to none: these are told above, as they were written.
    pub(super) fn notes(&self) -> (Vec<String>, Vec<String>) {
        let (mut beside, mut rest) = (vec![String::new(); self.rows.len()], Vec::new());
        let is_named = |row: &Row, new: bool, name: &String| {
            let (units, mut range) = if new { (&self.new, row.news.clone()) } else { (&self.old, row.olds.clone()) };
            range.any(|at| units.get(at).is_some_and(|unit| self.names(unit, at).contains(name)))
        };
        for (name, words) in &self.notes {
            let fits = |row: &&Row, new: bool| Self::told(row) && !name.is_empty() && is_named(row, new, name);
            let at = self
                .rows
                .iter()
                .position(|row| fits(&row, true))
                .or_else(|| self.rows.iter().position(|row| row.news.is_empty() && fits(&row, false)))
                .or_else(|| self.rows.iter().position(|row| fits(&row, false)));
            match at {
                Some(at) if beside[at].is_empty() => beside[at].clone_from(words),
                Some(at) => beside[at].push_str(&format!(" {words}")),
                None if name.is_empty() => rest.push(words.clone()),
                None => rest.push(format!("{name}：{words}")),
            }
        }
        (beside, rest)
    }

    /// What changed in each chapter that has changes; nothing of a text without chapters. `numbers` are those of the rows.
    pub(super) fn chapters(&self, numbers: &[usize]) -> Vec<Chapter> {
        let mut found = vec![Count::default()];
        for (row, number) in self.rows.iter().zip(numbers) {
            let unit = match row.news.is_empty() {
                true => self.old.get(row.olds.start),
                false => self.new.get(row.news.start),
            };
            if let Some(unit) = unit {
                let words = self.lexicon.text(&unit.words);
                if matches!(unit.what, What::Heading(2)) || is_chapter(&words) {
                    found.push(Count { name: words, ..Count::default() });
                }
            }
            let Some(here) = found.last_mut() else { continue };
            if row.renumbered {
                here.renumbered += 1;
            } else if row.change != Change::Unchanged && !row.is_trace() {
                match here.changes.iter_mut().find(|(change, _)| *change == row.change) {
                    Some((_, count)) => *count += 1,
                    None => here.changes.push((row.change, 1)),
                }
                if here.first == 0 {
                    here.first = *number;
                }
            }
        }
        if found.len() < 2 {
            return Vec::new();
        }
        let told = found.into_iter().filter(|one| !one.changes.is_empty() || one.renumbered > 0);
        told.map(|one| {
            let mut words: Vec<String> =
                one.changes.iter().map(|(change, count)| format!("{} {count} 处", change.label())).collect();
            if one.renumbered > 0 {
                words.push(format!("{} 段只改了序号", one.renumbered));
            }
            Chapter { name: one.name, words: words.join("、"), first: one.first }
        })
        .collect()
    }
}
