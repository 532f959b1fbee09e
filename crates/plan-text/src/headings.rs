//! Numbers at the start of a line: `一、` `（一）` `1.` `（1）` `①`, and whether they follow one another.

use super::{Context, Section};
use crate::work::looked_at;

/// A numbered line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    /// 1 `一、` `第一部分` `第一章`, 2 `第一条`, 3 `（一）`, 4 `1.`, 5 `（1）`, 6 `①`.
    pub(super) level: u8,
    /// As printed, without white space and pause mark.
    pub(super) number: String,
    /// The pause mark, or nothing.
    pub(super) mark: String,
    /// Byte of the line where the heading's own words begin.
    pub(super) rest: usize,
}

/// Whether a character is a Chinese numeral of numbers at the start of a line.
pub(super) fn is_numeral(c: char) -> bool {
    "一二三四五六七八九十百〇零廿卅".contains(c)
}

/// The value of an ASCII or full-width digit.
pub(super) fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => Some(u32::from(c) - u32::from('0')),
        '０'..='９' => Some(u32::from(c) - u32::from('０')),
        _ => None,
    }
}

/// The value of a Chinese numeral up to 999, read as a number (`二十一`) or digit by digit (`二〇一九`).
pub(super) fn numeral(text: &str) -> Option<u32> {
    let units = |c| "〇一二三四五六七八九".chars().position(|d| d == c || (d == '〇' && c == '零'));
    if text.is_empty() || text.chars().count() > 6 {
        return None;
    }
    if text.contains(['廿', '卅']) {
        // as almanacs write twenty and thirty
        return numeral(&text.replace('廿', "二十").replace('卅', "三十"));
    }
    if !text.contains(['十', '百']) {
        return text.chars().try_fold(0_u32, |sum, c| Some(sum * 10 + u32::try_from(units(c)?).ok()?));
    }
    let (mut sum, mut last) = (0, None);
    for c in text.chars() {
        match c {
            '百' => sum += last.take()? * 100,
            '十' => sum += last.take().filter(|&n| n > 0).unwrap_or(1) * 10,
            _ => last = Some(u32::try_from(units(c)?).ok()?),
        }
    }
    Some(sum + last.unwrap_or(0))
}

/// The level of a table's row: a clause, as （一） is.
pub(super) const ROW: u8 = 3;

fn is_pause(c: char) -> bool {
    matches!(c, '、' | '．' | '.' | '﹑' | '､')
}

/// Whether a character is a Roman numeral of one character.
fn is_roman(c: char) -> bool {
    ('Ⅰ'..='Ⅻ').contains(&c)
}

/// Splits a run of at most `limit` characters that satisfy `test` off the front, with the white space after it.
fn run(text: &str, limit: usize, test: impl Fn(char) -> bool) -> Option<(&str, &str)> {
    let end = text.char_indices().find(|&(_, c)| !test(c)).map_or(text.len(), |(at, _)| at);
    let found = &text[..end];
    (!found.is_empty() && found.chars().take(limit + 1).count() <= limit).then(|| (found, text[end..].trim_start()))
}

/// A pause mark at the front, if there is one, and what follows it.
fn pause(text: &str) -> (String, &str) {
    match text.chars().next() {
        Some(c) if is_pause(c) => (c.to_string(), text[c.len_utf8()..].trim_start()),
        _ => (String::new(), text.trim_start()),
    }
}

/// Reads the number of a heading; `None` for plain text, decimals (`1.5万`) and years.
pub(super) fn read(line: &str) -> Option<Heading> {
    looked_at(line.len());
    let first = line.chars().next()?;
    let after_first = &line[first.len_utf8()..];
    let build = |level, number: String, after: &str| {
        let (mark, rest) = pause(after);
        Some(Heading { level, number, mark, rest: line.len() - rest.len() })
    };
    match first {
        '（' | '(' => {
            let inner = after_first.trim_start();
            let (level, (number, after)) = run(inner, 4, is_numeral)
                .map(|found| (3, found))
                .or_else(|| run(inner, 3, |c| digit(c).is_some()).map(|found| (5, found)))?;
            let close = after.chars().next().filter(|c| matches!(c, '）' | ')'))?;
            build(level, format!("{first}{number}{close}"), &after[close.len_utf8()..])
        }
        '第' => {
            let (level, length) = part(line)?;
            let rest = line[length..].trim_start();
            let mark: String = rest.chars().next().filter(|c| matches!(c, '：' | ':')).into_iter().collect();
            let rest = rest[mark.len()..].trim_start();
            let number = line[..length].chars().filter(|c| !c.is_whitespace()).collect();
            Some(Heading { level, number, mark, rest: line.len() - rest.len() })
        }
        '㈠'..='㈩' => build(3, first.to_string(), after_first),
        '⑴'..='⒇' => build(5, first.to_string(), after_first),
        '①'..='⑳' => build(6, first.to_string(), after_first),
        '⒈'..='⒛' => build(4, first.to_string(), after_first),
        c if is_roman(c) => build(1, first.to_string(), after_first).filter(|heading| !heading.mark.is_empty()),
        '任' | '举' | '行' | '工' | '事' | '项' => counted(line),
        c if is_numeral(c) => {
            let (number, after) = run(line, 4, is_numeral)?;
            if let Some(close) = after.chars().next().filter(|c| matches!(c, '）' | ')')) {
                return build(3, format!("{number}{close}"), &after[close.len_utf8()..]);
            }
            let mark = after.chars().next().filter(|&c| is_pause(c))?;
            let rest = &after[mark.len_utf8()..];
            // 一、二、三产业 is a list, not a heading
            let list = run(rest, 4, is_numeral).is_some_and(|(_, next)| next.starts_with('、'));
            if list { None } else { build(1, number.to_owned(), after) }
        }
        c if digit(c).is_some() => {
            let (number, after) = run(line, 3, |c| digit(c).is_some())?;
            let mark = after.chars().next()?;
            let rest = &after[mark.len_utf8()..];
            if matches!(mark, '）' | ')') {
                return build(5, format!("{number}{mark}"), rest);
            }
            let decimal = mark != '、' && rest.chars().next().and_then(digit).is_some();
            // 1/培训; 1/3以上 is a fraction
            if matches!(mark, '/' | '／') && !decimal && rest.chars().next().is_some_and(|c| c as u32 > 0x2e80) {
                let rest = rest.trim_start();
                return Some(Heading {
                    level: 4,
                    number: number.to_owned(),
                    mark: mark.to_string(),
                    rest: line.len() - rest.len(),
                });
            }
            if is_pause(mark) && !decimal { build(4, number.to_owned(), after) } else { None }
        }
        _ => None,
    }
}

/// `任务1：`, `举措三：`, `专项行动`-like words with a number and a colon.
fn counted(line: &str) -> Option<Heading> {
    const WORDS: [&str; 6] = ["任务", "举措", "行动", "工作", "事项", "项目"];
    let after = WORDS.iter().find_map(|word| line.strip_prefix(word))?.trim_start();
    let (number, after) = run(after, 3, |c| is_numeral(c) || digit(c).is_some())?;
    let mark = after.chars().next().filter(|c| matches!(c, '：' | ':'))?;
    let rest = after[mark.len_utf8()..].trim_start();
    let printed: String = line[..line.len() - after.len()].chars().filter(|c| !c.is_whitespace()).collect();
    (!number.is_empty()).then(|| Heading {
        level: 4,
        number: printed,
        mark: mark.to_string(),
        rest: line.len() - rest.len(),
    })
}

/// `1.1 培训`, `2.3.1　考核`, and `1　总则` above them: the parts of the number and what follows.
pub(super) fn decimal(line: &str) -> Option<(Vec<u32>, Heading)> {
    const DEEPEST: usize = 4;
    let mut parts = Vec::new();
    let mut rest = line;
    loop {
        let (number, after) = run(rest, 2, |c| c.is_ascii_digit())?;
        // a number that is not spaced: `run` passes over the gap
        let end = rest.len() - rest[number.len()..].len();
        parts.push(number.parse().ok()?);
        let next = &rest[end..];
        let Some(dotted) = next.strip_prefix(['.', '．']).filter(|more| more.starts_with(|c: char| c.is_ascii_digit()))
        else {
            let spaced = next.starts_with(char::is_whitespace);
            let words = after.chars().next().is_some_and(|c| c as u32 > 0x2e80);
            // 1.5万户 and 3.2亿元 are amounts
            let amount =
                after.starts_with(['万', '亿', '个', '倍', '元', '吨', '公', '平', '千', '米', '年', '月', '日', '％']);
            if !words || amount || parts.len() > DEEPEST || !(spaced || parts.len() > 1) {
                return None;
            }
            let level = if parts.len() == 1 { 1 } else { 6 };
            let number = line[..line.len() - next.len()].to_owned();
            return Some((parts, Heading { level, number, mark: String::new(), rest: line.len() - after.len() }));
        };
        rest = dotted;
    }
}

/// `第一部分`, `第二章`, `第三条` at the front: level and length. Space must follow, or a line so short that it is no
/// sentence about the part.
fn part(line: &str) -> Option<(u8, usize)> {
    const LONGEST: usize = 30;
    let after = line.strip_prefix('第')?.trim_start();
    let (_, after) = run(after, 5, |c| is_numeral(c) || digit(c).is_some())?;
    let (level, rest) = [("部分", 1), ("编", 1), ("章", 1), ("节", 1), ("条", 2)]
        .iter()
        .find_map(|&(unit, level)| Some((level, after.strip_prefix(unit)?)))?;
    let spaced = rest.is_empty() || rest.starts_with(char::is_whitespace);
    let short =
        level == 1 && rest.chars().take(LONGEST + 1).count() <= LONGEST && !rest.contains(['，', '。', '、', '的']);
    (spaced || short).then_some((level, line.len() - rest.len()))
}

/// The value of a printed number, whatever its form.
pub(super) fn value(number: &str) -> Option<u32> {
    let bare: String = number.chars().filter(|c| !"（）()第部分编章节条任务举措行动工作事项目".contains(*c)).collect();
    // 2.3 is the third of its section
    let bare = bare.rsplit(['.', '．']).next().unwrap_or(&bare).to_owned();
    let first = bare.chars().next()?;
    let code = u32::from(first);
    match first {
        '㈠'..='㈩' => Some(code - u32::from('㈠') + 1),
        '⑴'..='⒇' => Some(code - u32::from('⑴') + 1),
        '①'..='⑳' => Some(code - u32::from('①') + 1),
        '⒈'..='⒛' => Some(code - u32::from('⒈') + 1),
        c if is_roman(c) => Some(code - u32::from('Ⅰ') + 1),
        c if digit(c).is_some() => bare.chars().try_fold(0, |sum, c| Some(sum * 10 + digit(c)?)),
        _ => numeral(&bare),
    }
}

/// Warns where numbers repeat, jump or go back. Clause numbers may start anew or run on through the sections; sections
/// are counted anew in each 部分 and 章.
pub(super) fn check_numbers(sections: &[Section], context: &mut Context) {
    // 部分 and 编, 章, 节, 一、
    let mut last_section = [0_u32; 4];
    let mut running = 0;
    for section in sections {
        let mut clauses = section.clauses.iter();
        let starts = clauses.next().is_some_and(|clause| value(&clause.number) == Some(running + 1));
        if section.number.is_empty() && !section.title.is_empty() && !starts {
            // the title of a further document: it counts anew
            (last_section, running) = ([0; 4], 0);
        }
        if let Some(number) = value(&section.number) {
            let rank = rank(&section.number);
            follow(last_section[rank], number, &section.number, section.line, context);
            // chapters run on through the parts of a document
            let from = if rank == 0 { 2 } else { rank + 1 };
            last_section[rank] = number;
            last_section.iter_mut().skip(from).for_each(|last| *last = 0);
        }
        let mut last = 0;
        for (index, clause) in section.clauses.iter().enumerate() {
            let Some(number) = value(&clause.number) else { continue };
            if !(index == 0 && number == running + 1) {
                // numbers that run on through the sections, with a gap
                let from = if index == 0 && number > running { running } else { last };
                follow(from, number, &clause.number, clause.line, context);
            }
            last = number;
        }
        running = if last == 0 { running } else { last };
    }
}

fn rank(number: &str) -> usize {
    match number.chars().next_back() {
        Some('分' | '编') => 0,
        Some('章') => 1,
        Some('节') => 2,
        _ => 3,
    }
}

fn follow(last: u32, number: u32, printed: &str, line: usize, context: &mut Context) {
    if number == last {
        context.warn(line, format!("编号“{printed}”重复，请核对是否编错或漏了一条。"));
    } else if number < last {
        context.warn(line, format!("编号“{printed}”比前一条小，请核对顺序。"));
    } else if number > last + 1 {
        context.warn(line, format!("编号“{printed}”之前缺 {} 个号，请核对是否漏了内容。", number - last - 1));
    }
}
