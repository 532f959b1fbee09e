//! Periods as text (`2026`, `2026-H1`, `2026-Q2`, `2026-03`) and the one before each.

use item::Value;
use jiff::civil::Date;

/// The period before, of the same length, as the same sort of value; `None` for what is no period.
pub fn before(period: &Value) -> Option<Value> {
    match period {
        Value::Text(text) => before_text(text.trim()).map(Value::Text),
        // A year written as a figure.
        Value::Number(year) if year.fract().is_zero() => year.checked_sub(item::Decimal::ONE).map(Value::Number),
        Value::Date(day) => Date::new(day.year().checked_sub(1)?, day.month(), day.day()).ok().map(Value::Date),
        _ => None,
    }
}

fn before_text(text: &str) -> Option<String> {
    let Some((year, part)) = text.split_once('-') else {
        let is_year = text.len() == 4 && text.bytes().all(|c| c.is_ascii_digit());
        return is_year.then(|| text.parse::<u16>().ok()?.checked_sub(1).map(|year| format!("{year:04}"))).flatten();
    };
    let year: u16 = year.parse().ok()?;
    let (sign, number, many) = if let Some(half) = part.strip_prefix('H') {
        ("H", half, 2_u16)
    } else if let Some(quarter) = part.strip_prefix('Q') {
        ("Q", quarter, 4)
    } else {
        ("", part, 12)
    };
    let number: u16 = number.parse().ok().filter(|number| (1..=many).contains(number))?;
    let (year, number) = if number == 1 { (year.checked_sub(1)?, many) } else { (year, number - 1) };
    Some(if sign.is_empty() { format!("{year:04}-{number:02}") } else { format!("{year:04}-{sign}{number}") })
}

#[cfg(test)]
mod tests {
    use super::before_text;

    #[test]
    fn each_period_has_one_before() {
        for (now, before) in [
            ("2026", "2025"),
            ("2026-H1", "2025-H2"),
            ("2026-H2", "2026-H1"),
            ("2026-Q1", "2025-Q4"),
            ("2026-Q3", "2026-Q2"),
            ("2026-01", "2025-12"),
            ("2026-12", "2026-11"),
        ] {
            assert_eq!(before_text(now).as_deref(), Some(before), "{now}");
        }
        for wrong in ["", "二〇二六", "2026-13", "2026-Q5", "2026-H0", "20260", "2026年"] {
            assert_eq!(before_text(wrong), None, "{wrong}");
        }
    }
}
