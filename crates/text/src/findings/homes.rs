//! Where somebody lives (民法典 Art. 1034 counts 住址 as personal information): a door of a dwelling (3栋2单元501室), and what stands
//! behind 家庭住址 and its like, below it in a table, or behind 家住 in a sentence. Only told to a person, who knows whether it is an office: offices have
//! doors as well. Laws, and texts on who applies where, speak of such addresses without naming one; they are not found.

use super::{
    Finding, Gate, Severity,
    people::{cells, head, lines, lists_people},
};

/// Words before an address of a home.
const LABELS: [&str; 7] = ["家庭住址", "家庭地址", "现住址", "居住地址", "户籍地址", "户籍住址", "住址"];
/// Heads of columns that hold homes as well.
const HEADS: [&str; 3] = ["详细住址", "现居住地", "常住地址"];
/// Heads that say so where the table names people: organs and shops have such addresses, too.
const BESIDE_PEOPLE: [&str; 7] = ["地址", "详细地址", "联系地址", "通讯地址", "通信地址", "户籍所在地", "住所"];
/// What the head of a column says of organs and shops.
const OF_ORGANS: [&str; 12] =
    ["单位", "机构", "企业", "公司", "名称", "字号", "学校", "医院", "药店", "门店", "店名", "网点"];
/// Words before an address in a sentence.
const LIVES: [&str; 5] = ["家住", "现住在", "居住在", "住在", "现住"];
/// What an address in full has one of.
const PLACES: [char; 8] = ['村', '组', '号', '室', '路', '街', '巷', '弄'];
/// Most characters of an address behind its label.
const LONGEST: usize = 50;

/// Finds homes in a text; `part` says where the text came from and is copied into each finding.
pub fn homes(part: &str, text: &str) -> Vec<Finding> {
    let chars: Vec<char> = text.chars().map(fold::character).collect();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for at in 0..chars.len() {
        let one = door(&chars, at).or_else(|| labelled(&chars, at)).or_else(|| lives(&chars, at));
        if let Some((start, end)) = one
            && found.last().is_none_or(|last| last.1 <= start)
        {
            found.push((start, end));
        }
    }
    found.extend(in_tables(&chars));
    found.sort_unstable();
    let mut end_before = 0;
    let apart = |one: &(usize, usize)| {
        let apart = end_before <= one.0;
        end_before = if apart { one.1 } else { end_before };
        apart
    };
    found.retain(apart);
    found.into_iter().map(|(start, end)| told(part, &chars, start, end)).collect()
}

/// The columns below which homes stand, by a row of heads.
pub(super) fn columns(row: &[String]) -> Vec<usize> {
    let heads: Vec<String> = row.iter().map(|text| head(text)).collect();
    let of_organ = |head: &String| OF_ORGANS.iter().any(|word| head.contains(*word));
    let people = lists_people(&heads) && !heads.iter().any(of_organ);
    let is_home =
        |head: &str| LABELS.contains(&head) || HEADS.contains(&head) || (people && BESIDE_PEOPLE.contains(&head));
    (0..heads.len()).filter(|at| is_home(&heads[*at])).collect()
}

/// Addresses below their label in a table, or in the next cell of a form.
fn in_tables(chars: &[char]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for border in ['\t', '|'] {
        let mut below: Vec<usize> = Vec::new();
        for (start, end) in lines(chars) {
            if !chars[start..end].contains(&border) {
                below.clear();
                continue;
            }
            let row = cells(chars, (start, end), border);
            let texts: Vec<String> = row.iter().map(|cell| cell.text.clone()).collect();
            let heads = columns(&texts);
            let here: Vec<usize> = match row.len() > 1 && !heads.is_empty() {
                true => heads.iter().map(|at| at + 1).collect(),
                false => below.clone(),
            };
            let here = here.iter().filter_map(|column| row.get(*column));
            found.extend(here.filter(|cell| is_whole(&chars[cell.start..cell.end])).map(|cell| (cell.start, cell.end)));
            if row.len() > 1 && !heads.is_empty() {
                below = heads;
            }
        }
    }
    found
}

/// Whether it is an address in full: a place, and a number in it.
fn is_whole(value: &[char]) -> bool {
    value.len() <= LONGEST && value.iter().any(|c| PLACES.contains(c)) && value.iter().any(|c| is_number(*c))
}

fn is_number(c: char) -> bool {
    c.is_ascii_alphanumeric() || "一二三四五六七八九十".contains(c)
}

/// Characters from `at` on, or back from it, that are numbers or blanks between.
fn numbers(chars: &[char], at: usize) -> usize {
    chars[at..].iter().take_while(|c| c.is_ascii_digit()).count()
}

/// `…栋…单元` and a number of two to five digits, or `…栋` and one of three to five.
fn door(chars: &[char], at: usize) -> Option<(usize, usize)> {
    let (word, least) = match chars.get(at..)? {
        ['单', '元', ..] => (2, 2),
        ['栋' | '幢', ..] => (1, 3),
        _ => return None,
    };
    let before = chars[..at].iter().rposition(|c| !c.is_whitespace()).filter(|before| is_number(chars[*before]))?;
    let after = at + word + chars[at + word..].iter().take_while(|c| **c == ' ').count();
    let digits = numbers(chars, after);
    if !(least..=5).contains(&digits) {
        return None;
    }
    let mut end = after + digits;
    // 501室; not a sum, a share or a measure: 5栋302平方米, 3栋120套.
    match chars.get(end) {
        Some('室' | '号' | '户') => end += 1,
        Some(c) if c.is_alphanumeric() || matches!(c, '.' | '%' | '㎡') => return None,
        _ => {}
    }
    let mut start = before;
    while start > 0 && (is_number(chars[start - 1]) || matches!(chars[start - 1], '栋' | '幢' | '座' | '号' | '楼'))
    {
        start -= 1;
    }
    Some((start, end))
}

/// A label, a colon or the edge of a cell, and an address with a number in it.
fn labelled(chars: &[char], at: usize) -> Option<(usize, usize)> {
    let label =
        LABELS.iter().find(|label| label.chars().eq(chars[at..].iter().copied().take(label.chars().count())))?;
    let mut from = at + label.chars().count();
    let colon = chars[from..].iter().take_while(|c| matches!(c, ':' | ' ')).count();
    if !chars[from..from + colon].contains(&':') {
        return None;
    }
    from += colon;
    let end_of = |c: &char| c.is_whitespace() || matches!(c, ',' | '。' | ';' | '、');
    let length = chars[from..].iter().take(LONGEST).take_while(|c| !end_of(c)).count();
    let value = &chars[from..from + length];
    is_whole(value).then_some((from, from + length))
}

/// 家住柳溪镇大树村3组15号: the address behind the word that begins here. Where only a village stands, nobody is found.
pub(super) fn lives(chars: &[char], at: usize) -> Option<(usize, usize)> {
    let begins = |word: &&&str| word.chars().eq(chars[at..].iter().copied().take(word.chars().count()));
    let from = at + LIVES.iter().find(begins)?.chars().count();
    address(chars, from)
}

/// An address with a number of a house in it that begins here.
pub(super) fn address(chars: &[char], from: usize) -> Option<(usize, usize)> {
    let end_of = |c: &char| c.is_whitespace() || matches!(c, ',' | '。' | ';' | '、' | ')' | '(');
    let value: Vec<char> = chars[from..].iter().take(LONGEST).take_while(|c| !end_of(c)).copied().collect();
    let numbered =
        |pair: &[char]| is_number(pair[0]) && matches!(pair[1], '组' | '号' | '室' | '栋' | '幢' | '弄' | '巷' | '队');
    (is_whole(&value) && value.windows(2).any(numbered)).then_some((from, from + value.len()))
}

fn told(part: &str, chars: &[char], start: usize, end: usize) -> Finding {
    let excerpt = chars[start..end].iter().map(|c| if is_number(*c) { '*' } else { *c }).collect();
    Finding {
        rule: "privacy.home".into(),
        gate: Gate::Privacy,
        severity: Severity::Warn,
        part: part.to_owned(),
        start,
        end,
        excerpt,
        suggestion: "疑似个人住址。确属个人住址的，请只写到街道、小区或者村；单位地址不用处理。".into(),
        replacement: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_are_told_and_masked() {
        for (text, excerpt) in [
            ("住青禾苑小区3栋2单元501室", "*栋*单元***室"),
            ("幸福里5幢302", "*幢***"),
            ("１２号楼２单元３０１", "**号楼*单元***"),
            ("二单元 402 室", "*单元 ***"),
            ("家庭住址：城关镇东门村六组18号，联系", "城关镇东门村*组**号"),
            ("现住址: 解放路甲8号", "解放路甲*号"),
            ("刘芳家住青禾县柳溪镇大树村3组15号", "青禾县柳溪镇大树村*组**号"),
            ("患有肺癌，家住大树村三组", "大树村*组"),
            ("住址：柳溪镇前进村三组12号", "柳溪镇前进村*组**号"),
        ] {
            let found = homes("body", text);
            assert_eq!(found.iter().map(|one| one.excerpt.as_str()).collect::<Vec<_>>(), [excerpt], "{text}");
            assert!(found.iter().all(|one| one.severity == Severity::Warn && one.rule == "privacy.home"));
        }
        let text = "前言。家庭住址：城关镇东门村六组18号";
        let found = &homes("body", text)[0];
        assert_eq!(
            text.chars().skip(found.start).take(found.end - found.start).collect::<String>(),
            "城关镇东门村六组18号"
        );
    }

    #[test]
    fn a_home_below_its_label_is_told() {
        let excerpts = |text: &str| homes("body", text).into_iter().map(|one| one.excerpt).collect::<Vec<_>>();
        let table = "户主\t家庭住址\t金额\n甲\t石门村3组18号\t30\n乙\t略\t20\n丙\t青禾苑3栋2单元501室\t5";
        assert_eq!(excerpts(table), ["石门村*组**号", "青禾苑*栋*单元***室"]);
        assert_eq!(excerpts("| 姓名 | 现住址 |\n|---|---|\n| 甲 | 解放路8号 |"), ["解放路*号"]);
        assert_eq!(excerpts("单位\t地址\n县财政局\t人民路1号"), Vec::<String>::new());
        assert_eq!(excerpts("姓名\t住址\n甲\t白塔镇塔南村一组4号"), ["白塔镇塔南村*组*号"]);
        assert_eq!(excerpts("姓名\t手机\t地址\n甲\t略\t解放路8号"), ["解放路*号"]);
        assert_eq!(excerpts("姓名\t甲\t住址\t解放路8号"), ["解放路*号"]);
        assert_eq!(excerpts("企业名称\t负责人姓名\t地址\n甲\t略\t解放路8号"), Vec::<String>::new());
        assert_eq!(excerpts("姓名\t职务\t地址\n甲\t略\t解放路8号"), Vec::<String>::new());
        assert_eq!(excerpts("姓名\t家庭住址\n甲\t略\n\n单位\t地址\n县财政局\t人民路1号"), Vec::<String>::new());
    }

    #[test]
    fn what_names_no_home_is_not_one() {
        for text in [
            "向户籍所在地的乡镇人民政府提出申请",
            "姓名、户籍地址及现住址、联系方式",
            "家庭住址：\t联系电话",
            "家庭住址：以户口簿为准",
            "新建住宅5栋320套，12栋1200平方米",
            "六年级语文第三单元12课时",
            "改造小区 8 个、栋数 120 栋",
            "家住大树村的3户居民，居住在山区的群众，现住县医院",
            "预算单元 3 个",
            "办公室地址：青禾县人民路1号",
        ] {
            assert_eq!(homes("body", text), [], "{text}");
        }
    }
}
