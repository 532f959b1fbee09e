//! What a cell says by its words: a figure, a day, a unit, a caption, a note, a total, a formula letter.

use crate::units;

/// Figures in words that number the rows of official tables.
const NUMERALS: &str = "一二三四五六七八九十";

/// Units of figures as heads and lines above them name them.
const UNITS: &str = "\
    元 万元 亿元 百万元 千万元 千元 百元 美元 万美元 % ‰ 百分比 人 万人 人次 万人次 户 万户 户次 件 \
    万件 宗 起 例 次 万次 批 批次 个 项 条 份 台 辆 套 家 所 处 座 间 名 班 张 只 头 艘 栋 幢 床 亩 万亩 \
    公顷 万公顷 平方米 万平方米 平方公里 平方千米 公里 千米 米 厘米 毫米 吨 万吨 千克 公斤 斤 克 升 \
    立方米 万立方米 亿立方米 千瓦 千瓦时 万千瓦 万千瓦时 天 日 月 年 个月 岁 小时 分钟 分 工作日 \
    个工作日 日历天 学时 课时 ℃ °c 无量纲 ntu 度 ㎡ m2 m² m3 m³ km km2 km² kg 分贝 db db(a) 批(次) \
    个/升 标准煤";

/// What stands before the name of an organ in a line above a head.
const ORGANS: &str = "\
    部门名称 单位名称 部门(单位)名称 部门(单位) 部门 单位 填报单位 编制单位 公开单位 预算单位 预算部门 \
    填报部门 编制部门 主管部门 填报机关 发布机关 公开部门 公开主体 制表单位 报送单位 编报单位 汇总单位 \
    机构名称 责任单位 编制机关 公开机关";

fn is_among(words: &str, word: &str) -> bool {
    words.split(' ').any(|one| one == word)
}

/// A text without blanks and marks that print nothing, in folded form: `（` is `(`, full-width digits are plain ones.
pub(crate) fn plain(text: &str) -> String {
    fold::fold(text).chars().filter(|c| !c.is_whitespace()).collect()
}

/// Words of a head as they are shown, without the blanks that only space Chinese characters out, and without line ends.
pub(crate) fn tidy(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.trim().chars().filter(|c| !fold::is_unseen(*c)).peekable();
    while let Some(c) = chars.next() {
        if !c.is_whitespace() {
            out.push(c);
            continue;
        }
        while chars.next_if(|next| next.is_whitespace()).is_some() {}
        let narrow = |c: Option<char>| c.is_some_and(|c| c.is_ascii());
        if narrow(out.chars().next_back()) && narrow(chars.peek().copied()) {
            out.push(' ');
        }
    }
    out
}

/// Whether a text is a figure: digits with thousands, a sign, a unit of a few characters; or a mark for none.
pub(crate) fn is_figure(text: &str) -> bool {
    let text = plain(text);
    if is_none(&text) {
        return true;
    }
    let digits = text.trim_start_matches(['+', '-', '¥', '￥', '$', '<', '>', '≥', '≤', '约']);
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(digits.len());
    let (number, rest) = digits.split_at(end);
    if !number.starts_with(|c: char| c.is_ascii_digit()) || number.matches('.').count() > 1 {
        return false;
    }
    // 2024年, 3月 and 一季度 head columns
    let year = number.len() == 4 && (number.starts_with("19") || number.starts_with("20"));
    if (year && matches!(rest, "" | "年" | "年度")) || matches!(rest, "月" | "月份" | "季度" | "、") {
        return false;
    }
    rest.is_empty()
        || (rest.chars().count() <= 4 && (is_unit(rest) || is_unit(rest.trim_start_matches(['万', '亿']))))
        || matches!(rest, "万" | "亿")
}

/// A mark that says that there is none: `-`, `—`, `/`, `无`.
pub(crate) fn is_none(plain: &str) -> bool {
    plain == "无"
        || plain == "*"
        || (!plain.is_empty() && plain.chars().all(|c| matches!(c, '-' | '—' | '–' | '/' | '\\' | '─')))
}

/// A year in digits, as sheets keep it as a number.
pub(crate) fn is_year(text: &str) -> bool {
    let text = plain(text);
    text.len() == 4
        && (text.starts_with("19") || text.starts_with("20"))
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The part of a title that says for when it is: from its first year to the last word for a part of it (2024年第二季度, 2023-2024学年).
/// Of a day that a line says (填报日期：2026年3月5日) it is nothing.
pub(crate) fn when(text: &str) -> Option<&str> {
    let starts = text.char_indices().map(|(at, _)| at);
    let is_start = |at: &usize| {
        let year: String = text[*at..].chars().take(4).collect();
        let alone = !text[..*at].ends_with(|c: char| c.is_ascii_digit());
        let next = text[*at..].chars().nth(4);
        alone && is_year(&year) && next.is_some_and(|c| "年-—－/至学".contains(c))
    };
    if is_caption(text) {
        return None;
    }
    let from = starts.into_iter().find(is_start)?;
    let rest = &text[from..];
    let end = ["年度", "学年", "季度", "半年", "月份", "月", "年"].iter().filter_map(|word| {
        let at = rest.rfind(word)?;
        Some(at + word.len())
    });
    Some(&rest[..end.max()?])
}

/// A year and nothing else: 2026, 2026年, 2026年度.
pub(crate) fn is_year_alone(text: &str) -> bool {
    let text = plain(text);
    is_year(text.trim_end_matches('度').trim_end_matches('年'))
}

/// Whether a text reads as the name of an organ: 某县民政局.
pub(crate) fn is_organ_alone(text: &str) -> bool {
    const ENDS: &[&str] = &["局", "委员会", "办公室", "政府", "中心", "委", "厅", "院", "队", "街道", "办事处"];
    let text = plain(text);
    text.chars().count() >= 4 && !is_caption(&text) && ENDS.iter().any(|end| text.ends_with(end))
}

/// Whether a text is a whole day, with or without a time.
pub(crate) fn is_day(text: &str) -> bool {
    let text = plain(text);
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let between = text.chars().filter(|c| !c.is_ascii_digit()).all(|c| "-/.年月日时分秒:TZ+".contains(c));
    let number = |at: usize| parts.get(at).and_then(|part| part.parse::<u32>().ok());
    between
        && parts.first().is_some_and(|year| year.len() == 4)
        && number(1).is_some_and(|month| (1..=12).contains(&month))
        && number(2).is_some_and(|day| (1..=31).contains(&day) || parts[2].len() > 2)
}

/// Whether a cell may stand in a head.
pub(crate) fn is_headlike(text: &str) -> bool {
    !is_figure(text) && !is_day(text) && text.chars().count() <= 80 && !is_caption(text)
}

/// Whether this is what figures are counted in.
pub(crate) fn is_unit(text: &str) -> bool {
    let text = plain(text).to_lowercase();
    if text.contains('月') && text.contains('日') {
        return false;
    }
    if is_among(UNITS, &text) {
        return true;
    }
    let narrow = |part: &str| {
        (1..=8).contains(&part.chars().count())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "μµ²³·℃°%".contains(c))
    };
    text.split_once('/').is_some_and(|(above, below)| {
        (is_among(UNITS, above) || narrow(above)) && (is_among(UNITS, below) || narrow(below))
    })
}

/// The organ that a line above a head names.
pub(crate) fn organ_of_line(text: &str) -> Option<String> {
    let folded = fold::fold(text);
    let tokens: Vec<&str> = folded.split_whitespace().collect();
    for (at, token) in tokens.iter().enumerate() {
        let Some((label, value)) = token.split_once(':') else { continue };
        if !is_among(ORGANS, label) {
            continue;
        }
        let next = || tokens.get(at + 1).filter(|next| !next.contains(':')).copied().unwrap_or_default();
        let value = if value.is_empty() { next() } else { value };
        let value = organ_alone(value);
        if !value.is_empty() && units::several(&value).is_none() {
            return Some(value);
        }
    }
    // spaced out, or one behind the other without a blank
    let plain = plain(text);
    let end = units::said(&plain).map_or(plain.len(), |(at, _)| at);
    let (label, value) = plain[..end].split_once(':')?;
    let value = organ_alone(value);
    (is_among(ORGANS, label) && !value.is_empty() && units::several(&value).is_none()).then_some(value)
}

/// What is left of a value when the label of the next one is cut off.
fn organ_alone(value: &str) -> String {
    let value = value.split_once("单位:").map_or(value, |(before, _)| before);
    let value = ["金额", "计量", "货币", "计价"].iter().find_map(|label| value.strip_suffix(label)).unwrap_or(value);
    let mut value = value.to_owned();
    for label in ["填报日期", "填表日期", "编制日期", "日期", "时间", "年度"] {
        if let Some(at) = value.find(label).filter(|at| *at > 0 && value[*at..].contains(':')) {
            value.truncate(at);
        }
    }
    value
}

/// `部门名称：…`, `单位：万元`, `填报日期：…`: a name and its value, as they stand above and below tables.
pub(crate) fn is_caption(text: &str) -> bool {
    let plain = plain(text);
    let Some((label, value)) = plain.split_once(':') else { return false };
    let is_name = |c: char| !c.is_ascii_punctuation() && !c.is_ascii_digit() && !",;、。".contains(c);
    let aside = ["其中", "包括", "含", "如"].iter().any(|word| label.starts_with(word) || label.ends_with(word));
    // 分配金额（单位：万元）, 附：提前下达…: heads
    let is_within = !label.starts_with('(') && label.matches('(').count() > label.matches(')').count();
    !value.is_empty()
        && !aside
        && !is_within
        && label != "附"
        && (1..=9).contains(&label.chars().count())
        && label.chars().all(|c| is_name(c) || "()".contains(c))
}

/// A cell of a line that says something of the whole table.
pub(crate) fn is_of_table(text: &str) -> bool {
    let bare = plain(text);
    let is_unit_alone = is_unit(bare.trim_matches(['(', ')'])) || units::money(&bare).is_some();
    is_caption(text) || is_day(text) || is_table_number(text) || is_unit_alone
}

/// Whether the cells of a line may be heads: words, and here and there a name with its value (备注：说明, 附：提前下达).
pub(crate) fn are_heads(cells: &[(u32, String)]) -> bool {
    let named = |text: &str| {
        let plain = plain(text);
        let Some((label, value)) = plain.split_once(':') else { return false };
        let is_plain = !value.contains(|c: char| c.is_ascii_digit()) && value.chars().count() <= 30;
        let of_table = ["单位", "日期", "时间", "年度", "人"].iter().any(|end| label.ends_with(end));
        let is_unit = units::money(value).is_some() && label.chars().count() < 3;
        is_plain && !of_table && !is_among(ORGANS, label) && !is_unit
    };
    let captions = cells.iter().filter(|(_, text)| !is_headlike(text)).count();
    captions == 0
        || (cells.len() >= 3
            && captions * 2 < cells.len()
            && cells.iter().all(|(_, text)| is_headlike(text) || (is_caption(text) && named(text))))
}

/// 表1-1, 附件2, 表一.
pub(crate) fn is_table_number(text: &str) -> bool {
    let text = plain(text);
    let rest =
        ["预算公开表", "公开表", "附件", "附表", "表格", "表", "附"].iter().find_map(|word| text.strip_prefix(word));
    let sign = |c: char| c.is_ascii_digit() || NUMERALS.contains(c) || "-—–－_.:()之".contains(c);
    let bare = text.starts_with("附件") || text.starts_with("附表");
    rest.is_some_and(|rest| (bare || !rest.is_empty()) && rest.chars().count() <= 8 && rest.chars().all(sign))
}

/// Whether a line reads as the title of a table.
pub(crate) fn is_title(text: &str) -> bool {
    const ENDS: &[&str] = &[
        "表", "情况", "一览", "公示", "公告", "名单", "目录", "清单", "明细", "统计", "信息", "台账", "汇总", "决算",
        "预算", "名册", "结果", "计划", "数据", "公开",
    ];
    let text = plain(text);
    let bare = text
        .split_once('(')
        .filter(|(before, _)| before.chars().count() > 3)
        .map_or(text.as_str(), |(before, _)| before);
    let ends = |text: &str| ENDS.iter().any(|end| text.ends_with(end));
    bare.chars().count() >= 3 && !is_numbered(&text) && !is_caption(&text) && (ends(bare) || ends(&text))
}

/// 1. … 2、… （一）…: a point of several.
pub(crate) fn is_numbered(text: &str) -> bool {
    let text = plain(text);
    let rest = text.trim_start_matches('(');
    let number: String = rest.chars().take_while(|c| c.is_ascii_digit() || NUMERALS.contains(*c)).collect();
    let behind = rest[number.len()..].chars().next();
    (1..=2).contains(&number.chars().count()) && behind.is_some_and(|c| ".、)．".contains(c))
}

/// Whether a line is a note: 注：…, 说明, 数据来源：…, 制表人：….
pub(crate) fn is_note(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "备注",
        "说明",
        "填表说明",
        "填报说明",
        "编制说明",
        "附注",
        "注释",
        "资料来源",
        "数据来源",
        "来源",
        "填表人",
        "填报人",
        "制表人",
        "制表",
        "填表",
        "审核",
        "审核人",
        "复核人",
        "单位负责人",
        "部门负责人",
        "负责人",
        "联系人",
        "联系电话",
        "监督电话",
        "咨询电话",
        "附",
        "制表日期",
        "单位(盖章)",
    ];
    let text = plain(text);
    let text = text.trim_start_matches(['*', '※', '(', '【']);
    let behind = |word: &str| text.strip_prefix(word).map(|rest| rest.chars().next());
    if behind("注").is_some_and(|next| next.is_none_or(|c| ":.、;".contains(c) || c.is_ascii_digit())) {
        return true;
    }
    text.starts_with("以上")
        || text.starts_with("本表")
        || text.starts_with("此表")
        || WORDS.iter().any(|word| {
            behind(word).is_some_and(|next| next.is_none_or(|c| c == ':' || c.is_ascii_digit() || "、.】".contains(c)))
        })
}

/// 合计, 总计, 小计, 本年收入合计, 全县总计.
pub(crate) fn is_total(text: &str) -> bool {
    const SUMS: [&str; 4] = ["合计", "总计", "小计", "共计"];
    let text = plain(text);
    let short = text.chars().count() <= 16;
    let begins = |rest: &str| rest.is_empty() || rest.starts_with([':', '(']);
    let sum = |sum: &str| text.strip_prefix(sum).is_some_and(begins) || (short && text.ends_with(sum));
    SUMS.into_iter().any(sum) || text == "总数"
}

/// A formula letter as printed below heads: `A=B+C`, `B`, `①=②+③`.
pub(crate) fn is_letter(text: &str) -> bool {
    let text = plain(text);
    let letter = |c: char| c.is_ascii_uppercase() || ('①'..='⑳').contains(&c);
    let (name, formula) = text.split_once('=').unwrap_or((text.as_str(), ""));
    let sign = |c: char| letter(c) || c.is_ascii_digit() || "+-*/×÷().−＋－".contains(c);
    (1..=2).contains(&name.chars().count())
        && name.chars().all(letter)
        && formula.chars().all(sign)
        && (formula.is_empty() != text.contains('='))
}

/// What stands before the letters or numbers of the columns.
pub(crate) fn is_letter_label(text: &str) -> bool {
    matches!(
        plain(text).as_str(),
        "公式" | "栏次" | "行次" | "列次" | "栏号" | "序号" | "甲" | "乙" | "公式栏" | "关系式"
    )
}

/// Whether a head is that of a running number.
pub(crate) fn is_serial(text: &str) -> bool {
    matches!(
        plain(text).to_lowercase().as_str(),
        "序号" | "序" | "行次" | "no." | "no" | "顺序号" | "栏次" | "编次" | "项次"
    )
}

/// `C` of the third column.
pub(crate) fn column_name(column: u32) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{of_head as unit_of_head, of_line as unit_of_line};

    #[test]
    fn units_are_read_however_they_are_said() {
        for (line, unit) in [
            ("单位：万元", "万元"),
            ("单位：人民币元", "元"),
            ("金额单位：人民币万元", "万元"),
            ("金额单位：人民币元", "元"),
            ("单位: RMB元", "元"),
            ("单位：圆", "元"),
            ("单位：¥", "元"),
            ("单位：人民币", "元"),
            ("单位元", "元"),
            ("金额：元", "元"),
            ("注：单位为元", "元"),
            ("Unit: 元", "元"),
            ("青禾县2026年“三公”经费表（单位（元））", "元"),
            ("2026年预算表（单位：万元）", "万元"),
            ("填报单位：某县民政局 金额单位：人民币元", "元"),
            ("单位：亩、万元", "亩、万元"),
        ] {
            assert_eq!(unit_of_line(line).as_deref(), Some(unit), "{line}");
        }
        for line in [
            "单位：某县人社局",
            "各单位万元GDP能耗",
            "填报单位：某县民政局",
            "部门（单位）名称：某县民政局",
            "金额：100万元",
        ] {
            assert_eq!(unit_of_line(line), None, "{line}");
        }
        for (head, unit) in [
            ("分配金额（人民币元）", "元"),
            ("分配金额（元人民币）", "元"),
            ("分配金额（元，含税）", "元"),
            ("分配金额（单位元）", "元"),
            ("分配金额（单位：万元）", "万元"),
            ("分配金额（¥）", "元"),
            ("单价（元/吨）", "元/吨"),
            ("用地（亩）", "亩"),
        ] {
            assert_eq!(unit_of_head(head).as_deref(), Some(unit), "{head}");
        }
        for head in ["部门（单位）名称", "是否公开（是/否）", "金额（人民币）", "用地、投资（亩，万元）"]
        {
            assert_eq!(unit_of_head(head), None, "{head}");
        }
        assert_eq!(organ_of_line("单位：人民币元"), None);
        assert_eq!(organ_of_line("填报单位：某县民政局 金额单位：人民币元").as_deref(), Some("某县民政局"));
    }

    #[test]
    fn a_colon_in_the_brackets_of_a_head_makes_no_caption_of_it() {
        assert!(!is_caption("分配金额（单位：万元）") && !is_caption("附：提前下达下年度限额"));
        assert!(
            is_caption("（单位：万元）")
                && is_caption("部门名称：某县民政局")
                && is_caption("填报日期：2026年3月5日")
                && is_caption("单位：万元")
        );
    }

    #[test]
    fn figures_and_days_are_no_heads() {
        for figure in ["12", "-63.96", "1,165.08", "５．２％", "180人", "1239.80万元", "10年", "-", "—", "无", "0"]
        {
            assert!(is_figure(figure), "{figure}");
        }
        for words in
            ["2024", "2024年", "2024年度", "3月", "其中：债券资金安排", "一、收入", "第一名", "A=B+C", "〔2026〕1号"]
        {
            assert!(!is_figure(words), "{words}");
        }
        for day in ["2026-03-05", "2026/3/5", "2026年3月5日", "２０２６／０４／１１", "2026-03-05 12:00"] {
            assert!(is_day(day), "{day}");
        }
        assert!(!is_day("2026年") && !is_day("2026年3月") && !is_day("青政〔2026〕3号"));
        assert!(is_headlike("其中：债券资金安排") && !is_headlike("单位：万元") && is_headlike("发行时间（年/月/日）"));
    }

    #[test]
    fn lines_above_say_unit_and_organ() {
        assert_eq!(unit_of_line("部门名称：青禾县民政局　　　单位：万元").as_deref(), Some("万元"));
        assert_eq!(organ_of_line("部门名称：青禾县民政局　　　单位：万元").as_deref(), Some("青禾县民政局"));
        assert_eq!(organ_of_line("部门名称：青禾县民政局金额单位：万元").as_deref(), Some("青禾县民政局"));
        assert_eq!(organ_of_line("单位：万元"), None);
        assert_eq!(organ_of_line("填报单位： 青禾县财政局").as_deref(), Some("青禾县财政局"));
        assert_eq!(unit_of_line("单 位：亿元、%").as_deref(), Some("亿元、%"));
        assert_eq!(unit_of_line("单位：亩、万元").as_deref(), Some("亩、万元"));
        assert_eq!(organ_of_line("单位：亩、万元"), None);
        assert_eq!(unit_of_line("青禾县收支情况表（单位：万元）").as_deref(), Some("万元"));
        assert_eq!(unit_of_line("填报单位：青禾县财政局"), None);
        assert_eq!(unit_of_head("罚没金额（万元）").as_deref(), Some("万元"));
        assert_eq!(unit_of_head("溶解氧(mg/L)").as_deref(), Some("mg/L"));
        assert_eq!(unit_of_head("招生范围（施教区）"), None);
        assert_eq!(unit_of_head("发行时间（年/月/日）"), None);
    }

    #[test]
    fn titles_say_for_when_they_are() {
        assert_eq!(when("2024年第二季度饮用水水源水质"), Some("2024年第二季度"));
        assert_eq!(when("青禾县2024年2月环境空气质量"), Some("2024年2月"));
        assert_eq!(when("青禾县2023-2024学年招生计划"), Some("2023-2024学年"));
        assert_eq!(when("填报日期：2026年3月5日"), None);
        assert_eq!(when("青政〔2026〕3号"), None);
    }

    #[test]
    fn lines_are_told_apart() {
        for note in ["注：1.本表反映", "注1：", "说明：", "数据来源：统计局", "填表人：略", "备注：无", "*注：见表二"]
        {
            assert!(is_note(note), "{note}");
        }
        for other in ["注册资本", "说明书", "备注信息", "审核结果"] {
            assert!(!is_note(other), "{other}");
        }
        for total in ["合  计", "总计", "本年收入合计", "小计：", "全县合计", "合计（宗）"] {
            assert!(is_total(total), "{total}");
        }
        assert!(!is_total("合计划生育") && !is_total("一、因公出国（境）费"));
        assert!(
            is_table_number("表1-1")
                && is_table_number("表一")
                && is_table_number("附件2：")
                && !is_table_number("表彰名单")
        );
        assert!(is_letter("A=B+C") && is_letter("B") && is_letter("①=②+③") && !is_letter("A=") && !is_letter("甲"));
        assert_eq!(tidy(" 地   区\n名称 No 1"), "地区名称No 1");
        assert_eq!((column_name(0), column_name(26)), ("A".to_owned(), "AA".to_owned()));
    }
}
