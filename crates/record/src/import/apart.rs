//! Tables that share the rows of a sheet (收入 and 支出, two years side by side): while they are read, their rows have numbers of their
//! own, so that what is told of one holds for no other: that it is refused, that it changes nothing.

use super::read::ReadFile;

/// Between the numbers of rows of two such tables. A sheet has fewer rows.
pub(super) const APART: u32 = 10_000_000;

/// Rows have the numbers again that the spreadsheet shows.
pub(super) fn as_shown(mut read: ReadFile) -> ReadFile {
    let told = &mut read.told;
    for several in [&mut told.faults, &mut told.warnings, &mut told.notes] {
        for said in &mut several.first {
            said.row %= APART;
            said.message = in_words(&said.message);
        }
    }
    told.faults.first.sort_by_key(|said| said.row);
    for (number, _) in &mut told.sample.rows {
        *number %= APART;
    }
    for row in &mut read.rows {
        row.number %= APART;
    }
    read
}

/// A message in which the numbers of rows (第 7 行) are those that the spreadsheet shows.
fn in_words(message: &str) -> String {
    const BEFORE: &str = "第 ";
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(at) = rest.find(BEFORE) {
        let (before, behind) = rest.split_at(at + BEFORE.len());
        let digits = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
        let (number, after) = behind.split_at(digits);
        out.push_str(before);
        match number.parse::<u32>() {
            Ok(number) if after.starts_with(" 行") => out.push_str(&(number % APART).to_string()),
            _ => out.push_str(number),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_rows_are_those_of_the_sheet() {
        assert_eq!(in_words("第 10000007 行与第 6 行重复（第 3 名）"), "第 7 行与第 6 行重复（第 3 名）");
        assert_eq!(in_words("没有填写"), "没有填写");
    }
}
