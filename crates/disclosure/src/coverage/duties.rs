//! What is missing as duties: one for each item, of all organs that have not published it; of the year in which it was due.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use ::store::Tx;
use askama::Template;
use axum::{extract::State, response::Response};
use duty::{
    DutyRow, Notice, Source, SourceKey, SourceKind, Why, Words,
    duties::{self, ShareRow},
    model::OwnerRole,
    source,
};
use futures::future::{BoxFuture, ready};
use kernel::{OrganCode, id::DutyId, may};
use serde::Deserialize;
use web::{Ctx, Desk, Done, Form, OfficeShell, Query, Refusal, Result, act, office_page};

use super::{OWE, judge::Tone, load, office::Asked, settings::Coverage};

/// Key of the sources: each is a year whose items are missing.
pub(super) const KIND: &str = "coverage";
/// Items that are made duties at once.
const MOST: usize = 100;

static KINDS: [SourceKind; 1] = [SourceKind::new(KIND, "补公开").called("年度", "事项")];

pub(super) fn source() -> Arc<dyn Source> {
    Arc::new(Missing)
}

struct Missing;

impl Source for Missing {
    fn kinds(&self) -> &'static [SourceKind] {
        &KINDS
    }

    fn words<'a>(&'a self, _: &'a Ctx, duty: &'a DutyRow) -> BoxFuture<'a, Result<Words>> {
        let words = Words {
            href: format!("/coverage?year={}&state=late", duty.source_id),
            reference: "公开事项目录".to_owned(),
            heading: duty.place_label.clone(),
            origin: Some(("公开事项".to_owned(), format!("/items/{}", duty.place))),
            text: duty.text.clone(),
            ..Words::default()
        };
        Box::pin(ready(Ok(words)))
    }
}

/// What is made duties: the red of what the list shows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Owing {
    once: String,
    year: String,
    domain: String,
    organ: String,
}

/// A red item with who has not published it, and for which stretches.
struct Red {
    key: String,
    title: String,
    labels: BTreeSet<String>,
    organs: Vec<OrganCode>,
}

fn all_red(map: &super::map::Map, asked: &Asked) -> Vec<Red> {
    let mut found: Vec<Red> = Vec::new();
    let late = map.cells(|line, owing| asked.takes(line, owing)).filter(|cell| cell.why.tone() == Tone::Late);
    for cell in late {
        let (item, organ) = (&cell.line.item, &cell.owing.owes.organ);
        if found.last().is_none_or(|red| red.key != item.key.as_str()) {
            found.push(Red {
                key: item.key.to_string(),
                title: item.title.clone(),
                labels: BTreeSet::new(),
                organs: Vec::new(),
            });
        }
        let Some(red) = found.last_mut() else { continue };
        red.labels.insert(cell.stretch.label.clone());
        if !red.organs.contains(organ) {
            red.organs.push(organ.clone());
        }
    }
    found
}

/// Organs that do not have the duty of an item yet.
fn lacking(red: &Red, row: Option<&DutyRow>, shares: &[ShareRow]) -> Vec<OrganCode> {
    let has = |organ: &OrganCode| {
        row.is_some_and(|row| shares.iter().any(|share| share.duty == row.id && share.organ == *organ))
    };
    red.organs.iter().filter(|organ| !has(organ)).cloned().collect()
}

/// What would be made duties, before it is.
#[derive(Template)]
#[template(path = "coverage/templates/duties.html")]
struct Page {
    shell: OfficeShell,
    asked: Asked,
    back: String,
    items: Vec<(String, String)>,
    /// How many items: those of [`MOST`] that go out at once.
    many: usize,
    /// Whether others are left for another time.
    more: bool,
    organs: usize,
    days: u32,
    due: String,
    once: String,
}

/// GET /coverage/duties: how many items of how many organs, and until when, before anything is done.
pub(super) async fn ask(State(ctx): State<Ctx>, desk: Desk, Query(typed): Query<Owing>) -> Result<Response> {
    let year = load::year_of(&ctx, &typed.year);
    let map = load::map(&ctx, year).await?;
    let asked =
        Asked { year: year.to_string(), domain: typed.domain.clone(), organ: typed.organ.clone(), ..Asked::default() };
    let key = SourceKey::new(KIND, year.to_string());
    let rows = duties::of_source(ctx.db().read(), &key).await?;
    let shares = duties::shares(ctx.db().read(), &key).await?;
    let directory = ctx.directory();
    let (mut items, mut organs) = (Vec::new(), BTreeSet::new());
    let mut more = false;
    for red in all_red(&map, &asked) {
        let row = rows.iter().find(|row| row.ended_at.is_empty() && row.place == red.key);
        let fresh = lacking(&red, row, &shares);
        if fresh.is_empty() {
            continue;
        }
        if items.len() == MOST {
            more = true;
            break;
        }
        let names: Vec<&str> = fresh.iter().map(|organ| directory.short_name(organ)).collect();
        items.push((red.title.clone(), names.join("、")));
        organs.extend(fresh);
    }
    let days = ctx.settings::<Coverage>().duty_days;
    office_page(&Page {
        shell: desk.shell(&ctx, "布置补公开任务").await?,
        back: format!("/coverage?{}", asked.with(&[])),
        many: items.len(),
        organs: organs.len(),
        more,
        days,
        due: ctx.calendar().probably_after(ctx.today(), days).to_string(),
        once: ctx.once(),
        items,
        asked,
    })
}

/// POST /coverage/duties: who has the duty already gets no second one.
pub(super) async fn owe(State(ctx): State<Ctx>, desk: Desk, Form(typed): Form<Owing>) -> Result<Response> {
    let year = load::year_of(&ctx, &typed.year);
    let map = load::map(&ctx, year).await?;
    let asked =
        Asked { year: year.to_string(), domain: typed.domain.clone(), organ: typed.organ.clone(), ..Asked::default() };
    let red = all_red(&map, &asked);
    let days = ctx.settings::<Coverage>().duty_days;
    let due_on = ctx.calendar().probably_after(ctx.today(), days);
    let to = format!("/coverage?{}", asked.with(&[("state", Tone::Late.code())]));
    let done = async |tx: &mut Tx| {
        may(&desk.actor(), &OWE)?;
        let key = SourceKey::new(KIND, year.to_string());
        source::open(tx, &key, format!("{year} 年应公开未公开"), i64::from(year)).await?;
        let rows = duties::of_source(tx.conn(), &key).await?;
        let running: HashMap<&str, &DutyRow> =
            rows.iter().filter(|row| row.ended_at.is_empty()).map(|row| (row.place.as_str(), row)).collect();
        let shares = duties::shares(tx.conn(), &key).await?;
        let (mut lines, mut items) = (BTreeMap::<OrganCode, Vec<String>>::new(), 0);
        for (at, red) in red.iter().enumerate() {
            if items == MOST {
                break;
            }
            let row = running.get(red.key.as_str());
            let fresh = lacking(red, row.copied(), &shares);
            if fresh.is_empty() {
                continue;
            }
            items += 1;
            let labels = red.labels.iter().cloned().collect::<Vec<_>>().join("、");
            let text = format!("公开“{}”（{year} 年：{labels}）；确实没有的，声明本机关没有此类信息。", red.title);
            for organ in &fresh {
                lines.entry(organ.clone()).or_default().push(text.clone());
            }
            match row {
                Some(row) => {
                    for organ in &fresh {
                        duties::assign(tx, &desk.actor(), row, organ, OwnerRole::Responsible).await?;
                    }
                }
                None => {
                    let order = i64::try_from(rows.len() + at + 1).unwrap_or(i64::MAX);
                    let row = DutyRow {
                        due_on: due_on.to_string(),
                        due_words: format!("{days} 个工作日内"),
                        measure: "已在门户公开，或者声明没有此类信息并经确认".to_owned(),
                        ..DutyRow::new(DutyId::fresh(&tx.seams()), &key, text)
                    }
                    .at(&red.key, &red.title, order);
                    duties::put(tx, &row).await?;
                    let owners: Vec<(OrganCode, OwnerRole)> =
                        fresh.iter().map(|organ| (organ.clone(), OwnerRole::Responsible)).collect();
                    duties::issue(tx, &desk.actor(), &row, &owners).await?;
                }
            }
        }
        if items == 0 {
            return Err(Refusal::Conflict("应公开未公开的事项都已经布置过任务，没有重复布置。".to_owned()));
        }
        let organs: Vec<OrganCode> = lines.keys().cloned().collect();
        let many = organs.len();
        Notice::new(key, organs, Why::Issued).telling(lines).send(tx).await?;
        let more = if items == MOST { "事项较多，其余请再次布置。" } else { "" };
        Ok(Done::ok(to.clone(), format!("已布置 {items} 项补公开任务，涉及 {many} 个机关，{due_on} 前完成。{more}")))
    };
    Ok(act(&ctx, &typed.once, done).await?)
}
