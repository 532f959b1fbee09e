//! Days, colours and who owes what, without a database; how long a map of a whole county takes.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use clock::Readings;
use item::{
    Audience, Channel, Column, Domain, Filter, Item, ItemKey, Limit, LimitKind, Owner, Period, Privacy, Start, Type,
    Way,
};
use jiff::civil::{Date, date};
use kernel::{Calendar, Directory, Organ, OrganCode, OrganKind};

use super::{
    due::{self, Reckoned, Reckoner},
    judge::{Tone, When, Why},
    map::{self, By, Counted, Facts, Held, Map, Nothing, Sum},
};

const TODAY: Date = date(2026, 3, 2);

fn limit(kind: LimitKind, n: u32, unit: &str, from: Start) -> Limit {
    Limit {
        applies_to: String::new(),
        kind,
        n,
        unit: unit.into(),
        from,
        column: String::new(),
        day: String::new(),
        rule: String::new(),
        printed: "按目录".into(),
        basis: String::new(),
    }
}

fn column() -> Column {
    Column {
        key: "name".into(),
        label: "名称".into(),
        aliases: Vec::new(),
        code: String::new(),
        letter: String::new(),
        group: Vec::new(),
        typed: Type::Text { max: 60 },
        required: true,
        hint: String::new(),
        privacy: Privacy::default(),
        names: None,
        filter: Filter::None,
        listed: true,
    }
}

fn table(key: &str, period: Period, owner: Owner) -> Item {
    Item {
        key: ItemKey::new(key).expect("a key"),
        version: 1,
        domain: Domain { key: "water".into(), name: "供水".into(), order: 1 },
        matter: "水质".into(),
        sub_matter: String::new(),
        title: "供水水质".into(),
        elements: String::new(),
        basis: Vec::new(),
        limits: vec![limit(LimitKind::Within, 20, "working_days", Start::Formed)],
        owner,
        channels: vec![Channel::Web],
        audience: Audience::Everybody,
        way: Way::Proactive,
        levels: Vec::new(),
        period,
        retention: None,
        retention_person: None,
        confirmed: true,
        source: String::new(),
        site_columns: Vec::new(),
        columns: vec![column()],
        keys: Vec::new(),
        newest_by: String::new(),
        checks: Vec::new(),
        charts: Vec::new(),
        more_columns: false,
    }
}

fn documents(key: &str, period: Period, owner: Owner) -> Item {
    Item { columns: Vec::new(), site_columns: vec!["water".into()], ..table(key, period, owner) }
}

fn organ(code: &str, name: &str) -> Organ {
    Organ::named(code, name, name, OrganKind::CountyDepartment)
}

fn when(today: Date) -> When {
    When { today, soon_days: 7, stale_months: 24, since: None }
}

fn made(items: Vec<Item>, organs: Vec<Organ>, facts: &Facts, today: Date) -> Map {
    let items: Vec<Held> = items.into_iter().map(|item| Held::ever(Arc::new(item))).collect();
    by_held(&items, organs, facts, today)
}

fn by_held(items: &[Held], organs: Vec<Organ>, facts: &Facts, today: Date) -> Map {
    let (directory, calendar, readings) = (Directory::new(organs, "青禾县"), Calendar::bundled(), Readings::default());
    let by = By { directory: &directory, calendar: &calendar, readings: &readings, when: when(today), year: 2026 };
    map::build(items, facts, &by)
}

fn one(map: &Map) -> &[Why] {
    &map.lines[0].owing[0].cells
}

fn found(item: &str, code: &str, period: &str, many: i64) -> Facts {
    since(item, code, period, many, "2026-02-03")
}

/// The same, public from a day on.
fn since(item: &str, code: &str, period: &str, many: i64, first: &str) -> Facts {
    let mut facts = Facts::default();
    let own = facts.records.entry(item.to_owned()).or_default().entry(code.into()).or_default();
    own.insert(period.to_owned(), Counted { many, newest: first.to_owned(), first: first.to_owned() });
    facts
}

#[test]
fn a_year_is_cut_as_often_as_there_is_something_new() {
    for (period, many) in [
        (Period::Month, 12),
        (Period::Quarter, 4),
        (Period::HalfYear, 2),
        (Period::Year, 1),
        (Period::Event, 1),
        (Period::Standing, 1),
    ] {
        let all = due::stretches(period, 2026);
        assert_eq!(all.len(), many);
        assert_eq!((all[0].first, all[many - 1].last), (date(2026, 1, 1), date(2026, 12, 31)));
    }
    let quarter = &due::stretches(Period::Quarter, 2026)[3];
    assert_eq!(due::next(quarter), (date(2027, 1, 1), date(2027, 3, 31)));
}

#[test]
fn the_last_day_is_counted_by_the_shortest_limit_of_the_whole() {
    let (calendar, readings) = (Calendar::bundled(), Readings::default());
    let mut reckoner = Reckoner::new(&calendar, &readings);
    let mut item = table("water", Period::Month, Owner::All);
    let from = date(2026, 3, 31);
    let long = reckoner.term(&item, from);
    assert_eq!(long.how, Reckoned::Limit(0));
    assert_eq!(calendar.after_working_days(from, 20), Ok(long.day));
    item.limits.push(limit(LimitKind::Within, 7, "working_days", Start::PeriodEnd));
    assert_eq!(calendar.after_working_days(from, 7), Ok(reckoner.term(&item, from).day));
    // Each for a part: nobody can tell which part is missing.
    item.limits.iter_mut().for_each(|limit| limit.applies_to = "一部分".into());
    assert_eq!(reckoner.term(&item, from).day, long.day);
    item.limits = vec![limit(LimitKind::Prompt, 0, "", Start::Formed)];
    let term = reckoner.term(&item, from);
    assert_eq!((term.how, term.day), (Reckoned::Regulation, long.day));
    item.limits = vec![limit(LimitKind::Within, 20, "days", Start::Approved)];
    assert_eq!(reckoner.term(&item, from).day, from);
    item.limits = vec![Limit { day: "01-31".into(), ..limit(LimitKind::YearDay, 0, "", Start::PeriodEnd) }];
    assert_eq!(reckoner.term(&item, date(2025, 12, 31)).day, date(2026, 1, 31));
    assert!(due::reports_after(&item));
}

#[test]
fn beyond_the_calendar_a_last_day_is_a_guess_and_said_to_be() {
    let (calendar, readings) = (Calendar::bundled(), Readings::default());
    let mut reckoner = Reckoner::new(&calendar, &readings);
    let item = table("water", Period::Month, Owner::All);
    let term = reckoner.term(&item, calendar.known_until());
    assert!(term.guessed);
    assert!(due::words(&item, &term).contains("推算"));
    assert!(reckoner.run(&item, &term, calendar.known_until()).is_some_and(|run| run.is_guess()));
}

#[test]
fn a_month_goes_from_ahead_to_amber_to_red_and_to_green() {
    let item = || vec![table("water", Period::Month, Owner::All)];
    let organs = || vec![organ("QH010", "县财政局")];
    let none = Facts::default();
    let january = |facts: &Facts, today: Date| one(&made(item(), organs(), facts, today))[0].clone();
    let Why::Ahead(due) = january(&none, date(2026, 1, 20)) else { panic!("nothing is due in January") };
    assert_eq!(january(&none, due), Why::Soon(due));
    let after = due.tomorrow().expect("a day");
    assert_eq!(january(&none, after), Why::Overdue(Some(due)));
    assert_eq!(january(&found("water", "QH010", "2026-01", 3), after).tone(), Tone::Good);
    // Another organ's, and another month's, do not count.
    assert_eq!(january(&found("water", "QH011", "2026-01", 3), after).tone(), Tone::Late);
    assert_eq!(january(&found("water", "QH010", "2026-02", 3), after).tone(), Tone::Late);
}

#[test]
fn what_is_told_by_months_counts_for_the_quarter() {
    let item = || vec![table("water", Period::Quarter, Owner::All)];
    let organs = || vec![organ("QH010", "县财政局")];
    let mut facts = since("water", "QH010", "2026-02", 6, "2026-04-03");
    let own = facts.records.get_mut("water").and_then(|all| all.get_mut(&OrganCode::from("QH010"))).expect("counted");
    own.insert("2026-03".to_owned(), Counted { many: 6, newest: "2026-04-03".into(), first: "2026-04-03".into() });
    let map = made(item(), organs(), &facts, date(2026, 8, 31));
    assert_eq!(one(&map)[0], Why::Published(12, "2026-04-03".to_owned()));
    assert_eq!(one(&map)[1].tone(), Tone::Late);
    // A year says nothing of one of its quarters.
    let map = made(item(), organs(), &found("water", "QH010", "2026", 6), date(2026, 8, 31));
    assert_eq!(one(&map)[0].tone(), Tone::Late);
}

#[test]
fn hospitals_schools_and_companies_owe_nothing_of_what_every_organ_owes() {
    let item = || vec![table("water", Period::Year, Owner::All)];
    let of = |kind: OrganKind| Organ { kind, ..organ("QH040", "县人民医院") };
    for kind in [OrganKind::PublicInstitution, OrganKind::PublicUtility] {
        let map = made(item(), vec![of(kind)], &Facts::default(), date(2026, 8, 31));
        assert!(map.lines[0].owing.is_empty(), "{kind:?}");
    }
    for kind in [OrganKind::CountyUnit, OrganKind::CountyDepartment, OrganKind::Township] {
        let map = made(item(), vec![of(kind)], &Facts::default(), date(2026, 8, 31));
        assert_eq!(map.lines[0].owing.len(), 1, "{kind:?}");
    }
    // Named, they owe what is theirs.
    let map = made(
        vec![table("water", Period::Year, Owner::Named(vec!["医院".into()]))],
        vec![of(OrganKind::PublicInstitution)],
        &Facts::default(),
        date(2026, 8, 31),
    );
    assert_eq!(map.lines[0].owing.len(), 1);
}

#[test]
fn what_came_late_is_not_plain_green() {
    let item = || vec![table("water", Period::Month, Owner::All)];
    let organs = || vec![organ("QH010", "县财政局")];
    let late = made(item(), organs(), &since("water", "QH010", "2026-01", 3, "2026-05-06"), date(2026, 6, 1));
    let Why::Tardy(3, due, first) = one(&late)[0].clone() else { panic!("{:?}", one(&late)[0]) };
    assert!(due < first && first == date(2026, 5, 6));
    assert_eq!((one(&late)[0].tone(), one(&late)[0].chip()), (Tone::Good, "soon"));
    let mut sum = Sum::default();
    sum.add(&one(&late)[0]);
    assert_eq!(sum.words(), "已公开 1（其中逾期公开 1）");
    // Of what was brought in from history nobody knows when it came.
    let old = made(item(), organs(), &since("water", "QH010", "2026-01", 3, ""), date(2026, 6, 1));
    assert_eq!(one(&old)[0], Why::Published(3, String::new()));
}

#[test]
fn a_change_is_asked_from_its_day_on() {
    let boards = Item { channels: vec![Channel::Board], ..table("water", Period::Month, Owner::All) };
    let (old, new) = (Arc::new(boards), Arc::new(table("water", Period::Month, Owner::All)));
    let day = date(2026, 4, 10);
    let versions = vec![(None, Arc::clone(&old)), (Some(day), Arc::clone(&new))];
    let held = |item: &Arc<Item>, versions, retired| vec![Held { item: Arc::clone(item), versions, retired }];
    let organs = || vec![organ("QH010", "县财政局")];
    let map = by_held(&held(&new, versions, None), organs(), &Facts::default(), date(2026, 8, 31));
    assert_eq!((&one(&map)[2], one(&map)[3].tone()), (&Why::NotYet(day), Tone::Late));
    // What is new owes nothing before it came.
    let fresh = vec![(Some(day), Arc::clone(&new))];
    let map = by_held(&held(&new, fresh.clone(), None), organs(), &Facts::default(), date(2026, 8, 31));
    assert_eq!((&one(&map)[0], one(&map)[3].tone()), (&Why::NotYet(day), Tone::Late));
    // What is retired still says what was missing before.
    let ever = vec![(None, Arc::clone(&new))];
    let map = by_held(&held(&new, ever, Some(day)), organs(), &Facts::default(), date(2026, 8, 31));
    assert_eq!((one(&map)[2].tone(), &one(&map)[3]), (Tone::Late, &Why::Retired(day)));
}

#[test]
fn a_register_stands_from_the_day_on_which_it_became_public() {
    let homes = Item { keys: vec!["name".into()], ..table("water", Period::Quarter, Owner::All) };
    let facts = since("water", "QH010", "2024-Q2", 12, "2026-02-03");
    let map = made(vec![homes], vec![organ("QH010", "县财政局")], &facts, date(2026, 8, 31));
    let there = Why::Published(12, "2026-02-03".to_owned());
    assert!(one(&map)[..3].iter().all(|why| *why == there), "{:?}", one(&map));
    assert_eq!(one(&map)[3].tone(), Tone::Ahead);
}

#[test]
fn what_nobody_confirmed_owes_nothing() {
    let mut item = table("water", Period::Month, Owner::All);
    item.confirmed = false;
    let map = made(vec![item], vec![organ("QH010", "县财政局")], &Facts::default(), date(2026, 12, 1));
    assert!(one(&map).iter().all(|why| *why == Why::Unconfirmed && why.tone() == Tone::Off));
}

#[test]
fn what_is_not_counted_here_is_grey_with_its_reason() {
    let organs = || vec![organ("QH010", "县财政局")];
    let shown = |item: Item| one(&made(vec![item], organs(), &Facts::default(), date(2026, 12, 1)))[0].clone();
    let plain = || table("water", Period::Year, Owner::All);
    assert_eq!(shown(Item { way: Way::OnRequest, ..plain() }), Why::OnRequest);
    assert_eq!(shown(Item { channels: vec![Channel::PartyOnly], ..plain() }), Why::Elsewhere);
    assert_eq!(shown(Item { columns: Vec::new(), ..plain() }), Why::NoPlace);
    assert_eq!(shown(Item { period: Period::Event, ..plain() }), Why::Nothing);
    assert_eq!(shown(Item { period: Period::Standing, ..plain() }), Why::Overdue(None));
}

#[test]
fn forms_that_are_no_more_in_use_are_owed_by_nobody() {
    for key in ["permit-2016", "penalty-2016", "enforcement-yearly-2019"] {
        let item = item::boxed().iter().find(|item| item.key.as_str() == key).expect("in the box").clone();
        let map = made(vec![item], vec![organ("QH010", "县财政局")], &Facts::default(), date(2026, 12, 1));
        assert!(one(&map).iter().all(|why| *why == Why::Former), "{key}: {:?}", one(&map));
    }
}

#[test]
fn a_declaration_holds_for_whole_stretches_and_lapses() {
    let said = |until: Date| {
        let nothing = Nothing { organ: "QH010".into(), from: date(2026, 1, 1), until };
        let mut facts = Facts::default();
        facts.nothing.insert("water".into(), vec![nothing]);
        facts
    };
    let organs = || vec![organ("QH010", "县财政局")];
    let item = || vec![table("water", Period::Month, Owner::All)];
    let map = made(item(), organs(), &said(date(2026, 2, 28)), date(2026, 6, 30));
    assert_eq!(one(&map)[1], Why::Declared(date(2026, 2, 28)));
    assert_eq!(one(&map)[2].tone(), Tone::Late, "March is not declared");
    assert_eq!(one(&made(item(), organs(), &said(date(2026, 2, 27)), date(2026, 6, 30)))[1].tone(), Tone::Late);
    let event = || vec![table("water", Period::Event, Owner::All)];
    let holds = |today: Date| one(&made(event(), organs(), &said(date(2026, 6, 30)), today))[0].clone();
    assert_eq!(holds(date(2026, 6, 30)), Why::Declared(date(2026, 6, 30)));
    assert_eq!(holds(date(2026, 7, 1)), Why::Nothing);
}

#[test]
fn who_followed_owes_and_who_is_new_owes_from_its_first_day() {
    let old =
        Organ { exists_to: Some(date(2026, 5, 31)), successor: Some("QH012".into()), ..organ("QH011", "县民政局") };
    let new = Organ { exists_from: Some(date(2026, 6, 1)), ..organ("QH012", "县社会工作部") };
    let item = table("water", Period::Month, Owner::Named(vec!["民政".into()]));
    let facts = found("water", "QH012", "2026-01", 1);
    let map = made(vec![item], vec![old, new], &facts, date(2026, 8, 3));
    let owing = &map.lines[0].owing[0];
    assert_eq!(owing.owes.organ, OrganCode::from("QH012"));
    assert_eq!((owing.cells[0].tone(), owing.cells[1].tone()), (Tone::Good, Tone::Late));
    let fresh = Organ { exists_from: Some(date(2026, 6, 1)), ..organ("QH013", "县数据局") };
    let map = made(vec![table("water", Period::Month, Owner::All)], vec![fresh], &Facts::default(), date(2026, 8, 31));
    assert_eq!((&one(&map)[4], one(&map)[5].tone()), (&Why::NoOrgan, Tone::Late));
}

#[test]
fn a_later_document_makes_up_for_a_missing_one() {
    let mut facts = Facts::default();
    let months = BTreeMap::from([(
        "2026-03".to_owned(),
        Counted { many: 2, newest: "2026-03-20".to_owned(), first: "2026-03-01".to_owned() },
    )]);
    facts.documents.entry("water".into()).or_default().insert("QH010".into(), months);
    let item = documents("water", Period::Month, Owner::All);
    let map = made(vec![item], vec![organ("QH010", "县财政局")], &facts, date(2026, 6, 30));
    assert_eq!((one(&map)[0].tone(), &one(&map)[1], one(&map)[2].tone()), (Tone::Late, &Why::MadeUp, Tone::Good));
    assert_eq!(one(&map)[2], Why::Published(1, "2026-03-20".to_owned()), "what makes up is counted once");
    // In the column of two items nobody can tell whose it is.
    let both = vec![documents("water", Period::Month, Owner::All), documents("air", Period::Month, Owner::All)];
    let map = made(both, vec![organ("QH010", "县财政局")], &facts, date(2026, 6, 30));
    assert_eq!(one(&map)[1].tone(), Tone::Late);
}

#[test]
fn the_colour_of_many_is_that_of_the_worst() {
    let mut sum = Sum::default();
    assert_eq!(sum.tone(), None);
    for why in [Why::Unconfirmed, Why::Published(1, String::new()), Why::Declared(TODAY), Why::Nothing] {
        sum.add(&why);
    }
    assert_eq!((sum.tone(), sum.asked(), sum.none), (Some(Tone::Soon), 3, 1));
    assert_eq!(sum.words(), "目前没有或快到期 1，已公开 2（其中没有此类信息 1），不作要求 1");
}

/// 26 domains of ten items each, 60 organs, 12 months: 187,200 cells. The bound is loose, since tests run without optimisation.
#[test]
fn a_whole_county_is_mapped_without_a_question_for_a_cell() {
    let items: Vec<Item> = (0..260).map(|at| table(&format!("item-{at}"), Period::Month, Owner::All)).collect();
    let organs: Vec<Organ> = (0..60).map(|at| organ(&format!("QH{at:03}"), &format!("第{at}局"))).collect();
    let began = Instant::now();
    let map = made(items, organs, &Facts::default(), TODAY);
    assert_eq!(map.cells(|_, _| true).count(), 260 * 60 * 12);
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
}
