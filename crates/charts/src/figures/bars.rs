//! Bars lie: their names have room above them, whatever the width. They begin at nought.

use std::fmt::Write as _;

use item::Decimal;
use web::page::escape;

use super::{
    Data, Group, MOST_GROUPS, MOST_SERIES, SERIES, begin,
    scale::{Scale, folded, shown},
    text,
};

/// Per cent of the width over which bars reach; the figures stand beside them.
const REACH: u32 = 64;
/// Height of a line of letters, of a bar, and what is left below a group.
const LINE: u32 = 22;
const BAR: u32 = 16;
const GAP: u32 = 14;
/// A name above a bar: Han characters in a line, and lines.
const NAME: (usize, usize) = (16, 3);

fn figure(group: &Group, at: usize) -> Option<Decimal> {
    group.figures.get(at).copied().flatten()
}

fn drawn(data: &Data) -> &[Group] {
    data.groups.get(..MOST_GROUPS).unwrap_or(&data.groups)
}

/// The lines of a group's name from `top`, and where they end.
fn name(svg: &mut String, group: &Group, top: u32) -> u32 {
    let mut at = top;
    for line in folded(&group.label, NAME.0, NAME.1) {
        svg.push_str(&text("0", at + 16, "", &line));
        at += LINE;
    }
    at
}

/// A bar from nought to the figure, with its words behind it.
fn bar(svg: &mut String, scale: &Scale, series: usize, (top, high): (u32, u32), bar: (Option<Decimal>, &str)) {
    let (figure, said) = bar;
    let zero = scale.place(Decimal::ZERO, REACH);
    let base = top + high - 3;
    let said = if said.is_empty() { String::new() } else { format!("{said} ") };
    let Some(figure) = figure else {
        svg.push_str(&text(&format!("{zero}%"), base, r#" dx="6""#, &format!("{said}—")));
        return;
    };
    let end = scale.place(figure, REACH);
    let (left, right) = (zero.min(end), zero.max(end));
    segment(svg, series, (top, high), left, right);
    svg.push_str(&text(&format!("{right}%"), base, r#" dx="6""#, &format!("{said}{}", shown(figure))));
}

/// The coloured part of a bar, in per cent. Every other series is lighter within its line, so that neighbours differ without colour.
fn segment(svg: &mut String, series: usize, (top, high): (u32, u32), left: Decimal, right: Decimal) {
    let (class, fill) = SERIES[series % SERIES.len()];
    let wide = (right - left).normalize();
    let light = if series % 2 == 1 { r#" fill-opacity=".45""# } else { "" };
    let _ = write!(
        svg,
        r#"<rect class="{class}" x="{left}%" y="{top}" width="{wide}%" height="{high}" fill="{fill}"{light} stroke="{fill}"/>"#
    );
}

/// The line of nought, behind which figures below it lie.
fn zero(scale: &Scale, height: u32) -> String {
    let zero = scale.place(Decimal::ZERO, REACH);
    format!(r##"<line class="zero" x1="{zero}%" x2="{zero}%" y1="0" y2="{height}" stroke="#1b1f24"/>"##)
}

/// One bar for each group.
pub(super) fn bars(data: &Data) -> String {
    let groups = drawn(data);
    let scale = Scale::of(groups.iter().filter_map(|group| figure(group, 0)));
    let (mut inner, mut top) = (String::new(), 0);
    for group in groups {
        top = name(&mut inner, group, top);
        bar(&mut inner, &scale, 0, (top, BAR), (figure(group, 0), ""));
        top += BAR + GAP;
    }
    format!("{}{inner}{}</svg>", begin(data, top), zero(&scale, top))
}

/// The first two series of each group beside each other, each with its name.
pub(super) fn pairs(data: &Data) -> String {
    let groups = drawn(data);
    let both = groups.iter().flat_map(|group| [figure(group, 0), figure(group, 1)]).flatten();
    let scale = Scale::of(both);
    let (mut inner, mut top) = (String::new(), 0);
    for group in groups {
        top = name(&mut inner, group, top);
        for (at, series) in data.series.iter().take(2).enumerate() {
            let said = folded(series, 5, 1).concat();
            bar(&mut inner, &scale, at, (top, BAR), (figure(group, at), &said));
            top += BAR + 4;
        }
        top += GAP - 4;
    }
    format!("{}{inner}{}</svg>", begin(data, top), zero(&scale, top))
}

/// Figures of a group as they are stacked: beyond the series that are drawn, one for all others.
fn stack(group: &Group, series: usize) -> Vec<Decimal> {
    let all = (0..series).map(|at| figure(group, at).unwrap_or(Decimal::ZERO));
    let mut parts: Vec<Decimal> = all.collect();
    if parts.len() > MOST_SERIES {
        let others = parts.split_off(MOST_SERIES - 1);
        parts.push(others.into_iter().fold(Decimal::ZERO, |sum, part| sum.saturating_add(part)));
    }
    parts
}

/// The series of each group on each other, what is below nought to the other side, and the sum behind them.
pub(super) fn stacked(data: &Data) -> String {
    let groups = drawn(data);
    let many = data.series.len();
    let stacks: Vec<Vec<Decimal>> = groups.iter().map(|group| stack(group, many)).collect();
    let sum = |parts: &[Decimal], is_below: bool| {
        let side = parts.iter().filter(|part| part.is_sign_negative() == is_below);
        side.fold(Decimal::ZERO, |sum, part| sum.saturating_add(*part))
    };
    let scale = Scale::of(stacks.iter().flat_map(|parts| [sum(parts, true), sum(parts, false)]));
    let (mut inner, mut top) = (String::new(), 0);
    // The key, one line for each series: what is written into narrow parts cannot be read.
    let mut names: Vec<&str> = data.series.iter().map(String::as_str).collect();
    if many > MOST_SERIES {
        names.truncate(MOST_SERIES - 1);
        names.push("其他");
    }
    for (at, said) in names.iter().enumerate() {
        let ((class, fill), y) = (SERIES[at % SERIES.len()], top + 3);
        let light = if at % 2 == 1 { r#" fill-opacity=".45""# } else { "" };
        let _ = write!(
            inner,
            r##"<rect class="{class}" x="1" y="{y}" width="14" height="14" fill="{fill}"{light} stroke="{fill}"/><text x="22" y="{}" font-size="14" fill="#1b1f24">{}</text>"##,
            top + 16,
            escape(&folded(said, 20, 1).concat()),
        );
        top += LINE;
    }
    let bars_from = top;
    top += if names.is_empty() { 0 } else { GAP };
    for (group, parts) in groups.iter().zip(&stacks) {
        top = name(&mut inner, group, top);
        let (mut below, mut above) = (Decimal::ZERO, Decimal::ZERO);
        for (at, part) in parts.iter().enumerate().filter(|(_, part)| !part.is_zero()) {
            let side = if part.is_sign_negative() { &mut below } else { &mut above };
            let from = *side;
            *side = side.saturating_add(*part);
            let (one, other) = (scale.place(from, REACH), scale.place(*side, REACH));
            segment(&mut inner, at, (top, BAR), one.min(other), one.max(other));
        }
        let is_known = group.figures.iter().any(Option::is_some);
        let said = if is_known { shown(above.saturating_add(below)) } else { "—".to_owned() };
        let right = scale.place(above, REACH);
        inner.push_str(&text(&format!("{right}%"), top + BAR - 3, r#" dx="6""#, &said));
        top += BAR + GAP;
    }
    let zero = scale.place(Decimal::ZERO, REACH);
    let _ = write!(
        inner,
        r##"<line class="zero" x1="{zero}%" x2="{zero}%" y1="{bars_from}" y2="{top}" stroke="#1b1f24"/>"##
    );
    format!("{}{inner}</svg>", begin(data, top))
}
