//! A document as it stood on a day that the address names: `?on=2024-05-01`.

use document::{
    common::VALIDITY,
    public::{self, AsOf, PublicDocument},
};
use jiff::civil::Date;
use kernel::time;
use serde::Deserialize;
use web::{Ctx, Error, Result};

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// A day; empty = as it stands now.
    pub(super) on: String,
}

/// The day that an address names; `None` = now.
///
/// # Errors
/// [`Error::Invalid`] when it is no day.
pub(super) fn day(ctx: &Ctx, on: &str) -> Result<Option<Date>> {
    let on = on.trim();
    if on.is_empty() {
        return Ok(None);
    }
    let day = time::parse_date(on).ok_or_else(|| Error::Invalid(time::no_date(on, "2024-05-01")))?;
    Ok((day != ctx.today()).then_some(day))
}

/// What stands above a page that shows another day than today.
#[derive(Debug, Clone, Default)]
pub(super) struct OtherDay {
    /// The day; empty = the page shows today.
    pub(super) on: String,
    /// What is shown, and what is not known.
    pub(super) words: Vec<String>,
    /// There is no text of that day.
    pub(super) textless: bool,
}

/// The document as it stood, and what is to be said of that.
pub(super) async fn stood(ctx: &Ctx, document: &PublicDocument, day: Date) -> Result<(PublicDocument, OtherDay)> {
    let found = public::as_of(ctx.db(), &ctx.site().domain, document, day).await?;
    let mut other = OtherDay { on: day.to_string(), ..OtherDay::default() };
    other.words.push(if day > ctx.today() {
        format!("您看到的是按现在已经知道的规定推算的 {day} 的状态，以后可能变化。")
    } else {
        format!("您看到的是 {day} 的状态，不是现在的状态，不能作为现在办事的依据。")
    });
    let document = match found {
        AsOf::NotYet(begun) => {
            other.words.push(format!("这份文件 {begun} 才作出，{day} 还没有，所以没有正文。"));
            other.textless = true;
            without_text(document)
        }
        AsOf::Withheld => {
            other.words.push("那一天公开的一版后来更正过，其中有不再公开的内容，所以不显示那一版的正文。".to_owned());
            other.textless = true;
            without_text(document)
        }
        AsOf::Text { document: then, first, unsure } => {
            let since = time::show_date(&then.listed.updated_at);
            if first {
                other.words.push(format!(
                    "本站从 {since} 起公开这份文件，没有更早的文本；下面是最早公开的一版，与当时的文本可能不同。"
                ));
            } else if then.number != document.number {
                other.words.push(format!("下面是第 {} 版，{since} 公开，后来已经更正。", then.number));
            }
            if unsure {
                other.words.push(
                    "这份文件后来已不再有效或者已被修改，从哪一天起没有记录，所以不标那一天的有效性。".to_owned(),
                );
            }
            *then
        }
    };
    Ok((document, other))
}

/// The document where no text is to be shown: not in what machines read of the page either. How it stands today is not how it
/// stood.
fn without_text(document: &PublicDocument) -> PublicDocument {
    let mut bare = document.clone();
    for text in [&mut bare.body_html, &mut bare.body_text, &mut bare.reading_html, &mut bare.note] {
        text.clear();
    }
    bare.listed.values.set(VALIDITY.key, Vec::new());
    bare.contents.clear();
    bare.attachments.clear();
    bare
}
