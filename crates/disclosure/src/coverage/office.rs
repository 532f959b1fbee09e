//! The map in the office: all domains by organ, one domain by item and organ, or the items of an organ with their stretches.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{extract::State, response::Response};
use jiff::{ToSpan, civil::Date};
use kernel::{Countdown, OrganCode, may};
use serde::Deserialize;
use web::{Ctx, Desk, OfficeShell, Pager, Query, Result, office_page, page::query_string};

use super::{
    OWE,
    judge::{TARDY, Tone, Why},
    load,
    map::{Cell, Line, Map, Owing, Sum},
    none,
};

/// Lines of what is due this week; the list shows the rest.
const WEEK: usize = 20;
/// Lines on a page of the list.
const SIZE: i64 = 50;

/// What of the map is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) year: String,
    pub(super) domain: String,
    pub(super) organ: String,
    pub(super) state: String,
    pub(super) page: i64,
}

impl Asked {
    /// Whether a line and organ are asked for; the state is looked at by itself.
    pub(super) fn takes(&self, line: &Line, owing: &Owing) -> bool {
        (self.domain.is_empty() || line.item.domain.key == self.domain)
            && (self.organ.is_empty() || owing.owes.organ.as_str() == self.organ)
    }

    /// Whether a cell has the state that is asked for, which is a colour or part of one; without one each has.
    pub(super) fn is(&self, state: Option<Tone>, why: &Why) -> bool {
        match self.state.as_str() {
            "none" => matches!(why, Why::Declared(_)),
            "tardy" => why.is_tardy(),
            _ => state.is_none_or(|state| why.tone() == state),
        }
    }

    /// The query that asks for the same, with these fields instead.
    pub(super) fn with(&self, other: &[(&'static str, &str)]) -> String {
        let mut all = BTreeMap::from([
            ("year", self.year.as_str()),
            ("domain", self.domain.as_str()),
            ("organ", self.organ.as_str()),
            ("state", self.state.as_str()),
        ]);
        all.extend(other.iter().copied());
        let pairs: Vec<(&str, &str)> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        query_string(&pairs)
    }
}

/// A cell of the matrix.
struct Square {
    tone: &'static str,
    sign: &'static str,
    /// How many are red; empty where none are.
    many: String,
    words: String,
    href: String,
}

/// A row of the matrix.
struct Row {
    name: String,
    href: String,
    boxes: Vec<Option<Square>>,
    /// All of it in words, for narrow screens.
    words: String,
    tone: &'static str,
}

/// A stretch of an item of an organ in the list.
struct Part {
    label: String,
    sign: &'static str,
    tone: &'static str,
    words: String,
}

/// An item of an organ in the list.
struct Entry {
    item: String,
    domain: String,
    organ: String,
    href: String,
    parts: Vec<Part>,
    /// Why the worst of its stretches is what it is.
    reason: String,
}

/// What is due this week.
struct Due {
    item: String,
    organ: String,
    label: String,
    href: String,
    due: String,
    left: Countdown,
}

#[derive(Template)]
#[template(path = "coverage/templates/coverage.html")]
struct Page {
    shell: OfficeShell,
    asked: Asked,
    year: i16,
    years: Vec<(i16, String)>,
    domains: Vec<(String, String)>,
    organs: Vec<(String, String)>,
    states: Vec<(&'static str, String)>,
    legend: Vec<(&'static str, &'static str, &'static str)>,
    sum: String,
    week: String,
    due: Vec<Due>,
    more_due: usize,
    heads: Vec<String>,
    rows: Vec<Row>,
    /// What rows and heads are: 机关 and 领域.
    corner: &'static str,
    entries: Vec<Entry>,
    pager: Pager,
    is_list: bool,
    waiting: usize,
    /// Red cells that can be made duties.
    owed: i64,
    may_owe: bool,
    query: String,
}

/// The first and the last day of the week of a day.
pub(super) fn week(today: Date) -> (Date, Date) {
    let back = i64::from(today.weekday().to_monday_zero_offset());
    let first = today.checked_sub(back.days()).unwrap_or(today);
    (first, first.checked_add(6.days()).unwrap_or(first))
}

/// What waits and is due from today to the end of the week, the nearest first: of the year before, too, whose last days lie in
/// this one.
pub(super) fn due_in<'a>(
    maps: &'a [Arc<Map>],
    (today, last): (Date, Date),
    asked: &'a Asked,
) -> Vec<(i16, Date, Cell<'a>)> {
    let mut found = Vec::new();
    for map in maps {
        for cell in map.cells(move |line, owing| asked.takes(line, owing)) {
            let due = cell.why.due().filter(|due| (today..=last).contains(due));
            found.extend(due.map(|due| (map.year, due, cell)));
        }
    }
    found.sort_by(|one, other| one.1.cmp(&other.1).then_with(|| one.2.owing.owes.organ.cmp(&other.2.owing.owes.organ)));
    found
}

fn sum_of<'a>(cells: impl Iterator<Item = Cell<'a>>) -> Sum {
    let mut sum = Sum::default();
    for cell in cells {
        sum.add(cell.why);
    }
    sum
}

fn boxed(sum: &Sum, about: &str, href: String) -> Option<Square> {
    let tone = sum.tone()?;
    let only_none = tone == Tone::Good && sum.good == sum.none;
    let tardy = tone == Tone::Good && sum.tardy > 0;
    Some(Square {
        // What came late is not plain green.
        tone: if tardy { Tone::Soon.code() } else { tone.code() },
        sign: if tardy {
            TARDY
        } else if only_none {
            "无"
        } else {
            tone.sign()
        },
        many: if sum.late > 0 { sum.late.to_string() } else { String::new() },
        words: format!("{about}：{}", sum.words()),
        href,
    })
}

/// Organs that owe something of what is asked, in the order of the register.
fn organs_of(ctx: &Ctx, map: &Map, asked: &Asked) -> Vec<(OrganCode, String)> {
    let mut codes: Vec<&OrganCode> = Vec::new();
    for line in &map.lines {
        for owing in line.owing.iter().filter(|owing| asked.takes(line, owing)) {
            if !codes.contains(&&owing.owes.organ) {
                codes.push(&owing.owes.organ);
            }
        }
    }
    let directory = ctx.directory();
    let place = |code: &OrganCode| directory.all().iter().position(|organ| organ.code == *code);
    codes.sort_by_key(|&code| place(code));
    codes.into_iter().map(|code| (code.clone(), directory.short_name(code).to_owned())).collect()
}

/// All domains: organs down, domains across.
fn by_domain(ctx: &Ctx, map: &Map, asked: &Asked) -> (Vec<String>, Vec<Row>) {
    let domains = map.domains();
    let mut sums: BTreeMap<(&OrganCode, &str), Sum> = BTreeMap::new();
    let mut whole: BTreeMap<&OrganCode, Sum> = BTreeMap::new();
    for cell in map.cells(|_, _| true) {
        let organ = &cell.owing.owes.organ;
        sums.entry((organ, cell.line.item.domain.key.as_str())).or_default().add(cell.why);
        whole.entry(organ).or_default().add(cell.why);
    }
    let row = |(code, name): (OrganCode, String)| {
        let boxes = domains.iter().map(|(key, domain)| {
            let sum = sums.get(&(&code, key.as_str()))?;
            let query = asked.with(&[("organ", code.as_str()), ("domain", key.as_str())]);
            boxed(sum, &format!("{name}，{domain}"), format!("/coverage?{query}"))
        });
        let sum = whole.get(&code).copied().unwrap_or_default();
        Row {
            boxes: boxes.collect(),
            href: format!("/coverage?{}", asked.with(&[("organ", code.as_str())])),
            words: sum.words(),
            tone: sum.tone().map_or("off", Tone::chip),
            name,
        }
    };
    let rows = organs_of(ctx, map, asked).into_iter().map(row).collect();
    (domains.iter().map(|(_, name)| name.clone()).collect(), rows)
}

/// One domain: items down, organs across.
fn by_item(ctx: &Ctx, map: &Map, asked: &Asked) -> (Vec<String>, Vec<Row>) {
    let organs = organs_of(ctx, map, asked);
    let lines = map.lines.iter().filter(|line| line.item.domain.key == asked.domain);
    let row = |line: &Line| {
        let mut all = Sum::default();
        line.owing.iter().flat_map(|owing| &owing.cells).for_each(|why| all.add(why));
        let boxes = organs.iter().map(|(code, name)| {
            let owing = line.owing.iter().find(|owing| owing.owes.organ == *code)?;
            let mut sum = Sum::default();
            owing.cells.iter().for_each(|why| sum.add(why));
            let href = format!("/coverage/{}/{code}?year={}", line.item.key, map.year);
            boxed(&sum, &format!("{}，{name}", line.item.title), href)
        });
        Row {
            boxes: boxes.collect(),
            name: line.item.title.clone(),
            href: format!("/items/{}", line.item.key),
            words: if all == Sum::default() { "没有机关承担".to_owned() } else { all.words() },
            tone: all.tone().map_or("off", Tone::chip),
        }
    };
    let rows = lines.map(row).collect();
    (organs.iter().map(|(_, name)| name.clone()).collect(), rows)
}

/// Items of organs with all their stretches; with a state those alone that have it.
fn pairs<'a>(map: &'a Map, asked: &Asked) -> Vec<(&'a Line, &'a Owing)> {
    let state = Tone::from_code(&asked.state);
    let mut found = Vec::new();
    for line in &map.lines {
        for owing in line.owing.iter().filter(|owing| asked.takes(line, owing)) {
            if owing.cells.iter().any(|why| asked.is(state, why)) {
                found.push((line, owing));
            }
        }
    }
    found
}

fn entry(ctx: &Ctx, year: i16, (line, owing): (&Line, &Owing)) -> Entry {
    let part = |(stretch, why): (&super::due::Stretch, &super::judge::Why)| Part {
        label: stretch.label.clone(),
        sign: why.sign(),
        tone: why.chip(),
        words: format!("{}：{}", why.label(), why.words()),
    };
    let worst = owing.cells.iter().max_by_key(|why| why.tone());
    Entry {
        item: line.item.title.clone(),
        domain: line.item.domain.name.clone(),
        organ: ctx.directory().short_name(&owing.owes.organ).to_owned(),
        href: format!("/coverage/{}/{}?year={year}", line.item.key, owing.owes.organ),
        parts: line.stretches.iter().zip(&owing.cells).map(part).collect(),
        reason: worst.map(super::judge::Why::words).unwrap_or_default(),
    }
}

fn due_line(ctx: &Ctx, today: Date, (year, due, cell): &(i16, Date, Cell<'_>)) -> Due {
    Due {
        item: cell.line.item.title.clone(),
        organ: ctx.directory().short_name(&cell.owing.owes.organ).to_owned(),
        label: cell.stretch.label.clone(),
        href: cell.href(*year),
        due: due.to_string(),
        left: ctx.calendar().countdown(today, *due),
    }
}

/// GET /coverage
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Query(mut asked): Query<Asked>) -> Result<Response> {
    let (year, today) = (load::year_of(&ctx, &asked.year), ctx.today());
    asked.year = year.to_string();
    let maps = [load::map(&ctx, today.year() - 1).await?, load::map(&ctx, today.year()).await?];
    let map = load::map(&ctx, year).await?;
    let (first, last) = week(today);
    let due = due_in(&maps, (today, last), &asked);
    let is_list = !asked.organ.is_empty() || !asked.state.is_empty();
    let all = if is_list { pairs(&map, &asked) } else { Vec::new() };
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let pager = Pager::new(asked.page, total, SIZE, &asked.with(&[]));
    let skip = usize::try_from(pager.offset(SIZE)).unwrap_or_default();
    let size = usize::try_from(SIZE).unwrap_or_default();
    let entries = all.iter().skip(skip).take(size).map(|pair| entry(&ctx, year, *pair)).collect();
    let (heads, rows) = match (is_list, asked.domain.is_empty()) {
        (true, _) => (Vec::new(), Vec::new()),
        (false, true) => by_domain(&ctx, &map, &asked),
        (false, false) => by_item(&ctx, &map, &asked),
    };
    let sum = sum_of(map.cells(|line, owing| asked.takes(line, owing)));
    let everything = Asked { year: asked.year.clone(), ..Asked::default() };
    let organs = organs_of(&ctx, &map, &everything);
    let mut states: Vec<(&'static str, String)> =
        Tone::ALL.iter().map(|tone| (tone.code(), tone.label().to_owned())).collect();
    states.push(("none", "没有此类信息".to_owned()));
    states.push(("tardy", "逾期公开".to_owned()));
    let mut legend: Vec<_> = Tone::ALL.iter().map(|tone| (tone.code(), tone.sign(), tone.label())).collect();
    legend.push(("good", "无", "声明没有此类信息"));
    legend.push(("soon", TARDY, "逾期公开"));
    let query = asked.with(&[]);
    office_page(&Page {
        shell: desk.shell(&ctx, "公开覆盖").await?,
        year,
        years: load::years(&ctx).into_iter().map(|year| (year, format!("{year} 年"))).collect(),
        domains: map.domains(),
        organs: organs.into_iter().map(|(code, name)| (code.to_string(), name)).collect(),
        states,
        legend,
        sum: sum.words(),
        week: format!("{first} 至 {last}"),
        more_due: due.len().saturating_sub(WEEK),
        due: due.iter().take(WEEK).map(|one| due_line(&ctx, today, one)).collect(),
        heads,
        rows,
        corner: if asked.domain.is_empty() { "机关" } else { "事项" },
        entries,
        pager,
        is_list,
        waiting: none::waiting(ctx.db().read()).await?.len(),
        owed: sum.late,
        may_owe: may(&desk.actor(), &OWE).is_ok(),
        query,
        asked,
    })
}
