//! The records of the demonstration county: what its organs have entered, had reviewed and made public in two years, from the
//! files `records/*.tsv` of the demonstration; one of its penalties is revoked and gone.
//!
//! A line of a file is a record: `@organ` enters it, so many days before the present (`@ago`), together with the others of
//! that organ and day. `{d-30}` is the day thirty days ago, `{dy-30}` its year, `{y-1}` the year before that of the present,
//! `{m-2}` the month before the last, `{q-1}` the last quarter.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use item::{Item, ItemKey, parse};
use jiff::{ToSpan, civil::Date};
use kernel::{Actor, OrganCode, id::AccountId, time};
use review::Word;
use web::{
    Ctx, Refusal,
    demo::{Cast, Failure, Scene},
};

use crate::{
    Query,
    batch::{self, New},
    gates, items,
    state::{BatchState, Reason, Way},
    withdraw::{Withdrawal, withdraw},
    write::NewRow,
};

/// The present is so many days past the beginning of its year: tables of a year are there when it is some months old.
const BEHIND: i64 = 120;
/// Whose penalty is revoked, and how many days ago.
const REVOKED: (&str, i64) = ("QH022", 9);
/// All statements that a gate may ask for.
const TICKED: [usize; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

/// What did not fit, over all scenes: told at the end, all at once.
type Faults = Arc<Mutex<Vec<String>>>;

/// Records of an organ that are entered together, by how many days ago and by whom.
type Batches = BTreeMap<(i64, String), Vec<NewRow>>;

pub(crate) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let faults = Faults::default();
    let today = time::date_in_china(cast.now);
    let mut scenes = Vec::new();
    for item in item::boxed().iter().filter(|item| item.is_table()) {
        let Some(text) = (cast.file)(&format!("records/{}.tsv", item.key)) else { continue };
        for ((ago, organ), rows) in batches(item, &text, today)? {
            let at = cast.moment(ctx, working(ctx, today, ago)?, &format!("{}{organ}", item.key));
            let (faults, key) = (Arc::clone(&faults), item.key.clone());
            scenes.push(Scene::new(at, move |ctx, cast| async move {
                let organ = OrganCode::from(organ);
                if let Err(refusal) = published(&ctx, &cast, &key, &organ, rows).await {
                    told(&faults, format!("{key} {organ}：{}", all_words(&refusal)));
                }
                Ok(Vec::new())
            }));
        }
    }
    let at = cast.moment(ctx, working(ctx, today, REVOKED.1)?, "revoked");
    let of_revoked = Arc::clone(&faults);
    scenes.push(Scene::new(at, move |ctx, cast| async move {
        if let Err(refusal) = revoked(&ctx, &cast).await {
            told(&of_revoked, format!("penalty：{}", all_words(&refusal)));
        }
        Ok(Vec::new())
    }));
    scenes.push(Scene::new(cast.now, move |_, _| async move {
        let faults = faults.lock().unwrap_or_else(PoisonError::into_inner);
        if faults.is_empty() { Ok(Vec::new()) } else { Err(Failure::from(faults.join("\n"))) }
    }));
    Ok(scenes)
}

fn told(faults: &Faults, fault: String) {
    faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
}

/// Everything that a refusal says, with its places.
fn all_words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Fields(errors) => {
            let lines = errors.items().iter().take(5).map(|(field, message)| format!("{field} {message}"));
            lines.collect::<Vec<_>>().join("；")
        }
        other => other.words(),
    }
}

/// The first working day from so many days ago on: what is entered then has happened.
fn working(ctx: &Ctx, today: Date, ago: i64) -> Result<Date, Failure> {
    let mut day = today.checked_sub(ago.days())?;
    while day < today && !ctx.calendar().is_probably_working(day) {
        day = day.tomorrow()?;
    }
    Ok(day)
}

/// The records of a file.
fn batches(item: &Item, text: &str, today: Date) -> Result<Batches, Failure> {
    let mut lines = text.lines();
    let heads: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let mut batches = Batches::new();
    for (number, line) in (2..).zip(lines) {
        let wrong = |what: &str| Failure::from(format!("records/{}.tsv:{number}: {what}", item.key));
        let mut row = NewRow::default();
        let (mut organ, mut ago) = ("", 0);
        for (head, cell) in heads.iter().zip(line.split('\t')).filter(|(_, cell)| !cell.is_empty()) {
            match *head {
                "@organ" => organ = cell,
                "@ago" => ago = cell.parse().map_err(|_| wrong("@ago"))?,
                key => {
                    let column = item.column(key).ok_or_else(|| wrong(key))?;
                    let parsed = parse(column, &written(cell, today), None).map_err(|problem| wrong(&problem.0))?;
                    row.values.extend(parsed.value.map(|value| (key.to_owned(), value)));
                }
            }
        }
        let rows = batches.entry((ago, organ.to_owned())).or_default();
        row.number = u32::try_from(rows.len() + 1).unwrap_or(u32::MAX);
        rows.push(row);
    }
    Ok(batches)
}

/// A cell with its places written out.
fn written(cell: &str, today: Date) -> String {
    let mut out = String::with_capacity(cell.len());
    let mut rest = cell;
    while let Some((before, from)) = rest.split_once('{') {
        out.push_str(before);
        match from.split_once('}').and_then(|(place, behind)| Some((said(place, today)?, behind))) {
            Some((said, behind)) => {
                out.push_str(&said);
                rest = behind;
            }
            None => {
                out.push('{');
                rest = from;
            }
        }
    }
    out + rest
}

fn said(place: &str, today: Date) -> Option<String> {
    let (what, by) = place.split_at(place.find(['+', '-'])?);
    let by: i64 = by.parse().ok()?;
    let months = i64::from(today.year()) * 12 + i64::from(today.month()) - 1;
    Some(match what {
        "d" => today.checked_add(by.days()).ok()?.to_string(),
        "dy" => today.checked_add(by.days()).ok()?.year().to_string(),
        "y" => (i64::from(today.checked_sub(BEHIND.days()).ok()?.year()) + by).to_string(),
        "m" => format!("{}-{:02}", (months + by).div_euclid(12), (months + by).rem_euclid(12) + 1),
        "q" => {
            let quarters = months.div_euclid(3) + by;
            format!("{}-Q{}", quarters.div_euclid(4), quarters.rem_euclid(4) + 1)
        }
        _ => return None,
    })
}

/// Enters records for an organ, hands them in, and has every gate pass them.
async fn published(ctx: &Ctx, cast: &Cast, key: &ItemKey, organ: &OrganCode, rows: Vec<NewRow>) -> Result<(), Refusal> {
    let Some(item) = items::find(ctx, key).await? else { return Ok(()) };
    let author = Actor::Staff(cast.of(organ).clone());
    let way = if rows.len() > 1 { Way::Sheet } else { Way::Form };
    let new = New { way, title: format!("{}（演示）", item.title), ..New::form(&item, organ) };
    let mut tx = ctx.db().write().await?;
    let id = batch::enter(ctx, &mut tx, &author, new, rows).await?;
    tx.commit().await?;
    gates::look_through(ctx, &id).await?;
    let entered = batch::find(ctx.db().read(), &id).await?.ok_or(Refusal::NotFound)?;
    let mut tx = ctx.db().write().await?;
    gates::submit(ctx, &mut tx, &author, (&id, entered.version)).await?;
    tx.commit().await?;
    // Who enters passes nothing, and nobody passes twice.
    let mut passed: HashSet<AccountId> = author.staff().map(|staff| staff.account.clone()).into_iter().collect();
    loop {
        let batch = batch::find(ctx.db().read(), &id).await?.ok_or(Refusal::NotFound)?;
        let review = gates::round(ctx, &id).await?.ok_or(Refusal::NotFound)?;
        let Some(stage) = review.round.stage().filter(|_| batch.state == BatchState::InReview) else { return Ok(()) };
        let may = |staff: &&kernel::Staff| {
            stage.roles.iter().any(|role| staff.has(*role)) && !passed.contains(&staff.account)
        };
        let Some(by) = cast.gates.iter().find(may) else {
            return Err(Refusal::Conflict(format!("演示账号里没有人能过“{}”。", stage.label)));
        };
        passed.insert(by.account.clone());
        let by = Actor::Staff(by.clone());
        gates::look_through(ctx, &id).await?;
        let word = Word { ticked: &TICKED, ..Word::default() };
        let mut tx = ctx.db().write().await?;
        gates::pass(ctx, &mut tx, &by, (&id, batch.version), word).await?;
        tx.commit().await?;
    }
}

/// A penalty that was revoked on review is taken away on the day itself.
async fn revoked(ctx: &Ctx, cast: &Cast) -> Result<(), Refusal> {
    let item = match ItemKey::new("penalty") {
        Some(key) => items::find(ctx, &key).await?,
        None => None,
    };
    let Some(item) = item else { return Ok(()) };
    let mut query = Query::new(item);
    query.organ = Some(OrganCode::from(REVOKED.0));
    let page = query.page(ctx.db(), "newest", None, 1).await?;
    let row = page.rows.into_iter().next().ok_or(Refusal::NotFound)?;
    let one = Withdrawal {
        record: row.record,
        version: row.version,
        reason: Reason::Revoked,
        words: "原行政处罚决定已被行政复议机关撤销。".to_owned(),
        decided_on: Some(ctx.today()),
    };
    let chief = cast.chief();
    let mut tx = ctx.db().write().await?;
    withdraw(ctx, &mut tx, &chief, one).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use item::{Decimal, Severity, Value};
    use record_check::{Elsewhere, Row};

    use super::*;
    use crate::personal;

    /// Nothing lies elsewhere.
    struct Nothing;

    impl Elsewhere for Nothing {
        fn sum(&self, _: &str, _: &str, _: &[(String, Value)]) -> Option<Decimal> {
            None
        }

        fn has(&self, _: &[Value]) -> bool {
            false
        }

        fn working_days(&self, _: Date, _: Date) -> Option<u32> {
            None
        }
    }

    #[test]
    fn places_are_written_out() {
        let today = Date::constant(2026, 2, 10);
        let text = "{d-41} {dy-41} {y-0} {m-2} {q-1} {d+1} {other} {";
        assert_eq!(written(text, today), "2025-12-31 2025 2025 2025-12 2025-Q4 2026-02-11 {other} {");
    }

    #[test]
    fn every_table_of_the_box_has_records_that_hold() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/records");
        let today = Date::constant(2026, 11, 29);
        for item in item::boxed().iter().filter(|item| item.is_table()) {
            let text = std::fs::read_to_string(format!("{folder}/{}.tsv", item.key)).expect("a file for each table");
            let batches = batches(item, &text, today).expect("records that fit their item");
            for ((ago, organ), rows) in batches {
                let rows: Vec<Row<'_>> =
                    rows.iter().map(|row| Row { number: row.number, values: &row.values }).collect();
                let on = today.checked_sub(ago.days()).expect("a day");
                let breaches = record_check::check(item, &rows, on, &Nothing);
                let asked = rows.iter().flat_map(|row| {
                    let asked = personal::Asked { number: row.number, values: row.values, added: &[] };
                    personal::breaches(item, &asked, on)
                });
                let breaches: Vec<_> = breaches.into_iter().chain(asked).collect();
                let rejected = breaches.iter().find(|breach| breach.severity == Severity::Reject);
                assert!(rejected.is_none(), "{} {organ} {rejected:?}", item.key);
            }
        }
    }
}
