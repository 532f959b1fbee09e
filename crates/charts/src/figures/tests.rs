//! Drawings and their tables, and what rows become.

use std::collections::BTreeMap;

use item::{
    Audience, Chart, Choice, Column, Domain, Filter, Item, ItemKey, Owner, Period, Privacy, Type, Unit, Value, Way,
};

use super::*;

const KINDS: [ChartKind; 6] =
    [ChartKind::Bars, ChartKind::Stacked, ChartKind::Lines, ChartKind::Against, ChartKind::Pairs, ChartKind::Map];

fn n(text: &str) -> Decimal {
    text.parse().expect("a figure")
}

fn group(label: &str, figures: &[&str]) -> Group {
    let figure = |text: &&str| (!text.is_empty()).then(|| n(text));
    Group { label: label.into(), figures: figures.iter().map(figure).collect(), at: None, per_head: None }
}

fn data(series: &[&str], groups: Vec<Group>) -> Data {
    Data {
        title: "衔接资金".into(),
        unit: "万元".into(),
        by: "乡镇".into(),
        series: series.iter().map(|name| (*name).to_owned()).collect(),
        groups,
        ..Data::default()
    }
}

fn plane() -> Plane {
    let square = |west: f64| vec![vec![(west, 29.0), (west + 0.1, 29.0), (west + 0.1, 29.1), (west, 29.1)]];
    Plane::of(&[("城关镇".to_owned(), square(116.0)), ("北乡".to_owned(), square(116.1))], "示例S（2026）001号")
}

/// Every tag is closed, and nothing that a page forbids or that has no place.
fn is_sound(svg: &str) {
    for tag in ["svg", "text", "title", "desc"] {
        let (opened, closed) = (svg.matches(&format!("<{tag}")).count(), svg.matches(&format!("</{tag}>")).count());
        assert_eq!(opened, closed, "{tag} in {svg}");
    }
    for never in ["style=", " id=", "<script", "url(", "NaN", "inf\"", "width=\"-"] {
        assert!(!svg.contains(never), "{never} in {svg}");
    }
}

#[test]
fn bars_begin_at_nought_and_bear_their_figures() {
    let drawn =
        draw(ChartKind::Bars, &data(&["金额"], vec![group("城关镇", &["1200.50"]), group("北乡", &["300.125"])]), None);
    is_sound(&drawn.svg);
    assert!(drawn.svg.contains(r#"<rect class="s0" x="0%" y="22" width="64%" height="16""#), "{}", drawn.svg);
    assert!(drawn.svg.contains(r#"width="16%""#) && drawn.svg.contains(">1,200.5</text>"), "{}", drawn.svg);
    assert!(
        drawn.svg.contains("<title>衔接资金（万元）</title><desc>共 2 项，最大的是城关镇 1,200.5 万元"),
        "{}",
        drawn.svg
    );
    assert_eq!(drawn.table.head, ["乡镇", "金额"]);
    assert_eq!(drawn.table.rows, [["城关镇", "1,200.5"], ["北乡", "300.125"]]);
}

#[test]
fn what_is_below_nought_lies_on_the_other_side() {
    let drawn = draw(ChartKind::Bars, &data(&["增减"], vec![group("甲", &["48"]), group("乙", &["-16"])]), None);
    is_sound(&drawn.svg);
    assert!(drawn.svg.contains(r#"x="16%" y="22" width="48%""#), "{}", drawn.svg);
    assert!(drawn.svg.contains(r#"x="0%" y="74" width="16%""#) && drawn.svg.contains(">−16<"), "{}", drawn.svg);
    let parts = vec![group("甲", &["10", "-5"]), group("乙", &["5", ""])];
    let drawn = draw(ChartKind::Stacked, &data(&["增", "减"], parts), None);
    is_sound(&drawn.svg);
    assert_eq!(drawn.table.rows[1], ["乙", "5", "—"]);
}

#[test]
fn one_value_none_and_long_names_do_no_harm_in_any_kind() {
    let long = "青禾县城北片区农村生活污水治理及人居环境整治提升工程（二期）第三标段项目管理办公室<临时>".repeat(2);
    let plane = plane();
    for kind in KINDS {
        let drawn = draw(kind, &data(&["金额", "限额"], Vec::new()), Some(&plane));
        assert!(drawn.svg.is_empty() && !drawn.notes.is_empty(), "{kind:?}");
        for figure in ["0", "7", "-7", "79228162514264337593543950335"] {
            let drawn = draw(kind, &data(&["金额", &long], vec![group(&long, &[figure, ""])]), Some(&plane));
            is_sound(&drawn.svg);
            assert!(!drawn.svg.is_empty() && !drawn.svg.contains("<临时>"), "{kind:?} {}", drawn.svg);
            assert_eq!(drawn.table.rows[0][0], long, "the table has the whole name");
            assert_eq!(drawn, draw(kind, &data(&["金额", &long], vec![group(&long, &[figure, ""])]), Some(&plane)));
        }
        let unknown = draw(kind, &data(&["金额"], vec![group("甲", &[""])]), Some(&plane));
        assert!(unknown.svg.is_empty() && unknown.table.rows == [["甲", "—"]], "{kind:?}");
    }
}

#[test]
fn a_line_is_interrupted_where_nothing_is_known_and_marked_above_its_limit() {
    let years = vec![
        group("2022", &["30", "40"]),
        group("2023", &["", "40"]),
        group("2024", &["42", "40"]),
        group("2025", &["44", "50"]),
    ];
    let drawn = draw(ChartKind::Against, &data(&["余额", "限额"], years), None);
    is_sound(&drawn.svg);
    let count = |part: &str| drawn.svg.matches(part).count();
    assert_eq!((count(r#"<line class="s0""#), count(r#"<line class="s1""#)), (1, 3), "{}", drawn.svg);
    assert_eq!(count(r#"class="over""#), 1);
    assert!(drawn.svg.contains("◆ 2024超过限额") && count(r#"class="zero""#) == 1, "{}", drawn.svg);
}

#[test]
fn more_groups_than_can_be_drawn_are_told() {
    let groups: Vec<Group> = (0..60).map(|at| group(&format!("第{at}村"), &["1"])).collect();
    let drawn = draw(ChartKind::Bars, &data(&["户数"], groups), None);
    assert_eq!((drawn.svg.matches("<rect").count(), drawn.table.rows.len()), (40, 60));
    assert_eq!(drawn.notes, ["图中只画前 40 项，共 60 项，全部见表。"]);
}

#[test]
fn a_map_shades_areas_places_points_and_tells_what_is_lost() {
    let mut point = group("水厂", &["5"]);
    point.at = Some((116.05, 29.05));
    let groups = vec![group("青禾县/城关", &["8"]), group("北乡", &["2"]), point, group("外地", &["1"])];
    let drawn = draw(ChartKind::Map, &data(&["金额"], groups), Some(&plane()));
    is_sound(&drawn.svg);
    assert!(
        drawn.svg.contains(r#"<path class="l4" d="M0 "#) && drawn.svg.contains(r#"<path class="l1""#),
        "{}",
        drawn.svg
    );
    assert_eq!(drawn.svg.matches("<circle").count(), 1);
    assert_eq!(drawn.notes, ["有 1 项在图上找不到位置，只列在表里。", "审图号：示例S（2026）001号"]);
    assert!(draw(ChartKind::Map, &data(&["金额"], vec![group("城关镇", &["1"])]), None).svg.is_empty());
}

fn column(key: &str, label: &str, typed: Type) -> Column {
    Column {
        key: key.into(),
        label: label.into(),
        aliases: Vec::new(),
        code: String::new(),
        letter: String::new(),
        group: Vec::new(),
        typed,
        required: false,
        hint: String::new(),
        privacy: Privacy::default(),
        names: None,
        filter: Filter::None,
        listed: false,
    }
}

fn funds(columns: Vec<Column>) -> Item {
    Item {
        key: ItemKey::new("funds").expect("a key"),
        version: 1,
        domain: Domain { key: "aid".into(), name: "帮扶".into(), order: 1 },
        matter: "资金".into(),
        sub_matter: String::new(),
        title: "衔接资金".into(),
        elements: String::new(),
        basis: Vec::new(),
        limits: Vec::new(),
        owner: Owner::All,
        channels: Vec::new(),
        audience: Audience::Everybody,
        way: Way::Proactive,
        levels: Vec::new(),
        period: Period::Year,
        retention: None,
        retention_person: None,
        confirmed: true,
        source: String::new(),
        site_columns: Vec::new(),
        columns,
        keys: Vec::new(),
        newest_by: String::new(),
        checks: Vec::new(),
        charts: Vec::new(),
        more_columns: false,
    }
}

#[test]
fn rows_become_exact_sums_of_the_newest_period() {
    let kind = Choice { code: "1".into(), label: "道路".into(), aliases: Vec::new() };
    let money = Type::Money { unit: Unit("万元".into()), places: 2 };
    let item = funds(vec![
        column("town", "乡镇", Type::Text { max: 50 }),
        column("year", "年度", Type::Period),
        column("kind", "类别", Type::Enum { choices: vec![kind], open: true }),
        column("amount", "金额", money),
    ]);
    let mut chart = Chart {
        key: "by-town".into(),
        title: "各乡镇资金".into(),
        kind: ChartKind::Stacked,
        figures: vec!["amount".into()],
        by: "town".into(),
        series: "kind".into(),
        newest: "year".into(),
        only: Vec::new(),
        apart: Vec::new(),
        per_head: false,
        note: String::new(),
    };
    let row = |town: &str, year: &str, kind: &str, amount: &str| -> BTreeMap<String, Value> {
        let cells = [
            ("town", Value::Text(town.into())),
            ("year", Value::Text(year.into())),
            ("kind", Value::Enum(kind.into())),
            ("amount", Value::Number(n(amount))),
        ];
        cells.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    };
    let rows = [
        row("北乡", "2026", "1", "0.1"),
        row("北乡", "2025", "1", "900"),
        row("城关镇", "2026", "产业", "5"),
        row("北乡", "2026", "1", "0.2"),
    ];
    let mut sums = Sums::new(&item, &chart);
    rows.iter().for_each(|row| sums.add(row));
    let data = sums.done(None);
    assert_eq!((data.unit.as_str(), data.by.as_str(), data.note.as_str()), ("万元", "乡镇", "年度：2026。"));
    assert_eq!(data.series, ["产业", "道路"], "largest first");
    assert_eq!(data.groups, [group("城关镇", &["5", ""]), group("北乡", &["", "0.3"])]);

    (chart.series, chart.per_head, chart.kind) = (String::new(), true, ChartKind::Bars);
    let mut sums = Sums::new(&item, &chart);
    rows.iter().for_each(|row| sums.add(row));
    let data = sums.clone().done(Some(&people(2025)));
    assert_eq!((data.series[0].as_str(), data.per_head.as_str()), ("金额", "元"));
    assert_eq!(data.groups[0].per_head, Some(n("2.5")));
    assert_eq!(draw(chart.kind, &data, None).table.head, ["乡镇", "金额", "人均（元）"]);
    let said = "年度：2026。人均按 2025 年末全县常住人口 20,000 人计算（人口来源：统计公报）。";
    assert_eq!(data.note, said);
    let data = sums.done(None);
    assert_eq!((data.per_head.as_str(), data.groups[0].per_head), ("", None));
    assert_eq!(data.note, "年度：2026。");

    chart.figures.clear();
    let mut sums = Sums::new(&item, &chart);
    rows.iter().for_each(|row| sums.add(row));
    let data = sums.done(None);
    assert_eq!((data.unit.as_str(), data.groups[0].figures[0]), ("条", Some(n("2"))));
}

#[test]
fn budget_and_final_accounts_are_not_added_nor_rows_without_a_class() {
    let choice = |code: &str| Choice { code: code.into(), label: code.into(), aliases: Vec::new() };
    let item = funds(vec![
        column("year", "年度", Type::Period),
        column("stage", "阶段", Type::Enum { choices: vec![choice("budget"), choice("final")], open: false }),
        column("class", "类", Type::Text { max: 50 }),
        column("region", "地区", Type::Text { max: 50 }),
        column("amount", "金额", Type::Money { unit: Unit("万元".into()), places: 2 }),
    ]);
    let chart = Chart {
        key: "years".into(),
        title: "历年支出".into(),
        kind: ChartKind::Lines,
        figures: vec!["amount".into()],
        by: "year".into(),
        series: "class".into(),
        newest: String::new(),
        only: vec![item::Only { column: "stage".into(), is: "final".into() }],
        apart: vec!["region".into()],
        per_head: false,
        note: String::new(),
    };
    let row = |year: &str, stage: &str, class: &str, region: &str, amount: &str| -> BTreeMap<String, Value> {
        let texts =
            [("year", year), ("class", class), ("region", region)].map(|(key, text)| (key, Value::Text(text.into())));
        let rest = [("stage", Value::Enum(stage.into())), ("amount", Value::Number(n(amount)))];
        let cells = texts.into_iter().chain(rest);
        cells
            .filter(|(_, value)| *value != Value::Text(String::new()))
            .map(|(key, value)| (key.to_owned(), value))
            .collect()
    };
    let mut sums = Sums::new(&item, &chart);
    for row in [
        row("2024", "budget", "教育", "全县", "63.52"),
        row("2024", "final", "教育", "全县", "66.05"),
        row("2024", "final", "", "全县", "66.05"),
        row("2025", "final", "教育", "全县", "70"),
        row("2025", "final", "教育", "本级", "50"),
    ] {
        sums.add(&row);
    }
    let data = sums.done(None);
    assert_eq!(data.series, ["教育"], "what names no class is no line");
    assert_eq!(
        data.groups,
        [group("2024", &["66.05"]), group("2025", &[""])],
        "one stage; a part is not added to its whole"
    );
    assert!(
        data.note.contains("“地区”不同") && data.note.contains("1 条记录（如下一级的明细）不在图中"),
        "{}",
        data.note
    );
}

fn people(year: i16) -> Population {
    Population { people: 20_000, year, source: "统计公报".into() }
}

#[test]
fn over_years_only_the_year_of_the_population_has_figures_for_each_inhabitant() {
    let money = || Type::Money { unit: Unit("亿元".into()), places: 4 };
    let item = funds(vec![
        column("year", "年度", Type::Period),
        column("balance", "余额", money()),
        column("limit", "限额", money()),
    ]);
    let chart = Chart {
        key: "against".into(),
        title: "债务余额与限额".into(),
        kind: ChartKind::Against,
        figures: vec!["balance".into(), "limit".into()],
        by: "year".into(),
        series: String::new(),
        newest: String::new(),
        only: Vec::new(),
        apart: Vec::new(),
        per_head: true,
        note: String::new(),
    };
    let mut sums = Sums::new(&item, &chart);
    for (year, balance) in [("2024", "1"), ("2025", "2")] {
        let cells = [("balance", balance), ("limit", "3")].map(|(key, text)| (key.to_owned(), Value::Number(n(text))));
        let year = ("year".to_owned(), Value::Text(year.to_owned()));
        sums.add(&cells.into_iter().chain([year]).collect());
    }
    let data = sums.clone().done(Some(&people(2025)));
    let each: Vec<Option<Decimal>> = data.groups.iter().map(|group| group.per_head).collect();
    assert_eq!(each, [None, Some(n("10000"))]);
    assert!(data.note.contains("只有 2025 年有人均数"), "{}", data.note);
    assert_eq!(draw(chart.kind, &data, None).table.head, ["年度", "余额", "限额", "余额人均（元）"]);
    let data = sums.done(Some(&people(2020)));
    assert_eq!(data.per_head, "");
    assert_eq!(data.note, "填写的人口是 2020 年末的，这里没有 2020 年的数，所以没有人均数。");
}

#[test]
fn on_a_map_places_are_townships_and_points_are_called_by_what_stands_there() {
    let money = Type::Money { unit: Unit("万元".into()), places: 2 };
    let item = funds(vec![
        column("name", "项目", Type::Text { max: 50 }),
        column("place", "地点", Type::Place),
        column("point", "位置", Type::Point),
        column("amount", "金额", money),
    ]);
    let chart = |by: &str| Chart {
        key: "map".into(),
        title: "项目分布".into(),
        kind: ChartKind::Map,
        figures: vec!["amount".into()],
        by: by.into(),
        series: String::new(),
        newest: String::new(),
        only: Vec::new(),
        apart: Vec::new(),
        per_head: false,
        note: String::new(),
    };
    let row = |name: &str, place: &str, point: &str, amount: &str| -> BTreeMap<String, Value> {
        let cells = [("name", name), ("place", place), ("point", point)];
        let cells = cells.map(|(key, text)| (key.to_owned(), Value::Text(text.to_owned())));
        let amount = ("amount".to_owned(), Value::Number(n(amount)));
        cells.into_iter().chain([amount]).collect()
    };
    let rows = [
        row("水厂", "青禾县/城关镇/东门社区", "116.05,29.05", "1"),
        row("泵站", "城关镇/西门社区", "116.05,29.05", "2"),
        row("大桥", "青禾县/北乡", "116.15,29.05", "4"),
        row("规划", "青禾县", "", "8"),
    ];
    let read = |chart: &Chart| {
        let mut sums = Sums::new(&item, chart);
        rows.iter().for_each(|row| sums.add(row));
        draw(chart.kind, &sums.done(None), Some(&plane()))
    };
    let drawn = read(&chart("place"));
    is_sound(&drawn.svg);
    assert_eq!(drawn.table.rows, [["青禾县", "8"], ["北乡", "4"], ["城关镇", "3"]]);
    assert!(drawn.svg.contains("<title>城关镇 3</title>"), "{}", drawn.svg);
    assert_eq!(drawn.notes[0], "有 1 项在图上找不到位置，只列在表里。");
    let drawn = read(&chart("point"));
    assert_eq!(drawn.table.rows, [["大桥", "4"], ["水厂、泵站", "3"]], "what names no point is told beside it");
    assert_eq!(drawn.svg.matches("<circle").count(), 2);
    let blind = Plane { window: None, source: "自然资源局".into(), ..plane() };
    let by_point = chart("point");
    let mut sums = Sums::new(&item, &by_point);
    rows.iter().for_each(|row| sums.add(row));
    let notes = draw(ChartKind::Map, &sums.done(None), Some(&blind)).notes;
    let told = [
        "本县的边界图没有经纬度，各点没有画在图上，请看表格。",
        "审图号：示例S（2026）001号　边界数据来源：自然资源局",
        "“位置”为空的 1 条记录（如下一级的明细）不在图中。",
    ];
    assert_eq!(notes, told);
}

#[test]
fn a_year_of_one_organ_says_so_and_months_keep_their_order() {
    let item = funds(vec![
        column("month", "月份", Type::Period),
        column("year", "年度", Type::Period),
        column("amount", "金额", Type::Money { unit: Unit("万元".into()), places: 2 }),
    ]);
    let mut chart = Chart {
        key: "by-month".into(),
        title: "各月资金".into(),
        kind: ChartKind::Stacked,
        figures: vec!["amount".into()],
        by: "month".into(),
        series: String::new(),
        newest: String::new(),
        only: Vec::new(),
        apart: Vec::new(),
        per_head: false,
        note: String::new(),
    };
    let row = |month: &str, amount: &str| -> BTreeMap<String, Value> {
        let year = month.split('-').next().unwrap_or_default();
        let cells = [
            ("month", Value::Text(month.into())),
            ("year", Value::Text(year.into())),
            ("amount", Value::Number(n(amount))),
        ];
        cells.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    };
    let rows = [row("2026-01", "1"), row("2025-11", "2"), row("2025-12", "9")];
    let mut sums = Sums::new(&item, &chart);
    rows.iter().for_each(|row| sums.add(row));
    let labels: Vec<String> = sums.done(None).groups.into_iter().map(|group| group.label).collect();
    assert_eq!(labels, ["2025-11", "2025-12", "2026-01"]);

    chart.newest = "year".into();
    let mut sums = Sums::new(&item, &chart);
    for (organ, row) in ["QH010", "QH010", "QH011"].iter().zip(&rows) {
        sums.add_of(organ, row);
    }
    assert_eq!(sums.done(None).note, "年度：2026，目前只有 1 个机关的数（2025 有 2 个机关）。");
    let months: Vec<Group> = (1..=9).map(|at| group(&format!("2026-0{at}"), &["1"])).collect();
    let drawn = draw(ChartKind::Lines, &data(&["金额"], months), None);
    assert!(drawn.svg.contains(">9月</text>") && !drawn.svg.contains("2026-09</text>"), "{}", drawn.svg);
}
