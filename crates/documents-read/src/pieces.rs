//! Numbers that a table cuts into cells: `000000 | 19900101 | 0018` beside one another, or the first ten digits in one row and
//! the others in the next. Each cell is a place of its own, and none of them holds what people see.
//!
//! The readers only put the pieces together again; whether it is a number of somebody is for the rules to say. Rows of
//! figures are many and such numbers are few, so pieces are put together where a heading speaks of such numbers, or where
//! they have region, birthday and check as an identity number has them.

use std::collections::BTreeMap;

/// Cells by row and column, counted from 0.
pub(crate) type Cells<'a> = BTreeMap<u32, BTreeMap<u32, &'a str>>;

/// A cell with its place.
type Piece<'a> = ((u32, u32), &'a str);

/// Pieces that make one number.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Joined {
    /// Row and column of the first piece.
    pub(crate) first: (u32, u32),
    /// And of the last.
    pub(crate) last: (u32, u32),
    /// The words that announce it, and the pieces: between tabs in a row, on lines in a column.
    pub(crate) text: String,
}

/// A row of [`Cells`].
pub(crate) fn row<'a>(cells: impl IntoIterator<Item = (&'a u32, &'a String)>) -> BTreeMap<u32, &'a str> {
    cells.into_iter().map(|(column, text)| (*column, text.as_str())).collect()
}

/// Words of headings: of identity numbers, of telephones, of cards.
const WORDS: [&str; 11] = ["身份", "证件", "证号", "电话", "手机", "联系", "微信", "卡号", "账号", "帐号", "银行"];
/// Pieces of one number, at most.
const MOST: usize = 6;

/// Finds the numbers that are cut into cells of a row, or into cells below one another.
pub(crate) fn find(cells: &Cells<'_>) -> Vec<Joined> {
    let mut found = Vec::new();
    for (row, line) in cells {
        let line: Vec<Piece<'_>> = line.iter().map(|(column, text)| ((*row, *column), *text)).collect();
        runs(cells, &line, '\t', &mut found);
    }
    let mut columns: BTreeMap<u32, Vec<Piece<'_>>> = BTreeMap::new();
    for (row, line) in cells {
        for (column, text) in line {
            columns.entry(*column).or_default().push(((*row, *column), text));
        }
    }
    for column in columns.values() {
        runs(cells, column, '\n', &mut found);
    }
    found
}

fn runs(cells: &Cells<'_>, line: &[Piece<'_>], between: char, found: &mut Vec<Joined>) {
    let mut at = 0;
    while at < line.len() {
        let Some(count) = number_at(cells, &line[at..]) else {
            at += 1;
            continue;
        };
        let pieces = &line[at..at + count];
        let text: Vec<&str> = pieces.iter().map(|(_, text)| *text).collect();
        let text = text.join(&between.to_string());
        let said = announcement(cells, pieces[0].0).unwrap_or("※");
        found.push(Joined { first: pieces[0].0, last: pieces[count - 1].0, text: format!("{said}\n{text}") });
        at += count;
    }
}

/// How many cells from the first on make one number.
fn number_at(cells: &Cells<'_>, line: &[Piece<'_>]) -> Option<usize> {
    let mut digits = String::new();
    for (count, (_, text)) in line.iter().enumerate().take(MOST) {
        let piece = piece(text)?;
        // a piece of one digit is a check, or nothing
        if count == 0 && piece.len() < 2 {
            return None;
        }
        digits.push_str(&piece);
        if digits.len() > 19 {
            return None;
        }
        if count == 0 {
            continue;
        }
        let heads = line[..=count].iter().filter_map(|(at, _)| announcement(cells, *at));
        let heads: Vec<&str> = heads.collect();
        // under two headings stand two numbers
        let said = heads.first().copied().filter(|first| heads.iter().all(|head| head == first));
        let speaks = |words: &[&str]| said.is_some_and(|said| words.iter().any(|word| said.contains(word)));
        let foreign = !heads.is_empty() && said.is_none();
        let identity = digits.len() == 18 && !foreign && (is_born(&digits) || speaks(&WORDS[..3]));
        let mobile = digits.len() == 11 && digits.starts_with('1') && speaks(&WORDS[3..7]);
        let card = (16..=19).contains(&digits.len()) && speaks(&WORDS[7..]);
        let other = mobile || card;
        if identity || other {
            return Some(count + 1);
        }
    }
    None
}

/// The digits of a cell that holds nothing else, up to 17, with an X at their end; `None` for all other cells.
fn piece(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut digits = String::new();
    for (at, c) in plain.chars().enumerate() {
        let ends = at + 1 == plain.chars().count();
        match c {
            '0'..='9' => digits.push(c),
            '０'..='９' => digits.push(char::from_digit(u32::from(c) - u32::from('０'), 10)?),
            'X' | 'x' | 'Ｘ' if ends => digits.push('X'),
            '-' | '－' | '—' => {}
            _ => return None,
        }
    }
    (1..=17).contains(&digits.len()).then_some(digits)
}

/// Whether the places of a birthday hold one.
fn is_born(digits: &str) -> bool {
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let year = number(6, 10).is_some_and(|year| (1900..2100).contains(&year));
    let month = number(10, 12).is_some_and(|month| (1..=12).contains(&month));
    year && month && number(12, 14).is_some_and(|day| (1..=31).contains(&day))
}

/// The cell that says what a number is: the nearest one with words above it, or before it in its row.
fn announcement<'a>(cells: &Cells<'a>, (row, column): (u32, u32)) -> Option<&'a str> {
    const WORDS: [&str; 11] = ["身份", "证件", "证号", "电话", "手机", "联系", "微信", "卡号", "账号", "帐号", "银行"];
    /// Rows that are looked at.
    const REACH: usize = 200;
    let speaks = |text: &&str| WORDS.iter().any(|word| text.contains(word)) && piece(text).is_none();
    let above = cells.range(..row).rev().take(REACH).filter_map(|(_, line)| line.get(&column).copied());
    let above = above.filter(|text| piece(text).is_none()).take(2).find(speaks);
    let before = || cells.get(&row)?.range(..column).rev().map(|(_, text)| *text).find(|text| piece(text).is_none());
    above.or_else(|| before().filter(speaks))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rows: &[&[&'static str]]) -> Vec<String> {
        let mut cells: Cells<'_> = Cells::new();
        for (row, line) in (0..).zip(rows) {
            for (column, text) in (0..).zip(*line).filter(|(_, text)| !text.is_empty()) {
                cells.entry(row).or_default().insert(column, text);
            }
        }
        find(&cells).into_iter().map(|joined| joined.text).collect()
    }

    #[test]
    fn pieces_beside_and_below_one_another() {
        assert_eq!(found(&[&["甲", "000000", "19900101", "0018"]]), ["※\n000000\t19900101\t0018"]);
        let wrapped: &[&[&str]] = &[&["身份证号", "手机"], &["0000001990", "1380013"], &["01010018", "8000"]];
        assert_eq!(found(wrapped), ["身份证号\n0000001990\n01010018", "手机\n1380013\n8000"]);
        let split: &[&[&str]] = &[&["姓名", "联系电话"], &["甲", "138", "0013", "8000"]];
        assert_eq!(found(split), ["联系电话\n138\t0013\t8000"]);
        assert_eq!(found(&[&["00000019900307009"], &["X"]]), ["※\n00000019900307009\nX"]);
    }

    #[test]
    fn figures_stay_apart() {
        let figures: &[&[&str]] =
            &[&["年份", "收入", "支出"], &["2025", "1380013", "8000"], &["2026", "13900", "139000"]];
        assert!(found(figures).is_empty());
        let phones: &[&[&str]] = &[&["办公电话"], &["7212345"], &["7212346"], &["0793-7212347"]];
        assert!(found(phones).is_empty());
    }
}
