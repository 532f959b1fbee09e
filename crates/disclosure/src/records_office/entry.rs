//! The form of one record, made from its item: entered anew, changed in its batch, corrected, settled. What was typed
//! stays, and who wants looks at the checks and at what readers will see before anything is kept.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use item::{Item, Severity};
use kernel::OrganCode;
use record::{
    batch::{self, New, NewRow},
    form, look,
    permissions::ENTER_RECORDS,
    rows::{self, Stored},
    values::{self, Data, Values},
};
use store::Tx;
use web::{Ctx, Desk, Done, Form, FormErrors, OfficeShell, Query, Refusal, Result, act_in_place, office_page, page};

use super::{
    common::{self, Field, Shown},
    list::{Pairs, value},
};

/// Before the name of a field that is a column's, so that none is taken for one of the form's own.
const OF_COLUMN: &str = "c_";
/// Before the name of a field that holds what the county added, under its head.
const OF_ADDED: &str = "x_";

/// Before the key of a column whose value, which the form does not show, is to be deleted.
const CLEAR: &str = "clear_";

/// What a form of a record sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent {
    pub(super) own: BTreeMap<String, String>,
    /// By the keys of columns.
    pub(super) typed: BTreeMap<String, String>,
    /// What the county added, by head.
    pub(super) added: BTreeMap<String, String>,
}

impl From<Pairs> for Sent {
    fn from(pairs: Pairs) -> Self {
        let mut sent = Self::default();
        for (name, text) in pairs {
            match (name.strip_prefix(OF_COLUMN), name.strip_prefix(OF_ADDED)) {
                (Some(key), _) => sent.typed.insert(key.to_owned(), text),
                (_, Some(head)) => sent.added.insert(head.to_owned(), text),
                _ => sent.own.insert(name, text),
            };
        }
        sent
    }
}

impl Sent {
    /// A field of the form's own; empty = not sent.
    pub(super) fn of(&self, name: &str) -> &str {
        self.own.get(name).map_or("", String::as_str)
    }

    /// What the county added to a record, as it shall be: changed as was typed, taken out where nothing is left. Nothing new is
    /// added by a form.
    pub(super) fn added_to(&self, kept: BTreeMap<String, String>) -> BTreeMap<String, String> {
        let one = |(head, text): (String, String)| {
            let text = self.added.get(&head).map_or(text, |typed| typed.trim().to_owned());
            (!text.is_empty()).then_some((head, text))
        };
        kept.into_iter().filter_map(one).collect()
    }

    /// What the page was made of.
    pub(super) fn version(&self) -> i64 {
        self.of("version").trim().parse().unwrap_or_default()
    }
}

/// What of a row no reader sees, or sees masked, as texts by the keys of its columns. A form does not show it: whoever wants to see
/// it says why ([`rows::unmask`]).
pub(super) async fn kept_back(ctx: &Ctx, item: &Item, row: &Stored) -> Result<BTreeMap<String, String>> {
    let (values, _) = rows::whole(ctx, ctx.db().read(), item, row).await?;
    let is_closed = |key: &str| item.column(key).is_some_and(|one| one.privacy.never_public || item.may_cover(one));
    let mut kept = form::typed(item, &values);
    kept.retain(|key, text| !text.is_empty() && is_closed(key) && row.data.get(key) != text.as_str());
    Ok(kept)
}

impl Sent {
    /// What a form shows of a row at first.
    pub(super) fn of_row(item: &Item, values: &Values, kept: &BTreeMap<String, String>) -> Self {
        let mut typed = form::typed(item, values);
        typed.retain(|key, _| !kept.contains_key(key));
        Self { typed, ..Self::default() }
    }

    /// What was typed, with what is kept back and was neither typed anew nor deleted.
    pub(super) fn with(&self, kept: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut typed = self.typed.clone();
        for (key, text) in kept {
            let is_empty = typed.get(key).is_none_or(|typed| typed.trim().is_empty());
            if is_empty && self.of(&format!("{CLEAR}{key}")) != "1" {
                typed.insert(key.clone(), text.clone());
            }
        }
        typed
    }
}

/// Errors of the machine, which stand at the keys of columns, at the fields of the form.
pub(super) fn placed(item: &Item, errors: FormErrors) -> FormErrors {
    let own = item.columns.iter().fold(errors, |errors, column| errors.at(&column.key, &name(&column.key)));
    own.at("form", "main")
}

fn name(key: &str) -> String {
    format!("{OF_COLUMN}{key}")
}

/// What the county added, as a field: published with the record, and taken out by emptying it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Added {
    pub(super) key: String,
    pub(super) head: String,
    pub(super) value: String,
}

/// A value that a correction changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) label: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// How two versions differ in what readers see; of what is never public that it differs is not told.
pub(super) fn changes(item: &Item, before: &Data, after: &Data) -> Vec<Change> {
    let columns = item.columns.iter().filter(|column| !column.privacy.never_public);
    let of_columns = columns.map(|column| Change {
        label: common::headed(column),
        before: before.shown(column),
        after: after.shown(column),
    });
    let mut heads: Vec<&String> = before.more.keys().chain(after.more.keys()).collect();
    heads.sort();
    heads.dedup();
    let text = |data: &Data, head: &String| data.more.get(head).cloned().unwrap_or_default();
    let of_more = heads.into_iter().map(|head| Change {
        label: head.clone(),
        before: text(before, head),
        after: text(after, head),
    });
    of_columns.chain(of_more).filter(|one| one.before != one.after).collect()
}

/// What came of looking.
#[derive(Debug, Clone, Default)]
pub(super) struct Looked {
    pub(super) warnings: Vec<String>,
    pub(super) notes: Vec<String>,
    pub(super) shown: Vec<Shown>,
    pub(super) changes: Vec<Change>,
    /// About a minor: nothing of it will be public.
    pub(super) closed: bool,
}

/// What is to be looked at: a record of this organ, in the place of what readers see now where it corrects something.
pub(super) struct Wanted<'a> {
    pub(super) item: &'a Arc<Item>,
    pub(super) organ: &'a OrganCode,
    pub(super) before: Option<&'a Data>,
    /// What the county added stands in no field.
    pub(super) more: BTreeMap<String, String>,
}

/// Looks at what was typed; what is wrong in it stands at its fields.
pub(super) async fn looked(
    ctx: &Ctx,
    wanted: Wanted<'_>,
    typed: &BTreeMap<String, String>,
) -> Result<std::result::Result<Looked, FormErrors>> {
    let item = wanted.item;
    let read = match form::read(item, typed) {
        Ok(read) => read,
        Err(errors) => return Ok(Err(placed(item, errors))),
    };
    let label = |key: &str| item.column(key).map_or_else(String::new, |column| format!("{}：", column.label));
    let row = NewRow { more: wanted.more, ..read.row };
    let rows = std::slice::from_ref(&row);
    let mut errors = FormErrors::new();
    let mut looked = Looked::default();
    for breach in look::breaches(ctx, item, wanted.organ, rows, wanted.before.is_some()).await? {
        if breach.severity == Severity::Reject {
            let field = if breach.column.is_empty() { "main".to_owned() } else { name(&breach.column) };
            errors.add(&field, breach.message);
        } else {
            looked.warnings.push(format!("{}{}", label(&breach.column), breach.message));
        }
    }
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    for (key, notes) in &read.notes {
        looked.notes.extend(notes.iter().map(|note| format!("{}{note}", label(key))));
    }
    let split = values::split(item, &row.values, &row.more, ctx.today());
    looked.closed = split.closed;
    looked.shown = common::public(item, &split.data);
    looked.changes = wanted.before.map(|before| changes(item, before, &split.data)).unwrap_or_default();
    Ok(Ok(looked))
}

/// The form of a record and what stands around it.
#[derive(Template)]
#[template(path = "records_office/templates/entry.html")]
pub(super) struct FormPage {
    pub(super) shell: OfficeShell,
    pub(super) errors: FormErrors,
    pub(super) title: String,
    /// Words and address.
    pub(super) crumbs: Vec<(String, String)>,
    /// What should be known before; empty = nothing.
    pub(super) about: String,
    pub(super) action: String,
    pub(super) back: String,
    pub(super) once: String,
    pub(super) version: i64,
    /// For which organ; none = it is settled.
    pub(super) organs: Vec<(String, String)>,
    pub(super) organ: String,
    /// Why it is corrected; `None` = it is no correction.
    pub(super) note: Option<String>,
    /// Whether a correction keeps from readers what it corrects.
    pub(super) hides: bool,
    pub(super) fields: Vec<Field>,
    pub(super) added: Vec<Added>,
    /// What is there and not shown: name of the box that deletes it, label, whether it is ticked.
    pub(super) kept: Vec<(String, String, bool)>,
    pub(super) looked: Option<Looked>,
    /// What the button says.
    pub(super) save: &'static str,
    /// Whether it can be left out.
    pub(super) leave: bool,
}

impl FormPage {
    /// The form of an item with what was typed, without anything around it.
    pub(super) async fn of(ctx: &Ctx, desk: &Desk, item: &Item, title: String, sent: &Sent) -> Result<Self> {
        let added = sent.added.iter().map(|(head, value)| Added {
            key: format!("{OF_ADDED}{head}"),
            head: head.clone(),
            value: value.clone(),
        });
        let mut fields = common::fields(item, &sent.typed);
        for field in &mut fields {
            field.key = name(&field.key);
        }
        Ok(Self {
            shell: desk.shell(ctx, title.clone()).await?,
            errors: FormErrors::new(),
            title,
            crumbs: vec![
                ("领域数据".to_owned(), "/records".to_owned()),
                (item.title.clone(), format!("/records/{}", item.key)),
            ],
            about: String::new(),
            action: String::new(),
            back: format!("/records/{}", item.key),
            once: ctx.once(),
            version: 0,
            organs: Vec::new(),
            organ: String::new(),
            note: None,
            hides: false,
            fields,
            added: added.collect(),
            kept: Vec::new(),
            looked: None,
            save: "保存",
            leave: false,
        })
    }

    /// With the fields of what is kept back empty, and boxes to delete it.
    pub(super) fn keeping(mut self, item: &Item, kept: &BTreeMap<String, String>, sent: &Sent) -> Self {
        for field in &mut self.fields {
            let is_kept = field.key.strip_prefix(OF_COLUMN).is_some_and(|key| kept.contains_key(key));
            if is_kept {
                field.optional = true;
                field.hint = format!("已经填了，这里不显示；不改就空着。{}", field.hint);
            }
        }
        let columns = item.columns.iter().filter(|column| kept.contains_key(&column.key));
        self.kept = columns
            .map(|column| {
                let name = format!("{CLEAR}{}", column.key);
                let is_ticked = sent.of(&name) == "1";
                (name, column.label.clone(), is_ticked)
            })
            .collect();
        self
    }

    /// Says what is doubtful of a column.
    pub(super) fn doubt(&mut self, key: &str, words: String) {
        let key = name(key);
        if let Some(field) = self.fields.iter_mut().find(|field| field.key == key) {
            field.doubt = words;
        }
    }

    /// With what came of looking.
    pub(super) fn seen(self, came: std::result::Result<Looked, FormErrors>) -> Self {
        match came {
            Ok(looked) => Self { looked: Some(looked), ..self },
            Err(errors) => self.wrong(errors),
        }
    }

    /// With what is wrong.
    pub(super) fn wrong(self, errors: FormErrors) -> Self {
        let shell = self.shell.with_error(!errors.is_empty());
        Self { shell, errors, ..self }
    }

    /// The page; with errors to correct its status says so.
    pub(super) fn answer(&self) -> Result<Response> {
        if self.errors.is_empty() { office_page(self) } else { page::office_errors(self) }
    }
}

async fn fresh(ctx: &Ctx, desk: &Desk, item: &Item, sent: &Sent) -> Result<FormPage> {
    let page = FormPage::of(ctx, desk, item, format!("填报：{}", item.title), sent).await?;
    Ok(FormPage {
        action: format!("/records/{}/new", item.key),
        organs: common::organs(ctx, &desk.actor(), &ENTER_RECORDS),
        organ: sent.of("organ").to_owned(),
        save: "保存为草稿",
        ..page
    })
}

/// `GET /records/{item}/new`; the query fills fields in: `organ`, keys of columns.
pub(super) async fn form(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<Response> {
    let item = common::table(&ctx, &key).await?;
    let organ = Some(value(&pairs, "organ")).filter(|organ| !organ.is_empty()).unwrap_or(desk.organ().as_str());
    let own = BTreeMap::from([("organ".to_owned(), organ.to_owned())]);
    let known = pairs.iter().filter(|(name, _)| item.column(name).is_some());
    let sent = Sent { own, typed: known.cloned().collect(), ..Sent::default() };
    fresh(&ctx, &desk, &item, &sent).await?.answer()
}

/// What a batch of one record is called: its item and the key that readers see.
fn title_of(item: &Item, row: &NewRow, ctx: &Ctx) -> String {
    let data = values::split(item, &row.values, &row.more, ctx.today()).data;
    let named = item.keys.iter().map(|key| data.get(key)).find(|text| !text.is_empty());
    named.map_or_else(|| item.title.clone(), |name| format!("{}：{name}", item.title))
}

/// `POST /records/{item}/new`
pub(super) async fn save(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(key): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let (item, sent) = (common::table(&ctx, &key).await?, Sent::from(pairs));
    let organ = OrganCode::from(sent.of("organ"));
    if organ.as_str().is_empty() {
        let errors = FormErrors::one("organ", "请选择这是哪个机关的信息。");
        return fresh(&ctx, &desk, &item, &sent).await?.wrong(errors).answer();
    }
    kernel::may_for(&desk.actor(), &ENTER_RECORDS, &organ)?;
    if sent.of("act") == "look" {
        let wanted = Wanted { item: &item, organ: &organ, before: None, more: BTreeMap::new() };
        let came = looked(&ctx, wanted, &sent.typed).await?;
        return fresh(&ctx, &desk, &item, &sent).await?.seen(came).answer();
    }
    look::ready(&ctx, &item, &organ).await?;
    let done = async |tx: &mut Tx| {
        let read = form::read(&item, &sent.typed)?;
        let new = New { title: title_of(&item, &read.row, &ctx), ..New::form(&item, &organ) };
        let id = batch::enter(&ctx, tx, &desk.actor(), new, vec![read.row]).await?;
        Ok::<_, Refusal>(Done::ok(format!("/records/batches/{id}"), "已保存为草稿。请核对后提交审核，审核通过后公开。"))
    };
    let again =
        async |errors: FormErrors| fresh(&ctx, &desk, &item, &sent).await?.wrong(placed(&item, errors)).answer();
    act_in_place(&ctx, sent.of("once"), done, again).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_not_taken_for_fields_of_the_form() {
        let pairs = vec![("note".to_owned(), "为什么".to_owned()), ("c_note".to_owned(), "备注".to_owned())];
        let sent = Sent::from(pairs);
        assert_eq!(sent.of("note"), "为什么");
        assert_eq!(sent.typed["note"], "备注");
        assert_eq!(sent.version(), 0);
    }

    #[test]
    fn what_was_added_is_taken_out_by_emptying_it() {
        let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let sent = Sent::from(vec![pair("x_家庭情况", " "), pair("x_镇", "城关镇"), pair("x_新列", "甲")]);
        let kept = [pair("家庭情况", "低保户"), pair("镇", "城关"), pair("等级", "二")].into_iter().collect();
        let added: Vec<(String, String)> = sent.added_to(kept).into_iter().collect();
        assert_eq!(added, [pair("等级", "二"), pair("镇", "城关镇")]);
    }
}
