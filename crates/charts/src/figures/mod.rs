//! Charts of an item's records: bars, stacked bars, pairs, lines, a line against its limit, a map. Each comes with the table of
//! the same figures, which pages print beside it.
//!
//! What is drawn is exact: bars begin at nought, lines stand on an axis that holds nought, nothing is broken off. Figures are
//! written at their marks. Bars and lines are placed in per cent of the width while letters keep their size, so that they can be
//! read on a telephone and in large type alike. Series differ by colour, by lightness and by pattern.

mod bars;
mod lines;
mod map;
mod scale;
mod sums;

use web::page::escape;

pub use item::{ChartKind, Decimal};
pub use map::{Outline, Plane, Rings};
pub use sums::{Population, Sums};

use scale::shown;

/// Groups that are drawn; the rest stands in the table alone.
const MOST_GROUPS: usize = 40;
/// Series that are drawn apart; the rest is 其他 where they stand on each other, and in the table alone otherwise.
const MOST_SERIES: usize = 6;
/// Class and colour of each series; the style sheet puts its own colour in place of it, light or dark.
const SERIES: [(&str, &str); MOST_SERIES] =
    [("s0", "#0b57a4"), ("s1", "#8a5a00"), ("s2", "#1e6b3c"), ("s3", "#5b3a8c"), ("s4", "#a8201a"), ("s5", "#4a525c")];

/// A group of bars, a period, or a place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Group {
    pub label: String,
    /// A figure for each series; `None` = nothing is known, which is not nought.
    pub figures: Vec<Option<Decimal>>,
    /// Degrees east and north, for maps of points.
    pub at: Option<(f64, f64)>,
    /// The first figure for each inhabitant, where that is asked for.
    pub per_head: Option<Decimal>,
}

/// What is drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Data {
    pub title: String,
    /// Of all figures: 万元, 人; may be empty.
    pub unit: String,
    /// What the groups are: 乡镇, 年度.
    pub by: String,
    /// Names of the series, at least one.
    pub series: Vec<String>,
    /// In the order in which they are drawn.
    pub groups: Vec<Group>,
    /// The unit of the figures for each inhabitant; empty = there are none.
    pub per_head: String,
    /// What must be known to read it; may be empty.
    pub note: String,
}

/// The same figures as a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    pub caption: String,
    pub head: Vec<String>,
    /// The first cell of a row names it. `—` where nothing is known.
    pub rows: Vec<Vec<String>>,
}

/// A chart and its table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Empty when there is nothing to draw.
    pub svg: String,
    pub table: Table,
    /// What the picture leaves out, and what must be known to read it.
    pub notes: Vec<String>,
}

/// Draws the data. `plane` is the county's map, for [`ChartKind::Map`] alone: without one there is the table.
#[must_use]
pub fn draw(kind: ChartKind, data: &Data, plane: Option<&Plane>) -> Drawn {
    let mut drawn = Drawn { svg: String::new(), table: table(data), notes: Vec::new() };
    let known = data.groups.iter().flat_map(|group| &group.figures).flatten().count();
    if known == 0 {
        drawn.notes.push("还没有可以画成图的数字。".to_owned());
    } else {
        drawn.svg = match kind {
            ChartKind::Bars => bars::bars(data),
            ChartKind::Stacked => bars::stacked(data),
            ChartKind::Pairs => bars::pairs(data),
            ChartKind::Lines => lines::lines(data, false),
            ChartKind::Against => lines::lines(data, true),
            ChartKind::Map => match plane {
                Some(plane) => map::map(data, plane, &mut drawn.notes),
                None => {
                    drawn.notes.push("本县还没有边界图，这里只列出表格。".to_owned());
                    String::new()
                }
            },
        };
    }
    let is_barred = matches!(kind, ChartKind::Bars | ChartKind::Stacked | ChartKind::Pairs);
    if is_barred && data.groups.len() > MOST_GROUPS {
        drawn.notes.push(format!("图中只画前 {MOST_GROUPS} 项，共 {} 项，全部见表。", data.groups.len()));
    }
    if matches!(kind, ChartKind::Lines) && data.series.len() > MOST_SERIES {
        drawn.notes.push(format!("图中只画前 {MOST_SERIES} 条线，共 {} 条，全部见表。", data.series.len()));
    }
    if !data.note.is_empty() {
        drawn.notes.push(data.note.clone());
    }
    drawn
}

/// The title with the unit.
fn caption(data: &Data) -> String {
    if data.unit.is_empty() { data.title.clone() } else { format!("{}（{}）", data.title, data.unit) }
}

fn table(data: &Data) -> Table {
    let mut head = vec![data.by.clone()];
    head.extend(data.series.iter().cloned());
    if !data.per_head.is_empty() {
        // Of several series it is that of the first.
        let of = data.series.first().filter(|_| data.series.len() > 1).map_or("", String::as_str);
        head.push(format!("{of}人均（{}）", data.per_head));
    }
    let cell = |figure: Option<Decimal>| figure.map_or_else(|| "—".to_owned(), shown);
    let row = |group: &Group| {
        let mut row = vec![group.label.clone()];
        row.extend((0..data.series.len()).map(|at| cell(group.figures.get(at).copied().flatten())));
        if !data.per_head.is_empty() {
            row.push(cell(group.per_head));
        }
        row
    };
    Table { caption: caption(data), head, rows: data.groups.iter().map(row).collect() }
}

/// The opening of a drawing of this height.
fn begin(data: &Data, height: u32) -> String {
    opened(data, "plot", &format!(r#"width="100%" height="{height}""#))
}

/// The opening tag, the title, and what the drawing shows in one sentence.
fn opened(data: &Data, class: &str, attributes: &str) -> String {
    format!("{}<desc>{}</desc>", super::open(class, attributes, &caption(data)), escape(&words(data)))
}

/// How much there is, and the largest and smallest figure of the first series with their groups.
fn words(data: &Data) -> String {
    let first = data.groups.iter().filter_map(|group| Some((group.figures.first().copied().flatten()?, &group.label)));
    let mut words = format!("共 {} 项", data.groups.len());
    let figures: Vec<(Decimal, &String)> = first.collect();
    let most = figures.iter().max_by_key(|(figure, _)| *figure);
    let least = figures.iter().min_by_key(|(figure, _)| *figure);
    if let (Some((most, top)), Some((least, bottom))) = (most, least) {
        let unit = &data.unit;
        words.push_str(&format!("，最大的是{top} {} {unit}，最小的是{bottom} {} {unit}", shown(*most), shown(*least)));
    }
    words.push_str("。全部数字见图后的表格。");
    words
}

/// Text in a drawing. `more` are further attributes.
fn text(x: &str, y: u32, more: &str, words: &str) -> String {
    format!(r##"<text x="{x}" y="{y}"{more} font-size="14" fill="#1b1f24">{}</text>"##, escape(words))
}

#[cfg(test)]
mod tests;
