//! Boundaries as GeoJSON (RFC 7946): read and looked at, then drawn in whole points of a picture. Neighbours share a boundary
//! point by point; all are set on the same grid, so that what was one line stays one line.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bounded::holds_too_much;

/// Points of the picture across.
pub(super) const WIDE: i32 = 800;
/// The most points down: a county that is longer than wide is drawn narrower.
const HIGH: f64 = 760.0;
/// Most shapes: townships, not villages.
const MOST_SHAPES: usize = 120;
/// Most points of all boundaries together.
const MOST_POINTS: usize = 250_000;
/// Most bytes of all outlines together: what the first page can carry.
const MOST_BYTES: usize = 24_000;
/// Grids, in points of the picture: the finest on which the outlines are small enough.
const GRIDS: [f64; 6] = [1.0, 2.0, 3.0, 4.0, 6.0, 9.0];
/// Where China is, in degrees: west, south, east, north. Coordinates of a projection are far outside.
const CHINA: [f64; 4] = [73.0, 3.0, 136.0, 54.0];
/// A county reaches no further from west to east or from south to north, in degrees.
const WIDEST: f64 = 8.0;
/// Characters of a name.
const NAME: usize = 40;
/// Faults that are told.
const TOLD: usize = 10;
/// Properties in which programs write the name.
const NAMES: [&str; 9] = ["name", "NAME", "Name", "名称", "乡镇", "乡镇名称", "行政区名称", "XZQMC", "xzqmc"];

type Ring = Vec<(f64, f64)>;

/// A township, or the county itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shape {
    /// May be empty.
    pub(super) name: String,
    /// Outer and inner boundaries, in degrees, the last point left out since it is the first.
    rings: Vec<Ring>,
}

/// What is kept of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Drawing {
    /// Points of the picture down.
    pub(super) high: i32,
    /// Points of the boundaries as they were sent.
    pub(super) points: usize,
    /// West, south, east, north of the picture's edges, in millionths of a degree; `None` = drawn before they were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) window: Option<[i32; 4]>,
    pub(super) shapes: Vec<Drawn>,
}

/// Millionths of a degree: a tenth of a metre.
const FINE: f64 = 1e6;

impl Drawing {
    /// West, south, east, north of the picture's edges, in degrees.
    pub(super) fn degrees(&self) -> Option<[f64; 4]> {
        self.window.map(|edges| edges.map(|edge| f64::from(edge) / FINE))
    }
}

/// An outline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Drawn {
    pub(super) name: String,
    /// As `path` of SVG takes it.
    pub(super) path: String,
    /// Where its name stands.
    pub(super) at: (i32, i32),
}

/// Reads the file.
///
/// # Errors
/// With what is wrong, for who sent it.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Shape>, Vec<String>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if holds_too_much(bytes) {
        return Err(vec![format!(
            "文件里的图形或者边界点太多，最多 {MOST_SHAPES} 个图形、{MOST_POINTS} 个点。请只选本县乡镇一级的边界，用软件的“简化”功能减少点数后再上传。"
        )]);
    }
    let root: Value = serde_json::from_slice(bytes).map_err(|error| {
        vec![format!(
            "文件不是 GeoJSON：第 {} 行第 {} 个字符读不懂。请用测绘或规划软件另存为 GeoJSON（UTF-8 编码）。",
            error.line(),
            error.column()
        )]
    })?;
    let features: Vec<&Value> = match root["type"].as_str() {
        Some("FeatureCollection") => root["features"].as_array().map(|all| all.iter().collect()).unwrap_or_default(),
        Some("Feature" | "Polygon" | "MultiPolygon") => vec![&root],
        _ => Vec::new(),
    };
    if features.is_empty() {
        return Err(vec![
            "文件里没有图形。应为 GeoJSON 的 FeatureCollection，每个乡镇一个面（Polygon 或 MultiPolygon）。".into(),
        ]);
    }
    if features.len() > MOST_SHAPES {
        let count = features.len();
        return Err(vec![format!(
            "文件里有 {count} 个图形，最多 {MOST_SHAPES} 个。请用乡镇一级的边界，不要用村一级的。"
        )]);
    }
    let mut faults = Vec::new();
    let mut shapes = Vec::new();
    for (at, feature) in features.into_iter().enumerate() {
        match shape(feature) {
            Ok(shape) => shapes.push(shape),
            Err(fault) => faults.push(format!("第 {} 个图形{}：{fault}", at + 1, called(&name(feature)))),
        }
    }
    faults.truncate(TOLD);
    if faults.is_empty() {
        whole(&shapes, &mut faults);
    }
    if faults.is_empty() { Ok(shapes) } else { Err(faults) }
}

fn called(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!("（{name}）") }
}

/// What all of them must be together.
fn whole(shapes: &[Shape], faults: &mut Vec<String>) {
    let points = points(shapes);
    if points > MOST_POINTS {
        faults.push(format!("边界共有 {points} 个点，最多 {MOST_POINTS} 个。请用软件的“简化”功能减少点数后再上传。"));
    }
    let [west, south, east, north] = bounds(shapes);
    if east - west > WIDEST || north - south > WIDEST {
        faults.push("范围超过一个县：像是全省或全国的边界。请只选本县的图形。".into());
    }
}

fn points(shapes: &[Shape]) -> usize {
    shapes.iter().flat_map(|shape| &shape.rings).map(Vec::len).sum()
}

fn name(feature: &Value) -> String {
    let found = NAMES
        .iter()
        .find_map(|key| feature["properties"][*key].as_str().map(str::trim).filter(|text| !text.is_empty()));
    found.unwrap_or_default().chars().filter(|c| !c.is_control()).take(NAME).collect()
}

fn shape(feature: &Value) -> Result<Shape, String> {
    let geometry = if feature["type"] == "Feature" { &feature["geometry"] } else { feature };
    let coordinates = &geometry["coordinates"];
    let polygons: Vec<&Value> = match geometry["type"].as_str() {
        Some("Polygon") => vec![coordinates],
        Some("MultiPolygon") => coordinates.as_array().map(|all| all.iter().collect()).unwrap_or_default(),
        Some(other) => {
            return Err(format!(
                "是 {}，只收面（Polygon、MultiPolygon）。",
                other.chars().take(NAME).collect::<String>()
            ));
        }
        None => return Err("没有几何图形（geometry）。".into()),
    };
    let mut rings = Vec::new();
    for polygon in polygons {
        for one in polygon.as_array().into_iter().flatten() {
            rings.push(ring(one, rings.len() + 1)?);
        }
    }
    if rings.is_empty() {
        return Err("没有坐标。".into());
    }
    Ok(Shape { name: name(feature), rings })
}

fn ring(value: &Value, number: usize) -> Result<Ring, String> {
    let positions = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut ring = Vec::with_capacity(positions.len());
    for (at, position) in positions.iter().enumerate() {
        let number_at = |index: usize| position.get(index).and_then(Value::as_f64);
        let (Some(east), Some(north)) = (number_at(0), number_at(1)) else {
            return Err(format!("第 {number} 圈第 {} 个点不是一对数。", at + 1));
        };
        if !(CHINA[0]..=CHINA[2]).contains(&east) || !(CHINA[1]..=CHINA[3]).contains(&north) {
            return Err(format!(
                "第 {number} 圈第 {} 个点（{east}，{north}）不是我国境内的经纬度。坐标应先经度后纬度、以度为单位；投影坐标请先转换。",
                at + 1
            ));
        }
        ring.push((east, north));
    }
    if ring.len() < 4 {
        return Err(format!("第 {number} 圈只有 {} 个点，至少要 4 个。", ring.len()));
    }
    if ring.first() != ring.last() {
        return Err(format!("第 {number} 圈没有闭合：最后一个点应与第一个点相同。"));
    }
    ring.pop();
    Ok(ring)
}

/// West, south, east, north of all.
fn bounds(shapes: &[Shape]) -> [f64; 4] {
    let mut bounds = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    for (east, north) in shapes.iter().flat_map(|shape| &shape.rings).flatten() {
        bounds = [bounds[0].min(*east), bounds[1].min(*north), bounds[2].max(*east), bounds[3].max(*north)];
    }
    bounds
}

/// Draws them, as finely as there is room for.
///
/// # Errors
/// When there is nothing to draw, or too much even on the coarsest grid.
pub(super) fn draw(shapes: &[Shape]) -> Result<Drawing, String> {
    let [west, south, east, north] = bounds(shapes);
    // A degree from west to east is shorter the further north it is.
    let narrow = f64::midpoint(south, north).to_radians().cos();
    let (wide, high) = ((east - west) * narrow, north - south);
    if wide <= 0.0 || high <= 0.0 {
        return Err("图形没有面积，画不出来。".into());
    }
    let scale = (f64::from(WIDE) / wide).min(HIGH / high);
    // In the middle, where it is longer than wide.
    let left = (f64::from(WIDE) - wide * scale) / 2.0;
    let place = |(lon, lat): &(f64, f64)| ((lon - west) * narrow * scale + left, (north - lat) * scale);
    for grid in GRIDS {
        let drawn: Vec<Drawn> = shapes.iter().filter_map(|shape| outline(shape, grid, &place)).collect();
        if drawn.is_empty() {
            return Err("图形太小，画不出来。".into());
        }
        if drawn.iter().map(|one| one.path.len()).sum::<usize>() <= MOST_BYTES {
            let (high, aside) = (rounded(high * scale), left / scale / narrow);
            let edges = [west - aside, north - f64::from(high) / scale, east + aside, north];
            let window = Some(edges.map(|edge| rounded(edge * FINE)));
            return Ok(Drawing { high, points: points(shapes), window, shapes: drawn });
        }
    }
    Err("边界太细碎，首页放不下。请用软件的“简化”功能减少点数后再上传。".into())
}

/// Points of a picture are small whole numbers.
fn rounded(value: f64) -> i32 {
    value.round() as i32
}

type Place<'a> = &'a dyn Fn(&(f64, f64)) -> (f64, f64);

fn outline(shape: &Shape, grid: f64, place: Place<'_>) -> Option<Drawn> {
    let mut path = String::new();
    let mut largest = (0_i64, (0, 0));
    for ring in &shape.rings {
        let on_grid = |point: &(f64, f64)| {
            let (x, y) = place(point);
            (rounded((x / grid).round() * grid), rounded((y / grid).round() * grid))
        };
        let points = bent(ring.iter().map(on_grid));
        if points.len() < 3 {
            continue;
        }
        let size = area(&points).abs();
        if size > largest.0 {
            largest = (size, middle(&points));
        }
        let mut last = points[0];
        path.push_str(&format!("M{} {}", last.0, last.1));
        for point in &points[1..] {
            path.push_str(&format!("l{} {}", point.0 - last.0, point.1 - last.1));
            last = *point;
        }
        path.push('z');
    }
    (largest.0 > 0).then(|| Drawn { name: shape.name.clone(), path, at: largest.1 })
}

/// The points at which the line bends: neither twice the same nor within a straight line.
fn bent(points: impl Iterator<Item = (i32, i32)>) -> Vec<(i32, i32)> {
    let mut kept: Vec<(i32, i32)> = Vec::new();
    for point in points {
        if kept.last() == Some(&point) {
            continue;
        }
        if let [.., before, last] = kept[..]
            && turn(before, last, point) == 0
        {
            kept.pop();
        }
        // A spike there and back leaves nothing between.
        if kept.last() != Some(&point) {
            kept.push(point);
        }
    }
    while kept.len() > 1 && kept.first() == kept.last() {
        kept.pop();
    }
    kept
}

/// Twice the area of the triangle; 0 = one line.
fn turn(a: (i32, i32), b: (i32, i32), c: (i32, i32)) -> i64 {
    let d = |from: i32, to: i32| i64::from(to) - i64::from(from);
    d(a.0, b.0) * d(a.1, c.1) - d(a.1, b.1) * d(a.0, c.0)
}

/// Twice the area within, with the sign of its direction.
fn area(points: &[(i32, i32)]) -> i64 {
    let next = points.iter().cycle().skip(1);
    points.iter().zip(next).map(|(a, b)| i64::from(a.0) * i64::from(b.1) - i64::from(b.0) * i64::from(a.1)).sum()
}

/// The middle of what is between west and east, south and north.
fn middle(points: &[(i32, i32)]) -> (i32, i32) {
    let of = |pick: fn(&(i32, i32)) -> i32| {
        let (least, most) = (points.iter().map(pick).min().unwrap_or(0), points.iter().map(pick).max().unwrap_or(0));
        i32::midpoint(least, most)
    };
    (of(|point| point.0), of(|point| point.1))
}

#[cfg(test)]
#[path = "geo_tests.rs"]
mod tests;
