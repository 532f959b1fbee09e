//! The map: items × organs × stretches of a year. Made in memory from what was found; no question to the database for a cell.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use clock::Readings;
use item::{Item, Period, Type};
use jiff::civil::Date;
use kernel::{Calendar, Directory, OrganCode};

use super::{
    due::{self, Reckoner, Stretch, Term},
    judge::{Found, Tone, When, Why, judge},
    owe::{self, Owes},
};

/// What is public of one period: how many, the newest day, and the first (empty = not known).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) many: i64,
    pub(super) newest: String,
    pub(super) first: String,
}

/// Public records of an item and an organ, by the codes of their periods.
pub(super) type Records = HashMap<String, HashMap<OrganCode, BTreeMap<String, Counted>>>;
/// Public documents of a column (those below it too) and an organ: by months.
pub(super) type Documents = HashMap<String, HashMap<OrganCode, BTreeMap<String, Counted>>>;

/// An item with the versions by which it was owed.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// As it stands today, or stood last.
    pub(super) item: Arc<Item>,
    /// The versions that held, the oldest first, each with its first day (`None` = from ever).
    pub(super) versions: Vec<(Option<Date>, Arc<Item>)>,
    /// The day from which it is owed no more.
    pub(super) retired: Option<Date>,
}

impl Held {
    /// One that holds as it is from ever.
    #[cfg(test)]
    pub(super) fn ever(item: Arc<Item>) -> Self {
        Self { versions: vec![(None, Arc::clone(&item))], item, retired: None }
    }

    /// The version by which a day is judged.
    fn on(&self, day: Date) -> Option<&Arc<Item>> {
        let held = self.versions.iter().rev().find(|(from, _)| from.is_none_or(|from| from <= day));
        held.map(|(_, item)| item)
    }

    /// From which day on this organ owes it without a break as it stands today; `None` = from ever.
    fn owed_from(&self, directory: &Directory, organ: &OrganCode, today: Date) -> Option<Date> {
        let mut from = None;
        for (at, version) in self.versions.iter().rev() {
            if !asks(version, &self.item, (directory, organ, today)) {
                break;
            }
            from = Some(*at);
        }
        from.flatten()
    }
}

/// Whether a version asked of an organ what the item of today asks of it. Who owes an item as it stands today owes it by each
/// version that has the same owner.
fn asks(version: &Item, now: &Item, (directory, organ, today): (&Directory, &OrganCode, Date)) -> bool {
    let same_owner = version.owner == now.owner;
    super::judge::unasked(version).is_none()
        && version.period == now.period
        && (same_owner || owe::owing(directory, &version.owner, today).iter().any(|owes| owes.organ == *organ))
}

/// That an organ has nothing, from and until which day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Nothing {
    pub(super) organ: OrganCode,
    pub(super) from: Date,
    pub(super) until: Date,
}

/// What was found, by the organs that answer today.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) records: Records,
    pub(super) documents: Documents,
    /// By the keys of items; only what is confirmed.
    pub(super) nothing: HashMap<String, Vec<Nothing>>,
}

/// An organ that owes an item, with its cells in the order of the stretches.
#[derive(Debug, Clone)]
pub(super) struct Owing {
    pub(super) owes: Owes,
    pub(super) cells: Vec<Why>,
}

/// An item with everybody who owes it.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) item: Arc<Item>,
    pub(super) stretches: Vec<Stretch>,
    /// The version by which each stretch is judged.
    pub(super) by: Vec<Arc<Item>>,
    pub(super) owing: Vec<Owing>,
}

/// The map of a year.
#[derive(Debug, Clone)]
pub(super) struct Map {
    pub(super) year: i16,
    /// In the order of the catalogue.
    pub(super) lines: Vec<Line>,
}

/// How many cells have which colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) late: i64,
    pub(super) soon: i64,
    pub(super) good: i64,
    /// Among the good: declared to have none.
    pub(super) none: i64,
    /// Among the good: came late.
    pub(super) tardy: i64,
    pub(super) ahead: i64,
    pub(super) off: i64,
}

impl Sum {
    pub(super) fn add(&mut self, why: &Why) {
        match why.tone() {
            Tone::Late => self.late += 1,
            Tone::Soon => self.soon += 1,
            Tone::Good => self.good += 1,
            Tone::Ahead => self.ahead += 1,
            Tone::Off => self.off += 1,
        }
        if matches!(why, Why::Declared(_)) {
            self.none += 1;
        }
        if why.is_tardy() {
            self.tardy += 1;
        }
    }

    /// The colour of all of them together; `None` where there are none.
    pub(super) fn tone(&self) -> Option<Tone> {
        [
            (self.late, Tone::Late),
            (self.soon, Tone::Soon),
            (self.good, Tone::Good),
            (self.ahead, Tone::Ahead),
            (self.off, Tone::Off),
        ]
        .into_iter()
        .find(|(many, _)| *many > 0)
        .map(|(_, tone)| tone)
    }

    /// What is asked of somebody and has come: all but grey and what is ahead.
    pub(super) fn asked(&self) -> i64 {
        self.late + self.soon + self.good
    }

    /// In words: 应公开未公开 3，目前没有或快到期 1，已公开 12（其中没有此类信息 2）.
    pub(super) fn words(&self) -> String {
        let all = [
            (self.late, Tone::Late),
            (self.soon, Tone::Soon),
            (self.good, Tone::Good),
            (self.ahead, Tone::Ahead),
            (self.off, Tone::Off),
        ];
        let mut parts = Vec::new();
        for (many, tone) in all.into_iter().filter(|(many, _)| *many > 0) {
            let mut part = format!("{} {many}", tone.label());
            let of: Vec<String> = [("没有此类信息", self.none), ("逾期公开", self.tardy)]
                .into_iter()
                .filter(|(_, many)| tone == Tone::Good && *many > 0)
                .map(|(label, many)| format!("{label} {many}"))
                .collect();
            if !of.is_empty() {
                part.push_str(&format!("（其中{}）", of.join("、")));
            }
            parts.push(part);
        }
        parts.join("，")
    }
}

/// By what it is made.
pub(super) struct By<'a> {
    pub(super) directory: &'a Directory,
    pub(super) calendar: &'a Calendar,
    pub(super) readings: &'a Readings,
    pub(super) when: When,
    pub(super) year: i16,
}

/// Whether somebody who owes it was there in a stretch.
fn existed(owes: &Owes, stretch: &Stretch) -> bool {
    owes.from.is_none_or(|from| from <= stretch.last) && owes.to.is_none_or(|to| stretch.first <= to)
}

/// Until when it is declared that the organ has nothing in a stretch. What an organ that exists no more declared holds for
/// stretches in which it was the one that owed it; who followed declares anew.
fn declared(all: &[Nothing], item: &Item, (owes, stretch): (&Owes, &Stretch), by: &By<'_>) -> Option<Date> {
    let began = by.directory.get(&owes.organ).and_then(|organ| organ.exists_from);
    let holds = |one: &&Nothing| {
        let own = one.organ == owes.organ;
        let before = owes.heirs_of.contains(&one.organ) && began.is_some_and(|began| began > stretch.last);
        if !own && !before {
            return false;
        }
        if matches!(item.period, Period::Event | Period::Standing) {
            let day = by.when.today.clamp(stretch.first, stretch.last);
            return (one.from..=one.until).contains(&day);
        }
        let first = owes.from.map_or(stretch.first, |from| from.max(stretch.first)).min(stretch.last);
        one.from <= first && stretch.last <= one.until
    };
    all.iter().filter(holds).map(|one| one.until).max()
}

fn newest<'a>(all: impl Iterator<Item = &'a Counted>) -> Found {
    let mut found = Found::default();
    for (at, one) in all.enumerate() {
        found.many += one.many;
        if one.newest > found.newest {
            found.newest.clone_from(&one.newest);
        }
        // Where the first day of one is not known, that of all is not.
        if at == 0 || one.first < found.first {
            found.first.clone_from(&one.first);
        }
    }
    found
}

/// Whether the rows of a table are things that stand there, each once under its name (养老机构), and not what happened in a stretch:
/// the days in them say nothing of when the organ has published.
pub(super) fn is_register(item: &Item) -> bool {
    item.keys.len() == 1 && !item.columns.iter().any(|column| column.typed == Type::Period)
}

/// What is public of a table in a stretch.
fn of_records(by_period: Option<&BTreeMap<String, Counted>>, item: &Item, (stretch, today): (&Stretch, Date)) -> Found {
    let Some(all) = by_period else { return Found::default() };
    match item.period {
        Period::Standing => newest(all.values()),
        // It stands in each stretch that has begun.
        _ if item.period != Period::Event && is_register(item) => {
            if stretch.first > today {
                Found::default()
            } else {
                newest(all.values())
            }
        }
        Period::Event => newest(all.iter().filter(|(code, _)| code.starts_with(&stretch.code)).map(|(_, one)| one)),
        // What is told more narrowly than the item asks, by months where it asks by quarters, is told of the stretch around it.
        _ => newest(all.iter().filter(|(code, _)| is_within(code, stretch)).map(|(_, one)| one)),
    }
}

/// Whether the period of records lies in a stretch.
fn is_within(code: &str, stretch: &Stretch) -> bool {
    code == stretch.code
        || item::period_days(code).is_some_and(|(first, last)| stretch.first <= first && last <= stretch.last)
}

/// What is public in the columns of an item in each stretch. What a later one has too much of makes up for an earlier one, and is
/// counted there alone; not in columns of several items, since nobody can tell whose it is.
fn of_documents(
    by_month: &[&BTreeMap<String, Counted>],
    item: &Item,
    (stretches, shared): (&[Stretch], bool),
) -> Vec<Found> {
    let after = due::reports_after(item) && item.period != Period::Event;
    let within = |stretch: &Stretch| {
        if item.period == Period::Standing {
            return newest(by_month.iter().flat_map(|months| months.values()));
        }
        let (first, last) = if after { due::next(stretch) } else { (stretch.first, stretch.last) };
        let (first, last) = (first.strftime("%Y-%m").to_string(), last.strftime("%Y-%m").to_string());
        newest(by_month.iter().flat_map(|months| months.range(first.clone()..=last.clone()).map(|(_, one)| one)))
    };
    let mut found: Vec<Found> = stretches.iter().map(within).collect();
    if shared {
        return found;
    }
    // The stretches that have more than one, the nearest last.
    let mut spare: Vec<usize> = Vec::new();
    for at in (0..found.len()).rev() {
        if found[at].many > 0 {
            spare.extend((found[at].many > 1).then_some(at));
            continue;
        }
        let Some(from) = spare.last().copied() else { continue };
        found[at].made_up = true;
        found[from].many -= 1;
        if found[from].many <= 1 {
            spare.pop();
        }
    }
    found
}

/// Why nothing is asked of an organ for a stretch, though it is today, or was once.
fn not_asked(held: &Held, stretch: &Stretch, version: Option<&Arc<Item>>, from: Option<Date>) -> Option<Why> {
    if let Some(on) = held.retired.filter(|on| *on <= stretch.last) {
        return Some(Why::Retired(on));
    }
    // What is not asked today says so itself; what was asked once is judged by what held then.
    if super::judge::unasked(&held.item).is_some() {
        return match version {
            Some(version) if super::judge::unasked(version).is_none() && version.period == held.item.period => None,
            _ => super::judge::unasked(&held.item),
        };
    }
    from.filter(|from| *from > stretch.last).map(Why::NotYet)
}

/// How many items are looked for in each column.
fn sharers(items: &[Held]) -> HashMap<&str, usize> {
    let mut all = HashMap::new();
    for held in items.iter().filter(|held| !held.item.is_table() && super::judge::unasked(&held.item).is_none()) {
        for slug in &held.item.site_columns {
            *all.entry(slug.as_str()).or_default() += 1;
        }
    }
    all
}

fn line(
    held: &Held,
    (facts, sharers): (&Facts, &HashMap<&str, usize>),
    by: &By<'_>,
    reckoner: &mut Reckoner<'_>,
) -> Line {
    let item = &held.item;
    let is_shared = item.site_columns.iter().any(|slug| sharers.get(slug.as_str()).is_some_and(|many| *many > 1));
    let stretches = due::stretches(item.period, by.year);
    let versions: Vec<Option<&Arc<Item>>> =
        stretches.iter().map(|stretch| held.on(stretch.last.min(by.when.today))).collect();
    // A version of another rhythm, or of nobody yet, gives no terms.
    let judged: Vec<Arc<Item>> = versions
        .iter()
        .map(|version| Arc::clone(version.filter(|version| version.period == item.period).unwrap_or(item)))
        .collect();
    let terms: Vec<Term> =
        stretches.iter().zip(&judged).map(|(stretch, version)| reckoner.term(version, stretch.last)).collect();
    let nothing = facts.nothing.get(item.key.as_str()).map_or(&[][..], Vec::as_slice);
    let records = facts.records.get(item.key.as_str());
    let columns: Vec<_> = item.site_columns.iter().filter_map(|slug| facts.documents.get(slug)).collect();
    let mut owing = Vec::new();
    for owes in owe::owing(by.directory, &item.owner, by.when.today) {
        let found: Vec<Found> = if item.is_table() {
            let own = records.and_then(|all| all.get(&owes.organ));
            stretches.iter().map(|stretch| of_records(own, item, (stretch, by.when.today))).collect()
        } else {
            let own: Vec<_> = columns.iter().filter_map(|all| all.get(&owes.organ)).collect();
            of_documents(&own, item, (&stretches, is_shared))
        };
        let asked_from = held.owed_from(by.directory, &owes.organ, by.when.today);
        let mut cells = Vec::with_capacity(stretches.len());
        for (at, stretch) in stretches.iter().enumerate() {
            let mut term = terms[at];
            if item.period == Period::Standing {
                // It is owed from the first day on: of the organ, or of the year's beginning where that is not known.
                let from = owes.from.into_iter().chain(asked_from).fold(stretch.first, Ord::max);
                term = reckoner.term(&judged[at], from);
            }
            let said = (existed(&owes, stretch), declared(nothing, item, (&owes, stretch), by));
            let not = not_asked(held, stretch, versions[at], asked_from);
            cells.push(judge((judged[at].as_ref(), stretch, &term), (&found[at], not), said, &by.when));
        }
        // Who was not there in all of the year and has nothing to show owes nothing of it.
        if cells.iter().any(|cell| *cell != Why::NoOrgan) {
            owing.push(Owing { owes, cells });
        }
    }
    Line { item: Arc::clone(item), stretches, by: judged, owing }
}

/// The map of a year.
pub(super) fn build(items: &[Held], facts: &Facts, by: &By<'_>) -> Map {
    let mut reckoner = Reckoner::new(by.calendar, by.readings);
    let sharers = sharers(items);
    let lines = items.iter().map(|item| line(item, (facts, &sharers), by, &mut reckoner)).collect();
    Map { year: by.year, lines }
}

/// A cell with where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell<'a> {
    pub(super) line: &'a Line,
    pub(super) owing: &'a Owing,
    pub(super) stretch: &'a Stretch,
    pub(super) why: &'a Why,
}

impl Cell<'_> {
    /// Its page in the office.
    pub(super) fn href(&self, year: i16) -> String {
        format!("/coverage/{}/{}?year={year}", self.line.item.key, self.owing.owes.organ)
    }
}

impl Map {
    /// All cells of the lines and organs that `wanted` takes.
    pub(super) fn cells<'a>(
        &'a self,
        wanted: impl Fn(&Line, &Owing) -> bool + 'a,
    ) -> impl Iterator<Item = Cell<'a>> + 'a {
        self.lines
            .iter()
            .flat_map(|line| line.owing.iter().map(move |owing| (line, owing)))
            .filter(move |one| wanted(one.0, one.1))
            .flat_map(|(line, owing)| {
                let cells = line.stretches.iter().zip(&owing.cells);
                cells.map(move |(stretch, why)| Cell { line, owing, stretch, why })
            })
    }

    /// The line of an item.
    pub(super) fn line(&self, key: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.item.key.as_str() == key)
    }

    /// Domains in their order: key and name.
    pub(super) fn domains(&self) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        for line in &self.lines {
            let domain = &line.item.domain;
            if !found.iter().any(|(key, _)| *key == domain.key) {
                found.push((domain.key.clone(), domain.name.clone()));
            }
        }
        found
    }
}
