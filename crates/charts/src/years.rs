//! A figure over some years as bars. The figures stand above the bars, and beside the chart in a table.

use std::fmt::Write as _;

use web::page::escape;

use super::open;

/// Width of a year, and height of the tallest bar.
const STEP: usize = 64;
const TALL: f64 = 64.0;

/// Draws the bars: each point is a year, its value and how that is written. What is below nought is drawn as nought; without
/// points above nought there is no chart.
#[must_use]
pub fn years(points: &[(String, f64, String)], label: &str) -> String {
    let most = points.iter().map(|(_, value, _)| *value).fold(0.0_f64, f64::max);
    // Nothing in any year needs no picture.
    if most <= 0.0 {
        return String::new();
    }
    let told: Vec<String> = points.iter().map(|(year, _, shown)| format!("{year} 年 {shown}")).collect();
    let width = points.len() * STEP;
    let attributes = format!(r#"viewBox="0 0 {width} 104" width="{width}" height="104""#);
    let mut svg = open("years", &attributes, &format!("{label}：{}", told.join("，")));
    for (at, (year, value, shown)) in points.iter().enumerate() {
        let height = (value.max(0.0) / most * TALL).max(1.0);
        let (left, middle, top) = (at * STEP + 12, at * STEP + STEP / 2, 84.0 - height);
        let _ = write!(
            svg,
            r##"<rect class="a" x="{left}" y="{top:.1}" width="40" height="{height:.1}" fill="#1f4e79"/>"##
        );
        for (y, words) in [(top - 4.0, escape(shown)), (100.0, escape(year))] {
            let _ = write!(svg, r#"<text x="{middle}" y="{y:.1}" text-anchor="middle" font-size="12">{words}</text>"#);
        }
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::years;

    #[test]
    fn the_tallest_year_fills_the_height_and_all_are_told() {
        let point = |year: &str, value: f64| (year.to_owned(), value, format!("{value}"));
        let svg = years(&[point("2021", 70.0), point("2022", 35.0), point("2023", 0.0)], "新收申请（件）");
        assert!(svg.contains("新收申请（件）：2021 年 70，2022 年 35，2023 年 0"), "{svg}");
        assert!(svg.contains(r#"height="64.0""#) && svg.contains(r#"height="32.0""#), "{svg}");
        assert!(svg.contains(r#"height="1.0""#) && !svg.contains("style="), "{svg}");
        assert_eq!(years(&[], "无"), "");
        assert_eq!(years(&[point("2022", 0.0), point("2023", 0.0)], "行政诉讼（件）"), "");
    }
}
