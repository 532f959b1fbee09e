//! Codes of budget subjects in three columns (类, 款, 项), joined into one.

use crate::words::plain;
use crate::{Found, Line};

/// Digits of the whole code of a 款 and of a 项.
const SECTION: usize = 5;
const ITEM: usize = 7;

/// Joins the columns 类, 款, 项 of a table into one under the head that they share (科目编码); a table without them stays as it is.
pub(crate) fn join(found: &mut Found) {
    let own =
        |at: usize| found.heads.get(at).and_then(|head| head.path.last()).map(|word| plain(word)).unwrap_or_default();
    let shared = |at: usize| found.heads.get(at).map(|head| head.path[..head.path.len().saturating_sub(1)].to_vec());
    let begins = |at: &usize| {
        let at = *at;
        own(at) == "类" && own(at + 1) == "款" && shared(at) == shared(at + 1)
    };
    let Some(at) = (0..found.heads.len()).find(begins) else { return };
    let width = if own(at + 2) == "项" && shared(at + 2) == shared(at) { 3 } else { 2 };
    let columns: Vec<u32> = found.heads[at..at + width].iter().map(|head| head.column).collect();
    found.heads.drain(at + 1..at + width);
    let head = &mut found.heads[at];
    head.path.pop();
    if head.path.is_empty() {
        head.path.push("科目编码".to_owned());
    }
    let mut carry = Carry::default();
    let (mut rows, mut totals) = (found.rows.iter_mut().peekable(), found.totals.iter_mut().peekable());
    // in the order of the sheet: what stands in a row above holds for those below
    loop {
        let total_first = match (rows.peek(), totals.peek()) {
            (Some(row), Some(total)) => total.number < row.number,
            (row, _) => row.is_none(),
        };
        let next = if total_first { totals.next() } else { rows.next() };
        let Some(line) = next else { break };
        carry.join(line, &columns);
    }
}

/// The codes that hold for the rows below.
#[derive(Default)]
struct Carry {
    class: String,
    section: String,
}

impl Carry {
    fn join(&mut self, line: &mut Line, columns: &[u32]) {
        let part = |at: usize| columns.get(at).and_then(|column| line.get(*column)).map(plain).unwrap_or_default();
        let (class, section, item) = (part(0), part(1), part(2));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        // 合计 over all three
        if !(digits(&class) && digits(&section) && digits(&item)) {
            return;
        }
        let code = self.code(class, section, item);
        line.cells.retain(|(column, _)| !columns.contains(column));
        if let Some(column) = columns.first().filter(|_| !code.is_empty()) {
            line.put(*column, &code);
        }
    }

    fn code(&mut self, class: String, group: String, item: String) -> String {
        if !class.is_empty() {
            self.class.clone_from(&class);
            self.section.clear();
        }
        if !group.is_empty() {
            self.section = if group.len() >= SECTION { group.clone() } else { format!("{}{group}", self.class) };
        }
        match (item.is_empty(), group.is_empty()) {
            (false, _) if item.len() >= ITEM => item,
            (false, _) if self.section.is_empty() => format!("{}{item}", self.class),
            (false, _) => format!("{}{item}", self.section),
            (true, false) => self.section.clone(),
            (true, true) => class,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_whole_or_carried_from_above() {
        let mut carry = Carry::default();
        let mut code = |class: &str, section: &str, item: &str| carry.code(class.into(), section.into(), item.into());
        assert_eq!(code("208", "", ""), "208");
        assert_eq!(code("", "20802", ""), "20802");
        assert_eq!(code("", "", "2080201"), "2080201");
        assert_eq!(code("", "02", ""), "20802");
        assert_eq!(code("", "", "99"), "2080299");
        assert_eq!(code("210", "11", "01"), "2101101");
        assert_eq!(code("", "", ""), "");
    }
}
