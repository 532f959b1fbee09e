//! One item: all that it says, what is worked on, its versions, and two of them beside each other.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use item::{Item, ItemKey};
use kernel::time;
use record::items::{self, EDIT_ITEMS, Entry, ISSUE_ITEMS, Origin, State as Stage, Version, acts};
use serde::Deserialize;
use web::{Ctx, Desk, Error, FormErrors, OfficeShell, Query, Result, office_page, page};

use super::{entry, open_state, standing};
use crate::catalogue::{
    limits,
    words::{self, Differs, Fact},
};

/// A version in the list of them.
struct Told {
    name: String,
    state: &'static str,
    tone: &'static str,
    sort: &'static str,
    from: String,
    by: String,
    note: String,
    /// What stands for it in an address; empty = its text cannot be asked for.
    code: String,
}

/// What is worked on.
struct Work {
    id: String,
    revision: i64,
    offered: bool,
    state: &'static str,
    tone: &'static str,
    sort: &'static str,
    by: String,
    note: String,
    returned: String,
    from_on: String,
    differs: Vec<Differs>,
    /// What records do not allow.
    held: Vec<String>,
    /// What it shows to readers that they could not see before, in sentences.
    opens: Vec<String>,
    /// What whoever issues it should know besides: limits that contradict themselves, addresses that readers lose.
    told: Vec<String>,
    /// What it closes for readers, and in how many records.
    closes: Vec<String>,
    /// Whether the person wrote in it.
    own: bool,
}

#[derive(Template)]
#[template(path = "catalogue/templates/item.html")]
struct OnePage {
    shell: OfficeShell,
    errors: FormErrors,
    key: String,
    item: Item,
    entry: Entry,
    state: &'static str,
    tone: &'static str,
    facts: Vec<Fact>,
    columns: Vec<ColumnLine>,
    work: Option<Work>,
    versions: Vec<Told>,
    /// What a newer program brings.
    update: Vec<Differs>,
    coming: Vec<(u32, String)>,
    retired: String,
    /// Who asks to retire it, since when and why; empty = nobody does.
    asked: String,
    /// Whether the person asks it.
    asked_self: bool,
    may_edit: bool,
    may_issue: bool,
    /// What was typed where a form was refused.
    reason: String,
    why: String,
    opening: String,
    new_key: String,
    new_title: String,
    once: String,
}

impl OnePage {
    /// Whether what is worked on waits to be issued, so that it is taken back before it is changed.
    fn is_offered(&self) -> bool {
        self.work.as_ref().is_some_and(|work| work.offered)
    }
}

/// What was typed into the forms of an item's page.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    pub(super) reason: String,
    pub(super) why: String,
    pub(super) opening: String,
    pub(super) new_key: String,
    pub(super) new_title: String,
}

/// A column as the page shows it.
struct ColumnLine {
    key: String,
    label: String,
    group: String,
    typed: String,
    required: bool,
    marks: String,
    aliases: String,
    hint: String,
    code: String,
}

fn columns(item: &Item) -> Vec<ColumnLine> {
    let line = |column: &item::Column| {
        let mut marks: Vec<String> = words::privacy(column).into_iter().map(str::to_owned).collect();
        marks.extend(Some(words::names(item, column)).filter(|names| !names.is_empty()));
        if column.listed {
            marks.push("列表显示".to_owned());
        }
        if column.filter != item::Filter::None {
            marks.push(words::label(&words::FILTERS, column.filter).to_owned());
        }
        ColumnLine {
            key: column.key.clone(),
            label: column.label.clone(),
            group: column.group.join(" / "),
            typed: words::typed(&column.typed),
            required: column.required,
            marks: marks.join("、"),
            aliases: column.aliases.join("、"),
            hint: column.hint.clone(),
            code: format!("{} {}", column.code, column.letter).trim().to_owned(),
        }
    };
    item.columns.iter().map(line).collect()
}

fn told(version: &Version, in_force: u32, today: jiff::civil::Date) -> Told {
    let (state, tone) = match version.state {
        Stage::Draft => ("修改中", "soon"),
        Stage::Offered => ("待公布", "info"),
        Stage::Dropped => ("已放弃", "off"),
        Stage::Issued if version.number == in_force => ("现行", "ok"),
        Stage::Issued if !version.holds_on(today) => ("待施行", "info"),
        Stage::Issued => ("已被新版代替", "off"),
    };
    let who = if version.state == Stage::Issued && version.origin == Origin::County {
        format!("{}修改，{} {}公布", version.changed_name, version.issued_name, time::show_minute(&version.issued_at))
    } else if version.changed_at.is_empty() {
        "随程序提供".to_owned()
    } else {
        format!("{} {}", version.changed_name, time::show_minute(&version.changed_at))
    };
    let name = if version.number > 0 { format!("第 {} 版", version.number) } else { "修改稿".to_owned() };
    let code = if version.number > 0 { version.number.to_string() } else { version.id.to_string() };
    Told {
        name,
        state,
        tone,
        sort: version.sort.label(),
        from: version.from_on.map(|day| day.to_string()).unwrap_or_default(),
        by: who,
        note: version.note.clone(),
        code,
    }
}

/// What a change opens, with how many records of which organs.
fn opened(ctx: &Ctx, opens: &items::Opening) -> Vec<String> {
    let mut all: Vec<String> = opens.what.iter().map(|what| format!("{what}。")).collect();
    let many: i64 = opens.records.iter().map(|(_, many)| many).sum();
    if many == 0 {
        all.push("目前没有已公开的记录受影响。".to_owned());
        return all;
    }
    let directory = ctx.directory();
    let organs: Vec<String> =
        opens.records.iter().map(|(organ, many)| format!("{} {many} 条", directory.short_name(organ))).collect();
    let persons = if opens.of_persons { "写有自然人信息的" } else { "" };
    all.push(format!("公布后，{many} 条{persons}记录立即随之公开：{}。请先与这些机关核对。", organs.join("、")));
    all
}

/// What a change takes away from readers of the site, and which of its limits do not agree with themselves.
async fn warned(ctx: &Ctx, old: Option<&Item>, new: &Item) -> Result<Vec<String>> {
    let mut all: Vec<String> = new.limits.iter().flat_map(limits::contradictions).collect();
    let Some(old) = old.filter(|old| old.is_table() && old.is_on_web() && !new.is_on_web()) else { return Ok(all) };
    let many = record::counts::public(ctx.db().read(), &old.key, None, "").await?;
    if many > 0 {
        all.push(format!(
            "公开渠道不再包括政府网站：公布后，{many} 条已公开的记录和这张表立即从网站撤下，原来的网址只显示不再公开和原因。\
             确需保留的，请保留政府网站这一渠道。"
        ));
    }
    Ok(all)
}

/// What a change closes, with how many records of which organs it is covered in.
fn closed(ctx: &Ctx, closes: &items::Opening) -> Vec<String> {
    let mut all: Vec<String> = closes.what.iter().map(|what| format!("{what}。")).collect();
    let many: i64 = closes.records.iter().map(|(_, many)| many).sum();
    if many > 0 {
        let directory = ctx.directory();
        let organs: Vec<String> =
            closes.records.iter().map(|(organ, many)| format!("{} {many} 条", directory.short_name(organ))).collect();
        all.push(format!(
            "施行后几分钟内，已公开的 {many} 条记录（{}）和它们更正前的内容都按新的规定遮盖或者不再显示，未公开的批次一并遮盖。",
            organs.join("、")
        ));
    }
    all
}

async fn worked_on(ctx: &Ctx, desk: &Desk, entry: &Entry) -> Result<Option<Work>> {
    let Some(open) = &entry.open else { return Ok(None) };
    let (state, tone) = open_state(Some(open.as_ref()));
    let newest = entry.coming.last().map(|version| version.item.clone());
    let old = newest.or_else(|| entry.in_force.then(|| Item::clone(&entry.item)));
    let mut closes = Vec::new();
    if let Some(old) = &old {
        let closing = items::closing(ctx.db().read(), old, &open.item).await?;
        closes.extend(closing.iter().flat_map(|closing| closed(ctx, closing)));
    }
    let (differs, held, opens) = match &old {
        Some(old) => {
            let held = items::against(ctx, old, &open.item).await?;
            let opens = items::opening(ctx.db().read(), old, &open.item).await?;
            let held = held.iter().map(items::Held::sentence).collect();
            (words::differing(ctx, old, &open.item), held, opens.map(|opens| opened(ctx, &opens)).unwrap_or_default())
        }
        None => (Vec::new(), Vec::new(), Vec::new()),
    };
    Ok(Some(Work {
        id: open.id.to_string(),
        revision: open.revision,
        offered: open.state == Stage::Offered,
        state,
        tone,
        sort: open.sort.label(),
        by: format!("{} {}", open.changed_name, time::show_minute(&open.changed_at)),
        note: open.note.clone(),
        returned: open.returned.clone(),
        from_on: open.from_on.map(|day| day.to_string()).unwrap_or_default(),
        differs,
        held,
        opens,
        told: warned(ctx, old.as_ref(), &open.item).await?,
        closes,
        own: open.is_by(&desk.actor()),
    }))
}

fn asking(asked: &items::Asked) -> String {
    format!("{} {}提请停用：{}", time::show_minute(&asked.at), asked.name, asked.reason)
}

/// The page of an item; with what was typed, where a form was refused.
pub(super) async fn shown(
    ctx: &Ctx,
    desk: &Desk,
    key: &ItemKey,
    (said, errors): (Said, FormErrors),
) -> Result<Response> {
    let (_, entry) = entry(ctx, key).await?;
    let versions = items::versions(ctx, key).await?;
    let actor = desk.actor();
    let (state, tone) = standing(&entry);
    let in_force = if entry.in_force { entry.item.version } else { 0 };
    let item = Item::clone(&entry.item);
    let base = entry.update.as_ref();
    let retired = entry.retired.as_ref();
    let bad = !errors.is_empty();
    let page = OnePage {
        shell: desk.shell(ctx, item.title.clone()).await?.with_error(bad),
        errors,
        key: key.to_string(),
        state,
        tone,
        facts: words::facts(ctx, &item).into_iter().filter(|fact| !fact.lines.is_empty()).collect(),
        columns: columns(&item),
        work: worked_on(ctx, desk, &entry).await?,
        versions: versions.iter().map(|version| told(version, in_force, ctx.today())).collect(),
        update: base.map(|boxed| words::differing(ctx, &item, boxed)).unwrap_or_default(),
        coming: entry
            .coming
            .iter()
            .map(|version| (version.number, version.from_on.map(|day| day.to_string()).unwrap_or_default()))
            .collect(),
        retired: retired.map(|one| format!("{} {}停用：{}", one.on, one.by, one.reason)).unwrap_or_default(),
        asked: entry.asked.as_ref().map(asking).unwrap_or_default(),
        asked_self: entry.asked.as_ref().is_some_and(|asked| asked.by == actor.log_id()),
        may_edit: acts::may(ctx, &actor, &EDIT_ITEMS),
        may_issue: acts::may(ctx, &actor, &ISSUE_ITEMS),
        reason: said.reason,
        why: said.why,
        opening: said.opening,
        new_key: said.new_key,
        new_title: said.new_title,
        once: ctx.once(),
        item,
        entry,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// GET /items/{key}
pub(in crate::catalogue) async fn one(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
) -> Result<Response> {
    shown(&ctx, &desk, &key, (Said::default(), FormErrors::new())).await
}

/// Which two versions: numbers, or the id of one that has none.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::catalogue) struct Two {
    a: String,
    b: String,
}

#[derive(Template)]
#[template(path = "catalogue/templates/compare.html")]
struct ComparePage {
    shell: OfficeShell,
    key: String,
    title: String,
    versions: Vec<(String, String)>,
    a: String,
    b: String,
    differs: Vec<Differs>,
    changes: Vec<String>,
}

/// GET /items/{key}/compare
pub(in crate::catalogue) async fn compare(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
    Query(two): Query<Two>,
) -> Result<Response> {
    let versions = items::versions(&ctx, &key).await?;
    let code = |version: &Version| {
        if version.number > 0 { version.number.to_string() } else { version.id.to_string() }
    };
    let find = |asked: &str| versions.iter().find(|version| code(version) == asked);
    // Without a choice the newest is held against the one before it.
    let newest = versions.first().ok_or(Error::NotFound)?;
    let before = versions.get(1).unwrap_or(newest);
    let (old, new) = (find(&two.a).unwrap_or(before), find(&two.b).unwrap_or(newest));
    let title = new.item.title.clone();
    let named = |version: &Version| {
        let told = told(version, 0, ctx.today());
        (told.code, format!("{}（{}）", told.name, told.by))
    };
    office_page(&ComparePage {
        shell: desk.shell(&ctx, format!("{title}：版本比较")).await?,
        key: key.to_string(),
        title,
        a: code(old),
        b: code(new),
        differs: words::differing(&ctx, &old.item, &new.item),
        changes: items::changes(&old.item, &new.item),
        versions: versions.iter().map(named).collect(),
    })
}

/// Which version of a file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::catalogue) struct Which {
    version: String,
}

/// GET /items/{key}/item.toml: the version in force, or the one that is asked for.
pub(in crate::catalogue) async fn toml(
    State(ctx): State<Ctx>,
    Path(key): Path<ItemKey>,
    Query(which): Query<Which>,
) -> Result<Response> {
    let item = if which.version.is_empty() {
        Item::clone(&entry(&ctx, &key).await?.1.item)
    } else {
        let versions = items::versions(&ctx, &key).await?;
        let is_it =
            |version: &&Version| version.number.to_string() == which.version || version.id.as_str() == which.version;
        versions.iter().find(is_it).ok_or(Error::NotFound)?.item.clone()
    };
    let text = item::write(std::slice::from_ref(&item));
    Ok(page::download(text.into_bytes(), "application/toml; charset=utf-8", &format!("{key}.toml")))
}
