//! Sums, terms and shares: what a text says that an article says, held against that article.

use serde::{Deserialize, Serialize};
use text::findings::Finding;

use super::Known;
use crate::places::found;

/// Of what a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// 元; 万元 and 亿元 are so many of them.
    Yuan,
    /// %, 百分之.
    Percent,
    /// 日, 天.
    Days,
    /// 个工作日.
    WorkingDays,
    /// 个月.
    Months,
    /// 年, as a term.
    Years,
    /// 岁, 周岁.
    Age,
    /// 倍.
    Times,
    /// 亩.
    Mu,
    /// 平方米.
    SquareMetres,
}

/// Longest first, since one may begin like another.
const UNITS: [(&str, Unit); 15] = [
    ("个工作日", Unit::WorkingDays),
    ("工作日", Unit::WorkingDays),
    ("平方米", Unit::SquareMetres),
    ("个月", Unit::Months),
    ("周岁", Unit::Age),
    ("岁", Unit::Age),
    ("元", Unit::Yuan),
    ("%", Unit::Percent),
    ("％", Unit::Percent),
    ("日", Unit::Days),
    ("天", Unit::Days),
    ("年", Unit::Years),
    ("倍", Unit::Times),
    ("亩", Unit::Mu),
    ("㎡", Unit::SquareMetres),
];

impl Unit {
    fn words(self) -> &'static str {
        match self {
            Self::Yuan => "元",
            Self::Percent => "%",
            Self::Days => "日",
            Self::WorkingDays => "个工作日",
            Self::Months => "个月",
            Self::Years => "年",
            Self::Age => "周岁",
            Self::Times => "倍",
            Self::Mu => "亩",
            Self::SquareMetres => "平方米",
        }
    }

    /// What is held against each other: a day and a working day are both terms, and not the same.
    fn group(self) -> Self {
        if self == Self::WorkingDays { Self::Days } else { self }
    }
}

/// A figure with its unit, in hundredths: 12.5% is 1250 of [`Unit::Percent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Figure {
    pub hundredths: u64,
    pub unit: Unit,
}

impl Figure {
    fn words(self) -> String {
        let (whole, rest) = (self.hundredths / 100, self.hundredths % 100);
        let number = match rest {
            0 => whole.to_string(),
            _ => format!("{whole}.{rest:02}").trim_end_matches('0').to_owned(),
        };
        format!("{number}{}", self.unit.words())
    }
}

const NUMERALS: &str = "〇零一二三四五六七八九两十百千万亿";

fn digit(c: char) -> Option<u64> {
    match c {
        '0'..='9' => Some(u64::from(c) - u64::from('0')),
        '０'..='９' => Some(u64::from(c) - u64::from('０')),
        _ => None,
    }
}

/// A number in Chinese numerals; `None` for a row of bare numerals, as of years.
fn numerals(run: &[char]) -> Option<u64> {
    let (mut total, mut section, mut last) = (0_u64, 0_u64, 0_u64);
    let mut bare = 0;
    for c in run {
        let multiplier = match c {
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            '万' => 10_000,
            '亿' => 100_000_000,
            '两' => {
                (last, bare) = (2, bare + 1);
                continue;
            }
            '零' | '〇' => {
                bare += 1;
                continue;
            }
            other => {
                let at = "一二三四五六七八九".chars().position(|one| one == *other)?;
                (last, bare) = (u64::try_from(at).ok()? + 1, bare + 1);
                continue;
            }
        };
        bare = 0;
        if multiplier >= 10_000 {
            total = total.checked_add((section + last).max(1).checked_mul(multiplier)?)?;
            section = 0;
        } else {
            section = section.checked_add(last.max(1) * multiplier)?;
        }
        last = 0;
    }
    let several = bare > 1 && !run.iter().any(|c| "十百千万亿".contains(*c));
    (!several).then(|| total.checked_add(section + last)).flatten()
}

/// The number that begins at this place, in hundredths, and where it ends.
fn number(chars: &[char], at: usize) -> Option<(u64, usize)> {
    if digit(*chars.get(at)?).is_none() {
        let end = at + chars[at..].iter().take_while(|c| NUMERALS.contains(**c)).count();
        return (end > at).then(|| Some((numerals(&chars[at..end])?.checked_mul(100)?, end))).flatten();
    }
    let (mut value, mut end, mut behind) = (0_u64, at, None::<u32>);
    while let Some(c) = chars.get(end) {
        match (digit(*c), c) {
            (Some(one), _) if behind.is_none() => value = value.checked_mul(10)?.checked_add(one)?,
            (Some(one), _) => {
                let place = behind.unwrap_or_default();
                value += match place {
                    0 => one * 10,
                    1 => one,
                    _ => 0,
                };
                behind = Some(place + 1);
            }
            (None, '.') if behind.is_none() && chars.get(end + 1).is_some_and(|next| digit(*next).is_some()) => {
                value = value.checked_mul(100)?;
                behind = Some(0);
            }
            (None, ',') if behind.is_none() && chars.get(end + 1).is_some_and(|next| digit(*next).is_some()) => {}
            _ => break,
        }
        end += 1;
    }
    let mut hundredths = if behind.is_some() { value } else { value.checked_mul(100)? };
    match chars.get(end) {
        Some('万') => (hundredths, end) = (hundredths.checked_mul(10_000)?, end + 1),
        Some('亿') => (hundredths, end) = (hundredths.checked_mul(100_000_000)?, end + 1),
        _ => {}
    }
    Some((hundredths, end))
}

/// The figure that begins at this place, and where it ends. Parts of a date and numbers in a row (第三年) are none.
fn at_place(chars: &[char], at: usize) -> Option<(Figure, usize)> {
    let share = chars[at..].starts_with(&['百', '分', '之']);
    let (hundredths, end) = number(chars, if share { at + 3 } else { at })?;
    if share {
        return Some((Figure { hundredths, unit: Unit::Percent }, end));
    }
    let behind: String = chars[end..].iter().take(4).collect();
    let (words, unit) = UNITS.iter().find(|(words, _)| behind.starts_with(words))?;
    let end = end + words.chars().count();
    let before = at.checked_sub(1).map(|at| chars[at]);
    let in_row = before == Some('第') || (before == Some('月') && *unit == Unit::Days);
    let is_year = *unit == Unit::Years && (hundredths >= 10_000 || chars.get(end).is_some_and(|c| digit(*c).is_some()));
    (!in_row && !is_year).then_some((Figure { hundredths, unit: *unit }, end))
}

/// All figures with their places, in characters.
fn placed(chars: &[char]) -> Vec<(usize, usize, Figure)> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if let Some((figure, end)) = at_place(chars, at) {
            all.push((at, end, figure));
            at = end;
            continue;
        }
        // Not from the middle of a number.
        let run = chars[at..].iter().take_while(|c| digit(**c).is_some() || NUMERALS.contains(**c)).count();
        at += run.max(1);
    }
    all
}

/// The figures of an article, each once.
pub fn figures(text: &str) -> Vec<Figure> {
    let chars: Vec<char> = text.chars().collect();
    let mut all: Vec<Figure> = placed(&chars).into_iter().map(|(.., figure)| figure).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// What a text says behind a citation of these articles, as far as they say otherwise. `end` is the character behind the citation. Where
/// one of several figures is that of the article the others are the text's own.
pub(super) fn against(
    part: &str,
    chars: &[char],
    end: usize,
    articles: &[(u32, u32)],
    known: &Known,
) -> Option<Finding> {
    /// Characters of a sentence behind a citation that are taken to speak of it.
    const NEAR: usize = 80;
    let own: Vec<Figure> = known
        .figures
        .iter()
        .filter(|(article, _)| articles.contains(article))
        .flat_map(|(_, figures)| figures.iter().copied())
        .collect();
    if own.is_empty() {
        return None;
    }
    let rest = chars.get(end..).unwrap_or_default();
    let stop =
        rest.iter().take(NEAR).position(|c| matches!(c, '。' | '；' | '\n' | '《')).unwrap_or(rest.len().min(NEAR));
    let said = placed(&rest[..stop]);
    let (from, to, figure) = said.iter().find(|(.., figure)| {
        let group = figure.unit.group();
        let same = |other: &&Figure| other.unit.group() == group;
        own.iter().any(|one| same(&one)) && !said.iter().any(|(.., one)| one.unit.group() == group && own.contains(one))
    })?;
    let group = figure.unit.group();
    let words: Vec<String> =
        own.iter().filter(|one| one.unit.group() == group).take(4).map(|one| one.words()).collect();
    let suggestion = format!("引用的条文写的是{}，请核对。", words.join("、"));
    Some(found("policy.figure", part, chars, (end + from, end + to), suggestion, None))
}

/// The year that stands before a title as that of the document: 2020年3月5日印发的《….
pub(super) fn year_before(before: &[char]) -> Option<i16> {
    let text: String = before.iter().rev().take(24).collect::<Vec<_>>().into_iter().rev().collect();
    let rest = text.strip_suffix('的').unwrap_or(&text);
    let rest = ["印发", "发布", "公布", "下发", "制定"].iter().find_map(|verb| rest.strip_suffix(verb))?;
    let (year, day) = rest.rsplit_once('年')?;
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '月' | '日');
    if !day.chars().all(plain) {
        return None;
    }
    let digits: Vec<char> = year.chars().rev().take_while(char::is_ascii_digit).collect();
    let year: String = digits.into_iter().rev().collect();
    year.parse().ok().filter(|year| (1949..2200).contains(year))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        placed(&chars).into_iter().map(|(.., figure)| figure.words()).collect()
    }

    #[test]
    fn figures_are_read_however_they_are_written() {
        for (text, expected) in [
            ("每人每月1,200.50元", vec!["1200.5元"]),
            ("处三千元以上三万元以下罚款", vec!["3000元", "30000元"]),
            ("奖励3万元，不超过1.5亿元", vec!["30000元", "150000000元"]),
            ("自收到之日起二十个工作日内", vec!["20个工作日"]),
            ("十五日内，最长三个月", vec!["15日", "3个月"]),
            ("有效期五年，年满60周岁", vec!["5年", "60周岁"]),
            ("不低于百分之三十，其中12.5%", vec!["30%", "12.5%"]),
            ("２０天", vec!["20日"]),
            ("2026年3月5日", vec![]),
            ("二〇二六年三月五日", vec![]),
            ("第三年，第二日", vec![]),
            ("一百二十万零五百元", vec!["1200500元"]),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    fn said(text: &str) -> Option<String> {
        let chars: Vec<char> = text.chars().collect();
        let articles = vec![((3, 0), figures("自收到申请之日起二十个工作日内答复；补贴每月100元。"))];
        let known = Known { figures: articles, ..Known::page() };
        against("", &chars, 0, &[(3, 0)], &known).map(|one| format!("{} {}", one.excerpt, one.suggestion))
    }

    #[test]
    fn what_an_article_says_is_held_against_it() {
        assert_eq!(said("规定，应当在20个工作日内答复。"), None);
        assert_eq!(
            said("规定，应当在15个工作日内答复。").as_deref(),
            Some("15个工作日 引用的条文写的是20个工作日，请核对。")
        );
        // Twenty days are not twenty working days.
        assert!(said("规定，应当在20日内答复。").is_some());
        // One that is the article's shows that the other is the text's own; what the article says nothing of is no contradiction.
        assert_eq!(said("规定的每月100元提高到120元。"), None);
        assert_eq!(said("规定，年满60周岁的按50%发放。"), None);
        assert_eq!(said("规定执行。补贴每月90元。"), None);
    }

    #[test]
    fn the_year_of_a_document_stands_before_its_title() {
        let year = |text: &str| year_before(&text.chars().collect::<Vec<char>>());
        assert_eq!(year("按照2020年3月5日印发的"), Some(2020));
        assert_eq!(year("2019年公布"), Some(2019));
        assert_eq!(year("2020年度印发的"), None);
        assert_eq!(year("根据"), None);
    }
}
