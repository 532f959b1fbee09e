//! Which clause (条) of a policy a sentence speaks of: 第三条, 第十二条之一, 第3条; of notices without clauses which numbered part
//! (一、…): 第三项, 第三点, 第三部分.

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

/// Stands for what was inserted behind, of a numbered part that is no clause.
pub(crate) const PART: u32 = u32::MAX;

/// The number with which a line begins, as written and as a number: 三、.
pub(crate) fn marker(line: &str) -> Option<(&str, u32)> {
    let end = line.find('、')?;
    let (number, _) = line.split_at(end);
    let chinese = !number.is_empty() && number.chars().all(|c| "一二三四五六七八九十".contains(c));
    Some((&line[..end + '、'.len_utf8()], numeral(number).filter(|_| chinese)?))
}

/// The numbered parts that a text names, each with [`PART`].
pub(crate) fn parts(text: &str) -> Vec<Ordinal> {
    let mut found: Vec<Ordinal> = Vec::new();
    for rest in text.split('第').skip(1) {
        let end = rest.find(|c: char| !is_numeral(c)).unwrap_or(rest.len());
        let (number, behind) = rest.split_at(end);
        let named = ["项", "点", "部分"].iter().any(|word| behind.starts_with(word));
        if let Some(number) = numeral(number).filter(|_| named)
            && !found.contains(&(number, PART))
        {
            found.push((number, PART));
        }
    }
    found
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

    #[test]
    fn parts_of_notices_are_read_too() {
        assert_eq!(parts("通知第二项和第三部分"), [(2, PART), (3, PART)]);
        assert!(parts("第二条第三款").is_empty());
        assert_eq!(marker("二、集中缴费期：下月"), Some(("二、", 2)));
        assert_eq!(marker("十二、其他"), Some(("十二、", 12)));
        assert!(marker("缴费、待遇").is_none() && marker("各乡镇：").is_none());
    }
}
