//! Numbers of the parts of a statute as they are written: 第三条, 第三条之一, 第十二章, （二）.

/// The characters with which numbers are counted.
const NUMERALS: &str = "〇○零一二三四五六七八九十百千两";

fn is_numeral(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c) || NUMERALS.contains(c)
}

/// The length in bytes of the numerals with which a text begins.
fn run(text: &str) -> usize {
    text.chars().take_while(|c| is_numeral(*c)).map(char::len_utf8).sum()
}

/// Numerals as a number, up to some thousands: 二十一, 一百零三, 12.
pub fn value(numerals: &str) -> Option<u32> {
    // No text has so many.
    if numerals.is_empty() || numerals.chars().count() > 12 {
        return None;
    }
    let plain: String = numerals.chars().map(halved).collect();
    if plain.chars().all(|c| c.is_ascii_digit()) {
        return plain.parse().ok();
    }
    let (mut sum, mut digit) = (0_u32, 0_u32);
    for c in plain.chars() {
        match "〇一二三四五六七八九".chars().position(|known| known == c) {
            Some(known) => digit = u32::try_from(known).ok()?,
            None => match c {
                '零' | '○' => digit = 0,
                '两' => digit = 2,
                '十' => (sum, digit) = (sum.checked_add(10 * digit.max(1))?, 0),
                '百' => (sum, digit) = (sum.checked_add(100 * digit.max(1))?, 0),
                '千' => (sum, digit) = (sum.checked_add(1000 * digit.max(1))?, 0),
                _ => return None,
            },
        }
    }
    sum.checked_add(digit)
}

/// A full-width digit as a plain one.
fn halved(c: char) -> char {
    match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        _ => c,
    }
}

/// A number in the numerals of law: 21 is 二十一, 110 is 一百一十.
pub fn written(number: u32) -> String {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let digit = |at: u32| DIGITS[usize::try_from(at % 10).unwrap_or(0)];
    if number >= 10_000 {
        return number.to_string();
    }
    let mut out = String::new();
    let mut gap = false;
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let here = number / unit % 10;
        if here == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push('零');
            gap = false;
        }
        // 十二, but 一百一十二.
        if !(unit == 10 && here == 1 && out.is_empty()) {
            out.push(digit(here));
        }
        out.push_str(name);
    }
    if out.is_empty() { "零".to_owned() } else { out }
}

/// The number of an article in the numerals of law: (3, 0) is 第三条, (3, 1) is 第三条之一.
pub fn article(ordinal: (u32, u32)) -> String {
    match ordinal.1 {
        0 => format!("第{}条", written(ordinal.0)),
        more => format!("第{}条之{}", written(ordinal.0), written(more)),
    }
}

/// A label with which a line begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label<'a> {
    /// As written: 第三条之一.
    pub number: &'a str,
    /// What it counts: 编, 分编 (as 分), 章, 节, 条, 款, 项, 目.
    pub unit: char,
    /// Its number, and what follows 之 (0 = nothing).
    pub ordinal: (u32, u32),
    /// What follows it.
    pub rest: &'a str,
}

/// The label with which a text begins: 第三条, 第三条之一, 第二章, 第一分编.
pub fn label(text: &str) -> Option<Label<'_>> {
    let open = '第'.len_utf8();
    let after = text.strip_prefix('第')?;
    // Some write 第 三 条.
    let gap = after.len() - after.trim_start_matches([' ', '\u{3000}']).len();
    let digits = run(&after[gap..]);
    let first = value(&after[gap..gap + digits])?;
    let behind = &after[gap + digits..];
    let blank = behind.len() - behind.trim_start_matches(' ').len();
    let mut end = open + gap + digits + blank;
    let mut unit = text[end..].chars().next()?;
    end += unit.len_utf8();
    if unit == '分' && text[end..].starts_with('编') {
        end += '编'.len_utf8();
    } else if !"编章节条款项目".contains(unit) {
        return None;
    }
    let mut more = 0;
    if let Some(words) = text[end..].strip_prefix('之') {
        let digits = run(words);
        if let Some(value) = value(&words[..digits]) {
            more = value;
            end += '之'.len_utf8() + digits;
        }
    }
    if unit == '目' && text[end..].starts_with(['的', '标', '录']) {
        unit = '?';
    }
    (unit != '?').then(|| Label { number: &text[..end], unit, ordinal: (first, more), rest: &text[end..] })
}

/// What number an article bears: 第三条之一 is (3, 1), 第十二条 is (12, 0), 第3条 is (3, 0). `None` for what is no number of an
/// article.
pub fn ordinal(words: &str) -> Option<(u32, u32)> {
    let found = label(words.trim())?;
    (found.unit == '条').then_some(found.ordinal)
}

/// The address of an article within a page, the same however its number was written: 第3条 is `第三条`.
pub fn anchor(number: &str) -> String {
    ordinal(number).map_or_else(|| number.split_whitespace().collect(), article)
}

/// The number of an item at the beginning of a line, whatever brackets: （二）, (2), 2., 2、 — as written, its value, and the rest.
pub fn item(line: &str) -> Option<(&str, u32, &str)> {
    let open = line.chars().next()?;
    if open == '（' || open == '(' {
        let digits = run(&line[open.len_utf8()..]);
        let end = open.len_utf8() + digits;
        let close = line[end..].chars().next().filter(|c| *c == '）' || *c == ')')?;
        let number = value(&line[open.len_utf8()..end])?;
        let end = end + close.len_utf8();
        return Some((&line[..end], number, &line[end..]));
    }
    let digits: usize = line.chars().take_while(char::is_ascii_digit).map(char::len_utf8).sum();
    let number = value(&line[..digits])?;
    let mark = line[digits..].chars().next().filter(|c| "．、.".contains(*c))?;
    let end = digits + mark.len_utf8();
    // 3.5 is a number.
    if line[end..].starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Some((&line[..end], number, &line[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (words, meant) in
            [("二十一", 21), ("一百零三", 103), ("12", 12), ("十", 10), ("１２", 12), ("一千二百六十", 1260)]
        {
            assert_eq!(value(words), Some(meant), "{words}");
        }
        assert_eq!((value(""), value(&"千".repeat(5_000_000)), value("甲")), (None, None, None));
        for number in 1..=1500 {
            assert_eq!(value(&written(number)), Some(number), "{}", written(number));
        }
        assert_eq!(
            (written(10), written(12), written(110), written(105)),
            ("十".into(), "十二".into(), "一百一十".into(), "一百零五".into())
        );
    }

    #[test]
    fn labels_of_articles_have_one_ordinal_and_one_anchor() {
        for (words, meant, named) in [
            ("第三条", (3, 0), "第三条"),
            ("第三条之一", (3, 1), "第三条之一"),
            ("第3条", (3, 0), "第三条"),
            ("第 十二 条", (12, 0), "第十二条"),
        ] {
            assert_eq!(ordinal(words), Some(meant), "{words}");
            assert_eq!(anchor(words), named);
        }
        assert_eq!((ordinal("第三章"), ordinal("甲"), ordinal("")), (None, None, None));
        assert_eq!(label("第二分编 通则").map(|one| (one.number, one.unit)), Some(("第二分编", '分')));
    }

    #[test]
    fn items_are_told_from_figures() {
        assert_eq!(item("（二）乙"), Some(("（二）", 2, "乙")));
        assert_eq!(item("(12)乙"), Some(("(12)", 12, "乙")));
        assert_eq!(item("3、丙"), Some(("3、", 3, "丙")));
        assert_eq!((item("3.5元"), item("2026年"), item("（甲）"), item("")), (None, None, None, None));
    }
}
