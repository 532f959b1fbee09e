//! The wording of the yearly notice of the State Council's general office (国务院办公厅关于某年部分节假日安排的通知), pasted as it is:
//! `二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。`

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use kernel::calendar::Special;

/// What every notice has: the festivals, each with a colon.
const FESTIVALS: [&str; 7] = ["元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"];

/// Whether the text is such a notice, or lines of one.
pub(super) fn is_notice(text: &str) -> bool {
    let lines = || text.lines().map(str::trim);
    text.contains("节假日安排")
        || lines().any(|line| {
            let head = line.split_once(['：', ':']).map_or("", |(head, _)| head);
            FESTIVALS.iter().any(|festival| head.ends_with(festival))
        })
}

/// The year that the notice is about, when it says so: `2027年部分节假日`.
pub(super) fn year_of(text: &str) -> Option<i16> {
    let plain: String = text.chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
    let before = plain.split("年部分节假日").next().filter(|before| before.len() < plain.len())?;
    let digits: String = before.chars().rev().take_while(char::is_ascii_digit).collect();
    digits.chars().rev().collect::<String>().parse().ok().filter(|year| (2000..2200).contains(year))
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        c => c,
    }
}

/// The days that one line of the notice declares, in its year; what cannot be read of it is said. Lines of other prose declare
/// none.
pub(super) fn read_line(line: &str, year: i16, days: &mut BTreeMap<Date, Special>) -> Result<(), String> {
    let line: String = line.chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
    let body =
        line.split_once(['：', ':']).filter(|(head, _)| !head.contains('日')).map_or(line.as_str(), |(_, body)| body);
    for sentence in body.split(['。', '；', ';']) {
        // «放假调休» and «放假，与周末连休» name the days before them, «上班» too.
        let (dates, rest, special) = if let Some((dates, rest)) = sentence.split_once("放假") {
            (dates, rest, Special::Off)
        } else if let Some((dates, rest)) = sentence.split_once("上班") {
            (dates, rest, Special::Worked)
        } else {
            continue;
        };
        let tokens = tokens(dates);
        if tokens.iter().all(|token| matches!(token, Token::Other)) {
            continue;
        }
        let ranges = ranges(&tokens, year).map_err(|why| format!("“{sentence}”：{why}"))?;
        let count: i32 =
            ranges.iter().map(|(first, last)| first.until(*last).map_or(0, |span| span.get_days()) + 1).sum();
        if let Some(said) = said_in_all(rest).filter(|said| *said != count) {
            return Err(format!("“{sentence}”：写的是共 {said} 天，日期是 {count} 天，请核对。"));
        }
        for (first, last) in ranges {
            let mut day = first;
            while day <= last {
                if let Some(other) = days.insert(day, special)
                    && other != special
                {
                    return Err(format!("请核对 {day}，它既写了放假又写了上班。"));
                }
                day = day.tomorrow().map_err(|_| "请核对日期。".to_owned())?;
            }
            if special == Special::Worked && !matches!(first.weekday(), Weekday::Saturday | Weekday::Sunday) {
                return Err(format!("请核对 {first} 和年份 {year}：它不是周末，本来就上班。"));
            }
        }
    }
    Ok(())
}

/// How many days the sentence says that it declares: 共3天.
fn said_in_all(rest: &str) -> Option<i32> {
    let digits: String = rest.split_once('共')?.1.chars().take_while(char::is_ascii_digit).collect();
    let behind = rest.split_once('共')?.1.strip_prefix(digits.as_str())?;
    digits.parse().ok().filter(|_| behind.starts_with('天'))
}

/// A piece of a sentence that names days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Date { year: Option<i16>, month: Option<i8>, day: i8 },
    Weekday(Weekday),
    To,
    Other,
}

fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let (mut at, mut number) = (0, String::new());
    let (mut year, mut month) = (None, None);
    while at < chars.len() {
        let c = chars[at];
        match c {
            '0'..='9' => number.push(c),
            '年' if !number.is_empty() => year = std::mem::take(&mut number).parse().ok(),
            '月' if !number.is_empty() => month = std::mem::take(&mut number).parse().ok(),
            '日' if !number.is_empty() => {
                if let Ok(day) = std::mem::take(&mut number).parse() {
                    out.push(Token::Date { year: year.take(), month: month.take(), day });
                }
            }
            '至' | '—' | '-' | '～' | '~' | '到' => {
                if out.last() != Some(&Token::To) {
                    out.push(Token::To);
                }
            }
            '周' | '期' => {
                let weekday = match chars.get(at + 1) {
                    Some('一') => Some(Weekday::Monday),
                    Some('二') => Some(Weekday::Tuesday),
                    Some('三') => Some(Weekday::Wednesday),
                    Some('四') => Some(Weekday::Thursday),
                    Some('五') => Some(Weekday::Friday),
                    Some('六') => Some(Weekday::Saturday),
                    Some('日' | '天') => Some(Weekday::Sunday),
                    _ => None,
                };
                out.extend(weekday.map(Token::Weekday));
                at += usize::from(weekday.is_some());
            }
            _ => {
                number.clear();
                out.push(Token::Other);
            }
        }
        at += 1;
    }
    out
}

/// The ranges that the pieces name; a day without a month is of the month before it, one before its predecessor of the next year.
fn ranges(tokens: &[Token], year: i16) -> Result<Vec<(Date, Date)>, String> {
    let mut out: Vec<(Date, Date)> = Vec::new();
    let (mut known_year, mut known_month) = (year, None);
    let mut open = false;
    for token in tokens {
        match *token {
            Token::Date { year: said, month, day } => {
                known_year = said.unwrap_or(known_year);
                known_month = month.or(known_month);
                let month = known_month.ok_or("没有写月份")?;
                let read =
                    |year| Date::new(year, month, day).map_err(|_| format!("没有 {year}年{month}月{day}日 这一天"));
                let date = read(known_year)?;
                match out.last_mut().filter(|_| open) {
                    Some(range) => {
                        // From December into January.
                        range.1 = if date < range.0 && said.is_none() { read(known_year + 1)? } else { date };
                        if range.1 < range.0 || range.0.until(range.1).is_ok_and(|span| span.get_days() > 20) {
                            return Err(format!("请核对起止日期 {} 至 {}", range.0, range.1));
                        }
                    }
                    None => out.push((date, date)),
                }
                open = false;
            }
            Token::Weekday(weekday) => {
                if let Some((_, last)) = out.last()
                    && last.weekday() != weekday
                {
                    return Err(format!("{last} 不是通知里写的星期几，请核对年份"));
                }
            }
            Token::To => open = !out.is_empty(),
            Token::Other => {}
        }
    }
    Ok(out)
}
