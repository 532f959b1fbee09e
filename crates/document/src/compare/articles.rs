//! Two regulations held against each other article by article (第…条), for `gongkai compare`: whatever file they came in, as lines
//! of text. A text without articles is compared by its paragraphs.

use serde::Serialize;

use super::{
    Change, MOST_STEPS,
    matching::{self, Item, Place},
    script::Steps,
    spans::{Op, spans},
    words::{Lexicon, Mark, Word},
};

/// An article, or a paragraph of a text that has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Article {
    /// As printed: 第三条; 第 3 段 for a paragraph.
    pub number: String,
    /// Its words without the number, line by line.
    pub text: String,
}

/// A regulation taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Regulation {
    /// Its first line; empty where that is an article or a heading.
    pub title: String,
    /// What stands between title and first article.
    pub preamble: String,
    /// Headings of parts between the articles: 第一章 总则.
    pub headings: Vec<String>,
    /// The articles in order.
    pub articles: Vec<Article>,
    /// How many articles stand before each heading.
    #[serde(skip)]
    pub before: Vec<usize>,
}

/// A stretch of two texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// `equal`, `insert`, `delete`.
    pub op: &'static str,
    pub text: String,
}

/// What became of something outside of the articles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Around {
    /// 标题, 题注, or the heading as it is now: 第二章 罚则.
    pub what: String,
    /// [`Change::code`].
    pub kind: &'static str,
    /// The words of both.
    pub spans: Vec<Stretch>,
}

/// What became of an article.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArticleChange {
    /// [`Change::code`].
    pub kind: &'static str,
    /// Number in the old text.
    pub old: Option<String>,
    /// Number in the new text.
    pub new: Option<String>,
    /// The other articles that it was split into or merged from.
    pub also: Vec<String>,
    /// How alike both are, from 0 to 1.
    pub similarity: f64,
    /// The words of both: without insertions the old text, without deletions the new one.
    pub spans: Vec<Stretch>,
}

/// The numbers in which articles are counted, as a number; up to some thousands.
fn value(numerals: &str) -> Option<u32> {
    // No text has so many.
    if numerals.chars().count() > 12 {
        return None;
    }
    if numerals.chars().all(|c| c.is_ascii_digit()) {
        return numerals.parse().ok();
    }
    let (mut sum, mut digit) = (0, 0);
    for c in numerals.chars() {
        match "〇一二三四五六七八九".chars().position(|known| known == c) {
            Some(known) => digit = u32::try_from(known).ok()?,
            None => match c {
                '零' | '○' => digit = 0,
                '两' => digit = 2,
                '十' => (sum, digit) = (sum + 10 * digit.max(1), 0),
                '百' => (sum, digit) = (sum + 100 * digit.max(1), 0),
                '千' => (sum, digit) = (sum + 1000 * digit.max(1), 0),
                _ => return None,
            },
        }
    }
    Some(sum + digit)
}

/// A label at the beginning of a line: 第三条, 第三条之一, 第二章; its unit, its value, and the rest of the line.
fn label(line: &str) -> Option<(&str, char, u32, &str)> {
    let after = line.strip_prefix('第')?;
    let is_numeral = |c: char| c.is_ascii_digit() || "〇○零一二三四五六七八九十百千两".contains(c);
    let digits: usize = after.chars().take_while(|c| is_numeral(*c)).map(char::len_utf8).sum();
    let unit = after[digits..].chars().next().filter(|c| "编章节条".contains(*c))?;
    let number = value(&after[..digits]).filter(|_| digits > 0)?;
    let mut end = '第'.len_utf8() + digits + unit.len_utf8();
    if let Some(more) = line[end..].strip_prefix('之') {
        let digits: usize = more.chars().take_while(|c| is_numeral(*c)).map(char::len_utf8).sum();
        end += if digits > 0 { '之'.len_utf8() + digits } else { 0 };
    }
    Some((&line[..end], unit, number, &line[end..]))
}

/// Takes a text apart. «第三条规定的…» at the beginning of a line speaks of an article: the label of one stands apart from what
/// follows, or counts on from the one before.
pub fn read(text: &str) -> Regulation {
    let mut found = Regulation::default();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    let bare = |line: &str| line.trim_start_matches('#').trim().trim_start_matches("**").to_owned();
    // A part of a regulation may come without its title.
    let titled = |line: &&str| {
        label(&bare(line))
            .is_none_or(|(_, unit, value, rest)| !apart(rest) && (unit != '条' || value != 1 || speaks(rest)))
    };
    if let Some(title) = lines.next_if(titled) {
        found.title = title.trim_start_matches('#').trim().to_owned();
    }
    let (mut before, mut last): (Vec<&str>, u32) = (Vec::new(), 0);
    for line in lines {
        let line = line.trim_start_matches('#').trim_start().trim_start_matches("**");
        match label(line) {
            Some((number, '条', value, rest)) if apart(rest) || (value == last + 1 && !speaks(rest)) => {
                last = value;
                let rest = rest.trim_start_matches("**").trim();
                found.articles.push(Article { number: number.to_owned(), text: rest.to_owned() });
            }
            Some((_, '编' | '章' | '节', _, rest)) if apart(rest) && line.chars().count() < 60 => {
                found.headings.push(line.to_owned());
                found.before.push(found.articles.len());
            }
            _ => match found.articles.last_mut() {
                Some(article) if article.text.is_empty() => line.clone_into(&mut article.text),
                Some(article) => {
                    article.text.push('\n');
                    article.text.push_str(line);
                }
                None => before.push(line),
            },
        }
    }
    if found.articles.is_empty() {
        let paragraph =
            |(at, line): (usize, &str)| Article { number: format!("第 {} 段", at + 1), text: line.to_owned() };
        found.articles = before.into_iter().enumerate().map(paragraph).collect();
    } else {
        found.preamble = before.join("\n");
    }
    found
}

/// Whether the words after a label speak of the article: 第三条规定的, 第三条、第四条.
fn speaks(rest: &str) -> bool {
    rest.starts_with(['规', '的', '所', '、', '和', '或', '至', '第', '中', '，'])
}

fn apart(rest: &str) -> bool {
    rest.chars().next().is_none_or(|c| c.is_whitespace() || "【（(*:：".contains(c))
}

/// Compares article by article, in the order in which both are read.
pub fn compare(old: &Regulation, new: &Regulation) -> Vec<ArticleChange> {
    let (mut lexicon, mut steps) = (Lexicon::default(), Steps::of(MOST_STEPS));
    let mut items = |articles: &[Article]| -> Vec<Item> {
        let words = articles.iter().map(|article| lexicon.words(&article.text, &Mark::None));
        words.map(|words| Item { key: words.clone(), words, class: 0 }).collect()
    };
    let (olds, news) = (items(&old.articles), items(&new.articles));
    let cut = lexicon.word("\n", &Mark::None);
    let places = matching::arrange_text(&olds, &news, &mut steps);
    let mut tell = |change: Change, was: &[usize], is: &[usize], (lead, to): (usize, usize)| {
        let number = |articles: &[Article], at: usize| articles.get(at).map(|article| article.number.clone());
        let (a, b) = (joined(&olds, was, cut), joined(&news, is, cut));
        let more = |articles: &[Article], list: &[usize], but: usize| -> Vec<String> {
            list.iter().filter(|at| **at != but).filter_map(|at| number(articles, *at)).collect()
        };
        let similarity = if was.is_empty() || is.is_empty() { 0 } else { matching::likeness(&a, &b, &mut steps) };
        ArticleChange {
            kind: change.code(),
            old: if was.is_empty() { None } else { number(&old.articles, lead) },
            new: if is.is_empty() { None } else { number(&new.articles, to) },
            also: [more(&old.articles, was, lead), more(&new.articles, is, to)].concat(),
            similarity: f64::from(u32::try_from(similarity).unwrap_or(1000)) / 1000.0,
            spans: spans(&a, &b, &mut steps).iter().map(|span| stretch(span, &lexicon)).collect(),
        }
    };
    let mut changes = Vec::new();
    for place in places {
        match place {
            Place::Both { old: i, new: j, olds: was, news: is } => {
                let same = olds[i].key == news[j].key;
                let renamed = old.articles[i].number != new.articles[j].number;
                let numbered = !old.articles[i].number.ends_with('段');
                let change = match (was.len() > 1, is.len() > 1) {
                    (_, true) => Change::Split,
                    (true, _) => Change::Merged,
                    // The places of paragraphs are no numbers that somebody gave.
                    _ if same && !(renamed && numbered) => Change::Unchanged,
                    _ if same => Change::Moved,
                    _ if renamed && numbered => Change::MovedModified,
                    _ => Change::Modified,
                };
                changes.push(tell(change, &was.collect::<Vec<_>>(), &is.collect::<Vec<_>>(), (i, j)));
            }
            Place::Old { at, to: None } => changes.push(tell(Change::Removed, &[at], &[], (at, 0))),
            // Told where it stands now.
            Place::Old { to: Some(_), .. } => {}
            Place::New { at, from: None } => changes.push(tell(Change::Added, &[], &[at], (0, at))),
            Place::New { at, from: Some(from) } => {
                let change = if olds[from].key == news[at].key { Change::Moved } else { Change::MovedModified };
                changes.push(tell(change, &[from], &[at], (from, at)));
            }
        }
    }
    changes
}

fn stretch(span: &super::Span, lexicon: &Lexicon) -> Stretch {
    let op = match span.op {
        Op::Equal => "equal",
        Op::Insert => "insert",
        Op::Delete => "delete",
    };
    Stretch { op, text: lexicon.text(&span.words) }
}

/// What changed outside of the articles: title, what stands before the first article, headings and before which article they stand.
pub fn around(old: &Regulation, new: &Regulation) -> Vec<Around> {
    let (mut lexicon, mut steps) = (Lexicon::default(), Steps::of(MOST_STEPS));
    let mut found = Vec::new();
    let mut tell = |what: &str, change: Change, was: &str, is: &str| {
        let (a, b) = (lexicon.words(was, &Mark::None), lexicon.words(is, &Mark::None));
        let spans = spans(&a, &b, &mut steps).iter().map(|span| stretch(span, &lexicon)).collect();
        found.push(Around { what: what.to_owned(), kind: change.code(), spans });
    };
    for (what, was, is) in [("标题", &old.title, &new.title), ("题注", &old.preamble, &new.preamble)] {
        match (was.is_empty(), is.is_empty()) {
            _ if was == is => {}
            (true, _) => tell(what, Change::Added, was, is),
            (_, true) => tell(what, Change::Removed, was, is),
            _ => tell(what, Change::Modified, was, is),
        }
    }
    let follows = |of: &Regulation, at: usize| of.before.get(at).and_then(|at| of.articles.get(*at)).cloned();
    let same = |a: &Option<Article>, b: &Option<Article>| match (a, b) {
        (Some(a), Some(b)) => a.number == b.number || a.text == b.text,
        (a, b) => a.is_none() == b.is_none(),
    };
    // A heading is known by its label: 第二章. Those that are counted twice are taken in their order.
    let of = |line: &str| label(line).map_or_else(|| line.to_owned(), |(label, ..)| label.to_owned());
    let mut left: Vec<usize> = (0..old.headings.len()).collect();
    let mut pairs: Vec<Option<usize>> = vec![None; new.headings.len()];
    let alike: [&dyn Fn(&str, &str) -> bool; 2] = [&|a, b| a == b, &|a, b| of(a) == of(b)];
    for alike in alike {
        for (at, heading) in new.headings.iter().enumerate().filter(|(at, _)| pairs[*at].is_none()).collect::<Vec<_>>()
        {
            if let Some(place) = left.iter().position(|old_at| alike(&old.headings[*old_at], heading)) {
                pairs[at] = Some(left.remove(place));
            }
        }
    }
    for (at, heading) in new.headings.iter().enumerate() {
        match pairs[at] {
            None => tell(heading, Change::Added, "", heading),
            Some(was) if old.headings[was] != *heading => tell(heading, Change::Modified, &old.headings[was], heading),
            Some(was) if !same(&follows(old, was), &follows(new, at)) => tell(heading, Change::Moved, heading, heading),
            Some(_) => {}
        }
    }
    for at in left {
        tell(&old.headings[at], Change::Removed, &old.headings[at], "");
    }
    found
}

fn joined(items: &[Item], places: &[usize], cut: Word) -> Vec<Word> {
    let parts: Vec<&[Word]> = places.iter().map(|at| items[*at].words.as_slice()).collect();
    parts.join(&cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "青禾县补贴办法\n（2025年印发）\n第一章 总则\n第一条 为规范补贴发放，制定本办法。\n第二条　补贴标准为每人每月100元。\n\
        第三条 申请人应当提交身份证明和居住证明等材料。窗口当场核对并出具受理回执，不得要求重复提交。\n第二章 附则\n\
        第四条 本办法由县民政局负责解释。\n第五条 本办法自2025年7月1日起施行。";

    fn kinds(old: &str, new: &str) -> Vec<(&'static str, Option<String>, Option<String>)> {
        compare(&read(old), &read(new)).into_iter().map(|one| (one.kind, one.old, one.new)).collect()
    }

    fn told<'a>(found: &'a [(&'static str, Option<String>, Option<String>)]) -> Vec<(&'static str, &'a str, &'a str)> {
        found.iter().map(|(k, a, b)| (*k, a.as_deref().unwrap_or("-"), b.as_deref().unwrap_or("-"))).collect()
    }

    #[test]
    fn a_regulation_is_taken_apart() {
        let read = read(OLD);
        assert_eq!((read.title.as_str(), read.preamble.as_str()), ("青禾县补贴办法", "（2025年印发）"));
        assert_eq!(read.headings, ["第一章 总则", "第二章 附则"]);
        let numbers: Vec<&str> = read.articles.iter().map(|one| one.number.as_str()).collect();
        assert_eq!(numbers, ["第一条", "第二条", "第三条", "第四条", "第五条"]);
        assert_eq!(read.articles[1].text, "补贴标准为每人每月100元。");
        // One that only speaks of another goes on.
        let on = super::read("标题\n第一条 甲。\n第九条规定的情形除外。\n第二条乙。");
        assert_eq!(on.articles.len(), 2);
        assert_eq!(on.articles[0].text, "甲。\n第九条规定的情形除外。");
        assert_eq!(
            (value("二十一"), value("一百零三"), value("12"), value("十")),
            (Some(21), Some(103), Some(12), Some(10))
        );
    }

    #[test]
    fn what_stands_around_the_articles_is_compared_too() {
        let changed = |old: &str, new: &str| -> Vec<(String, &'static str)> {
            around(&read(old), &read(new)).into_iter().map(|one| (one.what, one.kind)).collect()
        };
        assert!(changed(OLD, OLD).is_empty());
        let new = OLD
            .replace("补贴办法", "救助办法")
            .replace("2025年印发", "2026年废止")
            .replace("第二章 附则", "第二章 罚则");
        let told = changed(OLD, &new);
        assert_eq!(
            told,
            [("标题".into(), "modified"), ("题注".into(), "modified"), ("第二章 罚则".into(), "modified")]
        );
        let moved = OLD.replace(
            "第一章 总则\n第一条 为规范补贴发放，制定本办法。",
            "第一条 为规范补贴发放，制定本办法。\n第一章 总则",
        );
        assert_eq!(changed(OLD, &moved), [("第一章 总则".into(), "moved")]);
        let without = OLD.replace("第二章 附则\n", "");
        assert_eq!(changed(OLD, &without), [("第二章 附则".into(), "removed")]);
        // A part of a regulation without its title.
        for part in [
            "第一条 为了规范甲。\n第二条 乙。",
            "\n\n第一条　为了规范甲。\n第二条 乙。",
            "第一条为了规范甲。\n第二条乙。",
        ] {
            let read = read(part);
            assert_eq!((read.title.as_str(), read.articles.len()), ("", 2), "{part}");
        }
        assert_eq!(read("第一章 总则\n第一条 甲。").headings, ["第一章 总则"]);
        assert_eq!(value(&"千".repeat(5_000_000)), None);
    }

    #[test]
    fn changes_have_their_names() {
        assert!(told(&kinds(OLD, OLD)).iter().all(|(kind, ..)| *kind == "unchanged"));
        let new = OLD
            .replace("第五条", "第六条")
            .replace("第四条", "第五条")
            .replace("身份证明和居住证明等材料。窗口", "身份证明和居住证明等材料。\n第四条 窗口")
            .replace("100元", "120元");
        let found = kinds(OLD, &new);
        assert_eq!(
            told(&found),
            [
                ("unchanged", "第一条", "第一条"),
                ("modified", "第二条", "第二条"),
                ("split", "第三条", "第四条"),
                ("moved", "第四条", "第五条"),
                ("moved", "第五条", "第六条"),
            ]
        );
        let split = &compare(&read(OLD), &read(&new))[2];
        assert_eq!(split.also, ["第三条"]);
        let merged = kinds(&new, OLD);
        assert_eq!(told(&merged)[2].0, "merged");
        let added =
            OLD.replace("第五条 本办法自", "第五条 县财政局每季度公布一次发放情况，接受社会监督。\n第六条 本办法自");
        assert_eq!(told(&kinds(OLD, &added))[4..], [("added", "-", "第五条"), ("moved", "第五条", "第六条")]);
        assert_eq!(told(&kinds(&added, OLD))[4..], [("removed", "第五条", "-"), ("moved", "第六条", "第五条")]);
    }

    #[test]
    fn spans_give_back_both_texts() {
        let new = OLD.replace("100元", "120元").replace("县民政局", "县人民政府");
        let (old, new) = (read(OLD), read(&new));
        for (at, change) in compare(&old, &new).iter().enumerate() {
            let side = |without: &str| -> String {
                change.spans.iter().filter(|one| one.op != without).map(|one| one.text.as_str()).collect()
            };
            assert_eq!(side("insert"), old.articles[at].text);
            assert_eq!(side("delete"), new.articles[at].text);
        }
        let paragraphs = compare(&read("标题\n甲段的文字\n乙段的文字"), &read("标题\n乙段的文字"));
        assert_eq!(paragraphs.iter().map(|one| one.kind).collect::<Vec<_>>(), ["removed", "unchanged"]);
    }
}
