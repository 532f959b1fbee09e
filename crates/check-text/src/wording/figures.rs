//! Figures by GB/T 15835: exact ones with 多 or 余, what is said to be about twice over, years with 零 or with two digits; and the marks
//! behind the numbers of paragraphs by GB/T 9704: 一、（一）1.（1）.

use text::findings::Finding;

use crate::places::{digits, found, is_han, number};

/// Finds them.
pub(super) fn look(part: &str, chars: &[char]) -> Vec<Finding> {
    let mut all = Vec::new();
    let mut at = 0;
    let mut fresh = true;
    while at < chars.len() {
        let c = chars[at];
        if fresh && !c.is_whitespace() {
            all.extend(ordinal(part, chars, at));
            fresh = false;
        }
        fresh |= c == '\n';
        if c.is_ascii_digit() && (at == 0 || !is_of_number(chars[at - 1])) {
            let count = digits(chars, at);
            all.extend(exact(part, chars, at, count).or_else(|| about(part, chars, at, count)));
            all.extend(short_year(part, chars, at, count));
            all.extend(percent(part, chars, at));
            if let Some((told, end)) = mixed(part, chars, at, count) {
                all.push(told);
                at = end;
                continue;
            }
            at += count;
            continue;
        }
        if matches!(c, '一' | '二') {
            all.extend(zero(part, chars, at));
        }
        at += 1;
    }
    all
}

fn is_of_number(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | ',' | '-' | '/' | '〔' | '[' | '：' | ':' | '第')
}

/// What is counted: 多 and 余 before other words are part of them (多功能, 余额).
const COUNTED: &str = "人户名个家亩元公里次件起条项吨米万亿处所头只天年座台辆份场位株棵平";

/// 3721多人: who says how many exactly does not say that there are more.
fn exact(part: &str, chars: &[char], at: usize, count: usize) -> Option<Finding> {
    let more = chars.get(at + count).filter(|c| matches!(c, '多' | '余'))?;
    // 多元化 is a word.
    let word = chars.get(at + count + 2) == Some(&'化');
    let counted = !word && chars.get(at + count + 1).is_some_and(|c| COUNTED.contains(*c));
    let value = number(chars, at, count)?;
    if !(3..=9).contains(&count) || value % 10 == 0 || !counted {
        return None;
    }
    let run: String = chars[at..at + count].iter().collect();
    let suggestion = format!("“{run}”是精确数，后面不用“{more}”；说约数的，请写整数。");
    Some(found("wording.number", part, chars, (at, at + count + 1), suggestion, Some(run)))
}

/// 约300多人, 近50人左右: one of the two is enough.
fn about(part: &str, chars: &[char], at: usize, count: usize) -> Option<Finding> {
    let before = at.checked_sub(1).and_then(|place| chars.get(place)).copied()?;
    // 节约300多万元, 附近300多米, 预约50余人: no word for about.
    let word = at.checked_sub(2).and_then(|place| chars.get(place)).copied();
    let part_of_word = |others: &str| word.is_some_and(|c| others.contains(c));
    let start = match before {
        '约' if word == Some('大') => at - 2,
        '约' if !part_of_word("节预合制签条违契特简集公相邀续履") => at - 1,
        '近' if !part_of_word("附最临靠接邻就贴亲远逼") => at - 1,
        _ => return None,
    };
    let mut end = at + count;
    while chars.get(end).is_some_and(|c| matches!(c, '万' | '亿' | '千' | '百')) {
        end += 1;
    }
    if chars.get(end).is_some_and(|c| matches!(c, '多' | '余')) {
        let counted = chars.get(end + 1).is_some_and(|c| COUNTED.contains(*c));
        let right: String = chars[at..=end].iter().collect();
        let told = || found("wording.number", part, chars, (start, end + 1), TWICE.to_owned(), Some(right));
        return counted.then(told);
    }
    // 约50人左右
    let unit = chars.get(end).filter(|c| COUNTED.contains(**c)).map_or(0, |_| 1);
    let behind: String = chars.get(end + unit..end + unit + 2).unwrap_or_default().iter().collect();
    let right: String = chars[start..end + unit].iter().collect();
    let told = || found("wording.number", part, chars, (start, end + unit + 2), TWICE.to_owned(), Some(right));
    matches!(behind.as_str(), "左右" | "上下").then(told)
}

const TWICE: &str = "约数说了两遍，请保留一个。";

/// 26年3月: years are written in full.
fn short_year(part: &str, chars: &[char], at: usize, count: usize) -> Option<Finding> {
    if count != 2 || chars.get(at + 2) != Some(&'年') {
        return None;
    }
    let month = digits(chars, at + 3);
    let dated = (1..=2).contains(&month) && chars.get(at + 3 + month) == Some(&'月');
    let value = number(chars, at + 3, month)?;
    // 历时15年3月, 满18年6月: a time that went by.
    let lasts = at.checked_sub(1).and_then(|place| chars.get(place)).is_some_and(|c| "时满期共达长限".contains(*c));
    if !dated || !(1..=12).contains(&value) || lasts {
        return None;
    }
    let right: String = ['2', '0'].iter().chain(&chars[at..at + 3]).collect();
    Some(found("wording.number", part, chars, (at, at + 3), "年份请写四位数。".to_owned(), Some(right)))
}

/// 百分之50: in figures it is 50%.
fn percent(part: &str, chars: &[char], at: usize) -> Option<Finding> {
    let start = at.checked_sub(3)?;
    let whole = digits(chars, at);
    let point = chars.get(at + whole) == Some(&'.') && digits(chars, at + whole + 1) > 0;
    let end = at + whole + if point { 1 + digits(chars, at + whole + 1) } else { 0 };
    let right: String = chars[at..end].iter().chain(&['%']).collect();
    let suggestion = format!("用阿拉伯数字时写作“{right}”。");
    (chars[start..at] == ['百', '分', '之'])
        .then(|| found("wording.number", part, chars, (start, end), suggestion, Some(right)))
}

/// 3千5百元: of the words for powers of ten only 万 and 亿 stand behind figures (GB/T 15835), but for those of units, 千米. Where it
/// ends is told, too, so that its parts are not looked at singly.
fn mixed(part: &str, chars: &[char], at: usize, count: usize) -> Option<(Finding, usize)> {
    static POWERS: [(char, u64); 3] = [('千', 1000), ('百', 100), ('十', 10)];
    if count != 1 {
        return None;
    }
    let (mut end, mut value, mut parts, mut below) = (at, 0, 0, u64::MAX);
    while let Some(figure) = chars.get(end).and_then(|c| c.to_digit(10)) {
        let power = chars.get(end + 1).and_then(|c| POWERS.iter().find(|(name, _)| name == c));
        let Some((_, power)) = power.filter(|(_, power)| *power < below) else { break };
        (value, below, parts, end) = (value + u64::from(figure) * power, *power, parts + 1, end + 2);
    }
    let next = chars.get(end).copied();
    let counted = next.is_some_and(|c| COUNTED.contains(c) || matches!(c, '多' | '余'));
    // 5千米, 3千吨: a unit with its prefix. 2十: too short to be sure of.
    let unit = parts == 1 && (below == 10 || below == 1000 && matches!(next, Some('米' | '吨' | '克' | '瓦' | '伏')));
    if parts == 0 || unit || (parts == 1 && !counted) {
        return None;
    }
    // 3千5: 3005 or 3500.
    let right = next.is_none_or(|c| !c.is_ascii_digit()).then(|| value.to_string());
    let suggestion = match &right {
        Some(right) => format!("数字后面除“万”“亿”外不写“千”“百”“十”，请写作“{right}”。"),
        None => "数字后面除“万”“亿”外不写“千”“百”“十”，请写成完整的数字。".to_owned(),
    };
    Some((found("wording.number", part, chars, (at, end), suggestion, right), end))
}

/// 二零二六年: in years the sign is 〇.
fn zero(part: &str, chars: &[char], at: usize) -> Option<Finding> {
    let year = chars.get(at..at + 4)?;
    let is_zero = |c: &char| matches!(c, '零' | '○' | 'Ｏ' | 'O' | '0' | '０');
    let is_figure = |c: &char| "一二三四五六七八九〇".contains(*c) || is_zero(c);
    let alone = at == 0 || !"一二三四五六七八九〇零十百千".contains(chars[at - 1]);
    if !alone || chars.get(at + 4) != Some(&'年') || !year.iter().all(is_figure) || !year.iter().any(is_zero) {
        return None;
    }
    let right: String = year.iter().map(|c| if is_zero(c) { '〇' } else { *c }).collect();
    let suggestion = "年份用汉字时写“〇”，不写“零”；正文中的年份一般用阿拉伯数字。".to_owned();
    Some(found("wording.number", part, chars, (at, at + 4), suggestion, Some(right)))
}

/// The number of a paragraph with a mark that is not its own.
fn ordinal(part: &str, chars: &[char], at: usize) -> Option<Finding> {
    const HAN: &str = "一二三四五六七八九十";
    let run = |from: usize, of: &dyn Fn(char) -> bool| {
        chars.get(from..).unwrap_or_default().iter().take(4).take_while(|c| of(**c)).count()
    };
    let han = |c: char| HAN.contains(c);
    let figure = |c: char| c.is_ascii_digit();
    let told = |end: usize, right: String, why: &str| {
        Some(found("wording.ordinal", part, chars, (at, end), why.to_owned(), Some(right)))
    };
    let words = |from: usize, to: usize| -> String { chars[from..to].iter().collect() };
    let follows = |place: usize| chars.get(place).is_some_and(|c| is_han(*c) || matches!(c, '《' | '“'));
    match chars[at] {
        // （一）、
        '（' | '(' => {
            let count = run(at + 1, &|c: char| han(c) || figure(c));
            let close = at + 1 + count;
            let closes = count > 0 && chars.get(close).is_some_and(|c| matches!(c, '）' | ')'));
            let marked = chars.get(close + 1).is_some_and(|c| matches!(c, '、' | '.' | '．'));
            if !closes || !marked || !follows(close + 2) {
                return None;
            }
            told(close + 2, format!("（{}）", words(at + 1, close)), "带括号的序数后面不加标点。")
        }
        '第' => {
            let count = run(at + 1, &han);
            let mark = at + 1 + count;
            if count == 0 || chars.get(mark) != Some(&'、') || !follows(mark + 1) {
                return None;
            }
            told(mark + 1, format!("{}，", words(at, mark)), "“第一”“第二”后面用逗号。")
        }
        first if han(first) => {
            let count = run(at, &han);
            let mark = at + count;
            let wrong = chars.get(mark).is_some_and(|c| matches!(c, '.' | '．' | ',' | '，'));
            // 一，二，三 in a sentence is no number of a paragraph.
            if !wrong || !follows(mark + 1) || chars.get(mark) == Some(&'，') {
                return None;
            }
            told(mark + 1, format!("{}、", words(at, mark)), "汉字序数后面用顿号。")
        }
        first if figure(first) => {
            let count = run(at, &figure);
            let mark = at + count;
            if count > 2 || chars.get(mark) != Some(&'、') || !follows(mark + 1) {
                return None;
            }
            told(mark + 1, format!("{}.", words(at, mark)), "阿拉伯数字序数后面用下脚点。")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<(String, Option<String>)> {
        let chars: Vec<char> = text.chars().collect();
        look("", &chars).into_iter().map(|one| (one.excerpt, one.replacement)).collect()
    }

    #[test]
    fn figures_are_told_with_what_can_stand_there() {
        for (text, excerpt, right) in [
            ("惠及3721多人", "3721多", "3721"),
            ("发放补贴1235余元", "1235余", "1235"),
            ("参加的约300多人", "约300多", "300多"),
            ("大约50人左右", "大约50人左右", "大约50人"),
            ("近3万余户", "近3万余", "3万余"),
            ("二零二六年三月", "二零二六", "二〇二六"),
            ("于26年3月完成", "26年", "2026年"),
            ("提高百分之5.5以上", "百分之5.5", "5.5%"),
            ("补助3千5百元", "3千5百", "3500"),
            ("投入5百万元", "5百", "500"),
            ("共2千3百4十户", "2千3百4十", "2340"),
            ("（一）、总体要求", "（一）、", "（一）"),
            ("一.总体要求", "一.", "一、"),
            ("1、各乡镇", "1、", "1."),
            ("第一、提高认识", "第一、", "第一，"),
        ] {
            assert_eq!(said(text), [(excerpt.to_owned(), Some(right.to_owned()))], "{text}");
        }
        for text in [
            "惠及3700多人",
            "节约300多万元",
            "最近300多天",
            "365项多功能设备",
            "历时15年3个月",
            "二〇二六年",
            "1.5万余人",
            "一、总体要求\n（一）目标\n1.任务\n（1）分工",
            "第一，提高认识",
            "2024多元化发展，375余额",
            "一百零三条",
            "道路全长5千米，供电3千瓦",
            "3百度，三千五百元，3500元，3万5000人",
        ] {
            assert_eq!(said(text), [], "{text}");
        }
    }
}
