//! A masked copy of an attachment (Word, Excel, CSV, plain text), made by the guarded child at the press of whoever writes: it
//! takes the place of the original in the edition, and is read and looked through like any file that comes in. The original
//! goes out with no edition.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use document::{
    Listed, lists_of_people, masks_with,
    rows::{self, EditionRow},
};
use documents::{Change, MOST_CHANGES, Part, Redone};
use kernel::{
    id::{AttachmentId, DocumentId},
    may_for,
};
use web::{Ctx, Desk, Error, Redirect, Refusal, Result, act_now};

use super::{attachments, checks, edit::load_open};

/// POST /documents/{id}/attachments/{file}/mask
pub(super) async fn mask(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, file)): Path<(DocumentId, AttachmentId)>,
) -> Result<Response> {
    let (house, actor) = (crate::house(&ctx), desk.actor());
    let about = rows::visible(ctx.db().read(), &house, &actor, &id).await?;
    may_for(&actor, house.kind_of(&about)?.write, about.keeper())?;
    let open = rows::open_edition(ctx.db().read(), &id).await?.filter(EditionRow::is_editable);
    let open = open.ok_or_else(|| Error::Conflict("这份稿件现在不能编辑，没有生成遮盖副本。".into()))?;
    let whole = rows::read(ctx.db().read(), &house, &actor, &open.id).await?;
    let row = whole.attachments().find(|row| row.id == file).cloned().ok_or(Error::NotFound)?;
    let stored = rows::parts(ctx.db().read(), &row.edition_id, &row.id).await?.unwrap_or_default();
    let parts: Vec<Part> = serde_json::from_str(&stored)?;
    let found = tokio::task::spawn_blocking(move || changes(&parts)).await;
    let changes = found.map_err(|error| Error::internal(format!("masking a file: {error}")))?;
    let to = Redirect::to(format!("/documents/{id}/edit"));
    if changes.is_empty() {
        return Ok(to.flash("warn", "这个附件里没有可以自动遮盖的内容，没有改动。").into_response());
    }
    if changes.iter().map(|change| change.from.len() + change.to.len() + 24).sum::<usize>() > MOST_CHANGES {
        return Err(Error::Invalid(
            "要遮盖的内容太多，一次遮盖不完。请把名单拆成几个文件，或者改好后重新上传。".into(),
        ));
    }
    let _turn = attachments::turn_of(&desk.staff.account).await;
    let local = ctx.files().local(&row.digest).await?;
    let redone = attachments::extractor(&ctx).redo(&local, &row.file_name, changes).await;
    let redone = redone.map_err(attachments::refused)?;
    if redone.done == 0 && redone.dropped.is_empty() {
        let told = "要遮盖的内容中间隔着格式、编号或者公式，没有改动。请改好后重新上传。";
        return Ok(to.flash("warn", told).into_response());
    }
    let mut incoming = ctx.files().receive().await?;
    incoming.write(&redone.bytes).await?;
    let copy = attachments::read(&ctx, incoming.finish().await?, row.file_name.clone()).await?;
    let noted = format!("这是撰写人用系统生成的遮盖副本，{}。请打开通读，核对遮盖是否完整。", outcome(&redone));
    let written = act_now(&ctx, async |tx| {
        let whole = load_open(tx, &house, &desk, &id).await?;
        let mut kept = attachments::keep(&ctx, tx, &copy, "").await?;
        kept.masked = true;
        kept.warnings.insert(0, noted.clone());
        attachments::put(tx, (&house, &desk.actor()), &whole, Some(&file), (&kept, true)).await?;
        checks::later(tx, &whole.edition.id).await?;
        Ok::<_, Refusal>(())
    });
    written.await?;
    let told = format!("已生成遮盖副本，代替了原件：{}。", outcome(&redone));
    if redone.left.is_empty() {
        return Ok(to.ok(format!("{told}请打开附件通读，并看“检查”里是否还有没遮盖的内容。")).into_response());
    }
    let left = "请打开附件，在这些地方手工改好后重新上传。";
    Ok(to.flash("warn", format!("{told}{left}")).into_response())
}

/// What became of a file, in words.
fn outcome(redone: &Redone) -> String {
    let mut said = vec![format!("改动 {} 处", redone.done)];
    if !redone.dropped.is_empty() {
        said.push(format!("去掉了{}", redone.dropped.join("、").replace("公式", "公式（改为数值）")));
    }
    if !redone.left.is_empty() {
        said.push(format!("下列地方没有改到：{}", redone.left.join("、")));
    }
    said.join("，")
}

/// Whole paragraphs and cells with what should stand there: of every place of the file, hidden ones too.
fn changes(parts: &[Part]) -> Vec<Change> {
    let lists = lists_of_people(parts);
    let read = parts.iter().filter(|part| part.unread.is_none()).map(|part| part.text.as_str());
    let texts: Vec<&str> = read.chain(lists.iter().map(|(_, text)| text.as_str())).collect();
    let listed = Listed::of(&texts);
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for text in &texts {
        let masks = masks_with(text, &listed);
        if masks.is_empty() {
            continue;
        }
        let chars: Vec<char> = text.chars().collect();
        let mut start = 0;
        for unit in chars.split(|c| matches!(c, '\n' | '\t')) {
            let end = start + unit.len();
            let inside = masks.iter().filter(|mask| start <= mask.start && mask.end <= end);
            let (mut made, mut at) = (String::new(), start);
            for mask in inside {
                made.extend(&chars[at..mask.start]);
                made.push_str(&mask.to);
                at = mask.end;
            }
            if at > start {
                made.extend(&chars[at..end]);
                let from: String = unit.iter().collect();
                // What the head of a column calls a cell was put before it for the checks, and does not stand there.
                if let (Some((head, from)), Some((same, made))) = (from.split_once('：'), made.split_once('：'))
                    && head == same
                {
                    all.insert(from.trim().to_owned(), made.trim().to_owned());
                }
                all.insert(from.trim().to_owned(), made.trim().to_owned());
            }
            start = end + 1;
        }
    }
    all.into_iter().map(|(from, to)| Change { from, to }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_cells_and_paragraphs_are_named() {
        let part = |place: &str, text: &str| Part { place: place.to_owned(), text: text.to_owned(), unread: None };
        let parts = [part("body", "联系人手机13800138000。\n无关的一段"), part("row 2", "手机\t13900139000")];
        let all = changes(&parts);
        let said: Vec<(&str, &str)> = all.iter().map(|one| (one.from.as_str(), one.to.as_str())).collect();
        assert_eq!(said, [("13900139000", "139****9000"), ("联系人手机13800138000。", "联系人手机138****8000。")]);
    }
    #[test]
    fn what_became_of_a_file_is_told() {
        let redone = |dropped: &[&str], left: &[&str]| Redone {
            bytes: Vec::new(),
            done: 2,
            dropped: dropped.iter().map(|one| (*one).to_owned()).collect(),
            left: left.iter().map(|one| (*one).to_owned()).collect(),
        };
        assert_eq!(outcome(&redone(&[], &[])), "改动 2 处");
        let told = "改动 2 处，去掉了公式（改为数值）、文档属性，下列地方没有改到：页眉";
        assert_eq!(outcome(&redone(&["公式", "文档属性"], &["页眉"])), told);
    }

    #[test]
    fn homes_and_names_of_a_list_are_named_too() {
        let part = |place: &str, text: &str| Part { place: place.to_owned(), text: text.to_owned(), unread: None };
        let cells = [
            ("A1", "姓名"),
            ("B1", "身份证号"),
            ("C1", "住址"),
            ("A2", "王建军"),
            ("B2", "000000199001010018"),
            ("C2", "柳溪镇前进村三组12号"),
        ];
        let parts: Vec<Part> =
            cells.iter().map(|(at, text)| part(&format!("sheet \"名单\" {at} (hidden)"), text)).collect();
        let all = changes(&parts);
        let to: Vec<&str> = all.iter().map(|one| one.to.as_str()).collect();
        assert!(to.contains(&"王*军") && to.contains(&"柳溪镇前进村*组**号"), "{to:?}");
    }
}
