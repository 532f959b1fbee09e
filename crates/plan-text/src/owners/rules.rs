//! Words in an owner note that are no names: rules about the owners (`列第一位者为牵头单位，下同`), explanations
//! (`以下均需各乡镇落实，不再列出`), and owners of a part (`其中培训由县教体局负责`).

use super::{names, roles};

/// `列第一位者为牵头单位`, `排名第一的为牵头部门`: whoever is named first leads.
pub(in super::super) fn states_lead_rule(text: &str) -> bool {
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

/// `下同`: a rule holds for the notes behind, too.
pub(super) fn reaches_on(piece: &str) -> bool {
    const WORDS: [&str; 8] = ["下同", "以下同", "以下均同", "以下相同", "以下均按此", "后同", "全文同", "以下类同"];
    WORDS.contains(&piece.trim_end_matches(['。', '）', ')']))
}

/// `以下均需各乡镇落实`, `以下统称各县（区）政府`, `不再列出`: said about owners, naming none for this clause.
pub(super) fn explains(piece: &str) -> bool {
    const STARTS: [&str; 14] =
        ["以下", "下同", "不再", "下列", "后续", "后面", "后文", "下文", "统称", "简称", "同上", "不另", "未列", "注"];
    // 标★者为牵头单位
    let marked = piece.contains(['★', '☆', '▲', '*']) && piece.contains("牵头");
    marked || STARTS.iter().any(|start| piece.starts_with(start)) && !names::is_office_of_notes(piece)
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
