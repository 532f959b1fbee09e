//! Filters for templates: `{{ n|thousands }}`, `{{ n|bytes }}`, `{{ text|excerpt(80) }}`, `{{ part|percent(total) }}`.
//! A page module that uses them says `use web::filters;`. Dates and times are formatted in Rust before.

#![expect(missing_docs, reason = "askama::filter_fn generates types and methods without documentation")]

use askama::{Result, Values};
use std::fmt::Display;

/// A value for the query of an address: `<a href="/search?q={{ words|in_query }}">`.
#[askama::filter_fn]
pub fn in_query<T: Display>(text: T, _: &dyn Values) -> Result<String> {
    Ok(crate::page::escape_query(&text.to_string()))
}

/// Whole numbers in groups of three, as figures on the portal are written: 1206 → `1,206`.
#[askama::filter_fn]
pub fn thousands<T: Display>(number: T, _: &dyn Values) -> Result<String> {
    Ok(grouped(&number.to_string()))
}

/// Size of a file in the words beside its link: `512 字节`, `412 KB`, `3.4 MB`.
#[askama::filter_fn]
pub fn bytes<T: Display>(size: T, _: &dyn Values) -> Result<String> {
    // Sizes come as i64 from the database and as u64 from files; text that is no number stays as it is.
    let text = size.to_string();
    Ok(text.parse::<u64>().map_or(text, size_in_words))
}

/// The first `limit` characters of plain text on one line, with an ellipsis when something was left out.
#[askama::filter_fn]
pub fn excerpt<T: Display>(text: T, _: &dyn Values, limit: usize) -> Result<String> {
    Ok(shortened(&text.to_string(), limit))
}

/// Share of `total` with one decimal and no sign, for `{{ done|percent(total) }} %`; `—` when there is no total.
#[askama::filter_fn]
pub fn percent<T: Display>(part: T, _: &dyn Values, total: i64) -> Result<String> {
    Ok(share(part.to_string().parse().unwrap_or(0), total))
}

/// See [`thousands`]; keeps sign and decimals.
#[must_use]
pub fn grouped(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, decimals) = rest.split_once('.').map_or((rest, None), |(whole, decimals)| (whole, Some(decimals)));
    if !whole.bytes().all(|b| b.is_ascii_digit()) {
        return number.to_owned();
    }
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(decimals) = decimals {
        out.push('.');
        out.push_str(decimals);
    }
    out
}

/// See [`bytes`]; 1 KB is 1024 bytes, as file managers count.
#[must_use]
pub fn size_in_words(size: u64) -> String {
    const KB: u64 = 1024;
    const MB: u64 = KB * KB;
    const GB: u64 = MB * KB;
    // Tenths in whole numbers, rounded half up, so that no float rounding shows.
    let tenths = |unit: u64| {
        let tenths = (u128::from(size) * 10 + u128::from(unit) / 2) / u128::from(unit);
        if tenths.is_multiple_of(10) { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
    };
    match size {
        0..KB => format!("{size} 字节"),
        KB..MB => format!("{} KB", size.div_ceil(KB).min(1023)),
        MB..GB => format!("{} MB", tenths(MB)),
        _ => format!("{} GB", tenths(GB)),
    }
}

/// See [`excerpt`]; white space of any kind becomes one space.
#[must_use]
pub fn shortened(text: &str, limit: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= limit {
        return line;
    }
    let cut: String = line.chars().take(limit.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end_matches([' ', '，', '、', '；', '：']))
}

/// See [`percent`]; rounded half up to one decimal.
#[must_use]
pub fn share(part: i64, total: i64) -> String {
    if total <= 0 {
        return "—".to_owned();
    }
    let tenths = (i128::from(part) * 2000 + i128::from(total)).div_euclid(i128::from(total) * 2);
    if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, (tenths % 10).abs()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters;

    #[derive(askama::Template)]
    #[template(source = "{{ n|thousands }} {{ size|bytes }} {{ text|excerpt(5) }} {{ 61|percent(94) }}", ext = "html")]
    struct Page<'a> {
        n: i64,
        size: i64,
        text: &'a str,
    }

    #[test]
    fn filters_work_in_a_template_and_stay_escaped() {
        let page = Page { n: 1206, size: 421_888, text: "<b>促进就业创业" };
        assert_eq!(askama::Template::render(&page).unwrap(), "1,206 412 KB &#60;b&#62;促… 64.9");
    }

    #[test]
    fn numbers_are_grouped() {
        for (from, to) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("-1234567", "-1,234,567"),
            ("1234.5", "1,234.5"),
            ("约十", "约十"),
        ] {
            assert_eq!(grouped(from), to);
        }
    }

    #[test]
    fn sizes_read_as_people_say_them() {
        for (from, to) in [
            (0, "0 字节"),
            (1023, "1023 字节"),
            (1024, "1 KB"),
            (1_048_575, "1023 KB"),
            (1_048_576, "1 MB"),
            (3_565_158, "3.4 MB"),
            (5_368_709_120, "5 GB"),
        ] {
            assert_eq!(size_in_words(from), to);
        }
    }

    #[test]
    fn excerpts_keep_to_the_limit() {
        assert_eq!(shortened("促进就业，稳定就业", 6), "促进就业…");
        assert_eq!(shortened(" 一\n  二 ", 6), "一 二");
        assert_eq!(shortened("六个汉字刚好", 6), "六个汉字刚好");
    }

    #[test]
    fn shares_are_rounded_half_up() {
        assert_eq!(share(1, 8), "12.5");
        assert_eq!(share(2, 3), "66.7");
        assert_eq!(share(94, 94), "100");
        assert_eq!(share(0, 0), "—");
    }
}
