//! The page of one duty: where it comes from, who owes it and how far each has come, what was reported and decided, and the
//! forms that this person may use.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use duty::{
    DutyRow, SourceKind, Words, board, duties, facts,
    model::{Cadence, Field, FieldShape, RollUp, State as DutyState, roll_up},
    permissions::{CONFIRM_DUTIES, MANAGE_DUTIES, VIEW_DUTIES},
    report,
};
use jiff::civil::Date;
use kernel::{
    Directory,
    id::{DutyId, ShareId},
    may, may_for, time,
};
use serde::Deserialize;
use web::{
    Ctx, Desk, Error, FormErrors, OfficeShell, Query, Result,
    hooks::{PublicDocument, PublicDocuments, PublicThings},
    office_page,
    page::office_errors,
};

use crate::duties::{
    evidence::{self, AtPiece, Seen},
    held::Held,
    history::{self, Step},
    owners::{self, Owner},
    sources,
};

/// Records, tables and declarations offered beside the documents that were found, of each keeper.
const MOST_THINGS: usize = 10;

/// What the address asks for besides the duty.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Ask {
    /// The share for which the forms are shown.
    #[serde(rename = "for")]
    pub(crate) share: ShareId,
    /// Words of a title to look for among public documents.
    pub(crate) find: String,
}

/// What a person typed, kept when it must be corrected.
#[derive(Debug, Default, Clone)]
pub(crate) struct Typed {
    pub(crate) text: String,
    pub(crate) document: String,
    pub(crate) url: String,
    pub(crate) title: String,
    pub(crate) period: String,
    pub(crate) note: String,
    /// The title names another period: the person is asked to say that the chosen one is meant.
    pub(crate) doubt: bool,
    /// With the decision on one piece.
    pub(crate) at: AtPiece,
    pub(crate) extra: Vec<(String, String)>,
    /// The new date, once somebody typed one, and why.
    pub(crate) due_on: Option<String>,
    pub(crate) due_reason: String,
    /// Why it is opened to the public or closed.
    pub(crate) visibility_reason: String,
    /// Why the duty is to be ended.
    pub(crate) end: String,
    pub(crate) errors: FormErrors,
}

impl Typed {
    /// The date in the form: as typed, else the one that holds.
    fn due<'a>(&'a self, duty: &'a DutyRow) -> &'a str {
        self.due_on.as_deref().unwrap_or(&duty.due_on)
    }
}

struct Extra {
    field: Field,
    /// As the form shows it: typed, else waiting, else what holds.
    value: String,
    /// What holds.
    held: String,
    /// What an organ filled in and the office has not accepted.
    waiting: Option<String>,
    long: bool,
    choices: Vec<(&'static str, &'static str)>,
    editable: bool,
}

#[derive(Template)]
#[template(path = "duties/templates/duty.html")]
struct Page {
    shell: OfficeShell,
    id: DutyId,
    duty: DutyRow,
    source_title: String,
    words: Words,
    kind: &'static str,
    /// What a place of the source is called, and which duty of it this is: 第 2 项; empty where a place has one.
    place: &'static str,
    number: String,
    cadence: &'static str,
    roll: RollUp,
    word: String,
    clock: String,
    /// Under the end of the clock.
    due: String,
    /// Under its beginning.
    remaining: String,
    owners: Vec<Owner>,
    steps: Vec<Step>,
    extras: Vec<Extra>,
    /// What waits for acceptance, as it was shown; empty = nothing, or this person cannot accept.
    settles: String,
    /// The share for which forms are shown, with its organ's name; empty = none.
    active: ShareId,
    active_organ: String,
    active_periods: Vec<(String, String)>,
    reportable: Vec<(ShareId, String)>,
    find: String,
    found: Vec<(String, String, String)>,
    typed: Typed,
    may_manage: bool,
    /// Whether the public could see it.
    may_open: bool,
    may_remind: bool,
    once: [String; 5],
}

impl Page {
    /// How many organs owe it, or owed it until it ended as a whole: an amendment may have released the others.
    fn owing(&self) -> usize {
        let all = !self.duty.ended_at.is_empty();
        self.owners.iter().filter(|owner| all || owner.ended.is_empty()).count()
    }
}

impl Page {
    fn chosen(&self) -> bool {
        !self.active.as_str().is_empty()
    }
}

/// `GET /duties/{id}`
pub(crate) async fn duty(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DutyId>,
    Query(ask): Query<Ask>,
) -> Result<Response> {
    office_page(&page(&ctx, &desk, &id, &ask, Typed::default()).await?)
}

/// The same page with what was typed and what was found.
pub(crate) async fn looked_for(ctx: &Ctx, desk: &Desk, id: &DutyId, ask: &Ask, typed: Typed) -> Result<Response> {
    office_page(&page(ctx, desk, id, ask, typed).await?)
}

/// The same page with what was typed and what is wrong with it.
pub(crate) async fn corrected(ctx: &Ctx, desk: &Desk, id: &DutyId, ask: &Ask, typed: Typed) -> Result<Response> {
    office_errors(&page(ctx, desk, id, ask, typed).await?)
}

/// The shares of a duty, if this person may see it: whoever has no part in it does not even learn that it exists.
async fn held(ctx: &Ctx, desk: &Desk, id: &DutyId) -> Result<Vec<Held>> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let shares = facts::of_duties(ctx.db().read(), std::slice::from_ref(id)).await?;
    let rows: Vec<Held> = shares.into_iter().map(|share| Held::new(share, today)).collect();
    let sees =
        |row: &Held| may_for(&desk.actor(), &VIEW_DUTIES, &directory.stands_for(&row.share.organ, today)).is_ok();
    if rows.iter().any(sees) { Ok(rows) } else { Err(Error::NotFound) }
}

async fn owners(ctx: &Ctx, desk: &Desk, id: &DutyId, rows: &[Held]) -> Result<Vec<Owner>> {
    let (actor, leads) = (desk.actor(), owners::leads(ctx, &desk.staff, rows));
    let (notes, pieces) = (report::notes(ctx.db(), id).await?, evidence::of_duty(ctx, id).await?);
    let owner = |row: &Held| {
        let mut owner = Owner::new(ctx, &desk.staff, row, leads);
        owner.with_notes(&notes);
        let seen = Seen { actor: &actor, organ: &owner.organ, open: owner.open, may_report: owner.may_report };
        owner.pieces = pieces.at(ctx, rows, row, &seen);
        owner
    };
    Ok(rows.iter().map(owner).collect())
}

async fn page(ctx: &Ctx, desk: &Desk, id: &DutyId, ask: &Ask, typed: Typed) -> Result<Page> {
    let (today, directory, actor) = (ctx.today(), ctx.directory(), desk.actor());
    let duty = duties::get(ctx.db().read(), id).await?.filter(|duty| !duty.issued_at.is_empty());
    let duty = duty.ok_or(Error::NotFound)?;
    let rows = held(ctx, desk, id).await?;
    let mut owners = owners(ctx, desk, id, &rows).await?;
    let reportable: Vec<(ShareId, String)> =
        owners.iter().filter(|owner| owner.may_report).map(|owner| (owner.id.clone(), owner.organ.clone())).collect();
    let active = active(&reportable, ask, desk, &rows, &directory, ctx);
    let active_row = rows.iter().find(|row| row.share.id == active);
    let sources = sources(ctx);
    let keeper = sources.keeper(&duty.source_kind).ok_or_else(|| Error::internal("a source that nobody declares"))?;
    let words = keeper.words(ctx, &duty).await?;
    let kind = sources.kind(&duty.source_kind);
    let called = kind.map_or(SourceKind::SOURCE, |kind| kind.source);
    let steps = history::of(ctx, id, called, &directory, |organ| {
        let given = |row: &Held| {
            row.share.organ.as_str() == organ || row.share.origins.iter().any(|code| code.as_str() == organ)
        };
        organ.is_empty() || owners.iter().zip(&rows).any(|(owner, row)| owner.open && given(row))
    })
    .await?;
    let looks = !active.as_str().is_empty() && !ask.find.trim().is_empty();
    let mut found = if looks { found(ctx, &ask.find).await? } else { Vec::new() };
    keep_chosen(ctx, &typed.document, &mut found).await?;
    let roll = roll_up(rows.iter().map(|row| (row.answers(), &row.standing)));
    let may_extra = owners::answers(&rows, &owners, &active, &actor);
    let (manages, confirms) = (may(&actor, &MANAGE_DUTIES).is_ok(), may(&actor, &CONFIRM_DUTIES).is_ok());
    // Whoever reports sees the own share first.
    owners.sort_by_key(|owner| owner.id != active);
    let (clock, due, remaining) = clock(ctx, &rows, active_row);
    let runs = rows.iter().any(|row| row.share.running);
    Ok(Page {
        shell: desk.shell(ctx, web::filters::shortened(&duty.text, 30)).await?.with_error(!typed.errors.is_empty()),
        id: id.clone(),
        source_title: board::source_title(ctx.db(), &duty.source()).await?,
        words,
        kind: kind.map_or("", |kind| kind.label),
        place: kind.map_or(SourceKind::PLACE, |kind| kind.place),
        number: kind.filter(|kind| kind.numbered).map(|_| format!("第 {} 项", duty.position)).unwrap_or_default(),
        cadence: duty.cadence().map_or("", Cadence::label),
        word: if duty.ended_at.is_empty() { roll.word() } else { "已终止".into() },
        roll,
        clock,
        due,
        remaining,
        steps,
        settles: if confirms { duty.values().waiting_text() } else { String::new() },
        extras: extras(kind, &duty, &typed, manages, may_extra),
        active_organ: reportable
            .iter()
            .find(|(id, _)| *id == active)
            .map(|(_, organ)| organ.clone())
            .unwrap_or_default(),
        active_periods: active_row.map(|row| row.begun(today)).unwrap_or_default(),
        typed: prefilled(typed, active_row, today),
        reportable,
        active,
        find: ask.find.clone(),
        found,
        may_manage: manages && duty.ended_at.is_empty(),
        may_open: sources.is_on_portal(&duty.source(), &duty.place),
        may_remind: confirms && roll.state != DutyState::Confirmed && !roll.ended && duty.ended_at.is_empty() && runs,
        once: std::array::from_fn(|_| ctx.once()),
        owners,
        duty,
    })
}

/// Where only one period that has begun is open, it stands in the form before anything is chosen; of several the person says
/// which one is meant.
fn prefilled(mut typed: Typed, row: Option<&Held>, today: Date) -> Typed {
    let open = row.iter().flat_map(|row| &row.periods);
    let mut open = open.filter(|one| one.period.start <= today && one.state != DutyState::Confirmed);
    if typed.period.is_empty()
        && typed.errors.is_empty()
        && let (Some(only), None) = (open.next(), open.next())
    {
        typed.period.clone_from(&only.period.key);
    }
    typed
}

/// The share for which the forms stand: as asked, else the own organ's.
fn active(
    reportable: &[(ShareId, String)],
    ask: &Ask,
    desk: &Desk,
    rows: &[Held],
    directory: &Directory,
    ctx: &Ctx,
) -> ShareId {
    let may = |share: &ShareId| reportable.iter().any(|(id, _)| id == share);
    if may(&ask.share) {
        return ask.share.clone();
    }
    let own = rows
        .iter()
        .find(|row| directory.stands_for(&row.share.organ, ctx.today()) == desk.staff.organ && may(&row.share.id));
    own.map(|row| row.share.id.clone()).unwrap_or_default()
}

/// A document that was chosen stays among those to choose from, whatever was looked for since.
async fn keep_chosen(ctx: &Ctx, chosen: &str, found: &mut Vec<(String, String, String)>) -> Result<()> {
    if chosen.is_empty() || found.iter().any(|(id, _, _)| id == chosen) {
        return Ok(());
    }
    if let Some(one) = ctx.one::<Arc<dyn PublicDocuments>>().find(ctx, chosen).await? {
        found.insert(0, (one.id.to_string(), one.title.clone(), "已选".to_owned()));
    } else if let Some(thing) = evidence::thing_at(ctx, chosen).await? {
        found.insert(0, (chosen.to_owned(), thing.title, "已选".to_owned()));
    }
    Ok(())
}

async fn found(ctx: &Ctx, words: &str) -> Result<Vec<(String, String, String)>> {
    let directory = ctx.directory();
    let found: Vec<PublicDocument> = ctx.one::<Arc<dyn PublicDocuments>>().search(ctx, None, words.trim(), 20).await?;
    let hint = |one: &PublicDocument| {
        format!("{}　{} 公开", directory.short_name(&one.organ), time::show_date(&one.published_at))
    };
    let mut all: Vec<(String, String, String)> =
        found.into_iter().map(|one| (one.id.to_string(), one.title.clone(), hint(&one))).collect();
    for things in ctx.declared::<Arc<dyn PublicThings>>() {
        let of_data = things.search(ctx, words.trim(), MOST_THINGS).await?;
        all.extend(of_data.into_iter().map(|thing| {
            let hint = format!("{}　{}", directory.short_name(&thing.organ), thing.since);
            (thing.path, thing.title, hint.trim_end().to_owned())
        }));
    }
    Ok(all)
}

/// The clock of the share for which forms are shown, else of the one that is due first: from the issue (or the beginning of
/// the period) to the due date, in working days.
fn clock(ctx: &Ctx, rows: &[Held], active: Option<&Held>) -> (String, String, String) {
    let open = |row: &&Held| row.dated();
    let row = active.filter(open).or_else(|| rows.iter().filter(open).min_by_key(|row| row.standing.due_on));
    let Some((row, due)) = row.and_then(|row| Some((row, row.standing.due_on?))) else {
        return Default::default();
    };
    let (calendar, today) = (ctx.calendar(), ctx.today());
    let issued = row.share.facts.issued_on;
    let since = row.current().map_or(issued, |one| one.period.start.max(issued)).min(due);
    let ruler = calendar.ruler(since, due, today);
    let words = calendar.countdown(today, due).words();
    let label = format!("从 {since} 到 {due}，{}", ruler.words());
    let svg = charts::clock(charts::Clock { total: ruler.total, used: ruler.used, paused: Vec::new(), label });
    // The words stand under the end that they are about: what is left under the beginning while the bar ends with the date,
    // and how far it is over under the end once the bar ends with today.
    if due < today {
        return (svg, words, format!("应于 {due} 到期"));
    }
    (svg, format!("{due} 到期"), words)
}

fn extras(
    kind: Option<&'static SourceKind>,
    duty: &DutyRow,
    typed: &Typed,
    manages: bool,
    (reads, reports): (bool, bool),
) -> Vec<Extra> {
    let values = duty.values();
    let extra = |field: &Field| Extra {
        value: match typed.extra.iter().find(|(key, _)| key == field.key) {
            Some((_, value)) => value.clone(),
            // The office accepts what waits by a button, not by saving the form.
            None if manages => values.held(field.key).to_owned(),
            None => values.waiting(field.key).unwrap_or(values.held(field.key)).to_owned(),
        },
        held: values.held(field.key).to_owned(),
        waiting: values.waiting(field.key).map(|value| if value.is_empty() { "（清空）" } else { value }.to_owned()),
        long: field.shape == FieldShape::Text,
        choices: match field.shape {
            FieldShape::Choice(choices) => choices.iter().map(|choice| (*choice, *choice)).collect(),
            _ => Vec::new(),
        },
        editable: reports && (!field.office || manages),
        field: *field,
    };
    let fields = kind.map_or(&[][..], |kind| kind.fields);
    fields.iter().filter(|field| reads || field.published).map(extra).collect()
}
