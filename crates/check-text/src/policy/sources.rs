//! What a text cites, and what becomes of it when the library is asked; addresses of the portal at which nothing stands.

use std::collections::HashSet;

use law_text::{Citation, Verb, cited};
use text::findings::{Finding, Severity};

use super::{Answers, Known, Standing, Wanted, figures};
use crate::{Book, places::found};

/// Titles that are short names rather than titles: 《条例》, 《办法》.
const SHORT: usize = 3;

/// What the text itself calls documents by from some place on: 以下简称《公开条例》.
fn own_names(text: &str) -> HashSet<&str> {
    let behind = ["简称《", "以下称《"]
        .into_iter()
        .flat_map(|word| text.match_indices(word).map(move |(at, _)| at + word.len()));
    behind.filter_map(|at| text.get(at..)?.split_once('》').map(|(name, _)| name)).collect()
}

/// Whether a citation names a document that can be looked up.
fn is_named(own: &HashSet<&str>, one: &Citation) -> bool {
    let Some(title) = &one.title else { return one.number.is_some() };
    // 《条例》 is a short name as well.
    let short = title.chars().count() <= SHORT || own.contains(title.as_str());
    one.number.is_some() || !short
}

fn document(one: &Citation) -> Wanted {
    Wanted::Document { title: one.title.clone().unwrap_or_default(), number: one.number.clone().unwrap_or_default() }
}

/// What a text points at and must be looked up, each once.
pub fn wanted(text: &str) -> Vec<Wanted> {
    if !text.contains(['《', '〔', '［', '﹝']) {
        return Vec::new();
    }
    let own = own_names(text);
    let mut all: Vec<Wanted> = cited(text).iter().filter(|one| is_named(&own, one)).map(document).collect();
    all.sort();
    all.dedup();
    all
}

/// The same for a tag: the address of a link.
pub fn wanted_of_tag(tag: &str) -> Vec<Wanted> {
    address(tag).map(|(wanted, _)| wanted).into_iter().collect()
}

/// Bytes of an address of another site that is looked up; a longer one is no page that people open.
const LONGEST: usize = 2000;

/// Where a link leads, without what stands behind `#`, and at which byte of the tag it begins: to a page of the portal, or to another
/// site.
fn address(tag: &str) -> Option<(Wanted, usize)> {
    let value = tag.find("href=\"").map(|at| at + "href=\"".len())?;
    let address = tag.get(value..)?.split('"').next()?;
    let path = address.split('#').next().unwrap_or_default().replace("&amp;", "&");
    let inside = path.starts_with('/') && !path.starts_with("//") && path.len() > 1;
    if inside {
        return Some((Wanted::Address(path), value));
    }
    let other = ["http://", "https://"].iter().any(|start| path.len() > start.len() && path.starts_with(start));
    (other && path.len() <= LONGEST).then_some((Wanted::Outside(path), value))
}

/// The addresses of other sites to which a text that has been cleaned links, each once and in order.
pub fn outside(html: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, _) in html.match_indices("<a ") {
        let tag = html[at..].split('>').next().unwrap_or_default();
        if let Some((Wanted::Outside(address), _)) = address(tag)
            && !found.contains(&address)
        {
            found.push(address);
        }
    }
    found
}

/// A link at whose address nothing stands.
pub fn dead(part: &str, tag: &str, answers: &Answers) -> Option<Finding> {
    let (wanted, value) = address(tag)?;
    let answer = answers.of(&wanted)?;
    let (rule, suggestion) = match (&wanted, answer) {
        (Wanted::Address(path), None) => {
            ("wording.link", format!("门户上没有 {path} 这个页面。请改为现在的网址，或者去掉链接。"))
        }
        (Wanted::Outside(_), Some(known)) if known.standing != Standing::Stands => {
            ("wording.outside", format!("链接打不开：{}。请点开核对，换成现在的网址，或者去掉链接。", known.instead))
        }
        _ => return None,
    };
    let start = tag[..value].chars().count();
    let chars: Vec<char> = tag.chars().collect();
    let end = start + chars[start..].iter().take_while(|c| **c != '"').count();
    Some(found(rule, part, &chars, (start, end), suggestion, None))
}

/// Whether a title is that of a document by which something is regulated; others may stand nowhere.
fn is_rule(title: &str) -> bool {
    let ends = [
        "法", "条例", "规定", "办法", "细则", "规则", "决定", "意见", "通知", "方案", "规范", "标准", "章程", "解释",
        "通告", "公告",
    ];
    let bare = title.split(['（', '(']).next().unwrap_or_default();
    ends.iter().any(|end| bare.ends_with(end))
}

/// What is found in the citations of a text.
pub(super) fn look(part: &str, text: &str, chars: &[char], book: &Book, answers: &Answers) -> Vec<Finding> {
    if *answers == Answers::default() || !text.contains(['《', '〔', '［', '﹝']) {
        return Vec::new();
    }
    let own = own_names(text);
    let (mut all, mut byte, mut count) = (Vec::new(), 0, 0);
    for one in cited(text) {
        count += text[byte..one.start].chars().count();
        let start = count;
        count += text[one.start..one.end].chars().count();
        byte = one.end;
        if !is_named(&own, &one) {
            continue;
        }
        match answers.of(&document(&one)) {
            None => {}
            Some(None) => all.extend(unknown(part, chars, (start, count), &one, book)),
            Some(Some(known)) => all.extend(of_known(part, chars, (start, count), &one, (known, book))),
        }
    }
    all
}

fn unknown(part: &str, chars: &[char], place: (usize, usize), one: &Citation, book: &Book) -> Option<Finding> {
    let title = one.title.as_deref().unwrap_or_default();
    let own = book.county.iter().any(|name| !name.is_empty() && title.contains(name.as_str()));
    let said = one.verb.is_some_and(|verb| verb != Verb::Interprets);
    if !(own || (said && (title.is_empty() || is_rule(title)))) {
        return None;
    }
    let suggestion = if own {
        "政策文件库里没有本县的这份文件。请核对标题和文号；确有的，请先把它收入文件库。"
    } else {
        "政策文件库里没有这份文件，没有核对它是否有效。请核对标题、文号和有效性。"
    };
    let told = found("policy.unknown", part, chars, place, suggestion.to_owned(), None);
    Some(if own { told } else { Finding { severity: Severity::Info, ..told } })
}

/// 第三条之一 of a number and its part.
fn words(&(number, more): &(u32, u32)) -> String {
    if more == 0 { format!("第{number}条") } else { format!("第{number}条之{more}") }
}

fn of_known(
    part: &str,
    chars: &[char],
    place: (usize, usize),
    one: &Citation,
    (known, book): (&Known, &Book),
) -> Vec<Finding> {
    let mut all = Vec::new();
    let instead = if known.instead.is_empty() { String::new() } else { format!("现行的是{}。", known.instead) };
    // Who repeals, changes or replaces a document names it rightly however it stands.
    let ends = !one.passive && matches!(one.verb, Some(Verb::Repeals | Verb::Amends | Verb::Replaces));
    let (rule, state) = match known.standing {
        Standing::Repealed => ("policy.repealed", "已经废止"),
        Standing::Lapsed => ("policy.lapsed", "已经失效"),
        Standing::Stands => ("", ""),
    };
    if !rule.is_empty() {
        let leans = matches!(one.verb, Some(Verb::BasedOn | Verb::Implements));
        let suggestion = match (leans, ends) {
            (true, _) => format!("引用的文件{state}，不能作为依据。{instead}请改引现行有效的文件。"),
            (_, true) => format!("这份文件{state}，请核对是否还需要再次处理。"),
            _ => format!("这份文件{state}。{instead}说的是过去的，请写明“已废止”或“原”。"),
        };
        let told = found(rule, part, chars, place, suggestion, None);
        all.push(if leans { told } else { Finding { severity: Severity::Info, ..told } });
    }
    let here = |article: &&(u32, u32)| known.articles.is_empty() || known.articles.contains(*article);
    let missing: Vec<String> = one.articles.iter().filter(|article| !here(article)).map(words).collect();
    if !missing.is_empty() {
        let suggestion = format!("这份文件没有{}，请核对条款。", missing.join("、"));
        all.push(found("policy.article", part, chars, place, suggestion, None));
    }
    if let Some(number) = one.number.as_deref().filter(|_| one.title.is_some())
        && !known.number.is_empty()
        && !is_same(number, &known.number)
    {
        let suggestion = format!("文件库里这份文件的文号是“{}”，请核对标题和文号。", known.number);
        all.push(found("policy.number", part, chars, place, suggestion, None));
    }
    if !one.passive {
        all.extend(figures::against(part, chars, place.1, &one.articles, known));
        all.extend(otherwise_dated(part, chars, place, one, (known, book)));
    }
    all
}

/// A document of the county that is said to be of another year. Of others the library may hold a later version.
fn otherwise_dated(
    part: &str,
    chars: &[char],
    place: (usize, usize),
    one: &Citation,
    (known, book): (&Known, &Book),
) -> Option<Finding> {
    let title = one.title.as_deref().unwrap_or_default();
    let own = book.county.iter().any(|name| !name.is_empty() && title.contains(name.as_str()));
    let year =
        figures::year_before(chars.get(..place.0)?).filter(|year| own && known.year > 0 && *year != known.year)?;
    let suggestion = format!("文件库里这份文件是{}年的，这里写的是{year}年，请核对。", known.year);
    Some(found("policy.figure", part, chars, place, suggestion, None))
}

/// Whether two numbers are one, however their brackets are written; 国务院令第711号 and 令第711号 are one, too.
fn is_same(one: &str, other: &str) -> bool {
    let bare = |number: &str| -> String { number.chars().filter(|c| c.is_alphanumeric()).collect() };
    let (one, other) = (bare(one), bare(other));
    one.ends_with(&other) || other.ends_with(&one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look_over;

    fn known(standing: Standing) -> Known {
        let instead = "《演示县新办法》".to_owned();
        let figures = vec![((2, 0), figures::figures("每人每月100元，二十个工作日内发放。"))];
        let articles = vec![(1, 0), (2, 0)];
        Known { standing, number: "演府发〔2019〕3号".into(), articles, figures, year: 2019, instead }
    }

    fn answers() -> Answers {
        let of = |title: &str, number: &str| Wanted::Document { title: title.into(), number: number.into() };
        Answers::new(vec![
            (of("演示县旧办法", ""), Some(known(Standing::Repealed))),
            (of("演示县旧办法", "演府发〔2018〕3号"), Some(known(Standing::Repealed))),
            (of("演示县短办法", ""), Some(known(Standing::Lapsed))),
            (of("演示县办法", ""), Some(known(Standing::Stands))),
            (of("演示县没有的办法", ""), None),
            (of("某省条例", ""), None),
            (Wanted::Address("/documents/gone".into()), None),
        ])
    }

    fn said(text: &str) -> Vec<(String, Severity)> {
        let book = Book { county: vec!["演示县".into()], ..Book::default() };
        look_over("", text, &book, &answers()).into_iter().map(|one| (one.rule, one.severity)).collect()
    }

    #[test]
    fn what_is_cited_is_held_against_the_library() {
        let one = |rule: &str, severity| vec![(rule.to_owned(), severity)];
        for (text, expected) in [
            ("根据《演示县旧办法》，制定本方案", one("policy.repealed", Severity::Warn)),
            ("《演示县旧办法》同时废止", one("policy.repealed", Severity::Info)),
            ("依据《演示县短办法》办理", one("policy.lapsed", Severity::Warn)),
            ("根据《演示县办法》第九条办理", one("policy.article", Severity::Warn)),
            ("根据《演示县没有的办法》办理", one("policy.unknown", Severity::Warn)),
            ("根据《某省条例》办理", one("policy.unknown", Severity::Info)),
            ("根据《演示县办法》第二条办理", vec![]),
            ("根据《演示县办法》第二条，每人每月发放100元。", vec![]),
            ("根据《演示县办法》第二条，每人每月发放120元。", one("policy.figure", Severity::Warn)),
            ("根据《演示县办法》第二条，在20日内发放。", one("policy.figure", Severity::Warn)),
            ("按2020年3月5日印发的《演示县办法》办理", one("policy.figure", Severity::Warn)),
            ("按2019年印发的《演示县办法》办理", vec![]),
            ("根据《没有人问过的办法》办理", vec![]),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    #[test]
    fn an_address_at_which_nothing_stands_is_told() {
        let tag = "a href=\"/documents/gone#第三条\" rel=\"noopener\"";
        assert_eq!(wanted_of_tag(tag), [Wanted::Address("/documents/gone".into())]);
        assert_eq!(dead("", tag, &answers()).map(|one| one.rule).as_deref(), Some("wording.link"));
        assert!(dead("", tag, &Answers::default()).is_none());
        assert!(wanted_of_tag("a href=\"mailto:a@example.org\"").is_empty());
    }

    #[test]
    fn an_address_of_another_site_is_told_once_it_was_asked_for_and_did_not_open() {
        let address = "https://example.org/a?b=1&c=2".to_owned();
        let tag = "a href=\"https://example.org/a?b=1&amp;c=2#top\"";
        let wanted = Wanted::Outside(address.clone());
        assert_eq!(wanted_of_tag(tag), std::slice::from_ref(&wanted));
        let of = |known: Option<Known>| Answers::new(vec![(wanted.clone(), known)]);
        let gone = Known::dead("对方网站说没有这个页面（404），最后检查于 2026-11-29".to_owned());
        let found = dead("", tag, &of(Some(gone))).expect("a finding");
        assert_eq!((found.rule.as_str(), found.severity), ("wording.outside", Severity::Warn));
        assert!(found.suggestion.contains("最后检查于 2026-11-29"), "{}", found.suggestion);
        // What opened, what nobody has asked for, and what is not known: nothing is said of it.
        assert!(dead("", tag, &of(Some(Known::page()))).is_none());
        assert!(dead("", tag, &Answers::default()).is_none() && dead("", tag, &of(None)).is_none());
        let html = format!("<p><a href=\"/x\">甲</a><{tag}>乙</a><{tag}>丙</a><a href=\"http://\">丁</a></p>");
        assert_eq!(outside(&html), [address]);
    }

    #[test]
    fn short_names_are_not_looked_up() {
        let text = "根据《演示县政务公开办法》（以下简称《公开办法》），按《条例》和《公开办法》第三条办理";
        let titles = wanted(text);
        assert_eq!(titles, [Wanted::Document { title: "演示县政务公开办法".into(), number: String::new() }]);
    }
}
