//! The names that a head and a column of an item may be known by, and how well they agree.

use item::{
    Column,
    personal::{self, Private},
};

use crate::Head;
use crate::alike::alike;
use crate::units;
use crate::words::plain;

/// Words for the total of a group.
const TOTALS: [&str; 8] = ["合计", "小计", "总计", "总额", "金额", "总数", "总投资", "规模"];

/// How well a head fits that our own files print: better than any that is only alike.
const PRINTED: u32 = 200 * 16;

/// Of 100: a head that holds the same of a person as a column that is never public, in other words.
const OF_A_KIND: u32 = 40;

/// What a name is compared by, the closest form first.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Forms {
    /// In lower case, without blanks, stars and units.
    exact: String,
    /// Without the year before it.
    yearless: String,
    /// Without anything in brackets.
    bare: String,
}

impl Forms {
    fn of(text: &str) -> Self {
        let text = plain(text).to_lowercase();
        let text = text.trim_matches(['*', ':', '★', '※', '☆', '▲']);
        // 金额/元; a colon within brackets is theirs: 金额(单位:元).
        let is_unit = |unit: &str| !unit.ends_with([')', ']', '】']) && units::money(unit).is_some();
        let behind = text.rsplit_once(['/', ':']).filter(|(_, unit)| is_unit(unit));
        let text = behind.map_or(text, |(name, _)| name);
        let exact = without_brackets(text, is_unit_said);
        let yearless = without_year(&exact).to_owned();
        let bare = without_brackets(&yearless, |_| true);
        Self { exact, yearless, bare }
    }
}

/// `单位:万元`, `万元`, and what a form says of how to fill in: `年/月/日`.
fn is_unit_said(within: &str) -> bool {
    units::of_bracket(within).is_some() || matches!(within, "年/月/日" | "年月日" | "必填" | "选填")
}

/// A text without those brackets of which the words within are to go.
fn without_brackets(text: &str, goes: impl Fn(&str) -> bool) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find(['(', '[', '【']) {
        let Some(close) = matching(&rest[open..]) else { break };
        let mut inside = rest[open..open + close].chars();
        inside.next();
        if !goes(inside.as_str()) {
            out.push_str(&rest[..open + close]);
            out.extend(rest[open + close..].chars().next());
        } else {
            out.push_str(&rest[..open]);
        }
        let behind = &rest[open + close..];
        rest = &behind[behind.chars().next().map_or(0, char::len_utf8)..];
    }
    out.push_str(rest);
    out
}

/// Where the bracket closes that a text begins with: 因公出国（境）费 has one, 许可（含（变更）） one within another.
fn matching(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '【' => depth += 1,
            ')' | ']' | '】' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// 2024年债务限额 without its year.
fn without_year(text: &str) -> &str {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits != 4 {
        return text;
    }
    let rest = &text[digits..];
    let rest = ["年度", "年末", "年初", "年"].iter().find_map(|word| rest.strip_prefix(word));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(text)
}

/// The names of a column of an item.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    label: Forms,
    aliases: Vec<Forms>,
    codes: Vec<String>,
    groups: Vec<Forms>,
    letter: String,
    /// As our own files and templates print it: 债务限额·一般债务限额.
    printed: String,
    /// What it holds of a person, where it is never public.
    private: Option<Private>,
}

impl Names {
    pub(crate) fn of(column: &Column) -> Self {
        Self {
            label: Forms::of(&column.label),
            aliases: column.aliases.iter().map(|alias| Forms::of(alias)).collect(),
            codes: [&column.code, &column.key].into_iter().map(|code| plain(code).to_lowercase()).collect(),
            groups: column.group.iter().map(|group| Forms::of(group)).collect(),
            letter: letter_alone(&column.letter),
            printed: printed(column),
            private: personal::private_column(column),
        }
    }
}

/// The head of a column as files and templates of the program have it: groups and label, parted by a point, then the unit.
fn printed(column: &Column) -> String {
    let words: Vec<&str> = column.group.iter().chain([&column.label]).map(String::as_str).collect();
    let unit = column.unit();
    let unit = if unit.is_empty() { String::new() } else { format!("（{unit}）") };
    Forms::of(&format!("{}{unit}", words.join("·"))).exact
}

/// `A` of `A=B+C`.
fn letter_alone(letter: &str) -> String {
    plain(letter).split('=').next().unwrap_or_default().to_owned()
}

/// The names of a head.
#[derive(Debug, Clone)]
pub(crate) struct HeadNames {
    own: Forms,
    /// Without 其中 before it.
    inner: String,
    above: Vec<Forms>,
    /// All words of its path, and all but the year and what is in brackets.
    whole: String,
    whole_bare: String,
    letter: String,
    /// Other heads stand below the same words: it is their total.
    is_total: bool,
    /// The words of the group of which it is the total: its own, or those above 合计.
    total_of: Option<Forms>,
    /// What of a person it says to stand below it.
    private: Option<Private>,
}

impl HeadNames {
    pub(crate) fn of(head: &Head, all: &[Head]) -> Self {
        let forms: Vec<Forms> = head.path.iter().map(|word| Forms::of(word)).collect();
        let own = forms.last().cloned().unwrap_or_else(|| Forms::of(""));
        let above = forms[..forms.len().saturating_sub(1)].to_vec();
        let is_total = all.iter().any(|other| other.path.len() > head.path.len() && other.path.starts_with(&head.path));
        let group = if is_total { Some(&own) } else { above.last().filter(|_| TOTALS.contains(&own.bare.as_str())) };
        let total_of = group.cloned();
        let inner = own.bare.strip_prefix("其中").unwrap_or(&own.bare).trim_start_matches([':', '、']).to_owned();
        Self {
            inner,
            above,
            whole: forms.iter().map(|form| form.exact.as_str()).collect(),
            whole_bare: forms.iter().map(|form| form.bare.as_str()).collect(),
            letter: letter_alone(&head.letter),
            is_total,
            total_of,
            private: personal::private(&head.path.join("/")),
            own,
        }
    }

    /// How well a column goes with the head; 0 = not at all.
    pub(crate) fn score(&self, names: &Names) -> u32 {
        // a file of ours that comes back says exactly which column is meant
        if names.printed != names.label.exact && self.above.is_empty() && self.own.exact == names.printed {
            return PRINTED;
        }
        let words = self.words(names);
        match (words, self.context(names)) {
            (0, _) | (_, None) => 0,
            (words, Some(context)) => words * 16 + context,
        }
    }

    /// Of 100: how well the words agree.
    fn words(&self, names: &Names) -> u32 {
        if names.codes.iter().any(|code| !code.is_empty() && *code == self.own.exact) {
            return 100;
        }
        let label = self.agree(&names.label);
        let alias = names.aliases.iter().map(|alias| self.agree(alias)).max().unwrap_or(0);
        let grouped = if names.groups.is_empty() { 0 } else { self.grouped(names) };
        let said = label.max(alias.saturating_sub(2)).max(grouped);
        // 户主身份证 holds what 身份证号 does, and neither is for readers
        if said == 0 && self.private.is_some() && self.private == names.private { OF_A_KIND } else { said }
    }

    fn agree(&self, name: &Forms) -> u32 {
        let is = |one: &str, other: &str| !one.is_empty() && one == other;
        let total = |group: &Forms| {
            let sum = |word: &str| is(&format!("{}{word}", group.bare), &name.bare);
            is(&group.yearless, &name.yearless) || is(&group.bare, &name.bare) || TOTALS.into_iter().any(sum)
        };
        if is(&self.own.exact, &name.exact) {
            100
        } else if is(&self.own.yearless, &name.yearless) {
            95
        } else if is(&self.whole, &name.exact.replace('/', "")) || is(&self.whole_bare, &name.bare.replace('/', "")) {
            // its words and those above it in one name, 债务限额/合计 too
            90
        } else if self.total_of.as_ref().is_some_and(total) {
            85
        } else if is(&self.own.bare, &name.bare) {
            80
        } else if is(&self.inner, &name.bare) {
            75
        } else if !name.bare.is_empty() && alike(&self.inner, &name.bare) {
            50
        } else {
            0
        }
    }

    /// How well the words of the path agree with those of the column and its groups together.
    fn grouped(&self, names: &Names) -> u32 {
        let groups: String = names.groups.iter().map(|group| group.bare.as_str()).collect();
        if self.whole_bare == format!("{groups}{}", names.label.bare) {
            return 92;
        }
        // the total of a group: nothing, or the words of the group, over the column
        let last = names.groups.last().map_or("", |group| group.bare.as_str());
        let total = TOTALS.contains(&names.label.bare.as_str()) || names.label.bare == last;
        let own = self.total_of.as_ref().is_some_and(|group| akin(&group.bare, last));
        if own && total { 85 } else { 0 }
    }

    /// How well the words above it agree with the groups of the column; `None` = it stands in another group.
    fn context(&self, names: &Names) -> Option<u32> {
        let letter = u32::from(!self.letter.is_empty() && self.letter == names.letter);
        let over = |group: &Forms| {
            let within = self.is_total.then_some(&self.own);
            self.above.iter().chain(within).any(|above| akin(&above.bare, &group.bare))
        };
        if names.groups.is_empty() {
            // 一般债务（限额） under 债务限额
            let aside = names.label.exact.split_once('(').map_or("", |(_, aside)| aside.trim_end_matches(')'));
            let told = !aside.is_empty() && self.above.iter().any(|above| above.bare.contains(aside));
            let against = !aside.is_empty() && !self.above.is_empty() && !told && self.own.exact != names.label.exact;
            let aside = if told {
                6
            } else if against {
                0
            } else {
                2
            };
            return Some(aside + letter);
        }
        if names.groups.iter().any(over) {
            return Some(8 + letter);
        }
        // 其中 names no group: 基本支出 stands under 2019年预算数 as well
        if names.groups.iter().all(|group| group.bare.trim_end_matches(':') == "其中") {
            return Some(letter);
        }
        // in a sheet without the upper row of the head, its own words must tell
        (self.above.is_empty() && !self.is_total).then_some(letter)
    }
}

/// Whether two names of groups mean the same: 2024年债务余额预计执行数 and 债务余额.
fn akin(one: &str, other: &str) -> bool {
    let long = one.chars().count().min(other.chars().count()) >= 2;
    one == other || (long && (one.contains(other) || other.contains(one)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_forms() {
        let forms = Forms::of(" 2024年债务限额（亿元）");
        assert_eq!((forms.exact.as_str(), forms.yearless.as_str()), ("2024年债务限额", "债务限额"));
        assert_eq!(Forms::of("一般债务（限额）").bare, "一般债务");
        assert_eq!(Forms::of("因公出国（境）费").bare, "因公出国费");
        assert_eq!(Forms::of("*名称（必填）：").exact, "名称");
        assert_eq!(without_brackets("a(b(c)d)e", |_| true), "ae");
        assert_eq!(without_brackets("a(b", |_| true), "a(b");
        assert_eq!(without_year("2024年"), "2024年");
    }
}
