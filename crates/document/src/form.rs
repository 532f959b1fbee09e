//! What is typed into the form of an edition, and what must be there before it is submitted.
//!
//! A draft may be incomplete and even wrong; nothing typed is ever thrown away. [`Draft::missing`] judges at submission.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Time};
use kernel::{
    id::{ColumnId, DocumentId},
    time,
};

use crate::{
    house::House,
    rows::{DocumentRow, EditionRow, Whole},
    spec::{Kind, KindSpec, RelationSpec},
    values::{Values, line, lines},
};

/// 公开属性, approved together with the text (国办发〔2016〕80号): code and label. Only the first is published.
pub const DISCLOSURES: [(&str, &str); 3] = [("open", "主动公开"), ("on_request", "依申请公开"), ("closed", "不予公开")];

/// Why something is not disclosed (条例 Art. 14–16; what is none of these is disclosed, Art. 13): code and label.
pub const CLOSED_REASONS: [(&str, &str); 7] = [
    ("art14_secret", "第十四条：依法确定为国家秘密"),
    ("art14_forbidden", "第十四条：法律、行政法规禁止公开"),
    ("art14_safety", "第十四条：公开后可能危及国家安全、公共安全、经济安全、社会稳定"),
    ("art15_third_party", "第十五条：涉及商业秘密、个人隐私等，公开会损害第三方合法权益"),
    ("art16_internal", "第十六条：内部事务信息"),
    ("art16_process", "第十六条：过程性信息"),
    ("art16_case_file", "第十六条：行政执法案卷信息"),
];

/// The label of a disclosure attribute; empty when there is none.
pub fn disclosure_label(code: &str) -> &'static str {
    DISCLOSURES.iter().find(|(known, _)| *known == code).map_or("", |(_, label)| label)
}

/// Most characters of a title.
pub const LONGEST_TITLE: usize = 300;
/// Most characters of the note on what changed.
pub const LONGEST_NOTE: usize = 1000;

/// The form as typed. Fields of the kind and ties stand under their keys; one that the form did not have is not there, and
/// stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// 标题.
    pub title: String,
    /// 正文.
    pub body_html: String,
    /// What changed against the edition before.
    pub note: String,
    /// 公开属性.
    pub disclosure: String,
    /// Why it is closed.
    pub disclosure_reason: String,
    /// Wanted moment of publication.
    pub publish_at: String,
    /// Slug of the column; empty = as it is.
    pub column: String,
    /// Key of the kind; empty = as it is.
    pub kind: String,
    /// Version of the edition that the person saw.
    pub version: i64,
    /// Token of the form.
    pub once: String,
    /// Fields and ties by their keys.
    pub more: BTreeMap<String, String>,
}

impl Typed {
    /// Reads the pairs of a form.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut typed = Self::default();
        for (key, value) in pairs {
            let place = match key.as_str() {
                "title" => &mut typed.title,
                "body_html" => &mut typed.body_html,
                "note" => &mut typed.note,
                "disclosure" => &mut typed.disclosure,
                "disclosure_reason" => &mut typed.disclosure_reason,
                "publish_at" => &mut typed.publish_at,
                "column" => &mut typed.column,
                "kind" => &mut typed.kind,
                "once" => &mut typed.once,
                "version" => {
                    typed.version = value.trim().parse().unwrap_or(0);
                    continue;
                }
                _ => typed.more.entry(key).or_default(),
            };
            *place = value;
        }
        typed
    }

    /// The form filled from what is stored.
    pub fn from_whole(house: &House, whole: &Whole) -> Self {
        let edition = &whole.edition;
        let publish_at = match time::from_db(&edition.publish_at) {
            Some(_) => time::show_minute(&edition.publish_at),
            None => edition.publish_at.clone(),
        };
        let mut more: BTreeMap<String, String> =
            house.kinds.facets().iter().map(|facet| (facet.key.to_owned(), whole.values.typed(facet))).collect();
        for relation in house.kinds.relations() {
            let to = whole.related(relation.key).map(|id| id.to_string()).unwrap_or_default();
            more.insert(relation.key.to_owned(), to);
        }
        Self {
            title: edition.title.clone(),
            body_html: whole.text.body_html.clone(),
            note: edition.note.clone(),
            disclosure: edition.disclosure.clone(),
            disclosure_reason: edition.disclosure_reason.clone(),
            publish_at,
            column: whole.document.column.to_string(),
            kind: whole.document.kind.clone(),
            version: edition.version,
            once: String::new(),
            more,
        }
    }

    /// Its fields by the names that they have in the form, but for version and token.
    pub fn pairs(&self) -> BTreeMap<&str, &str> {
        let more = self.more.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let own = [
            ("title", &self.title),
            ("body_html", &self.body_html),
            ("note", &self.note),
            ("disclosure", &self.disclosure),
            ("disclosure_reason", &self.disclosure_reason),
            ("publish_at", &self.publish_at),
            ("column", &self.column),
            ("kind", &self.kind),
        ];
        own.into_iter().map(|(key, value)| (key, value.as_str())).chain(more).collect()
    }

    /// What was typed under a key.
    pub fn more(&self, key: &str) -> &str {
        self.more.get(key).map_or("", String::as_str)
    }
}

/// An edition in stored form, with what its document says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Column of the document.
    pub column: ColumnId,
    /// Kind of the document.
    pub kind: Kind,
    /// 标题.
    pub title: String,
    /// As typed; it is cleaned when it is stored.
    pub body_html: String,
    /// Whether there are words in it.
    pub has_text: bool,
    /// What changed against the edition before.
    pub note: String,
    /// 公开属性.
    pub disclosure: String,
    /// Why it is closed.
    pub disclosure_reason: String,
    /// Wanted moment, stored form; what is no moment stays as typed.
    pub publish_at: String,
    /// Fields.
    pub values: Values,
    /// Ties: key and where they lead, in order.
    pub relations: Vec<(&'static RelationSpec, DocumentId)>,
}

impl Draft {
    /// The draft that is stored.
    ///
    /// # Errors
    /// When nobody declares the kind of the document.
    pub fn of(house: &House, whole: &Whole) -> crate::error::Result<Self> {
        let spec = |row: &crate::rows::RelationRow| {
            let known = house.kinds.relations().into_iter().find(|relation| relation.key == row.kind)?;
            Some((known, row.to_document.clone()))
        };
        Ok(Self {
            column: whole.document.column.clone(),
            kind: house.kind_of(&whole.document)?,
            title: whole.edition.title.clone(),
            body_html: whole.text.body_html.clone(),
            has_text: !whole.text.body_text.trim().is_empty(),
            note: whole.edition.note.clone(),
            disclosure: whole.edition.disclosure.clone(),
            disclosure_reason: whole.edition.disclosure_reason.clone(),
            publish_at: whole.edition.publish_at.clone(),
            values: whole.values.clone(),
            relations: whole.relations.iter().filter_map(spec).collect(),
        })
    }

    /// The draft once what was typed is in it. Column, kind and ties are taken only while the document was never public,
    /// because its address and lists hang on them.
    #[must_use]
    pub fn with(&self, house: &House, document: &DocumentRow, typed: &Typed) -> Self {
        let known = |value: &str, known: &[(&str, &str)]| {
            known.iter().find(|(code, _)| *code == value).map_or(String::new(), |(code, _)| (*code).to_owned())
        };
        let mut next = Self {
            title: line(&typed.title, LONGEST_TITLE),
            body_html: typed.body_html.clone(),
            note: lines(&typed.note, LONGEST_NOTE),
            disclosure: known(&typed.disclosure, &DISCLOSURES),
            disclosure_reason: known(&typed.disclosure_reason, &CLOSED_REASONS),
            publish_at: parse_moment(&typed.publish_at).map_or_else(|| line(&typed.publish_at, 30), time::to_db),
            ..self.clone()
        };
        if next.disclosure != "closed" {
            next.disclosure_reason = String::new();
        }
        if !document.was_public() {
            if !typed.column.trim().is_empty() {
                next.column = ColumnId::from(line(&typed.column, 60));
            }
            next.kind = house.kinds.get(&typed.kind).unwrap_or(self.kind);
            for relation in house.kinds.relations() {
                if let Some(to) = typed.more.get(relation.key) {
                    next.relations.retain(|(known, _)| known.key != relation.key);
                    let to = DocumentId::from(line(to, 32));
                    if !to.as_str().is_empty() && to != document.id {
                        next.relations.push((relation, to));
                    }
                }
            }
        }
        for facet in next.kind.facets {
            if let Some(typed) = typed.more.get(facet.key) {
                next.values.read(facet, typed);
            }
        }
        next
    }

    /// What must be corrected before the edition can be submitted: field and sentence. `number` is the edition's.
    pub fn missing(&self, number: i64, now: Timestamp) -> Vec<(&'static str, String)> {
        let mut faults: Vec<(&'static str, String)> = Vec::new();
        let mut need = |fine: bool, field: &'static str, sentence: &str| {
            if !fine {
                faults.push((field, sentence.to_owned()));
            }
        };
        need(!self.title.is_empty(), "title", "请填写标题，例如“青禾县养老服务补贴办法”。");
        need(self.has_text, "body_html", "请填写正文。只发附件的，正文写明附件是什么，例如“现公布……，见附件”。");
        let marked = self.body_html.contains("href=\"#_msocom");
        need(!marked, "body_html", "正文里还留有 Word 批注的标记，例如 [A1]。请删去批注和标记，再提交。");
        let mut more = self.values.missing(self.kind);
        let closed = self.disclosure == "closed" && self.disclosure_reason.is_empty();
        need(!self.disclosure.is_empty(), "disclosure", "请选择公开属性，例如“主动公开”。");
        need(!closed, "disclosure_reason", "请选择不予公开的法定理由（条例第十四条至第十六条）。");
        if let Some(fault) = self.moment_fault(now) {
            need(false, "publish_at", fault);
        }
        let noted = number == 1 || !self.note.is_empty();
        need(noted, "note", "请写明这一版改了什么，例如“更正第三条中的金额”。读者会看到。");
        faults.append(&mut more);
        faults
    }

    /// What is wrong with how the wanted moment is written; one that has gone by is [`Draft::too_late`]'s.
    fn moment_fault(&self, now: Timestamp) -> Option<&'static str> {
        let year = SignedDuration::from_hours(24 * 366);
        match time::from_db(&self.publish_at) {
            _ if self.publish_at.is_empty() => None,
            None => Some("请按“年-月-日 时:分”填写发布时间，例如 2026-03-05 09:00；通过审核就发布的，留空。"),
            Some(at) => (at > now + year).then_some("请核对发布时间：定时发布不能超过一年。"),
        }
    }

    /// What is wrong with the wanted moment, told as soon as it is saved.
    pub fn unfit_moment(&self, now: Timestamp) -> Option<(&'static str, String)> {
        let written = self.moment_fault(now).map(|fault| ("publish_at", fault.to_owned()));
        written.or_else(|| self.too_late(now))
    }

    /// What is wrong with a wanted moment that has gone by: told only at submission, because what passes its review later
    /// than planned comes out when it has passed.
    pub fn too_late(&self, now: Timestamp) -> Option<(&'static str, String)> {
        let past = time::from_db(&self.publish_at).is_some_and(|at| at <= now);
        past.then(|| ("publish_at", "发布时间已经过去。请填写将来的时间；通过审核就发布的，留空。".to_owned()))
    }
}

/// Words by which the office's list finds an edition: title, named fields, index number.
pub(crate) fn office_words(kind: &KindSpec, title: &str, values: &Values, index_number: &str) -> String {
    crate::words::lines([title].into_iter().chain(named(kind, values)).chain([index_number]))
}

/// Words by which public lists find a document: title and named fields.
pub(crate) fn public_words(kind: &KindSpec, edition: &EditionRow, values: &Values) -> String {
    crate::words::lines([edition.title.as_str()].into_iter().chain(named(kind, values)))
}

/// Fields that name a document like its title does: 发文字号.
fn named<'a>(kind: &KindSpec, values: &'a Values) -> impl Iterator<Item = &'a str> {
    kind.facets.iter().filter(|facet| facet.named()).map(|facet| values.get(facet))
}

/// Reads a moment as clerks write it: `2026-05-06 9:00`, `2026年5月6日9时`. A date alone is none: nobody guesses the hour at
/// which something becomes public.
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
    let hour: i8 = parts.next()?.parse().ok()?;
    let minute: i8 = match parts.next() {
        Some(part) => part.parse().ok()?,
        None => 0,
    };
    let at = date.to_datetime(Time::new(hour, minute, 0, 0).ok()?);
    at.to_zoned_datetime(time::china()).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
