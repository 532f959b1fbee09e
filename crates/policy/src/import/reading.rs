//! What a file becomes: its layout recognised, its fields filled in as far as the paper says them, what is in doubt
//! told in words.

use std::sync::Arc;

use doc_layout::{Closed, Field, Found, Layout};
use document::{
    Kind, Values,
    common::{self, DOCUMENT_NUMBER, EFFECTIVE_ON, EXPIRES_ON, EXPLAINED, SOURCE, VALIDITY, WRITTEN_ON},
    html::Written,
};
use documents::{Extracted, Format, Unread};
use jiff::{ToSpan, civil::Date};
use kernel::{Directory, OrganCode, organ::Match, time};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{blocks, came};

/// Years after which whoever brings in a text is asked whether it still holds (the usual term of 规范性文件).
const USUAL_TERM: i64 = 5;
/// Characters of a name or sentence that are kept.
const LONGEST: usize = 300;

/// What a person must look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// `title`, `text`, `organ`, or the key of a field of the document.
    pub field: String,
    /// What is in doubt and what to compare.
    pub words: String,
}

impl Doubt {
    pub(super) fn new(field: &str, words: impl Into<String>) -> Self {
        Self { field: field.to_owned(), words: words.into() }
    }
}

/// What must be known besides the file.
#[derive(Debug, Clone)]
pub(super) struct About {
    /// Whose documents are brought in.
    pub(super) organ: OrganCode,
    pub(super) kind: Kind,
    pub(super) directory: Arc<Directory>,
    /// The portal's host name: links to it do not leave the site.
    pub(super) own_host: String,
    pub(super) today: Date,
}

/// A document about to be put in.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) title: String,
    pub(super) values: Values,
    pub(super) text: Written,
    /// By what another text of the same document of its organ is known; empty = it says too little of itself.
    pub(super) identity: String,
    /// SHA-256 of the visible words.
    pub(super) text_digest: String,
    /// SHA-256 of all that the text says.
    pub(super) came_digest: String,
    /// The issuing organ as the document names it.
    pub(super) issued_by: String,
    pub(super) doubts: Vec<Doubt>,
    /// What the reader of the file left out.
    pub(super) notes: Vec<String>,
}

impl Read {
    /// The number as it is compared; empty when there is none.
    pub(super) fn number(&self) -> &str {
        self.values.get(&DOCUMENT_NUMBER)
    }
}

/// Words as they are compared: no difference of width, blanks or brackets.
pub(super) fn folded(words: &str) -> String {
    fold::fold(words).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Makes a document of what was read of a file; heavy, for a thread that answers nobody.
///
/// # Errors
/// Why nothing can be made of it, in words for the list of failures.
pub(super) fn read(found: Extracted, file: &str, about: &About) -> Result<Read, String> {
    fit(&found)?;
    let blocks = match &found.html {
        // What Markdown does not show is no text; its reader keeps it, so that the checks of a file see it.
        Some(html) if found.format == Format::Markdown => blocks::of_html(&blocks::without_comments(html)),
        Some(html) => blocks::of_html(html),
        None => blocks::of_text(&found.text),
    };
    let paragraphs: Vec<_> = blocks.iter().map(|block| block.paragraph.clone()).collect();
    let layout = doc_layout::read(&paragraphs);
    if let Some((marking, closed)) = layout.marking.as_ref().zip(layout.closed).filter(|(_, closed)| closed.bars()) {
        let words = &marking.value;
        return Err(match closed {
            Closed::Secret => format!("文件标有密级“{words}”，没有导入。已经解密的，请删去标识后重新导入。"),
            _ => format!("文件写着“{words}”，没有导入。现在可以公开的，请删去标识后重新导入。"),
        });
    }
    let html = blocks::html_of(&blocks, &layout.body);
    let text = Written::new(&html, &about.own_host).map_err(|fault| fault.to_string())?;
    if text.text.trim().is_empty() {
        return Err("除了标题和文号，没有读到正文。请检查文件内容。".to_owned());
    }
    let mut doubts = told(&layout);
    let title = title(&layout, file, &mut doubts);
    let day = dated_name(file);
    let values = values(&layout, about, day, &mut doubts);
    organ(&layout, about, &mut doubts);
    text_doubts(&found, &mut doubts);
    Ok(Read {
        identity: identity(&layout, &title, day),
        text_digest: hex::encode(Sha256::digest(text.text.split_whitespace().collect::<String>().as_bytes())),
        came_digest: came::of_text(&text.html, &text.text),
        issued_by: layout.issued_by().unwrap_or_default().chars().take(LONGEST).collect(),
        notes: found.warnings.iter().cloned().chain(found.left_out()).collect(),
        title,
        values,
        text,
        doubts,
    })
}

/// Whether a file of this form has a text that can be brought in.
fn fit(found: &Extracted) -> Result<(), String> {
    match found.format {
        Format::Docx | Format::Pdf | Format::Markdown | Format::Txt | Format::Html => {}
        other => {
            let name = other.name();
            return Err(format!(
                "这是{name}，不能作为公文正文导入。请导入 Word、PDF、网页或文本；表格和图片请作附件上传。"
            ));
        }
    }
    if !found.text.trim().is_empty() {
        return Ok(());
    }
    Err(match found.format {
        Format::Pdf => "PDF 里没有文字，是扫描件或图片。请先用文字识别软件转成 Word 或文本，核对后再导入。".to_owned(),
        _ => "文件里没有文字。请检查是否选错了文件。".to_owned(),
    })
}

/// The doubts of the layout under the keys of fields.
fn told(layout: &Layout) -> Vec<Doubt> {
    let doubt = |doubt: &doc_layout::Doubt| {
        let field = match doubt.field {
            Field::Title => "title",
            Field::Number => DOCUMENT_NUMBER.key,
            Field::Organ => "organ",
            Field::Written => WRITTEN_ON.key,
            Field::Effective => EFFECTIVE_ON.key,
            Field::Expires => EXPIRES_ON.key,
            Field::Marking => "text",
        };
        Doubt::new(field, doubt.words.as_str())
    };
    layout.doubts.iter().map(doubt).collect()
}

/// The title; where the document shows none, the name of the file, which is told.
fn title(layout: &Layout, file: &str, doubts: &mut Vec<Doubt>) -> String {
    if let Some(found) = &layout.title {
        return found.value.chars().take(LONGEST).collect();
    }
    let stem = stem(file);
    doubts.retain(|doubt| doubt.field != "title");
    doubts.push(Doubt::new("title", format!("没有认出标题，暂用文件名“{stem}”，请核对。")));
    stem.chars().take(LONGEST).collect()
}

/// The name of a file without folders, ending and a date in brackets.
fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    dated(stem).map_or(stem, |(before, _)| before)
}

/// `办法(2019-03-24)`: what stands before the date, and the date.
fn dated(stem: &str) -> Option<(&str, Date)> {
    let rest = stem.strip_suffix([')', '）'])?;
    let open = rest.rfind(['(', '（'])?;
    let inside = rest[open..].trim_start_matches(['(', '（']);
    let on = time::parse_date(inside)?;
    inside.contains('-').then(|| (rest[..open].trim_end(), on))
}

/// The date that the name of a file ends with.
fn dated_name(file: &str) -> Option<Date> {
    let name = file.rsplit('/').next().unwrap_or(file);
    dated(name.rsplit_once('.').map_or(name, |(stem, _)| stem)).map(|(_, on)| on)
}

/// The fields as the paper says them. What it does not say stays empty.
fn values(layout: &Layout, about: &About, day: Option<Date>, doubts: &mut Vec<Doubt>) -> Values {
    let date = |found: &Option<Found<Date>>| found.as_ref().map(|found| found.value);
    let (mut written, begins, ends) = (date(&layout.written), date(&layout.effective), date(&layout.expires));
    match (day, written) {
        (Some(day), None) => {
            doubts.retain(|doubt| doubt.field != WRITTEN_ON.key);
            let words = format!("文中没有认出成文日期，暂用文件名里的 {day}，请核对。");
            doubts.push(Doubt::new(WRITTEN_ON.key, words));
            written = Some(day);
        }
        (Some(day), Some(on)) if day != on => {
            let words = format!("文件名里的日期是 {day}，文中是 {on}，可能是以后修改的文本，请核对成文日期。");
            doubts.push(Doubt::new(WRITTEN_ON.key, words));
        }
        _ => {}
    }
    let text = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    let mut values = Values::default()
        .with(&DOCUMENT_NUMBER, layout.number.as_ref().map_or("", |found| found.value.as_str()))
        .with(&WRITTEN_ON, &text(written))
        .with(&EFFECTIVE_ON, &text(begins))
        .with(&EXPIRES_ON, &text(ends))
        .with(&VALIDITY, common::IN_FORCE)
        .with(&SOURCE, layout.issued_by().unwrap_or_default());
    if written.zip(begins).is_some_and(|(made, from)| from < made) {
        if layout.was_revised() {
            values.read(&EXPLAINED, "文件经过修订，施行日期是首次施行的日期，依据题注和正文。");
        } else {
            let words = "施行日期早于成文日期，请核对；确实溯及以前的，在“特殊情况说明”里写明依据。";
            doubts.push(Doubt::new(EFFECTIVE_ON.key, words));
        }
    }
    validity(&values, written, ends, about, doubts);
    values.keep(about.kind);
    values
}

/// Whether a text still holds is not said by itself where nothing on it speaks of its end.
fn validity(values: &Values, written: Option<Date>, ends: Option<Date>, about: &About, doubts: &mut Vec<Doubt>) {
    if let Some(ends) = ends.filter(|ends| *ends < about.today && about.kind.facet(VALIDITY.key).is_some()) {
        let words = format!("有效期到 {ends}，已经过了，公开以后显示为失效，请核对。");
        doubts.push(Doubt::new(VALIDITY.key, words));
        return;
    }
    if about.kind.facet(VALIDITY.key).is_none() || ends.is_some() || !values.get(&DOCUMENT_NUMBER).contains('〔') {
        return;
    }
    let old = written.and_then(|on| on.checked_add(USUAL_TERM.years()).ok()).is_some_and(|until| until < about.today);
    if old {
        let words = format!("成文已满 {USUAL_TERM} 年，文中没有写有效期，请核对是否仍然有效。");
        doubts.push(Doubt::new(VALIDITY.key, words));
    }
}

/// Whether the organ that the document names is the one under which it is brought in.
fn organ(layout: &Layout, about: &About, doubts: &mut Vec<Doubt>) {
    let Some(named) = layout.issued_by() else { return };
    let own = about.directory.short_name(&about.organ).to_owned();
    let is_own = named.split('、').any(|name| match about.directory.find(name, about.today) {
        Match::Organ(code) => code == about.organ,
        Match::Abolished(code, next) => code == about.organ || next.as_ref() == Some(&about.organ),
        Match::Ambiguous(codes) => codes.contains(&about.organ),
        Match::Unknown => false,
    });
    if !is_own {
        doubts.push(Doubt::new("organ", format!("文件上的机关是“{named}”，现在记在{own}名下，请核对。")));
    }
}

/// What could not be read of the text itself.
fn text_doubts(found: &Extracted, doubts: &mut Vec<Doubt>) {
    if found.order_in_doubt() {
        doubts.push(Doubt::new("text", "PDF 里有表格或分栏，文字的先后顺序不可靠，请对照原件核对正文。"));
    }
    let pages = found.parts.iter().filter(|part| part.unread == Some(Unread::All) && part.place.starts_with("page "));
    let pages: Vec<&str> = pages.filter_map(|part| part.place.strip_prefix("page ")).take(20).collect();
    if !pages.is_empty() {
        let words = format!("第 {} 页是图片或无法识别的文字，没有读入，请对照原件补全。", pages.join("、"));
        doubts.push(Doubt::new("text", words));
    }
}

/// Title and number; where there is no number, or several versions of a law bear one, the day as well. A title alone is none: many
/// notices are called 公告.
fn identity(layout: &Layout, title: &str, day: Option<Date>) -> String {
    let number = layout.number.as_ref().map_or("", |found| found.value.as_str());
    let written = day.or(layout.written.as_ref().map(|found| found.value));
    let dated = number.is_empty() || !layout.adoptions.is_empty();
    let day = written.filter(|_| dated).map(|on| on.to_string()).unwrap_or_default();
    if number.is_empty() && day.is_empty() {
        return String::new();
    }
    format!("{}|{}|{day}", folded(title), folded(number))
}

#[cfg(test)]
mod tests {
    use document::KindSpec;
    use kernel::permission::USE_DESK;

    use super::*;

    static PLAIN: KindSpec =
        KindSpec { facets: &common::ALL, ..KindSpec::new("plain", "文件", "/documents/", &USE_DESK) };

    fn about() -> About {
        About {
            organ: "QH000".into(),
            kind: &PLAIN,
            directory: Arc::new(Directory::default()),
            own_host: "qinghe.example".into(),
            today: jiff::civil::date(2026, 11, 29),
        }
    }

    fn text(words: &str) -> Extracted {
        Extracted { text: words.to_owned(), ..Extracted::empty(Format::Txt) }
    }

    fn fields(read: &Read) -> Vec<&str> {
        read.doubts.iter().map(|doubt| doubt.field.as_str()).collect()
    }

    #[test]
    fn a_notice_becomes_a_document() {
        let words = "青禾民发〔2025〕3号\n关于开展慰问的通知\n各乡镇：\n请做好慰问，自2025年3月1日起施行。\n青禾县民政局\n2025年2月3日";
        let read = super::read(text(words), "a.txt", &about()).expect("a document");
        assert_eq!((read.title.as_str(), read.number()), ("关于开展慰问的通知", "青禾民发〔2025〕3号"));
        assert_eq!(read.values.get(&WRITTEN_ON), "2025-02-03");
        assert_eq!(read.values.get(&SOURCE), "青禾县民政局");
        // Number and title are fields; the text begins with whom it is sent to.
        assert!(read.text.text.starts_with("各乡镇："), "{}", read.text.text);
        assert_eq!(fields(&read), ["organ"]);
    }

    #[test]
    fn what_is_in_doubt_is_told_and_not_made_up() {
        let read = super::read(text("今天开会。\n会议要求抓好落实。"), "2019年/会议(2019-05-06).txt", &about())
            .expect("a document");
        assert_eq!((read.title.as_str(), read.number()), ("会议", ""));
        assert_eq!(read.values.get(&WRITTEN_ON), "2019-05-06");
        let mut told = fields(&read);
        told.sort_unstable();
        assert_eq!(told, ["document_number", "title", "written_on"]);
    }

    #[test]
    fn what_has_no_text_or_is_secret_is_refused_in_words() {
        let scan = Extracted::empty(Format::Pdf);
        assert!(super::read(scan, "a.pdf", &about()).expect_err("a scan").contains("扫描件"));
        let sheet = Extracted { text: "甲".into(), ..Extracted::empty(Format::Xlsx) };
        assert!(super::read(sheet, "a.xlsx", &about()).expect_err("a table").contains("Excel"));
        let secret = text("秘密★1年\n青禾府发〔2024〕2号\n关于某事的通知\n各乡镇：\n内容。");
        assert!(super::read(secret, "a.txt", &about()).expect_err("secret").contains("密级"));
        let end = "青禾府发〔2024〕2号\n关于某事的通知\n各乡镇：\n内容。\n青禾县人民政府\n2024年2月1日";
        for (mark, told) in [("（此件不公开）", "此件不公开"), ("秘密★1年", "密级"), ("公开属性：不予公开", "不予公开")]
        {
            let why = super::read(text(&format!("{end}\n{mark}")), "a.txt", &about()).expect_err("not for the public");
            assert!(why.contains(told), "{why}");
        }
        // What an office may still decide upon comes in, to be looked at.
        let asked = super::read(text(&format!("{end}\n此件依申请公开")), "a.txt", &about()).expect("a document");
        assert!(asked.doubts.iter().any(|doubt| doubt.words.contains("依申请公开")), "{:?}", asked.doubts);
    }

    #[test]
    fn a_title_alone_tells_nothing_apart() {
        let read = |words: &str| super::read(text(words), "公告.txt", &about()).expect("a document").identity;
        assert_eq!(read("公告\n请各位村民注意防火。"), "");
        assert_ne!(read("公告\n请各位村民注意防火。\n青禾县民政局\n2025年2月3日"), "");
    }

    #[test]
    fn what_markdown_does_not_show_is_no_text() {
        let html = "<h1>某条例</h1>\n<p>2001年1月5日公布<br>&lt;!-- INFO END --&gt;</p>\n<p>&lt;!-- 甲 --&gt;</p>\n<p>第一条 制定本条例。</p>";
        let found =
            Extracted { text: "某条例".into(), html: Some(html.to_owned()), ..Extracted::empty(Format::Markdown) };
        let read = super::read(found, "a.md", &about()).expect("a document");
        assert!(!read.text.text.contains("--"), "{}", read.text.text);
    }

    #[test]
    fn an_old_text_is_asked_whether_it_still_holds() {
        let words = "青禾府发〔2015〕3号\n关于加强管理的通知\n各乡镇：\n请加强管理。\n青禾县人民政府\n2015年2月3日";
        let read = super::read(text(words), "a.txt", &about()).expect("a document");
        assert!(fields(&read).contains(&"validity"), "{:?}", read.doubts);
        let ended = words.replace("请加强管理。", "请加强管理。\n本通知自2015年3月1日起施行，有效期至2020年2月28日。");
        let read = super::read(text(&ended), "a.txt", &about()).expect("a document");
        assert!(read.doubts.iter().any(|doubt| doubt.words.contains("已经过了")), "{:?}", read.doubts);
    }

    #[test]
    fn versions_of_a_law_are_told_apart_by_their_day() {
        let law = |day: &str| {
            let words = format!("某条例\n{day} 国务院令第9号公布\n第一条 制定本条例。");
            super::read(text(&words), "a.txt", &about()).expect("a law").identity
        };
        assert_ne!(law("2001年1月5日"), law("2009年1月5日"));
        assert_eq!(law("2001年1月5日"), law("２００１年１月５日"));
    }
}
