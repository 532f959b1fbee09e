//! Lines over periods, each with its name at its end. The axis holds nought; where nothing is known a line is interrupted.

use std::fmt::Write as _;

use item::Decimal;

use super::{
    Data, MOST_SERIES, SERIES, begin,
    scale::{Scale, folded, shown},
    text,
};

/// Per cent of the width at which the first and the last period stand, and where lines of the axis end; names stand behind.
const FROM: u32 = 10;
const UNTIL: u32 = 64;
const AXIS: u32 = 68;
/// Top and height of the plot.
const TOP: u32 = 28;
const HIGH: u32 = 200;
/// Height of a line of letters.
const LINE: u32 = 20;
/// Periods whose figures and names all have room on a telephone.
const ALL: usize = 5;
/// The same of those with longer names.
const FEW: usize = 3;
/// Characters of a name that is short.
const SHORT: usize = 5;
/// Strokes by which lines differ without colour.
const DASHES: [&str; MOST_SERIES] = ["", "7 4", "2 3", "9 3 2 3", "14 5", "4 2"];
/// Marks by which points differ without colour: circle, square, triangle, diamond, triangle upside down, cross.
const MARKS: [&str; MOST_SERIES] = [
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    "M-4-4h8v8h-8z",
    "M-5 4h10l-5-9z",
    "M0-6l5 6l-5 6l-5-6z",
    "M-5-4h10l-5 9z",
    "M-5-2h3v-3h4v3h3v4h-3v3h-4v-3h-3z",
];

struct Plot {
    scale: Scale,
    periods: usize,
}

impl Plot {
    /// Per cent from the left.
    fn x(&self, at: usize) -> Decimal {
        if self.periods < 2 {
            return Decimal::from((FROM + UNTIL) / 2);
        }
        let way = Decimal::from(at) * Decimal::from(UNTIL - FROM) / Decimal::from(self.periods - 1);
        (Decimal::from(FROM) + way).round_dp(2).normalize()
    }

    /// Units from the top.
    fn y(&self, figure: Decimal) -> Decimal {
        (Decimal::from(TOP + HIGH) - self.scale.place(figure, HIGH)).round_dp(1).normalize()
    }
}

/// Whole units.
fn whole(y: Decimal) -> u32 {
    u32::try_from(y.round_dp(0)).unwrap_or(TOP)
}

fn mark(svg: &mut String, class: &str, fill: &str, (x, y): (Decimal, Decimal), path: &str) {
    let _ = write!(
        svg,
        r#"<svg x="{x}%" y="{y}" overflow="visible"><path class="{class}" d="{path}" fill="{fill}"/></svg>"#
    );
}

/// Draws the lines. `limit`: the second series is what the first may reach; where it is above, it is marked and told.
pub(super) fn lines(data: &Data, limit: bool) -> String {
    let many = data.series.len().min(if limit { 2 } else { MOST_SERIES });
    let figure = |period: usize, series: usize| data.groups.get(period)?.figures.get(series).copied().flatten();
    let periods = data.groups.len();
    let all = (0..periods).flat_map(|period| (0..many).filter_map(move |series| figure(period, series)));
    let plot = Plot { scale: Scale::of(all), periods };
    let mut inner = String::new();
    axis(&mut inner, data, &plot);
    for series in 0..many {
        let (class, color) = SERIES[series % SERIES.len()];
        let dashes = DASHES[series % DASHES.len()];
        let dashed = if dashes.is_empty() { String::new() } else { format!(r#" stroke-dasharray="{dashes}""#) };
        let points: Vec<Option<(Decimal, Decimal)>> =
            (0..periods).map(|at| figure(at, series).map(|it| (plot.x(at), plot.y(it)))).collect();
        for pair in points.windows(2) {
            let [Some((x1, y1)), Some((x2, y2))] = pair else { continue };
            let _ = write!(
                inner,
                r#"<line class="{class}" x1="{x1}%" y1="{y1}" x2="{x2}%" y2="{y2}" stroke="{color}" stroke-width="2"{dashed}/>"#
            );
        }
        for (at, point) in points.iter().enumerate() {
            let Some(point) = *point else { continue };
            let is_over = limit && series == 0 && figure(at, 0).zip(figure(at, 1)).is_some_and(|(is, may)| is > may);
            if is_over {
                mark(&mut inner, "over", "#a8201a", point, MARKS[3]);
            } else {
                mark(&mut inner, class, color, point, MARKS[series % MARKS.len()]);
            }
        }
    }
    if many == 1 {
        values(&mut inner, &plot, &(0..periods).map(|at| figure(at, 0)).collect::<Vec<_>>());
    }
    let lowest = names(&mut inner, data, &plot, many);
    let over: Vec<&str> = (0..periods)
        .filter(|at| limit && figure(*at, 0).zip(figure(*at, 1)).is_some_and(|(is, may)| is > may))
        .filter_map(|at| data.groups.get(at).map(|group| group.label.as_str()))
        .collect();
    let mut height = (TOP + HIGH + 2 * LINE + 8).max(lowest);
    if !over.is_empty() {
        let told = format!("◆ {}超过{}", over.join("、"), data.series.get(1).map_or("限额", String::as_str));
        for line in folded(&told, 20, 3) {
            height += LINE;
            inner.push_str(&text("0", height - 6, r#" class="told""#, &line));
        }
    }
    format!("{}{inner}</svg>", begin(data, height))
}

/// The name of a period below the axis, in two lines: `2024-11` is 11月 of 2024.
fn below(label: &str) -> Vec<String> {
    let is_year = |text: &str| text.len() == 4 && text.chars().all(|c| c.is_ascii_digit());
    match label.split_once('-') {
        Some((year, part)) if is_year(year) => {
            let part = match part {
                "H1" => "上半年".to_owned(),
                "H2" => "下半年".to_owned(),
                part => match part.strip_prefix('Q') {
                    Some(quarter) => format!("{quarter}季度"),
                    None if part.len() == 2 => format!("{}月", part.trim_start_matches('0')),
                    None => part.to_owned(),
                },
            };
            vec![part, year.to_owned()]
        }
        _ => folded(label, 4, 2),
    }
}

/// Lines of round figures, and names of periods below.
fn axis(svg: &mut String, data: &Data, plot: &Plot) {
    for tick in plot.scale.ticks() {
        let y = plot.y(tick);
        let class = if tick.is_zero() { "zero" } else { "grid" };
        let _ = write!(
            svg,
            r##"<line class="{class}" x1="0" x2="{AXIS}%" y1="{y}" y2="{y}" stroke="#858c95"/><text class="tick" x="0" y="{}" font-size="12" fill="#4a525c">{}</text>"##,
            whole(y).saturating_sub(4),
            shown(tick),
        );
    }
    let periods = data.groups.len();
    let is_long = data.groups.iter().any(|group| below(&group.label).iter().any(|line| line.chars().count() > SHORT));
    let step = periods.div_ceil(if is_long { FEW } else { ALL }).max(1);
    for (at, group) in data.groups.iter().enumerate() {
        // The last is always named, and what stands too near to it is not.
        let is_named = at + 1 == periods || (at % step == 0 && at + step < periods);
        if is_named {
            for (line, y) in below(&group.label).iter().zip([0, LINE]) {
                let x = format!("{}%", plot.x(at));
                svg.push_str(&text(&x, TOP + HIGH + LINE + y, r#" text-anchor="middle""#, line));
            }
        }
    }
}

/// The figures of a single line: all where they have room, else the first, the last, the largest and the smallest.
fn values(svg: &mut String, plot: &Plot, figures: &[Option<Decimal>]) {
    let known: Vec<(usize, Decimal)> = figures.iter().enumerate().filter_map(|(at, it)| Some((at, (*it)?))).collect();
    let ends = [
        known.first(),
        known.last(),
        known.iter().max_by_key(|(_, figure)| *figure),
        known.iter().min_by_key(|(_, figure)| *figure),
    ];
    let chosen: Vec<usize> = ends.into_iter().flatten().map(|(at, _)| *at).collect();
    for (at, figure) in known.iter().filter(|(at, _)| figures.len() <= ALL || chosen.contains(at)) {
        let y = whole(plot.y(*figure)).saturating_sub(10);
        svg.push_str(&text(&format!("{}%", plot.x(*at)), y, r#" text-anchor="middle""#, &shown(*figure)));
    }
}

/// The name of each line, with its last figure, at its end; moved apart where they would meet. Returns how far down they reach.
fn names(svg: &mut String, data: &Data, plot: &Plot, many: usize) -> u32 {
    if many < 2 {
        return 0;
    }
    let last = |series: usize| data.groups.iter().rev().find_map(|group| group.figures.get(series).copied().flatten());
    let mut ends: Vec<(u32, usize, Decimal)> = (0..many)
        .filter_map(|series| {
            let figure = last(series)?;
            Some((whole(plot.y(figure)), series, figure))
        })
        .collect();
    ends.sort_by_key(|(y, series, _)| (*y, *series));
    let mut free = 14;
    for (y, series, figure) in ends {
        let (class, color) = SERIES[series % SERIES.len()];
        let mut at = y.max(free);
        let named = data.series.get(series).map_or("", String::as_str);
        let (x, marked) = (Decimal::from(AXIS + 4), Decimal::from(at.saturating_sub(5)));
        mark(svg, class, color, (x, marked), MARKS[series % MARKS.len()]);
        for line in folded(named, 6, 2).into_iter().chain([shown(figure)]) {
            svg.push_str(&text(&format!("{x}%"), at, r#" dx="9""#, &line));
            at += LINE;
        }
        free = at + 4;
    }
    free
}
