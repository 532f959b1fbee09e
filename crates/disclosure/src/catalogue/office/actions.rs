//! What is done with one item: confirmed, offered, issued, sent back, given up, copied, retired by two; an update taken or left.

use axum::{
    extract::{Path, State},
    response::Response,
};
use document::values::line;
use item::{Item, ItemKey};
use record::items::{self, ItemVersionId, Sort, acts};
use serde::Deserialize;
use store::Tx;
use web::{Ctx, Desk, Done, Error, Form, FormErrors, Refusal, Result, act_in_place};

use super::{
    one::{self, Said},
    unusable,
};

/// Longest reason, in characters.
const REASON: usize = 300;

/// A button on an item, with what was typed beside it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::catalogue) struct Button {
    once: String,
    id: ItemVersionId,
    revision: i64,
    reason: String,
    why: String,
    /// Why it shows to readers what they could not see before.
    opening: String,
    new_key: String,
    new_title: String,
}

/// Does one act on an item; the page again with what was typed, where a rule refuses it.
async fn done<F>(ctx: &Ctx, desk: &Desk, (key, button): (&ItemKey, &Button), change: F) -> Result<Response>
where
    F: AsyncFnOnce(&mut Tx) -> Result<Done, Refusal>,
{
    let again = async |errors: FormErrors| {
        let said = Said {
            reason: button.reason.clone(),
            why: button.why.clone(),
            opening: button.opening.clone(),
            new_key: button.new_key.clone(),
            new_title: button.new_title.clone(),
        };
        one::shown(ctx, desk, key, (said, errors)).await
    };
    act_in_place(ctx, &button.once, change, again).await
}

fn page(key: &ItemKey) -> String {
    format!("/items/{key}")
}

/// POST /items/{key}/confirm
pub(in crate::catalogue) async fn confirm(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let note = line(&button.reason, REASON);
    done(&ctx, &desk, (&key, &button), async |tx: &mut Tx| {
        acts::confirm(&ctx, tx, &desk.actor(), &key, &note).await?;
        Ok(Done::ok(page(&key), "已提请公布，由另一位同事核对后公布，公布后生效。"))
    })
    .await
}

/// Whether records allow the draft is looked at before the write, for all of which nobody else could write.
async fn looked_at(ctx: &Ctx, button: &Button) -> Result<()> {
    if let Some(draft) = items::version(ctx, &button.id).await? {
        items::ready(ctx, &draft.item).await?;
    }
    Ok(())
}

/// POST /items/{key}/offer
pub(in crate::catalogue) async fn offer(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
    Form(button): Form<Button>,
) -> Result<Response> {
    looked_at(&ctx, &button).await?;
    done(&ctx, &desk, (&key, &button), async |tx: &mut Tx| {
        acts::offer(&ctx, tx, &desk.actor(), (&button.id, button.revision)).await?;
        Ok(Done::ok(page(&key), "已提请公布，由没有改过它的另一位同事核对后公布。"))
    })
    .await
}

/// POST /items/{key}/take-back
pub(in crate::catalogue) async fn take_back(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
    Form(button): Form<Button>,
) -> Result<Response> {
    done(&ctx, &desk, (&key, &button), async |tx: &mut Tx| {
        acts::take_back(&ctx, tx, &desk.actor(), (&button.id, button.revision)).await?;
        Ok(Done::ok(page(&key), "已收回，可以继续修改。"))
    })
    .await
}

/// POST /items/{key}/drop
pub(in crate::catalogue) async fn give_up(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let reason = line(&button.reason, REASON);
    // A new item that is given up has no page any more; its text stays in the log of the database.
    let stays =
        items::catalogue(&ctx).await?.entry(&key).is_some_and(|entry| entry.in_force || !entry.coming.is_empty());
    done(&ctx, &desk, (&key, &button), async |tx: &mut Tx| {
        acts::give_up(&ctx, tx, &desk.actor(), (&button.id, button.revision), &reason).await?;
        let to = if stays { page(&key) } else { "/items".to_owned() };
        Ok(Done::ok(to, "已放弃修改稿，现行内容不变。"))
    })
    .await
}

/// POST /items/{key}/issue
pub(in crate::catalogue) async fn issue(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let opening = line(&button.opening, REASON);
    looked_at(&ctx, &button).await?;
    done(&ctx, &desk, (&key, &button), async |tx: &mut Tx| {
        let seen = (&button.id, button.revision);
        let version = acts::issue_for(&ctx, tx, &desk.actor(), seen, &opening).await?;
        let from = version.from_on.filter(|from| *from > ctx.today());
        let when = from.map_or_else(|| "即日起施行".to_owned(), |from| format!("从 {from} 起施行"));
        Ok(Done::ok(page(&key), format!("已公布第 {} 版，{when}。", version.number)))
    })
    .await
}

/// POST /items/{key}/send-back
pub(in crate::catalogue) async fn send_back(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let reason = line(&button.reason, REASON);
    done(&ctx, &desk, (&key, &button), async |tx: &mut Tx| {
        acts::send_back(&ctx, tx, &desk.actor(), (&button.id, button.revision), &reason).await?;
        Ok(Done::ok(page(&key), "已退回修改。"))
    })
    .await
}

/// POST /items/{key}/ask-retire
pub(in crate::catalogue) async fn ask_to_retire(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let why = line(&button.why, REASON);
    done(&ctx, &desk, (&key, &button), async |tx: &mut Tx| {
        acts::ask_to_retire(&ctx, tx, &desk.actor(), &key, &why).await?;
        Ok(Done::ok(page(&key), "已提请停用，由县政府办公室的另一位同事核准后停用。"))
    })
    .await
}

/// POST /items/{key}/keep
pub(in crate::catalogue) async fn keep(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let reason = line(&button.reason, REASON);
    done(&ctx, &desk, (&key, &button), async |tx: &mut Tx| {
        acts::keep(&ctx, tx, &desk.actor(), &key, &reason).await?;
        Ok(Done::ok(page(&key), "没有停用，各机关照旧公开。"))
    })
    .await
}

/// POST /items/{key}/retire
pub(in crate::catalogue) async fn retire(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
    Form(button): Form<Button>,
) -> Result<Response> {
    done(&ctx, &desk, (&key, &button), async |tx: &mut Tx| {
        acts::retire(&ctx, tx, &desk.actor(), &key).await?;
        Ok(Done::ok(page(&key), "已停用。各机关不再按它公开，已经公开的记录保留。"))
    })
    .await
}

/// POST /items/{key}/restore
pub(in crate::catalogue) async fn restore(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let reason = line(&button.reason, REASON);
    done(&ctx, &desk, (&key, &button), async |tx: &mut Tx| {
        acts::restore(&ctx, tx, &desk.actor(), &key, &reason).await?;
        Ok(Done::ok(page(&key), "已恢复。"))
    })
    .await
}

/// POST /items/{key}/update
pub(in crate::catalogue) async fn take_update(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
    Form(button): Form<Button>,
) -> Result<Response> {
    done(&ctx, &desk, (&key, &button), async |tx: &mut Tx| {
        let (_, kept) = acts::take_update(&ctx, tx, &desk.actor(), &key).await?;
        let told = if kept.is_empty() {
            "已存为修改稿，请核对后提请公布。".to_owned()
        } else {
            format!("已存为修改稿。{}本县也改过，保留了本县的内容，请核对后提请公布。", kept.join("、"))
        };
        Ok(Done::ok(page(&key), told))
    })
    .await
}

/// POST /items/{key}/leave
pub(in crate::catalogue) async fn leave_update(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let reason = line(&button.reason, REASON);
    done(&ctx, &desk, (&key, &button), async |tx: &mut Tx| {
        acts::leave_update(&ctx, tx, &desk.actor(), &key, &reason).await?;
        Ok(Done::ok(page(&key), "不采用这次随程序更新的内容，现行内容不变。"))
    })
    .await
}

/// POST /items/{key}/copy: a draft of a new item from this one.
pub(in crate::catalogue) async fn copy(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let all = items::catalogue(&ctx).await?;
    let of = all.entry(&key).ok_or(Error::NotFound)?;
    let title = line(&button.new_title, 100);
    done(&ctx, &desk, (&key, &button), async |tx: &mut Tx| {
        let Some(new) = ItemKey::new(button.new_key.trim()) else {
            let text = "请填写事项代码：2 到 40 个小写字母、数字，中间可以用单个连字符，例如 water-village。";
            return Err(Refusal::field("new_key", text));
        };
        if let Some(why) = unusable(&new) {
            return Err(Refusal::field("new_key", why));
        }
        if all.entry(&new).is_some() {
            return Err(Refusal::field("new_key", format!("代码“{new}”已有事项使用，请换一个。")));
        }
        if title.is_empty() {
            return Err(Refusal::field("new_title", "请填写新事项的名称，例如 农村饮水水质。"));
        }
        let from = Item::clone(&of.item);
        let note = format!("由“{}”复制。", from.title);
        let item = Item { key: new, title: title.clone(), confirmed: false, version: 1, ..from };
        let change = acts::Put { item: &item, sort: Sort::Copy, note: &note, from_on: None, seen: None };
        acts::put(&ctx, tx, &desk.actor(), change).await?;
        Ok(Done::ok(format!("/items/{}/edit", item.key), "已复制为新事项的修改稿，请改好后提请公布。"))
    })
    .await
}
