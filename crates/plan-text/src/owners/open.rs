//! Lists that are not complete: `县教体局等部门`, `县商务局等和各乡镇`, `县住建局等县政府各有关部门`.

use super::{names, roles};

/// Splits names at 等: those before it, and those behind it, which may be none. `None` where 等 is part of a name
/// (`高等学校`) or absent.
pub(super) fn split(names: &str) -> Option<(&str, &str)> {
    names.match_indices('等').find_map(|(at, word)| {
        let (left, right) = (names[..at].trim_end(), names[at + word.len()..].trim_start());
        if left.is_empty() { None } else { behind(left, right).map(|named| (left, named)) }
    })
}

/// The names behind 等; `None` when these words are no names and 等 ends no list.
fn behind<'a>(left: &str, right: &'a str) -> Option<&'a str> {
    if right.is_empty() {
        return Some("");
    }
    // 县教体局等（按职责分工）
    let inner = right.strip_prefix(['（', '(']).and_then(|rest| rest.strip_suffix(['）', ')']));
    if inner.is_some_and(|inner| matches!(roles::strip_end(inner), ("", Some(_)))) {
        return Some("");
    }
    let counted = right.trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十多数几".contains(c));
    let counted = counted.strip_prefix(['个', '家']).unwrap_or(counted);
    let kind = ["相关职能", "有关职能", "相关责任", "有关责任", "职能", "成员", "相关", "有关", "其他"]
        .iter()
        .find_map(|word| counted.strip_prefix(word))
        .unwrap_or(counted);
    if let Some(rest) = UNITS.iter().find_map(|unit| kind.strip_prefix(unit)) {
        let rest = rest.trim_start();
        if rest.is_empty() {
            return Some("");
        }
        if let Some(named) = linked(rest) {
            return Some(if is_nobody(named) { "" } else { named });
        }
    }
    if let Some(named) = linked(right) {
        return Some(if is_nobody(named) { "" } else { named });
    }
    // 等县政府各有关部门: the words behind stand for many organs
    let name = roles::strip_end(right).0;
    (names::looks_like_organ(left) && names::looks_like_organ(name) && names::is_group(name)).then_some(right)
}

const UNITS: [&str; 14] = [
    "部门（单位）",
    "单位（部门）",
    "地方和部门",
    "地方和单位",
    "部门和地方",
    "部门和单位",
    "部门和有关单位",
    "单位和部门",
    "单位",
    "部门",
    "机构",
    "机关",
    "企业",
    "区域",
];

/// What stands behind 和, 及, 以及.
fn linked(text: &str) -> Option<&str> {
    ["以及", "及", "和", "与", "会同"].iter().find_map(|word| text.strip_prefix(word)).map(str::trim_start)
}

/// 单位, 有关部门: names nobody beyond those named.
pub(super) fn is_nobody(name: &str) -> bool {
    matches!(name, "" | "单位" | "有关单位" | "相关单位" | "部门" | "有关部门" | "相关部门")
}
