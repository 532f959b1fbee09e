//! From a parsed plan to the rows of a draft. Pure: ids come from the caller.

use jiff::civil::Date;
use kernel::{
    Directory,
    id::{DutyId, PlanId, SectionId},
};
use plan_text as parsed;

use crate::{
    model::{self, PlanKind, Visibility},
    plans::{
        owners,
        tree::{ClauseRow, DutyRow, OwnerRow, SectionRow},
    },
};

/// The rows of a draft below the plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    pub sections: Vec<SectionRow>,
    pub clauses: Vec<ClauseRow>,
    pub duties: Vec<DutyRow>,
    pub owners: Vec<OwnerRow>,
    /// What of the text a person must look at because two of its parts meet here.
    pub warnings: Vec<parsed::Warning>,
}

/// What the rows need to know besides the text.
pub struct Frame<'a> {
    pub plan: &'a PlanId,
    pub kind: PlanKind,
    /// Gives fresh ids.
    pub fresh: &'a mut (dyn FnMut() -> String + Send),
    /// Organs.
    pub directory: &'a Directory,
    /// The day for which organs are looked up.
    pub day: Date,
}

impl std::fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frame").field("plan", &self.plan).finish_non_exhaustive()
    }
}

fn number(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

/// Findings are not public until the office says so; everything else was issued publicly (条例 Art. 5: 以公开为常态).
pub fn default_visibility(kind: PlanKind) -> Visibility {
    match kind {
        PlanKind::InspectionFinding | PlanKind::AuditFinding => Visibility::Internal,
        _ => Visibility::Public,
    }
}

/// The rows of a parsed plan.
pub fn rows(plan: &parsed::Plan, frame: &mut Frame<'_>) -> Rows {
    let mut rows = Rows::default();
    for section in &plan.sections {
        let id = SectionId::from((frame.fresh)());
        rows.sections.push(SectionRow {
            id: id.clone(),
            plan: frame.plan.clone(),
            position: number(rows.sections.len() + 1),
            number: section.number.clone(),
            title: section.title.clone(),
            text: section.text.trim().to_owned(),
        });
        for clause in &section.clauses {
            add_clause(clause, &id, frame, &mut rows);
        }
    }
    rows
}

fn add_clause(clause: &parsed::Clause, section: &SectionId, frame: &mut Frame<'_>, rows: &mut Rows) {
    let row = ClauseRow {
        id: (frame.fresh)().into(),
        plan: frame.plan.clone(),
        section: section.clone(),
        position: number(rows.clauses.len() + 1),
        number: clause.number.clone(),
        title: clause.title.clone(),
        text: clause.text.clone(),
        owner_note: clause.owner_note.clone(),
        line: number(clause.line),
        ended_at: String::new(),
        ended_reason: String::new(),
    };
    // A date in the owner note, or on a line of its own, holds for every duty of the clause that names none; a date in the text
    // for its own only.
    let apart = |due: &&str| clause.owner_note.contains(*due) || !clause.text.contains(*due);
    let common = clause.due.as_deref().filter(apart);
    if let Some(due) = common {
        rows.warnings.extend(meeting(clause, due));
    }
    let leads = frame.kind.fields().iter().any(|field| field.key == "leader");
    let leader = leads.then(|| leader(&clause.owner_note).or_else(|| leader(&clause.text))).flatten();
    for (at, duty) in clause.duties.iter().enumerate() {
        let inherits = duty.due.is_none() && common.is_some();
        let (due, due_on, cadence) = if inherits {
            (clause.due.clone(), clause.due_on, clause.cadence)
        } else {
            // A cadence goes on until the date that holds for the whole clause.
            let until = common.and(clause.due_on).filter(|_| duty.cadence.is_some());
            let words = [duty.due.as_deref(), common.filter(|_| duty.due_on.is_none() && until.is_some())];
            let words: Vec<&str> = words.into_iter().flatten().collect();
            ((!words.is_empty()).then(|| words.join("；")), duty.due_on.or(until), duty.cadence)
        };
        let id = DutyId::from((frame.fresh)());
        for owner in &duty.owners {
            add_owner(owner, &row, id.clone(), frame, rows);
        }
        let mut extra = serde_json::Map::new();
        if let Some(leader) = leader.as_ref() {
            extra.insert("leader".into(), leader.as_str().into());
        }
        rows.duties.push(DutyRow {
            extra: serde_json::Value::Object(extra).to_string(),
            position: number(at + 1),
            original: duty.text.clone(),
            due_words: due.unwrap_or_default(),
            due_on: due_on.map(|date| date.to_string()).unwrap_or_default(),
            cadence: cadence.map(|cadence| model::cadence(cadence).code().to_owned()).unwrap_or_default(),
            line: number(duty.line),
            ..DutyRow::new(id, &row, duty.text.trim(), default_visibility(frame.kind))
        });
    }
    for owner in &clause.owners {
        add_owner(owner, &row, DutyId::default(), frame, rows);
    }
    rows.clauses.push(row);
}

/// Where the date of a whole clause meets duties that have a date or a cadence of their own, what was made of it.
fn meeting(clause: &parsed::Clause, due: &str) -> Option<parsed::Warning> {
    // A heading alone is its own duty: its date is used, not left over.
    if clause.duties.iter().all(|duty| duty.due.as_deref() == Some(due)) {
        return None;
    }
    let named = |duty: &&parsed::Duty| duty.due.is_some();
    let recurring = clause.duties.iter().filter(named).any(|duty| duty.cadence.is_some() && duty.due_on.is_none());
    let message = if recurring && clause.due_on.is_some() {
        format!("本条的完成时限“{due}”与任务的频次并存，按报送到这一天为止理解，请核对。")
    } else if !clause.duties.is_empty() && clause.duties.iter().all(|duty| duty.due.is_some()) {
        format!("本条的完成时限“{due}”没有用上：各项任务已有自己的期限，请核对。")
    } else {
        return None;
    };
    Some(parsed::Warning { line: clause.line, message, dropped: String::new() })
}

/// Who of the county's leaders is named for a clause: 分管领导：常务副县长.
fn leader(note: &str) -> Option<String> {
    const LABELS: [&str; 7] =
        ["分管县领导", "牵头县领导", "责任县领导", "县分管领导", "分管领导", "牵头领导", "责任领导"];
    let (_, rest) = LABELS.iter().find_map(|label| note.split_once(label))?;
    let rest = rest.strip_prefix(['：', ':'])?;
    let name = rest.split(['；', ';', '，', ',', '。', '）', ')', '\n']).next()?.trim();
    (!name.is_empty() && name.chars().count() <= 40).then(|| name.to_owned())
}

fn add_owner(owner: &parsed::Owner, clause: &ClauseRow, duty: DutyId, frame: &mut Frame<'_>, rows: &mut Rows) {
    let id = (frame.fresh)().into();
    let mut row = OwnerRow {
        position: number(rows.owners.len() + 1),
        is_group: owner.group,
        ..OwnerRow::new(id, clause, duty, &owner.name, model::role(owner.role))
    };
    owners::settle(frame.directory, &mut row, frame.day);
    rows.owners.push(row);
}

#[cfg(test)]
mod tests {
    use plan_text::{PlanReference, parse};

    use super::*;

    #[test]
    fn a_parsed_plan_becomes_rows_that_give_the_text_back() {
        let source = "2026年某县政务公开工作要点\n一、做好公开\n（一）公开预算。6月底前公开预算。每季度公开执行情况。\
                      （牵头单位：县财政局；配合单位：县审计局；完成时限：12月10日前）\n";
        let plan = parse(source, PlanReference { year: 2026 });
        let mut count = 0;
        let mut fresh = || {
            count += 1;
            format!("id{count}")
        };
        let directory = Directory::default();
        let plan_id = PlanId::from("p");
        let mut frame = Frame {
            plan: &plan_id,
            kind: PlanKind::WorkPoints,
            fresh: &mut fresh,
            directory: &directory,
            day: Date::constant(2026, 3, 1),
        };
        let rows = rows(&plan, &mut frame);
        assert_eq!((rows.sections.len(), rows.clauses.len()), (1, 1));
        let joined: String = rows.duties.iter().map(|duty| duty.original.as_str()).collect();
        assert_eq!(joined, rows.clauses[0].text);
        assert_eq!(rows.owners.len(), 2);
        assert!(rows.owners.iter().all(OwnerRow::is_unmatched), "no organs are known here");
        assert!(rows.duties.iter().all(|duty| !duty.due_words.is_empty()), "the note's date holds where none is named");
        assert!(rows.duties.iter().any(|duty| duty.cadence == "quarterly"));
    }

    #[test]
    fn the_leader_that_a_note_names_is_a_field_of_its_own() {
        let note = "（分管领导：常务副县长；牵头单位：县财政局）";
        assert_eq!(leader(note).as_deref(), Some("常务副县长"));
        assert_eq!(leader("（县财政局负责）"), None);
    }

    #[test]
    fn a_date_beside_a_cadence_is_kept_and_told() {
        let read = |source: &str| {
            let plan = parse(source, PlanReference { year: 2026 });
            let mut count = 0;
            let mut fresh = || {
                count += 1;
                format!("id{count}")
            };
            let (directory, id) = (Directory::default(), PlanId::from("p"));
            let day = Date::constant(2026, 3, 1);
            rows(
                &plan,
                &mut Frame { plan: &id, kind: PlanKind::WorkPoints, fresh: &mut fresh, directory: &directory, day },
            )
        };
        let head = "2026年某县政务公开工作要点\n一、公开\n";
        let told = read(&format!(
            "{head}（一）办好网站。每月检查一次网站栏目。\n责任单位：县政府办公室\n完成时限：12月10日前\n"
        ));
        let duty = &told.duties[0];
        assert_eq!((duty.cadence.as_str(), duty.due_on.as_str()), ("monthly", "2026-12-10"), "{duty:?}");
        assert!(told.warnings.iter().any(|warning| warning.message.contains("12月10日前")), "{:?}", told.warnings);
        let own = read(&format!("{head}（一）公开预算。6月底前公开预算。（县财政局负责，完成时限：12月10日前）\n"));
        assert_eq!(own.duties[0].due_on, "2026-06-30");
        assert!(own.warnings.iter().any(|warning| warning.message.contains("没有用上")), "{:?}", own.warnings);
        let heading = read(&format!("{head}（一）每月公开办件数量。（县财政局负责）\n"));
        assert_eq!(heading.duties[0].cadence, "monthly");
        assert!(heading.warnings.is_empty(), "{:?}", heading.warnings);
    }
}
