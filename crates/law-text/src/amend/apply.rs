//! A decision applied to the old text.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    ops::Range,
};

use super::{
    Amended, Decision, Failed, Instruction, Outcome, Place, Step, Told,
    left::{gaps, references},
    lines::{groups, paragraph, range, renumbered},
    order::{Work, collides, ordered},
    parts,
    titles::alike,
};
use crate::{
    number::{self, label},
    structure::{Article, Statute, speaks},
};

/// Applies a decision. What could not be applied is in [`Amended::failed`], and the text is as it was there.
pub fn apply(old: &Statute, decision: &Decision) -> Amended {
    let articles = old.articles.iter().map(|article| Work {
        old: article.ordinal,
        number: article.number.clone(),
        lines: lines(&article.text),
        part: article.part,
        ..Work::default()
    });
    let mut state = State { all: articles.collect(), statute: old.clone(), anew: false };
    let (mut applied, mut notes): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut failed = decision.unread.clone();
    let mut told = Vec::new();
    let (ours, others): (Vec<&Instruction>, Vec<&Instruction>) =
        decision.instructions.iter().partition(|one| one.of.as_deref().is_none_or(|title| is_title_of(old, title)));
    elsewhere(old, &others, ours.is_empty(), (&mut failed, &mut notes));
    for group in ours.chunk_by(|a, b| together(&a.step, &b.step)) {
        let done = match group {
            [one] => vec![state.step(&one.step)],
            several => state.exchange_all(several),
        };
        for (one, done) in group.iter().zip(done) {
            told.push(became(one, done.as_ref().err().map(String::as_str)));
            match done {
                Ok(()) if applied.last() == Some(&one.sentence) => {}
                Ok(()) => applied.push(one.sentence.clone()),
                Err(reason) => failed.push(Failed { sentence: one.sentence.clone(), reason }),
            }
        }
    }
    if old.articles.is_empty() {
        notes.push("原文没有“第…条”，决定里的条号无处对应".to_owned());
    }
    let statute = state.finished(&mut failed, &mut notes);
    let text = statute.to_string();
    told.extend(others.iter().map(|one| {
        let reason = format!("说的是《{}》，不是本文", one.of.as_deref().unwrap_or_default());
        Told { outcome: Outcome::Elsewhere, ..became(one, Some(&reason)) }
    }));
    told.extend(decision.unread.iter().map(|one| Told {
        sentence: one.sentence.clone(),
        understood: String::new(),
        outcome: Outcome::Unread,
        reason: one.reason.clone(),
    }));
    Amended { statute, text, applied, failed, told, notes }
}

fn became(one: &Instruction, failed: Option<&str>) -> Told {
    Told {
        sentence: one.sentence.clone(),
        understood: one.step.told(),
        outcome: if failed.is_some() { Outcome::Failed } else { Outcome::Applied },
        reason: failed.unwrap_or_default().to_owned(),
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Whether a title is that of a text: it may stand below the organ's name or the number of its promulgation.
fn is_title_of(old: &Statute, title: &str) -> bool {
    old.title.is_empty() || alike(title, &old.title) || old.preamble.lines().any(|line| alike(title, line.trim()))
}

/// What a decision says of other texts is told: a decision about several says little of each, one that says nothing of ours
/// was perhaps taken by mistake.
fn elsewhere(
    old: &Statute,
    others: &[&Instruction],
    is_all: bool,
    (failed, notes): (&mut Vec<Failed>, &mut Vec<String>),
) {
    let titles: BTreeSet<&str> = others.iter().filter_map(|one| one.of.as_deref()).collect();
    if titles.is_empty() {
        return;
    }
    let named: Vec<String> = titles.iter().map(|title| format!("《{title}》")).collect();
    let named = named.join("、");
    if !is_all {
        notes.push(format!("决定里有 {} 处说的是{named}，没有用在本文上", others.len()));
        return;
    }
    notes.push(format!("决定修改的是{named}，与所给的《{}》名称不同，请核对是否选错了文件", old.title));
    failed.extend(others.iter().map(|one| Failed {
        sentence: one.sentence.clone(),
        reason: format!("说的是《{}》，不是本文", one.of.as_deref().unwrap_or_default()),
    }));
}

/// Words that are exchanged in the same places are exchanged at once: each speaks of the old text.
fn together(a: &Step, b: &Step) -> bool {
    matches!((a, b), (Step::Exchange { at, .. }, Step::Exchange { at: other, .. }) if at == other)
}

/// Lines of an article: its place, the lines, how law calls them.
type Found = (usize, Range<usize>, String);

struct State {
    all: Vec<Work>,
    statute: Statute,
    /// All articles count through in the end.
    anew: bool,
}

impl State {
    fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Replace { at, words } => self.replace(at, words),
            Step::Insert { numbers, after, part, words } => self.insert(numbers, *after, part.as_deref(), words),
            Step::InsertParagraph { article, at, words } => self.insert_paragraph(*article, *at, words),
            Step::InsertItem { of, at, words } => self.insert_item(of, *at, words),
            Step::Delete { at } => self.delete(at),
            Step::Exchange { at, from, to } => self.exchange(at, from, to),
            Step::Beside { at, beside, words, before } => {
                let to = if *before { format!("{words}{beside}") } else { format!("{beside}{words}") };
                self.exchange(at, std::slice::from_ref(beside), &[to])
            }
            Step::Renumber { from, to } => {
                let at = self.find(*from)?;
                self.all[at].stated = Some(*to);
                Ok(())
            }
            Step::Merge { from, to, words } => self.merge(from, *to, words),
            Step::InsertPart { words } => {
                parts::insert(&mut self.statute, &mut self.all, parts::quoted(words)?);
                Ok(())
            }
            Step::DeletePart { part } => parts::remove(&mut self.statute, &mut self.all, part),
            Step::Heading { part, words } => self.heading(part, words),
            Step::Title { words } => {
                self.statute.title = words.replace('\n', "");
                Ok(())
            }
            Step::TitleWords { from, to } => {
                let title = &self.statute.title;
                if let Some(word) = from.iter().find(|word| word.is_empty() || !title.contains(word.as_str())) {
                    return Err(format!("标题中没有“{word}”"));
                }
                self.statute.title = exchanged(title, from, to);
                Ok(())
            }
            Step::Order => {
                self.anew = true;
                Ok(())
            }
        }
    }

    /// The place of an article of the old text.
    fn find(&self, ordinal: (u32, u32)) -> Result<usize, String> {
        let name = number::article(ordinal);
        let at = self.all.iter().position(|work| work.old == Some(ordinal));
        let at = at.ok_or_else(|| format!("原文没有{name}"))?;
        if self.all[at].gone { Err(format!("{name}已被这个决定删去")) } else { Ok(at) }
    }

    fn replace(&mut self, at: &[Place], words: &str) -> Result<(), String> {
        let whole = at.iter().all(|place| place.paragraph.is_none() && place.item.is_none());
        let texts = articles(words);
        if !whole {
            let [place] = at else { return Err("一段文字对应几处，没有说明各是哪一处".to_owned()) };
            let found = self.find(place.article)?;
            let work = &mut self.all[found];
            let range = range(&work.lines, place)?;
            let mut new = lines(words);
            let number = work.lines.get(range.start).and_then(|line| number::item(line)).map(|one| one.0.to_owned());
            if let (Some(_), Some(first), Some(number)) = (place.item, new.first_mut(), number)
                && number::item(first).is_none()
            {
                *first = format!("{number}{first}");
            }
            drop(work.lines.splice(range, new));
            return Ok(());
        }
        let places = at.iter().map(|place| self.find(place.article)).collect::<Result<Vec<_>, String>>()?;
        if texts.len() < places.len() {
            return Err(format!("要改 {} 条，只给出 {} 条的文字", places.len(), texts.len()));
        }
        for (count, (number, text)) in texts.into_iter().enumerate() {
            let Some(at) = places.get(count) else {
                // One article becomes several.
                let number = number.ok_or("多出来的文字没有条号")?;
                let part = places.last().and_then(|at| self.all[*at].part);
                self.all.push(came(number, text, part));
                continue;
            };
            let work = &mut self.all[*at];
            if let Some(number) = number
                && work.stated.is_none()
                && Some(number) != work.old
            {
                work.stated = Some(number);
            }
            work.lines = text;
            work.rewritten = true;
        }
        Ok(())
    }

    fn insert(
        &mut self,
        numbers: &[(u32, u32)],
        after: Option<(u32, u32)>,
        part: Option<&str>,
        words: &str,
    ) -> Result<(), String> {
        let part = match part {
            Some(wanted) => {
                let at = self.statute.parts.iter().position(|part| part.number == wanted);
                Some(at.ok_or_else(|| format!("原文没有{wanted}"))?)
            }
            None => None,
        };
        let next = match after {
            Some(after) => {
                let at = self.find(after)?;
                self.all[at].number_now().map(|(number, _)| (number + 1, 0))
            }
            None => None,
        };
        let texts = articles(words);
        let mut new = Vec::new();
        for (count, (number, text)) in texts.into_iter().enumerate() {
            let follows = next.map(|(number, more)| (number + u32::try_from(count).unwrap_or(0), more));
            let number = numbers.get(count).copied().or(number).or(follows);
            let number = number.ok_or("没有说明增加的条文是第几条")?;
            if let (number, 1..) = number
                && !self.all.iter().chain(&new).any(|work| work.number_now().is_some_and(|one| one.0 == number))
            {
                return Err(format!("原文没有{}，无法在其后增加", number::article((number, 0))));
            }
            new.push(came(number, text, part));
        }
        self.all.extend(new);
        Ok(())
    }

    fn insert_paragraph(&mut self, article: (u32, u32), at: Option<u32>, words: &str) -> Result<(), String> {
        let found = self.find(article)?;
        let work = &mut self.all[found];
        let groups = groups(&work.lines);
        let wanted = at.map_or(groups.len(), |at| usize::try_from(at).unwrap_or(usize::MAX).saturating_sub(1));
        let line = match groups.get(wanted) {
            Some(group) => group.lines.start,
            None if wanted == groups.len() => work.lines.len(),
            None => {
                let wanted = at.map_or_else(String::new, number::written);
                return Err(format!("{}共 {} 款，不能增加为第{wanted}款", number::article(article), groups.len()));
            }
        };
        drop(work.lines.splice(line..line, lines(words)));
        Ok(())
    }

    fn insert_item(&mut self, of: &Place, at: Option<u32>, words: &str) -> Result<(), String> {
        let found = self.find(of.article)?;
        let work = &mut self.all[found];
        let all = groups(&work.lines);
        let group = paragraph(&all, of)?;
        let items = &all[group].items;
        let wanted = at.map_or(items.len(), |at| usize::try_from(at).unwrap_or(usize::MAX).saturating_sub(1));
        let line = match items.get(wanted) {
            Some((_, lines)) => lines.start,
            None if wanted == items.len() => items.last().map_or(all[group].lines.end, |(_, lines)| lines.end),
            None => {
                let wanted = at.map_or_else(String::new, number::written);
                return Err(format!("{}只有 {} 项，不能增加为第（{wanted}）项", of.words(), items.len()));
            }
        };
        let mut new = lines(words);
        for (count, line) in new.iter_mut().enumerate().filter(|(_, line)| number::item(line).is_none()) {
            let number = u32::try_from(wanted + count + 1).unwrap_or(u32::MAX);
            *line = format!("（{}）{line}", number::written(number));
        }
        drop(work.lines.splice(line..line, new));
        renumbered(&mut work.lines, group);
        Ok(())
    }

    fn delete(&mut self, at: &[Place]) -> Result<(), String> {
        // All or nothing: half of a sentence would mislead.
        for place in at {
            let found = self.find(place.article)?;
            range(&self.all[found].lines, place)?;
        }
        // From the back, so that the places before keep their numbers.
        let mut at = at.to_vec();
        at.sort_by_key(|place| (place.article, place.paragraph, place.item));
        for place in at.iter().rev() {
            let found = self.find(place.article)?;
            let work = &mut self.all[found];
            if place.paragraph.is_none() && place.item.is_none() {
                work.gone = true;
                continue;
            }
            let group = place.item.and_then(|_| paragraph(&groups(&work.lines), place).ok());
            let range = range(&work.lines, place)?;
            work.lines.drain(range);
            if let Some(group) = group {
                renumbered(&mut work.lines, group);
            }
        }
        Ok(())
    }

    /// Where words stand, before anything is changed.
    fn stands(&self, at: &[Place], from: &[String]) -> Result<Vec<Found>, String> {
        let everywhere = at.is_empty();
        let places: Vec<Place> = match everywhere {
            true => self.all.iter().filter(|work| !work.gone).filter_map(|one| one.old).map(Place::article).collect(),
            false => at.to_vec(),
        };
        let mut found = Vec::new();
        for place in &places {
            let at = self.find(place.article)?;
            found.push((at, range(&self.all[at].lines, place)?, place.words()));
        }
        for word in from {
            if word.is_empty() {
                return Err("引号里没有文字".to_owned());
            }
            if word.contains('\n') {
                return Err("引号里的词句跨了行，要由人处理".to_owned());
            }
            let mut with = 0;
            for (at, range, name) in &found {
                if self.all[*at].lines[range.clone()].join("\n").contains(word.as_str()) {
                    with += 1;
                } else if !everywhere {
                    return Err(format!("{name}中没有“{word}”"));
                }
            }
            if with == 0 {
                return Err(format!("全文没有“{word}”"));
            }
        }
        Ok(found)
    }

    fn exchange(&mut self, at: &[Place], from: &[String], to: &[String]) -> Result<(), String> {
        let found = self.stands(at, from)?;
        for (at, range, _) in &found {
            for line in &mut self.all[*at].lines[range.clone()] {
                *line = exchanged(line, from, to);
            }
        }
        for (at, ..) in found {
            self.all[at].lines.retain(|line| !line.is_empty());
            self.all[at].put.extend_from_slice(to);
        }
        Ok(())
    }

    /// Several exchanges in the same places, at once. Each is looked at for itself, in their order.
    fn exchange_all(&mut self, several: &[&Instruction]) -> Vec<Result<(), String>> {
        let (mut from, mut to): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        let mut place: &[Place] = &[];
        let mut done: Vec<Result<(), String>> = Vec::new();
        for one in several {
            let Step::Exchange { at, from: old, to: new } = &one.step else { continue };
            let twice = old
                .iter()
                .zip(new)
                .find(|(old, new)| from.iter().zip(&to).any(|(known, other)| known == *old && other != *new));
            let fits = match twice {
                Some((word, _)) => Err(format!("同一处的“{word}”有两种改法")),
                None => self.stands(at, old).map(drop),
            };
            if fits.is_ok() {
                place = at;
                from.extend_from_slice(old);
                to.extend_from_slice(new);
            }
            done.push(fits);
        }
        if !from.is_empty()
            && let Err(reason) = self.exchange(place, &from, &to)
        {
            return vec![Err(reason); several.len()];
        }
        done
    }

    fn merge(&mut self, from: &[(u32, u32)], to: Option<(u32, u32)>, words: &str) -> Result<(), String> {
        let places = from.iter().map(|one| self.find(*one)).collect::<Result<Vec<_>, String>>()?;
        let mut texts = articles(words);
        let (Some(first), 1) = (places.first().copied(), texts.len()) else {
            return Err("没有看懂合并后是哪一条".to_owned());
        };
        let (number, text) = texts.remove(0);
        for at in &places[1..] {
            self.all[*at].gone = true;
        }
        let work = &mut self.all[first];
        work.lines = text;
        work.rewritten = true;
        work.stated = to.or(number).filter(|number| Some(*number) != work.old).or(work.stated);
        Ok(())
    }

    fn heading(&mut self, part: &str, words: &str) -> Result<(), String> {
        let found = self.statute.parts.iter_mut().find(|one| one.number == part);
        let found = found.ok_or_else(|| format!("原文没有{part}"))?;
        let words = words.replace('\n', "");
        let name = label(&words).map_or(words.as_str(), |label| label.rest).trim().to_owned();
        let before = found.line.clone();
        found.line = format!("{}　{name}", found.number);
        found.heading = name;
        let after = found.line.clone();
        let plain = |line: &str| -> String { line.chars().filter(|c| !c.is_whitespace()).collect() };
        for line in &mut self.statute.contents {
            if plain(line).starts_with(&plain(&before)) {
                line.clone_from(&after);
            }
        }
        Ok(())
    }

    /// The new text.
    fn finished(self, failed: &mut Vec<Failed>, notes: &mut Vec<String>) -> Statute {
        let Self { all, mut statute, anew } = self;
        let anew = anew || collides(&all);
        let stood = |part: usize| all.iter().filter(|work| work.old.is_some() && work.part == Some(part)).count();
        let before: Vec<usize> = (0..statute.parts.len()).map(stood).collect();
        let wanted: Vec<((u32, u32), (u32, u32))> =
            all.iter().filter(|work| !work.gone).filter_map(|work| Some((work.old?, work.stated?))).collect();
        let came: BTreeSet<(u32, u32)> =
            all.iter().filter(|work| work.old.is_none()).filter_map(|work| work.stated).collect();
        let gone: HashSet<(u32, u32)> = all.iter().filter(|work| work.gone).filter_map(|work| work.old).collect();
        let all = ordered(all, anew);
        let now: HashMap<(u32, u32), (u32, u32)> =
            all.iter().filter_map(|work| Some((work.old?, work.number_now()?))).collect();
        for (old, stated) in wanted {
            if now.get(&old).is_some_and(|now| *now != stated) {
                let now = now.get(&old).copied().unwrap_or(stated);
                failed.push(Failed {
                    sentence: format!("{}改为{}", number::article(old), number::article(stated)),
                    reason: format!("顺次排下来是{}，请核对", number::article(now)),
                });
            }
        }
        let placed: BTreeSet<(u32, u32)> =
            all.iter().filter(|work| work.old.is_none()).filter_map(Work::number_now).collect();
        for number in came.difference(&placed) {
            failed.push(Failed {
                sentence: format!("增加{}", number::article(*number)),
                reason: "顺次排下来没有这个条号，已接着前一条编号，请核对".to_owned(),
            });
        }
        gaps(&all, notes);
        references(&all, &now, &gone, notes);
        statute.articles = all
            .iter()
            .map(|work| {
                let number = match work.number_now() {
                    // As it was written: 第3条.
                    Some(now) if Some(now) == work.old => work.number.clone(),
                    Some(now) => number::article(now),
                    None => work.number.clone(),
                };
                Article::new(&number, &work.lines.join("\n"), work.part)
            })
            .collect();
        for (at, part) in statute.parts.iter_mut().enumerate() {
            let first = statute.articles.iter().position(|article| article.part.is_some_and(|part| part >= at));
            part.before = first.unwrap_or(statute.articles.len());
        }
        for (at, before) in before.into_iter().enumerate() {
            if before > 0 && held(&statute.articles, at) == 0 {
                notes.push(format!("{}已没有条文，请确定是否保留", statute.parts[at].line));
            }
        }
        statute
    }
}

/// How many articles stand right in a part.
fn held(articles: &[Article], part: usize) -> usize {
    articles.iter().filter(|article| article.part == Some(part)).count()
}

fn came(number: (u32, u32), lines: Vec<String>, part: Option<usize>) -> Work {
    Work { stated: Some(number), lines, part, rewritten: true, ..Work::default() }
}

/// Quoted words as an article: the number with which they begin, and the lines.
type Quoted = (Option<(u32, u32)>, Vec<String>);

/// Quoted words as articles.
fn articles(words: &str) -> Vec<Quoted> {
    let mut found: Vec<Quoted> = Vec::new();
    for line in lines(words) {
        let begins = label(&line).filter(|label| {
            let apart = label.rest.chars().next().is_none_or(|c| c.is_whitespace() || "【（(:：".contains(c));
            label.unit == '条' && (apart || (found.is_empty() && !speaks(label.rest)))
        });
        match (begins, found.last_mut()) {
            (Some(label), _) => {
                let rest = label.rest.trim_start_matches(['：', ':']).trim();
                let first = if rest.is_empty() { Vec::new() } else { vec![rest.to_owned()] };
                found.push((Some(label.ordinal), first));
            }
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => found.push((None, vec![line])),
        }
    }
    found
}

/// All words at once, so that what one puts in no other takes out; of two that begin at one place the longer.
fn exchanged(line: &str, from: &[String], to: &[String]) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while !rest.is_empty() {
        let here = from.iter().zip(to).filter(|(word, _)| !word.is_empty() && rest.starts_with(word.as_str()));
        match here.max_by_key(|(word, _)| word.len()) {
            Some((word, new)) => {
                out.push_str(new);
                rest = &rest[word.len()..];
            }
            None => {
                let Some(c) = rest.chars().next() else { break };
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}
