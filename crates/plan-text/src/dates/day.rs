//! Dates: how words say a day, and whether they set it or only mention it.

use jiff::civil::Date;

use super::{Found, Reckoning, Setting, cadence, cursor::Cursor};
use crate::headings::digit;

/// What a date says once its year is known.
#[derive(Clone, Copy)]
pub(super) enum What {
    Day(u32, u32),
    MonthEnd(u32),
    Month(u32),
    YearEnd,
    Year,
}

const TAILS: [&str; 9] = ["之前", "以前", "前", "以内", "之内", "内", "止", "截止", "为止"];
const TO: [&str; 9] = ["至", "到", "—", "－", "-", "–", "～", "~", "―"];

/// `6、9、12月底前`: several months or days that share their last words. They are kept whole, without a date.
pub(super) fn list(text: &str, start: usize, setting: Setting) -> Option<Found> {
    let mut c = Cursor { text, at: start };
    c.eat("于");
    c.number()?;
    const MONTHS: [&str; 2] = ["月份", "月"];
    let mut whole = c.eat_any(&MONTHS).is_some();
    let mut count = 1;
    // no list of months is longer, and 1、1、1、… must not be read to its end from each of its numbers
    const LONGEST: usize = 12;
    while count < LONGEST {
        let mut probe = c;
        if probe.eat_any(&["、", "和", "及"]).is_none() || probe.number().is_none() {
            break;
        }
        c = probe;
        whole = c.eat_any(&MONTHS).or_else(|| c.eat_any(&["日", "号"])).is_some();
        count += 1;
    }
    if count < 2 || !whole {
        return None;
    }
    let end = c.eat_any(&["底", "末"]).is_some();
    let tail = c.eat_any(&TAILS).is_some();
    let each = ["各", "分别"].iter().any(|word| c.rest().starts_with(word));
    let done = end && c.rest().starts_with("完成");
    if !(tail || each || done || setting == Setting::Note) {
        return None;
    }
    let problem = format!("时限“{}”写了几个日期，请逐个填写或拆分。", &text[start..c.at]);
    Some(c.finish(start, None, None, Some(problem)))
}

/// A date as the words say it, before it is known whether it is a due date.
struct Said<'a> {
    text: &'a str,
    start: usize,
    /// Where its words end.
    end: usize,
    what: What,
    year: Option<i16>,
    named: Named,
    /// It begins with 于.
    at_word: bool,
    /// The last day of a stretch of time.
    ranged: bool,
    tail: Option<&'static str>,
}

/// One date: `6月底前`, `2020-06-30`, `12月10日17:00前`, `4月1日至6月30日`.
pub(super) fn date(text: &str, start: usize, before: char, from: Reckoning, setting: Setting) -> Option<Found> {
    let plan = from.year;
    let said = Said::read(text, start, before, plan)?;
    let words = &text[start..said.end];
    let c = Cursor { text, at: said.end };
    let early = said.year.zip(plan).is_some_and(|(year, plan)| year < plan);
    if let Some(found) = said.part_of_month(setting) {
        return Some(found);
    }
    if !said.is_due(early, setting) {
        return Some((said.end, None));
    }
    if setting == Setting::Note && matches!(said.what, What::Year) && said.tail.is_none() && !said.ends_term() {
        // 2026年汛期前: the year alone is not the term
        let near = cadence::phrase(c.rest());
        let problem = format!("“{words}{near}”没有写明是哪一天，请填写日期，例如“6月30日前”。");
        return Some(if near.contains('前') { c.finish(start, None, None, Some(problem)) } else { (said.end, None) });
    }
    let (mut on, mut problem) = resolve(&said.what, said.year, said.tail, words);
    if let (Some(day), Some(issued), Named::No) = (on, from.issued, said.named)
        && day < issued
        && day.year() == issued.year()
    {
        // months after a December issue are the next year's
        let next = if issued.month() >= 11 { Some(issued.year() + 1) } else { said.year };
        on = resolve(&said.what, next, said.tail, words).0;
        let reckoned = on.map_or_else(String::new, |on| format!("，暂按 {on} 计算"));
        problem = Some(format!("“{words}”早于成文日期 {issued}{reckoned}，请核对年份。"));
    }
    if let (Some(on), Some(plan), None) = (on, plan, &problem)
        && on.year() < plan
    {
        problem = Some(format!("时限“{words}”早于计划年度 {plan} 年，请核对年份。"));
    }
    // 6月15日、9月15日前: the first is no mention
    let listed = text[..start].trim_end().strip_suffix('、').is_some_and(|head| head.ends_with(['日', '号']));
    if listed && setting == Setting::Text && problem.is_none() {
        problem = Some(format!("一句话里有几个日期，只取“{words}”，如需分别办理请拆分。"));
    }
    if said.named == Named::No && said.year.is_none() {
        problem = Some(format!("标题跨几个年度，“{words}”没有写明是哪一年，请填写日期。"));
    }
    if let (Some(day), None) = (on, &problem) {
        problem = said.doubtful(day, words);
    }
    Some(c.finish(start, on, None, problem))
}

impl<'a> Said<'a> {
    /// Whether the words end the term: a mark, the end of the note, or 完成 stands behind them.
    fn ends_term(&self) -> bool {
        let rest = self.text[self.end..].trim_start();
        let mark = |c: char| matches!(c, '，' | '。' | '；' | '、' | ',' | ';' | '）' | ')' | '\n' | '—' | '-');
        rest.is_empty()
            || rest.starts_with(mark)
            || ["完成", "实施", "全面", "基本", "分批"].iter().any(|w| rest.starts_with(w))
    }

    fn read(text: &'a str, start: usize, before: char, plan: Option<i16>) -> Option<Said<'a>> {
        let mut c = Cursor { text, at: start };
        let at_word = c.eat("于");
        let from_now = !at_word && c.eat_any(&["即日起至", "即日起到"]).is_some();
        if let Some((day, tail)) = dotted(c, before) {
            let (year, named) = (plan, Named::No);
            let end = day.1;
            return Some(Said { text, start, end, what: day.0, year, named, at_word, ranged: false, tail: Some(tail) });
        }
        let (mut year, mut named, mut what) = day_or_number(&mut c, plan)?;
        if named == Named::No
            && matches!(what, What::YearEnd)
            && "去上往历每近多半全数两〇零一二三四五六七八九十".contains(before)
        {
            return None;
        }
        let mut ranged = from_now
            || TO.iter().any(|mark| text[start..c.at].contains(mark))
                && matches!(what, What::Month(_) | What::MonthEnd(_));
        let mut range = c;
        if range.eat_any(&TO).is_some() {
            while range.eat("—") {}
            if let Some((end_year, end_named, end)) = range_end(&mut range, year, what) {
                (c, what, year, ranged) = (range, end, end_year, true);
                if end_named != Named::No {
                    named = end_named;
                }
            }
        }
        if matches!(what, What::Day(..)) {
            c.eat_any(&["（含）", "(含)", "（含当日）", "（含当天）", "（含本日）", "含当日"]);
        }
        let mut tail = if c.rest().starts_with("前后") { None } else { c.eat_any(&TAILS) };
        if tail.is_none() && matches!(what, What::Day(..)) {
            tail = hour(&mut c).or_else(|| event(&mut c));
        }
        Some(Said { text, start, end: c.at, what, year, named, at_word, ranged, tail })
    }

    /// `6月最后一个工作日前`, `6月第二周`: a day within the month that only a calendar tells.
    fn part_of_month(&self, setting: Setting) -> Option<Found> {
        const WHICH: [&str; 8] = ["最后", "末", "第一", "第二", "第三", "第四", "首", "前"];
        const UNITS: [&str; 7] = ["工作日", "星期", "周", "礼拜", "双休日", "天", "日"];
        if !matches!(self.what, What::Month(_)) || self.tail.is_some() {
            return None;
        }
        let mut c = Cursor { text: self.text, at: self.end };
        c.eat("的");
        c.eat_any(&WHICH)?;
        c.eat_any(&["一", "二", "两", "三"]);
        c.eat("个");
        c.eat_any(&UNITS)?;
        c.eat_any(&["一", "二", "三", "四", "五", "六", "日", "天", "末"]);
        let tail = c.eat_any(&TAILS);
        if tail.is_none() && setting == Setting::Text && !c.rest().starts_with("完成") {
            return Some((c.at, None));
        }
        let problem = format!("“{}”没有写明是哪一天，请填写日期，例如“6月30日前”。", &self.text[self.start..c.at]);
        Some(c.finish(self.start, None, None, Some(problem)))
    }

    /// Why a day that the words do not quite say is to be looked at.
    fn doubtful(&self, on: Date, words: &str) -> Option<String> {
        let bare = self.tail.and_then(|tail| words.strip_suffix(tail)).unwrap_or(words);
        if bare.ends_with("月初") || bare.ends_with("月份初") {
            return Some(format!("“{words}”没有写明是哪一天，暂按 {on} 计算，请核对。"));
        }
        let part = words.contains("季度") || words.contains("半年");
        let whole = part && !words.contains(['底', '末']) && !self.ranged;
        let before = self.tail.is_some_and(|tail| tail.ends_with('前'));
        (whole && before).then(|| format!("“{words}”可能指之前，也可能指末，暂按 {on} 计算，请核对。"))
    }

    /// Whether the words set a date or only mention one.
    fn is_due(&self, early: bool, setting: Setting) -> bool {
        let (head, rest) = (&self.text[..self.start], &self.text[self.end..]);
        let rest = rest.trim_start_matches([' ', '\u{3000}']);
        let begins = head.ends_with('自') || head.ends_with('从');
        if begins && !self.ranged || ["起", "以来", "以后", "开始"].iter().any(|word| rest.starts_with(word)) {
            return false;
        }
        if setting == Setting::Note {
            return true;
        }
        // 对2019年底前的文件进行清理
        const DONE: [&str; 15] = [
            "的", "已", "形成", "制定", "出台", "印发", "发布", "公布", "颁布", "产生", "批准", "登记", "成立", "建成",
            "签订",
        ];
        if early && DONE.iter().any(|word| rest.starts_with(word)) {
            return false;
        }
        // 2025年1月1日前的问题: says which
        if self.tail.is_some_and(|tail| tail.ends_with('前')) && rest.starts_with('的') {
            return false;
        }
        // 年底前下达的资金, 6月底前建成的项目: says which, not by when
        const WHICH: [&str; 55] = [
            "出生", "毕业", "入学", "入职", "退休", "退役", "参保", "缴费", "注册", "开户", "购买", "购置", "申报",
            "申请", "提交", "报名", "就业", "失业", "死亡", "迁入", "落户", "离岗", "上岗", "认定", "确诊", "入住",
            "脱贫", "搬迁", "发生", "生产", "办结", "受理", "立案", "交付", "备案", "完成", "下达", "形成", "制定",
            "出台", "印发", "发布", "公布", "新增", "到期", "竣工", "投产", "成立", "建成", "登记", "取得", "开工",
            "签订", "产生", "批准",
        ];
        let act = rest.trim_start_matches(['未', '已', '尚', '所']);
        let which = WHICH.iter().find_map(|word| act.strip_prefix(word)).and_then(|after| after.strip_prefix('的'));
        if which.is_some_and(|after| after.starts_with(|c: char| c.is_alphanumeric() || c == '，')) {
            return false;
        }
        let (tail, words) = (self.tail, &self.text[self.start..self.end]);
        match self.what {
            What::Year => tail.is_some_and(|t| t.ends_with('前')),
            What::Day(..) if words.ends_with('旬') => true,
            What::Day(..) | What::Month(_) => {
                const ACTS: [&str; 10] =
                    ["施行", "实施", "印发", "发布的", "公布的", "修订", "通过", "生效", "颁布", "成立"];
                let near: String = rest.chars().take(12).collect();
                let by = ["截止", "最迟", "不晚于", "不迟于", "至迟", "起至", "起到"]
                    .iter()
                    .any(|word| head.ends_with(word));
                let act = || ACTS.iter().any(|act| near.contains(act));
                tail.is_some()
                    || by
                    || rest.starts_with("完成")
                    || (self.at_word && !act())
                    || (self.ranged && !early && sets_stretch(head, rest))
            }
            What::MonthEnd(_) | What::YearEnd => {
                if tail.is_none() && matches!(self.what, What::YearEnd) && assesses(head, rest) {
                    return false;
                }
                let part = words.contains("半年") || words.contains("季度");
                let mention = part && (head.ends_with(['前', '上']) || reports(rest));
                tail.is_some() || !(mention || head.ends_with("截至") || rest.starts_with('的'))
            }
        }
    }
}

/// `纳入年底绩效考核`, `作为年终评价内容`: an assessment that goes by the year's end.
fn assesses(head: &str, rest: &str) -> bool {
    const INTO: [&str; 9] = ["纳入", "列入", "计入", "作为", "列为", "并入", "与", "和", "参与"];
    const WHAT: [&str; 12] =
        ["评先", "评优", "评比", "考核", "绩效", "效能", "目标", "综合", "评价", "评估", "述职", "测评"];
    let near = cadence::phrase(rest);
    let named = WHAT.iter().any(|word| rest.starts_with(word));
    let of_it = ["体系", "内容", "指标", "范围", "结果", "依据"].iter().any(|word| near.contains(word));
    named
        && (of_it
            || INTO.iter().any(|word| head.trim_end_matches(|c| "各县市区单位部门的".contains(c)).ends_with(word)))
}

/// `3月至6月开展` sets a stretch of time for an act; `公开1月至6月数据` says which data.
fn sets_stretch(head: &str, rest: &str) -> bool {
    const ACTS: [&str; 53] = [
        "巩固", "提升", "总结", "验收", "收尾", "深化", "评估", "整治", "攻坚", "自查", "排查", "建立", "建成", "制定",
        "出台", "编制", "修订", "完善", "清理", "整改", "检查", "督查", "培训", "摸排", "梳理", "征集", "部署", "，",
        "。", "；", "）", "：", "期间", "间", "开展", "进行", "实施", "组织", "完成", "推进", "集中", "为", "举办",
        "召开", "每", "全面", "做好", "落实", "建设", "试点", "启动", "分", "对",
    ];
    let cited = ["对", "将", "公开", "统计", "汇总", "发布", "公布", "报送"].iter().any(|word| head.ends_with(word));
    !cited && (rest.is_empty() || ACTS.iter().any(|act| rest.starts_with(act)))
}

/// `上半年工作情况`, `上半年GDP数据`: a half-year or quarter that something is reported of.
fn reports(rest: &str) -> bool {
    const MENTIONS: [&str; 9] = ["情况", "工作", "总结", "数据", "经济", "主要", "政务", "的", "全县"];
    const ACTS: [&str; 20] = [
        "完成", "公开", "开展", "组织", "印发", "发布", "公布", "报送", "召开", "举办", "建成", "实现", "进行", "做好",
        "启动", "落实", "推进", "集中", "要", "各",
    ];
    let near = cadence::phrase(rest);
    let object = ["数据", "情况", "财政", "指标", "信息"].iter().any(|word| near.contains(word));
    MENTIONS.iter().any(|word| rest.starts_with(word))
        || rest.starts_with(|c: char| c.is_ascii_alphabetic())
        || (object && !ACTS.iter().any(|act| rest.starts_with(act)))
}

/// `12月10日17:00前`, `12月20日下班前`, `11月15日（星期日）前`: an hour or a weekday before the tail.
fn hour(c: &mut Cursor<'_>) -> Option<&'static str> {
    let mut probe = *c;
    let mut bracket = probe;
    if bracket.eat_any(&["（", "("]).is_some()
        && bracket.eat_any(&["星期", "周", "礼拜"]).is_some()
        && bracket.eat_any(&["一", "二", "三", "四", "五", "六", "日", "天"]).is_some()
        && bracket.eat_any(&["）", ")"]).is_some()
    {
        probe = bracket;
    }
    probe.eat_any(&["上午", "中午", "下午", "晚上", "晚", "早上", "当天", "当日"]);
    if probe.eat_any(&["下班", "上班"]).is_none() && probe.number().is_some() {
        probe.eat_any(&["点", "时", "：", ":"])?;
        if probe.number().is_some() {
            probe.eat("分");
        }
        probe.eat_any(&["整", "半"]);
    }
    let tail = probe.eat_any(&["之前", "以前", "前", "止"])?;
    *c = probe;
    Some(tail)
}

/// `11月15日供暖前`, `12月31日年终考核前`: what happens on that day stands between it and the tail.
fn event(c: &mut Cursor<'_>) -> Option<&'static str> {
    const EVENTS: [&str; 20] = [
        "集中供暖",
        "供暖",
        "供热",
        "采暖季",
        "采暖",
        "开学",
        "主汛期",
        "汛期",
        "入汛",
        "年终考核",
        "年度考核",
        "考核",
        "放假",
        "入冬",
        "春耕",
        "秋收",
        "春运",
        "封山",
        "高考",
        "中考",
    ];
    let mut probe = *c;
    if probe.eat_any(&EVENTS).is_none() {
        // 6月26日国际禁毒日前
        const LONGEST: usize = 10;
        let rest = probe.rest();
        let end = rest.char_indices().take(LONGEST).find(|&(_, c)| c == '日')?.0 + '日'.len_utf8();
        let han = rest[..end].chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        if !han {
            return None;
        }
        probe.at = probe.text.len() - rest.len() + end;
    }
    let tail = probe.eat_any(&["之前", "以前", "前"])?;
    if probe.rest().starts_with(['后', '夕', '期']) {
        return None;
    }
    *c = probe;
    Some(tail)
}

/// `6.30前`, `3·15前`, `12·4国家宪法日前`: month and day with a dot, and where they end. Without 前 they are a number.
fn dotted(mut c: Cursor<'_>, before: char) -> Option<((What, usize), &'static str)> {
    let near = c.text[c.at..].chars().take(4).skip_while(|c| *c == '“').find(|c| !c.is_ascii_digit());
    if matches!(before, '.' | '．' | '·' | '第') || !near.is_some_and(|c| matches!(c, '.' | '．' | '·' | '•')) {
        return None;
    }
    c.eat("“");
    let month = c.number().filter(|month| (1..=12).contains(month))?;
    c.eat_any(&[".", "．", "·", "•"])?;
    let day = c.number().filter(|day| (1..=31).contains(day))?;
    c.eat("”");
    let tail = c.eat_any(&["之前", "以前", "前"]).or_else(|| event(&mut c))?;
    let past = c.rest().starts_with([
        '后', '夕', '期', '五', '十', '进', '沿', '景', '途', '提', '述', '列', '来', '往', '瞻', '置', '端',
    ]);
    (!past).then_some(((What::Day(month, day), c.at), tail))
}

fn day_or_number(c: &mut Cursor<'_>, plan: Option<i16>) -> Option<(Option<i16>, Named, What)> {
    if let Some((year, what)) = numeric(c) {
        return Some((Some(year), Named::Absolute, what));
    }
    let (year, named) = said_year(c, plan);
    said_day(c, named).map(|what| (year, named, what))
}

/// The end of a stretch of time; `4月1日至20日` ends in the month in which it began.
fn range_end(c: &mut Cursor<'_>, year: Option<i16>, from: What) -> Option<(Option<i16>, Named, What)> {
    let mut probe = *c;
    if let Some(end) = day_or_number(&mut probe, year) {
        *c = probe;
        return Some(end);
    }
    let What::Day(month, _) = from else { return None };
    let day = c.number()?;
    c.eat_any(&["日", "号"])?;
    Some((year, Named::No, What::Day(month, day)))
}

/// `2020.6.30`, `2020-06-30`, `2020/6/30`.
fn numeric(c: &mut Cursor<'_>) -> Option<(i16, What)> {
    let mut probe = *c;
    let year = probe.number().filter(|year| (1900..=2199).contains(year))?;
    let mark = probe.eat_any(&[".", "．", "-", "－", "/", "／"])?;
    let month = probe.number()?;
    if !probe.eat(mark) {
        return None;
    }
    let day = probe.number()?;
    *c = probe;
    c.eat("日");
    Some((i16::try_from(year).ok()?, What::Day(month, day)))
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    No,
    /// 今年, 明年.
    Relative,
    /// 2019年.
    Absolute,
}

pub(super) fn said_year(c: &mut Cursor<'_>, plan: Option<i16>) -> (Option<i16>, Named) {
    let mut probe = *c;
    if let Some(number) = probe.number().filter(|n| (1900..=2199).contains(n))
        && probe.eat("年")
    {
        *c = probe;
        return (i16::try_from(number).ok(), Named::Absolute);
    }
    if let Some(year) = short_year(c) {
        return (Some(year), Named::Absolute);
    }
    if c.eat_any(&["今年", "本年度", "本年", "当年"]).is_some() {
        (plan, Named::Relative)
    } else if c.eat_any(&["明年", "次年", "翌年", "来年", "下年度", "下一年度"]).is_some() {
        (plan.map(|year| year + 1), Named::Relative)
    } else if c.eat_any(&["去年", "上年度", "上一年度", "上年"]).is_some() {
        (plan.map(|year| year - 1), Named::Relative)
    } else {
        (plan, Named::No)
    }
}

/// `24年6月底`, `二四年底`: a year without its century, where a month or the end of the year follows; `24年6个月` is a time.
fn short_year(c: &mut Cursor<'_>) -> Option<i16> {
    let mut probe = *c;
    let rest = c.rest();
    let number = probe.number().filter(|number| (15..=49).contains(number))?;
    let written = &rest[..rest.len() - probe.rest().len()];
    let two = written.trim_end().chars().count() == 2 && !written.contains('十');
    if !two || !probe.eat("年") {
        return None;
    }
    let mut month = probe;
    let dated = month.number().is_some_and(|month| (1..=12).contains(&month)) && month.rest().starts_with('月');
    let ends = ["底", "末", "年底", "年末", "上半年", "下半年"].iter().any(|word| probe.rest().starts_with(word));
    if !dated && !ends {
        return None;
    }
    *c = probe;
    i16::try_from(2000 + number).ok()
}

pub(super) fn said_day(c: &mut Cursor<'_>, named: Named) -> Option<What> {
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
            if let Some(day) = numbered_day(c) {
                return Some(What::Day(month, day));
            }
            // 9月初步完成
            let early = ["初步", "初级", "初中", "初审", "初稿", "初评", "初选", "初赛", "初次", "初验", "初期"];
            if !early.iter().any(|word| c.rest().starts_with(word)) && c.eat_any(&["月初", "初"]).is_some() {
                return Some(What::Day(month, 10));
            }
            let parts = ["月底", "月末", "底", "末", "中下旬", "上中旬", "下旬", "中旬", "上旬"];
            return Some(match c.eat_any(&parts) {
                Some("中旬" | "上中旬") => What::Day(month, 20),
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
    // 年终考核 is no term
    if ["年终前", "年终之前", "年终以前"].iter().any(|word| c.rest().starts_with(word)) && c.eat("年终") {
        return Some(What::YearEnd);
    }
    if let Some(half) = c.eat_any(&["上半年", "下半年"]) {
        c.eat_any(&["底", "末"]);
        return Some(What::MonthEnd(if half == "上半年" { 6 } else { 12 }));
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

/// The day behind its month: `20日`, the last one of `20—25日`, and `20前`, which lacks its 日.
fn numbered_day(c: &mut Cursor<'_>) -> Option<u32> {
    let mut day = *c;
    let mut number = day.number()?;
    let mut last = day;
    if last.eat_any(&TO).is_some()
        && let Some(end) = last.number()
        && last.rest().starts_with(['日', '号'])
    {
        (number, day) = (end, last);
    }
    if day.eat_any(&["日", "号"]).is_some() {
        *c = day;
        return Some(number);
    }
    let short = ["前", "之前", "以前", "止"].iter().any(|tail| day.rest().starts_with(tail));
    let begins = c.rest().starts_with(|c| digit(c).is_some());
    if !(short && begins && (1..=31).contains(&number)) || day.rest().starts_with("前后") {
        return None;
    }
    *c = day;
    Some(number)
}

pub(super) fn resolve(
    what: &What,
    year: Option<i16>,
    tail: Option<&str>,
    words: &str,
) -> (Option<Date>, Option<String>) {
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
