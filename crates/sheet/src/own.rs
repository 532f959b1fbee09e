//! Columns that the program's own files have beside those of the item: who published, when, where. They come back with a file that
//! somebody took away, changed and brings again, and are no data of the record.

use crate::Found;
use crate::words::plain;

/// What stands behind the rows of a sheet that could not be taken: their numbers in that sheet, and what is wrong.
pub const OF_REJECTED: [&str; 2] = ["原表行号", "需要更正"];
/// The last heads of the portal's files, of the office's of records and of a batch, and of rows that could not be taken.
const LAST: [&[&str]; 4] =
    [&["公开机关", "公开日期", "网址"], &["其他内容", "机关", "公开日期"], &["其他内容", "状态"], &OF_REJECTED];
/// What the county added, in one cell.
const ADDED: &str = "其他内容";
/// The number of a row of a batch.
const NUMBER: &str = "行";

/// In the files of the portal and of the office, whose a record is.
const ORGANS: [&str; 2] = ["公开机关", "机关"];

/// Where a file of the program's own says whose each record is: the column of its sheet.
pub fn organ_column(found: &Found) -> Option<u32> {
    let own = columns(found);
    let is_organ = |at: &&usize| {
        let path = found.heads.get(**at).map(|head| head.path.as_slice());
        matches!(path, Some([word]) if ORGANS.contains(&plain(word).as_str()))
    };
    own.iter().rev().find(is_organ).and_then(|at| found.heads.get(*at)).map(|head| head.column)
}

/// The places of such heads in a table that is a file of the program's own; empty in every other.
pub(crate) fn columns(found: &Found) -> Vec<usize> {
    let words: Vec<String> = found
        .heads
        .iter()
        .map(|head| if let [word] = head.path.as_slice() { plain(word) } else { String::new() })
        .collect();
    let ends = |last: &&&[&str]| words.len() > last.len() && words[words.len() - last.len()..].iter().eq(last.iter());
    let Some(last) = LAST.iter().find(ends) else { return Vec::new() };
    let from = words.len() - last.len();
    let added = from.checked_sub(1).filter(|at| words[*at] == ADDED);
    let number = (words[0] == NUMBER).then_some(0);
    number.into_iter().chain(added).chain(from..words.len()).collect()
}
