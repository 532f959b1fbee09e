//! Days named after a festival: `2026年春节前`, `国庆节前`. The day of a lunar festival is the calendar's, by `icu_calendar`
//! (GB/T 33661—2017); a day without a year, or one that no calendar has (`汛期前`), is asked for.

use jiff::civil::Date;

use super::{
    Found,
    cursor::Cursor,
    day::{self, Named},
    lunar,
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

const NAMES: [(&str, Day); 70] = [
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
    ("妇女", Day::Common(3, 8)),
    ("三八", Day::Common(3, 8)),
    ("植树", Day::Common(3, 12)),
    ("青年", Day::Common(5, 4)),
    ("五四", Day::Common(5, 4)),
    ("儿童", Day::Common(6, 1)),
    ("建党", Day::Common(7, 1)),
    ("建军", Day::Common(8, 1)),
    ("七夕", Day::Lunar(7, 7)),
    ("中元", Day::Lunar(7, 15)),
    ("世界环境日", Day::Common(6, 5)),
    ("国际禁毒日", Day::Common(6, 26)),
    ("国家宪法日", Day::Common(12, 4)),
    ("宪法日", Day::Common(12, 4)),
    // Of the south and of the north it is another day, and of the last or of this lunar year.
    ("小年", Day::Unknown),
    ("腊八", Day::Unknown),
    ("立春", Day::Unknown),
    ("惊蛰", Day::Unknown),
    ("春分", Day::Unknown),
    ("谷雨", Day::Unknown),
    ("立夏", Day::Unknown),
    ("芒种", Day::Unknown),
    ("夏至", Day::Unknown),
    ("立秋", Day::Unknown),
    ("处暑", Day::Unknown),
    ("白露", Day::Unknown),
    ("秋分", Day::Unknown),
    ("寒露", Day::Unknown),
    ("霜降", Day::Unknown),
    ("立冬", Day::Unknown),
    ("冬至", Day::Unknown),
    ("春耕", Day::Unknown),
    ("春播", Day::Unknown),
    ("春运", Day::Unknown),
    ("秋收", Day::Unknown),
    ("秋播", Day::Unknown),
    ("秋种", Day::Unknown),
    ("双抢", Day::Unknown),
    ("高考", Day::Unknown),
    ("中考", Day::Unknown),
    ("暑假", Day::Unknown),
    ("寒假", Day::Unknown),
    ("入汛", Day::Unknown),
    ("入冬", Day::Unknown),
    ("封冻", Day::Unknown),
];

/// Whether `、` joins two festivals: `中秋、国庆节前`.
pub(super) fn lists(left: &str, right: &str) -> bool {
    let left = left.trim_end_matches(['节', '”']);
    let right = right.trim_start_matches('“');
    NAMES.iter().any(|(name, _)| left.ends_with(name)) && NAMES.iter().any(|(name, _)| right.starts_with(name))
}

/// Whether such a name may begin here; these characters are everywhere.
pub(super) fn begins(c: char) -> bool {
    NAMES.iter().any(|(name, _)| name.starts_with(c))
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
        let Some(first) = probe.rest().chars().next() else { break };
        let named = |(name, _): &&(&str, Day)| name.starts_with(first) && probe.eat(name);
        let Some(&(name, day)) = NAMES.iter().rev().find(named) else { break };
        probe.eat("”");
        let feast = probe.eat_any(&["节日", "节", "季"]).is_some();
        // 劳动保障, 教师培训, 国际劳动
        const FEASTS: [&str; 10] = ["劳动", "国际劳动", "教师", "供暖", "妇女", "植树", "青年", "儿童", "建党", "建军"];
        if !feast && FEASTS.contains(&name) {
            return None;
        }
        // 高中考前辅导 and 初中考前 are no examinations of that name
        if name == "中考" && matches!(before, '高' | '初') {
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
        Day::Lunar(month, day) => lunar::common(year, month, day),
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
