//! Words in an owner note that are no names: rules about the owners (`列第一位者为牵头单位，下同`), explanations
//! (`以下均需各乡镇落实，不再列出`), and owners of a part (`其中培训由县教体局负责`).

use super::{names, roles};

/// `列第一位者为牵头单位`, `排名第一的为牵头部门`: whoever is named first leads.
fn states_first(text: &str) -> bool {
    const FIRST: [&str; 13] = [
        "第一位",
        "第一个",
        "列第一",
        "排第一",
        "名第一",
        "首位",
        "列首",
        "排首",
        "列在前",
        "第一家",
        "序第一",
        "在前面",
        "最前",
    ];
    const LEADS: [&str; 5] = ["牵头", "主办单位", "主办部门", "主责单位", "主责部门"];
    FIRST.iter().filter_map(|word| text.find(word)).min().is_some_and(|at| {
        // 第一位 before 牵头: 牵头单位第一个完成 says something else
        LEADS.iter().any(|word| text[at..].contains(word)) && text[at..].contains(['为', '是', '即'])
    })
}

/// Who leads by a rule that the text states once: `列第一位者为牵头单位`, `标★者为牵头单位，其他为配合单位`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct LeadRule {
    /// The marked ones lead; else whoever is named first.
    pub(in super::super) marked: bool,
    /// Whoever does not lead supports.
    pub(in super::super) others_support: bool,
}

/// Reads such a rule.
pub(in super::super) fn lead_rule(text: &str) -> Option<LeadRule> {
    const MARKS: [&str; 6] = ["标", "带", "注", "加", "打", "有"];
    let leads = text.find("牵头").or_else(|| text.find("主办")).or_else(|| text.find("主责"))?;
    let before = &text[..leads];
    let starred = before.contains(super::is_star) || before.contains("星号");
    let marked = starred && MARKS.iter().any(|mark| before.contains(mark)) && before.contains(['为', '是', '即', '系']);
    // 牵头单位加▲
    let behind: String = text[leads..].chars().skip(2).take(8).collect();
    let marked = marked || (behind.contains(super::is_star) && MARKS.iter().any(|mark| behind.contains(mark)));
    if !(marked || states_first(text)) {
        return None;
    }
    let rest = &text[leads..];
    let others = OTHERS.iter().filter_map(|word| rest.find(word)).min().map(|at| &rest[at..]);
    Some(LeadRule { marked, others_support: others.is_some_and(supports) })
}

/// Words for those that do not lead.
const OTHERS: [&str; 7] = ["其他", "其它", "其余", "后面", "其后", "后列", "之后"];

fn supports(words: &str) -> bool {
    ["配合", "协办", "协助", "参与"].iter().any(|word| words.contains(word))
}

/// `其余为配合单位`, the second half of such a rule.
pub(super) fn others_support(piece: &str) -> bool {
    OTHERS.iter().any(|word| piece.starts_with(word)) && piece.contains(['为', '是', '均', '系']) && supports(piece)
}

/// `加粗的为牵头单位`: said by a look that no text has.
pub(in super::super) fn leads_by_look(text: &str) -> bool {
    const LOOKS: [&str; 8] = ["加粗", "黑体", "下划线", "标红", "红色", "红字", "斜体", "底纹"];
    LOOKS.iter().filter_map(|look| text.find(look)).min().is_some_and(|at| {
        let rest = &text[at..];
        rest.contains("牵头") && rest.contains(['为', '是', '即', '系'])
    })
}

/// An exception among the owners, `县税务局除外`, `除县税务局外的`: the bytes that say so. What stands behind it is an owner.
pub(super) fn exception(piece: &str) -> Option<usize> {
    let apart = ["不含", "不包括", "不包含", "不涉及"].iter().any(|word| piece.starts_with(word));
    if apart || piece.ends_with("除外") {
        return Some(piece.len());
    }
    let inner = piece.strip_prefix('除')?;
    let (at, word) = ["以外", "之外", "外"].iter().filter_map(|word| inner.find(word).map(|at| (at, *word))).min()?;
    let end = '除'.len_utf8() + at + word.len();
    let rest = piece[end..].trim_start_matches(['的', '，', ',', '、', ' ']);
    (at > 0).then_some(piece.len() - rest.len())
}

/// Whether `、` stands within an exception: `除县法院、县检察院外的县直各单位`.
pub(super) fn excepting(left: &str, right: &str) -> bool {
    const LONGEST: usize = 60;
    let near = right.char_indices().nth(LONGEST).map_or(right, |(at, _)| &right[..at]);
    let near = near.split(['；', ';', '。', '，', '\n']).next().unwrap_or(near);
    left.len() <= 3 * LONGEST && left.starts_with('除') && !left.contains('外') && near.contains('外')
}

/// `下同`: a rule holds for the notes behind, too.
pub(super) fn reaches_on(piece: &str) -> bool {
    const WORDS: [&str; 8] = ["下同", "以下同", "以下均同", "以下相同", "以下均按此", "后同", "全文同", "以下类同"];
    WORDS.contains(&piece.trim_end_matches(['。', '）', ')']))
}

/// `以下均需各乡镇落实`, `以下统称各县（区）政府`, `不再列出`: said about owners, naming none for this clause.
pub(super) fn explains(piece: &str) -> bool {
    const STARTS: [&str; 14] =
        ["以下", "下同", "不再", "下列", "后续", "后面", "后文", "下文", "统称", "简称", "同上", "不另", "未列", "注"];
    STARTS.iter().any(|start| piece.starts_with(start)) && !names::is_office_of_notes(piece)
}

/// The owner in `其中培训由县教体局负责`, whose words before 由 say for what; `None` where nothing stands before 由.
pub(super) fn part(piece: &str) -> Option<&str> {
    let (at, _) = piece.match_indices('由').find(|&(at, _)| !piece[..at].ends_with(['自', '理', '事', '缘']))?;
    let scope = piece[..at].trim();
    let owner = &piece[at + '由'.len_utf8()..];
    // 以上任务由, 并由 are said of the whole
    let whole = roles::strip_start(piece).len() <= owner.len();
    let said = roles::strip_end(owner);
    (!scope.is_empty() && !whole && said.1.is_some() && names::looks_like_organ(said.0)).then_some(owner)
}
