//! Reading the lines of a notice.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use kernel::{calendar::Special, time::parse_date};

/// The days that the lines declare, or what is wrong with which line.
///
/// A line is a day or a range, then 放假 or 上班: `2027-01-01~2027-01-03 放假`, `2027年2月7日 上班`. Empty lines are passed over.
pub(super) fn read_lines(text: &str) -> Result<BTreeMap<Date, Special>, Vec<String>> {
    let mut days: BTreeMap<Date, Special> = BTreeMap::new();
    let mut faults = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        match read_line(line) {
            Err(fault) => faults.push(format!("第 {} 行：{fault}", at + 1)),
            Ok((range, special)) => {
                for day in range {
                    if days.insert(day, special).is_some_and(|other| other != special) {
                        faults.push(format!("第 {} 行：请核对 {day}，它既写了放假又写了上班。", at + 1));
                    }
                }
            }
        }
    }
    if days.is_empty() && faults.is_empty() {
        faults.push("请粘贴放假安排，每行一条，例如 2027-01-01~2027-01-03 放假。".into());
    }
    if faults.is_empty() { Ok(days) } else { Err(faults) }
}

fn read_line(line: &str) -> Result<(Vec<Date>, Special), String> {
    const FORM: &str = "请写成“2027-01-01~2027-01-03 放假”或“2027-02-07 上班”。";
    let (dates, special) = if let Some(dates) = line.strip_suffix("放假") {
        (dates, Special::Off)
    } else if let Some(dates) = line.strip_suffix("上班") {
        (dates, Special::Worked)
    } else {
        return Err(FORM.into());
    };
    let dates = dates.trim().trim_end_matches(['：', ':', '，', ',']);
    let (first, last) = dates.split_once(['~', '～', '至', '到', '—']).unwrap_or((dates, dates));
    let last = last.trim_start_matches('—');
    let first = parse_date(first).ok_or(FORM)?;
    let last = parse_date(last).ok_or(FORM)?;
    if last < first {
        return Err(format!("请核对起止日期：{last} 早于 {first}。"));
    }
    let mut range = Vec::new();
    let mut day = first;
    while day <= last {
        range.push(day);
        day = day.tomorrow().map_err(|_| FORM.to_owned())?;
        if range.len() > 20 {
            return Err(format!("请核对起止日期：{first} 至 {last} 超过 20 天。"));
        }
    }
    let weekend = |day: &Date| matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    if special == Special::Worked
        && let Some(day) = range.iter().find(|day| !weekend(day))
    {
        return Err(format!("请核对 {day}：它不是周末，本来就上班。"));
    }
    Ok((range, special))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_notice_are_read() {
        let text = "2027-01-01~2027-01-03 放假\n\n２０２７年２月６日 上班\r\n2027/10/1至2027/10/7：放假";
        let days = read_lines(text).expect("good lines");
        assert_eq!(days.len(), 11);
        assert_eq!(days[&Date::constant(2027, 1, 3)], Special::Off);
        assert_eq!(days[&Date::constant(2027, 2, 6)], Special::Worked);
        assert_eq!(days[&Date::constant(2027, 10, 7)], Special::Off);
    }

    #[test]
    fn wrong_lines_are_named() {
        let faults = read_lines("2027-01-01\n2027-01-05~2027-01-01 放假\n2027-02-08 上班\n2027-01-01~2027-03-01 放假")
            .expect_err("wrong");
        assert_eq!(faults.len(), 4, "{faults:?}");
        for (at, sign) in [(0, "请写成"), (1, "早于"), (2, "不是周末"), (3, "超过 20 天")] {
            assert!(faults[at].starts_with(&format!("第 {} 行", at + 1)) && faults[at].contains(sign), "{faults:?}");
        }
        assert!(read_lines(" \n").is_err());
        assert!(read_lines("2027-02-06 上班\n2027-02-06 放假").is_err());
    }
}
