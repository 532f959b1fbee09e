//! What no line of a page breaks within: dates, times, document numbers (青府发〔2026〕31号), telephone, index and other numbers
//! with signs between their figures.
//!
//! A browser may break after every hyphen and between a figure and a Chinese character, so that a reader dials half a number
//! and reads half a date. The places where numbers stand are too many to mark one by one, and free text has them too; pages
//! are therefore marked as a whole, when they are rendered. Words, addresses and attributes stay as they are.

use std::borrow::Cow;

const OPEN: &str = "<span class=\"whole\">";
const CLOSE: &str = "</span>";
const BREAK: &str = "<wbr>";

/// The longest that is kept on one line, in characters of ASCII: what is longer would run out of a column on a telephone.
const MOST: usize = 20;

/// Signs that may stand between the figures of one number.
const SIGNS: [char; 6] = ['-', '/', '.', ':', ',', '－'];

/// Elements whose words are no text of the page, or take no elements.
const PLAIN: [&str; 8] = ["script", "style", "title", "textarea", "option", "svg", "pre", "math"];

/// The page with its numbers marked.
pub fn kept(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut rest = html;
    while !rest.is_empty() {
        let words = rest.find('<').unwrap_or(rest.len());
        mark(&rest[..words], &mut out);
        let tag = tag(&rest[words..]);
        out.push_str(&rest[words..words + tag]);
        rest = &rest[words + tag..];
    }
    out
}

/// How far the tag reaches that the text begins with, together with words that are not marked.
fn tag(rest: &str) -> usize {
    if rest.starts_with("<!--") {
        return rest.find("-->").map_or(rest.len(), |at| at + 3);
    }
    let name = rest.get(1..).unwrap_or_default();
    let plain = |one: &&&str| {
        let after = name.strip_prefix(**one);
        after.is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-'))
    };
    if let Some(one) = PLAIN.iter().find(plain) {
        return element(rest, one);
    }
    end(rest)
}

/// How far the element reaches that the text begins with, up to its last tag; drawings hold drawings.
fn element(rest: &str, name: &str) -> usize {
    let (opens, closes) = (format!("<{name}"), format!("</{name}"));
    if !matches!(name, "svg" | "math") {
        return rest.find(&closes).unwrap_or(rest.len());
    }
    let (mut depth, mut at) = (0_usize, 0);
    loop {
        match (rest[at..].find(&opens), rest[at..].find(&closes)) {
            (Some(open), close) if close.is_none_or(|close| open < close) => {
                let tag = end(&rest[at + open..]);
                let alone = rest[at + open..at + open + tag].ends_with("/>");
                at += open + tag;
                depth += usize::from(!alone);
                if depth == 0 {
                    return at;
                }
            }
            (_, Some(close)) if depth > 1 => {
                depth -= 1;
                at += close + closes.len();
            }
            (_, close) => return close.map_or(rest.len(), |close| at + close),
        }
    }
}

/// Where the tag ends that the text begins with.
fn end(rest: &str) -> usize {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (byte, quote) {
            (b'>', None) => return at + 1,
            (b'"' | b'\'', None) => quote = Some(byte),
            _ if quote == Some(byte) => quote = None,
            _ => {}
        }
    }
    rest.len()
}

fn mark(words: &str, out: &mut String) {
    let bytes = words.as_bytes();
    let (mut told, mut at) = (0, 0);
    while at < bytes.len() {
        let mut begins = at;
        let (taken, whole) = match bytes[at] {
            // An entity, up to its end.
            b'&' => (words[at..].find(';').map_or(1, |end| end + 1), None),
            byte if byte.is_ascii_alphanumeric() => match code(&words[at..]) {
                Some(end) => {
                    out.push_str(&words[told..at]);
                    in_groups(&words[at..at + end], out);
                    told = at + end;
                    (end, None)
                }
                None => figures(&words[at..]),
            },
            byte if byte == b'[' || byte >= 0xc0 => {
                let whole = numbered(&words[at..]);
                if whole.is_some() {
                    begins = at - letters(&words[told..at]);
                }
                (whole.unwrap_or(1), whole)
            }
            _ => (1, None),
        };
        if let Some(whole) = whole {
            out.push_str(&words[told..begins]);
            out.push_str(OPEN);
            out.push_str(&words[begins..at + whole]);
            out.push_str(CLOSE);
            told = at + whole;
        }
        at += taken;
    }
    out.push_str(&words[told..]);
}

/// How long the code is that a text begins with: groups of capitals and figures with hyphens between, as codes and numbers of
/// receipts are printed, where it is longer than a line of a telephone may be.
fn code(rest: &str) -> Option<usize> {
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(rest.len());
    let is_group = |group: &str| {
        let printed = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase();
        (2..=8).contains(&group.len()) && group.bytes().all(printed)
    };
    (end > MOST && rest[..end].split('-').all(is_group)).then_some(end)
}

/// A code that breaks behind its hyphens, also before a figure, and within no group; a short one (04-01 in the code of a project)
/// stays with the group before it.
fn in_groups(code: &str, out: &mut String) {
    const SHORT: usize = 3;
    out.push_str(OPEN);
    for (place, group) in code.split_inclusive('-').enumerate() {
        if place > 0 && group.trim_end_matches('-').len() > SHORT {
            out.push_str(CLOSE);
            out.push_str(BREAK);
            out.push_str(OPEN);
        }
        out.push_str(group);
    }
    out.push_str(CLOSE);
}

/// What begins with a figure or letter: how far to go on, and how much of it is one number.
fn figures(rest: &str) -> (usize, Option<usize>) {
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !SIGNS.contains(&c)).unwrap_or(rest.len());
    let run = rest[..end].trim_end_matches(SIGNS);
    if let Some(day) = day(rest) {
        return (day, Some(day));
    }
    let is_date = run.len() == 10
        && run.bytes().enumerate().all(|(at, b)| match at {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    if is_date && let Some(time) = rest[10..].strip_prefix(' ') {
        let end = time.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(time.len());
        let time = time[..end].trim_end_matches(':');
        if time.contains(':') && time.len() <= 8 {
            let whole = run.len() + 1 + time.len();
            return (whole, Some(whole));
        }
    }
    let apart = run.contains(SIGNS) && !run.contains("//");
    let whole = apart && run.len() <= MOST && run.bytes().any(|b| b.is_ascii_digit());
    (end, whole.then_some(run.len()))
}

/// 2026年11月30日, 2026年11月, 11月30日, also with blanks between.
fn day(rest: &str) -> Option<usize> {
    let year = unit(rest, 4, '年');
    let after = year.unwrap_or(0);
    let month = after + unit(&rest[after..], 2, '月')?;
    match unit(&rest[month..], 2, '日') {
        Some(day) => Some(month + day),
        None => year.map(|_| month),
    }
}

/// Figures and the unit behind them.
fn unit(rest: &str, most: usize, unit: char) -> Option<usize> {
    let after = rest.strip_prefix(' ').unwrap_or(rest);
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > most {
        return None;
    }
    let after = &after[digits..];
    let after = after.strip_prefix(' ').unwrap_or(after).strip_prefix(unit)?;
    Some(rest.len() - after.len())
}

/// How many bytes the name of the organ takes before its number: 青禾府办发. Where it is not told apart from the words before, as
/// much of them as such names have.
fn letters(before: &str) -> usize {
    let is_letter = |c: &char| ('\u{4e00}'..='\u{9fff}').contains(c);
    let run = before.chars().rev().take_while(is_letter).count();
    let name = if run <= 6 { run } else { 5 };
    before.chars().rev().take(name).map(char::len_utf8).sum()
}

/// 〔2026〕31号: what follows the name of the organ in the number of a document.
fn numbered(rest: &str) -> Option<usize> {
    let digits = |text: &str, most: usize| {
        let count = text.bytes().take_while(u8::is_ascii_digit).count();
        (1..=most).contains(&count).then_some(count)
    };
    let after = rest.strip_prefix(['〔', '［', '[', '（'])?;
    let after = &after[digits(after, 4)?..];
    let after = after.strip_prefix(['〕', '］', ']', '）'])?;
    let after = after.strip_prefix('第').unwrap_or(after);
    let after = after[digits(after, 6)?..].strip_prefix('号')?;
    Some(rest.len() - after.len())
}

/// What a page says without its marks, those where titles may break too ([`crate::breaks`]): for who compares words.
#[must_use]
pub fn unmarked(html: &str) -> Cow<'_, str> {
    if !html.contains(OPEN) && !html.contains(BREAK) {
        return Cow::Borrowed(html);
    }
    let html = html.replace(BREAK, "");
    let mut parts = html.split(OPEN);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // Nothing but words stands within a mark.
        out.push_str(&part.replacen(CLOSE, "", 1));
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page with what is kept in brackets that no text has.
    fn told(html: &str) -> String {
        let page = kept(html);
        assert_eq!(unmarked(&page), html, "words and tags stay");
        page.replace(OPEN, "⟦").replace(CLOSE, "⟧")
    }

    #[test]
    fn numbers_are_kept_whole() {
        for (text, shown) in [
            ("期限 2026-11-30。", "期限 ⟦2026-11-30⟧。"),
            ("截至 2026-11-24 16:26", "截至 ⟦2026-11-24 16:26⟧"),
            ("青政办规〔2026〕31号文件", "⟦青政办规〔2026〕31号⟧文件"),
            ("青府[2026]第7号、（2026）3号", "⟦青府[2026]第7号⟧、⟦（2026）3号⟧"),
            ("根据本县青禾府办发〔2026〕31号", "根据本县⟦青禾府办发〔2026〕31号⟧"),
            ("电话 0000-1234567，400-123-4567", "电话 ⟦0000-1234567⟧，⟦400-123-4567⟧"),
            ("电话0000－1234567", "电话⟦0000－1234567⟧"),
            ("索引号 QH010/2026-00005。", "索引号 ⟦QH010/2026-00005⟧。"),
            ("于11月30日前完成", "于⟦11月30日⟧前完成"),
            ("2026年11月30日、2026 年 3 月、3月", "⟦2026年11月30日⟧、⟦2026 年 3 月⟧、3月"),
            ("共 1,234.5 万元，9:00", "共 ⟦1,234.5⟧ 万元，⟦9:00⟧"),
            ("2026年1至3月", "2026年1至3月"),
            ("第 12 项，COVID，甲-乙", "第 12 项，COVID，甲-乙"),
        ] {
            assert_eq!(told(text), shown);
        }
    }

    #[test]
    fn what_is_long_or_an_address_may_break() {
        for text in
            ["https://www.example.cn/a/2026-1", "a-1-b-2-c-3-d-4-e-5-f-6-g-7", "&#39;&#60;x&#62;", "〔2026〕", "2026-"]
        {
            assert_eq!(told(text), text);
        }
        assert_eq!(told("&#34;2026-01-02&#34;"), "&#34;⟦2026-01-02⟧&#34;");
    }

    #[test]
    fn a_code_breaks_behind_its_hyphens() {
        let number = told("编号20261130-YNSM-935V-80WG。");
        assert_eq!(number, "编号⟦20261130-⟧<wbr>⟦YNSM-⟧<wbr>⟦935V-⟧<wbr>⟦80WG⟧。");
        let project = told("0000-000000-04-01-000000");
        assert_eq!(project, "⟦0000-⟧<wbr>⟦000000-04-01-⟧<wbr>⟦000000⟧");
        let code = told("3NKV-37BB-Y3RX-0M2K-3NKV-37BB-Y3RX-0M2K");
        assert_eq!((code.matches("<wbr>").count(), code.matches('⟦').count()), (7, 8), "{code}");
    }

    #[test]
    fn only_words_of_the_page_are_marked() {
        for text in [
            r#"<a title="a > 2026-01-02" href='/d/2026-01-02'>甲</a>"#,
            "<!-- 2026-01-02 --><title>2026-01-02</title>",
            "<select><option>2026-01-02</option></select><textarea rows=2>\n2026-01-02</textarea>",
            "<svg><text>1-2</text></svg><script>1-2</script><script",
            "<svg x='1'><svg y='2'/><svg><path/></svg><text>1-2</text></svg>",
            "<svg/><math><mn>1.2</mn></math>",
            "<svg><svg></svg><text>1-2</text>",
            "<pre>1-2",
        ] {
            assert_eq!(told(text), text);
        }
        assert_eq!(told("<svg><svg></svg></svg>1-2<svg/>3-4"), "<svg><svg></svg></svg>⟦1-2⟧<svg/>⟦3-4⟧");
        assert_eq!(told("<section>1-2</section><s>1-2</s>"), "<section>⟦1-2⟧</section><s>⟦1-2⟧</s>");
    }
}
