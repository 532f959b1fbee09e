//! What the public lists and counts.

use std::collections::BTreeMap;

use document::{
    Kind, Values,
    common::{self, EFFECTIVE_ON, EXPIRES_ON},
    public::{self, Filter, Found, Listed, Order, Places, Total},
    seed::Seed,
};
use jiff::{SignedDuration, Timestamp};
use kernel::{
    OrganCode,
    id::{ColumnId, SubjectRef},
};

use crate::house::{EXPLAINED, Home, NOTICE, NUMBER, POLICY, TOPICS, VALIDITY, WRITTEN, plain, told};

/// Numbers that look like chance and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).expect("small")]
    }
}

const ORGANS: [&str; 2] = ["QH010", "QH011"];
const COLUMNS: [&str; 3] = ["news", "notices", "rules"];
const WORDS: [&str; 6] = ["停水", "补贴", "养老 服务", "通知", "ABC％", "第一_批"];

fn kind(dice: &mut Dice) -> Kind {
    dice.pick(&[&POLICY, &NOTICE, &EXPLAINED])
}

fn one(dice: &mut Dice, number: u64) -> Seed {
    let base: Timestamp = "2024-12-30T10:00:00Z".parse().expect("moment");
    // Many share a moment, as in a batch that was moved in.
    let at = base + SignedDuration::from_hours(24 * i64::try_from(dice.below(400)).expect("small"));
    let (kind, organ, column) = (kind(dice), dice.pick(&ORGANS), dice.pick(&COLUMNS));
    let title = format!("关于{}的{}（{number}）", dice.pick(&WORDS), dice.pick(&WORDS));
    let mut values = Values::default();
    if kind.facet("document_number").is_some() && dice.below(2) == 0 {
        values.read(&NUMBER, &format!("青政〔2025〕{number}号"));
    }
    if kind.facet("written_on").is_some() && dice.below(3) > 0 {
        values.read(&WRITTEN, &format!("2025-0{}-11", 1 + dice.below(9)));
    }
    if kind.facet("validity").is_some() {
        values.read(&VALIDITY, dice.pick(&["in_force", "lapsed", ""]));
    }
    values.read(&TOPICS, dice.pick(&["农业", "农业、养老", "养老", ""]));
    Seed { values, ..plain(kind, organ, column, &title, at) }
}

fn filter(dice: &mut Dice) -> Filter {
    let mut filter = Filter::default();
    if dice.below(3) == 0 {
        filter.organ = Some(OrganCode::from(dice.pick(&ORGANS)));
    }
    for column in COLUMNS.iter().take(usize::try_from(dice.below(6)).expect("small").saturating_sub(2)) {
        filter.columns.push(ColumnId::from(*column));
    }
    for _ in 0..dice.below(3) {
        let kind = kind(dice);
        if !filter.kinds.contains(&kind) {
            filter.kinds.push(kind);
        }
    }
    if dice.below(3) == 0 {
        filter.year = Some(2025);
    }
    if dice.below(3) == 0 {
        filter.facets.push((&TOPICS, dice.pick(&["农业", "养老", "没有"]).to_owned()));
    }
    if dice.below(4) == 0 {
        filter.facets.push((&VALIDITY, "in_force".to_owned()));
    }
    if dice.below(3) == 0 {
        filter.words =
            dice.pick(&["停水的", "补贴", "服务", "c％", "_", "（1", "5〕1", "水", "没有这样", "通知（"]).to_owned();
    }
    filter
}

/// The same by reading everything.
fn fits(filter: &Filter, one: &Listed, values: &Values) -> bool {
    let words = filter.words.to_lowercase();
    (filter.columns.is_empty() || filter.columns.contains(&one.column))
        && filter.organ.as_ref().is_none_or(|organ| *organ == one.organ)
        && (filter.kinds.is_empty() || filter.kinds.contains(&one.kind))
        && filter.year.is_none_or(|year| one.published_on.starts_with(&year.to_string()))
        && filter.facets.iter().all(|(facet, value)| values.all(facet).contains(value))
        && (one.title.to_lowercase().contains(&words) || values.get(&NUMBER).to_lowercase().contains(&words))
}

async fn walked(home: &Home, filter: &Filter, order: Order) -> Vec<Listed> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let slice =
            public::list(&home.db, &home.house.kinds, filter, order, Places::after(after, 7)).await.expect("list");
        all.extend(slice.items);
        after = slice.next;
        if after.is_none() {
            return all;
        }
    }
}

fn counted(of: &[(&Listed, &Values)], by: impl Fn(&Listed, &Values) -> Vec<String>) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for (one, values) in of {
        for value in by(one, values) {
            *counts.entry(value).or_default() += 1;
        }
    }
    counts
}

#[test]
fn lists_and_counts_tell_what_reading_everything_tells() {
    told(|home| async move {
        let mut dice = Dice(2019);
        let mut values = BTreeMap::new();
        for number in 0..150 {
            let seed = one(&mut dice, number);
            let id = home.seed(&seed).await;
            values.insert(id, seed.values);
        }
        let gone: Vec<_> = values.keys().step_by(17).cloned().collect();
        for id in &gone {
            home.withdraw(id, "有误").await;
            values.remove(id);
        }
        let everything = walked(&home, &Filter::default(), Order::Newest).await;
        assert_eq!(everything.len(), values.len());
        let sorted = everything.is_sorted_by(|a, b| a.published_at >= b.published_at && a.rank > b.rank);
        assert!(sorted, "newest first, each once");
        for round in 0..120 {
            let filter = filter(&mut dice);
            let expected: Vec<(&Listed, &Values)> = everything
                .iter()
                .map(|one| (one, &values[&one.id]))
                .filter(|(one, values)| fits(&filter, one, values))
                .collect();
            let newest = walked(&home, &filter, Order::Newest).await;
            let ids = |list: &[Listed]| list.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
            let wanted: Vec<_> = expected.iter().map(|(one, _)| one.id.clone()).collect();
            assert_eq!(ids(&newest), wanted, "{round} {filter:?}");
            let mut oldest = ids(&walked(&home, &filter, Order::Oldest).await);
            oldest.reverse();
            assert_eq!(oldest, wanted, "oldest {filter:?}");
            let written = walked(&home, &filter, Order::By(&WRITTEN)).await;
            let mut by_date: Vec<_> = expected.clone();
            by_date.sort_by(|a, b| (b.1.get(&WRITTEN), b.0.rank).cmp(&(a.1.get(&WRITTEN), a.0.rank)));
            assert_eq!(ids(&written), by_date.iter().map(|(one, _)| one.id.clone()).collect::<Vec<_>>(), "{filter:?}");
            let paged = public::list(&home.db, &home.house.kinds, &filter, Order::Newest, Places::page(2, 5))
                .await
                .expect("page");
            assert_eq!(ids(&paged.items), wanted.iter().skip(5).take(5).cloned().collect::<Vec<_>>());
            let total = Total { n: i64::try_from(expected.len()).expect("few"), more: false };
            assert_eq!(public::count(&home.db, &filter, 1000).await.expect("count"), total, "{filter:?}");
            counts_fit(&home, &filter, &everything, &values).await;
        }
        home
    });
}

#[test]
fn a_number_is_found_by_any_of_its_spellings() {
    told(|home| async move {
        let at: Timestamp = "2026-01-05T10:00:00Z".parse().expect("moment");
        let numbers = [
            "青禾民发〔2026〕9号",
            "青禾民发〔2026〕19号",
            "青禾民发〔2025〕9号",
            "青禾财发〔2026〕9号",
            "青禾民发[2019]7号",
        ];
        let mut ids = Vec::new();
        for (place, number) in numbers.iter().enumerate() {
            let seed = plain(&POLICY, "QH010", "news", &format!("办法{place}"), at);
            ids.push(home.seed(&Seed { values: Values::default().with(&NUMBER, number), ..seed }).await);
        }
        let found = async |words: &str| {
            let filter = Filter { words: words.to_owned(), ..Filter::default() };
            let mut found: Vec<usize> = walked(&home, &filter, Order::Newest)
                .await
                .iter()
                .filter_map(|one| ids.iter().position(|id| *id == one.id))
                .collect();
            found.sort_unstable();
            let total = public::count(&home.db, &filter, 1000).await.expect("count");
            assert_eq!(total.n, i64::try_from(found.len()).expect("few"), "{words}");
            found
        };
        for spelled in [
            "青禾民发〔2026〕9号",
            "青禾民发[2026]9号",
            "青禾民发（2026）9号",
            "青禾民发(2026)第09号",
            "青禾民发〔２０２６〕９号",
            "青禾民发【2026】 9 号",
            "青禾民发2026年9号",
        ] {
            assert_eq!(found(spelled).await, [0], "{spelled}");
        }
        assert_eq!(found("民发9号").await, [0, 2]);
        assert_eq!(found("[2026]9号").await, [0, 3]);
        assert_eq!(found("青禾民发(2026)").await, [0, 1]);
        assert_eq!(found("青禾民发〔2019〕7号").await, [4], "one of before, in brackets of before");
        assert_eq!(found("青禾民发〔2026〕8号").await, [0; 0]);
        home
    });
}

async fn counts_fit(
    home: &Home,
    filter: &Filter,
    everything: &[Listed],
    values: &BTreeMap<kernel::id::DocumentId, Values>,
) {
    let of = |filter: &Filter| -> Vec<(&Listed, &Values)> {
        let all = everything.iter().map(|one| (one, &values[&one.id]));
        all.filter(|(one, values)| fits(filter, one, values)).collect()
    };
    let overview = public::overview(&home.db, filter, &[], &[&TOPICS, &VALIDITY]).await.expect("overview");
    assert!(overview.exact);
    assert_eq!(overview.total.n, i64::try_from(of(filter).len()).expect("few"));
    let map = |counts: &[(String, i64)]| counts.iter().cloned().collect::<BTreeMap<_, _>>();
    let without = Filter { organ: None, ..filter.clone() };
    let expected = counted(&of(&without), |one, _| vec![one.organ.to_string()]);
    assert_eq!(map(&overview.organs), expected, "organs {filter:?}");
    let without = Filter { kinds: Vec::new(), ..filter.clone() };
    assert_eq!(map(&overview.kinds), counted(&of(&without), |one, _| vec![one.kind.key.to_owned()]), "{filter:?}");
    let without = Filter { year: None, ..filter.clone() };
    let expected = counted(&of(&without), |one, _| vec![one.published_on[..4].to_owned()]);
    assert_eq!(map(&overview.years), expected, "years {filter:?}");
    for facet in [&TOPICS, &VALIDITY] {
        let expected = counted(&of(&filter.without(facet)), |_, values| values.all(facet).to_vec());
        assert_eq!(map(&overview.facets[facet.key]), expected, "{} {filter:?}", facet.key);
    }
}

#[test]
fn what_is_counted_of_columns_organs_and_days_is_what_is_there() {
    told(|home| async move {
        let mut dice = Dice(3);
        for number in 0..60 {
            home.seed(&one(&mut dice, number)).await;
        }
        let everything = walked(&home, &Filter::default(), Order::Newest).await;
        let newest = |fits: &dyn Fn(&Listed) -> bool| {
            everything.iter().filter(|one| fits(one)).map(|one| one.published_on.clone()).max().unwrap_or_default()
        };
        let columns = public::columns(&home.db).await.expect("columns");
        assert_eq!(columns.iter().map(|fill| fill.count).sum::<i64>(), 60);
        for fill in columns {
            assert_eq!(fill.newest, newest(&|one| one.column == fill.of));
        }
        for fill in public::organs(&home.db).await.expect("organs") {
            assert_eq!(fill.newest, newest(&|one| one.organ == fill.of));
            let own = public::columns_of(&home.db, &fill.of).await.expect("columns of an organ");
            assert_eq!(own.iter().map(|one| one.count).sum::<i64>(), fill.count);
            let days = public::per_day(&home.db, 2025, Some(&fill.of)).await.expect("days");
            let expected =
                everything.iter().filter(|one| one.organ == fill.of && one.published_on.starts_with("2025")).count();
            assert_eq!(days.iter().map(|(_, n)| n).sum::<i64>(), i64::try_from(expected).expect("few"));
        }
        let days = public::per_day(&home.db, 2025, None).await.expect("days");
        assert!(days.is_sorted() && !days.is_empty());
        for (day, n) in days.iter().take(5) {
            let expected = everything.iter().filter(|one| one.published_on == day.to_string()).count();
            assert_eq!(*n, i64::try_from(expected).expect("few"));
        }
        let since = jiff::civil::date(2025, 6, 1);
        let expected = everything.iter().filter(|one| one.published_on.as_str() >= "2025-06-01").count();
        assert_eq!(public::count_since(&home.db, since).await.expect("since"), i64::try_from(expected).expect("few"));
        let mut places = Vec::new();
        for skip in [0, 25, 50] {
            places.extend(public::places(&home.db, &home.house.kinds, &"".into(), skip, 25).await.expect("places"));
        }
        assert_eq!(places.len(), 60);
        assert!(places.is_sorted_by(|a, b| a.id < b.id));
        home
    });
}

#[test]
fn what_is_in_force_from_a_day_is_not_so_the_day_before() {
    told(|home| async move {
        let at = "2026-02-10T02:00:00Z".parse().expect("moment");
        // The house's day is 2026-03-02.
        let mut values = Values::default().with(&VALIDITY, "in_force").with(&EFFECTIVE_ON, "2026-03-04");
        values.read(&WRITTEN, "2026-02-03");
        let id = home.seed(&Seed { values, ..plain(&POLICY, "QH010", "rules", "下月施行的办法", at) }).await;
        let kinds = &home.house.kinds;
        let counted = async |value: &str| {
            let filter = Filter { facets: vec![(&VALIDITY, value.to_owned())], ..Filter::default() };
            walked(&home, &filter, Order::Newest).await.len()
        };
        let shown = async || {
            let Ok(Some(Found::Public(page))) = public::found(&home.db, kinds, "own.gov.cn", &id).await else {
                panic!("gone")
            };
            let line = walked(&home, &Filter::default(), Order::Newest).await.remove(0);
            let found = public::searchable(&home.db, kinds, &id).await.expect("asked").expect("public");
            [page.listed, line, found.listed].map(|one| common::VALIDITY.shape.show(one.values.all(&VALIDITY)))
        };
        let turned = async || {
            let events = store::log::of_subject(&home.db, &SubjectRef::new("document", &id)).await.expect("events");
            events.iter().filter(|event| event.kind == "document.validity_turned").count()
        };
        assert_eq!(shown().await, ["尚未施行"; 3]);
        assert_eq!((counted("in_force").await, counted("coming").await), (0, 1));
        assert_eq!(document::lapse(&home.db, kinds).await.expect("not yet"), 0);
        home.pass(SignedDuration::from_hours(48));
        assert_eq!(shown().await, ["有效"; 3], "pages look at the day themselves");
        assert_eq!(document::lapse(&home.db, kinds).await.expect("followed"), 1);
        assert_eq!((counted("in_force").await, counted("coming").await, turned().await), (1, 0, 1));
        assert_eq!(document::lapse(&home.db, kinds).await.expect("done"), 0, "told once");
        let bad = public::proof::altered(&home.db, kinds, "own.gov.cn", |_| ()).await.expect("compared");
        assert_eq!(bad, None, "what is committed to is what was declared");
        home
    });
}

#[test]
fn what_was_in_force_until_a_day_is_so_no_more_on_the_next() {
    told(|home| async move {
        let at = "2026-02-10T02:00:00Z".parse().expect("moment");
        let mut values = Values::default().with(&VALIDITY, "in_force").with(&EXPIRES_ON, "2026-03-03");
        values.read(&WRITTEN, "2021-03-03");
        let id = home.seed(&Seed { values, ..plain(&POLICY, "QH010", "rules", "有期限的办法", at) }).await;
        let counted = async |value: &str| {
            let filter = Filter { facets: vec![(&VALIDITY, value.to_owned())], ..Filter::default() };
            let listed = walked(&home, &filter, Order::Newest).await.len();
            let counted = public::count(&home.db, &filter, 10).await.expect("count").n;
            (listed, counted)
        };
        let shown = async || {
            let Ok(Some(Found::Public(page))) = public::found(&home.db, &home.house.kinds, "own.gov.cn", &id).await
            else {
                panic!("gone")
            };
            let line = walked(&home, &Filter::default(), Order::Newest).await.remove(0);
            [page.listed.values.words(&VALIDITY), line.values.words(&VALIDITY)]
        };
        assert_eq!(shown().await, ["有效", "有效"]);
        assert_eq!(document::lapse(&home.db, &home.house.kinds).await.expect("nothing is over"), 0);
        home.pass(SignedDuration::from_hours(48));
        assert_eq!(shown().await, ["失效", "失效"], "pages look at the day themselves");
        assert_eq!(document::lapse(&home.db, &home.house.kinds).await.expect("followed"), 1);
        assert_eq!((counted("in_force").await, counted("lapsed").await), ((0, 0), (1, 1)));
        assert_eq!(document::lapse(&home.db, &home.house.kinds).await.expect("done"), 0, "told once");
        document::rebuild(&home.db, &home.house.kinds).await.expect("rebuilt");
        assert_eq!((counted("in_force").await, counted("lapsed").await), ((0, 0), (1, 1)));
        let events = store::log::of_subject(&home.db, &SubjectRef::new("document", &id)).await.expect("events");
        assert_eq!(events.iter().filter(|event| event.kind == "document.lapsed").count(), 1);
        let bad = public::proof::altered(&home.db, &home.house.kinds, "own.gov.cn", |_| ()).await.expect("compared");
        assert_eq!(bad, None, "what is committed to is what was declared");
        home
    });
}
