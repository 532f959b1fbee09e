//! Dates: those that are in no calendar, weekdays that do not fit, and what comes before the day on which the text was made. The text
//! alone is asked, never the clock: what is found in it stays the same.

use jiff::civil::{Date, Weekday};
use text::findings::Finding;

use crate::places::{digits, found, line_start, number};

/// A date as written.
#[derive(Debug, Clone, Copy)]
struct Written {
    start: usize,
    end: usize,
    year: i16,
    month: u32,
    day: u32,
}

impl Written {
    fn date(&self) -> Option<Date> {
        Date::new(self.year, i8::try_from(self.month).ok()?, i8::try_from(self.day).ok()?).ok()
    }
}

/// 2026年3月5日 at this very place. `year` is taken where none is written.
fn at_place(chars: &[char], at: usize, year: Option<i16>) -> Option<Written> {
    if at > 0 && chars[at - 1].is_ascii_digit() {
        return None;
    }
    let first = digits(chars, at);
    let (year, from) = match (first, chars.get(at + first)) {
        (4, Some('年')) => (i16::try_from(number(chars, at, 4)?).ok()?, at + 5),
        (1..=2, Some('月')) if at == 0 || chars[at - 1] != '年' => (year?, at),
        _ => return None,
    };
    let month = digits(chars, from);
    let day = digits(chars, from + month + 1);
    let end = from + month + 1 + day + 1;
    let marked = chars.get(from + month) == Some(&'月') && matches!(chars.get(end - 1), Some('日' | '号'));
    if !(1..=2).contains(&month) || !(1..=2).contains(&day) || !marked {
        return None;
    }
    Some(Written {
        start: at,
        end,
        year,
        month: number(chars, from, month)?,
        day: number(chars, from + month + 1, day)?,
    })
}

/// Finds them.
pub(super) fn look(part: &str, chars: &[char]) -> Vec<Finding> {
    let mut all = Vec::new();
    let made = made_on(chars);
    // The day from which the text holds, as far as it was read.
    let mut begins: Option<Date> = None;
    let mut at = 0;
    while at < chars.len() {
        if !chars[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        // A day without a year is of the year in which the text was made; the leap day is then in doubt.
        let dated = at_place(chars, at, made.map(Date::year).or(Some(2024)));
        let Some(written) = dated else {
            at += digits(chars, at);
            continue;
        };
        at = written.end;
        match written.date() {
            None => {
                let suggestion = "没有这一天，请核对日期。".to_owned();
                all.push(found("policy.date", part, chars, (written.start, written.end), suggestion, None));
            }
            Some(day) => {
                all.extend(weekday(part, chars, &written, day));
                if is_followed(chars, &written, &["起施行", "起执行", "起实施"]) {
                    begins = Some(day);
                }
                all.extend(over(part, chars, &written, (day, begins.or(made))));
                if let Some(made) = made.filter(|made| day < *made) {
                    all.extend(early(part, chars, &written, (day, made)));
                }
            }
        }
    }
    all
}

/// The day in the signature: the last line that is nothing but a date.
fn made_on(chars: &[char]) -> Option<Date> {
    let mut end = chars.len();
    loop {
        let start = line_start(chars, end);
        let blank = chars[start..end].iter().take_while(|c| c.is_whitespace()).count();
        let dated = at_place(chars, start + blank, None);
        if let Some(written) = dated.filter(|one| chars[one.end..end].iter().all(|c| c.is_whitespace())) {
            return written.date();
        }
        if start == 0 {
            return None;
        }
        end = start - 1;
    }
}

const DAYS: [(char, Weekday); 8] = [
    ('一', Weekday::Monday),
    ('二', Weekday::Tuesday),
    ('三', Weekday::Wednesday),
    ('四', Weekday::Thursday),
    ('五', Weekday::Friday),
    ('六', Weekday::Saturday),
    ('日', Weekday::Sunday),
    ('天', Weekday::Sunday),
];

/// 2026年3月5日（星期四）: the weekday that stands behind a date with its year.
fn weekday(part: &str, chars: &[char], written: &Written, day: Date) -> Option<Finding> {
    if chars.get(written.start + 4) != Some(&'年') {
        return None;
    }
    let open = usize::from(matches!(chars.get(written.end), Some('（' | '(' | '，' | ' ')));
    let from = written.end + open;
    let word: String = chars.get(from..from + 2)?.iter().collect();
    let long = matches!(word.as_str(), "星期" | "礼拜");
    let name = from + if long { 2 } else { usize::from(chars[from] == '周') };
    let (_, said) = DAYS.iter().find(|(c, _)| chars.get(name) == Some(c)).filter(|_| name > from)?;
    if *said == day.weekday() {
        return None;
    }
    let (right, _) = DAYS.iter().find(|(_, one)| *one == day.weekday())?;
    let before: String = chars[from..name].iter().collect();
    let suggestion = format!("这一天是{before}{right}，请核对日期和星期。");
    Some(found("policy.weekday", part, chars, (from, name + 1), suggestion, Some(format!("{before}{right}"))))
}

fn is_followed(chars: &[char], written: &Written, words: &[&str]) -> bool {
    let behind: String = chars[written.end..].iter().take(8).take_while(|c| **c != '\n').collect();
    words.iter().any(|word| behind.starts_with(word))
}

/// 有效期至 a day before the text begins to hold, or before it was made.
fn over(part: &str, chars: &[char], written: &Written, (day, since): (Date, Option<Date>)) -> Option<Finding> {
    let from = written.start.saturating_sub(40);
    let before: String = chars[from..written.start].iter().collect();
    // Of this text, not of one that it tells of.
    if before.rsplit(['。', '；', '\n']).next().is_some_and(|clause| clause.contains('》')) {
        return None;
    }
    let ends = ["有效期至", "有效期到", "有效期限至", "有效期截至", "有效期截止"];
    let since = since.filter(|since| day < *since && ends.iter().any(|word| before.ends_with(word)))?;
    let suggestion = format!("有效期在 {since} 以前就满了，请核对施行日期和有效期。");
    Some(found("policy.order_of_dates", part, chars, (written.start, written.end), suggestion, None))
}

/// What comes before the day on which the text was made: that it is carried out from then on, or is to be done by then.
fn early(part: &str, chars: &[char], written: &Written, (day, made): (Date, Date)) -> Option<Finding> {
    let behind: String = chars[written.end..].iter().take(8).take_while(|c| **c != '\n').collect();
    let from = written.start.saturating_sub(12);
    let before: String = chars[from..written.start].iter().collect();
    let clause = before.rsplit(['。', '；', '\n']).next().unwrap_or_default();
    let place = (written.start, written.end);
    if ["起施行", "起执行", "起实施"].iter().any(|word| behind.starts_with(word)) {
        // Of this text, not of one that it tells of.
        let own = clause.contains("本") || clause.ends_with('自') && !clause.contains('》');
        let whole: String = chars.iter().collect();
        let back = ["溯及", "追溯", "补发", "补缴"].iter().any(|word| whole.contains(word));
        let suggestion = format!("施行日期早于成文日期（{made}）。确有溯及以前的依据，请在文中写明。");
        return (own && !back).then(|| found("policy.order_of_dates", part, chars, place, suggestion, None));
    }
    let asks = ["请", "须", "应", "务必"].iter().any(|word| clause.contains(word));
    let until = ["前报", "前完成", "前上报", "前将", "前提交", "前送", "前反馈", "之前", "以前"];
    let ends = until.iter().any(|word| behind.starts_with(word));
    let suggestion = format!("期限 {day} 早于成文日期（{made}），收文时已经过期，请核对。");
    (asks && ends).then(|| found("policy.deadline", part, chars, place, suggestion, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<(String, String)> {
        let chars: Vec<char> = text.chars().collect();
        look("", &chars).into_iter().map(|one| (one.rule, one.excerpt)).collect()
    }

    #[test]
    fn dates_are_held_against_the_calendar_and_each_other() {
        let one = |rule: &str, excerpt: &str| vec![(rule.to_owned(), excerpt.to_owned())];
        for (text, expected) in [
            ("于2026年2月30日召开", one("policy.date", "2026年2月30日")),
            ("2026年13月1日", one("policy.date", "2026年13月1日")),
            ("6月31日前报送", one("policy.date", "6月31日")),
            ("2026年3月5日（星期五）上午", one("policy.weekday", "星期五")),
            ("2026年3月5日(周五)", one("policy.weekday", "周五")),
            (
                "本办法自2026年1月1日起施行。\n演示县人民政府\n2026年3月5日",
                one("policy.order_of_dates", "2026年1月1日"),
            ),
            ("请各单位于3月1日前报送。\n　　2026年3月5日", one("policy.deadline", "3月1日")),
            (
                "自2026年5月1日起施行，有效期至2025年12月31日。\n2026年3月5日",
                one("policy.order_of_dates", "2025年12月31日"),
            ),
            ("自2026年5月1日起施行，有效期至2030年12月31日。\n2026年3月5日", vec![]),
            ("《甲办法》有效期至2025年1月1日，已经失效。\n2026年3月5日", vec![]),
            ("2026年3月5日（星期四）、2024年2月29日", vec![]),
            ("《甲办法》自2020年1月1日起施行以来\n2026年3月5日", vec![]),
            ("本办法自2026年4月1日起施行。\n2026年3月5日", vec![]),
            ("请各单位于3月20日前报送。\n2026年3月5日", vec![]),
            ("自2026年1月1日起施行，以前的依法补发\n2026年3月5日", vec![]),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }
}
