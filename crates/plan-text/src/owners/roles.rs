//! Role words around a name: `由…牵头`, `…按职责分工负责`, `…（配合）`.

use super::super::Role;
use super::names;
use crate::work::looked_at;

/// Words that lead to a name and begin none.
const LEADS: [&str; 10] =
    ["以上任务由", "上述任务由", "以上工作由", "以上均由", "以上", "均由", "统一由", "分别由", "并由", "由"];
/// Words that join a name to those before it. Places and organs begin with them, too: 商丘市, 和县, 会同镇, 并州路街道, 协同中心.
const JOINTS: [&str; 10] = ["以及", "会同", "会商", "协同", "请", "商", "和", "及", "与", "并"];

/// Cuts the words off that lead to a name, the first of its note: `由县教体局`. What may join it to another one stays, for
/// there is none.
pub(super) fn strip_first(piece: &str) -> &str {
    strip(piece, |word, next| word == "请" && begins_level(next))
}

/// The same of a name behind others, where 会同 and 和 join it if what follows begins as organs' names do.
pub(super) fn strip_start(piece: &str) -> &str {
    strip(piece, |_, next| begins_level(next))
}

/// The same of what stands behind a role word or 等, where such a word can only join.
pub(super) fn strip_joint(piece: &str) -> &str {
    strip(piece, |_, next| !next.starts_with("务"))
}

/// `牵头县教体局`, `配合各乡镇`: a role word before the name.
pub(super) fn leading(piece: &str) -> Option<(&str, Role)> {
    const WORDS: [(&str, Role); 8] = [
        ("牵头", Role::Lead),
        ("主办", Role::Lead),
        ("主责", Role::Lead),
        ("配合", Role::Support),
        ("协办", Role::Support),
        ("协助", Role::Support),
        ("责任", Role::Responsible),
        ("承办", Role::Responsible),
    ];
    let (rest, role) = WORDS.iter().find_map(|(word, role)| Some((piece.strip_prefix(word)?.trim_start(), *role)))?;
    let name = strip_end(rest).0;
    (begins_level(name) && names::looks_like_organ(name)).then_some((name, role))
}

fn strip(piece: &str, joins: impl Fn(&str, &str) -> bool) -> &str {
    let mut rest = piece.trim();
    loop {
        let led = LEADS.iter().find_map(|word| rest.strip_prefix(word));
        let joined = || {
            let word = JOINTS.iter().find(|word| rest.starts_with(**word))?;
            Some(&rest[word.len()..]).filter(|next| joins(word, next))
        };
        match led.or_else(joined).filter(|next| !next.is_empty()) {
            Some(next) => rest = next.trim_start(),
            None => return rest,
        }
    }
}

/// Whether words begin with a level of government, or with words for many.
pub(super) fn begins_level(words: &str) -> bool {
    const LEVELS: [&str; 11] = ["县", "市", "区", "省", "各", "镇", "乡", "有关", "相关", "其他", "国家"];
    // 会同镇: one character behind is no name
    words.chars().nth(1).is_some() && LEVELS.iter().any(|start| words.starts_with(start))
}

/// Splits `A牵头会同B` and `A会同B` at the first role word that is not at the end.
pub(super) fn inner(piece: &str) -> Option<(&str, Role, &str)> {
    looked_at(piece.len());
    const WORDS: [(&str, Role); 6] = [
        ("牵头", Role::Lead),
        ("会同", Role::Responsible),
        ("会商", Role::Responsible),
        ("配合", Role::Support),
        ("协助", Role::Support),
        ("参与", Role::Support),
    ];
    let (at, word, role) = WORDS
        .iter()
        .filter_map(|&(word, role)| piece.find(word).map(|at| (at, word, role)))
        .min_by_key(|&(at, ..)| at)?;
    let (left, right) = (&piece[..at], &piece[at + word.len()..]);
    let of_name = ["单位", "部门", "）", ")", "】", "]", "］", "〕"].iter().any(|next| right.starts_with(next));
    let (bare, _) = strip_end(right);
    // 县配合办: one character is no name
    if left.chars().nth(1).is_none() || of_name || bare.is_empty() {
        return None;
    }
    Some((strip_end(left).0, role, right))
}

/// Cuts `按职责分别负责落实` off the end and says what role it gives.
pub(super) fn strip_end(piece: &str) -> (&str, Option<Role>) {
    const WORDS: [&str; 70] = [
        "负责监督",
        "负责督办",
        "负责督导",
        "负责督查",
        "跟踪督办",
        "全程监督",
        "各负其责",
        "各司其职",
        "各尽其责",
        "分头",
        "分级",
        "密切",
        "积极",
        "总牵头",
        "总负责",
        "负总责",
        "均需",
        "均须",
        "均要",
        "按照各自职责分工",
        "按各自职责分工",
        "按照职责分工",
        "根据职责分工",
        "按职责分工",
        "按照各自职责",
        "按各自职责",
        "根据各自职责",
        "依据职责",
        "按照职责",
        "根据职责",
        "按职责",
        "依职责",
        "按照分工",
        "按分工",
        "职责分工",
        "组织实施",
        "组织落实",
        "统筹协调",
        "统筹推进",
        "协调推进",
        "协调落实",
        "督促落实",
        "督促指导",
        "抓好落实",
        "抓落实",
        "各自",
        "分别",
        "共同",
        "联合",
        "分工",
        "具体",
        "统筹",
        "认真",
        "主要",
        "负责",
        "落实",
        "牵头",
        "配合",
        "协助",
        "参与",
        "参加",
        "承办",
        "实施",
        "推进",
        "执行",
        "办理",
        "完成",
        "按照要求",
        "按要求",
        "统一",
    ];
    let mut rest = piece.trim_end();
    let mut role = None;
    loop {
        if let Some((left, word)) = WORDS.iter().find_map(|word| rest.strip_suffix(word).map(|left| (left, *word))) {
            role = Some(of_word(word, role));
            rest = left.trim_end();
        } else if let Some((left, word)) = behind_organ(rest) {
            role = Some(of_word(word, role));
            rest = left;
        } else if let Some((left, found)) = as_unit(rest) {
            role = Some(found);
            rest = left;
        } else if let Some(left) = by_principle(rest) {
            role = role.or(Some(Role::Responsible));
            rest = left;
        } else {
            return (rest, role);
        }
    }
}

/// Words that are a role only behind an organ's name: 社会监督 and 以县为主 name none.
fn behind_organ(piece: &str) -> Option<(&str, &'static str)> {
    const WORDS: [&str; 19] = [
        "督查", "为主", "为辅", "主办", "主责", "主抓", "会办", "协办", "协抓", "协同", "协作", "协调", "指导", "督导",
        "督办", "监督", "组织", "承担", "支持",
    ];
    let (left, word) = WORDS.iter().find_map(|word| piece.strip_suffix(word).map(|left| (left.trim_end(), *word)))?;
    let organ = left.chars().nth(2).is_some() && names::looks_like_organ(left);
    let named = left.starts_with(['县', '市', '区', '省', '镇', '乡', '各', '州'])
        || left.ends_with(['局', '委', '办', '部', '厅', '府', '室', '署', '院', '行', '联', '司', '队'])
        // 银保监会, 总工会; 接受社会监督 names none
        || (left.ends_with('会') && !left.ends_with("社会") && !left.ends_with("机会"));
    (organ && named).then_some((left, word))
}

/// Whether role words say no more than that somebody looks after the work: 督办, 负责监督.
pub(super) fn watches(words: &str) -> bool {
    const ACTS: [&str; 8] = ["牵头", "实施", "组织", "承办", "统筹", "推进", "配合", "协助"];
    ["督办", "监督", "督导", "督查"].iter().any(|word| words.contains(word))
        && !ACTS.iter().any(|word| words.contains(word))
}

/// The role that a word gives, when the words behind it gave one already.
fn of_word(word: &str, role: Option<Role>) -> Role {
    match word {
        "牵头" | "总牵头" | "为主" | "主办" | "主责" | "主抓" => Role::Lead,
        "配合" | "协助" | "参与" | "参加" | "协办" | "协同" | "协作" | "协抓" | "会办" | "为辅" | "支持"
            if role != Some(Role::Lead) =>
        {
            Role::Support
        }
        _ => role.unwrap_or(Role::Responsible),
    }
}

/// `县教体局为牵头单位`.
fn as_unit(piece: &str) -> Option<(&str, Role)> {
    const KINDS: [&str; 9] = ["牵头", "主办", "主责", "责任", "配合", "协助", "参与", "协办", "协同"];
    let left = ["单位", "部门"].iter().find_map(|unit| piece.strip_suffix(unit))?;
    let (left, word) = KINDS.iter().find_map(|word| left.strip_suffix(word).map(|left| (left, *word)))?;
    let left = ["作为", "为", "是"].iter().find_map(|copula| left.strip_suffix(copula))?;
    Some((left.trim_end(), of_word(word, None)))
}

/// `县教体局按照“谁主管、谁负责”的原则`.
fn by_principle(piece: &str) -> Option<&str> {
    piece.strip_suffix("的原则")?;
    let at = ["按照“", "按“", "根据“", "遵循“", "本着“"].iter().filter_map(|word| piece.find(word)).min()?;
    (at > 0).then(|| piece[..at].trim_end())
}

/// `县发展改革委（牵头）`: a name that carries its own role.
pub(super) fn own(name: &str) -> (&str, Option<Role>) {
    for open in ['（', '(', '【', '[', '［', '〔'] {
        if let Some((left, inner)) = name.rsplit_once(open)
            && let Some(inner) = inner.strip_suffix(['）', ')', '】', ']', '］', '〕'])
            && let ("", Some(role)) = strip_end(inner.trim_end_matches(['单', '位']))
        {
            return (left.trim(), Some(role));
        }
    }
    (name.trim(), None)
}
