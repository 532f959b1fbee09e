//! Reading the lines of a notice.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use kernel::{calendar::Special, time::parse_date};

use super::notice;

/// The days that the lines declare, or what is wrong with which line.
///
/// A line is a day or a range, then 放假 or 上班: `2027-01-01~2027-01-03 放假`, `2027年2月7日 上班`. Empty lines are passed over.
/// The wording of the State Council's notice is read as it is, too; `year` is the one it is about when it does not say.
///
/// # Errors
/// One message for each wrong line, with its number; or one that says that there is no line at all.
pub fn read_lines(text: &str, year: i16) -> Result<BTreeMap<Date, Special>, Vec<String>> {
    let mut days: BTreeMap<Date, Special> = BTreeMap::new();
    let mut faults = Vec::new();
    if notice::is_notice(text) {
        let year = notice::year_of(text).unwrap_or(year);
        for (at, line) in text.lines().enumerate() {
            if let Err(fault) = notice::read_line(line, year, &mut days) {
                faults.push(format!("第 {} 行：{fault}", at + 1));
            }
        }
        if days.is_empty() && faults.is_empty() {
            faults.push("通知里没有找到放假日期。请把“一、元旦：…”各条一起粘贴。".into());
        }
        return if faults.is_empty() { Ok(days) } else { Err(faults) };
    }
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
        let days = read_lines(text, 2027).expect("good lines");
        assert_eq!(days.len(), 11);
        assert_eq!(days[&Date::constant(2027, 1, 3)], Special::Off);
        assert_eq!(days[&Date::constant(2027, 2, 6)], Special::Worked);
        assert_eq!(days[&Date::constant(2027, 10, 7)], Special::Off);
    }

    /// Written in the manner of such notices; days of 2026, as they are in the bundled calendar.
    const NOTICE: &str = "国务院办公厅关于2026年\n部分节假日安排的通知\n国办发明电〔2025〕7号\n各省、自治区、直辖市人民政府：\n\
        现将2026年元旦、春节等放假调休日期的具体安排通知如下。\n\
        一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。\n\
        二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。\n\
        三、清明节：4月4日（周六）至6日（周一）放假，共3天。\n\
        四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。\n\
        节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。\n国务院办公厅\n2025年11月4日\n";

    #[test]
    fn the_notice_itself_is_understood() {
        let days = read_lines(NOTICE, 2030).expect("a notice");
        let special = |month, day| days.get(&Date::constant(2026, month, day)).copied();
        assert_eq!(days.len(), 3 + 1 + 9 + 2 + 3 + 5 + 1, "{days:?}");
        assert_eq!(
            (special(1, 3), special(1, 4), special(2, 23)),
            (Some(Special::Off), Some(Special::Worked), Some(Special::Off))
        );
        assert_eq!(
            (special(2, 14), special(2, 28), special(4, 6)),
            (Some(Special::Worked), Some(Special::Worked), Some(Special::Off))
        );
        assert_eq!((special(11, 4), special(5, 9)), (None, Some(Special::Worked)));
        let calendar = kernel::Calendar::bundled();
        let bundled: BTreeMap<Date, Special> = calendar.special_days().collect();
        assert!(days.iter().all(|(day, special)| bundled.get(day).is_none_or(|known| known == special)), "{days:?}");
    }

    #[test]
    fn lines_of_a_notice_without_its_title_take_the_year_of_the_page() {
        let line = "元旦：12月31日（周五）至1月2日（周日）放假调休，共3天。";
        let days = read_lines(line, 2027).expect("a line");
        assert_eq!(
            days.keys().map(ToString::to_string).collect::<Vec<_>>(),
            ["2027-12-31", "2028-01-01", "2028-01-02"]
        );
        // The day of the week betrays another year.
        let wrong = read_lines("一、元旦：1月1日（周四）放假。", 2027).expect_err("of 2026");
        assert!(wrong[0].contains("核对年份"), "{wrong:?}");
        let short = "元旦：1月1日（周五）至3日（周日）放假调休，共2天。";
        assert!(read_lines(short, 2027).expect_err("three days")[0].contains("写的是共 2 天，日期是 3 天"));
        let both = "元旦：1月1日（周五）至3日（周日）放假，共3天。1月2日（周六）上班。";
        assert!(read_lines(both, 2027).expect_err("both")[0].contains("既写了放假又写了上班"));
        assert!(read_lines("国庆节：10月32日放假。", 2027).expect_err("no day")[0].contains("10月32日"));
    }

    #[test]
    fn wrong_lines_are_named() {
        let faults =
            read_lines("2027-01-01\n2027-01-05~2027-01-01 放假\n2027-02-08 上班\n2027-01-01~2027-03-01 放假", 2027)
                .expect_err("wrong");
        assert_eq!(faults.len(), 4, "{faults:?}");
        for (at, sign) in [(0, "请写成"), (1, "早于"), (2, "不是周末"), (3, "超过 20 天")] {
            assert!(faults[at].starts_with(&format!("第 {} 行", at + 1)) && faults[at].contains(sign), "{faults:?}");
        }
        assert!(read_lines(" \n", 2027).is_err());
        assert!(read_lines("2027-02-06 上班\n2027-02-06 放假", 2027).is_err());
    }
}
