//! A record: all of its public values, where it is from, what was corrected; of one that was taken away, that it was, and why.

use std::{collections::BTreeSet, sync::Arc};

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use document::page as part;
use item::{Item, Type};
use kernel::time;
use record::{
    Data, RecordId, State as Standing, batch,
    rows::{self, Stored},
    withdraw::{self, Withdrawn},
};
use web::{Ctx, Error, PortalShell, Reader, Result, filters, page::portal_page};

use super::{
    cells,
    tables::{self, Named},
    texts::{self, Text},
};

/// Characters of a value that take a line of their own.
const WIDE: usize = 40;
/// The key of an origin that is of all fields that have none of their own.
const OTHERS: &str = "*";

/// Why a correction shows nothing of what it corrected.
const SEALED: &str = "原来的内容依法不应当公开，已经封存";

/// A value of the record.
struct Fact {
    label: String,
    value: String,
    /// Where it leads; empty = nowhere.
    href: String,
    wide: bool,
}

/// A value that was changed.
struct Changed {
    label: String,
    before: String,
    after: String,
}

/// What a later version changed.
struct Correction {
    on: String,
    changed: Vec<Changed>,
    /// Why, in the words of who made it; may be empty.
    why: String,
    /// What it said before is sealed.
    is_sealed: bool,
}

/// Where fields of old records are from.
struct Origin {
    label: String,
    source: String,
    sure: String,
}

#[derive(Template)]
#[template(path = "records_portal/templates/one.html")]
struct Page {
    shell: PortalShell,
    item: Arc<Item>,
    name: String,
    path: String,
    organ: String,
    organ_href: String,
    phone: String,
    facts: Vec<Fact>,
    /// What the county added to the table.
    more: Vec<(String, String)>,
    public_on: String,
    /// The day on which it first became public.
    since: String,
    /// From when to when it was taken away, in words; empty = never.
    away: String,
    period: String,
    keep_until: String,
    way: String,
    origins: Vec<Origin>,
    /// Public documents that bear a number of the record.
    texts: Vec<Text>,
    corrections: Vec<Correction>,
    /// The address of the table.
    list: String,
    /// What a reader can do about it beside telling that the data is wrong: address and words.
    voices: Vec<(String, &'static str)>,
    today: String,
}

#[derive(Template)]
#[template(path = "records_portal/templates/gone.html")]
struct Gone {
    shell: PortalShell,
    title: String,
    /// Address of the table; empty = it does not stand on the site.
    path: String,
    reason: String,
    when: String,
    organ: String,
    phone: String,
}

/// `GET /records/{item}/{id}`
pub(super) async fn one(
    State(ctx): State<Ctx>,
    reader: Reader,
    Path((key, id)): Path<(String, RecordId)>,
) -> Result<Response> {
    if let Some((item, since)) = tables::taken_off(&ctx, &key).await? {
        return off_the_site(&ctx, &reader, &item, (&id, since)).await;
    }
    let item = match tables::named(&ctx, &key).await? {
        Named::Table(item) => item,
        Named::Moved(key) => {
            return Ok(Redirect::permanent(&format!("{}/{id}", tables::path(&key))).into_response());
        }
    };
    match standing(&ctx, &item, &id).await? {
        Found::Public(stored) => shown(&ctx, &reader, item, *stored).await,
        Found::Gone(why) => gone(&ctx, &reader, &item, why),
    }
}

/// A record that stood on the site until its table was taken off: that, and why, and nothing of what it said.
async fn off_the_site(ctx: &Ctx, reader: &Reader, item: &Item, (id, since): (&RecordId, String)) -> Result<Response> {
    let why = match standing(ctx, item, id).await? {
        Found::Gone(why) => why,
        // What became public elsewhere afterwards never stood here.
        Found::Public(stored) if !since.is_empty() && stored.public_on > since => return Err(Error::NotFound),
        Found::Public(stored) => Why {
            words: "公开事项目录规定的公开渠道不再包括政府网站。".to_owned(),
            on: if since.is_empty() { stored.public_on.clone() } else { since },
            organ: stored.organ.clone(),
        },
    };
    gone(ctx, reader, item, why)
}

/// What there is of a record.
pub(super) enum Found {
    Public(Box<Stored>),
    Gone(Why),
}

/// Why a record is not there any more.
pub(super) struct Why {
    /// In whole sentences, for readers.
    pub(super) words: String,
    /// The day.
    pub(super) on: String,
    pub(super) organ: kernel::OrganCode,
}

/// The record, or why it is gone.
///
/// # Errors
/// [`Error::NotFound`] of what never was public.
pub(super) async fn standing(ctx: &Ctx, item: &Item, id: &RecordId) -> Result<Found> {
    if let Some(stored) = rows::public(ctx.db().read(), &item.key, id).await? {
        return Ok(Found::Public(Box::new(stored)));
    }
    let withdrawn = withdraw::of_record(ctx.db().read(), id).await?;
    if let Some(line) = withdrawn.filter(|line| line.item == item.key.as_str() && line.restored_at.is_empty()) {
        return Ok(Found::Gone(why_withdrawn(&line)));
    }
    let versions = rows::versions(ctx.db().read(), id).await?;
    let expired = versions.into_iter().find(|one| one.state == Standing::Expired && one.item == item.key.as_str());
    let expired = expired.filter(|one| !one.public_on.is_empty()).ok_or(Error::NotFound)?;
    let words = "公示期满，按规定不再公开，数据已经删除。".to_owned();
    Ok(Found::Gone(Why { words, on: time::show_date(&expired.ended_at), organ: expired.organ }))
}

fn why_withdrawn(line: &Withdrawn) -> Why {
    let words = match line.words.trim() {
        "" => format!("{}。", line.reason.label()),
        words => format!("{}：{words}", line.reason.label()),
    };
    Why { words, on: time::show_date(&line.at), organ: line.organ.clone() }
}

async fn shown(ctx: &Ctx, reader: &Reader, item: Arc<Item>, stored: Stored) -> Result<Response> {
    let path = tables::path(&item.key);
    let name = cells::name(&item, &stored.data);
    let history = rows::history(ctx.db().read(), &stored.record).await?;
    let since = history.last().map_or_else(|| stored.public_on.clone(), |first| first.public_on.clone());
    let batch = batch::find(ctx.db().read(), &stored.batch).await?;
    let directory = ctx.directory();
    let organ = directory.get(&stored.organ);
    let title = if item.keys.is_empty() { format!("{name}（{}）", short(&stored.record)) } else { name.clone() };
    let lead = format!("{}：{name}。", item.title);
    let shell = tables::shell(ctx, reader, &title, &item.title, &lead);
    portal_page(&Page {
        shell: shell.crumb("领域数据", "/records").crumb(&item.title, &path).crumb(&name, "").shared(ctx),
        organ: organ.map_or_else(|| stored.organ.to_string(), |organ| organ.name.clone()),
        organ_href: organ.map(|organ| format!("/organs/{}", organ.code)).unwrap_or_default(),
        phone: part::phone_of(ctx, &stored.organ),
        facts: facts(&item, &stored),
        more: cells::more(&item, &stored.data).into_iter().collect(),
        public_on: stored.public_on.clone(),
        since,
        away: was_away(ctx, &stored.record).await?,
        period: cells::period(&stored.period),
        keep_until: stored.keep_until.clone(),
        way: batch.map(|batch| format!("{}，{}", batch.what.label(), batch.way.label())).unwrap_or_default(),
        origins: origins(&item, &stored)?,
        texts: texts::of(ctx, &item, &stored.data).await?,
        corrections: corrections(ctx, &item, &history).await?,
        voices: crate::enforcement::voices(ctx, &item, &stored, &name),
        today: ctx.today().to_string(),
        item,
        name,
        path: format!("{path}/{}", stored.record),
        list: path,
    })
}

/// That a record was taken away for a while, where it came back.
async fn was_away(ctx: &Ctx, record: &RecordId) -> Result<String> {
    let line = withdraw::of_record(ctx.db().read(), record).await?;
    let words = |line: Withdrawn| {
        format!(
            "{} 至 {} 曾停止公开（{}）",
            time::show_date(&line.at),
            time::show_date(&line.restored_at),
            line.reason.label()
        )
    };
    Ok(line.filter(|line| !line.restored_at.is_empty()).map(words).unwrap_or_default())
}

/// The end of an id, by which people can tell records without a name of their own apart.
fn short(id: &RecordId) -> String {
    const FEW: usize = 6;
    let text = id.as_str();
    text.chars().skip(text.chars().count().saturating_sub(FEW)).collect()
}

/// The public values of a record. Its own last day (公示截止期) is left out where the page says until when it stands: that is the
/// earlier of both, and readers are told one day.
fn facts(item: &Item, stored: &Stored) -> Vec<Fact> {
    let data = &stored.data;
    let own = record::values::shown_until(item, &data.typed(item)).map(|(column, _)| column.key.clone());
    let said = own.filter(|_| !stored.keep_until.is_empty()).unwrap_or_default();
    let fact = |column: &item::Column| {
        let stored = data.get(&column.key);
        let value = cells::full(column, stored);
        let leads = column.typed == Type::Link && (stored.starts_with("https://") || stored.starts_with("http://"));
        (!value.is_empty()).then(|| Fact {
            label: cells::label(column),
            wide: value.chars().count() > WIDE || matches!(column.typed, Type::Long { .. }),
            href: if leads { stored.to_owned() } else { String::new() },
            value,
        })
    };
    cells::open(item).filter(|column| column.key != said).filter_map(fact).collect()
}

/// Where fields are from that were brought in later; nothing of columns that readers do not see.
fn origins(item: &Item, stored: &Stored) -> Result<Vec<Origin>> {
    let origin = |(key, origin): (String, rows::Origin)| {
        let label = match key.as_str() {
            OTHERS => "其他各项".to_owned(),
            key => cells::label(cells::open(item).find(|column| column.key == key)?),
        };
        let why = if origin.why.is_empty() { String::new() } else { format!("，{}", origin.why) };
        Some(Origin { label, source: origin.source, sure: format!("把握 {}%{why}", origin.confidence) })
    };
    Ok(stored.origins()?.into_iter().filter_map(origin).collect())
}

/// What each version changed, the newest first.
async fn corrections(ctx: &Ctx, item: &Item, history: &[Stored]) -> Result<Vec<Correction>> {
    let mut all = Vec::new();
    for pair in history.windows(2) {
        let [later, earlier] = pair else { continue };
        all.push(Correction {
            on: later.public_on.clone(),
            changed: changed(item, &earlier.data, &later.data),
            why: rows::note(ctx.db().read(), &later.batch).await?,
            is_sealed: false,
        });
    }
    // What came before the first that may be seen should not have been shown: neither its words nor those of who corrected it,
    // which may tell them again.
    if let Some(first) = history.last().filter(|first| first.version > 1) {
        let on = first.public_on.clone();
        all.push(Correction { on, changed: Vec::new(), why: SEALED.to_owned(), is_sealed: true });
    }
    Ok(all)
}

fn changed(item: &Item, before: &Data, after: &Data) -> Vec<Changed> {
    let blank = |words: String| if words.is_empty() { "（空）".to_owned() } else { words };
    let own = cells::open(item).filter(|column| before.get(&column.key) != after.get(&column.key));
    let own = own.map(|column| Changed {
        label: cells::label(column),
        before: blank(cells::full(column, before.get(&column.key))),
        after: blank(cells::full(column, after.get(&column.key))),
    });
    let (old, new) = (cells::more(item, before), cells::more(item, after));
    let heads: BTreeSet<&String> =
        old.keys().chain(new.keys()).filter(|head| old.get(*head) != new.get(*head)).collect();
    let text = |all: &std::collections::BTreeMap<String, String>, head: &str| {
        blank(all.get(head).cloned().unwrap_or_default())
    };
    let more = heads.into_iter().map(|head| Changed {
        label: head.clone(),
        before: text(&old, head),
        after: text(&new, head),
    });
    own.chain(more).collect()
}

fn gone(ctx: &Ctx, reader: &Reader, item: &Item, why: Why) -> Result<Response> {
    let title = format!("{}：这条记录已不再公开", item.title);
    let shell = tables::shell(ctx, reader, &title, "领域数据", &title);
    let path = if item.is_on_web() { tables::path(&item.key) } else { String::new() };
    let page = Gone {
        shell: shell.crumb("领域数据", "/records").crumb(&item.title, &path).crumb("已不再公开", ""),
        path,
        title: item.title.clone(),
        reason: why.words,
        when: format!("{} 起不再公开", why.on),
        organ: ctx.directory().get(&why.organ).map_or_else(|| why.organ.to_string(), |organ| organ.name.clone()),
        phone: part::phone_of(ctx, &why.organ),
    };
    let mut response = portal_page(&page)?;
    *response.status_mut() = StatusCode::GONE;
    Ok(response)
}
