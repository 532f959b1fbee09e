//! From rows to what is drawn: figures are summed exactly, row by row, so that a million rows need no more than their groups.

use std::collections::{BTreeMap, BTreeSet};

use item::{Chart, ChartKind, Column, Decimal, Item, Type, Unit, Value};
use web::filters::grouped;

use super::{Data, Group};

/// How many people live in the county, for figures for each inhabitant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    pub people: u64,
    /// It is that of the end of this year.
    pub year: i16,
    /// Where it is printed: 2025年国民经济和社会发展统计公报.
    pub source: String,
}

/// The sums of a chart while rows are read.
#[derive(Debug, Clone)]
pub struct Sums<'a> {
    item: &'a Item,
    chart: &'a Chart,
    /// Group, series, figure. Of the newest period alone, where the chart asks for it.
    sums: BTreeMap<String, BTreeMap<String, Decimal>>,
    places: BTreeMap<String, (f64, f64)>,
    /// What stands at a point, by the words of the point.
    names: BTreeMap<String, BTreeSet<String>>,
    newest: String,
    /// Whose rows there are, by period.
    organs: BTreeMap<String, BTreeSet<String>>,
    /// Groups and series with more than one ratio: ratios are not summed, and nothing is drawn there.
    ratios: BTreeSet<(String, String)>,
    /// The values of the columns that are kept apart, by group.
    apart: BTreeMap<String, Vec<String>>,
    /// Groups whose rows differ in them: nothing is drawn there.
    mixed: BTreeSet<String>,
    /// Rows that say nothing of the group or series in which they would be summed.
    unnamed: usize,
    /// Rows whose sum would be beyond 28 digits.
    too_large: usize,
}

/// The one series of records that are counted.
const COUNT: &str = "条数";
/// The group of rows that say nothing.
const NONE: &str = "未填写";
/// Names at one point that are told.
const FEW: usize = 3;

impl<'a> Sums<'a> {
    #[must_use]
    pub fn new(item: &'a Item, chart: &'a Chart) -> Self {
        let (sums, places, names) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self {
            item,
            chart,
            sums,
            places,
            names,
            newest: String::new(),
            organs: BTreeMap::new(),
            ratios: BTreeSet::new(),
            apart: BTreeMap::new(),
            mixed: BTreeSet::new(),
            unnamed: 0,
            too_large: 0,
        }
    }

    /// Takes a row of an organ: of a chart of the newest period it is told how many organs it is drawn of.
    pub fn add_of(&mut self, whose: &str, values: &BTreeMap<String, Value>) {
        let is_drawn = self.chart.only.iter().all(|only| is(values.get(&only.column), &only.is));
        if is_drawn && !self.chart.newest.is_empty() {
            let period = self.words(&self.chart.newest, values);
            let organs = self.organs.entry(period).or_default();
            if !organs.contains(whose) {
                organs.insert(whose.to_owned());
            }
        }
        self.add(values);
    }

    /// The period that is drawn, and of how many organs, where that is not plain: the first rows of a year are not the county's.
    fn drawn_of(&self) -> String {
        let period = format!("{}：{}", self.label(&self.chart.newest), self.newest);
        let here = self.organs.get(&self.newest).map_or(0, BTreeSet::len);
        let mut earlier = self.organs.iter().rev().filter(|(period, _)| **period < self.newest);
        match earlier.next() {
            Some((before, organs)) if here > 0 && organs.len() > here => {
                format!("{period}，目前只有 {here} 个机关的数（{before} 有 {} 个机关）。", organs.len())
            }
            _ if here > 1 => format!("{period}，{here} 个机关的数。"),
            _ => format!("{period}。"),
        }
    }

    /// Takes a row: its values by the keys of columns.
    pub fn add(&mut self, values: &BTreeMap<String, Value>) {
        if !self.chart.only.iter().all(|only| is(values.get(&only.column), &only.is)) {
            return;
        }
        if !self.chart.newest.is_empty() {
            let period = self.words(&self.chart.newest, values);
            // What names no period is of none.
            if period == NONE {
                return;
            }
            if period > self.newest {
                self.newest = period;
                self.sums.clear();
                self.places.clear();
                self.names.clear();
                self.ratios.clear();
                self.apart.clear();
                self.mixed.clear();
                self.unnamed = 0;
            } else if period < self.newest {
                return;
            }
        }
        let group = self.group(values);
        if let Some(place) = values.get(&self.chart.by).and_then(point) {
            self.places.insert(group.clone(), place);
            if let Some(name) = self.name(values) {
                self.names.entry(group.clone()).or_default().insert(name);
            }
        }
        if self.chart.figures.is_empty() {
            let series = self.series(values).unwrap_or_else(|| COUNT.to_owned());
            self.put((group, series), Decimal::ONE, false);
            return;
        }
        let chart = self.chart;
        // Rows of a lower level name no class: their sum beside the classes would be counted twice.
        if group == NONE || self.series(values).is_some_and(|series| series == NONE) {
            self.unnamed += 1;
            return;
        }
        let apart: Vec<String> = chart.apart.iter().map(|key| self.words(key, values)).collect();
        if *self.apart.entry(group.clone()).or_insert_with(|| apart.clone()) != apart {
            self.mixed.insert(group.clone());
        }
        for key in &chart.figures {
            let Some(Value::Number(figure)) = values.get(key) else { continue };
            // With one figure the rows are parted by the column of series; several are series by themselves.
            let own = if chart.figures.len() == 1 { self.series(values) } else { None };
            let series = own.unwrap_or_else(|| key.clone());
            let is_ratio = self.item.column(key).is_some_and(|column| matches!(column.typed, Type::Ratio { .. }));
            match self.in_first_unit(key, *figure) {
                Some(figure) => self.put((group.clone(), series), figure, is_ratio),
                None => self.too_large += 1,
            }
        }
    }

    /// The group of a row. The outlines of a map are townships, so that a place is its township there.
    fn group(&self, values: &BTreeMap<String, Value>) -> String {
        let words = self.words(&self.chart.by, values);
        let is_place = self.item.column(&self.chart.by).is_some_and(|column| column.typed == Type::Place);
        if self.chart.kind == ChartKind::Map && is_place { township(&words) } else { words }
    }

    /// What a row with a point is called: its key in words, else its first words.
    fn name(&self, values: &BTreeMap<String, Value>) -> Option<String> {
        let is_open = |column: &&Column| matches!(column.typed, Type::Text { .. }) && !column.privacy.never_public;
        let all = || self.item.columns.iter().filter(is_open);
        let own = all().find(|column| self.item.keys.contains(&column.key)).or_else(|| all().next())?;
        match values.get(&own.key) {
            Some(Value::Text(text)) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            _ => None,
        }
    }

    /// What a group is called on the chart: a point by what stands there.
    fn called(&self, group: &str) -> String {
        let Some(names) = self.names.get(group) else { return group.to_owned() };
        let few: Vec<&str> = names.iter().take(FEW).map(String::as_str).collect();
        let more = if names.len() > FEW { format!("等 {} 处", names.len()) } else { String::new() };
        format!("{}{more}", few.join("、"))
    }

    /// A figure in the unit of the chart's first, where both are of money; `None` beyond 28 digits.
    fn in_first_unit(&self, key: &str, figure: Decimal) -> Option<Decimal> {
        let tens = |key: &str| match self.item.column(key).map(unit).as_deref() {
            Some("元") => Some(0_i32),
            Some("万元") => Some(4),
            Some("亿元") => Some(8),
            _ => None,
        };
        let first = self.chart.figures.first()?;
        match tens(key).zip(tens(first)).map_or(0, |(own, first)| own - first) {
            0 => Some(figure),
            up if up > 0 => figure.checked_mul(Decimal::new(10_i64.pow(up.unsigned_abs()), 0)),
            down => figure.checked_mul(Decimal::new(1, down.unsigned_abs())),
        }
    }

    fn put(&mut self, (group, series): (String, String), figure: Decimal, is_ratio: bool) {
        let own = self.sums.entry(group.clone()).or_default();
        let Some(sum) = own.get_mut(&series) else {
            own.insert(series, figure);
            return;
        };
        if is_ratio {
            self.ratios.insert((group, series));
            return;
        }
        match sum.checked_add(figure) {
            Some(after) => *sum = after,
            None => self.too_large += 1,
        }
    }

    fn series(&self, values: &BTreeMap<String, Value>) -> Option<String> {
        (!self.chart.series.is_empty()).then(|| self.words(&self.chart.series, values))
    }

    /// A value as a reader sees it: the label of a choice, a place with all its parts.
    fn words(&self, key: &str, values: &BTreeMap<String, Value>) -> String {
        let said = match values.get(key) {
            None => String::new(),
            Some(Value::Text(text)) => text.trim().to_owned(),
            Some(Value::Date(day)) => day.to_string(),
            Some(Value::Number(figure)) => figure.normalize().to_string(),
            Some(Value::Enum(code)) => match self.item.column(key).map(|column| &column.typed) {
                Some(Type::Enum { choices, .. }) => {
                    let label = choices.iter().find(|choice| choice.code == *code).map(|choice| choice.label.clone());
                    label.unwrap_or_else(|| code.clone())
                }
                _ => code.clone(),
            },
        };
        if said.is_empty() { NONE.to_owned() } else { said }
    }

    fn label(&self, key: &str) -> String {
        self.item.column(key).map_or_else(|| key.to_owned(), |column| column.label.clone())
    }

    /// What is drawn. `population` is that of the county, for figures for each inhabitant, where the chart asks for them. Over
    /// years it is that of its own year alone.
    #[must_use]
    pub fn done(self, population: Option<&Population>) -> Data {
        let chart = self.chart;
        let keys = self.series_keys();
        let column = chart.figures.first().and_then(|key| self.item.column(key));
        let unit = if chart.figures.is_empty() { "条".to_owned() } else { column.map(unit).unwrap_or_default() };
        let is_over_time = matches!(chart.kind, ChartKind::Lines | ChartKind::Against);
        let asks = chart.per_head && unit != "%" && (keys.len() == 1 || chart.kind == ChartKind::Against);
        let has_year = |known: &&Population| !is_over_time || self.sums.contains_key(&known.year.to_string());
        let known = population.filter(|known| asks && known.people > 0);
        let people = known.filter(has_year);
        let (per_head, tens) = head_unit(&unit);
        let mut groups: Vec<Group> = self
            .sums
            .iter()
            .map(|(label, sums)| {
                let is_one =
                    |key: &String| !self.ratios.contains(&(label.clone(), key.clone())) && !self.mixed.contains(label);
                let one = |key: &String| sums.get(key).copied().filter(|_| is_one(key));
                let figures: Vec<Option<Decimal>> = keys.iter().map(one).collect();
                let of_all = figures.first().copied().flatten();
                let of_group = people.filter(|known| !is_over_time || known.year.to_string() == *label);
                let each = |figure: Decimal| {
                    let figure = figure.checked_mul(Decimal::new(10_i64.pow(tens), 0))?;
                    figure.checked_div(Decimal::from(of_group?.people))
                };
                let per_head = of_all.and_then(each).map(|figure| figure.round_dp(2));
                Group { label: self.called(label), figures, at: self.places.get(label).copied(), per_head }
            })
            .collect();
        // Periods come in their order, in bars as well; everything else by size.
        if !is_over_time && !self.item.column(&chart.by).is_some_and(is_time) {
            let size =
                |group: &Group| group.figures.iter().flatten().fold(Decimal::ZERO, |sum, it| sum.saturating_add(*it));
            groups.sort_by(|one, other| size(other).cmp(&size(one)).then_with(|| one.label.cmp(&other.label)));
        }
        let mut notes = Vec::new();
        if !chart.newest.is_empty() && !self.newest.is_empty() {
            notes.push(self.drawn_of());
        }
        if asks {
            notes.push(heads(known, people.is_some(), is_over_time));
        }
        if !self.ratios.is_empty() {
            notes.push(format!("有 {} 处有多个比率，比率不能相加，没有画出。", self.ratios.len()));
        }
        if !self.mixed.is_empty() {
            let labels: Vec<String> = chart.apart.iter().map(|key| format!("“{}”", self.label(key))).collect();
            let (labels, n) = (labels.join("、"), self.mixed.len());
            notes.push(format!("有 {n} 处有{labels}不同的多条记录，不能相加，没有画出。"));
        }
        if self.unnamed > 0 {
            let keys = [&chart.by, &chart.series].into_iter().filter(|key| !key.is_empty());
            let labels: Vec<String> = keys.map(|key| format!("“{}”", self.label(key))).collect();
            let (labels, n) = (labels.join("或者"), self.unnamed);
            notes.push(format!("{labels}为空的 {n} 条记录（如下一级的明细）不在图中。"));
        }
        if self.too_large > 0 {
            notes.push(format!("有 {} 个数字过大，没有计入。", self.too_large));
        }
        if !chart.note.is_empty() {
            notes.push(chart.note.clone());
        }
        let named = |key: &String| {
            if chart.figures.contains(key) { self.label(key) } else { key.clone() }
        };
        Data {
            title: chart.title.clone(),
            unit,
            by: self.label(&chart.by),
            series: keys.iter().map(named).collect(),
            groups,
            per_head: if people.is_some() { per_head } else { String::new() },
            note: notes.concat(),
        }
    }

    /// The series in their order: figures as the chart names them, values of a column by size.
    fn series_keys(&self) -> Vec<String> {
        if self.chart.figures.len() > 1 || (self.chart.series.is_empty() && !self.chart.figures.is_empty()) {
            return self.chart.figures.clone();
        }
        if self.chart.series.is_empty() {
            return vec![COUNT.to_owned()];
        }
        let mut sizes: BTreeMap<&String, Decimal> = BTreeMap::new();
        for (series, figure) in self.sums.values().flatten() {
            let size = sizes.entry(series).or_insert(Decimal::ZERO);
            *size = size.saturating_add(figure.abs());
        }
        let mut ordered: Vec<(&String, Decimal)> = sizes.into_iter().collect();
        ordered.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(other.0)));
        ordered.into_iter().map(|(series, _)| series.clone()).collect()
    }
}

/// Whether a value is this one: a code, or a text.
fn is(value: Option<&Value>, wanted: &str) -> bool {
    match value {
        Some(Value::Text(text) | Value::Enum(text)) => text.trim() == wanted,
        Some(Value::Date(day)) => day.to_string() == wanted,
        Some(Value::Number(figure)) => figure.normalize().to_string() == wanted,
        None => false,
    }
}

/// Whether a column holds periods or days.
fn is_time(column: &Column) -> bool {
    match &column.typed {
        Type::Period | Type::Date { .. } => true,
        Type::Number { unit: Unit(unit), .. } => unit == "年",
        _ => false,
    }
}

fn unit(column: &Column) -> String {
    match &column.typed {
        Type::Money { unit: Unit(unit), .. } | Type::Number { unit: Unit(unit), .. } => unit.clone(),
        Type::Ratio { .. } => "%".to_owned(),
        _ => String::new(),
    }
}

/// The unit of a figure for each inhabitant, and by how many tens it is below: 亿元 are told in 元.
fn head_unit(unit: &str) -> (String, u32) {
    match unit {
        "万元" => ("元".to_owned(), 4),
        "亿元" => ("元".to_owned(), 8),
        "" => ("每人".to_owned(), 0),
        unit => (unit.to_owned(), 0),
    }
}

/// What is said of the figures for each inhabitant; `shown` = there are some.
fn heads(known: Option<&Population>, shown: bool, is_over_time: bool) -> String {
    let Some(Population { people, year, source }) = known else {
        // That the settings lack it is nothing that readers can mend.
        return String::new();
    };
    let people = grouped(&people.to_string());
    if !shown {
        return format!("填写的人口是 {year} 年末的，这里没有 {year} 年的数，所以没有人均数。");
    }
    let only = if is_over_time { format!("，只有 {year} 年有人均数") } else { String::new() };
    format!("人均按 {year} 年末全县常住人口 {people} 人计算{only}（人口来源：{source}）。")
}

/// The township of a place of up to three parts, by its name alone: sheets leave the county off or write it. A place that names
/// none is its first two parts.
fn township(place: &str) -> String {
    const ENDS: [&str; 5] = ["镇", "乡", "街道", "街道办事处", "苏木"];
    let parts: Vec<&str> = place.split('/').map(str::trim).collect();
    let named = parts.iter().find(|part| ENDS.iter().any(|end| part.ends_with(end)));
    named.map_or_else(|| parts[..parts.len().min(2)].join("/"), |part| (*part).to_owned())
}

/// `116.4,29.1`, degrees east and north.
fn point(value: &Value) -> Option<(f64, f64)> {
    let Value::Text(text) = value else { return None };
    let (east, north) = text.split_once([',', '，'])?;
    Some((east.trim().parse().ok()?, north.trim().parse().ok()?))
}
