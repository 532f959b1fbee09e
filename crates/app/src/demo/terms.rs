//! From when and until when a policy of the demonstration holds, as its last article says it, so that its fields say the same.

use jiff::{ToSpan, civil::Date};

/// The first and the last day, as far as the text names them; `out` is the day of its publication.
pub(super) fn of(text: &str, out: Date) -> (Option<Date>, Option<Date>) {
    let clause = text.split(['。', '\n']).rev().find(|clause| clause.contains("起施行") || clause.contains("日后施行"));
    let Some(clause) = clause else { return (None, None) };
    let first = first(clause, out);
    let years = ["有效期", "试行", "暂行"].into_iter().find_map(|word| years(clause.split_once(word)?.1));
    let last = first.zip(years).and_then(|(first, years)| first.checked_add(years.years()).ok()?.yesterday().ok());
    (first, last)
}

fn first(words: &str, out: Date) -> Option<Date> {
    if let Some((_, behind)) = words.split_once("自发布之日起") {
        let days = behind.split_once("日后施行").and_then(|(days, _)| days.parse::<i64>().ok());
        return match days {
            Some(days) => out.checked_add(days.days()).ok(),
            None => Some(out),
        };
    }
    let day = words.split_once('自')?.1.split_once("起施行")?.0;
    let (year, rest) = day.split_once('年')?;
    let (month, rest) = rest.split_once('月')?;
    Date::new(year.parse().ok()?, month.parse().ok()?, rest.strip_suffix('日')?.parse().ok()?).ok()
}

/// A number of years at the beginning of a text: 五年.
fn years(text: &str) -> Option<i64> {
    let mut chars = text.chars();
    let number = chars.next().and_then(|c| "一二三四五六七八九".chars().position(|digit| digit == c));
    let number = if text.starts_with('两') { Some(1) } else { number };
    (chars.next() == Some('年')).then_some(number?).and_then(|at| i64::try_from(at + 1).ok())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_last_article_says_from_when_and_until_when() {
        let out = date(2026, 3, 2);
        let table = [
            ("第九条　本办法自发布之日起施行，有效期五年。《甲办法》同时废止。", Some(out), Some(date(2031, 3, 1))),
            ("本办法自发布之日起30日后施行，有效期三年，由县局解释。", Some(date(2026, 4, 1)), Some(date(2029, 3, 31))),
            ("本办法自2026年3月13日起施行，有效期五年。", Some(date(2026, 3, 13)), Some(date(2031, 3, 12))),
            ("本办法自发布之日起施行，暂行两年。", Some(out), Some(date(2028, 3, 1))),
            ("本通知自发布之日起施行，试行一年。", Some(out), Some(date(2027, 3, 1))),
            ("本预案自发布之日起施行，每三年修订一次。", Some(out), None),
            ("证件有效期内可以继续使用。", None, None),
        ];
        for (text, first, last) in table {
            assert_eq!(of(text, out), (first, last), "{text}");
        }
    }
}
