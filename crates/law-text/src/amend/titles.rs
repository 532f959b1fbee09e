//! Which text a decision, or a sentence of one, speaks of.

use super::quotes::quoted;

/// The title between 《》 in the title of a decision: 关于修改《……》的决定. One that names several says of none that all is about it.
pub(super) fn titled(title: &str) -> Option<String> {
    let (before, after) = title.split_once('《')?;
    let (named, _) = after.rsplit_once('》')?;
    (before.ends_with("修改") && !named.contains('《')).then(|| named.to_owned())
}

/// The title between 《》 that words say they amend: 对《……》作如下修改.
pub(super) fn amended(words: &str, is_head: bool) -> Option<String> {
    let (before, after) = words.split_once('《')?;
    let (title, rest) = after.split_once('》')?;
    let told = ["作如下修改", "作出如下修改", "作以下修改", "作出修改", "修改如下"];
    (told.iter().any(|words| rest.contains(words)) || (is_head && before.chars().count() < 3)).then(|| title.to_owned())
}

/// Words that end the name of a text where no 《》 stand around it.
const NAMES: [&str; 8] = ["法", "条例", "办法", "规定", "细则", "规则", "意见", "方案"];

/// Words that speak of the text itself, or of what another one orders, and name nothing.
const NO_NAME: [&str; 8] = ["本", "该", "上述", "根据", "按照", "依照", "参照", "违反"];

/// The text that words begin with, as far as they name one, and what follows: 《甲办法》第三条, 刑法第三条, 本办法第三条.
pub(super) fn named(words: &str) -> Option<(Option<&str>, &str)> {
    if let Some(after) = words.strip_prefix('《') {
        let (title, rest) = after.split_once('》')?;
        return Some((Some(title), rest));
    }
    let at = words.find('第')?;
    let before = &words[..at];
    let is_name = NAMES.iter().any(|name| before.ends_with(name))
        && before.chars().count() <= 40
        && !["删去", "删除", "增加", "新增"].iter().any(|word| before.starts_with(word))
        && !before.chars().any(|c| quoted(c).is_some() || "、《》".contains(c));
    if !is_name {
        return None;
    }
    let own = NO_NAME.iter().any(|word| before.starts_with(word));
    Some(((!own).then_some(before), &words[at..]))
}

/// Names by which a text is called within a decision about it.
const SHORT: [&str; 10] = ["办法", "条例", "规定", "细则", "规则", "意见", "方案", "通知", "暂行办法", "实施细则"];

/// Whether two titles name one text: one may leave out whose it is, or that it is on trial.
pub(super) fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (plain(a), plain(b));
    let ends = |long: &str, short: &str| long.ends_with(short) && (short.chars().count() > 3 || SHORT.contains(&short));
    a == b || ends(&b, &a) || ends(&a, &b)
}

fn plain(title: &str) -> String {
    let words: String = title.chars().filter(|c| !c.is_whitespace() && !"《》〈〉<>".contains(*c)).collect();
    let words = words.strip_prefix("中华人民共和国").unwrap_or(&words);
    // （试行）, （2019年修订）.
    let end = words.strip_suffix(['）', ')']).and_then(|rest| rest.rfind(['（', '(']));
    words[..end.filter(|at| *at > 0).unwrap_or(words.len())].to_owned()
}

/// Words of which the name of all articles is put together: 本办法有关条文中的.
const WHOLE: [&str; 28] = [
    "该办法",
    "该条例",
    "该规定",
    "本",
    "原",
    "办法",
    "条例",
    "规定",
    "细则",
    "规则",
    "意见",
    "方案",
    "通知",
    "法",
    "全文",
    "正文",
    "有关",
    "相关",
    "其他",
    "所有",
    "涉及",
    "各条",
    "条文",
    "条款",
    "文",
    "中",
    "内",
    "的",
];

/// Whether words before a quotation speak of the text as a whole, or say nothing of where. A heading, an annex, a table of
/// contents, another text do not.
pub(super) fn is_whole(words: &str) -> bool {
    let mut rest = words;
    while let Some(more) = WHOLE.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = more;
    }
    rest.is_empty()
}

/// Whether words between a place and a quotation lead elsewhere.
pub(super) fn is_elsewhere(words: &str) -> bool {
    ["《", "标题", "名称", "题目", "附件", "附表", "附录", "目录", "序言"].iter().any(|word| words.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_one_where_they_name_one_text() {
        for (a, b, expected) in [
            ("青禾县河道管理办法", "青禾县河道管理办法（试行）", true),
            ("河道管理办法", "青禾县河道管理办法", true),
            ("办法", "青禾县河道管理办法", true),
            ("条例", "青禾县河道管理办法", false),
            ("刑法", "中华人民共和国刑法", true),
            ("青禾县出租车管理办法", "青禾县河道管理办法", false),
            ("乙办法", "青禾县河道管理办法", false),
        ] {
            assert_eq!((alike(a, b), alike(b, a)), (expected, expected), "{a} {b}");
        }
    }

    #[test]
    fn a_text_is_named_with_and_without_its_marks() {
        assert_eq!(named("《甲办法》第三条"), Some((Some("甲办法"), "第三条")));
        assert_eq!(named("刑法第三条"), Some((Some("刑法"), "第三条")));
        assert_eq!(named("本办法第三条"), Some((None, "第三条")));
        assert_eq!((named("第三条"), named("名称修改为")), (None, None));
        assert!(is_whole("") && is_whole("本办法有关条文中的") && is_whole("文中"));
        // 该条, 本条 are those that were named before.
        assert!(!is_whole("该条中的") && !is_whole("本条中的"));
        assert!(!is_whole("标题中的") && !is_whole("附件中的") && !is_whole("附则中的"));
    }
}
