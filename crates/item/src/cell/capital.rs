//! Numbers in Chinese numerals, as cheques and tenders have them: 壹仟贰佰肆拾万元整, 叁角, 零, and the everyday forms.

use crate::Decimal;

/// An amount in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) value: Decimal,
    /// Whether the words say 元, 角 or 分.
    pub(crate) yuan: bool,
}

fn digit(c: char) -> Option<u64> {
    let found = match c {
        '零' | '〇' => 0,
        '壹' | '一' | '弌' => 1,
        '贰' | '二' | '貳' | '两' | '兩' => 2,
        '叁' | '三' | '叄' | '參' => 3,
        '肆' | '四' => 4,
        '伍' | '五' => 5,
        '陆' | '六' | '陸' => 6,
        '柒' | '七' => 7,
        '捌' | '八' => 8,
        '玖' | '九' => 9,
        _ => return None,
    };
    Some(found)
}

fn power(c: char) -> Option<u64> {
    let found = match c {
        '拾' | '十' => 10,
        '佰' | '百' => 100,
        '仟' | '千' => 1_000,
        '万' | '萬' => 10_000,
        '亿' | '億' => 100_000_000,
        _ => return None,
    };
    Some(found)
}

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];

/// A number in capital numerals without its zeros: the one form that [`whole`] holds what it read against.
fn spoken(n: u64) -> String {
    let steps = [(100_000_000, '亿'), (10_000, '万'), (1_000, '仟'), (100, '佰'), (10, '拾')];
    for (step, name) in steps {
        if n >= step {
            return format!("{}{name}{}", spoken(n / step), spoken(n % step));
        }
    }
    if n == 0 { String::new() } else { DIGITS[usize::try_from(n).unwrap_or(0)].to_string() }
}

/// The same numerals in the form of [`spoken`]; `None` where a character is no numeral.
fn canonical(text: &str) -> Option<String> {
    let mut found = String::new();
    for c in text.chars() {
        match (digit(c), power(c)) {
            (Some(0), _) => {}
            (Some(n), _) => found.push(DIGITS[usize::try_from(n).ok()?]),
            (None, Some(n)) => found.push(match n {
                10 => '拾',
                100 => '佰',
                1_000 => '仟',
                10_000 => '万',
                _ => '亿',
            }),
            (None, None) => return None,
        }
    }
    if found.starts_with('拾') {
        found.insert(0, '壹');
    }
    Some(found)
}

/// A whole number in numerals; `None` for anything that is not one, such as two digits beside each other.
pub(crate) fn whole(text: &str) -> Option<u64> {
    if text.is_empty() || text.chars().count() > 40 {
        return None;
    }
    let (mut all, mut section, mut pending) = (0_u64, 0_u64, None);
    for c in text.chars() {
        if let Some(n) = digit(c) {
            if n > 0 {
                pending = Some(n);
            }
            continue;
        }
        match power(c)? {
            100_000_000 => {
                all = all.checked_add(section)?.checked_add(pending.take().unwrap_or(0))?.checked_mul(100_000_000)?;
                section = 0;
            }
            10_000 => {
                let wan = section.checked_add(pending.take().unwrap_or(0))?.checked_mul(10_000)?;
                all = all.checked_add(wan)?;
                section = 0;
            }
            step => section = section.checked_add(pending.take().unwrap_or(1).checked_mul(step)?)?,
        }
    }
    let found = all.checked_add(section)?.checked_add(pending.unwrap_or(0))?;
    (canonical(text)? == spoken(found)).then_some(found)
}

/// Digit by digit: 二〇二六.
pub(crate) fn digits(text: &str) -> Option<String> {
    text.chars().map(|c| digit(c).and_then(|n| u32::try_from(n).ok()).and_then(|n| char::from_digit(n, 10))).collect()
}

/// Whether a text without digits is made of numerals: an amount in words rather than words.
pub(crate) fn is_numeral(c: char) -> bool {
    digit(c).is_some() || power(c).is_some()
}

/// The amount of money that words say, in yuan.
pub(crate) fn amount(text: &str) -> Option<Amount> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let text = text.strip_prefix("人民币").unwrap_or(&text).trim_start_matches(':');
    let (negative, text) = text.strip_prefix('负').map_or((false, text), |rest| (true, rest));
    let text = text.trim_end_matches(['整', '正']);
    let at = text.find(['元', '圆', '圓']);
    let (left, right) = match at {
        Some(at) => (&text[..at], text[at..].trim_start_matches(['元', '圆', '圓'])),
        None if text.ends_with(['角', '分']) => ("零", text),
        None => (text, ""),
    };
    let yuan = at.is_some() || !right.is_empty();
    let mut cents = i128::from(whole(left)?).checked_mul(100)?;
    let mut rest = right.trim_start_matches(['零', '〇']);
    for (name, worth) in [('角', 10), ('分', 1)] {
        if let Some((said, after)) = rest.split_once(name) {
            let mut one = said.chars();
            let n = digit(one.next()?)?;
            if one.next().is_some() {
                return None;
            }
            cents = cents.checked_add(i128::from(n) * worth)?;
            rest = after.trim_start_matches(['零', '〇']);
        }
    }
    if !rest.is_empty() {
        return None;
    }
    let cents = if negative { -cents } else { cents };
    Some(Amount { value: Decimal::try_from_i128_with_scale(cents, 2).ok()?.normalize(), yuan })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn yuan(text: &str) -> Option<String> {
        amount(text).map(|found| found.value.to_string())
    }

    #[test]
    fn amounts_in_words_are_exact() {
        for (text, expected) in [
            ("壹仟贰佰肆拾万元整", "12400000"),
            ("人民币壹拾万零伍拾元叁角整", "100050.3"),
            ("叁角", "0.3"),
            ("零", "0"),
            ("零元整", "0"),
            ("玖元零伍分", "9.05"),
            ("贰亿叁仟万圆整", "230000000"),
            ("拾贰万元", "120000"),
            ("一千二百四十万元", "12400000"),
            ("壹万贰仟亿元", "1200000000000"),
            ("负伍佰元", "-500"),
        ] {
            assert_eq!(yuan(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_none() {
        for text in ["", "元", "壹佰佰元", "壹贰元", "五元五", "万元", "十二点五元", "佰壹拾仟元", "叁角叁角"]
        {
            assert_eq!(yuan(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_spoken_is_read(n in 1_u64..1_000_000_000_000) {
            prop_assert_eq!(whole(&spoken(n)), Some(n));
        }
    }
}
