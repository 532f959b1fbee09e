//! What a person should look at once a decision is applied.

use std::collections::{HashMap, HashSet};

use super::order::Work;
use crate::number::{self, label};

/// Names places where the decision leaves a number out.
pub(super) fn gaps(all: &[Work], notes: &mut Vec<String>) {
    for pair in all.windows(2) {
        let (Some(before), Some(now)) = (pair[0].number_now(), pair[1].number_now()) else { continue };
        if pair[1].stated.is_some() && now.0 > before.0 + 1 {
            let (before, now) = (number::article(before), number::article(now));
            notes.push(format!("{before}之后是{now}，中间的条号空着，请核对"));
        }
    }
}

/// Names references of articles that were not written anew to articles that bear other numbers now, or are gone.
pub(super) fn references(
    all: &[Work],
    now: &HashMap<(u32, u32), (u32, u32)>,
    gone: &HashSet<(u32, u32)>,
    notes: &mut Vec<String>,
) {
    for work in all.iter().filter(|work| !work.rewritten) {
        let Some(own) = work.number_now() else { continue };
        let mut named = HashSet::new();
        for line in &work.lines {
            for (at, _) in line.match_indices('第') {
                let Some(found) = label(&line[at..]).filter(|label| label.unit == '条') else { continue };
                let meant = now.get(&found.ordinal).copied();
                let became = match meant {
                    Some(now) if now != found.ordinal => format!("现在是{}", number::article(now)),
                    None if gone.contains(&found.ordinal) => "已经删去".to_owned(),
                    _ => continue,
                };
                let is_put = work.put.iter().any(|words| words.contains(found.number));
                if !is_put && !of_another(&line[..at]) && named.insert(found.ordinal) {
                    let (own, said) = (number::article(own), number::article(found.ordinal));
                    notes.push(format!("{own}提到{said}，{became}，请核对"));
                }
            }
        }
    }
}

/// Whether the words before a number speak of another text: 《……法》第三条, 治安管理处罚法第三条.
fn of_another(before: &str) -> bool {
    let ours = ["本法", "本条例", "本办法", "本规定"].iter().any(|own| before.ends_with(own));
    !ours && before.ends_with(['》', '法', '例'])
}
