//! Items as files: new ones, or a change of one, uploaded or pasted as TOML. Everything that is wrong is told at its place, and
//! the text stays in the form.

use askama::Template;
use axum::{
    extract::{Multipart, Path, State},
    response::Response,
};
use document::values::line;
use item::{Fault, Item, ItemKey};
use record::items::{self, Catalogue, ItemVersionId, Sort, acts};
use store::Tx;
use web::{
    Ctx, Desk, Done, Error, FormErrors, OfficeShell, Refusal, Result, act_in_place, office_page, page,
    sent::{self, Sent},
};

use super::{entry, unusable};

/// Largest file, in bytes.
const MOST: u64 = 2 << 20;
/// Faults that are told at a time.
const TOLD: usize = 50;
/// Items of one file.
const ITEMS: usize = 500;

#[derive(Template)]
#[template(path = "catalogue/templates/file.html")]
struct FilePage {
    shell: OfficeShell,
    errors: FormErrors,
    /// The item whose change it is; empty = new items.
    key: String,
    is_new: bool,
    title: String,
    text: String,
    note: String,
    /// The draft over which it is written; empty = none.
    id: String,
    revision: i64,
    once: String,
}

/// What was sent.
#[derive(Debug, Clone, Default)]
struct Typed {
    text: String,
    note: String,
    id: ItemVersionId,
    revision: i64,
    once: String,
    /// What is wrong with the file by itself.
    wrong: String,
}

async fn received(ctx: &Ctx, mut parts: Multipart) -> Result<Typed> {
    let mut typed = Typed::default();
    while let Some(field) = parts.next_field().await.map_err(sent::broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let too_large = || "文件太大，上限 2 MB。公开事项的文件是纯文本，通常只有几十 KB。".to_owned();
            let Some(Sent { received, .. }) = sent::file(ctx, field, MOST, too_large).await? else { continue };
            let bytes = std::fs::read(&received.path).map_err(|error| Error::internal(error.to_string()))?;
            match String::from_utf8(bytes) {
                Ok(text) => typed.text = text.trim_start_matches('\u{feff}').to_owned(),
                Err(_) => typed.wrong = "文件不是 UTF-8 编码的文本。请选择 .toml 文件，用 UTF-8 编码保存。".to_owned(),
            }
            continue;
        }
        let text = field.text().await.map_err(sent::broken)?;
        match name.as_str() {
            // A file that was chosen goes before what stands in the box.
            "text" if typed.text.is_empty() => typed.text = text.replace("\r\n", "\n"),
            "note" => typed.note = line(&text, 300),
            "id" => typed.id = ItemVersionId::from(text.trim()),
            "revision" => typed.revision = text.trim().parse().unwrap_or_default(),
            "once" => typed.once = text,
            _ => {}
        }
    }
    Ok(typed)
}

/// What is wrong at their places, as many as are told at a time.
fn told(faults: Vec<Fault>) -> FormErrors {
    let mut errors = FormErrors::new();
    let more = faults.len().saturating_sub(TOLD);
    for fault in faults.into_iter().take(TOLD) {
        errors.add("text", fault.to_string());
    }
    if more > 0 {
        errors.add("text", format!("还有 {more} 处需要更正，没有逐一列出。"));
    }
    errors
}

/// What these items bring out of order among all: checks that ask for an item or a column which is not there.
fn between(all: &Catalogue, found: &[Item]) -> Vec<Fault> {
    let standing = all.in_force();
    let others = standing.iter().filter(|item| !found.iter().any(|other| other.key == item.key));
    let together: Vec<Item> = others.chain(found).cloned().collect();
    let before = item::faults_between(&standing);
    item::faults_between(&together).into_iter().filter(|fault| !before.contains(fault)).collect()
}

/// The items of what was sent; else everything that is wrong with it.
fn read(all: &Catalogue, typed: &Typed) -> Result<Vec<Item>, FormErrors> {
    let one = |text: String| FormErrors::one("text", text);
    if !typed.wrong.is_empty() {
        return Err(FormErrors::one("file", typed.wrong.clone()));
    }
    if typed.text.trim().is_empty() {
        return Err(FormErrors::one("file", "请选择一个 .toml 文件，或者把内容粘贴到下面。"));
    }
    let found = item::read(&typed.text).map_err(told)?;
    let between = between(all, &found);
    if !between.is_empty() {
        return Err(told(between));
    }
    if let Some(why) = found.iter().find_map(|item| unusable(&item.key)) {
        return Err(one(why));
    }
    match found.len() {
        0 => Err(one("没有找到事项。每个事项以 [[item]] 开头。".to_owned())),
        many if many > ITEMS => Err(one(format!("一次最多导入 {ITEMS} 个事项，这里有 {many} 个。请分成几个文件。"))),
        _ => Ok(found),
    }
}

async fn shown(ctx: &Ctx, desk: &Desk, of: Option<&ItemKey>, (typed, errors): (Typed, FormErrors)) -> Result<Response> {
    let bad = !errors.is_empty();
    let title = match of {
        Some(key) => entry(ctx, key).await?.1.item.title.clone(),
        None => String::new(),
    };
    let heading = if title.is_empty() { "新增公开事项".to_owned() } else { format!("{title}：用文件修改") };
    let page = FilePage {
        shell: desk.shell(ctx, heading).await?.with_error(bad),
        errors,
        key: of.map(ToString::to_string).unwrap_or_default(),
        is_new: of.is_none(),
        title,
        text: typed.text,
        note: typed.note,
        id: typed.id.to_string(),
        revision: typed.revision,
        once: ctx.once(),
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// GET /items/new
pub(in crate::catalogue) async fn new(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    shown(&ctx, &desk, None, (Typed::default(), FormErrors::new())).await
}

/// POST /items/new: all items of the file or none.
pub(in crate::catalogue) async fn add(State(ctx): State<Ctx>, desk: Desk, parts: Multipart) -> Result<Response> {
    let typed = received(&ctx, parts).await?;
    let all = items::catalogue(&ctx).await?;
    let found = read(&all, &typed);
    for change in found.iter().flatten() {
        items::ready(&ctx, change).await?;
    }
    let done = async |tx: &mut Tx| {
        let found = found.as_ref().map_err(|errors| Refusal::from(errors.clone()))?;
        let (mut put, mut same) = (0, 0);
        for item in found {
            // What is as it stands needs no draft.
            let is = |old: &Item| Item { version: 0, ..old.clone() } == Item { version: 0, ..item.clone() };
            if all.find(&item.key).is_some_and(|old| is(&old)) {
                same += 1;
                continue;
            }
            let note = if typed.note.is_empty() { "由文件导入。" } else { typed.note.as_str() };
            let change = acts::Put { item, sort: Sort::File, note, from_on: None, seen: None };
            acts::put(&ctx, tx, &desk.actor(), change).await.map_err(|refusal| match refusal {
                Refusal::Conflict(text) => Refusal::Conflict(format!("{}（{}）：{text}", item.title, item.key)),
                other => other,
            })?;
            put += 1;
        }
        if put == 0 {
            return Err(Refusal::Conflict("文件里的事项与现行的都相同，没有改动，没有保存。".to_owned()));
        }
        let rest = if same > 0 { format!("{same} 个与现行的相同，没有改动。") } else { String::new() };
        let to = match (put, found.as_slice()) {
            (1, [only]) => format!("/items/{}", only.key),
            _ => "/items?state=writing".to_owned(),
        };
        Ok(Done::ok(to, format!("已存为修改稿 {put} 份，请核对后提请公布。{rest}")))
    };
    let again = async |errors: FormErrors| shown(&ctx, &desk, None, (typed.clone(), errors)).await;
    act_in_place(&ctx, &typed.once, done, again).await
}

/// GET /items/{key}/file: the file of the draft, or of the version in force, to be changed.
pub(in crate::catalogue) async fn form(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
) -> Result<Response> {
    let (_, entry) = entry(&ctx, &key).await?;
    let open = entry.open.as_deref();
    let item = open.map_or_else(|| Item::clone(&entry.item), |open| open.item.clone());
    let typed = Typed {
        text: item::write(std::slice::from_ref(&item)),
        note: open.map(|open| open.note.clone()).unwrap_or_default(),
        id: open.map(|open| open.id.clone()).unwrap_or_default(),
        revision: open.map_or(0, |open| open.revision),
        ..Typed::default()
    };
    shown(&ctx, &desk, Some(&key), (typed, FormErrors::new())).await
}

/// POST /items/{key}/file
pub(in crate::catalogue) async fn change(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
    parts: Multipart,
) -> Result<Response> {
    let typed = received(&ctx, parts).await?;
    let (all, entry) = entry(&ctx, &key).await?;
    let found = read(&all, &typed);
    let from_on = entry.open.as_ref().and_then(|open| open.from_on);
    for change in found.iter().flatten() {
        items::ready(&ctx, change).await?;
    }
    let done = async |tx: &mut Tx| {
        let found = found.as_ref().map_err(|errors| Refusal::from(errors.clone()))?;
        let [item] = found.as_slice() else {
            let text =
                format!("这里只改“{key}”一个事项，文件里有 {} 个。几个事项一起导入的，请用“新增事项”。", found.len());
            return Err(Refusal::field("text", text));
        };
        if item.key != key {
            let text =
                format!("文件里的事项代码是“{}”，这里是“{key}”。代码不能改；要新设事项的，请用“新增事项”。", item.key);
            return Err(Refusal::field("text", text));
        }
        if typed.note.is_empty() {
            return Err(Refusal::field("note", "请写明改了什么、为什么改，例如 按新印发的标准增加两列。"));
        }
        let seen = (!typed.id.as_str().is_empty()).then_some((&typed.id, typed.revision));
        let change = acts::Put { item, sort: Sort::File, note: &typed.note, from_on, seen };
        acts::put(&ctx, tx, &desk.actor(), change).await?;
        Ok(Done::ok(format!("/items/{key}"), "已存为修改稿，请核对改动后提请公布。"))
    };
    let again = async |errors: FormErrors| shown(&ctx, &desk, Some(&key), (typed.clone(), errors)).await;
    act_in_place(&ctx, &typed.once, done, again).await
}
