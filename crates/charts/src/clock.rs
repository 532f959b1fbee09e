//! The statutory clock: a ruler of working days with the used part filled, pauses hatched, and the day of today marked.

use super::open;
use std::fmt::Write as _;

/// What a statutory clock shows. All numbers are working days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clock {
    /// Days the law gives, extensions included, pauses not.
    pub total: u32,
    /// Days that have counted so far; more than `total` when overdue.
    pub used: u32,
    /// Pauses as half-open spans `(from, to)` counted from the start of the clock, pauses included: the clock stood
    /// from the end of day `from` to the end of day `to`. They lengthen the ruler. Order and overlap do not matter.
    pub paused: Vec<(u32, u32)>,
    /// What a screen reader says and the tooltip shows; made from the numbers when empty.
    pub label: String,
}

impl Clock {
    /// Pauses in order, merged, empty ones left out.
    fn spans(&self) -> Vec<(u32, u32)> {
        let mut spans: Vec<_> = self.paused.iter().copied().filter(|(a, b)| a < b).collect();
        spans.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(spans.len());
        for (a, b) in spans {
            match merged.last_mut() {
                Some(last) if a <= last.1 => last.1 = last.1.max(b),
                _ => merged.push((a, b)),
            }
        }
        merged
    }

    fn words(&self, paused: u32) -> String {
        if !self.label.is_empty() {
            return self.label.clone();
        }
        let mut words = format!("法定期限共 {} 个工作日，已用 {} 个", self.total, self.used);
        if paused > 0 {
            let _ = write!(words, "，暂停 {paused} 个");
        }
        if self.used > self.total {
            let _ = write!(words, "，逾期 {} 个", self.used - self.total);
        }
        words
    }

    /// Colour by days left, the same limits as the chips: red is what is over and nothing else, or a wall of red says nothing.
    fn tone(&self) -> (&'static str, &'static str) {
        match self.total.checked_sub(self.used) {
            None => ("hot", "#a8201a"),
            Some(0 | 1) => ("near", "#b7791f"),
            Some(_) => ("go", "#1e6b3c"),
        }
    }
}

/// Draws the clock. It fills the width of its place at a fixed height; days become narrower, lines stay crisp.
#[must_use]
pub fn clock(clock: Clock) -> String {
    let spans = clock.spans();
    let paused: u32 = spans.iter().map(|(a, b)| b - a).sum();
    let due = clock.total.saturating_add(paused).max(1);
    let now = clock.used.saturating_add(paused);
    let axis = due.max(now);
    let percent = |day: u32| {
        let value = f64::from(day) * 100.0 / f64::from(axis);
        format!("{}%", (value * 100.0).round() / 100.0)
    };
    let (class, fill) = clock.tone();

    let mut svg = open("clock", r#"width="100%" height="26""#, &clock.words(paused));
    let _ = write!(svg, r##"<rect class="track" y="9" width="100%" height="8" fill="#e3e1db"/>"##);
    let _ = write!(svg, r#"<rect class="{class}" y="9" width="{}" height="8" fill="{fill}"/>"#, percent(now));
    for (from, to) in &spans {
        // A nested drawing clips the hatch to the pause; the hatch is one slanted dashed line.
        let _ = write!(
            svg,
            r##"<svg x="{}" y="9" width="{}" height="8"><rect class="wait" width="100%" height="8" fill="#f0eaf8"/><line class="hatch" x2="200%" y1="4" y2="4" stroke="#5b3a8c" stroke-width="8" stroke-dasharray="2 3" transform="skewX(-35)"/></svg>"##,
            percent(*from),
            percent(to - from),
        );
    }
    let _ = write!(svg, "{}", ticks(axis));
    if now > due {
        let x = percent(due);
        let _ =
            write!(svg, r##"<line class="due" x1="{x}" x2="{x}" y1="3" y2="21" stroke="#1b1f24" stroke-width="2"/>"##);
    }
    let _ = write!(
        svg,
        r##"<svg x="{}" overflow="visible"><path class="now" d="M-4.500 26l4.500-7 4.500 7z" fill="#1b1f24"/></svg></svg>"##,
        percent(now)
    );
    svg
}

/// One tick per day and a longer one every fifth; beyond 130 days only the long ones, or they would close up.
fn ticks(axis: u32) -> String {
    let step = if axis > 130 { 5 } else { 1 };
    let mut path = String::new();
    for day in (0..=axis).step_by(step) {
        let _ = if day % 5 == 0 { write!(path, "M{day} 0v10") } else { write!(path, "M{day} 6v4") };
    }
    format!(
        r##"<svg y="4" width="100%" height="5" viewBox="0 0 {axis} 10" preserveAspectRatio="none" overflow="visible"><path class="tick" d="{path}" stroke="#858c95" stroke-width="1" vector-effect="non-scaling-stroke"/></svg>"##
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(total: u32, used: u32, paused: &[(u32, u32)]) -> String {
        clock(Clock { total, used, paused: paused.to_vec(), label: String::new() })
    }

    #[test]
    fn the_used_part_is_in_proportion() {
        let svg = draw(20, 5, &[]);
        assert!(svg.contains(r#"class="go" y="9" width="25%""#), "{svg}");
        assert!(svg.contains("法定期限共 20 个工作日，已用 5 个\""), "{svg}");
        assert_eq!(svg.matches("0v10").count(), 5, "long ticks at 0, 5, 10, 15, 20");
        assert_eq!(svg.matches("6v4").count(), 16);
    }

    #[test]
    fn a_pause_lengthens_the_ruler_and_is_hatched_in_its_place() {
        let svg = draw(15, 5, &[(2, 7)]);
        // Five days used, five paused, on a ruler of twenty: half the way.
        assert!(svg.contains(r#"class="go" y="9" width="50%""#), "{svg}");
        assert!(svg.contains(r#"<svg x="10%" y="9" width="25%""#), "{svg}");
        assert!(svg.contains("暂停 5 个"), "{svg}");
    }

    #[test]
    fn overlapping_pauses_count_once() {
        assert!(draw(20, 1, &[(6, 9), (4, 7), (3, 3)]).contains("暂停 5 个"));
    }

    #[test]
    fn colour_follows_the_days_left() {
        for (used, class) in [(16, "go"), (18, "go"), (19, "near"), (20, "near"), (21, "hot"), (25, "hot")] {
            assert!(draw(20, used, &[]).contains(&format!(r#"class="{class}" y="9""#)), "{used} {class}");
        }
    }

    #[test]
    fn overdue_runs_past_the_due_line() {
        let svg = draw(20, 25, &[]);
        assert!(svg.contains(r#"class="due" x1="80%""#), "{svg}");
        assert!(svg.contains("逾期 5 个"), "{svg}");
        assert!(!draw(20, 20, &[]).contains(r#"class="due""#));
    }

    #[test]
    fn own_words_win_and_nothing_needs_style_or_ids() {
        let svg = clock(Clock { total: 30, used: 3, paused: vec![(1, 2)], label: "还可提 12 天".into() });
        assert!(svg.contains(r#"aria-label="还可提 12 天""#) && svg.contains("<title>还可提 12 天</title>"), "{svg}");
        assert!(!svg.contains("style=") && !svg.contains(" id=") && !svg.contains("url("), "{svg}");
    }

    #[test]
    fn an_empty_clock_does_not_divide_by_zero() {
        let svg = draw(0, 0, &[]);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
