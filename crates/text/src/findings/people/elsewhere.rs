//! People of a list who are named in full elsewhere, too: a list that is masked hides nobody whose name stands in the title.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    Beside, Group, Named, Severity, mask_name,
    words::{AFTER, bears_surname, is_dot, is_han, surname},
};
use crate::work::looked_at;

const AGAIN: &str = "这个姓名与证件、电话、住址、金额或健康状况写在一起过（例如在名单里），这里又写了全名：只遮盖名单，读者仍能认出是谁。\
                     请一并遮盖，例如“张*祥”，或者改写成不出现姓名。";

/// First and last character of a name whose others are masked, and how many it has.
pub(super) type Hidden = (char, char, usize);

/// Whom texts name beside what is nobody's business, in full or masked already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    names: HashSet<Vec<char>>,
    /// How long they are.
    lengths: BTreeSet<usize>,
    hidden: HashSet<Hidden>,
}

impl Listed {
    /// Whom these texts name so.
    pub fn of(texts: &[&str]) -> Self {
        let mut listed = Self::default();
        for text in texts {
            listed.learn(text);
        }
        listed
    }

    /// Adds whom this text names so.
    pub fn learn(&mut self, text: &str) {
        self.add(&super::beside(text));
    }

    pub(super) fn add(&mut self, beside: &Beside) {
        for one in beside.groups.iter().flat_map(|group| &group.names) {
            let name: Vec<char> = one.name.chars().filter(|c| !c.is_whitespace()).map(plain).collect();
            let is_one = name.contains(&DOT) || (name.len() > 1 && bears_surname(&name));
            // Of two characters only what begins few other words.
            if is_one && (name.len() > 2 || surname(&name) > 0) {
                self.lengths.insert(name.len());
                self.names.insert(name);
            }
        }
        self.hidden.extend(&beside.hidden);
    }

    fn is_empty(&self) -> bool {
        self.names.is_empty() && self.hidden.is_empty()
    }

    /// Names, masked, that stand in full in a text and that the text alone does not tell, each once.
    pub fn also_in(&self, text: &str) -> Vec<String> {
        if self.is_empty() {
            return Vec::new();
        }
        let (mut beside, mut own) = (super::beside(text), Self::default());
        own.add(&beside);
        let alone = again(&beside, &own);
        beside.groups.extend(alone);
        let mut known = HashSet::new();
        let names = again(&beside, self).into_iter().flat_map(|group| group.names).map(|one| mask_name(&one.name));
        names.filter(|name| known.insert(name.clone())).collect()
    }

    /// Where they stand from one place to before another; `taken` says where names begin and end that are told already.
    fn within(&self, chars: &[char], (start, end): (usize, usize), taken: &HashMap<usize, usize>) -> Vec<Named> {
        let mut names = Vec::new();
        let mut at = start;
        while at < end {
            let known = taken.get(&at).copied().filter(|to| *to > at);
            let Some(to) = known.or_else(|| self.at(&chars[at..end]).map(|length| at + length)) else {
                at += 1;
                continue;
            };
            if known.is_none() {
                let name = chars[at..to].iter().collect();
                names.push(Named { start: at, end: to, name });
            }
            at = to;
        }
        names
    }

    /// How long the name is that begins here.
    fn at(&self, rest: &[char]) -> Option<usize> {
        let ended = |length: usize| {
            // Two characters may begin a longer name, or a word.
            length > 2
                || rest.get(length).is_none_or(|next| !is_han(*next) || ENDED.contains(*next) || AFTER.contains(*next))
        };
        let whole =
            |length: &usize| rest.get(..*length).is_some_and(|name| self.names.contains(name)) && ended(*length);
        if !rest.first().is_some_and(|first| is_han(*first)) {
            return None;
        }
        self.lengths
            .iter()
            .rev()
            .copied()
            .find(whole)
            .or_else(|| [4, 3].into_iter().find(|length| self.is_hidden(rest, *length)))
    }

    /// Whether a masked name can be the one that begins here.
    fn is_hidden(&self, rest: &[char], length: usize) -> bool {
        let Some(name) = rest.get(..length) else { return false };
        self.hidden.contains(&(name[0], name[length - 1], length))
            && name.iter().all(|c| is_han(*c) && *c != '某')
            && surname(name) > 0
    }
}

/// What may follow a name of two characters besides [`AFTER`].
const ENDED: &str = "家同户手联电身账银卡";

const DOT: char = '·';

fn plain(c: char) -> char {
    if is_dot(c) { DOT } else { c }
}

/// A masked name as it fills a cell.
pub(super) fn hidden(cell: &str) -> Option<Hidden> {
    let dense: Vec<char> = cell.chars().filter(|c| !c.is_whitespace()).collect();
    let (first, last) = (dense.first()?, dense.last()?);
    let masked = |c: &char| matches!(c, '*' | '某' | '×' | '○' | 'x' | 'X');
    let is_one = matches!(dense.len(), 3 | 4)
        && dense[1..dense.len() - 1].iter().all(masked)
        && [first, last].into_iter().all(|c| is_han(*c) && *c != '某');
    is_one.then_some((*first, *last, dense.len()))
}

/// Where they stand in full and are not told yet; those of lines that follow one another are told together.
pub(super) fn again(beside: &Beside, listed: &Listed) -> Vec<Group> {
    if listed.is_empty() {
        return Vec::new();
    }
    looked_at(beside.chars.len());
    let chars: Vec<char> = beside.chars.iter().map(|c| plain(*c)).collect();
    let taken: HashMap<usize, usize> =
        beside.groups.iter().flat_map(|group| &group.names).map(|one| (one.start, one.end)).collect();
    let mut found: Vec<(usize, Vec<Named>)> = Vec::new();
    for (number, line) in beside.lines.iter().enumerate() {
        let names = listed.within(&chars, *line, &taken);
        if names.is_empty() {
            continue;
        }
        match found.last_mut() {
            Some((last, before)) if *last + 1 == number => {
                *last = number;
                before.extend(names);
            }
            _ => found.push((number, names)),
        }
    }
    let group = |(_, names)| Group { names, severity: Severity::Warn, suggestion: AGAIN.to_owned() };
    found.into_iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{masks_with, people};

    /// The text with everything masked that can be.
    fn masked(text: &str, listed: &Listed) -> String {
        let chars: Vec<char> = text.chars().collect();
        let (mut out, mut at) = (String::new(), 0);
        for mask in masks_with(text, listed) {
            out.extend(&chars[at..mask.start]);
            out.push_str(&mask.to);
            at = mask.end;
        }
        out.extend(&chars[at..]);
        out
    }

    const LIST: &str = "姓名\t身份证号\n张伟祥\t略\n李娜\t略\n高小明\t略";

    #[test]
    fn who_stands_in_a_list_is_masked_in_the_sentence_the_title_and_the_summary_too() {
        let text = format!("{LIST}\n张伟祥家庭情况已核查，高小明同户；李娜等4户；李娜娜、李强不在其中。");
        let said: Vec<String> = people("", &text).into_iter().map(|one| one.excerpt).collect();
        assert_eq!(said, ["张*祥、李*、高*明", "张*祥、高*明、李*"]);
        let clean = masked(&text, &Listed::default());
        assert!(clean.ends_with("张*祥家庭情况已核查，高*明同户；李*等4户；李娜娜、李强不在其中。"), "{clean}");
        assert_eq!(people("", &clean), [], "{clean}");
        let listed = Listed::of(&[text.as_str()]);
        assert_eq!(masked("救助公示（张伟祥等）", &listed), "救助公示（张*祥等）");
        assert_eq!(masked("张伟祥、李娜等4户，李娜娜", &listed), "张*祥、李*等4户，李娜娜");
        assert_eq!(listed.also_in("张伟祥、张伟祥、李娜等4户"), ["张*祥", "李*"]);
        assert_eq!(listed.also_in("做好救助工作"), Vec::<String>::new());
        assert_eq!(listed.also_in(&text), Vec::<String>::new(), "it tells them itself");
    }

    #[test]
    fn a_list_that_is_masked_already_names_who_is_meant() {
        let text = "姓名\t残疾等级\n张*祥\t一级\n李*\t二级\n\n张伟祥家庭情况已核查，李娜未核查。张贴一份。";
        let said: Vec<String> = people("", text).into_iter().map(|one| one.excerpt).collect();
        assert_eq!(said, ["张*祥"], "one shown character tells nobody");
        assert_eq!(Listed::of(&[text]).also_in("给张伟祥的救助"), ["张*祥"]);
    }

    #[test]
    fn names_in_lists_that_tell_nothing_private_are_nobodys_business_elsewhere_either() {
        let text = "姓名\t职务\n张伟祥\t局长\n\n张伟祥主持会议。";
        assert_eq!(people("", text), []);
        assert_eq!(Listed::of(&[text]), Listed::default());
    }

    #[test]
    fn names_with_dots_are_found_however_the_dot_is_written() {
        let listed = Listed::of(&["姓名\t病种\n阿依古丽·买买提\t略"]);
        assert_eq!(masked("救助阿依古丽•买买提一户", &listed), "救助阿***·***一户");
    }
}
