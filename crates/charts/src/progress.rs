//! Progress of duties as one bar: done, doing, late, the rest. The figures stand beside it in words.

use super::open;
use std::fmt::Write as _;

/// Draws the bar. Parts of zero are left out; a bar of nothing is an empty track. `label` is what a screen reader
/// says, made from the numbers when empty.
#[must_use]
pub fn progress(done: u32, doing: u32, late: u32, rest: u32, label: &str) -> String {
    let total = u64::from(done) + u64::from(doing) + u64::from(late) + u64::from(rest);
    let words = format!("共 {total} 项：办结 {done}，进行中 {doing}，逾期 {late}，未开始 {rest}");
    let label = if label.is_empty() { words.as_str() } else { label };
    let axis = total.max(1);
    let attributes = format!(r#"viewBox="0 0 {axis} 10" width="100%" height="10" preserveAspectRatio="none""#);
    let mut svg = open("bar", &attributes, label);
    let _ = write!(svg, r##"<rect class="d" width="{axis}" height="10" fill="#e3e1db"/>"##);
    let mut x = 0;
    for (class, fill, count) in [("a", "#1e6b3c", done), ("b", "#b7791f", doing), ("c", "#a8201a", late)] {
        if count > 0 {
            let _ = write!(svg, r#"<rect class="{class}" x="{x}" width="{count}" height="10" fill="{fill}"/>"#);
            x += u64::from(count);
        }
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other_on_one_scale() {
        let svg = progress(10, 3, 1, 6, "");
        assert!(svg.contains(r#"viewBox="0 0 20 10""#), "{svg}");
        assert!(svg.contains(r#"class="a" x="0" width="10""#), "{svg}");
        assert!(svg.contains(r#"class="b" x="10" width="3""#), "{svg}");
        assert!(svg.contains(r#"class="c" x="13" width="1""#), "{svg}");
        assert!(svg.contains("共 20 项：办结 10，进行中 3，逾期 1，未开始 6"), "{svg}");
        assert!(!svg.contains("style="));
    }

    #[test]
    fn nothing_is_an_empty_track() {
        let svg = progress(0, 0, 0, 0, "还没有任务");
        assert!(!svg.contains(r#"class="a""#) && svg.contains(r#"class="d" width="1""#), "{svg}");
        assert!(svg.contains(r#"aria-label="还没有任务""#));
    }
}
