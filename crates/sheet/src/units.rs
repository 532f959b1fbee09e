//! Units as sheets say them in heads, in brackets, and in lines above and below tables; those of money in all their spellings.

use crate::words::{is_unit, plain};

/// What stands beside a unit of money and changes nothing of it.
const CURRENCY: [&str; 7] = ["人民币", "RMB", "rmb", "CNY", "cny", "¥", "￥"];
/// What stands before a unit, in plain form.
const LABELS: [&str; 10] =
    ["单位:", "单位为", "单位是", "单位均为", "单位(", "单位[", "单位【", "Unit:", "unit:", "UNIT:"];
/// What stands before a unit of money alone.
const OF_MONEY: [&str; 7] = ["金额:", "货币:", "币种:", "币别:", "币值:", "计量:", "单位"];
/// Characters of a unit, at most.
const LONGEST: usize = 16;
/// Second characters of the names of counties that begin with 元: 元谋县, 元阳县, 元氏县.
const COUNTIES: &str = "谋阳氏江宝坝";

/// The unit of money that a text is, in the form in which figures are read: 元 of 人民币元, 圆, ¥ and 元（人民币）.
pub(crate) fn money(text: &str) -> Option<String> {
    let plain = plain(text);
    let mut bare = plain.clone();
    for word in CURRENCY {
        bare = bare.replace(word, "");
    }
    let bare = bare.replace('圆', "元");
    let bare = bare.trim_matches([':', '(', ')', '[', ']', '【', '】']);
    if bare.is_empty() {
        // 人民币 alone says no unit
        return plain.contains(['¥', '￥']).then(|| "元".to_owned());
    }
    let bare = if bare == "元角分" { "元" } else { bare };
    (bare.contains('元') && is_unit(bare)).then(|| bare.to_owned())
}

/// The unit that a text is, of money or of something else.
fn one(text: &str) -> Option<String> {
    money(text).or_else(|| is_unit(text).then(|| text.to_owned()))
}

/// Several units, as a line above a head names them for columns of several kinds: 亩、万元.
pub(crate) fn several(text: &str) -> Option<String> {
    let units: Vec<String> = text.split(['、', ',', ';', '，', '；']).map(one).collect::<Option<_>>()?;
    (!units.is_empty()).then(|| units.join("、"))
}

/// The unit that stands in the brackets of a head: 万元, 单位:万元, 单位元, 元，含税.
pub(crate) fn of_bracket(within: &str) -> Option<String> {
    let within = plain(within);
    let labels = ["计量单位", "金额单位", "货币单位", "单位", "Unit", "unit"];
    let bare = labels.iter().find_map(|label| within.strip_prefix(label)).unwrap_or(within.as_str());
    let bare = bare.trim_start_matches([':', '为', '(', '[', '【']);
    if let Some(unit) = one(bare) {
        return Some(unit);
    }
    let mut parts = bare.split([',', '、', ';']);
    let unit = parts.next().and_then(money)?;
    parts.all(|part| one(part).is_none()).then_some(unit)
}

/// The unit in brackets in a head, 金额（万元）, or behind a stroke or colon, 金额/元.
pub(crate) fn of_head(text: &str) -> Option<String> {
    let text = plain(text);
    let mut rest = text.as_str();
    let mut found = None;
    while let Some(open) = rest.find(['(', '[', '【']) {
        let inside = &rest[open..];
        let inside = inside.trim_start_matches(['(', '[', '【']);
        let end = inside.find([')', ']', '】']).unwrap_or(inside.len());
        let (within, behind) = inside.split_at(end);
        found = of_bracket(within).or(found);
        rest = behind;
    }
    let behind = || text.rsplit_once(['/', ':']).filter(|(name, _)| !is_unit(name)).and_then(|(_, unit)| money(unit));
    found.or_else(|| said(&text).map(|(_, unit)| unit)).or_else(behind)
}

/// Where `单位：` stands in a plain text, and the unit behind it; the last of several.
pub(crate) fn said(plain: &str) -> Option<(usize, String)> {
    let labelled = LABELS.into_iter().filter_map(|label| last(plain, label, false));
    let found = labelled.max_by_key(|(at, _)| *at);
    found.or_else(|| OF_MONEY.into_iter().filter_map(|label| last(plain, label, true)).max_by_key(|(at, _)| *at))
}

/// The last place of a label with a unit behind it; `of_money` = of money alone, with nothing else behind it.
fn last(plain: &str, label: &str, of_money: bool) -> Option<(usize, String)> {
    let mut found = None;
    for (at, says) in plain.match_indices(label) {
        let behind: Vec<char> = plain[at + says.len()..].chars().take(LONGEST + 1).collect();
        // 单位：人社局 names no unit, 单位：万元 does, whatever stands behind it; 单位：亩、万元 names two
        let ends = |length: usize| behind.get(length).is_none_or(|c| !c.is_alphanumeric());
        let county = |length: usize| behind.get(length).is_some_and(|c| COUNTIES.contains(*c));
        let unit = (1..=behind.len().min(LONGEST)).rev().find_map(|length| {
            let text: String = behind[..length].iter().collect();
            if of_money {
                return money(&text).filter(|_| ends(length));
            }
            let unit = one(&text).filter(|unit| ends(length) || (unit.contains('元') && !county(length)));
            let unit = unit.or_else(|| several(&text).filter(|_| ends(length)));
            // 单位：人民币
            let is_currency = || matches!(text.as_str(), "人民币" | "RMB") && ends(length);
            unit.or_else(|| (label == "单位:" && is_currency()).then(|| "元".to_owned()))
        });
        if let Some(unit) = unit {
            found = Some((at, unit));
        }
    }
    found
}

/// The unit that a sentence says: 以万元为单位, 均以元计.
fn of_sentence(plain: &str) -> Option<String> {
    plain.match_indices('以').find_map(|(at, says)| {
        let behind = &plain[at + says.len()..];
        let end = ["为单位", "为计量单位", "计"].into_iter().filter_map(|word| behind.find(word)).min()?;
        money(&behind[..end])
    })
}

/// The unit that a line above a head says for the whole table.
pub(crate) fn of_line(text: &str) -> Option<String> {
    let plain = plain(text);
    if let Some((_, unit)) = said(&plain) {
        return Some(unit);
    }
    let bare = plain.trim_matches(['(', ')']);
    if is_unit(bare) && bare.contains('%') {
        return Some(bare.to_owned());
    }
    money(bare).or_else(|| of_sentence(&plain)).or_else(|| of_head(text).filter(|unit| unit.contains('元')))
}

/// The unit of money that a note below a table says for all of it: 注：单位为元.
pub(crate) fn of_note(text: &str) -> Option<String> {
    let plain = plain(text);
    let unit = said(&plain).map(|(_, unit)| unit).or_else(|| of_sentence(&plain));
    unit.filter(|unit| unit.contains('元'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_the_unit_of_money_in_many_ways() {
        for yuan in [
            "金额单位：人民币元",
            "货币单位：元",
            "单位：人民币元",
            "单位（元）",
            "（元）",
            "单位元",
            "金额：元",
            "单 位：元",
            "计算单位：元",
            "数据单位：元",
            "计价单位：元",
            "单位: RMB元",
            "单位：圆",
            "Unit: 元",
            "单位：元　　　2026年3月5日",
            "2026年3月5日            单位：元",
            "填报单位：青禾县财政局（盖章）   金额单位：元",
            "编制单位：青禾县财政局 单位：元 币别：人民币",
            "单位：元角分",
            "注：单位为元",
            "金额（单位：元）",
            "单位：\n元",
            "青禾县补贴发放表（单位（元））",
            "本表以元为单位",
            "单位：¥",
            "单位：元（人民币）",
            "人民币元",
        ] {
            assert_eq!(of_line(yuan).as_deref(), Some("元"), "{yuan}");
        }
        for (text, unit) in [
            ("金额单位：人民币万元", "万元"),
            ("计量单位：亿元人民币", "亿元"),
            ("币种：人民币　单位：万元", "万元"),
            ("单位：万 元", "万元"),
            ("（单位：百元）", "百元"),
            ("单位：人民币万元、%", "万元、%"),
            ("单位：元；面积：亩", "元"),
            ("均以万元计", "万元"),
        ] {
            assert_eq!(of_line(text).as_deref(), Some(unit), "{text}");
        }
        for none in ["填报单位：青禾县财政局", "单位：元谋县财政局", "币种：人民币", "单位元旦放假", "青禾县单位名录"]
        {
            assert_eq!(of_line(none), None, "{none}");
        }
    }

    #[test]
    fn heads_say_the_unit_of_money_in_many_ways() {
        for yuan in [
            "分配金额（人民币元）",
            "分配金额（人民币：元）",
            "分配金额（元人民币）",
            "分配金额(元，含税)",
            "分配金额/元",
            "分配金额：元",
            "分配金额[元]",
            "分配金额【元】",
            "分配金额（单位元）",
            "分配金额（单位：元）",
            "分配金额（¥）",
            "分配金额\n（元）",
            "分配金额（元）（含配套）",
            "分配金额（单位（元））",
        ] {
            assert_eq!(of_head(yuan).as_deref(), Some("元"), "{yuan}");
        }
        assert_eq!(of_head("分配金额（元/户）").as_deref(), Some("元/户"));
        for none in ["人民币分配金额", "分配金额（人民币）", "单元", "行/元素"] {
            assert_eq!(of_head(none), None, "{none}");
        }
    }
}
