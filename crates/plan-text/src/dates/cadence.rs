//! Terms without one day: `每季度`, `长期坚持`, `3个工作日内`, `春节前`.

use super::super::{Cadence, headings::digit};
use super::{Found, Setting, cursor::Cursor};

/// The words to the next mark, at most eight: what a date is said of.
pub(super) fn phrase(text: &str) -> &str {
    let end = text.char_indices().take(8).find(|&(_, c)| matches!(c, '，' | '。' | '；' | '、' | ',' | ';' | '\n'));
    let end = end.or_else(|| text.char_indices().nth(8)).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// `每季度`, `每月10日前`, `每年6月、12月`.
pub(super) fn recurring(text: &str, start: usize) -> Option<Found> {
    // 每人每年补贴: a measure, not how often it is done
    const MEASURED: [&str; 14] = ["人", "户", "名", "家", "亩", "生", "村", "校", "次", "床", "吨", "位", "头", "人次"];
    let mut c = Cursor { text, at: start };
    let head = &text[..start];
    if MEASURED.iter().any(|unit| head.strip_suffix(unit).is_some_and(|head| head.ends_with(['每', '/', '／']))) {
        return None;
    }
    if text[start..].starts_with(['半', '一']) {
        return once_in(c);
    }
    let each = c.eat_any(&["每", "按", "逐"])?;
    if each == "每" {
        c.eat("个");
    }
    let units = ["半年", "季度", "季", "两个月", "月", "年", "周", "星期", "旬"];
    let unit = c.eat_any(&units)?;
    let ten_days = unit == "旬";
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
    let mut numbered: Option<&str> = None;
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
        // 每年6月、12月
        let listed = numbered.is_some() && probe.eat_any(&["、", "和", "及"]).is_some();
        let unit = probe.number().and_then(|_| probe.eat_any(&["个工作日", "日", "号", "月份", "月"]));
        let goes_on = numbered.is_none() || if listed { unit == numbered } else { unit != Some("月") };
        if unit.is_some() && goes_on {
            c = probe;
            numbered = unit;
        } else if c.eat_any(&["之前", "以前", "前", "以内", "内"]).is_some() || c.eat_any(&PLACES).is_none() {
            // there is no rhythm of ten days
            let problem = ten_days
                .then(|| format!("看不懂时限“{}”，没有每十天一次的频次，请填写日期或频次。", &text[start..c.at]));
            return Some(c.finish(start, None, cadence, problem));
        }
    }
}

/// `半年一次`, `一季度1次`.
fn once_in(mut c: Cursor<'_>) -> Option<Found> {
    const SPANS: [(&str, Cadence); 7] = [
        ("半年", Cadence::HalfYearly),
        ("一年", Cadence::Yearly),
        ("一季度", Cadence::Quarterly),
        ("一个季度", Cadence::Quarterly),
        ("一月", Cadence::Monthly),
        ("一个月", Cadence::Monthly),
        ("一周", Cadence::Weekly),
    ];
    let start = c.at;
    let (_, cadence) = SPANS.iter().find(|(span, _)| c.eat(span))?;
    c.eat_any(&["一次", "1次", "一报", "一通报", "一调度", "一公开"])?;
    Some(c.finish(start, None, Some(*cadence), None))
}

/// `长期坚持`, `全年`.
pub(super) fn continuous(text: &str, start: usize, setting: Setting) -> Option<Found> {
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
    if word == "全年" {
        // 全年公开率达到100%, 在全年考核中领先
        let near = phrase(c.rest());
        // 全年检测1000个 measures, 全年举办4次 says how often
        let often = near.contains(['月', '日', '次', '场', '期', '轮']);
        let counted = near.chars().any(|c| digit(c).is_some()) && !often;
        let sentence: String =
            c.rest().chars().take_while(|c| !matches!(c, '，' | '。' | '；' | '\n')).take(24).collect();
        let compared = ["%", "％", "同比", "增长", "下降"].iter().any(|word| sentence.contains(word));
        let measured = counted
            || compared
            || ["率", "考核", "评比", "排名", "平均", "累计"].iter().any(|word| near.contains(word));
        if measured || MENTIONS.iter().any(|m| c.rest().starts_with(m)) {
            return Some((c.at, None));
        }
    }
    Some(c.finish(start, None, Some(Cadence::Continuous), None))
}

/// `3个工作日内`, `两年内`: a term from an event, without a date of its own.
pub(super) fn relative(text: &str, start: usize, before: char) -> Option<Found> {
    let mut c = Cursor { text, at: start };
    if "第近过〇零一二三四五六七八九十".contains(before) {
        return None;
    }
    if c.number().is_none() {
        c.eat_any(&["两", "半"])?;
    }
    const UNITS: [&str; 14] = [
        "个工作日",
        "个自然日",
        "个季度",
        "个星期",
        "个月",
        "工作日",
        "小时",
        "星期",
        "季度",
        "日",
        "天",
        "周",
        "年",
        "个年度",
    ];
    c.eat_any(&UNITS)?;
    c.eat_any(&["之内", "以内", "内"])?;
    // 5年内累计不超过3个月 measures, it sets no term
    if ["累计", "累积", "合计", "不得", "不超过", "未"].iter().any(|word| c.rest().starts_with(word)) {
        return Some((c.at, None));
    }
    Some(c.finish(start, None, None, None))
}

/// `年中完成`, `到2027年建成`, `“十五五”末`: a time without a day.
fn far_off(mut c: Cursor<'_>) -> Option<Found> {
    const ACTS: [&str; 10] = ["完成", "建成", "实现", "全面", "基本", "形成", "达到", "建立", "力争", "，"];
    let start = c.at;
    let five = ["四", "五", "六", "七"];
    if c.eat("十") {
        // the quotation mark before it is no part of the words
        (c.eat_any(&five).is_some() && c.eat("五")).then_some(())?;
        c.eat("”");
        c.eat_any(&["期末", "末"])?;
    } else if c.eat("年中") {
        c.eat_any(&["之前", "前"]);
        ACTS.iter().any(|act| c.rest().starts_with(act)).then_some(())?;
    } else {
        c.eat("到").then_some(())?;
        c.number().filter(|year| (1990..=2199).contains(year))?;
        c.eat("年").then_some(())?;
        ACTS.iter().any(|act| c.rest().starts_with(act)).then_some(())?;
    }
    let problem = format!("“{}”没有写明是哪一天，请填写日期，例如“6月30日前”。", &c.text[start..c.at]);
    Some(c.finish(start, None, None, Some(problem)))
}

/// `本月底前`, `季度末前`: a day that only the day of issue tells, or that nothing tells.
pub(super) fn occasion(text: &str, start: usize, before: char) -> Option<Found> {
    const SPANS: [&str; 9] = ["本月底", "本月末", "本月", "当月底", "次月底", "本季度末", "本季度", "本周", "本学期"];
    /// Of which month or quarter is not said; 6月底 and 三季度末 are read before.
    const BARE: [&str; 6] = ["月底", "月末", "季度末", "季度底", "季末", "季底"];
    let mut c = Cursor { text, at: start };
    if let Some(found) = far_off(c) {
        return Some(found);
    }
    let counted = digit(before).is_some() || "〇零一二三四五六七八九十两几个每各逢双单年".contains(before);
    let bare = || if counted { None } else { Cursor { text, at: start }.eat_any(&BARE) };
    match c.eat_any(&SPANS) {
        Some(_) => {}
        None => c.at += bare()?.len(),
    }
    let tail = c.eat_any(&["之前", "以前", "前", "以内", "内"])?;
    if tail.ends_with('前') && c.rest().starts_with(['后', '夕', '期']) {
        return None;
    }
    let problem = format!("“{}”没有写明是哪一天，请填写日期，例如“6月30日前”。", &text[start..c.at]);
    Some(c.finish(start, None, None, Some(problem)))
}
