//! What is written in an edition: the form's fields, made uniform for storage, and what must be there before submission.
//!
//! A draft may be incomplete and even wrong; nothing typed is ever thrown away. [`missing`] judges at submission.

use jiff::{Timestamp, civil::Time};
use kernel::time;
use serde::{Deserialize, Serialize};
use web::FormErrors;

use super::store::{DocumentRow, EditionRow};
use crate::{
    kinds::{ClosedReason, Disclosure, Kind, Validity},
    sql::{join_words, split_words, typed_words},
};

/// The form of the editor, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the columns of the same names are described in the migration")]
pub struct Fields {
    pub title: String,
    pub body_html: String,
    pub summary: String,
    pub document_number: String,
    pub written_on: String,
    pub effective_on: String,
    pub expires_on: String,
    pub validity: String,
    pub topics: String,
    pub keywords: String,
    pub source: String,
    pub disclosure: String,
    pub disclosure_reason: String,
    pub publish_at: String,
    pub note: String,
    pub column: String,
    pub kind: String,
    pub interprets: String,
    /// Version of the edition that the person saw.
    pub version: i64,
    /// Token of the form.
    pub once: String,
}

/// Reads a moment as clerks write it: `2026-05-06 9:00`, `2026年5月6日9时`, a date alone (then 8:30 in the morning).
pub fn parse_moment(input: &str) -> Option<Timestamp> {
    let input = input.trim().replace('：', ":").replace('T', " ");
    let (date, clock) = match input.split_once('日') {
        Some((date, clock)) => (format!("{date}日"), clock.trim().to_owned()),
        None => match input.split_once(char::is_whitespace) {
            Some((date, clock)) => (date.to_owned(), clock.trim().to_owned()),
            None => (input.clone(), String::new()),
        },
    };
    let date = time::parse_date(&date)?;
    let clock = clock.replace('时', ":").replace('分', "");
    let mut parts = clock.split(':').map(str::trim).filter(|part| !part.is_empty());
    let hour: i8 = parts.next().map_or(Some(8), |part| part.parse().ok())?;
    let minute: i8 = match parts.next() {
        Some(part) => part.parse().ok()?,
        None if clock.is_empty() => 30,
        None => 0,
    };
    let at = date.to_datetime(Time::new(hour, minute, 0, 0).ok()?);
    at.to_zoned_datetime(time::china()).ok().map(|zoned| zoned.timestamp())
}

/// A date in stored form; what is no date stays as typed, so that it can be corrected.
fn date(input: &str) -> String {
    time::parse_date(input).map_or_else(|| short(input, 20), |date| date.to_string())
}

fn moment(input: &str) -> String {
    parse_moment(input).map_or_else(|| short(input, 30), time::to_db)
}

/// One line without control characters, at most `limit` characters.
fn short(input: &str, limit: usize) -> String {
    let line: String = input.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().chars().take(limit).collect()
}

impl Fields {
    /// The form filled from what is stored.
    pub fn from_rows(document: &DocumentRow, edition: &EditionRow) -> Self {
        let publish_at = match time::from_db(&edition.publish_at) {
            Some(_) => time::show_minute(&edition.publish_at),
            None => edition.publish_at.clone(),
        };
        Self {
            title: edition.title.clone(),
            body_html: edition.body_html.clone(),
            summary: edition.summary.clone(),
            document_number: edition.document_number.clone(),
            written_on: edition.written_on.clone(),
            effective_on: edition.effective_on.clone(),
            expires_on: edition.expires_on.clone(),
            validity: edition.validity.clone(),
            topics: split_words(&edition.topics).join("、"),
            keywords: split_words(&edition.keywords).join("、"),
            source: edition.source.clone(),
            disclosure: edition.disclosure.clone(),
            disclosure_reason: edition.disclosure_reason.clone(),
            publish_at,
            note: edition.note.clone(),
            column: document.column_slug.clone(),
            kind: document.kind.clone(),
            interprets: document.interprets.clone(),
            version: edition.version,
            once: String::new(),
        }
    }

    /// The edition and document with these fields in stored form. Column, kind and what it interprets are taken only
    /// while the document was never public, because its address and lists hang on them.
    pub fn apply(&self, document: &DocumentRow, edition: &EditionRow) -> (DocumentRow, EditionRow) {
        let known = |value: &str, known: bool| if known { value.to_owned() } else { String::new() };
        // What does not change is not written anew: cleaning twice gives the same text.
        let body_html = if self.body_html == edition.body_html {
            edition.body_html.clone()
        } else {
            web::rich::sanitize(&self.body_html)
        };
        let mut next = EditionRow {
            title: short(&self.title, 300),
            body_text: documents::html::to_text(&body_html),
            body_html,
            summary: self.summary.replace('\r', "").trim().chars().take(1000).collect(),
            document_number: short(&self.document_number, 100),
            written_on: date(&self.written_on),
            effective_on: date(&self.effective_on),
            expires_on: date(&self.expires_on),
            validity: known(&self.validity, Validity::from_code(&self.validity).is_some()),
            topics: join_words(&typed_words(&self.topics)),
            keywords: join_words(&typed_words(&self.keywords)),
            source: short(&self.source, 100),
            disclosure: known(&self.disclosure, Disclosure::from_code(&self.disclosure).is_some()),
            disclosure_reason: known(
                &self.disclosure_reason,
                ClosedReason::from_code(&self.disclosure_reason).is_some(),
            ),
            publish_at: moment(&self.publish_at),
            note: self.note.replace('\r', "").trim().chars().take(1000).collect(),
            ..edition.clone()
        };
        if next.disclosure != "closed" {
            next.disclosure_reason = String::new();
        }
        let mut about = document.clone();
        if document.first_published_at.is_empty() {
            if !self.column.is_empty() {
                about.column_slug = short(&self.column, 60);
            }
            if Kind::from_code(&self.kind).is_some() {
                about.kind = self.kind.clone();
            }
            about.interprets = short(&self.interprets, 32);
        }
        (about, next)
    }
}

/// Whether both hold the same text and data.
pub fn same(a: (&DocumentRow, &EditionRow), b: (&DocumentRow, &EditionRow)) -> bool {
    let about = |d: &DocumentRow| (d.column_slug.clone(), d.kind.clone(), d.interprets.clone());
    let text = |e: &EditionRow| {
        [
            &e.title,
            &e.body_html,
            &e.summary,
            &e.document_number,
            &e.written_on,
            &e.effective_on,
            &e.expires_on,
            &e.validity,
            &e.topics,
            &e.keywords,
            &e.source,
            &e.disclosure,
            &e.disclosure_reason,
            &e.publish_at,
            &e.note,
        ]
        .map(Clone::clone)
    };
    about(a.0) == about(b.0) && text(a.1) == text(b.1)
}

/// What must be corrected before the edition can be submitted, field by field.
pub fn missing(document: &DocumentRow, edition: &EditionRow, now: Timestamp) -> FormErrors {
    let mut errors = FormErrors::new();
    errors.require(!edition.title.is_empty(), "title", "请填写标题，例如“青禾县养老服务补贴办法”。");
    errors.require(
        !edition.body_text.trim().is_empty(),
        "body_html",
        "请填写正文。只发附件的，正文写明附件是什么，例如“现公布……，见附件”。",
    );
    for (field, label, value) in [
        ("written_on", "成文日期", &edition.written_on),
        ("effective_on", "施行日期", &edition.effective_on),
        ("expires_on", "有效期至", &edition.expires_on),
    ] {
        let fine = value.is_empty() || value.parse::<jiff::civil::Date>().is_ok();
        let message = format!("{label}“{value}”不是一个存在的日期，请按年-月-日填写，例如 2026-03-05。");
        errors.require(fine, field, &message);
    }
    if edition.effective_on.len() == 10 && edition.expires_on.len() == 10 && edition.expires_on < edition.effective_on {
        errors.add("expires_on", "请核对有效期：截止日期不能早于施行日期。");
    }
    let kind = document.kind();
    if kind == Kind::Policy {
        errors.require(!edition.validity.is_empty(), "validity", "请选择有效性，例如“有效”。");
        errors.require(!edition.written_on.is_empty(), "written_on", "请填写成文日期，例如 2026-03-05。");
    }
    match Disclosure::from_code(&edition.disclosure) {
        None => errors.add("disclosure", "请选择公开属性，例如“主动公开”。"),
        Some(Disclosure::Closed) if edition.disclosure_reason.is_empty() => {
            errors.add("disclosure_reason", "请选择不予公开的法定理由（条例第十四条至第十六条）。");
        }
        Some(_) => {}
    }
    if !edition.publish_at.is_empty() {
        match time::from_db(&edition.publish_at) {
            None => errors
                .add("publish_at", "请按“年-月-日 时:分”填写发布时间，例如 2026-03-05 09:00；通过审核就发布的，留空。"),
            Some(at) if at > now + jiff::SignedDuration::from_hours(24 * 366) => {
                errors.add("publish_at", "请核对发布时间：定时发布不能超过一年。");
            }
            Some(_) => {}
        }
    }
    if edition.number > 1 {
        errors.require(
            !edition.note.is_empty(),
            "note",
            "请写明这一版改了什么，例如“更正第三条中的金额”。读者会看到。",
        );
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_the_forms_that_clerks_write() {
        for (form, stored) in [
            ("2026-05-06 9:00", "2026-05-06T01:00:00.000Z"),
            ("2026-05-06T09:00", "2026-05-06T01:00:00.000Z"),
            ("2026年5月6日9时", "2026-05-06T01:00:00.000Z"),
            ("2026年5月6日 14时30分", "2026-05-06T06:30:00.000Z"),
            ("2026-05-06", "2026-05-06T00:30:00.000Z"),
        ] {
            assert_eq!(parse_moment(form).map(time::to_db).as_deref(), Some(stored), "{form}");
        }
        assert_eq!(parse_moment("明天"), None);
    }

    #[test]
    fn what_cannot_be_read_is_kept_and_named_at_submission() {
        let fields =
            Fields {
                written_on: "三月五日".into(), title: "甲".into(), kind: "policy".into(), ..Fields::default()
            };
        let (document, edition) = fields.apply(&DocumentRow::default(), &EditionRow::default());
        assert_eq!(edition.written_on, "三月五日");
        let errors = missing(&document, &edition, Timestamp::UNIX_EPOCH);
        for field in ["body_html", "written_on", "validity", "disclosure"] {
            assert!(errors.of(field).is_some(), "{field}");
        }
        assert!(errors.of("title").is_none());
    }

    #[test]
    fn saving_what_was_loaded_changes_nothing() {
        let fields = Fields {
            title: "甲".into(),
            body_html: "<p>一<script>x</script></p>".into(),
            topics: "教育、就业".into(),
            publish_at: "2026-05-06 9:00".into(),
            column: "news".into(),
            kind: "news".into(),
            ..Fields::default()
        };
        let (document, edition) = fields.apply(&DocumentRow::default(), &EditionRow::default());
        assert!(!edition.body_html.contains("script"));
        let again = Fields::from_rows(&document, &edition).apply(&document, &edition);
        assert!(same((&document, &edition), (&again.0, &again.1)));
    }

    #[test]
    fn the_column_of_a_public_document_stays() {
        let public = DocumentRow {
            column_slug: "policies".into(),
            kind: "policy".into(),
            first_published_at: "2026-01-01T00:00:00.000Z".into(),
            ..DocumentRow::default()
        };
        let fields =
            Fields { column: "news".into(), kind: "news".into(), interprets: "other".into(), ..Fields::default() };
        let (document, _) = fields.apply(&public, &EditionRow::default());
        assert_eq!((document.column_slug.as_str(), document.kind.as_str()), ("policies", "policy"));
        assert_eq!(document.interprets, "", "a draft of a correction changes no public page");
    }
}
