//! Periods that a title names, to warn when evidence is handed in for another one: a text of the third quarter proves nothing
//! about the fourth.

/// A period named in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Month(u8),
    Quarter(u8),
    Half(u8),
}

impl Named {
    /// First and last month.
    fn months(self) -> (u8, u8) {
        match self {
            Self::Month(n) => (n, n),
            Self::Quarter(n) => (n * 3 - 2, n * 3),
            Self::Half(n) => (n * 6 - 5, n * 6),
        }
    }
}

fn digit(c: char) -> Option<u8> {
    match c {
        '0'..='9' => u8::try_from(c as u32 - '0' as u32).ok(),
        '０'..='９' => u8::try_from(c as u32 - '０' as u32).ok(),
        _ => "一二三四五六七八九".chars().position(|known| known == c).and_then(|at| u8::try_from(at + 1).ok()),
    }
}

/// The number that ends at the end of `before`: 3, 12, 三, 十二.
fn number(before: &[char]) -> Option<u8> {
    let (last, rest) = before.split_last()?;
    if *last == '十' {
        return Some(10);
    }
    let ones = digit(*last)?;
    match rest.last() {
        Some('十') => Some(10 + ones),
        Some('1' | '１') if last.is_ascii_digit() || ('０'..='９').contains(last) => Some(10 + ones),
        // The end of a longer number is no month: 2026月.
        Some(c) if digit(*c).is_some() => None,
        _ => Some(ones),
    }
}

/// The periods that a title names, and the year before the first of them.
fn named(title: &str) -> Vec<Named> {
    let text: Vec<char> = title.chars().filter(|c| !c.is_whitespace()).collect();
    let begins = |at: usize, word: &str| word.chars().enumerate().all(|(n, c)| text.get(at + n) == Some(&c));
    let mut found = Vec::new();
    for at in 0..text.len() {
        if begins(at, "季度") {
            found.extend(number(&text[..at]).filter(|n| (1..=4).contains(n)).map(Named::Quarter));
        } else if begins(at, "上半年") {
            found.push(Named::Half(1));
        } else if begins(at, "下半年") {
            found.push(Named::Half(2));
        } else if begins(at, "月")
            && !text.get(at + 1).copied().is_some_and(|next| digit(next).is_some() || next == '十')
        {
            // A day after it makes it a date, not a period.
            found.extend(number(&text[..at]).filter(|n| (1..=12).contains(n)).map(Named::Month));
        }
    }
    found
}

/// The months of a period key: first and last; `None` for weeks, which titles do not name, and whole years.
fn months(key: &str) -> Option<(u8, u8)> {
    let part = key.split_once('-')?.1;
    let n = |text: &str| text.parse::<u8>().ok();
    let period = match part.get(..1)? {
        "Q" => Named::Quarter(n(&part[1..])?),
        "H" => Named::Half(n(&part[1..])?),
        "W" => return None,
        _ => Named::Month(n(part)?),
    };
    Some(period.months())
}

/// Whether a title names periods of which none has to do with the one of this key.
pub fn names_other_period(key: &str, title: &str) -> bool {
    let (Some((first, last)), named) = (months(key), named(title)) else { return false };
    let meets = |one: &Named| {
        let (from, to) = one.months();
        from <= last && to >= first
    };
    !named.is_empty() && !named.iter().any(meets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_the_third_quarter_is_none_of_the_fourth() {
        for (key, title) in [
            ("2026-Q4", "青禾县2026年第三季度政策解读清单"),
            ("2026-Q4", "2026年三季度重点工作公开情况"),
            ("2026-Q1", "上年4季度 公示"),
            ("2026-Q4", "关于9月份空气质量的公告"),
            ("2026-Q3", "2026年上半年预算执行情况"),
            ("2026-H2", "上半年财政收支"),
            ("2026-03", "十二月份物价监测"),
            ("2026-03", "2月低保发放公示"),
            ("2026-02", "１２月份水质"),
        ] {
            assert!(names_other_period(key, title), "{key} {title}");
        }
    }

    #[test]
    fn a_text_that_names_its_period_or_none_raises_no_doubt() {
        for (key, title) in [
            ("2026-Q3", "2026年第三季度清单"),
            ("2026-Q3", "9月份空气质量"),
            ("2026-Q3", "前三季度运行情况"),
            ("2026-Q2", "上半年预算执行情况"),
            ("2026-09", "第三季度清单"),
            ("2026-Q4", "关于印发方案的通知"),
            ("2026-Q4", "3月15日会议纪要"),
            ("2026", "第三季度清单"),
            ("2026-W07", "第三季度清单"),
            ("", "第三季度清单"),
            ("2026-Q4", "2026年9月至10月整治情况"),
        ] {
            assert!(!names_other_period(key, title), "{key} {title}");
        }
    }
}
