//! The question: read with a budget, never refused, never a panic.
//!
//! There is no query language to learn and none to inject: white space separates, quotes keep together, everything else is
//! text. Whatever is too much is left out and said so.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    segmenter::is_han,
    tokens::{self, Unit, fold, units},
};

/// Characters of a question that are read.
pub const LONGEST: usize = 100;
/// Parts of a question that are read.
pub const MOST_TERMS: usize = 16;

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Query {
    /// The words as typed.
    pub text: String,
    /// Only this kind, by its code or its words; empty = all. The same for the next five.
    pub kind: String,
    /// Only this organ, by its code or a name.
    pub organ: String,
    /// Only this column, by its slug or its name.
    pub column: String,
    /// Only what became public in this year, four digits.
    pub year: String,
    /// Only this validity, by its code or its words.
    pub validity: String,
    /// Only what is filed under this topic (主题分类), in its own words; empty = all.
    pub topic: String,
    /// Only what became public lately.
    pub since: Since,
    /// Only what became public on this day or later.
    pub from: Option<Date>,
    /// Only what became public on this day or earlier.
    pub to: Option<Date>,
    /// In which order hits come.
    pub sort: Sort,
    /// Which page, from 1; 0 counts as 1.
    pub page: usize,
    /// Hits on a page; 0 = 20, at most 100.
    pub limit: usize,
}

/// The order of hits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// What fits best first.
    #[default]
    Relevance,
    /// The newest first, by the first day of being public.
    Date,
}

/// How long ago something became public at most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// Whenever.
    #[default]
    Ever,
    Week,
    Month,
    Year,
}

impl Since {
    /// As they are offered.
    pub(crate) const ALL: [Self; 4] = [Self::Ever, Self::Week, Self::Month, Self::Year];

    /// As addresses have it.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Ever => "",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// What an address says; whatever else stands there is no limit.
    pub(crate) fn of(code: &str) -> Self {
        Self::ALL.into_iter().find(|since| since.code() == code).unwrap_or_default()
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Ever => "不限",
            Self::Week => "近一周",
            Self::Month => "近一个月",
            Self::Year => "近一年",
        }
    }

    /// Days from that day to today.
    pub(crate) fn days(self) -> Option<i64> {
        match self {
            Self::Ever => None,
            Self::Week => Some(7),
            Self::Month => Some(31),
            Self::Year => Some(366),
        }
    }
}

impl Query {
    /// The question `text` without filters.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// With this many hits on a page, at most 100.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Hits on a page.
    pub(crate) fn size(&self) -> usize {
        if self.limit == 0 { 20 } else { self.limit.min(100) }
    }

    /// Whether any filter is set.
    pub fn is_filtered(&self) -> bool {
        let filters = [&self.kind, &self.organ, &self.column, &self.year, &self.validity, &self.topic];
        let in_time = self.since != Since::Ever || self.from.is_some() || self.to.is_some();
        in_time || filters.iter().any(|filter| !filter.trim().is_empty())
    }
}

/// One part of a question: all of it must be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) text: String,
    pub(crate) units: Vec<Unit>,
    /// Quoted: as it stands and not otherwise.
    pub(crate) literal: bool,
}

/// An article that is asked for by its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Article {
    /// As texts number it: 第十九条.
    pub(crate) number: String,
    /// What is said of the text in which it stands; never empty.
    pub(crate) of: Vec<Term>,
}

impl Article {
    /// What is said of a text in parts, where a word may have been left out of its name: 养犬办法 is a 办法 that has 养犬 in its
    /// name, also 养犬管理办法. `None` when it does not end as names of rules do.
    pub(crate) fn apart(said: &str) -> Option<[&str; 2]> {
        const FORMS: [&str; 8] = ["实施细则", "办法", "条例", "规定", "细则", "规则", "规程", "方案"];
        let form = FORMS.into_iter().find(|form| said.ends_with(form))?;
        let (subject, form) = said.split_at(said.len() - form.len());
        (subject.chars().count() > 1).then_some([subject, form])
    }
}

/// A question as understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parsed {
    pub(crate) terms: Vec<Term>,
    /// 发文字号 found in the question, in the form of [`tokens::key`].
    pub(crate) number: Option<String>,
    /// A 发文字号 without its year, 民发9号: what stands before, and the number with 号.
    pub(crate) short_number: Option<(String, String)>,
    /// 国务院令第711号, 国令第711号, 711号令: the forms in which texts write the number of a decree.
    pub(crate) decree: Vec<String>,
    /// An article of a text: 劳动合同法第十九条.
    pub(crate) article: Option<Article>,
    /// Single characters that were left out because others say more.
    pub(crate) ignored: Vec<String>,
    /// Whether something was left out because it was too much.
    pub(crate) cut: bool,
    /// Whether the question is one character only.
    pub(crate) too_short: bool,
}

impl Parsed {
    /// Whether a document number is asked for, or that of a decree: another one is not meant.
    pub(crate) fn asks_number(&self) -> bool {
        self.number.is_some() || self.short_number.is_some() || !self.decree.is_empty()
    }

    pub(crate) fn of(text: &str) -> Self {
        let mut parsed = Self { cut: text.trim().chars().count() > LONGEST, ..Self::default() };
        let text: String =
            text.trim().chars().take(LONGEST).map(fold).map(|c| if c.is_control() { ' ' } else { c }).collect();
        for (part, literal) in split(&text).into_iter().flat_map(year_apart) {
            let units = units(&part);
            if units.is_empty() {
                continue;
            }
            if parsed.terms.len() == MOST_TERMS {
                parsed.cut = true;
                break;
            }
            parsed.terms.push(Term { text: part, units, literal });
        }
        parsed.number = number(&text);
        parsed.short_number = if parsed.number.is_none() { short_number(&text) } else { None };
        parsed.decree = decree(&text);
        parsed.article = article(&parsed.terms);
        let single =
            |term: &Term| term.units.len() == 1 && term.text.chars().filter(|c| c.is_alphanumeric()).count() == 1;
        if parsed.terms.len() == 1 && single(&parsed.terms[0]) {
            parsed.too_short = true;
        } else if parsed.terms.iter().any(|term| !single(term)) {
            let (kept, ignored) = parsed.terms.into_iter().partition(|term| !(single(term) && term.units[0].han));
            parsed.terms = kept;
            parsed.ignored = ignored.into_iter().map(|term: Term| term.text).collect();
        } else if parsed.terms.len() > 1 {
            // Characters typed with spaces between them.
            let text: String = parsed.terms.iter().map(|term| term.text.as_str()).collect();
            parsed.terms = vec![Term { units: units(&text), text, literal: false }];
        }
        parsed
    }
}

/// Parts between white space and list marks, or inside quotes.
fn split(text: &str) -> Vec<(String, bool)> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut quoted = false;
    for c in text.chars() {
        let quote = matches!(c, '"' | '“' | '”' | '「' | '」' | '『' | '』');
        let gap = c.is_whitespace() || matches!(c, ',' | '、' | ';' | '|' | '+');
        if quote || (gap && !quoted) {
            parts.push((std::mem::take(&mut part), quoted));
            quoted ^= quote;
        } else {
            part.push(c);
        }
    }
    // An opening quote that nobody closed was no quote.
    parts.push((part, false));
    parts
}

/// A year that somebody has written at the words, 低保标准2026, 2026低保标准: no text writes it there, so it is a word of its own.
/// With 年, 月 or 号 it is part of a date or of a number, which texts do write; so are signs of organs (青禾府发2026).
fn year_apart((part, literal): (String, bool)) -> Vec<(String, bool)> {
    let is_year = |text: &str| digits(text) && text.len() == 4 && (text.starts_with("19") || text.starts_with("20"));
    let is_words = |text: &str| text.chars().count() > 1 && text.chars().all(is_han);
    let cut = [part.len().saturating_sub(4), 4.min(part.len())].into_iter().find(|at| {
        part.split_at_checked(*at).is_some_and(|(before, after)| {
            (is_year(after) && is_words(before) && !before.ends_with(['发', '函', '字', '办', '规', '令']))
                || (is_year(before) && is_words(after) && !after.starts_with(['年', '月', '号', '第']))
        })
    });
    match cut.filter(|_| !literal) {
        Some(at) => vec![(part[..at].to_owned(), false), (part[at..].to_owned(), false)],
        None => vec![(part, literal)],
    }
}

/// The document number in a question: `青禾府发〔2026〕9号`, with any brackets or none, 第 and 年 allowed, also `20269号`.
fn number(text: &str) -> Option<String> {
    let units = units(text);
    let words: Vec<String> = units.iter().map(|unit| unit.word(text)).collect();
    let is_year = |word: &str| word.len() == 4 && (word.starts_with("19") || word.starts_with("20")) && digits(word);
    let prefix = |at: usize| {
        let start = (0..at).rev().take_while(|i| units[*i].han).last().unwrap_or(at);
        words[start..at].concat()
    };
    for (at, word) in words.iter().enumerate() {
        if is_year(word) {
            let rest: Vec<&str> =
                words[at + 1..].iter().map(String::as_str).filter(|word| *word != "第" && *word != "年").collect();
            // 2026年9月 is a date: only 号 or a name before the year makes a number of it.
            if let [n, after @ ..] = rest.as_slice()
                && digits(n)
                && n.len() <= 5
                && (after.first() == Some(&"号") || (after.is_empty() && !prefix(at).is_empty()))
            {
                return Some(key_of(&prefix(at), word, n));
            }
        } else if (5..=8).contains(&word.len())
            && digits(word)
            && is_year(&word[..4])
            && words.get(at + 1).is_some_and(|next| next == "号")
        {
            return Some(key_of(&prefix(at), &word[..4], &word[4..]));
        }
    }
    None
}

/// A document number without its year, as people remember it: 民发9号, 青禾民发第9号. Nothing else may be asked for.
fn short_number(text: &str) -> Option<(String, String)> {
    let units = units(text);
    let words: Vec<String> = units.iter().map(|unit| unit.word(text)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "第").collect();
    let (last, rest) = words.split_last()?;
    let (n, letters) = rest.split_last()?;
    let han = letters.iter().all(|word| word.chars().all(|c| !c.is_ascii()));
    // Roads have house numbers, too; the signs of organs end in one of these.
    let sign = letters.last().is_some_and(|word| ["发", "函", "字", "办", "规", "令", "告", "文"].contains(word));
    (*last == "号" && digits(n) && n.len() <= 4 && han && sign && letters.len() >= 2)
        .then(|| (letters.concat(), format!("{}号", n.trim_start_matches('0'))))
}

/// The forms of the number of a decree: 国令 is 国务院令, and who says 711号令 says nothing of whose it is. Nothing else may be
/// asked for.
fn decree(text: &str) -> Vec<String> {
    let units = units(text);
    let words: Vec<String> = units.iter().map(|unit| unit.word(text)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "第").collect();
    let number = |n: &&str| digits(n) && n.len() <= 4;
    match words.as_slice() {
        [n, "号", "令"] if number(n) => vec![format!("令第{n}号")],
        [before @ .., "令", n, "号"] | [before @ .., "令", n] if number(n) && is_council(&before.concat()) => {
            vec![format!("国务院令第{n}号"), format!("国令第{n}号")]
        }
        _ => Vec::new(),
    }
}

/// Whether the State Council is meant: as everybody writes it, or as a decree names itself.
fn is_council(name: &str) -> bool {
    ["国", "国务院", "中华人民共和国国务院"].contains(&name)
}

/// The article at the end of a question, in figures or in words, with what is said of its text before it.
fn article(terms: &[Term]) -> Option<Article> {
    let (last, before) = terms.split_last()?;
    let told = last.text.strip_suffix('条').filter(|_| !last.literal)?;
    let is_number = |c: char| c.is_ascii_digit() || "零〇一二三四五六七八九十百".contains(c);
    let head = told.trim_end_matches(is_number);
    let number = in_words(&told[head.len()..])?;
    let head = head.strip_suffix('第').unwrap_or(head);
    let mut of = before.to_vec();
    if !head.is_empty() {
        of.push(Term { text: head.to_owned(), units: units(head), literal: false });
    }
    of.retain(|term| term.units.len() > 1);
    (!of.is_empty()).then(|| Article { number: format!("第{number}条"), of })
}

/// A number below a thousand as articles are numbered: 19 is 十九, 105 is 一百零五. What is in words already stays.
fn in_words(number: &str) -> Option<String> {
    const FIGURES: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    if number.is_empty() || !digits(number) {
        let one_kind = !number.is_empty() && number.chars().all(|c| !c.is_ascii_digit());
        return one_kind.then(|| number.replace('〇', "零"));
    }
    let n = number.parse::<usize>().ok().filter(|n| (1..1000).contains(n))?;
    let (hundreds, tens, ones) = (n / 100, n / 10 % 10, n % 10);
    let mut words = String::new();
    if hundreds > 0 {
        words = format!("{}百", FIGURES[hundreds]);
    }
    match (hundreds, tens) {
        (0, 0) => {}
        (0, 1) => words.push('十'),
        (_, 0) if ones > 0 => words.push('零'),
        (_, 0) => {}
        (_, tens) => words.push_str(&format!("{}十", FIGURES[tens])),
    }
    if ones > 0 {
        words.push_str(FIGURES[ones]);
    }
    Some(words)
}

fn digits(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())
}

fn key_of(prefix: &str, year: &str, n: &str) -> String {
    tokens::key(&format!("{prefix}{year} {}号", n.trim_start_matches('0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn terms(text: &str) -> Vec<(String, bool)> {
        Parsed::of(text).terms.into_iter().map(|term| (term.text, term.literal)).collect()
    }

    #[test]
    fn spaces_separate_and_quotes_keep_together() {
        assert_eq!(terms("就业　补贴"), [("就业".into(), false), ("补贴".into(), false)]);
        assert_eq!(terms("“就业 补贴” 2026"), [("就业 补贴".into(), true), ("2026".into(), false)]);
        assert_eq!(terms("\"未完 的引号"), [("未完 的引号".into(), false)]);
    }

    #[test]
    fn a_year_written_at_the_words_is_a_word_of_its_own() {
        for text in ["低保标准2026", "低保标准２０２６"] {
            assert_eq!(terms(text), [("低保标准".into(), false), ("2026".into(), false)], "{text}");
        }
        assert_eq!(
            terms("2026低保标准 城乡"),
            [("2026".into(), false), ("低保标准".into(), false), ("城乡".into(), false)]
        );
        for whole in ["2026年预算", "“低保标准2026”", "低保标准20261", "青禾府发2026", "标2026", "2026", "预算2206"]
        {
            assert_eq!(terms(whole).len(), 1, "{whole}");
        }
    }

    #[test]
    fn document_numbers_are_recognised_however_typed() {
        let forms = [
            "青禾府发〔2026〕9号",
            "青禾府发[2026]9号",
            "青禾府发(2026)9号",
            "青禾府发（２０２６）第９号",
            "青禾府发2026 9号",
            "青禾府发20269号",
            "青禾府发 2026年 9 号",
            "青禾府发〔2026〕09号",
            "青禾府发〔2026〕9",
        ];
        for form in forms {
            assert_eq!(Parsed::of(form).number.as_deref(), Some("青禾府发2026 9号"), "{form}");
        }
        assert_eq!(Parsed::of("〔2026〕9号").number.as_deref(), Some("2026 9号"));
        for other in ["2026年9月", "2026 9", "就业", "12345", "2026年预算"] {
            assert_eq!(Parsed::of(other).number, None, "{other}");
        }
    }

    #[test]
    fn a_number_is_remembered_without_its_year() {
        let short = |text: &str| Parsed::of(text).short_number;
        assert_eq!(short("民发9号"), Some(("民发".into(), "9号".into())));
        assert_eq!(short("青禾民发第09号"), Some(("青禾民发".into(), "9号".into())));
        for other in ["禾丰路1号", "9号", "发9号", "青禾民发〔2026〕9号", "民发9号 通知", "民发9"]
        {
            assert_eq!(short(other), None, "{other}");
        }
    }

    #[test]
    fn a_decree_is_named_in_more_than_one_way() {
        let both = ["国务院令第711号".to_owned(), "国令第711号".to_owned()];
        for form in ["国令第711号", "国务院令第７１１号", "国务院令 711号"] {
            assert_eq!(Parsed::of(form).decree, both, "{form}");
        }
        assert_eq!(Parsed::of("492号令").decree, ["令第492号"]);
        for other in ["县长令第3号", "命令711号 通知", "711号", "国令"] {
            assert!(Parsed::of(other).decree.is_empty(), "{other}");
        }
    }

    #[test]
    fn an_article_is_asked_for_by_its_number() {
        let asked = |text: &str| {
            Parsed::of(text).article.map(|article| {
                let of: Vec<String> = article.of.into_iter().map(|term| term.text).collect();
                (article.number, of.join("/"))
            })
        };
        let wanted = Some(("第十九条".to_owned(), "劳动合同法".to_owned()));
        for form in ["劳动合同法第十九条", "劳动合同法 第19条", "劳动合同法 十九条", "劳动合同法19条"]
        {
            assert_eq!(asked(form), wanted, "{form}");
        }
        assert_eq!(asked("土地 管理 第１０５条"), Some(("第一百零五条".to_owned(), "土地/管理".to_owned())));
        for other in ["第十九条", "“劳动法第三条”", "劳动法面条", "劳动法第0条", "劳动法第1九条"]
        {
            assert_eq!(asked(other), None, "{other}");
        }
    }

    #[test]
    fn a_decree_is_known_by_every_form_of_its_number() {
        let council = ["国务院令第711号", "国令第711号"];
        for form in [
            "国务院令第711号",
            "国令711号",
            "国令711",
            "中华人民共和国国务院令第711号",
            "中华人民共和国国务院令 第711号",
        ] {
            assert_eq!(Parsed::of(form).decree, council, "{form}");
        }
        assert_eq!(Parsed::of("711号令").decree, ["令第711号"]);
        for other in ["人民令第711号", "司令711", "国令", "国务院 711"] {
            assert!(Parsed::of(other).decree.is_empty(), "{other}");
        }
    }

    #[test]
    fn a_name_may_lack_a_word() {
        assert_eq!(Article::apart("养犬办法"), Some(["养犬", "办法"]));
        assert_eq!(Article::apart("停车实施细则"), Some(["停车", "实施细则"]));
        for whole in ["办法", "新办法", "劳动法", "养犬"] {
            assert_eq!(Article::apart(whole), None, "{whole}");
        }
    }

    #[test]
    fn numbers_are_written_as_articles_write_them() {
        let all =
            [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (100, "一百"), (105, "一百零五"), (110, "一百一十")];
        for (number, words) in all {
            assert_eq!(in_words(&number.to_string()).as_deref(), Some(words));
        }
        assert_eq!((in_words("119").as_deref(), in_words("1000"), in_words("")), (Some("一百一十九"), None, None));
    }

    #[test]
    fn one_character_asks_for_help_and_is_left_out_among_others() {
        assert!(Parsed::of("路").too_short && Parsed::of("9").too_short);
        let parsed = Parsed::of("河 治理");
        assert_eq!(parsed.ignored, ["河"]);
        assert_eq!(parsed.terms.len(), 1);
        assert!(!Parsed::of("河 治理").too_short);
        assert!(Parsed::of("？！").terms.is_empty());
        assert_eq!(terms("低 保"), [("低保".into(), false)]);
    }

    #[test]
    fn the_budget_holds() {
        let parsed = Parsed::of(&"字词 ".repeat(60));
        assert!(parsed.cut && parsed.terms.len() == MOST_TERMS);
        assert!(Parsed::of(&"字".repeat(500)).cut);
    }

    proptest! {
        #[test]
        fn any_question_is_read(text in "\\PC{0,300}") {
            let parsed = Parsed::of(&text);
            prop_assert!(parsed.terms.len() <= MOST_TERMS);
        }

        #[test]
        fn hostile_marks_are_only_text(text in "[\"'()\\[\\]{}〔〕*?~^:\\\\/+\\-!&|<>“”「」 \t\n\0年第号0-9a-z发文]{0,120}") {
            Parsed::of(&text);
        }
    }
}
