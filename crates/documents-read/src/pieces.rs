//! Numbers that a table cuts into cells: `000000 | 19900101 | 0018` beside one another, or the first ten digits in one row and
//! the others in the next. Each cell is a place of its own, and none of them holds what people see.
//!
//! The readers only put the pieces together again; whether it is a number of somebody is for the rules to say. Rows of
//! figures are many and such numbers are few, so pieces are put together where a heading speaks of such numbers, or where
//! they have region, birthday and check as an identity number has them.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, HashMap},
};

/// Cells by row and column, counted from 0.
pub(crate) type Cells<'a> = BTreeMap<u32, BTreeMap<u32, &'a str>>;

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

/// Rows above a cell in which its heading is looked for.
const REACH: usize = 200;

/// A cell as it is looked at: each is read once, however many numbers may begin or end in it.
struct Seen<'a> {
    /// Row and column.
    at: (u32, u32),
    text: &'a str,
    /// Its digits, if it holds nothing else: see [`piece`].
    digits: Option<String>,
    /// The words that announce its digits; none for cells that hold none.
    said: Option<&'a str>,
}

/// A cell that holds words, and may announce what stands below and behind it.
struct Words<'a> {
    /// In which row, counting those that have cells.
    row: usize,
    text: &'a str,
    speaks: OnceCell<bool>,
}

impl<'a> Words<'a> {
    /// The words, if they speak of such numbers; looked for once.
    fn announces(&self) -> Option<&'a str> {
        self.speaks.get_or_init(|| WORDS.iter().any(|word| self.text.contains(word))).then_some(self.text)
    }
}

/// Finds the numbers that are cut into cells of a row, or into cells below one another.
pub(crate) fn find(cells: &Cells<'_>) -> Vec<Joined> {
    let rows = seen(cells);
    let mut found = Vec::new();
    let mut columns: BTreeMap<u32, Vec<&Seen<'_>>> = BTreeMap::new();
    for row in &rows {
        runs(&row.iter().collect::<Vec<_>>(), '\t', &mut found);
        for cell in row {
            columns.entry(cell.at.1).or_default().push(cell);
        }
    }
    for column in columns.values() {
        runs(column, '\n', &mut found);
    }
    found
}

/// Reads every cell, row by row. What announces digits is the nearest cell with words above them, or the one above that, else
/// the nearest before them in their row.
fn seen<'a>(cells: &Cells<'a>) -> Vec<Vec<Seen<'a>>> {
    let mut words: Vec<Words<'a>> = Vec::new();
    // Of each column the last two cells with words, the nearest first.
    let mut above: HashMap<u32, (usize, Option<usize>)> = HashMap::new();
    let mut rows = Vec::with_capacity(cells.len());
    for (place, (row, line)) in cells.iter().enumerate() {
        let mut before: Option<usize> = None;
        let mut read = Vec::with_capacity(line.len());
        let fresh = words.len();
        let mut columns = Vec::new();
        for (column, &text) in line {
            let digits = piece(text);
            let mut said = None;
            if digits.is_some() {
                let near = above.get(column).map_or([None, None], |(near, far)| [Some(*near), *far]);
                let near = near.into_iter().flatten().filter_map(|at| words.get(at));
                let near = near.filter(|one| place - one.row <= REACH).find_map(Words::announces);
                said = near.or_else(|| words.get(before?)?.announces());
            } else {
                before = Some(words.len());
                columns.push(*column);
                words.push(Words { row: place, text, speaks: OnceCell::new() });
            }
            read.push(Seen { at: (*row, *column), text, digits, said });
        }
        for (at, column) in (fresh..).zip(columns) {
            let nearest = above.get(&column).map(|(nearest, _)| *nearest);
            above.insert(column, (at, nearest));
        }
        rows.push(read);
    }
    rows
}

fn runs(line: &[&Seen<'_>], between: char, found: &mut Vec<Joined>) {
    let mut at = 0;
    while at < line.len() {
        let Some(count) = number_at(&line[at..]) else {
            at += 1;
            continue;
        };
        let pieces = &line[at..at + count];
        let text: Vec<&str> = pieces.iter().map(|piece| piece.text).collect();
        let text = text.join(&between.to_string());
        let said = pieces[0].said.unwrap_or("※");
        found.push(Joined { first: pieces[0].at, last: pieces[count - 1].at, text: format!("{said}\n{text}") });
        at += count;
    }
}

/// How many cells from the first on make one number.
fn number_at(line: &[&Seen<'_>]) -> Option<usize> {
    let mut digits = String::new();
    for (count, cell) in line.iter().enumerate().take(MOST) {
        let piece = cell.digits.as_deref()?;
        // a piece of one digit is a check, or nothing
        if count == 0 && piece.len() < 2 {
            return None;
        }
        digits.push_str(piece);
        if digits.len() > 19 {
            return None;
        }
        if count == 0 || !matches!(digits.len(), 11 | 16..=19) {
            continue;
        }
        let heads: Vec<&str> = line[..=count].iter().filter_map(|cell| cell.said).collect();
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
    let mut digits = String::new();
    let mut ended = false;
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        if ended || digits.len() > 17 {
            return None;
        }
        match c {
            '0'..='9' => digits.push(c),
            '０'..='９' => digits.push(char::from_digit(u32::from(c) - u32::from('０'), 10)?),
            'X' | 'x' | 'Ｘ' => {
                digits.push('X');
                ended = true;
            }
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

    #[test]
    fn a_heading_reaches_two_hundred_rows_and_is_the_nearest_or_the_one_above_it() {
        let sheet = |between: u32, heads: &[&'static str]| {
            let mut cells: Cells<'_> = Cells::new();
            for (row, head) in (0..).zip(heads) {
                cells.entry(row).or_default().insert(0, head);
            }
            let from = u32::try_from(heads.len()).expect("few");
            for row in from..from + between {
                cells.entry(row).or_default().insert(1, "7");
            }
            cells.entry(from + between).or_default().insert(0, "1380013");
            cells.entry(from + between + 1).or_default().insert(0, "8000");
            find(&cells).into_iter().map(|joined| joined.text).collect::<Vec<_>>()
        };
        assert_eq!(sheet(0, &["联系电话"]), ["联系电话\n1380013\n8000"]);
        assert_eq!(sheet(0, &["联系电话", "（本人）"]), ["联系电话\n1380013\n8000"]);
        assert!(sheet(0, &["联系电话", "（本人）", "（选填）"]).is_empty());
        assert_eq!(sheet(199, &["联系电话"]).len(), 1);
        assert!(sheet(200, &["联系电话"]).is_empty());
        // Before it in its row, where nothing above it says what it is.
        assert_eq!(found(&[&["手机", "138", "0013", "8000"]]), ["手机\n138\t0013\t8000"]);
        assert!(found(&[&["手机", "备注", "138", "0013", "8000"]]).is_empty());
    }

    #[test]
    fn only_digits_are_a_piece() {
        for (text, digits) in [
            ("138 0013", Some("1380013")),
            ("１３８-00", Some("13800")),
            ("0018x", Some("0018X")),
            ("x", Some("X")),
            ("12345678901234567", Some("12345678901234567")),
            ("123456789012345678", None),
            ("1X2", None),
            ("1X-", None),
            ("--", None),
            ("", None),
            ("第1", None),
        ] {
            assert_eq!(piece(text).as_deref(), digits, "{text}");
        }
    }
}
