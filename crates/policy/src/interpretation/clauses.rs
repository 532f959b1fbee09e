//! Which clause (条) of a policy a sentence speaks of: 第三条, 第十二条之一, 第3条.

/// Number of an article and of what was inserted behind it: (3, 0), (12, 1).
pub type Ordinal = (u32, u32);

/// A Chinese or Arabic numeral below ten thousand.
fn numeral(text: &str) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    if text.chars().all(|c| c.is_ascii_digit()) {
        return text.parse().ok().filter(|number| *number > 0 && *number < 10_000);
    }
    let (mut whole, mut digit) = (0_u32, 0_u32);
    for c in text.chars() {
        let value = match c {
            '零' | '〇' => 0,
            '一' => 1,
            '二' | '两' => 2,
            '三' => 3,
            '四' => 4,
            '五' => 5,
            '六' => 6,
            '七' => 7,
            '八' => 8,
            '九' => 9,
            '十' | '百' | '千' => {
                let unit = match c {
                    '十' => 10,
                    '百' => 100,
                    _ => 1000,
                };
                whole += digit.max(1) * unit;
                digit = 0;
                continue;
            }
            _ => return None,
        };
        digit = value;
    }
    Some(whole + digit).filter(|number| *number > 0)
}

/// Characters of which numerals are made.
fn is_numeral(c: char) -> bool {
    c.is_ascii_digit() || "零〇一二两三四五六七八九十百千".contains(c)
}

/// The clauses that a text names, in order, each once.
pub(crate) fn ordinals(text: &str) -> Vec<Ordinal> {
    let mut found: Vec<Ordinal> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('第') {
        rest = &rest[at + '第'.len_utf8()..];
        let end = rest.find(|c: char| !is_numeral(c)).unwrap_or(rest.len());
        let (number, behind) = rest.split_at(end);
        // 第三条、第三款: a paragraph belongs to the clause that was named before it.
        let Some(behind) = behind.strip_prefix('条') else { continue };
        let Some(first) = numeral(number) else { continue };
        let inserted = behind.strip_prefix('之').and_then(|more| {
            let end = more.find(|c: char| !is_numeral(c)).unwrap_or(more.len());
            numeral(&more[..end])
        });
        let one = (first, inserted.unwrap_or(0));
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_read_however_they_are_written() {
        assert_eq!(ordinals("第三条规定，第十二条之一和第21条、第二百零五条。"), [(3, 0), (12, 1), (21, 0), (205, 0)]);
        assert_eq!(ordinals("第三条第二款；又见第三条"), [(3, 0)]);
        assert!(ordinals("第三章、第一次、第条、第几条").is_empty());
        assert_eq!(ordinals("第十条"), [(10, 0)]);
    }
}
