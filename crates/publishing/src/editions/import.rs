//! A Word document becomes text of an edition: words, tables, and pictures, each drawn anew in a child of its own.

use axum::{
    Json,
    extract::{Multipart, Path, State, multipart::MultipartRejection},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use document::{pictures as placed, rows};
use documents::{Held, Imported};
use kernel::{id::DocumentId, may_for};
use serde_json::json;
use web::{Ctx, Desk, Error, Redirect, Refusal, Result, act_now};

use super::{
    actions::wants_json,
    attachments, checks,
    edit::load_open,
    pictures::{self, Made},
};

/// Receives a Word document. The editor places what it gives; without scripts it goes to the end of the text.
pub(super) async fn import(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    let house = crate::house(&ctx);
    let about = rows::visible(ctx.db().read(), &house, &desk.actor(), &id).await?;
    may_for(&desk.actor(), house.kind_of(&about)?.write, about.keeper())?;
    let none = || Error::Invalid("请先选择一份 Word 文档（.docx），再导入。".into());
    let broken = |_| Error::Invalid("文件没有传完，可能是网络中断。请重新选择再传一次。".into());
    let mut form = form.map_err(|_| none())?;
    let open = pictures::editable(&ctx, &id).await?;
    let mut received = None;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        if received.is_none() && field.name() == Some("file") && field.file_name().is_some_and(|name| !name.is_empty())
        {
            received = Some(attachments::take(&ctx, field).await?);
        }
    }
    let (received, file_name) = received.ok_or_else(none)?;
    let _turn = attachments::turn_of(&desk.staff.account).await;
    let child = attachments::extractor(&ctx);
    let imported = child.import(&received.path, &file_name).await.map_err(attachments::refused)?;
    if imported.pictures.is_empty() && words_of(&imported.html).trim().is_empty() {
        return Err(Error::Invalid("文档里没有能导入的文字、表格或图片，请确认选对了文件。".into()));
    }
    let drawn = drawn(&ctx, &imported.pictures).await?;
    let addresses = act_now(&ctx, async |tx| {
        let mut whole = load_open(tx, &house, &desk, &id).await?;
        let mut addresses = Vec::new();
        for made in &drawn {
            let Some(made) = made else {
                addresses.push(None);
                continue;
            };
            let kept = pictures::keep(&ctx, tx, made).await?;
            let row = placed::add(tx, &house, &desk.actor(), &whole, &kept).await?;
            addresses.push(Some(pictures::source(&row)));
            whole.files.push(row);
        }
        checks::later(tx, &whole.edition.id).await?;
        Ok::<_, Refusal>(addresses)
    });
    let (html, mut notes) = text(imported, &addresses.await?);
    notes.extend(head_noted(&html));
    if wants_json(&headers) {
        return Ok(Json(json!({ "html": html, "notes": notes })).into_response());
    }
    // Word documents come a second time, by mistake or mended; without scripts nobody can be asked first.
    let filled = !rows::text(ctx.db().read(), &open.id).await?.body_html.trim().is_empty();
    pictures::append(&ctx, &desk, &open, &html).await?;
    let place = if filled {
        "已导入到正文末尾，原有正文还在前面；重复的内容请删去。"
    } else {
        "已导入到正文。"
    };
    let words = format!("{place}请对照原稿核对。{}", notes.concat());
    Ok(Redirect::to(format!("/documents/{id}/edit")).ok(words).into_response())
}

/// Draws what lay in the document; `None` for what is no picture that readers can be sent, such as drawings of Word itself.
async fn drawn(ctx: &Ctx, held: &[Held]) -> Result<Vec<Option<Made>>> {
    let mut drawn = Vec::new();
    for one in held {
        let received = ctx.files().receive_bytes(&one.bytes).await?;
        // Its name within the document is nobody's claim.
        let name = match one.bytes.as_slice() {
            [0x89, b'P', ..] => "图片.png",
            [0xFF, 0xD8, ..] => "图片.jpg",
            _ => one.name.as_str(),
        };
        drawn.push(match pictures::draw(ctx, received, name).await {
            Ok(made) => Some(made),
            Err(Error::Invalid(_) | Error::TooLarge(_)) => None,
            Err(other) => return Err(other),
        });
    }
    Ok(drawn)
}

/// The text with the addresses of its pictures, without those that there are none of; and what must be told.
fn text(imported: Imported, addresses: &[Option<String>]) -> (String, Vec<String>) {
    let Imported { mut html, mut notes, .. } = imported;
    for (at, address) in (1..).zip(addresses) {
        let named = format!("src=\"picture:{at}\"");
        if let Some(address) = address {
            html = html.replace(&named, &format!("src=\"{address}\""));
            continue;
        }
        while let Some(found) = html.find(&named) {
            let (begin, end) = (html[..found].rfind("<figure>"), html[found..].find("</figure>"));
            let (Some(begin), Some(end)) = (begin, end) else { break };
            html.replace_range(begin..found + end + "</figure>".len(), "");
        }
    }
    let lost = addresses.iter().filter(|address| address.is_none()).count();
    if lost > 0 {
        notes.push(format!(
            "{lost} 张图片没有带进来：不是 PNG 或 JPEG（例如 Word 里画的图形），或者打不开、太大。请截图或另存后用“图片”插入。"
        ));
    }
    let shown = addresses.len() - lost;
    if shown > 0 {
        notes.push(format!("带进来 {shown} 张图片，提交前请给每张写明替代文字。"));
    }
    (html, notes)
}

/// The text of HTML without its tags.
fn words_of(html: &str) -> String {
    let mut inside = false;
    let shown = |c: &char| {
        let shown = !inside && *c != '<' && *c != '>';
        inside = (inside || *c == '<') && *c != '>';
        shown
    };
    html.chars().filter(shown).collect()
}

/// Says that the number of the document stands in the text, where it is a field of its own.
fn head_noted(html: &str) -> Option<String> {
    const PARAGRAPHS: usize = 6;
    const LONGEST: usize = 30;
    let numbered = |paragraph: &str| {
        let words = words_of(paragraph);
        let number = words.split_once(['〔', '[']).and_then(|(_, rest)| rest.split_once(['〕', ']']));
        let number = number.is_some_and(|(year, rest)| year.trim().len() == 4 && rest.trim_end().ends_with('号'));
        number && words.chars().count() <= LONGEST
    };
    html.split("</")
        .take(PARAGRAPHS)
        .any(numbered)
        .then(|| "文档里有发文字号：标题、发文字号和成文日期请填到各自的栏目，正文里不用再写一遍。".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_no_words() {
        assert_eq!(words_of("<p></p>\n<table><tr><td></td></tr></table>").trim(), "");
        assert_eq!(words_of("<p>甲<b>乙</b></p>"), "甲乙");
    }

    #[test]
    fn a_number_in_the_text_is_told() {
        assert!(head_noted("<h2>关于补贴的通知</h2>\n<p>青禾民发〔2026〕18号</p>\n<p>正文</p>").is_some());
        assert!(
            head_noted("<p>现将《青禾民发〔2026〕18号》等文件的落实情况和下一步的工作安排一并印发给你们。</p>")
                .is_none()
        );
        assert!(head_noted("<p>正文</p>").is_none());
    }

    #[test]
    fn what_could_not_be_drawn_leaves_no_empty_figure() {
        let html = "<p>甲</p><figure><img src=\"picture:1\" alt=\"图\"></figure>\n<p>乙</p><figure><img src=\"picture:2\"></figure>\n\
                    <figure><img src=\"picture:1\" alt=\"图\"></figure>";
        let imported = Imported { html: html.into(), pictures: Vec::new(), notes: vec!["有批注。".into()] };
        let (html, notes) = text(imported, &[None, Some("/pictures/x".into())]);
        assert_eq!(html, "<p>甲</p>\n<p>乙</p><figure><img src=\"/pictures/x\"></figure>\n");
        assert!(
            notes.len() == 3 && notes[1].contains("1 张图片没有带进来") && notes[2].contains("带进来 1 张"),
            "{notes:?}"
        );
    }
}
