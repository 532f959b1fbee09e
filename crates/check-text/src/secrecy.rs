//! 保密审查: marks by which a text says itself that it is not for the public, wherever they stand in it (`doc_layout::marks`).

use doc_layout::Closed;
use text::findings::{Finding, Severity};

use crate::places::found;

/// Finds them. `chars` are the characters of `text`.
pub(crate) fn look(part: &str, text: &str, chars: &[char]) -> Vec<Finding> {
    let lines: Vec<&str> = text.split('\n').collect();
    // Cells of a list tell of other texts.
    let told: Vec<&str> = lines.iter().map(|line| if line.contains('\t') { "" } else { *line }).collect();
    let marks = doc_layout::marks(&told);
    let (mut all, mut begin, mut next) = (Vec::new(), 0, 0);
    for mark in marks {
        while next < mark.line {
            begin += lines[next].chars().count() + 1;
            next += 1;
        }
        let place = (begin + mark.place.start, begin + mark.place.end);
        let mut one = found("privacy.secret", part, chars, place, suggestion(mark.closed).to_owned(), None);
        if !mark.certain || !mark.closed.bars() {
            one.severity = Severity::Warn;
        }
        all.push(one);
    }
    all
}

fn suggestion(closed: Closed) -> &'static str {
    match closed {
        Closed::Secret => "这是密级标识。没有解密的不得公开；已经解密的，请删去标识，写明解密依据。",
        Closed::Withheld => "文中写明不公开。请核对能否公开；现在可以公开的，请删去这一标识，写明依据。",
        Closed::OnRequest => "文中写明依申请公开。请核对能否主动公开；可以的，请删去这一标识。",
        Closed::Internal => "文中写明是内部材料。请核对能否公开；可以的，请删去这一标识。",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_says_it_is_not_for_the_public_is_stopped() {
        let said = |text: &str| -> Vec<(String, Severity)> {
            let chars: Vec<char> = text.chars().collect();
            look("", text, &chars).into_iter().map(|one| (one.excerpt, one.severity)).collect()
        };
        let text = |line: &str| format!("关于开展检查的通知\n各乡镇：\n请开展检查。\n2024年5月20日\n{line}");
        for (line, excerpt, severity) in [
            ("（此件不公开）", "此件不公开", Severity::Block),
            ("秘密★1年", "秘密★1年", Severity::Block),
            ("公开属性：不予公开", "公开属性：不予公开", Severity::Block),
            ("此件依申请公开", "此件依申请公开", Severity::Warn),
            ("内部使用", "内部使用", Severity::Warn),
        ] {
            assert_eq!(said(&text(line)), [(excerpt.to_owned(), severity)], "{line}");
        }
        assert!(said(&text("（此件公开发布）")).is_empty());
        assert_eq!(said("秘密"), [("秘密".to_owned(), Severity::Warn)]);
        assert_eq!(said("　　内部资料　注意保存"), [("内部资料　注意保存".to_owned(), Severity::Warn)]);
        for text in ["序号\t密级\n1\t秘密", "内部资料性出版物管理办法", "秘密级文件的保管，由各单位负责。"]
        {
            assert!(said(text).is_empty(), "{text}");
        }
    }
}
