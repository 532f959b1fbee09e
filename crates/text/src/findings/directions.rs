//! Characters that nobody sees and that turn the text behind them around (UAX #9): what a reader sees is not what the text says, and
//! `txt.exe` shows as `exe.txt`.

use super::{Finding, Gate, Severity};

/// Finds them, one for each line of a text; `part` says where the text came from and is copied into each finding.
pub fn directions(part: &str, text: &str) -> Vec<Finding> {
    const SHOWN: usize = 12;
    let chars: Vec<char> = text.chars().collect();
    let mut found: Vec<Finding> = Vec::new();
    let mut told = false;
    for (start, c) in chars.iter().enumerate() {
        told &= *c != '\n';
        if told || !turns(*c) {
            continue;
        }
        told = true;
        let behind = chars[start..].iter().take_while(|c| **c != '\n').filter(|c| !fold::is_unseen(**c));
        found.push(Finding {
            rule: "wording.direction".into(),
            gate: Gate::Wording,
            severity: Severity::Warn,
            part: part.to_owned(),
            start,
            end: start + 1,
            excerpt: behind.take(SHOWN).collect(),
            suggestion: "这里有看不见、会改变文字前后顺序的字符，读者看到的与实际内容不同。请删去这几个字，重新输入。"
                .into(),
            replacement: None,
        });
    }
    found
}

/// Embeddings, overrides and isolates.
pub(super) fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::directions;

    #[test]
    fn what_turns_the_text_is_named_once_a_line() {
        let found = directions("body", "关于\u{202e}做好公示\u{202c}的通知\n正文\n\u{2066}甲\u{2069}");
        let told: Vec<(usize, &str)> = found.iter().map(|one| (one.start, one.excerpt.as_str())).collect();
        assert_eq!(told, [(2, "做好公示的通知"), (15, "甲")]);
        assert!(directions("body", "关于做好公示的通知\u{200b}，阿依古丽·买买提").is_empty());
    }
}
