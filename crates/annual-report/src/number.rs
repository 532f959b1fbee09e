//! Numbers of a report: whole counts, and amounts of money with decimals, reckoned without the errors of floating point.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, Neg, Sub},
};

/// Decimals that are kept; published fees have up to six.
const PLACES: usize = 8;
/// One, in the smallest unit that is kept.
const ONE: i128 = 100_000_000;
/// Digits before the point of the largest number that a report may hold.
const WHOLE_DIGITS: usize = 18;

/// A decimal number, exact to eight places.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(i128);

impl Number {
    pub const ZERO: Self = Self(0);

    /// A whole number.
    pub fn whole(number: i64) -> Self {
        Self(i128::from(number) * ONE)
    }

    /// Digits with at most one point between or behind them and a sign before them. More decimals than are kept are rounded: a
    /// workbook shows 72701.2578 and holds 72701.25780000001.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = !whole.is_empty() && whole.len() <= WHOLE_DIGITS && part.len() <= 40;
        if !fits || !all_digits(whole) || !all_digits(part) {
            return None;
        }
        let mut sum: i128 = whole.parse::<i128>().ok()?.checked_mul(ONE)?;
        let mut kept: String = part.chars().take(PLACES).collect();
        while kept.len() < PLACES {
            kept.push('0');
        }
        sum += kept.parse::<i128>().ok()?;
        if part.as_bytes().get(PLACES).is_some_and(|next| *next >= b'5') {
            sum += 1;
        }
        Some(Self(if negative { -sum } else { sum }))
    }

    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether it has no decimals, as a count has none.
    pub fn is_whole(self) -> bool {
        self.0 % ONE == 0
    }

    /// As a whole number, where it is one that fits.
    pub fn to_whole(self) -> Option<i64> {
        if self.is_whole() { i64::try_from(self.0 / ONE).ok() } else { None }
    }

    /// For charts and spreadsheets, which reckon in floating point.
    pub fn to_f64(self) -> f64 {
        self.to_string().parse().unwrap_or(0.0)
    }

    /// Ten thousand times as much: 万元 as 元.
    #[must_use]
    pub fn times_ten_thousand(self) -> Self {
        Self(self.0.saturating_mul(10_000))
    }

    /// A ten-thousandth of it: 元 as 万元.
    #[must_use]
    pub fn over_ten_thousand(self) -> Self {
        Self(self.0 / 10_000)
    }

    /// Without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// As JSON has it: a whole number, else one with decimals.
    pub fn to_json(self) -> serde_json::Value {
        match self.to_whole() {
            Some(whole) => serde_json::Value::from(whole),
            None => serde_json::Value::from(self.to_f64()),
        }
    }
}

impl serde::Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.to_whole() {
            Some(whole) => serializer.serialize_i64(whole),
            None => serializer.serialize_f64(self.to_f64()),
        }
    }
}

impl Add for Number {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Number {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Number {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Number {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::ZERO, |sum, number| sum + number)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.unsigned_abs();
        let one = ONE.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let part = format!("{:08}", size % one);
        let part = part.trim_end_matches('0');
        let whole = size / one;
        if part.is_empty() { write!(f, "{whole}") } else { write!(f, "{whole}.{part}") }
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn decimals_are_exact_and_noise_of_workbooks_is_rounded_away() {
        for (text, shown) in [
            ("0", "0"),
            ("+3", "3"),
            ("-253", "-253"),
            ("24252.311082", "24252.311082"),
            ("72701.25780000001", "72701.2578"),
            ("0.10", "0.1"),
            ("5.", "5"),
            ("-0.5", "-0.5"),
        ] {
            assert_eq!(Number::parse(text).map(|number| number.to_string()).as_deref(), Some(shown), "{text}");
        }
        for text in ["", "-", "1.2.3", "一", "1e5", "--2", ".5", "1234567890123456789"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
        let tenth = Number::parse("0.1").expect("a number");
        assert_eq!((0..10).map(|_| tenth).sum::<Number>(), Number::whole(1));
        assert_eq!(tenth.times_ten_thousand().to_whole(), Some(1000));
        assert_eq!((tenth.to_whole(), tenth.to_json().to_string()), (None, "0.1".to_owned()));
    }
}
