//! Findings in an edition: personal numbers in title, text, summary and every place of every attachment, hidden ones too.
//!
//! They are computed from the text each time, never stored: what is stored is only the decision of an authorised second
//! person to let one through, tied to the found text by digest, so that other text needs another decision.

use documents::Part;
use sha2::{Digest, Sha256};
use sqlx::{Any, Executor, FromRow};
use store::Result;
use text::findings::{Finding, Severity, personal_numbers};

use super::store::{AttachmentRow, EditionRow};

/// A finding in an edition, with what was decided about it.
#[derive(Debug, Clone)]
pub struct Check {
    /// Rule, such as `privacy.id-card`.
    pub rule: String,
    /// Name of the rule in words.
    pub label: &'static str,
    /// Where, in words: 正文, 附件《名单.xlsx》工作表“名单”C12（隐藏）.
    pub place: String,
    /// Masked.
    pub excerpt: String,
    /// What to do.
    pub suggestion: String,
    /// Whether it stops publication while it is not let through.
    pub blocks: bool,
    /// SHA-256 of place and found text.
    pub digest: String,
    /// Who let it through and why, if somebody did.
    pub passed: Option<Passed>,
}

/// A decision to let a finding through.
#[derive(Debug, Clone, FromRow)]
pub struct Passed {
    rule: String,
    digest: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub by_name: String,
    /// When, stored form.
    pub at: String,
}

impl Check {
    /// Whether it stops publication now.
    pub fn stops(&self) -> bool {
        self.blocks && self.passed.is_none()
    }

    /// The class of the panel's line.
    pub fn class(&self) -> &'static str {
        match (self.stops(), self.passed.is_some()) {
            (true, _) => "block",
            (_, true) => "info",
            _ => "warn",
        }
    }
}

/// How many findings stop publication.
pub fn stopping(checks: &[Check]) -> usize {
    checks.iter().filter(|check| check.stops()).count()
}

/// Everything found in an edition and its attachments, with the decisions.
///
/// # Errors
/// When the database fails.
pub(crate) async fn of_edition<'e, E>(executor: E, edition: &EditionRow, files: &[AttachmentRow]) -> Result<Vec<Check>>
where
    E: Executor<'e, Database = Any>,
{
    let mut checks = find(edition, files);
    if checks.is_empty() {
        return Ok(checks);
    }
    let decided: Vec<Passed> =
        sqlx::query_as("SELECT rule, digest, reason, by_name, at FROM finding_override WHERE edition_id = $1")
            .bind(&edition.id)
            .fetch_all(executor)
            .await?;
    for check in &mut checks {
        check.passed = decided.iter().find(|one| one.rule == check.rule && one.digest == check.digest).cloned();
    }
    Ok(checks)
}

/// The findings themselves; pure.
pub(crate) fn find(edition: &EditionRow, files: &[AttachmentRow]) -> Vec<Check> {
    let mut checks = Vec::new();
    for (place, text) in [
        ("标题", edition.title.as_str()),
        ("摘要", &edition.summary),
        ("正文", &edition.body_text),
        ("来源", &edition.source),
        ("修改说明", &edition.note),
        ("发文字号", &edition.document_number),
        ("主题", &edition.topics),
        ("主题词", &edition.keywords),
    ] {
        add(&mut checks, place, text);
    }
    // A number in an address (`tel:…`) or a title is not seen in the text, but it is served.
    for tag in edition.body_html.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or(tag);
        if tag.contains('=') {
            add(&mut checks, "正文中的链接", tag);
        }
    }
    for file in files {
        let name = if file.title.is_empty() { &file.file_name } else { &file.title };
        add(&mut checks, &format!("附件《{name}》文件名"), &file.file_name);
        add(&mut checks, &format!("附件《{name}》标题"), &file.title);
        let parts: Vec<Part> = serde_json::from_str(&file.parts).unwrap_or_default();
        for part in &parts {
            add(&mut checks, &format!("附件《{name}》{}", place_in_words(&part.place)), &part.text);
        }
    }
    checks
}

/// The name of the first thing in a short text that must not be made public as it stands, if there is one.
pub(crate) fn blocking(text: &str) -> Option<&'static str> {
    personal_numbers("", text).iter().find(|finding| finding.severity == Severity::Block).map(label)
}

fn add(checks: &mut Vec<Check>, place: &str, text: &str) {
    let found = personal_numbers(place, text);
    if found.is_empty() {
        return;
    }
    let chars: Vec<char> = text.chars().collect();
    for finding in found {
        let raw: String = chars.get(finding.start..finding.end).unwrap_or_default().iter().collect();
        let digest = hex::encode(Sha256::digest(format!("{place}\0{raw}").as_bytes()));
        // The same number twice in one place is one decision.
        if checks.iter().any(|check| check.digest == digest && check.rule == finding.rule) {
            continue;
        }
        checks.push(Check {
            label: label(&finding),
            blocks: finding.severity == Severity::Block,
            place: place.to_owned(),
            rule: finding.rule,
            excerpt: finding.excerpt,
            suggestion: finding.suggestion,
            digest,
            passed: None,
        });
    }
}

fn label(finding: &Finding) -> &'static str {
    match finding.rule.as_str() {
        "privacy.id-card" => "公民身份号码",
        "privacy.id-card-15" => "疑似15位身份证号码",
        "privacy.mobile" => "手机号码",
        "privacy.bank-card" => "银行卡号",
        _ => "需要核对的内容",
    }
}

/// Places of extracted files in words: `sheet "名单" C12 (hidden)` → 工作表“名单”C12（隐藏）.
pub(crate) fn place_in_words(place: &str) -> String {
    let (place, hidden) = match place.strip_suffix(" (hidden)") {
        Some(rest) => (rest, "（隐藏）"),
        None => (place, ""),
    };
    let words = if let Some(rest) = place.strip_prefix("embedded \"") {
        match rest.split_once("\" ") {
            Some((name, inner)) => format!("内嵌文件“{name}”{}", place_in_words(inner)),
            None => place.to_owned(),
        }
    } else if let Some(rest) = place.strip_prefix("sheet \"") {
        match rest.split_once("\" ") {
            Some((name, cell)) => format!("工作表“{name}”{cell}"),
            None => format!("工作表“{}”", rest.trim_end_matches('"')),
        }
    } else if let Some(rest) = place.strip_prefix("table ") {
        match rest.split_once(" row ") {
            Some((table, row)) => format!("表{table}第{row}行"),
            None => format!("表{rest}"),
        }
    } else {
        simple_place(place)
    };
    format!("{words}{hidden}")
}

fn simple_place(place: &str) -> String {
    const NAMES: [(&str, &str, &str); 9] = [
        ("page ", "第", "页"),
        ("row ", "第", "行"),
        ("header ", "页眉", ""),
        ("footer ", "页脚", ""),
        ("footnote ", "脚注", ""),
        ("comment ", "批注", ""),
        ("deleted text ", "修订中删去的文字", ""),
        ("hidden text ", "隐藏文字", ""),
        ("text box ", "文本框", ""),
    ];
    if place == "body" {
        return "正文".to_owned();
    }
    if let Some(name) = place.strip_prefix("metadata ") {
        return format!("文件属性（{name}）");
    }
    let named = NAMES.iter().find_map(|(prefix, before, after)| {
        place.strip_prefix(prefix).map(|number| format!("{before}{number}{after}"))
    });
    named.unwrap_or_else(|| place.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition(body: &str) -> EditionRow {
        EditionRow { body_text: body.to_owned(), ..EditionRow::default() }
    }

    // From an unassigned division code, with a right check digit: nobody's number.
    const NUMBER: &str = "000000199001010012";

    fn valid_number() -> String {
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = NUMBER.chars().take(17).filter_map(|c| c.to_digit(10)).zip(weights).map(|(d, w)| d * w).sum();
        let check = ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][usize::try_from(sum % 11).expect("small")];
        format!("{}{check}", &NUMBER[..17])
    }

    #[test]
    fn a_hidden_row_of_a_table_blocks_and_is_named() {
        let number = valid_number();
        let parts = serde_json::json!([{"place": "sheet \"名单\" C12 (hidden)", "text": number}]).to_string();
        let file =
            AttachmentRow { title: "名单".into(), file_name: "a.xlsx".into(), parts, ..AttachmentRow::default() };
        let checks = find(&edition("没有号码"), &[file]);
        assert_eq!(checks.len(), 1, "{checks:?}");
        assert!(checks[0].blocks);
        assert_eq!(checks[0].place, "附件《名单》工作表“名单”C12（隐藏）");
        assert!(!checks[0].excerpt.contains(&number[6..14]), "masked");
    }

    #[test]
    fn another_number_at_the_same_place_needs_another_decision() {
        let one = find(&edition("联系人 13800138000"), &[]);
        let two = find(&edition("联系人 13900139000"), &[]);
        assert_eq!((one.len(), two.len()), (1, 1));
        assert_ne!(one[0].digest, two[0].digest);
    }

    #[test]
    fn a_number_in_a_link_is_found_although_the_text_does_not_show_it() {
        let html = "<p><a href=\"tel:13800138000\" rel=\"noopener\">联系我们</a></p>".to_owned();
        let checks = find(&EditionRow { body_html: html, ..edition("联系我们") }, &[]);
        assert_eq!(checks.len(), 1, "{checks:?}");
        assert_eq!((checks[0].place.as_str(), checks[0].blocks), ("正文中的链接", true));
    }

    #[test]
    fn places_are_told_in_words() {
        assert_eq!(place_in_words("page 3"), "第3页");
        assert_eq!(place_in_words("table 2 row 5"), "表2第5行");
        assert_eq!(place_in_words("embedded \"a.docx\" comment 1"), "内嵌文件“a.docx”批注1");
        assert_eq!(place_in_words("metadata author"), "文件属性（author）");
    }
}
