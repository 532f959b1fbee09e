//! The form of a route: one line for each gate that is known, and some for gates of the county's own.

use kernel::{
    Role,
    id::{AccountId, ColumnId},
};
use review::{
    Gate, Named, Route, Stage, Within,
    route::{BadRoute, KEEP, LONGEST_NAME, is_name},
    set::Scope,
};
use web::FormErrors;

/// Lines for gates of the county's own, besides those that a route has already.
const OWN: usize = 2;
/// Most lines that are read.
const MOST: usize = 12;

/// A number as people type it, full-width digits as well.
pub(super) fn digits(text: &str) -> String {
    let half = |c: char| match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        _ => c,
    };
    text.trim().chars().map(half).collect()
}

/// The fields of a form, one after another.
pub(super) type Pairs = Vec<(String, String)>;

/// Somebody of the county office who may be named, with the roles that may keep a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) account: AccountId,
    pub(super) name: String,
    pub(super) roles: Vec<Role>,
}

/// One gate as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// Code of a known gate, or of one of the county's own that is set already; empty for a new one.
    pub(super) gate: String,
    /// Name of an own gate.
    pub(super) label: String,
    /// Its place in the order, from 1; empty = the gate is left out.
    pub(super) place: String,
    /// Codes of the roles that keep it, joined by `+`.
    pub(super) role: String,
    /// Whose people ([`Within::code`]); empty = both.
    pub(super) within: String,
    /// Who alone; empty = nobody is named.
    pub(super) person: AccountId,
    pub(super) days: String,
    pub(super) two: bool,
}

impl Line {
    fn of(stage: &Stage, place: usize) -> Self {
        Self {
            gate: stage.gate.clone(),
            label: stage.label.clone(),
            place: (place + 1).to_string(),
            role: stage.roles.iter().map(|role| role.code()).collect::<Vec<_>>().join("+"),
            within: stage.within.map_or("", Within::code).to_owned(),
            person: stage.person.as_ref().map(|named| named.account.clone()).unwrap_or_default(),
            days: stage.days.to_string(),
            two: stage.two_person,
        }
    }

    /// A known gate that a route leaves out.
    fn left_out(gate: &Gate, days: u32) -> Self {
        Self { place: String::new(), ..Self::of(&Stage::at(gate, days), 0) }
    }

    /// Name of a known gate, for its line.
    pub(super) fn known(&self) -> Option<&'static str> {
        Gate::from_code(&self.gate).map(|gate| gate.label)
    }

    /// Whether it is the secrecy review, of which less can be changed.
    pub(super) fn is_secrecy(&self) -> bool {
        self.gate == Gate::SECRECY.code
    }

    fn is_used(&self) -> bool {
        !self.place.trim().is_empty()
    }

    /// Whether it is a new gate that has a name and no place: left out, its name would be lost without a word.
    fn is_forgotten(&self) -> bool {
        self.gate.is_empty() && !self.is_used() && !self.label.trim().is_empty()
    }

    /// Its name, for sentences.
    fn name(&self) -> &str {
        match self.known().unwrap_or(self.label.trim()) {
            "" => "本县自设的关口",
            name => name,
        }
    }

    fn roles(&self) -> Option<Vec<Role>> {
        self.role.split('+').map(Role::from_code).collect()
    }

    /// Codes and names of the roles to choose from, with what stands there already.
    pub(super) fn choices(&self) -> Vec<(String, String)> {
        let mut choices: Vec<(String, String)> =
            KEEP.iter().map(|role| (role.code().to_owned(), role.label().to_owned())).collect();
        let known = choices.iter().any(|(code, _)| *code == self.role);
        if let Some(roles) = self.roles().filter(|_| !known) {
            let label = roles.iter().map(|role| role.label()).collect::<Vec<_>>().join("或");
            choices.push((self.role.clone(), label));
        }
        choices
    }

    /// The stage that it describes; what is wrong with it is told at the fields of this line.
    fn stage(&self, at: usize, people: &[Candidate], errors: &mut FormErrors) -> Option<Stage> {
        let before = errors.items().len();
        let label = self.known().map_or_else(|| self.label.trim().to_owned(), str::to_owned);
        let own = self.known().is_none();
        if own && !is_name(&label) {
            let text = format!("请填写这一关的名称，只用汉字、字母和数字，2 到 {LONGEST_NAME} 个字，例如 合法性审查。");
            errors.add(&format!("label{at}"), text);
        } else if own && Gate::ALL.iter().any(|gate| gate.label == label || gate.code == label) {
            errors.add(&format!("label{at}"), format!("请另起一个名称：“{label}”已有单独的一行。"));
        }
        let roles = self.roles().filter(|roles| !roles.is_empty()).unwrap_or_default();
        if roles.is_empty() {
            errors.add(&format!("role{at}"), format!("请选择“{label}”由哪个角色办理，例如 政策关审核员。"));
        }
        let days = digits(&self.days).parse::<u32>().unwrap_or_default();
        let person = match self.person.as_str() {
            "" => None,
            _ => {
                let found = people.iter().find(|one| one.account == self.person);
                let found = found.filter(|one| one.roles.iter().any(|role| roles.contains(role)));
                if found.is_none() {
                    let text = format!("请为“{label}”选择有上面那个角色的人员，或者不指定人员。");
                    errors.add(&format!("person{at}"), text);
                }
                found.map(|one| Named { account: one.account.clone(), name: one.name.clone() })
            }
        };
        let gate = if own { label.clone() } else { self.gate.clone() };
        // Who is named is of the county office, whoever else would be near.
        let within = if person.is_some() { None } else { Within::from_code(&self.within) };
        let two_person = self.two;
        let stage = Stage { gate, label, roles, days, two_person, questions: Vec::new(), within, person };
        (errors.items().len() == before).then_some(stage)
    }
}

/// A route as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) scope: Scope,
    /// Of the set route that the person saw; 0 = there was none.
    pub(super) version: i64,
    pub(super) once: String,
    pub(super) lines: Vec<Line>,
}

impl From<Pairs> for Typed {
    fn from(pairs: Pairs) -> Self {
        let mut typed = Self::default();
        for (key, value) in pairs {
            let name = key.trim_end_matches(|c: char| c.is_ascii_digit());
            let at = key[name.len()..].parse::<usize>().ok();
            match (name, at) {
                ("column", None) => typed.scope.column = ColumnId::from(value),
                ("kind", None) => typed.scope.sort = value,
                ("version", None) => typed.version = value.trim().parse().unwrap_or_default(),
                ("once", None) => typed.once = value,
                (name, Some(at)) if at < MOST => {
                    if typed.lines.len() <= at {
                        typed.lines.resize(at + 1, Line::default());
                    }
                    typed.lines[at].take(name, value);
                }
                _ => {}
            }
        }
        typed
    }
}

impl Line {
    fn take(&mut self, name: &str, value: String) {
        match name {
            "gate" => self.gate = value,
            "label" => self.label = value,
            "place" => self.place = value,
            "role" => self.role = value,
            "within" => self.within = value,
            "person" => self.person = AccountId::from(value),
            "days" => self.days = value,
            "two" => self.two = value == "true",
            _ => {}
        }
    }
}

impl Typed {
    /// The form of a route.
    pub(super) fn of(scope: Scope, route: &Route, version: i64, days: u32) -> Self {
        let stages = || route.stages().iter().enumerate();
        let known = Gate::ALL.into_iter().map(|gate| {
            let found = stages().find(|(_, stage)| stage.gate == gate.code);
            found.map_or_else(|| Line::left_out(gate, days), |(place, stage)| Line::of(stage, place))
        });
        let mut lines: Vec<Line> = known.collect();
        let own = stages().filter(|(_, stage)| Gate::from_code(&stage.gate).is_none());
        lines.extend(own.map(|(place, stage)| Line::of(stage, place)));
        let empty = Line { days: days.to_string(), role: Role::OrganHead.code().to_owned(), ..Line::default() };
        lines.extend(std::iter::repeat_n(empty, OWN));
        lines.truncate(MOST);
        Self { scope, version, once: String::new(), lines }
    }

    /// The route that it describes.
    pub(super) fn route(&self, people: &[Candidate]) -> Result<Route, FormErrors> {
        let mut errors = FormErrors::new();
        let mut placed: Vec<(u32, Stage)> = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            if line.is_forgotten() {
                let text =
                    format!("请填写“{}”的顺序，例如 {}；不要这一关的，请删去名称。", line.name(), self.lines.len());
                errors.add(&format!("place{at}"), text);
            }
            if !line.is_used() {
                continue;
            }
            let place = digits(&line.place).parse::<u32>().ok().filter(|place| (1..=99).contains(place));
            match place {
                None => {
                    let text = format!("请用数字填写“{}”的顺序，例如 1；不设这一关的，留空。", line.name());
                    errors.add(&format!("place{at}"), text);
                }
                Some(place) if placed.iter().any(|(other, _)| *other == place) => {
                    errors.add(&format!("place{at}"), format!("请改一个顺序：第 {place} 关填写了两次。"));
                }
                Some(place) => placed.extend(line.stage(at, people, &mut errors).map(|stage| (place, stage))),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        placed.sort_by_key(|(place, _)| *place);
        let route = Route::of(placed.into_iter().map(|(_, stage)| stage).collect());
        route.and_then(Route::settable).map_err(|why| {
            // In the words of the form: what is filled in where.
            let text = match &why {
                BadRoute::NoSecrecy => {
                    "审核流程缺少保密审查，请填写它的顺序，例如 1：公开之前须经保密审查（《政府信息公开条例》第十七条）。".to_owned()
                }
                BadRoute::OnePerson => {
                    "审核流程至少要由两个人先后办理：请增加一关，或者在仅有的一关勾选“两人”。".to_owned()
                }
                why => format!("{why}。"),
            };
            FormErrors::one(&self.place_of(&why), text)
        })
    }

    /// The field at which a route is refused.
    fn place_of(&self, why: &BadRoute) -> String {
        let at = |wanted: &str| {
            let is = |line: &Line| line.known().unwrap_or(line.label.trim()) == wanted;
            self.lines.iter().position(is).unwrap_or_default()
        };
        match why {
            BadRoute::SecrecyByOthers => format!("role{}", at(Gate::SECRECY.label)),
            BadRoute::Days { gate } => format!("days{}", at(gate)),
            BadRoute::Administrator(gate) | BadRoute::NotKeeper(gate) | BadRoute::Nobody(gate) => {
                format!("role{}", at(gate))
            }
            BadRoute::TwoOfOne(gate) => format!("person{}", at(gate)),
            BadRoute::Twice(gate) | BadRoute::Name(gate) => format!("label{}", at(gate)),
            _ => "place0".to_owned(),
        }
    }

    /// All of it, for a form that sends it once more.
    pub(super) fn pairs(&self) -> Pairs {
        let mut pairs = vec![
            ("column".to_owned(), self.scope.column.to_string()),
            ("kind".to_owned(), self.scope.sort.clone()),
            ("version".to_owned(), self.version.to_string()),
        ];
        for (at, line) in self.lines.iter().enumerate() {
            let fields = [
                ("gate", line.gate.clone()),
                ("label", line.label.clone()),
                ("place", line.place.clone()),
                ("role", line.role.clone()),
                ("within", line.within.clone()),
                ("person", line.person.to_string()),
                ("days", line.days.clone()),
                ("two", if line.two { "true" } else { "" }.to_owned()),
            ];
            pairs.extend(fields.into_iter().map(|(name, value)| (format!("{name}{at}"), value)));
        }
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> Typed {
        Typed::of(Scope::default(), &Route::statutory(3), 0, 3)
    }

    #[test]
    fn a_route_comes_back_from_its_form() {
        let people = [];
        assert_eq!(usual().route(&people), Ok(Route::statutory(3)));
        let sent = Typed::from(usual().pairs());
        assert_eq!(sent.route(&people), Ok(Route::statutory(3)));
        let own = Stage {
            gate: "合法性审查".into(),
            label: "合法性审查".into(),
            roles: vec![Role::OrganHead, Role::CountyOffice],
            within: Some(Within::Office),
            ..Stage::at(Gate::POLICY, 5).by_two()
        };
        let route = Route::of(vec![Stage::at(Gate::SECRECY, 1), own]).expect("route");
        let typed = Typed::of(Scope::default(), &route, 2, 3);
        assert_eq!(Typed::from(typed.pairs()).route(&people), Ok(route));
    }

    #[test]
    fn numbers_are_read_as_people_type_them_and_sentences_name_gate_and_box() {
        let mut typed = usual();
        for (line, place) in typed.lines.iter_mut().zip(["１", "２", "３", "４"]) {
            (line.place, line.days) = (place.to_owned(), "３".to_owned());
        }
        assert_eq!(typed.route(&[]), Ok(Route::statutory(3)));
        let told = |change: &dyn Fn(&mut Typed)| {
            let mut typed = usual();
            change(&mut typed);
            typed.route(&[]).expect_err("no route").items().first().map(|(_, text)| text.clone()).unwrap_or_default()
        };
        assert!(told(&|typed| typed.lines[3].place = "四".into()).contains("“政治关”的顺序"));
        assert!(told(&|typed| typed.lines[4].label = "县长审签".into()).contains("“县长审签”的顺序"));
        let none = told(&|typed| typed.lines[0].place.clear());
        assert!(none.contains("缺少保密审查") && !none.contains("secrecy"), "{none}");
        let alone = told(&|typed| typed.lines[1..4].iter_mut().for_each(|line| line.place.clear()));
        assert!(alone.contains("勾选“两人”") && !alone.contains("two_person"), "{alone}");
    }

    #[test]
    fn a_gate_of_ones_own_is_taken_out_by_its_place_alone() {
        let own =
            Stage { gate: "合法性审查".into(), label: "合法性审查".into(), ..Stage::at(Gate::POLICY, 5) };
        let all = vec![Stage::at(Gate::SECRECY, 1), own, Stage::at(Gate::POLITICAL, 1)];
        let mut typed = Typed::of(Scope::default(), &Route::of(all.clone()).expect("route"), 1, 3);
        let at = typed.lines.iter().position(|line| line.label == "合法性审查").expect("its line");
        typed.lines[at].place.clear();
        let left = Route::of(vec![all[0].clone(), all[2].clone()]).expect("route");
        assert_eq!(Typed::from(typed.pairs()).route(&[]), Ok(left));
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        let wrong = |change: &dyn Fn(&mut Typed)| {
            let mut typed = usual();
            change(&mut typed);
            let errors = typed.route(&[]).expect_err("no route");
            errors.items().first().map(|(field, _)| field.clone()).unwrap_or_default()
        };
        assert_eq!(wrong(&|typed| typed.lines[0].place.clear()), "place0", "without a secrecy review");
        assert_eq!(wrong(&|typed| typed.lines[1].place = "1".into()), "place1", "one place twice");
        assert_eq!(wrong(&|typed| typed.lines[2].place = "甲".into()), "place2");
        assert_eq!(wrong(&|typed| typed.lines[0].role = "reviewer_policy".into()), "role0");
        assert_eq!(wrong(&|typed| typed.lines[3].role = "system_admin".into()), "role3");
        assert_eq!(wrong(&|typed| typed.lines[3].days = "0".into()), "days3");
        assert_eq!(wrong(&|typed| typed.lines[3].person = "nobody".into()), "person3");
        assert_eq!(wrong(&|typed| typed.lines[4].place = "5".into()), "label4", "an own gate without a name");
        assert_eq!(wrong(&|typed| typed.lines[3].role = "editor".into()), "role3", "who writes keeps no gate");
        let own = |label: &'static str| {
            move |typed: &mut Typed| (typed.lines[4].place, typed.lines[4].label) = ("5".into(), label.into())
        };
        assert_eq!(wrong(&own("甲\n乙")), "label4");
        assert_eq!(wrong(&own("<b>x</b>关")), "label4");
        assert_eq!(wrong(&|typed| typed.lines[4].label = "县长审签".into()), "place4", "a name without a place");
        let alone = |typed: &mut Typed| typed.lines[1..4].iter_mut().for_each(|line| line.place.clear());
        assert_eq!(wrong(&alone), "place0", "one person alone");
    }
}
