//! All items as of a day, in memory: what the box and the tables say together.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use item::{Item, ItemKey};
use jiff::civil::{Date, time as time_of_day};
use kernel::{Actor, NewEvent, time};
use serde_json::json;
use store::{Entry as Again, Every, Schedule, Tx};
use web::{Ctx, act_now};

use super::{
    BOX, SUBJECT,
    events::BOX_KEPT,
    rows::{self, EntryRow, Origin, State, Version},
};

/// Since when an item is owed no more, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retired {
    pub on: Date,
    pub reason: String,
    /// Name of who retired it.
    pub by: String,
}

/// That somebody asks to retire an item, and why; another person decides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Account of who asks.
    pub by: String,
    pub name: String,
    /// Stored form.
    pub at: String,
    pub reason: String,
}

/// An item as it stands today.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The version in force; of what was never issued, the text that is worked on.
    pub item: Arc<Item>,
    /// Whether there is a version in force.
    pub in_force: bool,
    /// Whether the version in force is the box's, untouched.
    pub boxed: bool,
    /// The day from which the version in force holds; `None` = from ever.
    pub since: Option<Date>,
    pub retired: Option<Retired>,
    /// Whether somebody asks to retire it.
    pub asked: Option<Asked>,
    /// Versions that hold or held, the oldest first: each from its day to the next one's.
    pub held: Vec<Arc<Version>>,
    /// What somebody works on.
    pub open: Option<Arc<Version>>,
    /// What was issued and holds from a day to come, the next one first.
    pub coming: Vec<Arc<Version>>,
    /// The item of this program's box, where it is another than the one on which the county's stands and was not left.
    pub update: Option<Arc<Item>>,
}

impl Entry {
    /// Whether organs owe it today.
    pub fn is_owed(&self) -> bool {
        self.in_force && self.item.confirmed && self.retired.is_none()
    }

    /// The version that held on a day; `None` before the first.
    pub fn on(&self, day: Date) -> Option<&Arc<Version>> {
        self.held.iter().rev().find(|version| version.holds_on(day))
    }

    /// The key of its item.
    pub fn key(&self) -> &ItemKey {
        &self.item.key
    }
}

/// All items as of a day.
#[derive(Debug, Default)]
pub struct Catalogue {
    entries: Vec<Entry>,
    by_key: HashMap<ItemKey, usize>,
    in_force: Option<Arc<[Item]>>,
    issued: HashMap<(ItemKey, u32), Arc<Item>>,
}

impl Catalogue {
    /// All items, in the order of domains and, within one, of the box and then of their names.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// One of them.
    pub fn entry(&self, key: &ItemKey) -> Option<&Entry> {
        self.by_key.get(key).map(|at| &self.entries[*at])
    }

    /// Those in force that are not retired.
    pub fn in_force(&self) -> Arc<[Item]> {
        self.in_force.clone().unwrap_or_else(|| Arc::from(Vec::new()))
    }

    /// The version of an item in force, retired or not.
    pub fn find(&self, key: &ItemKey) -> Option<Arc<Item>> {
        self.entry(key).filter(|entry| entry.in_force).map(|entry| Arc::clone(&entry.item))
    }

    /// A version that was issued.
    pub fn at(&self, key: &ItemKey, version: u32) -> Option<Arc<Item>> {
        self.issued.get(&(key.clone(), version)).cloned()
    }
}

/// The same but for its number: whether two items say the same.
pub(super) fn says_the_same(one: &Item, other: &Item) -> bool {
    Item { version: 0, ..one.clone() } == Item { version: 0, ..other.clone() }
}

/// The item of this program's box.
pub(super) fn in_the_box(key: &ItemKey) -> Option<&'static Item> {
    item::boxed().iter().find(|item| item.key == *key)
}

/// The catalogue of today.
pub(super) async fn catalogue(ctx: &Ctx) -> store::Result<Arc<Catalogue>> {
    let today = ctx.today();
    let ask = async {
        let kept = rows::entries(ctx.db().read()).await?;
        let versions = rows::standing(ctx.db().read()).await?;
        Ok::<_, store::Error>(Arc::new(together(item::boxed(), kept, versions, today)))
    };
    let key = format!("items on {today}");
    ctx.db().while_subjects_unchanged(&[SUBJECT], key, ask).await
}

/// All versions of an item, the newest first; of an item of the box that no table holds yet, the box's.
pub(super) async fn versions(ctx: &Ctx, key: &ItemKey) -> store::Result<Vec<Version>> {
    let mut versions = rows::of(ctx.db().read(), key).await?;
    if versions.is_empty() {
        versions.extend(in_the_box(key).map(Version::boxed));
    }
    Ok(versions)
}

/// What box and tables say together.
fn together(boxed: &[Item], kept: Vec<EntryRow>, versions: Vec<Version>, today: Date) -> Catalogue {
    let mut by_key: BTreeMap<ItemKey, Vec<Arc<Version>>> = BTreeMap::new();
    for version in versions {
        by_key.entry(version.item.key.clone()).or_default().push(Arc::new(version));
    }
    let kept: HashMap<&str, &EntryRow> = kept.iter().map(|row| (row.id.as_str(), row)).collect();
    // What is kept of an item of the box stands among its versions; a key that the county had first stays the county's.
    for item in boxed.iter().filter(|item| !kept.contains_key(item.key.as_str())) {
        by_key.entry(item.key.clone()).or_default().insert(0, Arc::new(Version::boxed(item)));
    }
    let mut found = Catalogue::default();
    for (key, versions) in by_key {
        for version in versions.iter().filter(|version| version.state == State::Issued) {
            found.issued.insert((key.clone(), version.number), Arc::new(version.item.clone()));
        }
        let boxed = boxed.iter().find(|item| item.key == key);
        found.entries.extend(stands(kept.get(key.as_str()).copied(), &versions, boxed, today));
    }
    let places: HashMap<&ItemKey, usize> = boxed.iter().enumerate().map(|(at, item)| (&item.key, at)).collect();
    found.entries.sort_by(|one, other| {
        let place = |entry: &Entry| places.get(entry.key()).copied().unwrap_or(usize::MAX);
        let order = |entry: &Entry| (entry.item.domain.order, entry.item.domain.key.clone(), place(entry));
        order(one).cmp(&order(other)).then_with(|| one.item.title.cmp(&other.item.title))
    });
    found.by_key = found.entries.iter().enumerate().map(|(at, entry)| (entry.key().clone(), at)).collect();
    let in_force = found.entries.iter().filter(|entry| entry.in_force && entry.retired.is_none());
    found.in_force = Some(in_force.map(|entry| Item::clone(&entry.item)).collect());
    found
}

/// How one item stands; `None` when all that there was of it is dropped.
fn stands(kept: Option<&EntryRow>, versions: &[Arc<Version>], boxed: Option<&Item>, today: Date) -> Option<Entry> {
    let mut all_held: Vec<Arc<Version>> = versions.iter().filter(|version| version.holds_on(today)).cloned().collect();
    all_held.sort_by_key(|version| version.number);
    let held = all_held.last();
    let open = versions.iter().find(|version| version.is_open());
    let in_force = held.is_some();
    let boxed_in_force = held.is_some_and(|version| version.origin == Origin::Box);
    let since = held.and_then(|version| version.from_on);
    let later = |version: &&Arc<Version>| version.from_on.is_some_and(|from| from > today);
    let issued = versions.iter().filter(|version| version.state == State::Issued);
    let mut coming: Vec<Arc<Version>> = issued.filter(later).map(Arc::clone).collect();
    coming.sort_by_key(|version| version.number);
    let shown = Arc::clone(held.or(open).or_else(|| coming.first())?);
    let retired = kept.and_then(|row| {
        let on = time::parse_date(&row.retired_on)?;
        Some(Retired { on, reason: row.retired_reason.clone(), by: row.retired_name.clone() })
    });
    let asked = kept.filter(|row| !row.asked_by.is_empty()).map(|row| Asked {
        by: row.asked_by.clone(),
        name: row.asked_name.clone(),
        at: row.asked_at.clone(),
        reason: row.asked_reason.clone(),
    });
    let left = kept.and_then(EntryRow::left);
    let update = kept.and_then(EntryRow::base).zip(boxed).and_then(|(base, boxed)| {
        let left = left.is_some_and(|left| says_the_same(&left, boxed));
        (!says_the_same(&base, boxed) && !left).then(|| Arc::new(boxed.clone()))
    });
    Some(Entry {
        item: Arc::new(shown.item.clone()),
        in_force,
        boxed: boxed_in_force,
        since,
        retired,
        asked,
        held: all_held,
        open: open.map(Arc::clone),
        coming,
        update,
    })
}

/// Remembers items of the box as they are in this program, so that another program's are seen as a difference. What is known
/// already stays. The log seals what they say.
///
/// # Errors
/// When the database fails.
pub async fn remember(tx: &mut Tx, items: &[&Item]) -> store::Result<()> {
    let mut kept = 0_u32;
    for item in items {
        if rows::know(tx, item, Some(item)).await? {
            rows::keep_boxed(tx, item).await?;
            kept += 1;
        }
    }
    if kept > 0 {
        let data = json!({ "rows": kept });
        tx.append(NewEvent::new(&BOX_KEPT, BOX, &Actor::System).data(data)).await?;
    }
    Ok(())
}

/// Remembers all of the box.
async fn remember_all(ctx: &Ctx) -> store::Result<()> {
    let known: HashSet<String> = rows::entries(ctx.db().read()).await?.into_iter().map(|row| row.id).collect();
    let fresh: Vec<&Item> = item::boxed().iter().filter(|item| !known.contains(item.key.as_str())).collect();
    if fresh.is_empty() {
        return Ok(());
    }
    act_now(ctx, async |tx: &mut Tx| {
        tx.lock(SUBJECT).await?;
        remember(tx, &fresh).await
    })
    .await
}

/// Has the records of items laid anew that may lie otherwise than by the version in force: its day has come, however long ago, or
/// the work was stopped.
async fn lay_anew(ctx: &Ctx) -> web::Result<()> {
    let all = catalogue(ctx).await?;
    for entry in all.entries().iter().filter(|entry| entry.in_force && !entry.boxed) {
        if crate::laid::is_behind(ctx, &entry.item).await? {
            act_now(ctx, async |tx: &mut Tx| crate::relay(tx, entry.key()).await).await?;
        }
    }
    Ok(())
}

/// A program of a newer version is started now and then, so the box is looked at often and mostly finds nothing to do.
pub(super) fn schedule(ctx: &Ctx) -> Schedule {
    let (box_ctx, day_ctx) = (ctx.clone(), ctx.clone());
    let remember =
        Again::new("items.remember", "留存随程序提供的公开事项", Every::Minutes(60), move || {
            let ctx = box_ctx.clone();
            async move { Ok(remember_all(&ctx).await?) }
        });
    let turn =
        Again::new("items.turn", "公开事项的新版本施行", Every::Daily(time_of_day(0, 5, 0, 0)), move || {
            let ctx = day_ctx.clone();
            async move { Ok(lay_anew(&ctx).await?) }
        });
    Schedule::default().with(remember).with(turn)
}

#[cfg(test)]
mod tests {
    use item::{Audience, Domain, Owner, Period, Way};

    use super::*;
    use crate::items::fits;

    fn item(key: &str, title: &str) -> Item {
        Item {
            key: ItemKey::new(key).expect("a key"),
            version: 1,
            domain: Domain { key: "water".into(), name: "供水".into(), order: 1 },
            matter: "水质".into(),
            sub_matter: String::new(),
            title: title.into(),
            elements: String::new(),
            basis: Vec::new(),
            limits: Vec::new(),
            owner: Owner::All,
            channels: Vec::new(),
            audience: Audience::Everybody,
            way: Way::Proactive,
            levels: Vec::new(),
            period: Period::Month,
            retention: None,
            retention_person: None,
            confirmed: true,
            source: String::new(),
            site_columns: Vec::new(),
            columns: Vec::new(),
            keys: Vec::new(),
            newest_by: String::new(),
            checks: Vec::new(),
            charts: Vec::new(),
            more_columns: false,
        }
    }

    fn kept(base: &Item) -> EntryRow {
        EntryRow {
            id: base.key.to_string(),
            base: serde_json::to_string(base).expect("json"),
            left_out: String::new(),
            retired_on: String::new(),
            retired_reason: String::new(),
            retired_name: String::new(),
            asked_by: String::new(),
            asked_name: String::new(),
            asked_at: String::new(),
            asked_reason: String::new(),
        }
    }

    fn issued(item: &Item, number: u32, from: Option<Date>) -> Version {
        Version { origin: Origin::County, number, from_on: from, ..Version::boxed(item) }
    }

    const TODAY: Date = jiff::civil::date(2026, 3, 1);

    #[test]
    fn an_untouched_item_is_the_boxs_as_it_was_first_seen() {
        let (old, new) = (item("water", "供水水质"), item("water", "饮用水水质"));
        let found = together(std::slice::from_ref(&old), Vec::new(), Vec::new(), TODAY);
        assert_eq!(found.in_force().len(), 1);
        let found = together(std::slice::from_ref(&new), vec![kept(&old)], vec![Version::boxed(&old)], TODAY);
        let entry = &found.entries()[0];
        assert_eq!(entry.item.title, "供水水质");
        assert_eq!(entry.update.as_ref().map(|item| item.title.as_str()), Some("饮用水水质"));
        let left = EntryRow { left_out: serde_json::to_string(&new).expect("json"), ..kept(&old) };
        let found = together(std::slice::from_ref(&new), vec![left], vec![Version::boxed(&old)], TODAY);
        assert!(found.entries()[0].update.is_none());
    }

    #[test]
    fn a_version_holds_from_its_day_until_the_next_ones() {
        let old = item("water", "供水水质");
        let versions = || {
            vec![
                Version::boxed(&old),
                issued(&item("water", "二"), 2, Some(jiff::civil::date(2026, 2, 1))),
                issued(&item("water", "三"), 3, Some(jiff::civil::date(2026, 4, 1))),
            ]
        };
        let on = |day: Date| {
            let found = together(&[], vec![kept(&old)], versions(), day);
            (found.entries()[0].item.title.clone(), found.entries()[0].coming.len())
        };
        assert_eq!(on(jiff::civil::date(2026, 1, 31)), ("供水水质".to_owned(), 2));
        assert_eq!(on(TODAY), ("二".to_owned(), 1));
        assert_eq!(on(jiff::civil::date(2026, 4, 1)), ("三".to_owned(), 0));
        let found = together(&[], vec![kept(&old)], versions(), TODAY);
        let of = |day: Date| found.entries()[0].on(day).map(|version| version.number);
        assert_eq!((of(jiff::civil::date(2026, 1, 31)), of(TODAY)), (Some(1), Some(2)));
        let key = ItemKey::new("water").expect("a key");
        assert_eq!(found.at(&key, 1).map(|item| item.title.clone()), Some("供水水质".to_owned()));
        assert_eq!(found.at(&key, 4), None);
    }

    #[test]
    fn an_update_keeps_what_the_county_changed() {
        let base = item("water", "供水水质");
        let county = Item { title: "本县的名称".into(), ..base.clone() };
        let boxed = Item { title: "新的名称".into(), matter: "新的事项".into(), ..base.clone() };
        let (merged, kept) = fits::merged(&base, &county, &boxed).expect("an item");
        assert_eq!((merged.title.as_str(), merged.matter.as_str()), ("本县的名称", "新的事项"));
        assert_eq!(kept, ["名称"]);
    }

    #[test]
    fn a_key_that_the_county_had_first_stays_the_countys() {
        let (own, boxed) = (item("pool", "本县的泳池"), item("pool", "泳池"));
        let row = EntryRow { base: String::new(), ..kept(&own) };
        let found = together(std::slice::from_ref(&boxed), vec![row], vec![issued(&own, 1, None)], TODAY);
        assert_eq!(found.entries()[0].item.title, "本县的泳池");
        assert!(found.entries()[0].update.is_none());
    }

    #[test]
    fn a_retired_item_is_found_and_owed_by_nobody() {
        let one = item("water", "供水水质");
        let retired = EntryRow { retired_on: "2026-01-01".into(), retired_reason: "机构改革".into(), ..kept(&one) };
        let found = together(std::slice::from_ref(&one), vec![retired], vec![Version::boxed(&one)], TODAY);
        assert!(found.in_force().is_empty() && !found.entries()[0].is_owed());
        assert!(found.find(&one.key).is_some());
    }

    #[test]
    fn a_new_item_is_in_force_only_when_it_was_issued() {
        let draft = Version { state: State::Draft, number: 0, ..issued(&item("pool", "泳池水质"), 0, None) };
        let found = together(&[], Vec::new(), vec![draft], TODAY);
        let entry = &found.entries()[0];
        assert!(!entry.in_force && entry.open.is_some() && found.find(entry.key()).is_none());
    }
}
