//! Dates and cadences in words: `6月底前`, `于12月10日前`, `每季度`, `长期坚持`.
//!
//! A date that is only mentioned (`自2019年5月15日起施行`, `4月15日会议`) is none. Words that may mean two days
//! (`6月前`) or no day (`2月30日`) keep their words, get no date and say why.

use std::ops::Range;

use jiff::civil::Date;

use super::{
    Cadence,
    headings::{digit, numeral},
};

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

#[derive(Clone, Copy)]
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        self.text[self.at..].trim_start_matches([' ', '\u{3000}'])
    }

    fn eat(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let found = rest.starts_with(word);
        if found {
            self.at = self.text.len() - rest.len() + word.len();
        }
        found
    }

    fn eat_any(&mut self, words: &[&'static str]) -> Option<&'static str> {
        words.iter().copied().find(|word| self.eat(word))
    }

    /// A number in digits (at most four) or Chinese numerals.
    fn number(&mut self) -> Option<u32> {
        let rest = self.rest();
        let end = |test: &dyn Fn(char) -> bool| {
            rest.char_indices().take(7).find(|&(_, c)| !test(c)).map_or(rest.len(), |(at, _)| at)
        };
        let arabic = end(&|c| digit(c).is_some());
        let (value, length) = if arabic > 0 {
            let digits = &rest[..arabic];
            if digits.chars().count() > 4 {
                return None;
            }
            (digits.chars().try_fold(0, |sum, c| Some(sum * 10 + digit(c)?))?, arabic)
        } else {
            let length = end(&|c| "〇零一二三四五六七八九十".contains(c));
            (numeral(&rest[..length])?, length)
        };
        self.at = self.text.len() - rest.len() + length;
        Some(value)
    }

    fn finish(&self, start: usize, on: Option<Date>, cadence: Option<Cadence>, problem: Option<String>) -> Found {
        let words = self.text[start..self.at].to_owned();
        (self.at, Due { range: start..self.at, words, on, cadence, problem })
    }
}

type Found = (usize, Due);

/// Finds all dates and cadences in order. `year` is the plan's; without it only dates that name a year get a day.
pub(super) fn find(text: &str, year: Option<i16>, setting: Setting) -> Vec<Due> {
    const STARTS: &str = "每按逐长全贯常随持今本当明次年上下第于〇零一二三四五六七八九十";
    let mut found = Vec::new();
    let mut skip = 0;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if at >= skip && (STARTS.contains(c) || digit(c).is_some()) {
            let inside_number = digit(before).is_some() && digit(c).is_some();
            let due = if inside_number {
                None
            } else {
                cadence(text, at)
                    .or_else(|| continuous(text, at, setting))
                    .or_else(|| date(text, at, before, year, setting))
                    .or_else(|| relative(text, at, before))
            };
            if let Some((end, due)) = due {
                skip = end;
                found.push(due);
            }
        }
        before = c;
    }
    found
}

/// The one to show for a text that has several: the first with a date, else the first.
pub(super) fn choose(mut dues: Vec<Due>) -> Option<Due> {
    let index = dues.iter().position(|due| due.on.is_some()).unwrap_or(0);
    (!dues.is_empty()).then(|| dues.swap_remove(index))
}

/// Whether several different days are among them.
pub(super) fn several(dues: &[Due]) -> bool {
    let mut days = dues.iter().filter_map(|due| due.on);
    let first = days.next();
    days.any(|day| Some(day) != first)
}

fn cadence(text: &str, start: usize) -> Option<Found> {
    let mut c = Cursor { text, at: start };
    let each = c.eat_any(&["每", "按", "逐"])?;
    if each == "每" {
        c.eat("个");
    }
    let units = ["半年", "季度", "季", "两个月", "月", "年", "周", "星期"];
    let unit = c.eat_any(&units)?;
    // 按年龄, 按年度计划, 按季节, 周边, 周期 are no cadences
    let other: &[&str] =
        if each == "每" { &["龄", "节", "边"] } else { &["龄", "度", "级", "代", "节", "边", "期"] };
    if other.iter().any(|word| c.rest().starts_with(word)) {
        return None;
    }
    let cadence = match unit {
        "半年" => Some(Cadence::HalfYearly),
        "季度" | "季" => Some(Cadence::Quarterly),
        "月" => Some(Cadence::Monthly),
        "年" => Some(Cadence::Yearly),
        "周" | "星期" => Some(Cadence::Weekly),
        _ => None,
    };
    loop {
        const PLACES: [&str; 16] = [
            "度",
            "首月",
            "末月",
            "次月",
            "第一个月",
            "结束后",
            "终了后",
            "上旬",
            "中旬",
            "下旬",
            "年底",
            "年末",
            "月底",
            "底",
            "末",
            "初",
        ];
        let mut probe = c;
        if probe.number().is_some() && probe.eat_any(&["个工作日", "日", "号", "月份", "月"]).is_some() {
            c = probe;
        } else if c.eat_any(&["之前", "以前", "前", "以内", "内"]).is_some() || c.eat_any(&PLACES).is_none() {
            return Some(c.finish(start, None, cadence, None));
        }
    }
}

fn continuous(text: &str, start: usize, setting: Setting) -> Option<Found> {
    const WORDS: [&str; 12] = [
        "长期坚持",
        "长期推进",
        "长期开展",
        "长期实施",
        "长期执行",
        "贯穿全年",
        "全年坚持",
        "全年推进",
        "全年持续推进",
        "全年开展",
        "常年坚持",
        "全年",
    ];
    const IN_NOTES: [&str; 6] = ["长期", "持续推进", "常态化推进", "常态化", "持续", "常年"];
    // 全年目标任务 is a mention
    const MENTIONS: [&str; 14] =
        ["目标", "工作", "任务", "经济", "收入", "预算", "计划", "总", "指标", "重点", "生产", "财政", "新增", "度"];
    let mut c = Cursor { text, at: start };
    let word = c.eat_any(&WORDS).or_else(|| (setting == Setting::Note).then(|| c.eat_any(&IN_NOTES)).flatten())?;
    if word == "全年" && MENTIONS.iter().any(|m| c.rest().starts_with(m)) {
        return None;
    }
    Some(c.finish(start, None, Some(Cadence::Continuous), None))
}

/// `3个工作日内`: a term from an event, without a date of its own.
fn relative(text: &str, start: usize, before: char) -> Option<Found> {
    let mut c = Cursor { text, at: start };
    if before == '第' || "〇零一二三四五六七八九十".contains(before) {
        return None;
    }
    c.number()?;
    c.eat_any(&["个工作日", "个自然日", "个月", "工作日", "小时", "日", "天", "周"])?;
    c.eat_any(&["之内", "以内", "内"])?;
    Some(c.finish(start, None, None, None))
}

/// What a date says once its year is known.
enum What {
    Day(u32, u32),
    MonthEnd(u32),
    Month(u32),
    YearEnd,
    Year,
}

const TAILS: [&str; 6] = ["之前", "以前", "前", "以内", "内", "止"];

fn date(text: &str, start: usize, before: char, plan: Option<i16>, setting: Setting) -> Option<Found> {
    let mut c = Cursor { text, at: start };
    let at_word = c.eat("于");
    let (mut year, mut named) = said_year(&mut c, plan);
    let mut what = said_day(&mut c, named)?;
    if named == Named::No && matches!(what, What::YearEnd) && "去上往历每近多半全数".contains(before) {
        return None;
    }
    let mut range = c;
    if range.eat_any(&["至", "到", "—", "－", "-", "～", "~"]).is_some() {
        while range.eat("—") {}
        let (end_year, end_named) = said_year(&mut range, year);
        if let Some(end) = said_day(&mut range, end_named) {
            (c, what, year) = (range, end, end_year);
            if end_named != Named::No {
                named = end_named;
            }
        }
    }
    let tail = if c.rest().starts_with("前后") { None } else { c.eat_any(&TAILS) };
    if !is_due(text, start, &c, &what, at_word, tail, setting) {
        return None;
    }
    let (on, mut problem) = resolve(&what, year, tail, &text[start..c.at]);
    if let (Some(on), Some(plan)) = (on, plan)
        && on.year() < plan
    {
        problem = Some(format!("时限“{}”早于计划年度 {plan} 年，请核对年份。", &text[start..c.at]));
    }
    if named == Named::No && year.is_none() {
        problem = Some(format!("标题跨几个年度，“{}”没有写明是哪一年，请填写日期。", &text[start..c.at]));
    }
    Some(c.finish(start, on, None, problem))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    No,
    /// 今年, 明年.
    Relative,
    /// 2019年.
    Absolute,
}

fn said_year(c: &mut Cursor<'_>, plan: Option<i16>) -> (Option<i16>, Named) {
    let mut probe = *c;
    if let Some(number) = probe.number().filter(|n| (1900..=2199).contains(n))
        && probe.eat("年")
    {
        *c = probe;
        return (i16::try_from(number).ok(), Named::Absolute);
    }
    if c.eat_any(&["今年", "本年度", "本年", "当年"]).is_some() {
        (plan, Named::Relative)
    } else if c.eat_any(&["明年", "次年"]).is_some() {
        (plan.map(|year| year + 1), Named::Relative)
    } else {
        (plan, Named::No)
    }
}

fn said_day(c: &mut Cursor<'_>, named: Named) -> Option<What> {
    let mut probe = *c;
    if let Some(mut month) = probe.number() {
        let mut other = probe;
        if other.eat_any(&["—", "－", "-", "至", "到", "～"]).is_some()
            && let Some(last) = other.number()
            && other.rest().starts_with('月')
        {
            (month, probe) = (last, other);
        }
        if probe.eat("月") {
            *c = probe;
            let part = c.eat("份");
            let mut day = *c;
            if let Some(number) = day.number()
                && day.eat_any(&["日", "号"]).is_some()
            {
                *c = day;
                return Some(What::Day(month, number));
            }
            return Some(match c.eat_any(&["底", "末", "下旬", "中旬", "上旬"]) {
                Some("中旬") => What::Day(month, 20),
                Some("上旬") => What::Day(month, 10),
                Some(_) => What::MonthEnd(month),
                None if !part && (c.rest().starts_with("内") || c.rest().starts_with("以内")) => {
                    What::MonthEnd(month)
                }
                None => What::Month(month),
            });
        }
    }
    if c.eat_any(&["年底", "年末", "年内"]).is_some() {
        return Some(What::YearEnd);
    }
    if named != Named::No && c.eat_any(&["底", "末", "内"]).is_some() {
        return Some(What::YearEnd);
    }
    if c.eat("上半年") {
        return Some(What::MonthEnd(6));
    }
    if c.eat("下半年") {
        return Some(What::MonthEnd(12));
    }
    let mut probe = *c;
    probe.eat("第");
    if let Some(quarter) = probe.number().filter(|n| (1..=4).contains(n))
        && probe.eat("季度")
    {
        probe.eat_any(&["底", "末"]);
        *c = probe;
        return Some(What::MonthEnd(quarter * 3));
    }
    (named == Named::Absolute).then_some(What::Year)
}

/// Whether the words set a date or only mention one.
fn is_due(
    text: &str,
    start: usize,
    c: &Cursor<'_>,
    what: &What,
    at_word: bool,
    tail: Option<&str>,
    setting: Setting,
) -> bool {
    let (head, rest) = (&text[..start], c.rest());
    let begins = head.ends_with('自') || head.ends_with('从');
    if begins || ["起", "以来", "以后", "开始"].iter().any(|word| rest.starts_with(word)) {
        return false;
    }
    if setting == Setting::Note {
        return true;
    }
    let words = &text[start..c.at];
    match what {
        What::Year => tail.is_some_and(|t| t.ends_with('前')),
        What::Day(..) if words.ends_with('旬') => true,
        What::Day(..) | What::Month(_) => {
            const ACTS: [&str; 10] =
                ["施行", "实施", "印发", "发布的", "公布的", "修订", "通过", "生效", "颁布", "成立"];
            let near: String = rest.chars().take(12).collect();
            let by = ["截止", "最迟", "不晚于", "不迟于", "至迟"].iter().any(|word| head.ends_with(word));
            tail.is_some() || by || rest.starts_with("完成") || (at_word && !ACTS.iter().any(|act| near.contains(act)))
        }
        What::MonthEnd(_) | What::YearEnd => {
            const MENTIONS: [&str; 9] = ["情况", "工作", "总结", "数据", "经济", "主要", "政务", "的", "全县"];
            let part = words.contains("半年") || words.contains("季度");
            let mention = part && (head.ends_with(['前', '上']) || MENTIONS.iter().any(|m| rest.starts_with(m)));
            tail.is_some() || !(mention || head.ends_with("截至"))
        }
    }
}

fn resolve(what: &What, year: Option<i16>, tail: Option<&str>, words: &str) -> (Option<Date>, Option<String>) {
    let before = tail.is_some_and(|t| t.ends_with('前'));
    let (month, day) = match *what {
        What::Month(_) | What::Year if before => {
            let problem = format!("“{words}”可能指之前，也可能指底，请填写确切日期，例如“6月30日前”。");
            return (None, Some(problem));
        }
        What::Day(month, day) => (month, Some(day)),
        What::MonthEnd(month) | What::Month(month) => (month, None),
        What::YearEnd | What::Year => (12, None),
    };
    let Some(year) = year else { return (None, None) };
    let exists = || {
        let month = i8::try_from(month).ok()?;
        let first = Date::new(year, month, 1).ok()?;
        match day {
            Some(day) => Date::new(year, month, i8::try_from(day).ok()?).ok(),
            None => Some(first.last_of_month()),
        }
    };
    match exists() {
        Some(date) => (Some(date), None),
        None => (None, Some(format!("“{words}”不是一个存在的日期，请核对并填写，例如“6月30日前”。"))),
    }
}

/// Whether a whole line is a date, as under a signature: `2019年4月1日`, `二〇一九年四月一日`.
pub(super) fn is_date_line(line: &str) -> bool {
    let bare: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    let bare = bare.trim_start_matches(['（', '(']).trim_end_matches(['）', ')']);
    let mut c = Cursor { text: bare, at: 0 };
    said_year(&mut c, None).1 == Named::Absolute
        && matches!(said_day(&mut c, Named::Absolute), Some(What::Day(..)))
        && c.rest().is_empty()
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
