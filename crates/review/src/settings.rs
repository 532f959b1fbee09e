//! Which route a subject passes: what the configuration says, or the default of its kind.

use kernel::{Role, id::ColumnId};
use serde::{Deserialize, Serialize};

use crate::route::{BadRoute, Gate, Route, Stage};

/// The section `[review]` of the configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Routes that differ from the default of their kind.
    pub routes: Vec<RouteSetting>,
    /// What gates ask where it is not the usual: statements that whoever passes them ticks.
    pub questions: Vec<QuestionSetting>,
}

/// What one gate asks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionSetting {
    /// Code of the gate.
    pub gate: String,
    /// The statements; none = nothing is to be ticked there.
    pub ask: Vec<String>,
}

/// Most statements of one gate: a longer list is ticked without reading.
pub const MOST_QUESTIONS: usize = 12;
/// Most characters of one.
const LONGEST_QUESTION: usize = 100;

/// One route of the configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteSetting {
    /// Kind of subject: `edition`.
    pub kind: String,
    /// Slug of the column for which it holds; without it, for the whole kind.
    #[serde(default)]
    pub column: String,
    /// The stages in order.
    pub stages: Vec<StageSetting>,
}

/// One stage of such a route.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageSetting {
    /// Code of the gate: `secrecy`, `wording`, `policy`, `political`, or another that `label` and `roles` describe.
    pub gate: String,
    /// Working days within which it should be passed.
    pub days: u32,
    /// Whether two people pass it.
    #[serde(default)]
    pub two_person: bool,
    /// Its name, if it is none of the four.
    #[serde(default)]
    pub label: String,
    /// Codes of the roles that pass it; without them, those of the gate.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// What it asks on this route; without it, what its gate asks everywhere.
    #[serde(default)]
    pub questions: Option<Vec<String>>,
}

impl StageSetting {
    fn stage(&self) -> Result<Stage, BadRoute> {
        let known = Gate::from_code(&self.gate);
        let label = if self.label.is_empty() { known.map_or("", |gate| gate.label) } else { &self.label };
        let roles = match known {
            Some(gate) if self.roles.is_empty() => gate.permission.roles.to_vec(),
            _ => self.roles.clone(),
        };
        if label.is_empty() {
            return Err(BadRoute::Unnamed(self.gate.clone()));
        }
        let (gate, label) = (self.gate.clone(), label.to_owned());
        let questions = self.questions.clone().unwrap_or_default();
        let (days, two_person) = (self.days, self.two_person);
        Ok(Stage { gate, label, roles, days, two_person, questions, within: None, person: None })
    }
}

impl RouteSetting {
    /// The route that it describes.
    ///
    /// # Errors
    /// When it is none, or would let something become public without a secrecy review or by one person alone.
    pub fn route(&self) -> Result<Route, BadRoute> {
        Route::of(self.stages.iter().map(StageSetting::stage).collect::<Result<_, _>>()?)?.lawful()
    }
}

impl web::Section for Settings {
    const KEY: &'static str = "review";

    fn problems(&self) -> Vec<String> {
        let one = |one: &RouteSetting| {
            let within = if one.column.is_empty() { String::new() } else { format!("、column = {:?}", one.column) };
            let why = one.route().err()?;
            // The file has its own words for it.
            let how = match why {
                BadRoute::NoSecrecy => "（gate = \"secrecy\"）",
                BadRoute::OnePerson => "（two_person = true）",
                _ => "",
            };
            Some(format!("routes：kind = {:?}{within}：{why}{how}", one.kind))
        };
        let mut problems: Vec<String> = self.routes.iter().filter_map(one).collect();
        let stages = self.routes.iter().flat_map(|route| &route.stages);
        let of_stages = stages.filter_map(|stage| Some((stage.gate.as_str(), stage.questions.as_deref()?)));
        let of_gates = self.questions.iter().map(|one| (one.gate.as_str(), one.ask.as_slice()));
        problems.extend(of_stages.chain(of_gates).filter_map(|(gate, asked)| fault(gate, asked)));
        // Gates that the office makes in the browser bear Chinese names, which are not known here.
        let of_routes: Vec<&str> =
            self.routes.iter().flat_map(|route| &route.stages).map(|stage| stage.gate.as_str()).collect();
        let known = |gate: &str| Gate::from_code(gate).is_some() || of_routes.contains(&gate) || !gate.is_ascii();
        for one in self.questions.iter().filter(|one| !known(&one.gate)) {
            let codes = Gate::ALL.map(|gate| gate.code).join("、");
            problems.push(format!("questions：没有 gate = {:?} 这一关，四关是 {codes}", one.gate));
        }
        for (at, one) in self.questions.iter().enumerate() {
            if self.questions[..at].iter().any(|other| other.gate == one.gate) {
                problems.push(format!("questions：gate = {:?} 写了两条，后一条不会生效。请合并成一条", one.gate));
            }
        }
        for (at, route) in self.routes.iter().enumerate() {
            let twice = |other: &RouteSetting| (&other.kind, &other.column) == (&route.kind, &route.column);
            if self.routes[..at].iter().any(twice) {
                let of =
                    if route.column.is_empty() { "整类".to_owned() } else { format!("column = {:?}", route.column) };
                problems.push(format!("routes：kind = {:?}、{of} 写了两条，后一条不会生效。请合并成一条", route.kind));
            }
        }
        problems
    }
}

/// What is wrong with the statements of a gate.
fn fault(gate: &str, asked: &[String]) -> Option<String> {
    let why = if asked.len() > MOST_QUESTIONS {
        format!("最多 {MOST_QUESTIONS} 项")
    } else if asked.iter().any(|one| one.trim().is_empty()) {
        "有一项是空的".to_owned()
    } else if asked.iter().any(|one| one.chars().count() > LONGEST_QUESTION) {
        format!("每项最多 {LONGEST_QUESTION} 字")
    } else if asked.iter().enumerate().any(|(at, one)| asked[..at].contains(one)) {
        "有两项相同".to_owned()
    } else {
        return None;
    };
    Some(format!("questions：gate = {gate:?} 的核对事项{why}，请修改"))
}

impl Settings {
    /// What a gate asks of whoever passes it: what the configuration says, else the usual.
    pub fn questions(&self, gate: &str) -> Vec<String> {
        match self.questions.iter().find(|one| one.gate == gate) {
            Some(set) => set.ask.clone(),
            None => {
                let usual = Gate::from_code(gate).map_or(&[][..], |gate| gate.questions);
                usual.iter().map(|one| (*one).to_owned()).collect()
            }
        }
    }

    /// The route of a subject of this kind in this column: the one for the column, the one for the kind, or none.
    pub fn route(&self, kind: &str, column: &ColumnId) -> Option<Route> {
        self.of_column(kind, column).or_else(|| self.of_kind(kind))
    }

    /// The route for this column alone.
    pub fn of_column(&self, kind: &str, column: &ColumnId) -> Option<Route> {
        if column.as_str().is_empty() { None } else { self.asked(kind, Some(column)) }
    }

    /// The route for the whole kind.
    pub fn of_kind(&self, kind: &str) -> Option<Route> {
        self.asked(kind, None)
    }

    /// The route that is set so, with what it asks.
    fn asked(&self, kind: &str, column: Option<&ColumnId>) -> Option<Route> {
        let set =
            self.routes.iter().find(|one| one.kind == kind && one.column == column.map_or("", ColumnId::as_str))?;
        // Checked at start; a bad one is as if it were not there, and the default has more stages, not fewer.
        let route = set.route().ok()?;
        let own =
            |gate: &str| set.stages.iter().find(|stage| stage.gate == gate).and_then(|stage| stage.questions.clone());
        Some(route.asking(|gate| own(gate).unwrap_or_else(|| self.questions(gate))))
    }
}

#[cfg(test)]
mod tests {
    use web::Section;

    use super::*;

    fn settings(json: &str) -> Settings {
        serde_json::from_str(json).expect("settings")
    }

    const ROUTES: &str = r#"{"routes":[
        {"kind":"edition","column":"weather","stages":[{"gate":"secrecy","days":1},{"gate":"political","days":1}]},
        {"kind":"edition","stages":[{"gate":"secrecy","days":2,"two_person":true},
            {"gate":"legal","label":"合法性审查","roles":["organ_head"],"days":5}]}]}"#;

    #[test]
    fn a_column_may_have_a_route_of_its_own() {
        let settings = settings(ROUTES);
        assert_eq!(settings.problems(), Vec::<String>::new());
        let fast = settings.route("edition", &"weather".into()).expect("fast");
        assert_eq!(fast.stages().len(), 2);
        let slow = settings.route("edition", &"other".into()).expect("of the kind");
        assert_eq!((slow.stages()[1].label.as_str(), slow.first().two_person), ("合法性审查", true));
        assert_eq!(slow.stages()[1].roles, [Role::OrganHead]);
        assert_eq!(settings.route("records", &"weather".into()), None);
    }

    #[test]
    fn questions_of_a_gate_that_is_none_are_refused() {
        let told =
            |gate: &str| settings(&format!(r#"{{"questions":[{{"gate":"{gate}","ask":["已通读"]}}]}}"#)).problems();
        assert!(told("wording").is_empty() && told("合法性审查").is_empty());
        assert!(told("wordng").first().is_some_and(|why| why.contains("没有 gate = \"wordng\" 这一关")));
        // A gate of a route of one's own is one.
        let own = settings(&ROUTES.replacen('{', r#"{"questions":[{"gate":"legal","ask":["已通读"]}],"#, 1));
        assert_eq!(own.problems(), Vec::<String>::new());
    }

    #[test]
    fn gates_ask_what_is_usual_unless_it_is_said_otherwise() {
        let usual = Settings::default();
        assert_eq!(usual.questions("wording").len(), Gate::WORDING.questions.len());
        assert_eq!(usual.questions("legal"), Vec::<String>::new());
        let set = settings(
            r#"{"questions":[{"gate":"wording","ask":["已通读"]},{"gate":"policy","ask":[]}],
                "routes":[{"kind":"edition","stages":[{"gate":"secrecy","days":1,"questions":["密级已核"]},
                    {"gate":"wording","days":1}]}]}"#,
        );
        assert_eq!(set.problems(), Vec::<String>::new());
        assert_eq!((set.questions("wording"), set.questions("policy").len()), (vec!["已通读".to_owned()], 0));
        let route = set.route("edition", &"".into()).expect("route");
        let asked: Vec<&[String]> = route.stages().iter().map(|stage| stage.questions.as_slice()).collect();
        assert_eq!(asked, [["密级已核".to_owned()].as_slice(), &["已通读".to_owned()]]);
        for bad in [r#"["甲","甲"]"#, r#"[""]"#] {
            let set = settings(&format!(r#"{{"questions":[{{"gate":"wording","ask":{bad}}}]}}"#));
            assert_eq!(set.problems().len(), 1, "{bad}");
        }
    }

    #[test]
    fn a_route_without_secrecy_or_with_an_unknown_gate_stops_the_start() {
        let no_secrecy = settings(r#"{"routes":[{"kind":"edition","stages":[{"gate":"wording","days":1}]}]}"#);
        assert!(no_secrecy.problems().concat().contains("缺少保密审查"), "{:?}", no_secrecy.problems());
        let unnamed = settings(r#"{"routes":[{"kind":"edition","stages":[{"gate":"legal","days":1}]}]}"#);
        assert!(unnamed.problems().concat().contains("legal"), "{:?}", unnamed.problems());
        assert_eq!(unnamed.route("edition", &"".into()), None);
        let alone = settings(r#"{"routes":[{"kind":"edition","stages":[{"gate":"secrecy","days":1}]}]}"#);
        assert!(alone.problems().concat().contains("两个人先后"), "{:?}", alone.problems());
        assert!(alone.problems().concat().contains("two_person = true"), "{:?}", alone.problems());
        let two = r#"{"routes":[{"kind":"edition","stages":[{"gate":"secrecy","days":1,"two_person":true}]}]}"#;
        assert_eq!(settings(two).problems(), Vec::<String>::new());
    }
}
