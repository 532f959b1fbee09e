//! How long a penalty is shown, and from when its repair (信用修复) may be asked for. The least and the longest times are
//! practice that 发改办财金〔2019〕527号 wrote down; what holds today is configuration.

use jiff::{Span as Months, civil::Date};

/// Months for which penalties are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// For ordinary ones: at least, at most.
    pub general: (u16, u16),
    /// For serious ones.
    pub serious: (u16, u16),
}

impl Default for Terms {
    fn default() -> Self {
        Self { general: (3, 12), serious: (6, 36) }
    }
}

/// The time of one penalty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first day on which its repair may be granted.
    pub from: Date,
    /// The last day on which it is shown.
    pub until: Date,
}

impl Terms {
    /// The time of a penalty that is public since `shown`; `None` past the end of the calendar.
    pub fn span(&self, shown: Date, is_serious: bool) -> Option<Span> {
        let (least, most) = if is_serious { self.serious } else { self.general };
        let after = |months: u16| shown.checked_add(Months::new().months(i64::from(months))).ok();
        Some(Span { from: after(least)?, until: after(most)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serious_penalty_is_shown_longer() {
        let shown = Date::constant(2026, 1, 31);
        let span = Terms::default().span(shown, false).expect("in the calendar");
        assert_eq!((span.from, span.until), (Date::constant(2026, 4, 30), Date::constant(2027, 1, 31)));
        let span = Terms::default().span(shown, true).expect("in the calendar");
        assert_eq!((span.from, span.until), (Date::constant(2026, 7, 31), Date::constant(2029, 1, 31)));
    }
}
