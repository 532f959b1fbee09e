//! The form in which an item's words, limits, grounds, columns and references are changed. What stands in a file alone (keys,
//! types, other checks, charts) stays as it is.

use std::fmt::Display;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use item::{Domain, Item, ItemKey};
use record::items::{self, Catalogue, Entry, ItemVersionId, Sort, State as Stage, acts};
use store::Tx;
use web::{Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Refusal, Result, act_in_place, office_page, page};

use super::{
    entry,
    form::{KINDS, OWNERS, Pairs, Typed},
    references,
};
use crate::catalogue::words;

#[derive(Template)]
#[template(path = "catalogue/templates/edit.html")]
struct EditPage {
    shell: OfficeShell,
    errors: FormErrors,
    key: String,
    title: String,
    typed: Typed,
    /// Whether there is a draft that is written on.
    is_draft: bool,
    id: String,
    revision: i64,
    returned: String,
    domains: Vec<(String, String)>,
    columns: Vec<item::Column>,
    /// How names of persons may be shown.
    namings: Vec<(String, String)>,
    /// Columns that may refer, and what they may refer to.
    referring: Vec<(String, String)>,
    registers: Vec<(String, String)>,
    owners: Vec<(&'static str, &'static str, &'static str)>,
    channels: Vec<(String, &'static str, &'static str)>,
    levels: Vec<(String, &'static str, &'static str)>,
    ways: Vec<(String, &'static str)>,
    periods: Vec<(String, &'static str)>,
    kinds: Vec<(String, &'static str)>,
    starts: Vec<(String, &'static str)>,
    units: Vec<(&'static str, &'static str)>,
    filters: Vec<(String, &'static str)>,
    chosen_channels: Vec<String>,
    chosen_levels: Vec<String>,
    once: String,
}

impl EditPage {
    fn wrong(&self, names: &[&str], at: impl Display) -> Option<&str> {
        names.iter().find_map(|name| self.errors.of(&format!("{name}{at}")))
    }

    /// The first that is wrong in a line of grounds.
    fn wrong_ground(&self, at: impl Display) -> Option<&str> {
        self.wrong(&["bt", "ba", "bf", "bu"], at)
    }

    /// The first that is wrong in a line of limits.
    fn wrong_limit(&self, at: impl Display) -> Option<&str> {
        self.wrong(&["lp", "la", "lk", "ln", "lu", "lc", "ld", "lr", "lb"], at)
    }

    /// The first that is wrong in a column.
    fn wrong_column(&self, at: impl Display) -> Option<&str> {
        self.wrong(&["cl", "ca", "ch", "cf", "cs", "cw"], at)
    }

    /// The first that is wrong in a line of references.
    fn wrong_reference(&self, at: impl Display) -> Option<&str> {
        self.wrong(&["rc", "ri", "rt", "rm"], at)
    }

    /// Numbers of the lines of references.
    fn references(&self) -> Vec<usize> {
        references::lines(&self.typed)
    }

    fn bad(&self, name: &str, at: impl Display) -> bool {
        self.errors.of(&format!("{name}{at}")).is_some()
    }
}

/// The text that the form is about: the draft, or the version in force.
fn text(entry: &Entry) -> Item {
    entry.open.as_ref().map_or_else(|| Item::clone(&entry.item), |open| open.item.clone())
}

/// Domains that an item may belong to.
fn known(all: &Catalogue) -> Vec<Domain> {
    let mut found: Vec<Domain> = Vec::new();
    for entry in all.entries() {
        if !found.iter().any(|domain| domain.key == entry.item.domain.key) {
            found.push(entry.item.domain.clone());
        }
    }
    found
}

/// What a column may refer to: the directory of organs, the tables of the catalogue.
fn registers(all: &Catalogue) -> Vec<(String, String)> {
    let tables = all.entries().iter().filter(|entry| entry.in_force && entry.item.is_table());
    let tables =
        tables.map(|entry| (entry.item.key.to_string(), format!("{}（{}）", entry.item.title, entry.item.key)));
    std::iter::once((references::DIRECTORY.to_owned(), "机关名录".to_owned())).chain(tables).collect()
}

fn with_hint(options: Vec<(String, &'static str)>) -> Vec<(String, &'static str, &'static str)> {
    options.into_iter().map(|(code, label)| (code, label, "")).collect()
}

async fn shown(
    ctx: &Ctx,
    desk: &Desk,
    (all, entry): (&Catalogue, &Entry),
    (typed, errors): (Typed, FormErrors),
) -> Result<Response> {
    let item = text(entry);
    let open = entry.open.as_deref();
    let bad = !errors.is_empty();
    let page = EditPage {
        shell: desk.shell(ctx, format!("修改：{}", item.title)).await?.with_error(bad),
        errors,
        key: item.key.to_string(),
        is_draft: open.is_some(),
        id: open.map(|open| open.id.to_string()).unwrap_or_default(),
        revision: open.map_or(0, |open| open.revision),
        returned: open.map(|open| open.returned.clone()).unwrap_or_default(),
        domains: known(all).into_iter().map(|domain| (domain.key, domain.name)).collect(),
        columns: item.columns.clone(),
        namings: references::ways(&item),
        referring: references::columns(&item),
        registers: registers(all),
        owners: OWNERS.to_vec(),
        channels: with_hint(words::options(&words::CHANNELS)),
        levels: with_hint(words::options(&words::LEVELS)),
        ways: words::options(&words::WAYS),
        periods: words::options(&words::PERIODS),
        kinds: words::options(&KINDS),
        starts: words::options(&words::STARTS),
        units: words::UNITS.to_vec(),
        filters: words::options(&words::FILTERS),
        chosen_channels: typed.all("channels"),
        chosen_levels: typed.all("levels"),
        once: ctx.once(),
        title: item.title,
        typed,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// GET /items/{key}/edit
pub(in crate::catalogue) async fn form(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
) -> Result<Response> {
    let (all, entry) = entry(&ctx, &key).await?;
    let open = entry.open.as_deref();
    let (note, from_on) = open.map_or(("", None), |open| (open.note.as_str(), open.from_on));
    let typed = Typed::of(&ctx, &text(&entry), (note, from_on));
    if open.is_some_and(|open| open.state == Stage::Offered) {
        return Err(Error::Conflict("修改稿已经提请公布，现在不能改。需要改的，请先在事项页面收回。".to_owned()));
    }
    shown(&ctx, &desk, (all.as_ref(), &entry), (typed, FormErrors::new())).await
}

/// The item looked through as one of a file is: what checks, charts and limits say of its columns, filters that fit their types.
fn checked(item: &Item) -> Result<(), FormErrors> {
    let mut errors = FormErrors::new();
    for fault in item::faults(item) {
        errors.add("columns", fault.to_string());
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// POST /items/{key}/edit
pub(in crate::catalogue) async fn save(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<ItemKey>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let typed = Typed::from(pairs);
    let (all, entry) = entry(&ctx, &key).await?;
    let id = ItemVersionId::from(typed.value("id"));
    let revision = typed.number("revision");
    let once = typed.value("once").to_owned();
    if let Ok(change) = typed.item(&ctx, &text(&entry), &known(&all)) {
        items::ready(&ctx, &change).await?;
    }
    let done = async |tx: &mut Tx| {
        let item = typed.item(&ctx, &text(&entry), &known(&all)).map_err(Refusal::Fields)?;
        let from_on = typed.day_of_force().map_err(Refusal::Fields)?;
        checked(&item).map_err(Refusal::Fields)?;
        let note = document::values::line(typed.value("note"), 300);
        let seen = (!id.as_str().is_empty()).then_some((&id, revision));
        let change = acts::Put { item: &item, sort: Sort::Form, note: &note, from_on, seen };
        acts::put(&ctx, tx, &desk.actor(), change).await?;
        Ok(Done::ok(format!("/items/{key}"), "已存为修改稿，请核对改动后提请公布。"))
    };
    let again = async |errors: FormErrors| {
        let all = items::catalogue(&ctx).await?;
        let entry = all.entry(&key).cloned().ok_or(Error::NotFound)?;
        let open = entry.open.as_deref();
        let now = open.map(|open| (open.id.clone(), open.revision)).unwrap_or_default();
        // Somebody was faster: the form shows what there is by now, and beside the reason what was typed.
        let shows = if errors.is_refused() && now != (id.clone(), revision) {
            Typed::of(&ctx, &text(&entry), open.map_or(("", None), |open| (open.note.as_str(), open.from_on)))
        } else {
            typed.clone()
        };
        shown(&ctx, &desk, (all.as_ref(), &entry), (shows, errors)).await
    };
    act_in_place(&ctx, &once, done, again).await
}
