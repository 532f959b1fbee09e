//! Dates and cadences in words: `6月底前`, `于12月10日前`, `每季度`, `长期坚持`.
//!
//! A date that is only mentioned (`自2019年5月15日起施行`, `4月15日会议`) is none. Words that may mean two days
//! (`6月前`), several (`6、9、12月底前`), a day that the plan does not say (`春节前`) or none (`2月30日`) keep their
//! words, get no date and say why.

mod cadence;
mod cursor;
mod day;
mod festival;
mod lunar;

use std::ops::Range;

use jiff::civil::Date;

use super::{Cadence, headings::digit};
use crate::work::looked_at;
use cursor::Cursor;
use day::{Named, What};

/// A date or cadence found in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Due {
    /// Where the words stand in the text that was searched.
    pub(super) range: Range<usize>,
    pub(super) words: String,
    pub(super) on: Option<Date>,
    pub(super) cadence: Option<Cadence>,
    /// Why there is no date, or why the date is doubtful: for a warning.
    pub(super) problem: Option<String>,
}

/// Where the words stand: in running text a bare date is a mention, in an owner note it is a due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    Text,
    Note,
}

/// Where reading stopped, and the date or cadence; none for words that only mention a date.
type Found = (usize, Option<Due>);

fn begins_date(c: char) -> bool {
    matches!(
        c,
        '每' | '按'
            | '逐'
            | '长'
            | '全'
            | '贯'
            | '常'
            | '随'
            | '持'
            | '今'
            | '本'
            | '当'
            | '明'
            | '次'
            | '年'
            | '上'
            | '去'
            | '到'
            | '下'
            | '第'
            | '于'
            | '即'
            | '两'
            | '半'
            | '月'
            | '季'
            | '翌'
            | '来'
            | '〇'
            | '零'
            | '一'
            | '二'
            | '三'
            | '四'
            | '五'
            | '六'
            | '七'
            | '八'
            | '九'
            | '十'
    )
}

/// What dates are reckoned from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Reckoning {
    /// The year of a date without one; `None` when the plan is for several.
    pub(super) year: Option<i16>,
    /// The day of issue, where the text says it: nothing is due before.
    pub(super) issued: Option<Date>,
}

/// Finds all dates and cadences in order. Without a year to reckon from only dates that name one get a day.
pub(super) fn find(text: &str, from: Reckoning, setting: Setting) -> Vec<Due> {
    looked_at(text.len());
    let mut found = Vec::new();
    let mut skip = 0;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if c == '《' && at >= skip {
            skip = cited_end(text, at).unwrap_or(skip);
        }
        let inside_number = digit(before).is_some() && digit(c).is_some();
        let dated = begins_date(c) || digit(c).is_some();
        if at >= skip && !inside_number && (dated || festival::begins(c) || lunar::begins(c)) {
            // a number is a year's only when 年 stands behind it
            let yearly = || text[at..].chars().take(8).any(|c| c == '年');
            let named = if digit(c).is_none() || yearly() {
                lunar::read(text, at, from.year, setting).or_else(|| festival::read(text, at, before, from.year))
            } else {
                None
            };
            let read = named.or_else(|| {
                if !dated {
                    return None;
                }
                cadence::recurring(text, at)
                    .or_else(|| cadence::continuous(text, at, setting))
                    .or_else(|| cadence::occasion(text, at, before))
                    .or_else(|| day::list(text, at, setting))
                    .or_else(|| day::date(text, at, before, from, setting))
                    .or_else(|| cadence::relative(text, at, before))
            });
            if let Some((end, due)) = read {
                skip = end;
                found.extend(due);
            }
        }
        before = c;
    }
    found
}

/// Where the title of a cited document ends that begins here: `《2026年3月底前重点工作清单》` sets no term.
fn cited_end(text: &str, start: usize) -> Option<usize> {
    const LONGEST: usize = 150;
    let mut depth = 0;
    for (at, c) in text[start..].char_indices().take(LONGEST) {
        match c {
            '《' => depth += 1,
            '》' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(start + at + c.len_utf8());
        }
    }
    None
}

/// The one to show for a text that has several: the first with a date that is not in doubt, else the first with a
/// date, else the first. What it leaves out is its problem, for a warning.
pub(super) fn choose(mut dues: Vec<Due>) -> Option<Due> {
    let sure = dues.iter().position(|due| due.on.is_some() && due.problem.is_none());
    let index = sure.or_else(|| dues.iter().position(|due| due.on.is_some())).unwrap_or(0);
    let mut days = dues.iter().filter_map(|due| due.on);
    let first = days.next();
    let several = days.any(|day| Some(day) != first);
    let cadence = dues.iter().find(|due| due.cadence.is_some()).map(|due| due.words.clone());
    let mut rhythms: Vec<&str> = Vec::new();
    for due in dues.iter().filter(|due| due.cadence.is_some()) {
        if !rhythms.contains(&due.words.as_str()) {
            rhythms.push(&due.words);
        }
    }
    let rhythms = (rhythms.len() > 1).then(|| rhythms.join("、"));
    if index >= dues.len() {
        return None;
    }
    let mut chosen = dues.swap_remove(index);
    let words = &chosen.words;
    let left_out = if several {
        Some(format!("一句话里有几个日期，只取“{words}”，如需分别办理请拆分。"))
    } else if let Some(rhythms) = rhythms.filter(|_| chosen.cadence.is_some()) {
        Some(format!("一句话里有几个频次（{rhythms}），只取“{words}”，如需分别办理请拆分。"))
    } else {
        let lost = cadence.filter(|_| chosen.on.is_some() && chosen.cadence.is_none());
        lost.map(|cadence| format!("既有频次“{cadence}”又有日期“{words}”，只取日期，如需分别办理请拆分。"))
    };
    chosen.problem = chosen.problem.take().or(left_out);
    Some(chosen)
}

/// The one to show for an owner note that has several: the latest, for the work is done when its last part is.
pub(super) fn choose_latest(mut dues: Vec<Due>) -> Option<Due> {
    let latest = dues.iter().enumerate().filter(|(_, due)| due.on.is_some()).max_by_key(|(_, due)| due.on);
    if let Some((index, _)) = latest {
        dues.swap(0, index);
    }
    let doubt = dues.iter().find_map(|due| due.problem.clone());
    let mut chosen = choose(dues)?;
    chosen.problem = chosen.problem.take().or(doubt);
    Some(chosen)
}

/// Whether `、` joins two days that share their last words: `3月、6月底前`, `6、9、12月底前`.
pub(super) fn lists(left: &str, right: &str) -> bool {
    // twelve months with their marks
    const LONGEST: usize = 120;
    let ends = left.ends_with(['月', '日', '号', '份']) || left.chars().next_back().and_then(digit).is_some();
    let counts = |c: char| digit(c).is_some() || "一二三四五六七八九十、".contains(c);
    let after = right.char_indices().take(40).find(|&(_, c)| !counts(c));
    if festival::lists(left, right) {
        return true;
    }
    // 二、三季度
    let quarter = left.ends_with(['一', '二', '三', '四', '1', '2', '3', '4']);
    if quarter && after.is_some_and(|(at, _)| at > 0 && right[at..].starts_with("季度")) {
        return true;
    }
    ends && left.len() <= LONGEST && after.is_some_and(|(at, c)| at > 0 && matches!(c, '月' | '日' | '号'))
}

/// Whether a space stands within a date, as Word sets them around numbers: `2025 年 6 月底前`.
pub(super) fn spaced(left: &str, right: &str) -> bool {
    let number = |c: Option<char>| c.and_then(digit).is_some();
    let (before, after) = (left.chars().next_back(), right.trim_start().chars().next());
    (number(before) && after.is_some_and(|c| "年月日号个天周季时点".contains(c)))
        || (number(after) && before.is_some_and(|c| "年月日至—-于在第".contains(c)))
        || (before == Some('年') && after.is_some_and(|c| "上下年第".contains(c)))
}

/// Words that say when and no day: `适时`, `立行立改`, `2025年度`, `7月1日起`, `换届前`, `每学期`, `岁末`.
pub(super) fn says_when(words: &str) -> bool {
    const WORDS: [&str; 28] = [
        "年终",
        "岁末",
        "岁尾",
        "日常",
        "双月",
        "单月",
        "季度",
        "下季度",
        "即时",
        "随时",
        "适时",
        "立即",
        "及时",
        "实时",
        "马上",
        "限时",
        "立行立改",
        "即知即改",
        "按时",
        "按期",
        "如期",
        "同步",
        "年中",
        "年度内",
        "全程",
        "常态",
        "当前",
        "近期",
    ];
    const UNITS: [char; 9] = ['年', '月', '日', '号', '周', '天', '次', '季', '度'];
    let ends = words.ends_with(['前', '内', '起', '底', '末', '初', '度', '年', '月', '日', '次', '后']);
    let counted = words.chars().any(|c| digit(c).is_some() || "一二两三四五六七八九十半每".contains(c));
    // No organ's name begins or ends so, and none is a figure.
    let begins = words.starts_with(['每', '逢', '隔']);
    let ends_in_time = words.ends_with(['前', '底', '末', '尾', '后'])
        || ["前后", "之后", "以后", "结束后", "期间", "月初", "季初", "年初", "年中", "月月"]
            .iter()
            .any(|end| words.ends_with(end));
    let quarter = words.strip_prefix(['Q', 'q']).is_some_and(|rest| matches!(rest, "1" | "2" | "3" | "4"));
    let figure = words.contains(|c| digit(c).is_some())
        && words.chars().all(|c| digit(c).is_some() || ".．-—－–~～/至到年月日底前末".contains(c));
    if words.chars().count() <= 12 && (begins || ends_in_time || quarter || figure) {
        return true;
    }
    WORDS.iter().any(|word| words.starts_with(word))
        || (counted && ends && words.chars().count() <= 16 && (words.contains(UNITS) || words.contains('.')))
}

/// Whether a whole line is a date, as under a signature: `2019年4月1日`, `二〇一九年四月一日`.
pub(super) fn is_date_line(line: &str) -> bool {
    date_line(line).is_some()
}

/// The day that a line says which is a date and nothing else; `None` within when there is no such day.
pub(super) fn date_line(line: &str) -> Option<Option<Date>> {
    let bare: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    let bare = bare.trim_start_matches(['（', '(']).trim_end_matches(['）', ')']);
    let mut c = Cursor { text: bare, at: 0 };
    let (year, named) = day::said_year(&mut c, None);
    let what = day::said_day(&mut c, named).filter(|what| matches!(what, What::Day(..)))?;
    (named == Named::Absolute && c.rest().is_empty()).then(|| day::resolve(&what, year, None, "").0)
}

/// The years of the documents that a text cites by number: `〔2016〕13号`.
pub(super) fn cited_years(text: &str) -> Vec<i16> {
    let inside = text.split(['〔', '[', '［', '﹝']).skip(1);
    let years = inside.filter_map(|rest| rest.split_once(['〕', ']', '］', '﹞']).map(|(year, _)| year.trim()));
    years.filter_map(|year| year.parse().ok()).filter(|year| (1900..=2199).contains(year)).collect()
}

/// The years that a title names (`2019年`, `二〇一九年`, `2019—2021年`), in order.
pub(super) fn years(title: &str) -> Vec<i16> {
    let mut years = Vec::new();
    let mut skip = 0;
    for (at, c) in title.char_indices() {
        if at < skip || !(digit(c).is_some() || "一二".contains(c)) {
            continue;
        }
        let mut cursor = Cursor { text: title, at };
        let Some(number) = cursor.number() else { continue };
        skip = cursor.at;
        let year = i16::try_from(number).ok().filter(|y| (1900..=2199).contains(y));
        let follows = ["年", "—", "-", "－", "至", "～"].iter().any(|mark| cursor.rest().starts_with(mark));
        if let Some(year) = year.filter(|_| follows) {
            years.push(year);
        }
    }
    years
}
