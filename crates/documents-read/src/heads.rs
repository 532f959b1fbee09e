//! What the head of a column says of its cells. A cell is checked alone, and eleven digits below 本年收入 are no telephone.

use std::collections::{HashMap, HashSet};

/// Words that call the numbers below them figures or numbers of papers.
const FIGURES: [&str; 17] = [
    "收入",
    "支出",
    "金额",
    "预算",
    "决算",
    "合计",
    "总计",
    "面积",
    "产值",
    "余额",
    "资金",
    "数量",
    "人数",
    "编号",
    "文号",
    "注册号",
    "许可证号",
];
/// Words that call them what they look like, whatever else the head says.
const PERSONAL: [&str; 5] = ["电话", "手机", "联系", "账号", "身份证"];

/// Words that call them numbers of papers of a person, which are a letter and some digits: nobody knows them by themselves.
const PAPERS: [&str; 7] =
    ["护照", "港澳通行证", "台湾通行证", "来往内地通行证", "来往大陆通行证", "台胞证", "永久居留"];

/// The words above the cells of each column, row by row: what calls them figures, what calls them papers, and the columns of identity
/// numbers.
#[derive(Default)]
pub(crate) struct Heads(HashMap<u32, &'static str>, HashMap<u32, &'static str>, HashSet<u32>);

/// Words that call the numbers below them those of identity.
const IDENTITY: [&str; 2] = ["身份证", "公民身份"];

/// Whether a cell has the length of an identity number and a check that does not fit (GB 11643-1999): by itself it is any number. A
/// workbook that was told a number keeps but fifteen of its digits.
fn is_identity_with_a_slip(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let chars: Vec<char> = text.chars().map(|c| c.to_ascii_uppercase()).collect();
    let Some((last, digits)) = chars.split_last().filter(|_| chars.len() == 18) else { return false };
    let figures: Vec<u32> = digits.iter().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = figures.iter().zip(WEIGHTS).map(|(figure, weight)| figure * weight).sum();
    let right = CHECKS[sum as usize % CHECKS.len()];
    figures.len() == WEIGHTS.len() && (last.is_ascii_digit() || *last == 'X') && *last != right
}

/// Whether a cell may hold the number of a paper: up to three letters and seven to twelve digits, and nothing else.
fn is_paper(text: &str) -> bool {
    let letters = text.chars().take_while(char::is_ascii_alphabetic).count();
    let rest = text.get(letters..).unwrap_or_default();
    letters <= 3 && (7..=12).contains(&rest.len()) && rest.chars().all(|c| c.is_ascii_digit())
}

impl Heads {
    /// The text of a cell for the checks: behind the word that calls it a figure, where the last words above it do.
    pub(crate) fn tell(&mut self, column: u32, text: &str) -> String {
        let digits = text.chars().filter(char::is_ascii_digit).count();
        if is_paper(text)
            && let Some(head) = self.1.get(&column)
        {
            return format!("{head}：{text}");
        }
        if self.2.contains(&column) && is_identity_with_a_slip(text) {
            return format!("身份证号：{text}");
        }
        if digits == text.len() && digits == 11 {
            return self.0.get(&column).map_or_else(|| text.to_owned(), |head| format!("{head}：{text}"));
        }
        if digits < 6 && text.contains(char::is_alphabetic) {
            match PAPERS.iter().find(|word| text.contains(**word)) {
                Some(paper) => drop(self.1.insert(column, paper)),
                // Another head below it; 无 in a cell is none.
                None if text.contains('号') || text.contains("证件") => drop(self.1.remove(&column)),
                None => {}
            }
            match IDENTITY.iter().any(|word| text.contains(word)) {
                true => drop(self.2.insert(column)),
                false if text.contains('号') || text.contains("证件") => drop(self.2.remove(&column)),
                false => {}
            }
            let personal = PERSONAL.iter().any(|word| text.contains(word));
            match FIGURES.iter().find(|word| text.contains(**word) && !personal) {
                Some(figure) => drop(self.0.insert(column, figure)),
                None => drop(self.0.remove(&column)),
            }
        }
        text.to_owned()
    }
}

/// A row of a table as its cells are told.
pub(crate) fn row(heads: &mut Heads, line: String, cells: &[(u32, String)]) -> String {
    cells.iter().fold(line, |line, (column, text)| {
        let (cell, told) = (text.trim(), heads.tell(*column, text.trim()));
        if told == cell { line } else { line.replacen(cell, &told, 1) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_calls_what_stands_below_it() {
        let mut heads = Heads::default();
        for (column, text, told) in [
            (0, "单位", "单位"),
            (1, "本年收入（元）", "本年收入（元）"),
            (2, "收款人联系电话", "收款人联系电话"),
            (0, "县财政局", "县财政局"),
            (1, "13800138000", "收入：13800138000"),
            (1, "1250.5", "1250.5"),
            (2, "13800138000", "13800138000"),
            (1, "13900139000", "收入：13900139000"),
            (1, "000000199001010018", "000000199001010018"),
            (1, "联系人", "联系人"),
            (1, "13900139000", "13900139000"),
        ] {
            assert_eq!(heads.tell(column, text), told, "{text}");
        }
    }

    #[test]
    fn a_slip_in_an_identity_number_is_told_by_the_head() {
        let mut heads = Heads::default();
        for (cell, told) in [
            ("000000199001010019", "000000199001010019"),
            ("身份证号", "身份证号"),
            ("000000199001010019", "身份证号：000000199001010019"),
            ("000000199001010018", "000000199001010018"),
            ("无", "无"),
            ("00000019900101001X", "身份证号：00000019900101001X"),
            ("设备编号", "设备编号"),
            ("000000199001010019", "000000199001010019"),
        ] {
            assert_eq!(heads.tell(1, cell), told, "{cell}");
        }
    }

    #[test]
    fn the_number_of_a_paper_is_told_by_its_head() {
        let mut heads = Heads::default();
        for (cell, told) in [
            ("护照号码", "护照号码"),
            ("E00000000", "护照：E00000000"),
            ("无", "无"),
            ("EA0000000", "护照：EA0000000"),
            ("E0000", "E0000"),
            ("设备编号", "设备编号"),
            ("E00000000", "E00000000"),
        ] {
            assert_eq!(heads.tell(3, cell), told, "{cell}");
        }
    }
}
