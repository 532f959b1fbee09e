//! Whether texts could come through all the gates of a route with the people there are: two for a gate of two, and for the last
//! one somebody else than who alone passes everything before it.

use std::sync::Arc;

use document::permissions::WRITE_DOCUMENTS;
use kernel::OrganCode;
use review::{Route, Stage};
use web::{
    Ctx, Result,
    hooks::{Person, Recipients},
};

use crate::people;

/// Organs that a sentence names; of more it says how many.
const NAMED: usize = 3;

/// Where texts would come to a stop for want of people: the place of the stage, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stop {
    /// Nobody passes it.
    Nobody(usize),
    /// Two should, and there is this one.
    OneOfTwo(usize, String),
    /// This one alone passes every stage, so that nobody is left for the last.
    Alone(usize, String),
}

/// The one person of all these stages, if there is no other.
fn only(people: &[Vec<Person>]) -> Option<&Person> {
    let mut all = people.iter().flatten();
    let first = all.next()?;
    all.all(|one| one.account == first.account).then_some(first)
}

/// Who alone passes everything before the last stage, and so does not pass that; `None` where two pass it, or others can.
pub(super) fn spent<'a>(route: &Route, people: &'a [Vec<Person>]) -> Option<&'a Person> {
    let (_, before) = people.split_last()?;
    let last = route.stages().last()?;
    if last.two_person { None } else { only(before) }
}

/// All of them, given the people of each stage.
fn stops(route: &Route, people: &[Vec<Person>]) -> Vec<Stop> {
    let stages = route.stages().iter().zip(people).enumerate();
    let of_one = |(at, (stage, people)): (usize, (&Stage, &Vec<Person>))| match people.as_slice() {
        [] => Some(Stop::Nobody(at)),
        [one] if stage.two_person => Some(Stop::OneOfTwo(at, one.name.clone())),
        _ => None,
    };
    let mut found: Vec<Stop> = stages.filter_map(of_one).collect();
    if found.is_empty() {
        found.extend(only(people).map(|one| Stop::Alone(people.len().saturating_sub(1), one.name.clone())));
    }
    found
}

/// Where texts of the organs that write would come to a stop, in sentences.
///
/// # Errors
/// When the database fails.
pub(super) async fn hindrances(ctx: &Ctx, route: &Route) -> Result<Vec<String>> {
    let recipients = ctx.one::<Arc<dyn Recipients>>();
    let (directory, today) = (ctx.directory(), ctx.today());
    let office = directory.stands_for(&ctx.office_organ(), today);
    let mut all = Vec::with_capacity(route.stages().len());
    for stage in route.stages() {
        all.push(recipients.people(ctx, &stage.roles).await?);
    }
    let mut organs: Vec<OrganCode> = Vec::new();
    for person in recipients.people(ctx, WRITE_DOCUMENTS.roles).await? {
        if !organs.contains(&person.organ) {
            organs.push(person.organ);
        }
    }
    if organs.is_empty() {
        organs.push(office.clone());
    }
    let mut found: Vec<(Stop, Vec<String>)> = Vec::new();
    for organ in &organs {
        let near = |(stage, holders): (&Stage, &Vec<Person>)| -> Vec<Person> {
            holders.iter().filter(|one| people::passes(stage, organ, &office, one)).cloned().collect()
        };
        let near: Vec<Vec<Person>> = route.stages().iter().zip(&all).map(near).collect();
        for stop in stops(route, &near) {
            let name = directory.short_name(organ).to_owned();
            match found.iter_mut().find(|(known, _)| *known == stop) {
                Some((_, theirs)) => theirs.push(name),
                None => found.push((stop, vec![name])),
            }
        }
    }
    Ok(found.iter().map(|(stop, at)| sentence(route, stop, &place(at, organs.len()))).collect())
}

/// Whose texts: of all organs that write, or of some.
fn place(at: &[String], all: usize) -> String {
    if at.len() >= all {
        return String::new();
    }
    let more = if at.len() > NAMED { format!("等 {} 个机关", at.len()) } else { String::new() };
    format!("{}{more}", at[..at.len().min(NAMED)].join("、"))
}

fn sentence(route: &Route, stop: &Stop, place: &str) -> String {
    let (Stop::Nobody(at) | Stop::OneOfTwo(at, _) | Stop::Alone(at, _)) = stop;
    let (label, passers) = route.stage(*at).map(|stage| (stage.label.clone(), stage.passers())).unwrap_or_default();
    let texts = if place.is_empty() { "稿件".to_owned() } else { format!("{place}的稿件") };
    match stop {
        Stop::Nobody(_) => format!(
            "{texts}现在没有人能办理{label}（由{passers}办理）：请先由安全管理员授予角色，否则{texts}会停在这一关。"
        ),
        Stop::OneOfTwo(_, name) => {
            format!("{label}要求两人先后通过，{texts}现在只有{name}一人能办理，会停在这一关。")
        }
        Stop::Alone(_, name) => format!(
            "{texts}的各关现在都只有{name}一人能办理，而一份稿件至少由两人审核：{name}通过前面各关以后，{texts}会停在{label}。\
             请先由安全管理员为另一位同事授予角色，或者改由别的角色办理。"
        ),
    }
}

#[cfg(test)]
mod tests {
    use review::Gate;

    use super::*;

    fn people(names: &[&str]) -> Vec<Person> {
        let person = |name: &&str| Person {
            account: (*name).into(),
            name: (*name).to_owned(),
            organ: "QH010".into(),
            email: String::new(),
        };
        names.iter().map(person).collect()
    }

    fn route(stages: Vec<Stage>) -> Route {
        Route::of(stages).expect("a route")
    }

    #[test]
    fn a_route_of_one_person_ends_nowhere() {
        let two = route(vec![Stage::at(Gate::SECRECY, 1), Stage::at(Gate::WORDING, 1)]);
        let told = |first: &[&str], last: &[&str]| stops(&two, &[people(first), people(last)]);
        assert_eq!(told(&["a"], &["a"]), [Stop::Alone(1, "a".into())]);
        assert_eq!(told(&["a"], &["a", "b"]), []);
        assert_eq!(told(&["a", "b"], &["a"]), []);
        assert_eq!(told(&["a"], &[]), [Stop::Nobody(1)]);
        assert_eq!(told(&[], &[]), [Stop::Nobody(0), Stop::Nobody(1)]);
        let both = route(vec![Stage::at(Gate::SECRECY, 1).by_two()]);
        assert_eq!(stops(&both, &[people(&["a"])]), [Stop::OneOfTwo(0, "a".into())]);
        assert_eq!(stops(&both, &[people(&["a", "b"])]), []);
    }

    #[test]
    fn who_alone_passes_everything_before_does_not_pass_the_last() {
        let two = route(vec![Stage::at(Gate::SECRECY, 1), Stage::at(Gate::WORDING, 1)]);
        let name = |first: &[&str]| spent(&two, &[people(first), people(&["a", "b"])]).map(|one| one.name.clone());
        assert_eq!(name(&["a"]).as_deref(), Some("a"));
        assert_eq!(name(&["a", "b"]), None);
        let by_two = route(vec![Stage::at(Gate::SECRECY, 1), Stage::at(Gate::WORDING, 1).by_two()]);
        assert_eq!(spent(&by_two, &[people(&["a"]), people(&["a", "b"])]), None, "as the first of two");
    }

    #[test]
    fn a_sentence_says_whose_texts_and_at_which_gate() {
        let two = route(vec![Stage::at(Gate::SECRECY, 1), Stage::at(Gate::WORDING, 1)]);
        let all = sentence(&two, &Stop::Alone(1, "王某".into()), "");
        assert!(all.contains("王某") && all.contains("会停在文字关"), "{all}");
        let organs: Vec<String> = ["甲局", "乙局", "丙局", "丁局"].map(String::from).to_vec();
        let some = sentence(&two, &Stop::Nobody(1), &place(&organs, 9));
        assert!(some.starts_with("甲局、乙局、丙局等 4 个机关的稿件现在没有人能办理文字关"), "{some}");
        assert_eq!(place(&organs, 4), "");
    }
}
