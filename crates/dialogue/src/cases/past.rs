//! The history of a case in words: all of it for the office, what is told for the person.

use case::{Entry, Input, Kind, PartyRole, Past, Phase, StepField};
use kernel::time;
use web::Ctx;

/// One line of a history.
pub(super) struct Line {
    pub(super) label: String,
    /// Where it led; may be empty.
    pub(super) about: String,
    /// The day that counts.
    pub(super) on: String,
    /// Who did it; empty on the portal.
    pub(super) who: String,
    pub(super) fields: Vec<(String, String)>,
}

/// What the machine itself writes into a history: key, words for the office, words for the person (empty = they do not read of
/// it).
const OWN: &[(&str, &str, &str)] = &[
    ("registered", "登记", "已登记"),
    ("transferred", "转办", "转由其他机关办理"),
    ("redated", "更正收到日期", "收到日期登记有误，已经更正"),
    ("intervened", "督办", ""),
    ("signed_for", "代为签发", ""),
    ("extended", "同意延期", "办理期限延长"),
    ("extension_refused", "不同意延期", ""),
    ("letter_returned", "退回文书", ""),
    ("published", "公开答复", "问题和答复已公开，不含您的信息"),
    ("unpublished", "撤回公开的答复", ""),
    ("code", "补发查询码", "已补发查询码"),
];

fn organ(ctx: &Ctx, code: &str) -> String {
    let directory = ctx.directory();
    directory.short_name(&code.into()).to_owned()
}

/// Values of a line of the machine, with their labels.
fn own_fields(ctx: &Ctx, past: &Past, told: bool) -> Vec<(String, String)> {
    let shown = past.fields.iter().filter_map(|(name, value)| {
        let (label, value) = match name.as_str() {
            "from" => ("原机关", organ(ctx, value)),
            "to" => ("机关", organ(ctx, value)),
            "number" if !told => ("原登记号", value.clone()),
            "was_on" => ("原收到日期", value.clone()),
            "is_on" => ("收到日期", value.clone()),
            "units" => ("延长", value.clone()),
            "words" => ("督办意见", value.clone()),
            "letter" => ("文书", value.clone()),
            "asked_by" if !told => ("商请接收", value.clone()),
            "dropped" if !told => ("随之作废的文书", value.clone()),
            "channel" => ("收到方式", case::Channel::from_code(value)?.label().to_owned()),
            "reason" => (if past.step == "extended" { "理由" } else { "原因" }, value.clone()),
            _ => return None,
        };
        // Why it was handed on is said inside.
        let inside = past.step == "transferred" && name == "reason";
        (!told || !inside).then(|| (label.to_owned(), value))
    });
    shown.collect()
}

fn who(past: &Past) -> String {
    match past.by.as_str() {
        "applicant" | "visitor" => PartyRole::Applicant.label().to_owned(),
        _ => past.by_name.clone(),
    }
}

/// A value for the office: an identity number in what somebody wrote is seen as the person is, for a reason.
fn covered(field: &StepField, value: &str) -> String {
    let words = field.words(value);
    if matches!(field.input, Input::Text(_)) { case::personal::without_numbers(&words) } else { words }
}

/// What stands covered in the history, in full.
pub(super) fn in_full(kind: Kind, past: &[Past]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for one in past {
        for field in kind.step(&one.step).into_iter().flat_map(|step| step.fields) {
            let Some(value) = one.fields.get(field.name) else { continue };
            let words = field.words(value);
            if covered(field, value) != words {
                found.push((field.label.to_owned(), words));
            }
        }
    }
    found
}

/// The history for the office, the newest step first.
pub(super) fn all(ctx: &Ctx, kind: Kind, past: &[Past]) -> Vec<Line> {
    let line = |one: &Past| {
        let own = OWN.iter().find(|(key, _, _)| *key == one.step);
        let step = kind.step(&one.step);
        let label = own.map(|(_, label, _)| *label).or(step.map(|step| step.label)).unwrap_or("办理");
        let moved = one.from != one.to;
        let mut fields: Vec<(String, String)> = match step {
            Some(step) => step
                .fields
                .iter()
                .filter_map(|field| Some((field.label.to_owned(), covered(field, one.fields.get(field.name)?))))
                .collect(),
            None => own_fields(ctx, one, false),
        };
        let entered = time::show_date(&one.at);
        // A day that somebody claims stands beside the one on which it was entered.
        if !one.at.is_empty() && entered != one.on {
            fields.push(("录入日期".to_owned(), entered));
        }
        Line {
            label: label.to_owned(),
            about: if moved { kind.state(&one.to).label.to_owned() } else { String::new() },
            on: one.on.clone(),
            who: who(one),
            fields,
        }
    };
    past.iter().rev().map(line).collect()
}

/// The history for the person, the newest step first.
pub(super) fn told(ctx: &Ctx, kind: Kind, past: &[Past]) -> Vec<Line> {
    let line = |one: &Past| {
        let own = OWN.iter().find(|(key, _, told)| *key == one.step && !told.is_empty());
        let step = kind.step(&one.step).filter(|step| !step.told.is_empty());
        let label = own.map(|(_, _, told)| *told).or(step.map(|step| step.told))?;
        let fields = match step {
            Some(step) => step
                .fields
                .iter()
                .filter(|field| field.told)
                .filter_map(|field| Some((field.label.to_owned(), field.words(one.fields.get(field.name)?))))
                .collect(),
            None => own_fields(ctx, one, true),
        };
        Some(Line { label: label.to_owned(), about: String::new(), on: one.on.clone(), who: String::new(), fields })
    };
    past.iter().rev().filter_map(line).collect()
}

/// The step with which the person was asked for what the case now waits for.
pub(super) fn asked<'a>(entry: &Entry, past: &'a [Past]) -> Option<&'a Past> {
    past.iter().rev().find(|one| one.to == entry.state && one.from != one.to)
}

/// The day by which it is the person's turn, where the case waits for the person.
pub(super) fn until(kind: Kind, entry: &Entry, past: &[Past]) -> Option<String> {
    let waits = entry.state(kind).phase == Phase::Waiting;
    let until = asked(entry, past).filter(|_| waits)?.fields.get("until")?;
    (!until.is_empty()).then(|| until.clone())
}

/// What the person is asked for, in the words of the organ, where the case waits for the person.
pub(super) fn wanting(kind: Kind, entry: &Entry, past: &[Past]) -> Vec<(String, String)> {
    let waits = entry.state(kind).phase == Phase::Waiting;
    let Some(one) = asked(entry, past).filter(|_| waits) else { return Vec::new() };
    let fields = kind.step(&one.step).into_iter().flat_map(|step| step.fields);
    let words = fields.filter(|field| field.told && matches!(field.input, Input::Text(_)));
    let said = words.filter_map(|field| Some((field.label.to_owned(), one.fields.get(field.name)?.clone())));
    said.filter(|(_, words)| !words.is_empty()).collect()
}

/// How the case ended, in words for lists: 已更正; its state while it runs.
pub(super) fn standing(kind: Kind, entry: &Entry) -> String {
    let outcome = kind.outcome(&entry.outcome);
    if entry.is_ended() && !outcome.is_empty() {
        format!("{}：{outcome}", entry.state(kind).label)
    } else {
        entry.state(kind).label.to_owned()
    }
}
