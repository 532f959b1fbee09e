//! Numbers of documents in a text: 青禾府发〔2026〕5号, and those of orders: 国务院令第711号.

use doc_number::Form;

use crate::dates::numeral;

/// A number that stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// In its right form.
    pub number: String,
    /// Whether it is written otherwise in the text: other brackets, 第, zeros.
    pub mended: bool,
    /// Byte offset of its first character.
    pub start: usize,
    /// Byte offset behind its last.
    pub end: usize,
}

const OPEN: [char; 7] = ['〔', '[', '［', '(', '（', '【', '﹝'];
const CLOSE: [char; 7] = ['〕', ']', '］', ')', '）', '】', '﹞'];

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

/// Letters of an organ in a number: Chinese characters, and a dash between two organs.
fn is_letter(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c) || ('\u{3400}'..='\u{4dbf}').contains(&c) || matches!(c, '－' | '-')
}

/// Numbers with a year that stand in a text without blanks, in their order.
pub fn in_text(dense: &str) -> Vec<Seen> {
    let chars: Vec<(usize, char)> = dense.char_indices().collect();
    let place = |at: usize| chars.get(at).map_or(dense.len(), |(place, _)| *place);
    let is = |at: usize, wanted: fn(char) -> bool| chars.get(at).is_some_and(|(_, c)| wanted(*c));
    let mut found = Vec::new();
    for (at, (_, c)) in chars.iter().enumerate() {
        if !OPEN.contains(c) {
            continue;
        }
        let mut next = at + 1;
        while next < at + 5 && is(next, is_digit) {
            next += 1;
        }
        if next != at + 5 {
            continue;
        }
        if is(next, |c| c == '年') {
            next += 1;
        }
        if !is(next, |c| CLOSE.contains(&c)) {
            continue;
        }
        next += 1;
        if is(next, |c| c == '第') {
            next += 1;
        }
        let first = next;
        while is(next, is_digit) && next < first + 6 {
            next += 1;
        }
        if next == first || !is(next, |c| c == '号') {
            continue;
        }
        let mut begin = at;
        while begin > 0 && at - begin < 20 && is(begin - 1, is_letter) {
            begin -= 1;
        }
        // After a bracket or a mark the text goes on: what joins two numbers is part of neither.
        let joins = |c: char| matches!(c, '和' | '与' | '及' | '或');
        if begin > 0 && is(begin - 1, |c| !is_letter(c)) && is(begin, joins) && at > begin + 2 {
            begin += 1;
        }
        let (start, end) = (place(begin), place(next + 1));
        let written = &dense[start..end];
        match doc_number::form(written) {
            Form::Right => found.push(Seen { number: written.to_owned(), mended: false, start, end }),
            Form::Meant(number) => found.push(Seen { number, mended: true, start, end }),
            Form::Unclear => {}
        }
    }
    found
}

/// The number of an order at the beginning of words: 中华人民共和国国务院令第711号公布. Counts in Chinese numerals are written in
/// digits, as numbers of documents are.
pub(crate) fn order(dense: &str) -> Option<Seen> {
    const NAMED: [&str; 3] = ["令", "公告", "布告"];
    for (at, _) in dense.match_indices('第') {
        let before = &dense[..at];
        if !NAMED.iter().any(|name| before.ends_with(name)) {
            continue;
        }
        let rest = &dense[at + '第'.len_utf8()..];
        let Some((count, _)) = rest.split_once('号') else { continue };
        let token: Vec<char> = count.chars().collect();
        let Some(value) = numeral(&token).filter(|value| *value > 0) else { continue };
        let begin =
            before.char_indices().rev().take_while(|(_, c)| is_letter(*c)).last().map_or(at, |(place, _)| place);
        let number = format!("{}第{value}号", &before[begin..]);
        if doc_number::form(&number) != Form::Right {
            continue;
        }
        let end = at + '第'.len_utf8() + count.len() + '号'.len_utf8();
        return Some(Seen { mended: dense[begin..end] != number, number, start: begin, end });
    }
    None
}

/// A line that is nothing but the count of an order or announcement: 第7号, 2026年第3号.
pub(crate) fn count_alone(dense: &str) -> Option<String> {
    let rest = dense.strip_suffix('号')?;
    let (year, count) = rest.split_once('第')?;
    let dated = year.is_empty()
        || year.strip_suffix('年').is_some_and(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()));
    let value = numeral(&count.chars().collect::<Vec<_>>()).filter(|value| *value > 0)?;
    dated.then(|| format!("{year}第{value}号"))
}

/// The number that a line of the head is: all of it, or before the name of who signed it (签发人).
pub(crate) fn head_line(dense: &str) -> Option<Seen> {
    let seen = in_text(dense).into_iter().next()?;
    let rest = &dense[seen.end..];
    let fits = seen.start == 0 && (rest.is_empty() || rest.starts_with("签发人"));
    fits.then_some(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<String> {
        in_text(text).into_iter().map(|seen| seen.number).collect()
    }

    #[test]
    fn numbers_are_found_in_any_brackets() {
        assert_eq!(
            numbers("依据《办法》（青禾府发〔2024〕3号）和青禾民发[2025]第08号"),
            ["青禾府发〔2024〕3号", "青禾民发〔2025〕8号"]
        );
        assert_eq!(numbers("（2024）年工作、〔2024〕号、（试行）"), [""; 0]);
    }

    #[test]
    fn orders_are_found_with_their_organ() {
        let number = |text: &str| order(text).map(|seen| seen.number);
        assert_eq!(number("中华人民共和国国务院令第711号修订").as_deref(), Some("中华人民共和国国务院令第711号"));
        assert_eq!(number("中华人民共和国主席令第二十九号公布").as_deref(), Some("中华人民共和国主席令第29号"));
        assert_eq!(number("国务院第45次常务会议通过"), None);
    }

    #[test]
    fn a_line_of_the_head_is_all_number() {
        assert!(head_line("青禾府发〔2026〕5号").is_some());
        assert!(head_line("青禾府发〔2026〕5号签发人：某某").is_some());
        assert!(head_line("根据青禾府发〔2026〕5号文件").is_none());
        assert_eq!(count_alone("2026年第3号").as_deref(), Some("2026年第3号"));
        assert_eq!(count_alone("第七号").as_deref(), Some("第7号"));
        assert_eq!(count_alone("第七条"), None);
    }
}
