//! From rows to what is drawn: figures are summed exactly, row by row, so that a million rows need no more than their groups.

use std::collections::{BTreeMap, BTreeSet};

use item::{Chart, ChartKind, Column, Decimal, Item, Type, Unit, Value};

use super::{Data, Group};

/// The sums of a chart while rows are read.
#[derive(Debug, Clone)]
pub struct Sums<'a> {
    item: &'a Item,
    chart: &'a Chart,
    /// Group, series, figure. Of the newest period alone, where the chart asks for it.
    sums: BTreeMap<String, BTreeMap<String, Decimal>>,
    places: BTreeMap<String, (f64, f64)>,
    newest: String,
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

impl<'a> Sums<'a> {
    #[must_use]
    pub fn new(item: &'a Item, chart: &'a Chart) -> Self {
        let (sums, places) = (BTreeMap::new(), BTreeMap::new());
        Self {
            item,
            chart,
            sums,
            places,
            newest: String::new(),
            ratios: BTreeSet::new(),
            apart: BTreeMap::new(),
            mixed: BTreeSet::new(),
            unnamed: 0,
            too_large: 0,
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
                self.ratios.clear();
                self.apart.clear();
                self.mixed.clear();
                self.unnamed = 0;
            } else if period < self.newest {
                return;
            }
        }
        let group = self.words(&self.chart.by, values);
        if let Some(place) = values.get(&self.chart.by).and_then(point) {
            self.places.insert(group.clone(), place);
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

    /// What is drawn. `population` is that of the county, for figures for each inhabitant, where the chart asks for them.
    #[must_use]
    pub fn done(self, population: Option<u64>) -> Data {
        let chart = self.chart;
        let keys = self.series_keys();
        let column = chart.figures.first().and_then(|key| self.item.column(key));
        let unit = if chart.figures.is_empty() { "条".to_owned() } else { column.map(unit).unwrap_or_default() };
        let people = population.filter(|people| chart.per_head && *people > 0 && keys.len() == 1);
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
                let each = |figure: Decimal| {
                    figure.checked_mul(Decimal::new(10_i64.pow(tens), 0))?.checked_div(Decimal::from(people?))
                };
                let per_head = of_all.and_then(each).map(|figure| figure.round_dp(2));
                Group { label: label.clone(), figures, at: self.places.get(label).copied(), per_head }
            })
            .collect();
        // Periods come in their order; everything else by size.
        if !matches!(chart.kind, ChartKind::Lines | ChartKind::Against) {
            let size =
                |group: &Group| group.figures.iter().flatten().fold(Decimal::ZERO, |sum, it| sum.saturating_add(*it));
            groups.sort_by(|one, other| size(other).cmp(&size(one)).then_with(|| one.label.cmp(&other.label)));
        }
        let mut notes = Vec::new();
        if !chart.newest.is_empty() && !self.newest.is_empty() {
            notes.push(format!("{}：{}。", self.label(&chart.newest), self.newest));
        }
        if people.is_some() {
            notes.push(format!("人均按全县人口 {} 人计算。", population.unwrap_or_default()));
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
            notes.push(format!("没有填写{}的 {} 条记录没有计入。", labels.join("或者"), self.unnamed));
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

/// `116.4,29.1`, degrees east and north.
fn point(value: &Value) -> Option<(f64, f64)> {
    let Value::Text(text) = value else { return None };
    let (east, north) = text.split_once([',', '，'])?;
    Some((east.trim().parse().ok()?, north.trim().parse().ok()?))
}
