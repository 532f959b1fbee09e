//! What an amendment changed for each organ, in words for its mail: a date that moved, a duty that was ended or is new.

use std::collections::BTreeMap;

use duty::duties::ShareRow;
use kernel::OrganCode;
use web::filters::shortened;

use crate::plans::tree::{DutyRow, Tree};

/// Lines of each organ, by the code under which its shares were issued. `before` and `after` are the shares around the
/// amendment, `old` and `new` the plan.
pub(super) fn lines(
    (before, old): (&[ShareRow], &Tree),
    (after, new): (&[ShareRow], &Tree),
) -> BTreeMap<OrganCode, Vec<String>> {
    let mut lines: BTreeMap<OrganCode, Vec<String>> = BTreeMap::new();
    for share in after {
        let Some(duty) = new.duty(&share.duty) else { continue };
        let was = before.iter().find(|one| one.id == share.id);
        let held = was.is_some_and(|was| was.ended_at.is_empty());
        let words = shortened(duty.text.trim_end_matches('。'), 60);
        // Two duties of a clause may begin alike: the same words are told once.
        let mut tell = |line: String| {
            let own = lines.entry(share.organ.clone()).or_default();
            if !own.contains(&line) {
                own.push(line);
            }
        };
        match (held, share.ended_at.is_empty()) {
            (false, false) => {}
            (false, true) => tell(format!("新增：{words}，{}", due(duty))),
            (true, false) if duty.ended_at.is_empty() => tell(format!("不再由贵单位承担：{words}")),
            (true, false) => tell(format!("终止：{words}（原因：{}）", duty.ended_reason)),
            (true, true) => {
                if was.is_some_and(|was| was.role != share.role) {
                    tell(format!("分工有变化：{words}"));
                }
                let Some(former) = old.duty(&share.duty) else { continue };
                if (&former.due_on, &former.cadence) != (&duty.due_on, &duty.cadence) {
                    tell(format!("{words}：{}，原为{}", due(duty), due(former)));
                }
                if former.text != duty.text {
                    tell(format!("内容有改动：{words}"));
                }
            }
        }
    }
    lines
}

/// When a duty is due, in words.
fn due(duty: &DutyRow) -> String {
    match (duty.cadence.is_empty(), duty.due_on.as_str(), duty.due_words.as_str()) {
        (_, "", "") => "没有期限".to_owned(),
        (_, "", words) => format!("期限 {words}"),
        (true, day, _) => format!("期限 {day}"),
        (false, day, _) => format!("执行到 {day}"),
    }
}
