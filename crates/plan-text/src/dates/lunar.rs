//! Days of the lunar calendar by their numbers: `农历八月十五前`, `腊月二十三前`, `正月十五前`. A reader of numbers would take 八月 for
//! August. The day is the calendar's (`icu_calendar`, GB/T 33661—2017) and is named in the warning, for most work goes by the other.

use icu_calendar::{Date as LunarDate, Iso, types::Month};
use jiff::civil::Date;

use super::{
    Found, Setting,
    cursor::Cursor,
    day::{self, Named},
};

/// The common day of a day of the lunar calendar; `year` is the lunar year, which begins in January or February.
pub(super) fn common(year: i16, month: u8, day: u8) -> Option<Date> {
    let lunar = LunarDate::try_new_chinese_traditional(i32::from(year), Month::new(month), day).ok()?;
    let common = lunar.to_calendar(Iso);
    let month = i8::try_from(common.month().number()).ok()?;
    let day = i8::try_from(common.day_of_month().0).ok()?;
    Date::new(i16::try_from(common.year().extended_year()).ok()?, month, day).ok()
}

/// Whether such a day may begin here.
pub(super) fn begins(c: char) -> bool {
    "农阴旧夏正冬腊".contains(c)
}

/// The calendar's name and the month: 农历八月, 腊月. Months with a name of their own need no other.
fn month(c: &mut Cursor<'_>) -> Option<u32> {
    let said = c.eat_any(&["农历", "阴历", "旧历", "夏历"]).is_some();
    if c.eat("闰") {
        return None;
    }
    let named = [("正月", 1), ("冬月", 11), ("腊月", 12)].into_iter().find(|(name, _)| c.eat(name));
    if let Some((_, month)) = named {
        return Some(month);
    }
    let month = c.number().filter(|month| said && (1..=12).contains(month))?;
    c.eat("月").then_some(month)
}

/// 初五, 十五, 廿三, 三十 and the same with 日.
fn day(c: &mut Cursor<'_>) -> Option<u32> {
    let mut probe = *c;
    probe.eat("初");
    let day = probe.number().filter(|day| (1..=30).contains(day))?;
    probe.eat_any(&["日", "号"]);
    *c = probe;
    Some(day)
}

/// Where 前 stands, before any mark.
fn to_before(rest: &str) -> Option<usize> {
    const LONGEST: usize = 12;
    let stops = |c: char| matches!(c, '，' | '。' | '；' | '、' | '\n' | '）' | ')' | ',' | ';');
    rest.char_indices().take(LONGEST).take_while(|&(_, c)| !stops(c)).find(|&(_, c)| c == '前').map(|(at, _)| at)
}

/// Reads such a day, with the year before it and 前 behind it where they stand. `plan` is the year of a day without one. What is
/// not understood keeps its words and is asked for; what only mentions a day is passed over.
pub(super) fn read(text: &str, start: usize, plan: Option<i16>, setting: Setting) -> Option<Found> {
    let mut c = Cursor { text, at: start };
    c.eat("于");
    let (year, named) = day::said_year(&mut c, plan);
    let says_calendar = ["农历", "阴历", "旧历", "夏历"].iter().any(|word| c.rest().starts_with(word));
    let named_month = ["正月", "冬月", "腊月"].iter().any(|word| c.rest().starts_with(word));
    if !says_calendar && !named_month {
        return None;
    }
    let mut probe = c;
    let said = month(&mut probe);
    let after_month = probe;
    let found = said.and_then(|month| Some((month, day(&mut probe)?)));
    if found.is_some() {
        c = probe;
    } else if let Some(end) = to_before(c.rest()) {
        // 腊月底前, 农历年底前, 农历闰六月初一前: the words to 前
        c.at = text.len() - c.rest().len() + end;
    } else {
        // 农历八月 alone says no day, and no August either
        said?;
        c = after_month;
    }
    let tail = if c.rest().starts_with("前后") { None } else { c.eat_any(&["之前", "以前", "前", "止"]) };
    if tail.is_none() && setting == Setting::Text && !c.rest().starts_with("完成") {
        return Some((c.at, None));
    }
    let words = &text[start..c.at];
    let (on, problem) = reckoned(words, found, year, named);
    Some(c.finish(start, on, None, Some(problem)))
}

/// The day and what is to be checked.
fn reckoned(words: &str, found: Option<(u32, u32)>, year: Option<i16>, named: Named) -> (Option<Date>, String) {
    let at = |year: i16| {
        let (month, day) = found?;
        common(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    };
    let asked = || format!("“{words}”没有写明是哪一天，请填写公历日期，例如“6月30日前”。");
    let Some(year) = year else { return (None, asked()) };
    // The lunar year ends in the next January or February, and the last one ended in this: 腊月 may be either.
    if found.is_some_and(|(month, _)| month >= 11) {
        let days: Vec<String> = [at(year - 1), at(year)].into_iter().flatten().map(|day| day.to_string()).collect();
        return match days.as_slice() {
            [] => (None, asked()),
            days => (None, format!("“{words}”是农历日期，可能是公历 {}，请核对后填写。", days.join(" 或 "))),
        };
    }
    match at(year) {
        // A plan of the year is mostly written after its first lunar month: it may mean the next.
        Some(on) if found.is_some_and(|(month, _)| month == 1) && named == Named::No => {
            (None, format!("“{words}”没有写明是哪一年，如指 {year} 年的，请填写 {on}。"))
        }
        Some(on) => (Some(on), format!("“{words}”是农历日期，按公历 {on} 计算，请核对。")),
        None => (None, asked()),
    }
}
