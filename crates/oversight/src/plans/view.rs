//! What the correction screen shows: the tree and the source, prepared for the template.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kernel::{
    Directory, OrganCode,
    id::{ClauseId, DutyId},
};
use web::FormErrors;

use crate::{
    model::{Cadence, FieldShape, OwnerRole, PlanKind, Visibility},
    plans::{
        confirm::Readiness,
        doubts,
        edit::{Bulk, Fields, HeadFields, Words},
        owners::{self, Resolution},
        tree::{ClauseRow, DutyRow, OwnerId, OwnerRow, Tree, printed},
    },
};

/// What a choice of organs begins with when it is a collective name.
pub(crate) const GROUP: &str = "group:";
/// Most organs that are proposed for a clause.
const PROPOSED: usize = 6;

/// One line of the source.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) number: usize,
    pub(crate) text: String,
    pub(crate) warned: bool,
}

/// A section of the tree.
#[derive(Debug, Clone)]
pub(crate) struct SectionView {
    pub(crate) heading: String,
    /// Its own words, for the form that corrects them.
    pub(crate) words: WordsView,
    pub(crate) clauses: Vec<ClauseView>,
}

/// Words as issued in the form that corrects them: as they stand, or as typed when they were refused.
#[derive(Debug, Clone)]
pub(crate) struct WordsView {
    /// What the form is about: the id of a section or clause, `preamble`, `closing`.
    pub(crate) part: String,
    /// What it is called.
    pub(crate) label: String,
    pub(crate) words: Words,
    pub(crate) errors: FormErrors,
    /// Whether the form is shown at once.
    pub(crate) open: bool,
}

fn words_view(part: &str, label: String, words: Words, typed: &Typed) -> WordsView {
    let again = typed.at.strip_prefix("w-") == Some(part);
    WordsView {
        part: part.to_owned(),
        label,
        words: typed.words.clone().filter(|_| again).unwrap_or(words),
        errors: if again { typed.errors.clone() } else { FormErrors::new() },
        open: again,
    }
}

/// What stands before and after the sections, for the forms that correct it; what is empty has none.
pub(crate) fn frame_words(tree: &Tree, typed: &Typed) -> Vec<WordsView> {
    let plain = |text: &str| Words { text: text.to_owned(), ..Words::default() };
    [("preamble", "前言", &tree.plan.preamble), ("closing", "结尾", &tree.plan.closing)]
        .into_iter()
        .filter(|(_, _, text)| !text.trim().is_empty())
        .map(|(part, label, text)| words_view(part, label.to_owned(), plain(text), typed))
        .collect()
}

/// A clause of the tree.
#[derive(Debug, Clone)]
pub(crate) struct ClauseView {
    pub(crate) id: ClauseId,
    /// As printed, with a point behind plain figures.
    pub(crate) number: String,
    pub(crate) title: String,
    pub(crate) line: i64,
    pub(crate) owner_note: String,
    pub(crate) open: bool,
    pub(crate) owners: Vec<OwnerView>,
    pub(crate) duties: Vec<DutyView>,
    pub(crate) all_principle: bool,
    /// Organs that the text names but the owners do not: code and short name. Only for the open clause.
    pub(crate) named: Vec<(String, String)>,
    /// How many names still mean no organ, and duties nobody answers for.
    pub(crate) problems: usize,
    /// Text of a new duty as typed, when it was refused.
    pub(crate) added: String,
    /// Its words as issued.
    pub(crate) words: WordsView,
}

impl ClauseView {
    /// Whether the title, perhaps cut, is only how its first duty begins, which stands below in full.
    pub(crate) fn said_again(&self) -> bool {
        let title = self.title.trim_end_matches('…').trim_end_matches('。');
        !title.is_empty() && self.duties.first().is_some_and(|duty| duty.text.starts_with(title))
    }

    /// How many duties it issues, as the whole plan counts them, and what else stands in it.
    pub(crate) fn counted(&self) -> String {
        let apart = |one: fn(&DutyView) -> bool| self.duties.iter().filter(|duty| one(duty)).count();
        let (out, principles) = (apart(|duty| !duty.is_duty), apart(|duty| duty.is_duty && duty.principle));
        let mut said = format!("{} 项", self.duties.len() - out - principles);
        if principles > 0 {
            said.push_str(&format!("，另有 {principles} 项不分解到单位"));
        }
        if out > 0 {
            said.push_str(&format!("，{out} 项不作为任务"));
        }
        said
    }
}

/// A name that means no organ yet, once for the whole plan.
#[derive(Debug, Clone)]
pub(crate) struct NameView {
    /// The first owner that bears it.
    pub(crate) owner: OwnerView,
    /// The clause where that stands.
    pub(crate) clause: ClauseId,
    /// How often it stands in the plan.
    pub(crate) count: usize,
}

/// An owner as written and what it means.
#[derive(Debug, Clone)]
pub(crate) struct OwnerView {
    pub(crate) id: OwnerId,
    pub(crate) name: String,
    pub(crate) role: &'static str,
    pub(crate) role_label: &'static str,
    pub(crate) how: &'static str,
    /// `ok`, `group`, `ended`, `unknown`, `ambiguous`, `abolished`.
    pub(crate) state: &'static str,
    /// Short names of the organs that it means.
    pub(crate) organs: Vec<String>,
    /// Of these, the ones that were abolished since.
    pub(crate) ended: Vec<String>,
    /// The organ that it means, where that is called otherwise; empty else.
    pub(crate) means: String,
    /// For an abolished organ: the successor's name, when one is recorded.
    pub(crate) successor: String,
    /// For an ambiguous name: those who bear it.
    pub(crate) candidates: Vec<(String, String)>,
}

/// A further field of the kind with its value.
#[derive(Debug, Clone)]
pub(crate) struct ExtraView {
    pub(crate) key: &'static str,
    pub(crate) label: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) value: String,
    pub(crate) long: bool,
    pub(crate) choices: &'static [&'static str],
}

/// A duty of the tree; the fields are as stored, or as typed when they were refused.
#[derive(Debug, Clone)]
pub(crate) struct DutyView {
    pub(crate) id: DutyId,
    pub(crate) n: i64,
    pub(crate) text: String,
    /// Words as issued, when they differ.
    pub(crate) original: String,
    pub(crate) is_duty: bool,
    pub(crate) principle: bool,
    pub(crate) due: String,
    pub(crate) past: bool,
    /// Whether its date lies outside the plan's year.
    pub(crate) off_year: bool,
    /// Whether it is ticked for what is done to many at once.
    pub(crate) picked: bool,
    pub(crate) public: bool,
    pub(crate) measure: String,
    pub(crate) line: i64,
    pub(crate) last: bool,
    pub(crate) due_on: String,
    pub(crate) due_words: String,
    pub(crate) cadence: String,
    pub(crate) grace_days: String,
    pub(crate) visibility: String,
    pub(crate) extra: Vec<ExtraView>,
    /// Owners of its own; empty when those of the clause hold.
    pub(crate) own: Vec<OwnerView>,
    pub(crate) errors: FormErrors,
}

/// What a refused form had typed, to be shown again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Typed {
    /// The duty, or the clause for a new duty.
    pub(crate) at: String,
    pub(crate) fields: Fields,
    pub(crate) errors: FormErrors,
    /// The plan's head, when that was the form.
    pub(crate) head: Option<HeadFields>,
    /// Words as issued, when they were.
    pub(crate) words: Option<Words>,
    pub(crate) reason: String,
    /// What was to be set for many duties, and which.
    pub(crate) bulk: Option<Bulk>,
    pub(crate) picked: Vec<DutyId>,
}

/// The lines of the source.
pub(crate) fn lines(tree: &Tree) -> Vec<Line> {
    let warned: BTreeSet<usize> = tree.plan.warnings().into_iter().map(|warning| warning.line).collect();
    let text =
        |(at, text): (usize, &str)| Line { number: at + 1, text: text.to_owned(), warned: warned.contains(&(at + 1)) };
    tree.plan.source.lines().enumerate().map(text).collect()
}

/// The tree, with the clause `open` ready to be corrected.
pub(crate) fn sections(
    tree: &Tree,
    open: &str,
    typed: &Typed,
    ready: &Readiness,
    directory: &Directory,
    today: Date,
) -> Vec<SectionView> {
    let build =
        |clause: &ClauseRow| clause_view(tree, clause, clause.id.as_str() == open, typed, (ready, directory, today));
    tree.sections
        .iter()
        .map(|section| SectionView {
            heading: match (section.number.as_str(), section.title.as_str()) {
                ("", title) => title.to_owned(),
                (number, title) => format!("{number}、{title}"),
            },
            words: words_view(
                section.id.as_str(),
                format!("第{}部分的标题和说明", section.number),
                Words { title: section.title.clone(), text: section.text.clone(), owner_note: String::new() },
                typed,
            ),
            clauses: tree.clauses.iter().filter(|clause| clause.section == section.id).map(build).collect(),
        })
        .collect()
}

fn clause_view(
    tree: &Tree,
    clause: &ClauseRow,
    open: bool,
    typed: &Typed,
    (ready, directory, today): (&Readiness, &Directory, Date),
) -> ClauseView {
    let owner = |owner: &OwnerRow| owner_view(owner, directory, today);
    let owners: Vec<OwnerView> = tree.owners_of_clause(&clause.id).map(owner).collect();
    let last = tree.duties_of(&clause.id).last().map(|duty| duty.id.clone()).unwrap_or_default();
    let duties: Vec<DutyView> = tree
        .duties_of(&clause.id)
        .map(|duty| {
            let own = tree.owners.iter().filter(|owner| owner.duty == duty.id).map(owner).collect();
            let picked = typed.picked.contains(&duty.id);
            DutyView {
                picked,
                off_year: doubts::is_off_year(&tree.plan, duty),
                ..duty_view(duty, tree.plan.kind(), own, duty.id == last, typed, today)
            }
        })
        .collect();
    // The same that stands in the way of issuing, so that the numbers of the list add up to the one above it.
    let problems = ready.spots().filter(|spot| spot.clause == clause.id).count();
    ClauseView {
        id: clause.id.clone(),
        number: printed(&clause.number),
        title: if clause.title.is_empty() { web::filters::shortened(&clause.text, 30) } else { clause.title.clone() },
        line: clause.line,
        owner_note: clause.owner_note.clone(),
        open,
        named: if open { named(tree, clause, directory, today) } else { Vec::new() },
        all_principle: !duties.is_empty() && duties.iter().all(|duty| duty.principle),
        owners,
        duties,
        problems,
        added: if typed.at == clause.id.as_str() { typed.fields.text.clone() } else { String::new() },
        words: words_view(
            clause.id.as_str(),
            tree.clause_number(clause),
            Words {
                title: clause.title.clone(),
                text: clause.text.trim().to_owned(),
                owner_note: clause.owner_note.clone(),
            },
            typed,
        ),
    }
}

/// Organs that title or text of the clause name and that do not answer for any of it yet, in the order of the text.
fn named(tree: &Tree, clause: &ClauseRow, directory: &Directory, today: Date) -> Vec<(String, String)> {
    let owners: BTreeSet<OrganCode> =
        tree.owners.iter().filter(|owner| owner.clause == clause.id).flat_map(OwnerRow::codes).collect();
    let text = format!("{}\n{}", clause.title, clause.text);
    let mut found: Vec<(usize, &kernel::Organ)> = directory
        .all()
        .iter()
        .filter(|organ| organ.exists_on(today) && !owners.contains(&organ.code))
        .filter_map(|organ| {
            let names = [&organ.name, &organ.short_name].into_iter().chain(&organ.aliases);
            // Two characters name a word as often as an organ.
            let places = names.filter(|name| name.chars().count() > 2).filter_map(|name| text.find(name.as_str()));
            Some((places.min()?, organ))
        })
        .collect();
    found.sort_by_key(|(at, _)| *at);
    let organs = found.into_iter().map(|(_, organ)| (organ.code.to_string(), organ.short_name.clone()));
    let meant = |name: &str| {
        let organs = directory.group(name, today).unwrap_or_default();
        organs.iter().any(|code| !owners.contains(code))
    };
    let groups = collective(&text).into_iter().filter(|name| meant(name));
    let groups: Vec<_> = groups.map(|name| (format!("{GROUP}{name}"), name.to_owned())).collect();
    groups.into_iter().chain(organs).take(PROPOSED).collect()
}

/// Collective names in a text, each once: 各乡镇（中心）, 县直各单位.
fn collective(text: &str) -> Vec<&'static str> {
    // the longer ones first: 县直各单位 is not 各单位
    const NAMES: [&str; 9] = [
        "各乡镇（街道）",
        "各乡镇（中心）",
        "各乡镇（中心、街道）",
        "各乡镇",
        "县直各单位",
        "县直各部门",
        "县直单位",
        "各部门",
        "各单位",
    ];
    let mut rest = text.to_owned();
    let mut found = Vec::new();
    for name in NAMES.into_iter().filter(|name| text.contains(*name)) {
        if rest.contains(name) {
            found.push(name);
            rest = rest.replace(name, "");
        }
    }
    found
}

/// Collective names that mean somebody today, for selects: value and name with the number of organs.
pub(crate) fn group_choices(directory: &Directory, today: Date) -> Vec<(String, String)> {
    let names = ["各乡镇（中心）", "县直各单位", "各单位"];
    let means = |name: &str| directory.group(name, today).map_or(0, |organs| organs.len());
    let choices = names.into_iter().map(|name| (name, means(name))).filter(|(_, count)| *count > 0);
    choices.map(|(name, count)| (format!("{GROUP}{name}"), format!("{name}，{count} 个"))).collect()
}

/// An owner as the screens show it.
pub(crate) fn owner_view(owner: &OwnerRow, directory: &Directory, today: Date) -> OwnerView {
    let named = |code: &OrganCode| {
        (code.to_string(), directory.get(code).map_or(code.as_str(), |organ| &organ.name).to_owned())
    };
    let short = |code: &OrganCode| directory.short_name(code).to_owned();
    let codes = owner.codes();
    let ended: Vec<String> = codes.iter().filter(|code| !exists(directory, code, today)).map(short).collect();
    let (state, successor, candidates) = if !ended.is_empty() {
        ("ended", String::new(), Vec::new())
    } else if !owner.is_unmatched() {
        (if owner.codes().len() > 1 || owner.how == "group" { "group" } else { "ok" }, String::new(), Vec::new())
    } else {
        match owners::resolve(directory, &owner.name, owner.is_group, today) {
            Resolution::Abolished(_, next) => {
                ("abolished", next.map(|next| directory.short_name(&next).to_owned()).unwrap_or_default(), Vec::new())
            }
            Resolution::Ambiguous(codes) => ("ambiguous", String::new(), codes.iter().map(named).collect()),
            _ => ("unknown", String::new(), Vec::new()),
        }
    };
    OwnerView {
        id: owner.id.clone(),
        name: owner.name.clone(),
        role: owner.role().code(),
        role_label: owner.role().label(),
        how: owners::how_label(directory, owner),
        state,
        means: match codes.as_slice() {
            [one] if short(one) != owner.name && owner.how != "group" => short(one),
            _ => String::new(),
        },
        organs: codes.iter().map(short).collect(),
        ended,
        successor,
        candidates,
    }
}

fn exists(directory: &Directory, code: &OrganCode, today: Date) -> bool {
    directory.get(code).is_some_and(|organ| organ.exists_on(today))
}

/// An organ that names of the plan mean and that was abolished since.
#[derive(Debug, Clone)]
pub(crate) struct EndedOrgan {
    pub(crate) code: OrganCode,
    pub(crate) name: String,
    /// Who took over: code and short name; empty when that is not recorded.
    pub(crate) successor: (String, String),
    /// In how many places it stands.
    pub(crate) count: usize,
    /// The clause of the first.
    pub(crate) clause: ClauseId,
}

/// The organs that were abolished after names were matched to them, each once, in the order of the text.
pub(crate) fn ended_organs(tree: &Tree, directory: &Directory, today: Date) -> Vec<EndedOrgan> {
    let mut found: Vec<EndedOrgan> = Vec::new();
    for clause in &tree.clauses {
        for owner in tree.owners.iter().filter(|owner| owner.clause == clause.id) {
            for code in owner.codes().into_iter().filter(|code| !exists(directory, code, today)) {
                if let Some(held) = found.iter_mut().find(|held| held.code == code) {
                    held.count += 1;
                    continue;
                }
                let next = Some(directory.stands_for(&code, today)).filter(|next| exists(directory, next, today));
                found.push(EndedOrgan {
                    name: directory.short_name(&code).to_owned(),
                    successor: next
                        .map(|next| (next.to_string(), directory.short_name(&next).to_owned()))
                        .unwrap_or_default(),
                    code,
                    count: 1,
                    clause: clause.id.clone(),
                });
            }
        }
    }
    found
}

/// The names that mean no organ, each once, in the order of the text.
pub(crate) fn unmatched_names(tree: &Tree, directory: &Directory, today: Date) -> Vec<NameView> {
    let mut names: Vec<NameView> = Vec::new();
    for clause in &tree.clauses {
        for owner in tree.owners.iter().filter(|owner| owner.clause == clause.id && owner.is_unmatched()) {
            match names.iter_mut().find(|name| name.owner.name == owner.name) {
                Some(name) => name.count += 1,
                None => {
                    let clause = clause.id.clone();
                    names.push(NameView { owner: owner_view(owner, directory, today), clause, count: 1 });
                }
            }
        }
    }
    names
}

/// Date or cadence for a chip.
pub(crate) fn due_words(duty: &DutyRow) -> String {
    match (duty.cadence(), duty.due_on.as_str()) {
        (Some(cadence), "") => cadence.label().to_owned(),
        (Some(cadence), until) => format!("{}，至 {until}", cadence.label()),
        (None, "") => String::new(),
        (None, date) => date.to_owned(),
    }
}

fn duty_view(duty: &DutyRow, kind: PlanKind, own: Vec<OwnerView>, last: bool, typed: &Typed, today: Date) -> DutyView {
    let again = (typed.at == duty.id.as_str()).then_some(&typed.fields);
    let or = |stored: &str, pick: fn(&Fields) -> &String| {
        again.map_or_else(|| stored.to_owned(), |fields| pick(fields).clone())
    };
    let extra = kind.fields().iter().map(|field| ExtraView {
        key: field.key,
        label: field.label,
        hint: field.hint,
        value: again
            .map_or_else(|| duty.extra(field.key), |fields| fields.extra.get(field.key).cloned().unwrap_or_default()),
        long: field.shape == FieldShape::Text,
        choices: if let FieldShape::Choice(choices) = field.shape { choices } else { &[] },
    });
    let differs = duty.original.split_whitespace().ne(duty.text.split_whitespace());
    DutyView {
        id: duty.id.clone(),
        n: duty.position,
        text: or(&duty.text, |fields| &fields.text),
        original: if differs { duty.original.trim().to_owned() } else { String::new() },
        is_duty: duty.is_duty,
        principle: duty.principle,
        due: due_words(duty),
        off_year: false,
        picked: false,
        past: duty.cadence.is_empty() && duty.due_on.parse::<Date>().is_ok_and(|due| due < today),
        public: duty.is_public(),
        measure: or(&duty.measure, |fields| &fields.measure),
        line: duty.line,
        last,
        due_on: or(&duty.due_on, |fields| &fields.due_on),
        due_words: duty.due_words.clone(),
        cadence: or(&duty.cadence, |fields| &fields.cadence),
        grace_days: or(&duty.grace_days.to_string(), |fields| &fields.grace_days),
        visibility: or(&duty.visibility, |fields| &fields.visibility),
        extra: extra.collect(),
        own,
        errors: if typed.at == duty.id.as_str() { typed.errors.clone() } else { FormErrors::new() },
    }
}

/// Clauses, for the select of «move to».
pub(crate) fn clause_choices(tree: &Tree) -> Vec<(String, String)> {
    let label =
        |clause: &ClauseRow| format!("{}{}", tree.clause_number(clause), web::filters::shortened(&clause.title, 20));
    tree.clauses.iter().map(|clause| (clause.id.to_string(), label(clause))).collect()
}

/// Cadences, for selects.
pub(crate) fn cadence_choices() -> Vec<(&'static str, &'static str)> {
    Cadence::ALL.iter().map(|cadence| (cadence.code(), cadence.label())).collect()
}

/// Roles, for selects: first the one that is true of a name of which nobody says more; only one can lead.
pub(crate) fn role_choices() -> Vec<(&'static str, &'static str)> {
    let roles = [OwnerRole::Responsible, OwnerRole::Lead, OwnerRole::Support];
    roles.iter().map(|role| (role.code(), role.label())).collect()
}

/// Visibilities, for selects.
pub(crate) fn visibility_choices() -> Vec<(&'static str, &'static str)> {
    [Visibility::Public, Visibility::Internal].iter().map(|one| (one.code(), one.label())).collect()
}

#[cfg(test)]
mod tests {
    use super::collective;

    #[test]
    fn collective_names_are_found_once_and_whole() {
        assert_eq!(
            collective("各乡镇（中心）、县直各单位要高度重视，县直各单位要落实"),
            ["各乡镇（中心）", "县直各单位"]
        );
        assert_eq!(collective("各单位要落实，县直各单位要带头"), ["县直各单位", "各单位"]);
        assert!(collective("县财政局要落实").is_empty());
    }
}
