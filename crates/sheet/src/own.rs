//! Columns that the program's own files have beside those of the item: who published, when, where. They come back with a file that
//! somebody took away, changed and brings again, and are no data of the record.

use crate::Found;
use crate::words::plain;

/// The last heads of the portal's files, and of the office's of records and of a batch.
const LAST: [&[&str]; 3] =
    [&["公开机关", "公开日期", "网址"], &["其他内容", "机关", "公开日期"], &["其他内容", "状态"]];
/// What the county added, in one cell.
const ADDED: &str = "其他内容";
/// The number of a row of a batch.
const NUMBER: &str = "行";

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

/// In a file of the program's own: the column that says whose the record is, and what it is called there.
pub fn organ_column(found: &Found) -> Option<(u32, &'static str)> {
    let own = columns(found);
    let is = |word: &str| {
        let mut heads = own.iter().filter_map(|at| found.heads.get(*at));
        heads.find(|head| head.path.last().is_some_and(|own| plain(own) == word)).map(|head| head.column)
    };
    ["公开机关", "机关"].into_iter().find_map(|word| Some((is(word)?, word)))
}
