//! Where figures stand, exactly, and how they and their names are written.

use item::Decimal;

/// An axis that holds nought.
pub(super) struct Scale {
    low: Decimal,
    high: Decimal,
}

impl Scale {
    pub(super) fn of(figures: impl Iterator<Item = Decimal>) -> Self {
        let mut scale = Self { low: Decimal::ZERO, high: Decimal::ZERO };
        for figure in figures {
            scale.low = scale.low.min(figure);
            scale.high = scale.high.max(figure);
        }
        scale
    }

    /// How far a figure stands from the low end, in hundredths of `length` at the finest.
    pub(super) fn place(&self, figure: Decimal, length: u32) -> Decimal {
        let above = figure.checked_sub(self.low);
        let span = self.high.checked_sub(self.low).filter(|span| !span.is_zero());
        let share = above.zip(span).and_then(|(above, span)| above.checked_div(span));
        let place = share.and_then(|share| share.checked_mul(Decimal::from(length)));
        place.unwrap_or(Decimal::ZERO).round_dp(2).normalize()
    }

    /// Three to six round figures within the axis, nought among them.
    pub(super) fn ticks(&self) -> Vec<Decimal> {
        let Some(span) = self.high.checked_sub(self.low).filter(|span| !span.is_zero()) else {
            return vec![Decimal::ZERO];
        };
        // 1, 2, 5, 10 … of the smallest figure that columns hold.
        let mut step = Decimal::new(1, 6);
        for factor in [Decimal::TWO, Decimal::new(25, 1), Decimal::TWO].into_iter().cycle().take(110) {
            match step.checked_mul(Decimal::from(5)) {
                Some(most) if span > most => step = step.checked_mul(factor).unwrap_or(step),
                _ => break,
            }
        }
        let (below, above) = (self.low.checked_div(step), self.high.checked_div(step));
        let whole =
            |many: Option<Decimal>| many.and_then(|many| i64::try_from(many.trunc()).ok()).unwrap_or(0).clamp(-9, 9);
        (whole(below)..=whole(above)).filter_map(|many| step.checked_mul(Decimal::from(many))).collect()
    }
}

/// A figure with commas between thousands, without noughts at its end.
pub(super) fn shown(figure: Decimal) -> String {
    let plain = figure.normalize().to_string();
    let (sign, plain) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("−", rest));
    let (whole, rest) = plain.split_once('.').map_or((plain, None), |(whole, rest)| (whole, Some(rest)));
    let mut words = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            words.push(',');
        }
        words.push(digit);
    }
    if let Some(rest) = rest {
        words.push('.');
        words.push_str(rest);
    }
    words
}

/// A name in lines of so many Han characters at most, or twice as many Latin letters; what does not fit ends in `…`.
pub(super) fn folded(name: &str, wide: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for sign in name.trim().chars().map(|sign| if sign.is_whitespace() { ' ' } else { sign }) {
        let width = if sign.is_ascii() { 1 } else { 2 };
        if used + width > wide * 2 {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        used += width;
        line.push(sign);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.pop();
            last.push('…');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(text: &str) -> Decimal {
        text.parse().expect("a figure")
    }

    #[test]
    fn figures_have_commas_and_an_exact_place() {
        let written = ["0", "-1234.50", "1234567.89", "999"].map(|text| shown(n(text)));
        assert_eq!(written, ["0", "−1,234.5", "1,234,567.89", "999"]);
        let scale = Scale::of([n("-50"), n("150")].into_iter());
        assert_eq!([n("-50"), n("0"), n("150")].map(|figure| scale.place(figure, 64)), [n("0"), n("16"), n("64")]);
        assert_eq!(Scale::of([n("0")].into_iter()).place(n("0"), 64), n("0"));
    }

    #[test]
    fn ticks_are_round_and_hold_nought() {
        assert_eq!(Scale::of([n("136.4984")].into_iter()).ticks(), ["0", "50", "100"].map(n));
        assert_eq!(Scale::of([n("-3"), n("4")].into_iter()).ticks(), ["-2", "0", "2", "4"].map(n));
        assert_eq!(Scale::of([n("0.04")].into_iter()).ticks(), ["0", "0.01", "0.02", "0.03", "0.04"].map(n));
    }

    #[test]
    fn long_names_are_folded_and_then_cut() {
        assert_eq!(folded("城关镇", 8, 2), ["城关镇"]);
        assert_eq!(folded(&"很长的名称".repeat(5), 8, 2), ["很长的名称很长的", "名称很长的名称…"]);
        assert_eq!(folded("", 8, 2), [""]);
    }
}
