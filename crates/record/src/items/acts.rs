//! What is done with items: a change is written, offered, taken back, sent back or given up, issued by another person; an item is
//! confirmed, retired, restored; what a newer program brings is taken or left.

use item::{Item, ItemKey, Rule};
use jiff::civil::Date;
use kernel::{Actor, NewEvent, OrganCode, Permission, may_for};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::Tx;
use web::{Ctx, Refusal};

use super::{
    EDIT_ITEMS, ISSUE_ITEMS, ItemVersionId, SUBJECT,
    events::{
        DRAFTED, DROPPED, ISSUED, OFFERED, RESTORED, RETIRE_ASKED, RETIRE_REFUSED, RETIRED, SENT_BACK, TAKEN_BACK,
        UPDATE_LEFT,
    },
    fits, hands, known,
    rows::{self, Draft, Sort, State, Version},
};

/// The other item that a check asks.
fn asked_of(rule: &Rule) -> Option<&str> {
    match rule {
        Rule::SameAs { item, .. } | Rule::SumOf { item, .. } | Rule::RefersTo { item, .. } => Some(item),
        _ => None,
    }
}

/// Refuses a check that asks another item or a column of it which is not there, and so would never say anything; and a change
/// that takes away what a check of another item asks.
async fn asking(ctx: &Ctx, change: &Item) -> Result<()> {
    let all = super::all(ctx).await?;
    let mut beside = vec![change.clone()];
    for key in change.checks.iter().filter_map(|check| asked_of(&check.rule)) {
        let found = all.iter().chain(item::boxed()).find(|one| one.key.as_str() == key);
        let new: Option<Item> = found.filter(|one| !beside.iter().any(|known| known.key == one.key)).cloned();
        beside.extend(new);
    }
    let own = format!("{} · checks", change.key);
    if let Some(fault) = item::faults_between(&beside).into_iter().find(|fault| fault.place.starts_with(&own)) {
        return Err(conflict(format!("{fault}。")));
    }
    for other in all.iter().filter(|other| other.key != change.key) {
        let mut asking = other.clone();
        asking.checks.retain(|check| asked_of(&check.rule) == Some(change.key.as_str()));
        if asking.checks.is_empty() {
            continue;
        }
        let title = asking.title.clone();
        if let Some(fault) = item::faults_between(&[asking, change.clone()]).into_iter().next() {
            let text = format!("事项“{title}”的核对规则要用到这里的列：{}。请保留，或者先改那个事项。", fault.message);
            return Err(conflict(text));
        }
    }
    Ok(())
}

/// Result of an act: done, or why not.
pub type Result<T, E = Refusal> = std::result::Result<T, E>;

/// Days ahead for which a version may be issued.
const AHEAD: i32 = 366;

/// A change as it is put down.
#[derive(Debug, Clone, Copy)]
pub struct Put<'a> {
    pub item: &'a Item,
    pub sort: Sort,
    /// What was changed and why.
    pub note: &'a str,
    /// The day from which it is to hold; `None` = from its issue.
    pub from_on: Option<Date>,
    /// The draft that was seen, by its id and revision; `None` = there was none.
    pub seen: Option<(&'a ItemVersionId, i64)>,
}

/// Whose the items are: the competent department's, under whatever name it stands today.
pub fn keeper(ctx: &Ctx) -> OrganCode {
    ctx.directory().stands_for(&ctx.office_organ(), ctx.today())
}

/// Whether this person may do this with items.
pub fn may(ctx: &Ctx, actor: &Actor, permission: &Permission) -> bool {
    may_for(actor, permission, &keeper(ctx)).is_ok()
}

async fn begin(ctx: &Ctx, tx: &mut Tx, actor: &Actor, permission: &'static Permission) -> Result<()> {
    tx.lock(SUBJECT).await?;
    Ok(may_for(actor, permission, &keeper(ctx))?)
}

fn conflict(text: impl Into<String>) -> Refusal {
    Refusal::Conflict(text.into())
}

/// The open version that was seen.
async fn seen(tx: &mut Tx, id: &ItemVersionId, revision: i64) -> Result<Version> {
    let version = rows::one(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    if version.revision != revision {
        let text = format!("{}在您打开之后改过，没有办理。请核对现在的内容，再决定。", version.changed_name);
        return Err(conflict(text));
    }
    Ok(version)
}

fn faster() -> Refusal {
    conflict("有人刚刚办理过，没有重复办理。请核对现在的内容。")
}

/// The newest version of an item that was issued, in force or to come; of an item of the box that nobody touched, the box's.
async fn newest(tx: &mut Tx, key: &ItemKey) -> Result<Option<Version>> {
    let versions = rows::of(tx.conn(), key).await?;
    let issued = versions.into_iter().filter(|version| version.state == State::Issued);
    let kept = issued.max_by_key(|version| version.number);
    Ok(kept.or_else(|| known::in_the_box(key).map(Version::boxed)))
}

fn told(old: Option<&Version>, item: &Item) -> String {
    old.map_or_else(|| "新增事项".to_owned(), |old| fits::changes(&old.item, item).join("；"))
}

/// Refused where records hold what the change takes away.
async fn fitting(ctx: &Ctx, old: Option<&Version>, item: &Item) -> Result<()> {
    let Some(old) = old else { return Ok(()) };
    let held = fits::against(ctx, &old.item, item).await.map_err(Refusal::Fault)?;
    match held.first() {
        None => Ok(()),
        Some(first) => {
            let more =
                if held.len() > 1 { format!("还有 {} 列也是这样。", held.len() - 1) } else { String::new() };
            Err(conflict(format!("{}{more}没有保存。", first.sentence())))
        }
    }
}

/// Writes a change down: a new draft, or the one that was seen anew.
///
/// # Errors
/// [`Refusal::Conflict`] when somebody else works on the item, nothing was changed, or records do not allow it; when the person
/// may not.
pub async fn put(ctx: &Ctx, tx: &mut Tx, actor: &Actor, change: Put<'_>) -> Result<ItemVersionId> {
    begin(ctx, tx, actor, &EDIT_ITEMS).await?;
    put_on(ctx, tx, actor, (change, None)).await
}

/// The same; with the item of the box that the change takes over.
async fn put_on(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (change, base): (Put<'_>, Option<&Item>),
) -> Result<ItemVersionId> {
    let key = &change.item.key;
    let open = rows::of(tx.conn(), key).await?.into_iter().find(Version::is_open);
    let old = newest(tx, key).await?;
    if let Some(from) = change.from_on.filter(|from| !within(ctx, *from)) {
        let text = format!("施行日期“{from}”不在今天之后的一年之内，请重新填写；公布即施行的，请不填。");
        return Err(Refusal::field("from_on", text));
    }
    fitting(ctx, old.as_ref(), change.item).await?;
    asking(ctx, change.item).await?;
    // The number that it will most likely have, so that its file can be read back.
    let numbered = Item { version: old.as_ref().map_or(1, |old| old.number + 1), ..change.item.clone() };
    let mut draft = Draft {
        item: &numbered,
        base: base.or_else(|| open.as_ref().and_then(|open| open.base.as_ref())),
        sort: change.sort,
        from_number: old.as_ref().map_or(0, |old| old.number),
        from_on: change.from_on,
        note: change.note,
    };
    let id = match (&open, change.seen) {
        (None, None) => {
            if old.as_ref().is_some_and(|old| known::says_the_same(&old.item, change.item)) {
                return Err(conflict("内容与现行的相同，没有改动，没有保存。"));
            }
            match known::in_the_box(key) {
                Some(boxed) => known::remember(tx, &[boxed]).await?,
                None => {
                    rows::know(tx, change.item, None).await?;
                }
            }
            rows::begin(tx, actor, &draft).await?
        }
        (Some(open), Some((id, revision))) if open.id == *id => {
            if open.state == State::Offered {
                return Err(conflict("修改稿已经提请公布，不能再改。请先收回，再修改。"));
            }
            // What somebody began as a file or a copy stays one, whatever is mended in it on the page.
            if change.sort == Sort::Form && matches!(open.sort, Sort::Copy | Sort::Update) {
                draft.sort = open.sort;
            }
            if open.revision != revision || !rows::rewrite(tx, actor, open, &draft).await? {
                let text =
                    format!("{}在您打开之后保存了新的修改，没有覆盖。请核对现在的内容，再改。", open.changed_name);
                return Err(conflict(text));
            }
            open.id.clone()
        }
        (Some(open), _) => {
            let text = format!(
                "{}已有这个事项的修改稿（{}），一个事项同时只有一份修改稿。请在那份修改稿上改，或者先放弃它。",
                open.changed_name,
                open.sort.label()
            );
            return Err(conflict(text));
        }
        (None, Some(_)) => {
            return Err(conflict("修改稿已经公布或者放弃，没有保存。请核对现在的内容，再修改。"));
        }
    };
    let data = json!({
        "made_as": draft.sort.code(), "from": draft.from_number, "changes": told(old.as_ref(), change.item), "note": change.note,
    });
    tx.append(NewEvent::new(&DRAFTED, key, actor).organ(&keeper(ctx)).data(data)).await?;
    Ok(id)
}

fn within(ctx: &Ctx, day: Date) -> bool {
    let today = ctx.today();
    day >= today && today.until(day).is_ok_and(|span| span.get_days() <= AHEAD)
}

/// Offers a draft: another person issues it.
///
/// # Errors
/// [`Refusal::Conflict`] when it was changed meanwhile, is no draft, or records do not allow it; when the person may not.
pub async fn offer(ctx: &Ctx, tx: &mut Tx, actor: &Actor, (id, revision): (&ItemVersionId, i64)) -> Result<Version> {
    begin(ctx, tx, actor, &EDIT_ITEMS).await?;
    let version = seen(tx, id, revision).await?;
    offer_it(ctx, tx, actor, version).await
}

async fn offer_it(ctx: &Ctx, tx: &mut Tx, actor: &Actor, version: Version) -> Result<Version> {
    if version.state != State::Draft {
        return Err(conflict("这份修改稿不在起草中，不能提请公布。"));
    }
    let old = newest(tx, &version.item.key).await?;
    fitting(ctx, old.as_ref(), &version.item).await?;
    if !rows::turn(tx, &version, State::Offered, "").await? {
        return Err(faster());
    }
    let from_on = version.from_on.map(|day| day.to_string()).unwrap_or_default();
    let data =
        json!({ "changes": told(old.as_ref(), &version.item), "note": version.note.clone(), "from_on": from_on });
    tx.append(NewEvent::new(&OFFERED, &version.item.key, actor).organ(&keeper(ctx)).data(data)).await?;
    Ok(version)
}

/// Takes back what was offered, to write on.
///
/// # Errors
/// [`Refusal::Conflict`] when it was changed meanwhile or is not offered; when the person may not.
pub async fn take_back(ctx: &Ctx, tx: &mut Tx, actor: &Actor, (id, revision): (&ItemVersionId, i64)) -> Result<()> {
    begin(ctx, tx, actor, &EDIT_ITEMS).await?;
    let version = seen(tx, id, revision).await?;
    if version.state != State::Offered {
        return Err(conflict("这份修改稿没有提请公布，不用收回。"));
    }
    if !rows::turn(tx, &version, State::Draft, "").await? {
        return Err(faster());
    }
    tx.append(NewEvent::new(&TAKEN_BACK, &version.item.key, actor).organ(&keeper(ctx))).await?;
    Ok(())
}

/// Sends back what was offered, with what should be otherwise.
///
/// # Errors
/// As [`take_back`]; [`Refusal::Fields`] without a reason.
pub async fn send_back(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (id, revision): (&ItemVersionId, i64),
    reason: &str,
) -> Result<()> {
    begin(ctx, tx, actor, &ISSUE_ITEMS).await?;
    let version = seen(tx, id, revision).await?;
    if version.state != State::Offered {
        return Err(conflict("这份修改稿没有提请公布，不用退回。"));
    }
    if reason.is_empty() {
        return Err(Refusal::field("reason", "请写明退回理由，例如 公开时限与依据不一致，请核对。"));
    }
    if !rows::turn(tx, &version, State::Draft, reason).await? {
        return Err(faster());
    }
    let data = json!({ "reason": reason });
    tx.append(NewEvent::new(&SENT_BACK, &version.item.key, actor).organ(&keeper(ctx)).data(data)).await?;
    Ok(())
}

/// Gives a draft up; its text stays among the versions.
///
/// # Errors
/// [`Refusal::Conflict`] when it was changed meanwhile or is no draft; when the person may not.
pub async fn give_up(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (id, revision): (&ItemVersionId, i64),
    reason: &str,
) -> Result<()> {
    begin(ctx, tx, actor, &EDIT_ITEMS).await?;
    let version = seen(tx, id, revision).await?;
    if version.state != State::Draft {
        return Err(conflict("只有起草中的修改稿可以放弃；已经提请公布的，请先收回。"));
    }
    if !rows::turn(tx, &version, State::Dropped, "").await? {
        return Err(faster());
    }
    let data = json!({ "reason": reason });
    tx.append(NewEvent::new(&DROPPED, &version.item.key, actor).organ(&keeper(ctx)).data(data)).await?;
    Ok(())
}

/// Issues what another person offered; it is in force from its day.
///
/// # Errors
/// As [`issue_for`]; what opens something to readers is refused without its reason.
pub async fn issue(ctx: &Ctx, tx: &mut Tx, actor: &Actor, seen: (&ItemVersionId, i64)) -> Result<Version> {
    issue_for(ctx, tx, actor, seen, "").await
}

/// The same, with the reason for which it shows to readers what they could not see before.
///
/// # Errors
/// [`Refusal::Fields`] at `opening` where it opens something and there is no reason;
/// [`Refusal::Conflict`] when the person wrote in it, it was changed meanwhile or is not offered, another version is to hold from
/// a later day, or records do not allow it; when the person may not.
pub async fn issue_for(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (id, revision): (&ItemVersionId, i64),
    opening: &str,
) -> Result<Version> {
    begin(ctx, tx, actor, &ISSUE_ITEMS).await?;
    let version = seen(tx, id, revision).await?;
    if version.state != State::Offered {
        return Err(conflict("这份修改稿没有提请公布，不能公布。"));
    }
    if version.is_by(actor) {
        let text = "这份修改稿是您写的，不能由您公布。请由县政府办公室的另一位同事核对后公布。";
        return Err(conflict(text));
    }
    let key = version.item.key.clone();
    hands::wrote(tx, &key, actor).await?;
    let old = newest(tx, &key).await?;
    fitting(ctx, old.as_ref(), &version.item).await?;
    let opens = match &old {
        Some(old) => fits::opening(tx.conn(), &old.item, &version.item).await?,
        None => None,
    };
    if let Some(opens) = opens.as_ref().filter(|_| opening.trim().is_empty()) {
        let text = format!("{}。请逐项打开核对，写明扩大公开的依据和理由后公布。", opens.what.join("；"));
        return Err(Refusal::field("opening", text));
    }
    let from_on = version.from_on.unwrap_or_else(|| ctx.today()).max(ctx.today());
    if let Some((later, on)) = old.as_ref().and_then(|old| old.from_on.map(|on| (old.number, on)))
        && on > from_on
    {
        let text = format!("第 {later} 版将从 {on} 起施行，新的一版不能早于这一天。请退回修改施行日期。");
        return Err(conflict(text));
    }
    let number = rows::highest(tx.conn(), &key).await? + 1;
    if !rows::issue(tx, actor, &version, (number, from_on)).await? {
        return Err(faster());
    }
    if let Some(base) = &version.base {
        rows::stand_on(tx, &key, base).await?;
    }
    // Records lie by the columns of the version in force; one that comes later is laid on its day ([`known::schedule`]).
    if let Some(old) = old.as_ref().filter(|old| crate::counts::relaid(&old.item, &version.item)) {
        crate::laid::may_lie(tx, &old.item, old.number).await?;
        if from_on <= ctx.today() {
            crate::relay(tx, &key).await?;
        }
    }
    let digest = hex::encode(Sha256::digest(serde_json::to_vec(&version.item)?));
    let mut data = json!({
        "version": number, "made_as": version.sort.code(), "from_on": from_on.to_string(),
        "changes": told(old.as_ref(), &version.item), "note": version.note.clone(), "digest": digest,
    });
    if opens.is_some() {
        data["opening"] = json!(opening);
    }
    tx.append(NewEvent::new(&ISSUED, &key, actor).organ(&keeper(ctx)).data(data)).await?;
    Ok(Version { number, from_on: Some(from_on), state: State::Issued, ..version })
}

/// Confirms an item as it stands and offers it: another person issues it, and it is owed from then on.
///
/// # Errors
/// [`Refusal::Conflict`] when it is confirmed already or somebody works on it; when the person may not.
pub async fn confirm(ctx: &Ctx, tx: &mut Tx, actor: &Actor, key: &ItemKey, note: &str) -> Result<()> {
    begin(ctx, tx, actor, &EDIT_ITEMS).await?;
    let old = newest(tx, key).await?.ok_or(Refusal::NotFound)?;
    if old.item.confirmed {
        return Err(conflict("这个事项已经确认，没有改动。"));
    }
    let item = Item { confirmed: true, ..old.item };
    let note = if note.is_empty() { "内容核对无误，予以确认。" } else { note };
    let change = Put { item: &item, sort: Sort::Confirm, note, from_on: None, seen: None };
    let id = put_on(ctx, tx, actor, (change, None)).await?;
    let version = rows::one(tx.conn(), &id).await?.ok_or(Refusal::NotFound)?;
    offer_it(ctx, tx, actor, version).await?;
    Ok(())
}

/// Writes a draft of what a newer program brings: each part that the county left as it was is the box's, what the county changed
/// stays. Returns the draft and the parts in which both changed something, so that the county's words stand.
///
/// # Errors
/// [`Refusal::Conflict`] when there is nothing to take or somebody works on the item; when the person may not.
pub async fn take_update(ctx: &Ctx, tx: &mut Tx, actor: &Actor, key: &ItemKey) -> Result<(ItemVersionId, Vec<String>)> {
    begin(ctx, tx, actor, &EDIT_ITEMS).await?;
    let (base, boxed) = update(tx, key).await?;
    let old = newest(tx, key).await?.ok_or(Refusal::NotFound)?;
    let (item, kept) = fits::merged(&base, &old.item, boxed)?;
    if known::says_the_same(&item, &old.item) {
        // The county has all of it in words of its own: there is nothing to issue.
        return Err(conflict("本县改过的内容已经涵盖随程序更新的全部改动，没有可以采用的。请选择“不采用”。"));
    }
    let note = "采用随程序更新的内容。";
    let change = Put { item: &item, sort: Sort::Update, note, from_on: None, seen: None };
    let id = put_on(ctx, tx, actor, (change, Some(boxed))).await?;
    Ok((id, kept))
}

/// Leaves what a newer program brings, until the next difference.
///
/// # Errors
/// As [`take_update`].
pub async fn leave_update(ctx: &Ctx, tx: &mut Tx, actor: &Actor, key: &ItemKey, reason: &str) -> Result<()> {
    begin(ctx, tx, actor, &EDIT_ITEMS).await?;
    let (base, boxed) = update(tx, key).await?;
    rows::leave(tx, key, boxed).await?;
    let data = json!({ "changes": fits::changes(&base, boxed).join("；"), "reason": reason });
    tx.append(NewEvent::new(&UPDATE_LEFT, key, actor).organ(&keeper(ctx)).data(data)).await?;
    Ok(())
}

/// The item of the box on which the county's stands, and the one of this program.
async fn update(tx: &mut Tx, key: &ItemKey) -> Result<(Item, &'static Item)> {
    let none = || conflict("这个事项没有随程序更新的内容。");
    let kept = rows::entry(tx.conn(), key).await?.ok_or_else(none)?;
    let base = kept.base().ok_or_else(none)?;
    let boxed = known::in_the_box(key).ok_or_else(none)?;
    let left = kept.left().is_some_and(|left| known::says_the_same(&left, boxed));
    if left || known::says_the_same(&base, boxed) {
        return Err(none());
    }
    Ok((base, boxed))
}

/// Asks to retire an item; another person decides it, and it is owed until then.
///
/// # Errors
/// [`Refusal::Fields`] without a reason, [`Refusal::Conflict`] when it is retired, was never issued, or somebody asks already;
/// when the person may not.
pub async fn ask_to_retire(ctx: &Ctx, tx: &mut Tx, actor: &Actor, key: &ItemKey, reason: &str) -> Result<()> {
    begin(ctx, tx, actor, &EDIT_ITEMS).await?;
    if newest(tx, key).await?.is_none() {
        return Err(conflict("这个事项还没有公布过，不用停用。不需要的，请放弃修改稿。"));
    }
    if reason.is_empty() {
        return Err(Refusal::field("why", "请写明停用理由，例如 职责已划转市级，县级不再办理。"));
    }
    if let Some(boxed) = known::in_the_box(key) {
        known::remember(tx, &[boxed]).await?;
    }
    let kept = rows::entry(tx.conn(), key).await?.ok_or(Refusal::NotFound)?;
    if !kept.retired_on.is_empty() {
        return Err(conflict("这个事项已经停用。"));
    }
    if !kept.asked_by.is_empty() {
        return Err(conflict(format!("{}已经提请停用这个事项，请由另一位同事核准或者不同意。", kept.asked_name)));
    }
    rows::ask(tx, key, Some((actor, reason))).await?;
    let data = json!({ "reason": reason });
    tx.append(NewEvent::new(&RETIRE_ASKED, key, actor).organ(&keeper(ctx)).data(data)).await?;
    Ok(())
}

/// Somebody asks to retire it.
async fn asked(tx: &mut Tx, key: &ItemKey) -> Result<rows::EntryRow> {
    let kept = rows::entry(tx.conn(), key).await?.ok_or(Refusal::NotFound)?;
    if kept.asked_by.is_empty() {
        return Err(conflict("没有人提请停用这个事项，或者已经办理过。请核对现在的情况。"));
    }
    Ok(kept)
}

/// Retires an item, as another person has asked: organs owe it no more from today on. Its records stay as they are.
///
/// # Errors
/// [`Refusal::Conflict`] when nobody asks, or the person does; when the person may not.
pub async fn retire(ctx: &Ctx, tx: &mut Tx, actor: &Actor, key: &ItemKey) -> Result<()> {
    begin(ctx, tx, actor, &ISSUE_ITEMS).await?;
    let kept = asked(tx, key).await?;
    if kept.asked_by == actor.log_id() {
        return Err(conflict("停用是您提请的，不能由您核准。请由县政府办公室的另一位同事核准。"));
    }
    hands::asked(tx, key, actor).await?;
    rows::retire(tx, key, (Some(ctx.today()), kept.asked_reason.as_str(), actor.log_name())).await?;
    rows::ask(tx, key, None).await?;
    let data = json!({ "reason": kept.asked_reason, "from_on": ctx.today().to_string() });
    tx.append(NewEvent::new(&RETIRED, key, actor).organ(&keeper(ctx)).data(data)).await?;
    Ok(())
}

/// Does not retire what somebody has asked to retire; whoever asked takes it back the same way.
///
/// # Errors
/// [`Refusal::Conflict`] when nobody asks; when the person may not.
pub async fn keep(ctx: &Ctx, tx: &mut Tx, actor: &Actor, key: &ItemKey, reason: &str) -> Result<()> {
    begin(ctx, tx, actor, &EDIT_ITEMS).await?;
    asked(tx, key).await?;
    rows::ask(tx, key, None).await?;
    let data = json!({ "reason": reason });
    tx.append(NewEvent::new(&RETIRE_REFUSED, key, actor).organ(&keeper(ctx)).data(data)).await?;
    Ok(())
}

/// Takes a retirement back: the item is owed again.
///
/// # Errors
/// [`Refusal::Conflict`] when it is not retired; when the person may not.
pub async fn restore(ctx: &Ctx, tx: &mut Tx, actor: &Actor, key: &ItemKey, reason: &str) -> Result<()> {
    begin(ctx, tx, actor, &ISSUE_ITEMS).await?;
    let kept = rows::entry(tx.conn(), key).await?.ok_or(Refusal::NotFound)?;
    if kept.retired_on.is_empty() {
        return Err(conflict("这个事项没有停用，不用恢复。"));
    }
    rows::retire(tx, key, (None, "", "")).await?;
    let data = json!({ "reason": reason });
    tx.append(NewEvent::new(&RESTORED, key, actor).organ(&keeper(ctx)).data(data)).await?;
    Ok(())
}
