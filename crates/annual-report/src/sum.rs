//! A county's summary from the reports of its organs and townships, cell by cell.

use crate::{
    cell::{Cell, Unit},
    form::Edition,
    model::{Report, Tables},
    number::Number,
};

/// The tables of an edition with what the parts give together; what one of them does not say is not known of the whole.
pub fn sum(edition: Edition, parts: &[&Report]) -> Tables {
    let mut tables = Tables::filled_with(edition, &Cell::unknown());
    for row in &mut tables.proactive {
        let Some(kind) = row.kind() else { continue };
        for (at, head) in row.columns.iter().enumerate() {
            let money = head.contains("金额");
            // 采购总金额 has no unit in its head: it is added up in 元 and written with one.
            let unit = head.contains("万元").then_some(Unit::TenThousand);
            let of = |report: &Report| {
                let row = report.tables.about(kind)?;
                let at = row.columns.iter().position(|column| column == head)?;
                let cell = row.cells.get(at)?;
                if money { cell.yuan(unit) } else { cell.figure() }
            };
            row.cells[at] = match added(parts, of) {
                Some(sum) if money && unit.is_none() && !sum.is_zero() => {
                    Cell::read(&format!("{}{}", sum.over_ten_thousand(), Unit::TenThousand.label()))
                }
                Some(sum) if money => Cell::number(sum.over_ten_thousand()),
                Some(sum) => Cell::number(sum),
                None => Cell::unknown(),
            };
        }
    }
    for row in &mut tables.requests {
        let key = row.key.clone();
        for (at, cell) in row.cells.iter_mut().enumerate() {
            let sum = added(parts, |report: &Report| report.tables.row(&key)?.cells.get(at)?.figure());
            *cell = sum.map_or_else(Cell::unknown, Cell::number);
        }
    }
    for (at, cell) in tables.remedies.iter_mut().enumerate() {
        let sum = added(parts, |report: &Report| report.tables.remedies.get(at)?.figure());
        *cell = sum.map_or_else(Cell::unknown, Cell::number);
    }
    tables
}

fn added(parts: &[&Report], of: impl Fn(&Report) -> Option<Number>) -> Option<Number> {
    let numbers: Option<Vec<Number>> = parts.iter().map(|part| of(part)).collect();
    numbers.filter(|numbers| !numbers.is_empty()).map(|numbers| numbers.into_iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identities;

    #[test]
    fn a_sum_agrees_with_its_parts() {
        for edition in Edition::ALL {
            let mut one =
                Report { year: Some(2020), tables: Tables::filled_with(edition, &Cell::count(2)), ..Report::default() };
            let other = Report { tables: Tables::filled_with(edition, &Cell::count(3)), ..one.clone() };
            if edition == Edition::Y2019 {
                let last = one.tables.proactive.len() - 1;
                one.tables.proactive[last].cells[1] = Cell::read("160.5964万元");
            }
            let parts = [&one, &other];
            let whole = Report { year: Some(2020), tables: sum(edition, &parts), ..Report::default() };
            let found = identities::check(&whole, None, &parts);
            let expected = if edition == Edition::Y2019 { None } else { Some(true) };
            assert_eq!(found[7].holds, expected, "of an amount without unit nothing is known: {}", found[7].message);
            let received = whole.tables.row("1").map(|row| row.cells[0].clone());
            assert_eq!(received, Some(Cell::count(5)));
        }
    }
}
