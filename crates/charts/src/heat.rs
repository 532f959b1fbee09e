//! The year as a heat map: one cell per day, weeks as columns, Monday on top; darker means more was published.

use super::open;
use std::fmt::Write as _;
use web::page::escape;

/// Cell and gap in drawing units; the month names stand above in `TOP`.
const CELL: u32 = 11;
const STEP: u32 = 13;
const TOP: u32 = 20;
const FILLS: [&str; 5] = ["#efece5", "#cfe0d3", "#8fbb9c", "#4d8f63", "#1e6b3c"];

/// Draws the year. `days` holds (day of the year from 1, count), days without anything may be absent; days after
/// `upto` are drawn as not yet come (`0`: the whole year is still to come; `366`: it is over). Pages show the same
/// figures as a table, see [`months`].
#[must_use]
pub fn heat(year: i16, days: &[(u16, u32)], upto: u16) -> String {
    let (first, length) = shape(year);
    let mut counts = vec![0u64; usize::from(length)];
    for (day, count) in days {
        if let Some(slot) = usize::from(*day).checked_sub(1).and_then(|index| counts.get_mut(index)) {
            *slot += u64::from(*count);
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    let total: u64 = counts.iter().sum();
    let active = counts.iter().filter(|count| **count > 0).count();

    // One path per shade keeps the drawing near 6 KB instead of one element per day.
    let mut paths: [String; 6] = Default::default();
    for (index, count) in (0..u32::from(length)).zip(&counts) {
        let shade = if index >= u32::from(upto) { 5 } else { level(*count, most) };
        let place = index + first;
        let (x, y) = (place / 7 * STEP, TOP + place % 7 * STEP);
        let _ = write!(paths[shade], "M{x} {y}h{CELL}v{CELL}h-{CELL}z");
    }
    let width = (u32::from(length) + first).div_ceil(7) * STEP - (STEP - CELL);
    let attributes = format!(r#"viewBox="0 0 {width} {}""#, TOP + 7 * STEP - (STEP - CELL));
    let label = format!("{year} 年每日公开数量：共 {total} 条，{active} 天有发布，最多一天 {most} 条");
    let mut svg = open("heat", &attributes, &label);
    for (shade, path) in paths.iter().enumerate().filter(|(_, path)| !path.is_empty()) {
        let (class, fill) = match FILLS.get(shade) {
            Some(fill) => (format!("l{shade}"), *fill),
            None => ("lx".to_owned(), "#f7f5f0"),
        };
        let _ = write!(svg, r#"<path class="{class}" d="{path}" fill="{fill}"/>"#);
    }
    for (month, start) in (1..).zip(starts(year)) {
        let column = (u32::from(start) + first).div_ceil(7);
        let _ = write!(svg, r##"<text x="{}" y="12" font-size="11" fill="#4a525c">{month}月</text>"##, column * STEP);
    }
    svg.push_str("</svg>");
    svg
}

/// The same figures by month, as the table beside the map needs them: (`1月`, count), months after `upto` left out.
#[must_use]
pub fn months(year: i16, days: &[(u16, u32)], upto: u16) -> Vec<(String, u64)> {
    let starts = starts(year);
    let (_, length) = shape(year);
    (0..12)
        .filter(|month| starts[*month] < upto)
        .map(|month| {
            let from = starts[month] + 1;
            let to = starts.get(month + 1).copied().unwrap_or(length);
            let count =
                days.iter().filter(|(day, _)| (from..=to).contains(day)).map(|(_, count)| u64::from(*count)).sum();
            (format!("{}月", month + 1), count)
        })
        .collect()
}

/// The same as a bar for each month, for narrow screens, where cells of days would be too small or out of sight; nothing before
/// the first month. `months` as [`months`] gives them.
#[must_use]
pub fn bars(year: i16, months: &[(String, u64)]) -> String {
    /// Width of the drawing, where bars begin, how long the longest is, and the height of a row.
    const SHAPE: (u32, u32, u64, u32) = (320, 44, 224, 28);
    let (width, from, longest, row) = SHAPE;
    let most = months.iter().map(|(_, count)| *count).max().unwrap_or(0);
    if months.is_empty() {
        return String::new();
    }
    let total: u64 = months.iter().map(|(_, count)| *count).sum();
    let height = u32::try_from(months.len()).unwrap_or(12) * row;
    let attributes = format!(r#"viewBox="0 0 {width} {height}""#);
    let mut svg = open("month-bars", &attributes, &format!("{year} 年每月公开数量：共 {total} 条，最多一月 {most} 条"));
    for (at, (month, count)) in (0..).zip(months) {
        let (top, long) = (at * row, (count * longest).div_ceil(most.max(1)));
        let (base, end) = (top + 19, u64::from(from) + long + 6);
        let _ = write!(svg, r##"<text x="0" y="{base}" font-size="14" fill="#4a525c">{}</text>"##, escape(month));
        let _ = write!(svg, r##"<path class="l3" d="M{from} {}h{long}v16h-{long}z" fill="#4d8f63"/>"##, top + 6);
        let _ = write!(svg, r##"<text x="{end}" y="{base}" font-size="14" fill="#1b1f24">{count}</text>"##);
    }
    svg.push_str("</svg>");
    svg
}

/// Shade 0–4: nothing, then quarters of the busiest day, so that a single publication is always visible.
fn level(count: u64, most: u64) -> usize {
    if count == 0 {
        return 0;
    }
    usize::try_from((count * 4).div_ceil(most.max(1)).clamp(1, 4)).unwrap_or(4)
}

fn leap(year: i16) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Weekday of 1 January (0 = Monday) and the number of days.
fn shape(year: i16) -> (u32, u16) {
    let past = i64::from(year) - 1;
    let weekday = (past + past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400)).rem_euclid(7);
    (u32::try_from(weekday).unwrap_or(0), if leap(year) { 366 } else { 365 })
}

/// Days of the year before each month.
fn starts(year: i16) -> [u16; 12] {
    let mut starts = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    if leap(year) {
        starts[2..].iter_mut().for_each(|start| *start += 1);
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_begins_on_its_weekday() {
        assert_eq!(shape(2023), (6, 365), "1 January 2023 was a Sunday");
        assert_eq!(shape(2024), (0, 366), "1 January 2024 was a Monday");
        assert_eq!(shape(2019), (1, 365), "1 January 2019 was a Tuesday");
    }

    #[test]
    fn every_day_has_one_cell() {
        for year in [2019, 2023, 2024] {
            let svg = heat(year, &[(1, 3), (40, 1), (200, 9)], 250);
            assert_eq!(svg.matches("h11v11").count(), usize::from(shape(year).1));
        }
    }

    #[test]
    fn days_to_come_are_not_days_without_anything() {
        let svg = heat(2023, &[(10, 4)], 100);
        let cells = |class: &str| {
            svg.split("<path ")
                .find(|p| p.contains(&format!("class=\"{class}\"")))
                .map_or(0, |p| p.matches('M').count())
        };
        assert_eq!((cells("lx"), cells("l4"), cells("l0")), (265, 1, 99));
    }

    #[test]
    fn a_single_publication_is_visible_beside_a_busy_day() {
        assert_eq!([0, 1, 25, 26, 50, 75, 76, 100].map(|n| level(n, 100)), [0, 1, 1, 2, 2, 3, 4, 4]);
    }

    #[test]
    fn words_sum_up_and_stray_days_do_no_harm() {
        let svg = heat(2023, &[(0, 7), (366, 7), (1, 2), (1, 3), (2, 1)], 366);
        assert!(svg.contains("2023 年每日公开数量：共 6 条，2 天有发布，最多一天 5 条"), "{svg}");
        assert!(!svg.contains("style=") && !svg.contains(" id="));
    }

    #[test]
    fn a_month_is_a_bar_as_long_as_its_share_of_the_busiest() {
        let svg = bars(2026, &[("1月".into(), 0), ("2月".into(), 5), ("3月".into(), 10)]);
        assert!(svg.contains("viewBox=\"0 0 320 84\"") && svg.contains("共 15 条，最多一月 10 条"), "{svg}");
        for path in ["M44 6h0v16h-0z", "M44 34h112v16h-112z", "M44 62h224v16h-224z"] {
            assert!(svg.contains(path), "{path} in {svg}");
        }
        assert_eq!(bars(2026, &[]), "");
    }

    #[test]
    fn months_are_the_table_twin() {
        let days = [(1, 2), (31, 1), (32, 5), (60, 7)];
        assert_eq!(months(2023, &days, 70), [("1月".into(), 3), ("2月".into(), 5), ("3月".into(), 7)]);
        assert_eq!(months(2024, &days, 60), [("1月".into(), 3), ("2月".into(), 12)], "29 February is day 60");
    }
}
