//! Shapes of texts: credit codes with their check digit (GB 32100-2015), and the brackets in numbers of documents.

/// The characters of a credit code in the order of their values; I, O, S, V, Z are not used.
const SIGNS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The check character that the first 17 ask for; `None` when they are not 17 such characters.
fn asked(code: &[u8]) -> Option<char> {
    if code.len() != 17 {
        return None;
    }
    let mut weight = 1_usize;
    let mut sum = 0_usize;
    for sign in code {
        let value = SIGNS.iter().position(|known| known == sign)?;
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    SIGNS.get((31 - sum % 31) % 31).map(|sign| char::from(*sign))
}

/// What is wrong with a credit code; `None` = nothing.
pub(crate) fn credit_code(code: &str) -> Option<String> {
    let upper = code.trim().to_ascii_uppercase();
    let length = upper.chars().count();
    if length != 18 {
        return Some(format!("统一社会信用代码应为 18 位，这里是 {length} 位"));
    }
    if let Some(wrong) = upper.chars().find(|sign| !sign.is_ascii() || !SIGNS.contains(&(*sign as u8))) {
        return Some(format!("统一社会信用代码中没有“{wrong}”（不用 I、O、S、V、Z）"));
    }
    let (body, last) = upper.as_bytes().split_at(17);
    let asked = asked(body)?;
    let last = last.first().map_or(' ', |sign| char::from(*sign));
    (asked != last).then(|| format!("校验码不符：末位是“{last}”，按前 17 位应为“{asked}”"))
}

/// The number with 〔〕 around its year, where it has other brackets; `None` = nothing to mend.
pub(crate) fn number_brackets(number: &str) -> Option<String> {
    let signs: Vec<char> = number.chars().collect();
    let year = |at: usize| {
        let inside = signs.get(at + 1..at + 5)?;
        let is_year = inside.iter().all(char::is_ascii_digit) && matches!(inside.first(), Some('1' | '2'));
        is_year.then_some(at + 5)
    };
    let opens = |sign: char| matches!(sign, '(' | '（' | '[' | '［' | '【' | '﹝' | '{');
    let closes = |sign: char| matches!(sign, ')' | '）' | ']' | '］' | '】' | '﹞' | '}');
    let mut mended = signs.clone();
    let mut changed = false;
    for (at, sign) in signs.iter().enumerate() {
        let Some(end) = year(at) else { continue };
        let Some(after) = signs.get(end) else { continue };
        let (wrong_left, wrong_right) = (opens(*sign), closes(*after));
        // One side right and the other wrong is wrong, too.
        let pair = (wrong_left && (wrong_right || *after == '〕')) || (wrong_right && *sign == '〔');
        if pair {
            mended[at] = '〔';
            mended[end] = '〕';
            changed = true;
        }
    }
    changed.then(|| mended.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credit_code_is_told_by_its_last_character() {
        let body = "11000000MB1234567";
        let last = asked(body.as_bytes()).expect("a check character");
        assert_eq!(credit_code(&format!("{body}{last}")), None);
        let other = if last == '0' { '1' } else { '0' };
        let told = credit_code(&format!("{body}{other}")).expect("a fault");
        assert!(told.contains(&format!("应为“{last}”")), "{told}");
        assert!(credit_code("1234").is_some_and(|told| told.contains("4 位")));
        assert!(credit_code("11000000MB12345O71").is_some_and(|told| told.contains("“O”")));
    }

    #[test]
    fn other_brackets_around_a_year_are_mended() {
        for wrong in
            ["青环许(2026)3号", "青环许（2026）3号", "青环许[2026]3号", "青环许【2026】3号", "青环许〔2026)3号"]
        {
            assert_eq!(number_brackets(wrong).as_deref(), Some("青环许〔2026〕3号"), "{wrong}");
        }
        for right in ["青环许〔2026〕3号", "青环许2026第3号", "青（城）许〔2026〕3号", "JY1(12)3", ""]
        {
            assert_eq!(number_brackets(right), None, "{right}");
        }
    }
}
