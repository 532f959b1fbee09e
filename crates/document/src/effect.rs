//! From when and until when a text says that it holds, in the words of its last article: 本办法自2026年3月1日起施行，有效期至2031年2月28日.
//! An old text pasted over a new form says something else than the form, and readers would see both.

use jiff::civil::Date;

/// Characters of a clause that are looked at.
const CLAUSE: usize = 40;

/// The first day that a text names for itself, the last one it names.
pub fn effective(text: &str) -> Option<Date> {
    const ENDS: [&str; 6] = ["施行", "实施", "执行", "生效", "试行", "正式"];
    let chars: Vec<char> = plain(text);
    let from = |at: usize| {
        let (day, behind) = day_at(&chars, at + 1)?;
        let rest: String = chars[behind..].iter().take(3).collect();
        let begins = rest.strip_prefix('起').unwrap_or(&rest);
        (begins.len() < rest.len() && (ENDS.iter().any(|end| begins.starts_with(end)))).then_some(day)
    };
    chars.iter().enumerate().rev().filter(|(_, c)| matches!(c, '自' | '从' | '于')).find_map(|(at, _)| from(at))
}

/// The last day that a text names for itself: 有效期至…, 有效期自…至….
pub fn expires(text: &str) -> Option<Date> {
    let chars: Vec<char> = plain(text);
    let word: Vec<char> = "有效期".chars().collect();
    let until = |at: usize| {
        let clause =
            (at + word.len()..chars.len().min(at + CLAUSE)).take_while(|at| !matches!(chars[*at], '。' | '；' | '\n'));
        clause.filter(|at| matches!(chars[*at], '至' | '到')).find_map(|at| Some(day_at(&chars, at + 1)?.0))
    };
    (0..chars.len()).rev().filter(|at| chars[*at..].starts_with(&word)).find_map(until)
}

/// The text without blanks within its lines, its digits plain.
fn plain(text: &str) -> Vec<char> {
    let seen = text.chars().filter(|c| *c == '\n' || !(c.is_whitespace() || fold::is_unseen(*c)));
    seen.map(|c| char::from_u32(u32::from(c).wrapping_sub(0xfee0)).filter(char::is_ascii_digit).unwrap_or(c)).collect()
}

/// The day that stands here, in digits or in characters, and where it ends.
fn day_at(chars: &[char], at: usize) -> Option<(Date, usize)> {
    let (year, at) = number_at(chars, at, '年')?;
    let (month, at) = number_at(chars, at, '月')?;
    let (day, at) = number_at(chars, at, '日')?;
    let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    (year >= 1900).then_some((date, at))
}

/// A number before its unit.
fn number_at(chars: &[char], at: usize, unit: char) -> Option<(u32, usize)> {
    let length = chars.get(at..)?.iter().take(5).position(|c| *c == unit)?;
    let (mut number, mut tens) = (0_u32, false);
    for c in &chars[at..at + length] {
        let digit = match c {
            '〇' | '零' | '○' => 0,
            '十' => {
                number = number.max(1) * 10;
                tens = true;
                continue;
            }
            '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' => {
                "一二三四五六七八九".chars().position(|one| one == *c).and_then(|at| u32::try_from(at + 1).ok())?
            }
            c => c.to_digit(10)?,
        };
        number = if tens { number + digit } else { number * 10 + digit };
    }
    (length > 0).then_some((number, at + length + 1))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_last_article_says_when_a_text_begins() {
        for text in [
            "第二十条 本办法自2003年10月1日起施行。",
            "本条例自 2003 年 10 月 1 日起施行，有效期5年。",
            "本办法自２００３年１０月１日起正式施行",
            "本规定自二〇〇三年十月一日起执行。",
            "依照《甲条例》（自1999年1月1日起施行）制定。\n本办法从2003年10月1日起实施。",
            "本通知自2003年10月1\n日起施行。\n本通知于2003年10月1日起生效",
        ] {
            assert_eq!(effective(text), Some(date(2003, 10, 1)), "{text}");
        }
        for text in [
            "自公布之日起施行。",
            "自2003年10月起施行",
            "2003年10月1日印发",
            "自2003年13月1日起施行",
            "自2003年10月1日起三十日内",
            "",
        ] {
            assert_eq!(effective(text), None, "{text}");
        }
        assert_eq!(effective("自二〇二六年十二月三十一日起施行"), Some(date(2026, 12, 31)));
        assert_eq!(effective("自2026年二十月1日起施行"), None);
    }

    #[test]
    fn and_when_it_ends() {
        for text in [
            "有效期至2031年2月28日。",
            "自2026年3月1日起施行，有效期自2026年3月1日至2031年2月28日。",
            "有效期限至二〇三一年二月二十八日止",
        ] {
            assert_eq!(expires(text), Some(date(2031, 2, 28)), "{text}");
        }
        for text in ["有效期5年。", "有效期五年。至2031年2月28日", "有效期满后"] {
            assert_eq!(expires(text), None, "{text}");
        }
    }
}
