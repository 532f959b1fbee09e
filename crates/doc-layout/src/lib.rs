//! The official layout of a Chinese document (GB/T 9704-2012), recognised from its paragraphs: who issued it, under
//! which number and title, to whom, signed by whom and when, with which attachments, printed by whom; and of laws the
//! line that says who passed and changed them.
//!
//! Nothing is guessed in silence. What stands where the standard wants it is [`Trust::Sure`]; what may be read in two
//! ways, or was computed, is [`Trust::Doubtful`] and has a [`Doubt`] that tells a person what to look at. What is not
//! there is `None`.
//!
//! Pure: paragraphs in, [`Layout`] out. A reader that knows more than words (that a line is centred, say) hands it over
//! as hints.

mod dates;
mod head;
mod marks;
mod numbers;
mod tail;
mod terms;
mod words;

use jiff::civil::Date;

pub use dates::{Seen as SeenDate, in_text as dates_in};
pub use marks::{Closed, Mark, marks};
pub use numbers::{Seen as SeenNumber, in_text as numbers_in};
pub use words::is_organ;

/// A paragraph as a reader of files hands it over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paragraph {
    /// Its visible words, on one line.
    pub text: String,
    /// How it looks, where that is known.
    pub shown: Shown,
}

impl Paragraph {
    /// A paragraph of which nothing is known but its words.
    pub fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), shown: Shown::default() }
    }

    /// A heading of this level, from 1.
    pub fn heading(text: impl Into<String>, level: u8) -> Self {
        Self { text: text.into(), shown: Shown { heading: level, ..Shown::default() } }
    }
}

/// How a paragraph looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shown {
    /// Where its words stand between the margins.
    pub align: Align,
    /// Whether all of it is bold.
    pub bold: bool,
    /// Level of a heading from 1; 0 = none.
    pub heading: u8,
}

/// Where the words of a paragraph stand between the margins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Align {
    /// The reader does not say.
    #[default]
    Unknown,
    /// At the left margin, or filling the line.
    Left,
    /// In the middle: titles, heads.
    Centre,
    /// At the right margin: signatures, dates.
    Right,
}

/// How far something that was recognised may be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// It stands where and as the standard wants it.
    Sure,
    /// A person must look; [`Layout::doubts`] says why.
    Doubtful,
}

/// Something that was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    pub value: T,
    pub trust: Trust,
    /// The paragraphs from which it was read, by their places among those handed over.
    pub at: Vec<usize>,
}

impl<T> Found<T> {
    pub(crate) fn sure(value: T, at: Vec<usize>) -> Self {
        Self { value, trust: Trust::Sure, at }
    }

    pub(crate) fn doubtful(value: T, at: Vec<usize>) -> Self {
        Self { value, trust: Trust::Doubtful, at }
    }

    /// Whether it may be relied on.
    pub fn is_sure(&self) -> bool {
        self.trust == Trust::Sure
    }
}

/// What the line under the title of a law says was done with it (题注).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// 通过.
    Passed,
    /// 批准.
    Approved,
    /// 公布, 发布.
    Published,
    /// 修订, 修正.
    Revised,
    /// 施行.
    InForce,
    /// None of these words.
    Other,
}

/// One step in the life of a law, as the line under its title tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    pub on: Date,
    pub act: Act,
    /// What stands behind the date.
    pub words: String,
    /// The paragraph.
    pub at: usize,
}

/// 印发机关和印发日期.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintLine {
    /// Empty when it names none.
    pub organ: String,
    /// 印发日期; often some days after 成文日期, and never taken for it.
    pub on: Date,
}

/// What a doubt is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Title,
    Number,
    Organ,
    Written,
    Effective,
    Expires,
    /// 密级, 此件不公开, 内部资料: whoever marks a text so does not mean the public.
    Marking,
}

/// What a person must look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    pub field: Field,
    /// In Chinese: what is in doubt and what to compare.
    pub words: String,
}

/// The parts of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// The gravest mark that says the text is not for the public, wherever it stands, as written: sure when it is a level of secrecy or
    /// says that the text is withheld, doubtful when it is for those inside or for whoever asks.
    pub marking: Option<Found<String>>,
    /// What that mark says.
    pub closed: Option<Closed>,
    /// 发文机关标志 without 文件; of several organs with 、 between them. As written, not as the directory of organs has it.
    pub organ: Option<Found<String>>,
    /// 发文字号 in its right form.
    pub number: Option<Found<String>>,
    /// 标题, its lines joined.
    pub title: Option<Found<String>>,
    /// 主送机关 without the colon.
    pub addressee: Option<Found<String>>,
    /// Paragraphs of the text: everything but marks above the red line, number and title, and the print line below.
    /// Addressee, signature and notes belong to the text as it was issued.
    pub body: Vec<usize>,
    /// 发文机关署名.
    pub signature: Option<Found<String>>,
    /// 成文日期.
    pub written: Option<Found<Date>>,
    /// 施行日期.
    pub effective: Option<Found<Date>>,
    /// Last day of validity.
    pub expires: Option<Found<Date>>,
    /// The steps that the line under the title tells, as they stand there.
    pub adoptions: Vec<Adoption>,
    /// 附件说明: names without their numbers.
    pub attachments: Vec<Found<String>>,
    /// 附注, with its brackets: （此件公开发布）.
    pub annotations: Vec<Found<String>>,
    /// 印发机关和印发日期.
    pub printed: Option<Found<PrintLine>>,
    /// What a person must look at, by field.
    pub doubts: Vec<Doubt>,
}

impl Layout {
    /// The issuing organ as the document names it: its head, else its signature.
    pub fn issued_by(&self) -> Option<&str> {
        self.organ.as_ref().or(self.signature.as_ref()).map(|found| found.value.as_str())
    }

    /// Whether the line under the title tells of later changes: then the day of coming into force may lie before the
    /// newest text.
    pub fn was_revised(&self) -> bool {
        self.adoptions.iter().any(|step| step.act == Act::Revised)
    }

    pub(crate) fn doubt(&mut self, field: Field, words: impl Into<String>) {
        self.doubts.push(Doubt { field, words: words.into() });
    }
}

/// Recognises the layout of a document.
pub fn read(paragraphs: &[Paragraph]) -> Layout {
    let lines = words::Lines::of(paragraphs);
    let mut layout = Layout::default();
    let from = head::read(&lines, &mut layout);
    let mut left_out = head::left_out(&layout, &lines, from);
    left_out.extend(tail::read(&lines, from, &mut layout));
    layout.body = (0..paragraphs.len()).filter(|at| !left_out.contains(at) && !lines.dense(*at).is_empty()).collect();
    marked(&lines, &mut layout);
    written_of_laws(&mut layout);
    terms::read(&lines, from, &mut layout);
    told(&mut layout);
    layout
}

/// The gravest of the marks.
fn marked(lines: &words::Lines<'_>, layout: &mut Layout) {
    let Some(mark) = lines.marks().iter().min_by_key(|mark| mark.closed) else { return };
    let (words, at) = (mark.words.clone(), vec![mark.line]);
    layout.closed = Some(mark.closed);
    let told = match mark.closed {
        Closed::Secret => format!("文件标有密级“{words}”，不能公开；已经解密的，请先删去标识并附解密依据。"),
        Closed::Withheld => format!("文件写着“{words}”，不能公开；现在可以公开的，请先删去标识并附依据。"),
        Closed::OnRequest | Closed::Internal => {
            format!("文件写着“{words}”，可能不是主动公开的文件，请核对；不能主动公开的，请删除这份草稿。")
        }
    };
    layout.doubt(Field::Marking, told);
    let found = if mark.closed.bars() { Found::sure(words, at) } else { Found::doubtful(words, at) };
    layout.marking = Some(found);
}

/// Laws are not signed: the line under the title says when the text as it stands was made.
fn written_of_laws(layout: &mut Layout) {
    let made = layout.adoptions.iter().filter(|step| !matches!(step.act, Act::InForce | Act::Other));
    let Some(last) = made.max_by_key(|step| step.on).cloned() else {
        // A date with an organ and no word of what it did on that day.
        let bare = layout.adoptions.iter().filter(|step| step.act == Act::Other).max_by_key(|step| step.on).cloned();
        if let Some(step) = bare.filter(|_| layout.written.is_none()) {
            layout.doubt(Field::Written, format!("标题下面写着 {}，没有写明是哪一天做什么，请核对成文日期。", step.on));
            layout.written = Some(Found::doubtful(step.on, vec![step.at]));
        }
        return;
    };
    match &mut layout.written {
        None => layout.written = Some(Found::sure(last.on, vec![last.at])),
        Some(written) if written.value != last.on => {
            written.trust = Trust::Doubtful;
            let words = format!("落款日期是 {}，题注里最后的日期是 {}，请核对成文日期。", written.value, last.on);
            layout.doubt(Field::Written, words);
        }
        Some(_) => {}
    }
}

/// What is not there, in words.
fn told(layout: &mut Layout) {
    if layout.title.is_none() {
        layout.doubt(Field::Title, "没有认出标题，请填写。");
    }
    if layout.number.is_none() {
        layout.doubt(Field::Number, "没有认出发文字号，请填写；确实没有的，写明原因。");
    }
    if layout.written.is_none() {
        layout.doubt(Field::Written, "没有认出成文日期，请填写。");
    }
    layout.doubts.sort_by_key(|doubt| doubt.field);
}
