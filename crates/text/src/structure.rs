//! Small readers for the parts of official documents that several crates need.

/// The first document number (发文字号, GB/T 9704 7.2.5) in a text: `机关代字〔YYYY〕N号`, without leading zeros and `第`.
///
/// In running text the words that usually precede a number (`根据`, `印发`) are not taken for part of it.
pub fn document_number(text: &str) -> Option<&str> {
    text.match_indices('〔').find_map(|(open, _)| number_at(text, open))
}

const LONGEST_CODE: usize = 20;

fn number_at(text: &str, open: usize) -> Option<&str> {
    let rest = &text[open + '〔'.len_utf8()..];
    let (year, rest) = rest.split_once('〕')?;
    let is_year = year.len() == 4 && (year.starts_with("19") || year.starts_with("20"));
    let digits = rest.bytes().take(6).take_while(u8::is_ascii_digit).count();
    let is_number = (1..=5).contains(&digits) && !rest.starts_with('0') && rest[digits..].starts_with('号');
    if !is_year || !year.bytes().all(|b| b.is_ascii_digit()) || !is_number {
        return None;
    }
    let end = text.len() - rest.len() + digits + '号'.len_utf8();
    let start = text[..open].char_indices().rev().take(LONGEST_CODE).take_while(|&(_, c)| is_han(c)).last()?.0;
    let code = strip_lead_in(&text[start..open]);
    (!code.is_empty()).then(|| &text[open - code.len()..end])
}

fn strip_lead_in(mut code: &str) -> &str {
    const LEAD_INS: [&str; 12] =
        ["根据", "按照", "依据", "参照", "印发", "转发", "执行", "落实", "以及", "详见", "见", "和"];
    for word in LEAD_INS {
        if let Some((_, after)) = code.rsplit_once(word)
            && !after.is_empty()
        {
            code = after;
        }
    }
    code
}

/// Whether a character is a Han ideograph of the basic block or extension A.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '〇')
}

/// At most `max_chars` characters of a text on one line, ending with `…` when something was cut off.
///
/// Prefers to end at a sentence in the second half of what fits.
pub fn plain_excerpt(text: &str, max_chars: usize) -> String {
    let mut flat = String::new();
    let mut count = 0;
    let mut gap = false;
    let mut sentence_end = None;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = !flat.is_empty();
            continue;
        }
        // a line break between Han characters is no space
        let spaced = gap && !(is_wide(c) && flat.chars().next_back().is_some_and(is_wide));
        gap = false;
        if count + 1 + usize::from(spaced) > max_chars {
            return cut(flat, sentence_end, max_chars, count);
        }
        if spaced {
            flat.push(' ');
            count += 1;
        }
        flat.push(c);
        count += 1;
        if "。！？；".contains(c) && count * 2 >= max_chars {
            sentence_end = Some(flat.len());
        }
    }
    flat
}

fn is_wide(c: char) -> bool {
    u32::from(c) >= 0x2e80
}

fn cut(mut flat: String, sentence_end: Option<usize>, max_chars: usize, count: usize) -> String {
    if let Some(end) = sentence_end {
        flat.truncate(end);
    } else if count >= max_chars {
        flat.pop();
    }
    if max_chars > 0 && sentence_end.is_none_or(|end| flat[..end].chars().count() < max_chars) {
        flat.push('…');
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_numbers() {
        let check = |text: &str, expect: Option<&str>| assert_eq!(document_number(text), expect, "{text}");
        check("青禾府办发〔2019〕11号", Some("青禾府办发〔2019〕11号"));
        check("根据国办发〔2018〕23号和青府发〔2019〕3号", Some("国办发〔2018〕23号"));
        check("（国办秘函〔2019〕19号）", Some("国办秘函〔2019〕19号"));
        check("青禾府办发[2019]11号", None);
        check("青禾府办发〔2019〕011号", None);
        check("青禾府办发〔2019〕第11号", None);
        check("青禾府办发〔219〕11号", None);
        check("〔2019〕11号", None);
        check("青府发〔2019〕123456号", None);
        check("", None);
    }

    #[test]
    fn excerpts() {
        let check = |text: &str, max, expect: &str| assert_eq!(plain_excerpt(text, max), expect, "{text} {max}");
        check("  第一行\n 第二行 ", 20, "第一行第二行");
        check("two\n words", 20, "two words");
        check("一二三四五六七八九十", 5, "一二三四…");
        check("一二三。四五六七八", 6, "一二三。…");
        check("一二三四五", 5, "一二三四五");
        check("一二", 0, "");
    }

    #[test]
    fn excerpts_keep_their_length() {
        for text in ["一二三。四五。六七八", "a b c d e", "。。。。"] {
            for max in 0..12 {
                assert!(plain_excerpt(text, max).chars().count() <= max, "{text} {max}");
            }
        }
    }
}
