//! A map of the county: areas by their figures, or points. The outlines are the county's own; nothing is asked of a map service.

use std::fmt::Write as _;

use item::Decimal;
use web::page::escape;

use super::{
    Data, opened,
    scale::{folded, shown},
};

/// Units across.
const WIDE: f64 = 800.0;
/// Most units down.
const HIGH: f64 = 800.0;
/// From few to much, light to dark.
const FILLS: [&str; 5] = ["#efece5", "#cfe0d3", "#8fbb9c", "#4d8f63", "#1e6b3c"];
/// Names that have room.
const MOST_NAMES: usize = 40;

/// An area as it is drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outline {
    pub name: String,
    /// As `path` of SVG takes it, in units of the plane.
    pub path: String,
    /// Where its name stands.
    pub at: (i32, i32),
}

/// A county's map: made from boundaries in degrees by [`Plane::of`], or put together from outlines that are drawn already.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plane {
    pub wide: i32,
    pub high: i32,
    pub outlines: Vec<Outline>,
    /// West, south, east, north in degrees; `None` = not known, and points cannot be placed.
    pub window: Option<[f64; 4]>,
    /// 审图号, which a published map must show; may be empty.
    pub approval: String,
    /// Where the boundaries are from; may be empty.
    pub source: String,
}

/// A boundary: outer and inner rings, degrees east and north.
pub type Rings = Vec<Vec<(f64, f64)>>;

impl Plane {
    /// The plane of these areas, each with its name. Degrees are set on a plane that is true to scale in the middle of the
    /// county; what is no place on earth is left out.
    #[must_use]
    pub fn of(areas: &[(String, Rings)], approval: &str) -> Self {
        let places = areas.iter().flat_map(|(_, rings)| rings).flatten().filter(|place| is_place(**place));
        let start = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        let window = places.fold(start, |[west, south, east, north], (x, y)| {
            [west.min(*x), south.min(*y), east.max(*x), north.max(*y)]
        });
        let [west, south, east, north] = window;
        if east <= west || north <= south {
            return Self::default();
        }
        let narrow = squeeze(&window);
        let (across, down) = ((east - west) * narrow, north - south);
        let scale = (WIDE / across).min(HIGH / down);
        let (wide, high) = (units(across * scale), units(down * scale));
        let mut plane = Self { wide, high, window: Some(window), approval: approval.to_owned(), ..Self::default() };
        plane.outlines = areas.iter().map(|(name, rings)| plane.outline(name, rings)).collect();
        plane
    }

    fn outline(&self, name: &str, rings: &[Vec<(f64, f64)>]) -> Outline {
        let mut path = String::new();
        let (mut sum, mut many) = ((0_i64, 0_i64), 0_i64);
        for (order, ring) in rings.iter().enumerate() {
            let mut before = None;
            for place in ring.iter().filter_map(|place| self.place(*place)) {
                // Points that fall on one unit are one.
                if before == Some(place) {
                    continue;
                }
                let sign = if before.is_none() { 'M' } else { 'L' };
                let _ = write!(path, "{sign}{} {}", place.0, place.1);
                before = Some(place);
                if order == 0 {
                    sum = (sum.0 + i64::from(place.0), sum.1 + i64::from(place.1));
                    many += 1;
                }
            }
            if before.is_some() {
                path.push('z');
            }
        }
        let middle = |sum: i64| i32::try_from(sum / many.max(1)).unwrap_or(0);
        Outline { name: name.to_owned(), path, at: (middle(sum.0), middle(sum.1)) }
    }

    /// Where a place in degrees stands; `None` outside, or when the window is not known.
    #[must_use]
    pub fn place(&self, place: (f64, f64)) -> Option<(i32, i32)> {
        let window = self.window?;
        let [west, south, east, north] = window;
        let is_within = (west..=east).contains(&place.0) && (south..=north).contains(&place.1);
        if !is_place(place) || !is_within {
            return None;
        }
        let x = (place.0 - west) / (east - west) * f64::from(self.wide);
        let y = (north - place.1) / (north - south) * f64::from(self.high);
        Some((units(x), units(y)))
    }
}

fn is_place((x, y): (f64, f64)) -> bool {
    x.is_finite() && y.is_finite() && x.abs() <= 180.0 && y.abs() <= 90.0
}

/// How much shorter a degree to the east is than one to the north, in the middle.
fn squeeze([_, south, _, north]: &[f64; 4]) -> f64 {
    ((south + north) / 2.0).to_radians().cos().max(0.05)
}

/// Whole units; what is drawn lies between 0 and some hundreds.
fn units(length: f64) -> i32 {
    length.round().clamp(0.0, 10_000.0) as i32
}

/// Which of the five shades: nothing known, then quarters of the largest.
fn shade(figure: Option<Decimal>, most: Decimal) -> usize {
    let Some(figure) = figure.filter(|figure| !figure.is_zero() && !figure.is_sign_negative()) else { return 0 };
    let share = figure.checked_mul(Decimal::from(4)).and_then(|part| part.checked_div(most));
    share.and_then(|share| usize::try_from(share.ceil()).ok()).unwrap_or(4).clamp(1, 4)
}

/// A name without what sheets leave off: 城关镇 and 城关.
fn core(name: &str) -> &str {
    let name = name.rsplit('/').next().unwrap_or(name).trim();
    let short = ["街道办事处", "街道", "镇", "乡", "村"].iter().find_map(|end| name.strip_suffix(end));
    short.filter(|short| !short.is_empty()).unwrap_or(name)
}

/// Draws areas shaded by the first figure of the group of their name, and a dot for each group with a place. What finds no place
/// is told in `notes`.
pub(super) fn map(data: &Data, plane: &Plane, notes: &mut Vec<String>) -> String {
    if plane.outlines.is_empty() {
        notes.push("本县的边界图是空的，这里只列出表格。".to_owned());
        return String::new();
    }
    let first = |at: usize| data.groups.get(at).and_then(|group| group.figures.first().copied().flatten());
    let areas: Vec<Option<usize>> = plane.outlines.iter().map(|outline| group_of(data, &outline.name)).collect();
    let most = areas.iter().flatten().filter_map(|at| first(*at)).fold(Decimal::ZERO, |most, it| most.max(it));
    let mut inner = String::new();
    for (outline, area) in plane.outlines.iter().zip(&areas) {
        let figure = area.and_then(first);
        let shade = shade(figure, most);
        let said = figure.map_or_else(|| "—".to_owned(), shown);
        let _ = write!(
            inner,
            r##"<path class="l{shade}" d="{}" fill="{}" stroke="#858c95" fill-rule="evenodd"><title>{} {}</title></path>"##,
            escape(&outline.path),
            FILLS[shade],
            escape(&outline.name),
            escape(&said),
        );
    }
    let is_named = plane.outlines.len() <= MOST_NAMES;
    for (outline, area) in plane.outlines.iter().zip(&areas).filter(|_| is_named) {
        let figure = area.and_then(first);
        let light = if shade(figure, most) >= 3 { ("on", "#fff") } else { ("off", "#1b1f24") };
        let lines = folded(&outline.name, 6, 1).into_iter().chain(figure.map(shown));
        for (line, y) in lines.zip([0, 26]) {
            let _ = write!(
                inner,
                r#"<text class="{}" x="{}" y="{}" text-anchor="middle" font-size="22" fill="{}">{}</text>"#,
                light.0,
                outline.at.0,
                outline.at.1 + y,
                light.1,
                escape(&line),
            );
        }
    }
    let is_blind = plane.window.is_none() && data.groups.iter().any(|group| group.at.is_some());
    let mut lost = 0;
    for (at, group) in data.groups.iter().enumerate() {
        let place = group.at.and_then(|place| plane.place(place));
        let Some((x, y)) = place else {
            lost += usize::from(!areas.contains(&Some(at)));
            continue;
        };
        let said = first(at).map(|figure| format!(" {}", shown(figure))).unwrap_or_default();
        let _ = write!(
            inner,
            r##"<circle class="dot" cx="{x}" cy="{y}" r="8" fill="#a8201a" stroke="#fff" stroke-width="2"><title>{}{said}</title></circle>"##,
            escape(&group.label),
        );
    }
    if is_blind {
        notes.push("本县的边界图没有经纬度，各点没有画在图上，请看表格。".to_owned());
    } else if lost > 0 {
        notes.push(format!("有 {lost} 项在图上找不到位置，只列在表里。"));
    }
    if !plane.approval.is_empty() {
        let source =
            if plane.source.is_empty() { String::new() } else { format!("　边界数据来源：{}", plane.source) };
        notes.push(format!("审图号：{}{source}", plane.approval));
    }
    let sized = format!(r#"viewBox="0 0 {} {}""#, plane.wide.max(1), plane.high.max(1));
    let begun = opened(data, "plot on-map", &sized);
    format!("{begun}{inner}</svg>")
}

/// The group of an area: by its whole name, else by the name without 镇, 乡, 街道 where only one has it.
fn group_of(data: &Data, name: &str) -> Option<usize> {
    let last = |label: &str| label.rsplit('/').next().unwrap_or(label).trim().to_owned();
    let whole = data.groups.iter().position(|group| last(&group.label) == name.trim());
    whole.or_else(|| {
        let mut alike = data.groups.iter().enumerate().filter(|(_, group)| core(&group.label) == core(name));
        let (at, _) = alike.next()?;
        alike.next().is_none().then_some(at)
    })
}
