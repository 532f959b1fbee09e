//! Days named after a festival: `2026年春节前`, `国庆节前`. The day of a lunar festival is the calendar's, by `icu_calendar`
//! (GB/T 33661—2017); a day without a year, or one that no calendar has (`汛期前`), is asked for.

use icu_calendar::{Date as LunarDate, Iso, types::Month};
use jiff::civil::Date;

use super::{
    Found,
    cursor::Cursor,
    day::{self, Named},
};

/// When a festival is.
#[derive(Clone, Copy)]
enum Day {
    /// Month and day of the common calendar.
    Common(i8, i8),
    /// Month and day of the lunar calendar.
    Lunar(u8, u8),
    /// The day before the first of the lunar year.
    Eve,
    /// The solar term of spring, the 4th or 5th of April.
    Qingming,
    /// A season, or a day that others set.
    Unknown,
}

const NAMES: [(&str, Day); 25] = [
    ("元旦", Day::Common(1, 1)),
    ("春节", Day::Lunar(1, 1)),
    ("元宵", Day::Lunar(1, 15)),
    ("除夕", Day::Eve),
    ("清明", Day::Qingming),
    ("五一", Day::Common(5, 1)),
    ("国际劳动", Day::Common(5, 1)),
    ("劳动", Day::Common(5, 1)),
    ("端午", Day::Lunar(5, 5)),
    ("六一", Day::Common(6, 1)),
    ("七一", Day::Common(7, 1)),
    ("八一", Day::Common(8, 1)),
    ("教师", Day::Common(9, 10)),
    ("中秋", Day::Lunar(8, 15)),
    ("重阳", Day::Lunar(9, 9)),
    ("国庆", Day::Common(10, 1)),
    ("十一", Day::Common(10, 1)),
    ("两会", Day::Unknown),
    ("全国两会", Day::Unknown),
    ("两节", Day::Unknown),
    ("汛期", Day::Unknown),
    ("主汛期", Day::Unknown),
    ("供暖", Day::Unknown),
    ("开学", Day::Unknown),
    ("年中", Day::Unknown),
];

/// Whether `、` joins two festivals: `中秋、国庆节前`.
pub(super) fn lists(left: &str, right: &str) -> bool {
    let left = left.trim_end_matches(['节', '”']);
    let right = right.trim_start_matches('“');
    NAMES.iter().any(|(name, _)| left.ends_with(name)) && NAMES.iter().any(|(name, _)| right.starts_with(name))
}

/// Whether such a name may begin here; these characters are everywhere.
pub(super) fn begins(c: char) -> bool {
    "元春除清劳端中国汛开重教主供全".contains(c)
}

/// Reads a festival with 前 behind it, and perhaps a year before it. `plan` is the year that a day without one belongs to.
pub(super) fn read(text: &str, start: usize, before: char, plan: Option<i16>) -> Option<Found> {
    if "〇零一二三四五六七八九十".contains(before) {
        return None;
    }
    let mut c = Cursor { text, at: start };
    c.eat("于");
    let (said, named) = day::said_year(&mut c, plan);
    if named != Named::No {
        c.eat("的");
    }
    let mut days = Vec::new();
    loop {
        let mut probe = c;
        if !days.is_empty() {
            probe.eat_any(&["、", "和", "及", "“", "”"]);
        }
        probe.eat("“");
        let Some(&(name, day)) = NAMES.iter().rev().find(|(name, _)| probe.eat(name)) else { break };
        probe.eat("”");
        let feast = probe.eat_any(&["节日", "节", "季"]).is_some();
        // 劳动保障, 教师培训, 国际劳动
        if !feast && matches!(name, "劳动" | "国际劳动" | "教师" | "供暖") {
            return None;
        }
        probe.eat_any(&["假期", "期间"]);
        c = probe;
        days.push(day);
    }
    let tail = if days.is_empty() { None } else { c.eat_any(&["之前", "以前", "前", "以内", "内"]) }?;
    if tail.ends_with('前') && c.rest().starts_with(['后', '夕', '期']) {
        return None;
    }
    let words = &text[start..c.at];
    // 五一国际劳动节 is one day, 元旦、春节 are two
    let mut firsts = days.iter().map(|day| said.and_then(|year| first_day(*day, year)));
    let first = firsts.next().flatten().filter(|first| firsts.all(|other| other == Some(*first)));
    let on = first.filter(|_| tail.ends_with('前')).and_then(|day| day.yesterday().ok());
    // 春节前 and 元旦前 of a plan may be those at its end
    let unsure =
        named == Named::No && days.iter().any(|day| matches!(day, Day::Common(1, _) | Day::Lunar(1, _) | Day::Eve));
    let problem = match on {
        Some(on) if unsure => format!("“{words}”没有写明是哪一天，如指 {} 年的，请填写 {on}。", on.year()),
        Some(_) => return Some(c.finish(start, on, None, None)),
        None => format!("“{words}”没有写明是哪一天，请填写日期，例如“6月30日前”。"),
    };
    Some(c.finish(start, None, None, Some(problem)))
}

/// The first day of a festival in a year.
fn first_day(day: Day, year: i16) -> Option<Date> {
    match day {
        Day::Common(month, day) => Date::new(year, month, day).ok(),
        Day::Lunar(month, day) => {
            let lunar = LunarDate::try_new_chinese_traditional(i32::from(year), Month::new(month), day).ok()?;
            let common = lunar.to_calendar(Iso);
            let month = i8::try_from(common.month().number()).ok()?;
            let day = i8::try_from(common.day_of_month().0).ok()?;
            Date::new(i16::try_from(common.year().extended_year()).ok()?, month, day).ok()
        }
        Day::Eve => first_day(Day::Lunar(1, 1), year)?.yesterday().ok(),
        Day::Qingming => {
            // the moment moves on by 0.2422 days a year and back by a day in each leap year; right from 2000 to 2099
            let years = i32::from(year).checked_sub(2000).filter(|years| (0..100).contains(years))?;
            let day = (years * 2422 + 48_100) / 10_000 - years / 4;
            Date::new(year, 4, i8::try_from(day).ok()?).ok()
        }
        Day::Unknown => None,
    }
}
