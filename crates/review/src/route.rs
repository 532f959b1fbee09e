//! Routes: the stages that a subject passes, as data. A route is stored with the review that it was opened with, so that
//! a change of routes touches nothing that is under way.

use kernel::{OrganCode, Permission, Role, Staff, id::AccountId};
use serde::{Deserialize, Serialize};

use crate::permissions;

/// A gate that is known by name: what a stage is about and who may pass it.
#[derive(Debug, PartialEq, Eq)]
pub struct Gate {
    /// The code in storage, addresses and configuration.
    pub code: &'static str,
    /// The official name.
    pub label: &'static str,
    /// Whose roles pass it.
    pub permission: &'static Permission,
    /// What is asked of whoever passes it, where the configuration says nothing else: statements to be ticked.
    pub questions: &'static [&'static str],
}

impl Gate {
    /// 保密审查: 政府信息公开条例 Art. 17, 保守国家秘密法.
    pub const SECRECY: &'static Self = &Self {
        code: "secrecy",
        label: "保密审查",
        permission: &permissions::PASS_SECRECY,
        // 条例 Art. 14–17, 保守国家秘密法.
        questions: &[
            "正文、表格和附件中没有国家秘密、工作秘密",
            "没有不应公开的个人信息、商业秘密；依法公示的只写到必要的程度",
            "公开后不会危及国家安全、公共安全、经济安全和社会稳定",
            "附件（没有的不用看）已逐个打开看过，隐藏的行列、批注和修订中没有多余内容",
        ],
    };
    pub const WORDING: &'static Self = &Self {
        code: "wording",
        label: "文字关",
        permission: &permissions::PASS_WORDING,
        questions: &[
            "标题、文号、日期和落款与签发的原件一致",
            "没有错字、漏字，人名、地名、机构名称和称谓正确",
            "数字、金额、单位和表格合计已核对",
            "链接（如有）能打开，附件（如有）与正文所说的一致",
        ],
    };
    pub const POLICY: &'static Self = &Self {
        code: "policy",
        label: "政策关",
        permission: &permissions::PASS_POLICY,
        questions: &[
            "引用法律、法规和文件的，都现行有效，条款号正确",
            "与上级政策和本县现行政策一致，没有超出职权增设义务或者限制权利",
            "施行日期、有效期和有效性填写正确，被替代的文件已经写明",
            "应当同步解读、征求意见或者听证的，已经办理或者已有安排",
        ],
    };
    pub const POLITICAL: &'static Self = &Self {
        code: "political",
        label: "政治关",
        permission: &permissions::PASS_POLITICAL,
        questions: &[
            "政治方向和政策导向正确，重要表述与权威发布一致",
            "涉及领导同志、民族、宗教、港澳台和地图的内容符合规定",
            "公开时机合适，可能引发误读的地方已有说明和应对准备",
        ],
    };

    /// The four gates in the order in which what is to be public passes them. Secrecy review stands before the three that the
    /// work points name (把好政治关、政策关、文字关).
    pub const ALL: [&'static Self; 4] = [Self::SECRECY, Self::WORDING, Self::POLICY, Self::POLITICAL];

    /// The gate with this code.
    pub fn from_code(code: &str) -> Option<&'static Self> {
        Self::ALL.into_iter().find(|gate| gate.code == code)
    }
}

/// The name of a gate by its code; a gate that only the configuration knows is named by its code.
pub fn label(code: &str) -> &str {
    Gate::from_code(code).map_or(code, |gate| gate.label)
}

/// Whether a gate of the county's own may be called so: letters and digits of any script, and what joins words.
pub fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '（' | '）' | '·' | '、' | '-' | '—');
    (2..=LONGEST_NAME).contains(&name.chars().count()) && name.chars().all(fits)
}

/// Whose people pass a stage, where the role alone does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    /// Those of the organ whose information it is.
    Own,
    /// Those of the competent department.
    Office,
}

impl Within {
    /// The code in storage and forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Office => "office",
        }
    }

    /// What this code stands for; `None` = the people of both.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Own, Self::Office].into_iter().find(|one| one.code() == code)
    }
}

/// The only person who passes a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub account: AccountId,
    /// Name as shown.
    pub name: String,
}

/// One stage of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Code of its gate; unique within the route.
    pub gate: String,
    /// Its name as people read it.
    pub label: String,
    /// Who may pass it: holders of any of these.
    pub roles: Vec<Role>,
    /// Working days within which it should be passed.
    pub days: u32,
    /// Whether two people pass it, one after the other.
    #[serde(default)]
    pub two_person: bool,
    /// What whoever passes it must tick: statements that the person has looked at. Kept with the round, so that a change of the
    /// configuration changes nothing that is under way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<String>,
    /// Whose people, besides the role; none = those of the organ and those of the competent department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Within>,
    /// The one of them who passes it; none = whoever is first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Named>,
}

impl Stage {
    /// The stage at a known gate, passed by one person.
    pub fn at(gate: &Gate, days: u32) -> Self {
        Self {
            gate: gate.code.to_owned(),
            label: gate.label.to_owned(),
            roles: gate.permission.roles.to_vec(),
            days,
            two_person: false,
            questions: Vec::new(),
            within: None,
            person: None,
        }
    }

    /// The same, passed by two people.
    #[must_use]
    pub fn by_two(self) -> Self {
        Self { two_person: true, ..self }
    }

    /// How many people pass it.
    pub fn people(&self) -> usize {
        if self.two_person { 2 } else { 1 }
    }

    /// What is asked of the person, as refusals name it: 把文字关.
    pub fn asked(&self) -> &'static str {
        Gate::from_code(&self.gate).map_or("办理这一关", |gate| gate.permission.label)
    }

    /// Who passes it, in words: 保密审查员（仅本机关）.
    pub fn passers(&self) -> String {
        if let Some(named) = &self.person {
            return named.name.clone();
        }
        let roles = self.roles.iter().map(|role| role.label()).collect::<Vec<_>>().join("或");
        match self.within {
            None => roles,
            Some(Within::Own) => format!("{roles}（仅本机关）"),
            Some(Within::Office) => format!("{roles}（仅主管部门）"),
        }
    }

    /// All of it in words: 保密审查：保密审查员，3 个工作日，两人先后通过.
    pub fn words(&self) -> String {
        let two = if self.two_person { "，两人先后通过" } else { "" };
        format!("{}：{}，{} 个工作日{two}", self.label, self.passers(), self.days)
    }

    /// Whether it is open to somebody of this organ for what belongs to `keeper`; `central`: the organ is the competent department.
    pub fn is_near(&self, organ: &OrganCode, central: bool, keeper: &OrganCode) -> bool {
        match self.within {
            None => organ == keeper || central,
            Some(Within::Own) => organ == keeper,
            Some(Within::Office) => central,
        }
    }

    /// Whether the person holds a role that passes it, whatever the organ.
    pub fn is_for(&self, staff: &Staff) -> bool {
        self.roles.iter().any(|role| staff.has(*role))
    }
}

/// The stages of a subject, in order. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Stage>", into = "Vec<Stage>")]
pub struct Route(Vec<Stage>);

/// Why these stages are no route.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRoute {
    /// It has no stage: everything would be passed at once.
    #[error("审核流程至少要有一关")]
    Empty,
    /// Nobody could pass one.
    #[error("审核流程的“{0}”没有写明由哪些角色办理")]
    Nobody(String),
    /// Two have the same gate.
    #[error("审核流程里“{0}”出现了两次")]
    Twice(String),
    /// 条例 Art. 17: nothing becomes public without a secrecy review.
    #[error("审核流程缺少保密审查；公开之前须经保密审查（《政府信息公开条例》第十七条）")]
    NoSecrecy,
    /// One person alone would decide.
    #[error("审核流程至少要由两个人先后办理：请增加一关，或者把仅有的一关设为两人先后通过")]
    OnePerson,
    /// A stage names a gate that only the configuration knows, without saying what it is called.
    #[error("审核流程的“{0}”不是已有的关口，请写明名称（label）和角色（roles）")]
    Unnamed(String),
    /// What the secrecy review is for would be lost.
    #[error("保密审查只能由保密审查员办理，不能改由别的角色（《政府信息公开条例》第十七条）")]
    SecrecyByOthers,
    /// The three administrators decide on no texts (三员分立, GB/T 22239-2019).
    #[error("“{0}”不能由系统、安全或者审计管理员办理，请改选审核、办公或者负责人角色")]
    Administrator(String),
    /// Who writes texts lets none of them through.
    #[error("“{0}”只能由审核员、机关负责人或县政府办办理：撰写稿件的角色不能兼任审核关口")]
    NotKeeper(String),
    /// What a gate of the county's own is called stands in addresses, tables and the log.
    #[error("“{}”不能作关口名称：请只用汉字、字母和数字，2 到 {} 个字，例如 合法性审查", .0.escape_debug(), LONGEST_NAME)]
    Name(String),
    /// Two people cannot be one.
    #[error("“{0}”指定了一个人，就不能再要求两人先后通过。请去掉其中一项")]
    TwoOfOne(String),
    /// The working days of a stage are out of range.
    #[error("“{gate}”的办理期限应为 1 至 {} 个工作日，例如 3", MOST_DAYS)]
    Days {
        /// The stage.
        gate: String,
    },
    /// More stages than anybody would wait for.
    #[error("审核流程最多 {} 关", MOST_STAGES)]
    TooMany,
}

/// Who keeps the machines, the rights and the log.
const KEEPERS: [Role; 3] = [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];
/// Roles that may keep a gate: no author's, no administrator's.
pub const KEEP: [Role; 6] = [
    Role::ReviewerSecrecy,
    Role::ReviewerWording,
    Role::ReviewerPolicy,
    Role::ReviewerPolitical,
    Role::OrganHead,
    Role::CountyOffice,
];
/// Longest name of a gate of the county's own, in characters.
pub const LONGEST_NAME: usize = 12;
/// Most stages of a route that the office sets.
pub const MOST_STAGES: usize = 8;
/// Most working days of one of its stages.
pub const MOST_DAYS: u32 = 60;

impl Route {
    /// A route of these stages.
    ///
    /// # Errors
    /// When there is no stage, one can be passed by nobody, or two have the same gate.
    pub fn of(stages: Vec<Stage>) -> Result<Self, BadRoute> {
        if stages.is_empty() {
            return Err(BadRoute::Empty);
        }
        for (place, stage) in stages.iter().enumerate() {
            if stage.roles.is_empty() {
                return Err(BadRoute::Nobody(stage.gate.clone()));
            }
            if stages[..place].iter().any(|other| other.gate == stage.gate) {
                return Err(BadRoute::Twice(stage.gate.clone()));
            }
        }
        Ok(Self(stages))
    }

    /// Refuses a route by which something would become public without a secrecy review, or by one person alone.
    ///
    /// # Errors
    /// [`BadRoute::NoSecrecy`], [`BadRoute::OnePerson`].
    pub fn lawful(self) -> Result<Self, BadRoute> {
        if !self.0.iter().any(|stage| stage.gate == Gate::SECRECY.code) {
            return Err(BadRoute::NoSecrecy);
        }
        let people: usize = self.0.iter().map(Stage::people).sum();
        let first = self.0[0].person.as_ref().map(|named| &named.account);
        // Stages that all name one person are that person alone.
        let one = first.is_some_and(|first| {
            self.0.iter().all(|stage| stage.person.as_ref().is_some_and(|named| named.account == *first))
        });
        if people < 2 || one { Err(BadRoute::OnePerson) } else { Ok(self) }
    }

    /// Refuses what the office may not set besides ([`Route::lawful`]): whoever keeps the machines or the rights, or writes
    /// texts, decides on none, the secrecy review is the secrecy reviewers', and nothing waits for ever.
    ///
    /// # Errors
    /// What of it does not do.
    pub fn settable(self) -> Result<Self, BadRoute> {
        if self.0.len() > MOST_STAGES {
            return Err(BadRoute::TooMany);
        }
        for stage in &self.0 {
            if stage.gate == Gate::SECRECY.code && stage.roles != Gate::SECRECY.permission.roles {
                return Err(BadRoute::SecrecyByOthers);
            }
            if stage.roles.iter().any(|role| KEEPERS.contains(role)) {
                return Err(BadRoute::Administrator(stage.label.clone()));
            }
            if stage.roles.iter().any(|role| !KEEP.contains(role)) {
                return Err(BadRoute::NotKeeper(stage.label.clone()));
            }
            if Gate::from_code(&stage.gate).is_none() && !(is_name(&stage.label) && is_name(&stage.gate)) {
                return Err(BadRoute::Name(stage.label.clone()));
            }
            if stage.two_person && stage.person.is_some() {
                return Err(BadRoute::TwoOfOne(stage.label.clone()));
            }
            if !(1..=MOST_DAYS).contains(&stage.days) {
                return Err(BadRoute::Days { gate: stage.label.clone() });
            }
        }
        self.lawful()
    }

    /// The four statutory gates, each with the same working days.
    pub fn statutory(days: u32) -> Self {
        Self(Gate::ALL.into_iter().map(|gate| Stage::at(gate, days)).collect())
    }

    /// The same with what each gate asks, by its code.
    #[must_use]
    pub fn asking(mut self, questions: impl Fn(&str) -> Vec<String>) -> Self {
        for stage in &mut self.0 {
            stage.questions = questions(&stage.gate);
        }
        self
    }

    /// Its stages in words, one after the other.
    pub fn words(&self) -> String {
        self.0.iter().map(Stage::words).collect::<Vec<_>>().join("；")
    }

    /// The stages in order.
    pub fn stages(&self) -> &[Stage] {
        &self.0
    }

    /// The first stage.
    pub fn first(&self) -> &Stage {
        &self.0[0]
    }

    /// The stage at this place, from 0.
    pub fn stage(&self, place: usize) -> Option<&Stage> {
        self.0.get(place)
    }
}

impl TryFrom<Vec<Stage>> for Route {
    type Error = BadRoute;

    fn try_from(stages: Vec<Stage>) -> Result<Self, BadRoute> {
        Self::of(stages)
    }
}

impl From<Route> for Vec<Stage> {
    fn from(route: Route) -> Self {
        route.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statutory_route_begins_with_secrecy_and_ends_with_politics() {
        let route = Route::statutory(3);
        let gates: Vec<&str> = route.stages().iter().map(|stage| stage.gate.as_str()).collect();
        assert_eq!(gates, ["secrecy", "wording", "policy", "political"]);
        assert_eq!(route.first().roles, [Role::ReviewerSecrecy]);
    }

    #[test]
    fn what_nobody_could_pass_is_no_route() {
        assert_eq!(Route::of(Vec::new()), Err(BadRoute::Empty));
        let nobody = Stage { roles: Vec::new(), ..Stage::at(Gate::SECRECY, 1) };
        assert_eq!(Route::of(vec![nobody]), Err(BadRoute::Nobody("secrecy".into())));
        let twice = vec![Stage::at(Gate::POLICY, 1), Stage::at(Gate::POLICY, 2)];
        assert_eq!(Route::of(twice), Err(BadRoute::Twice("policy".into())));
    }

    #[test]
    fn what_the_law_asks_for_cannot_be_set_away() {
        let settable = |stages: Vec<Stage>| Route::of(stages).expect("a route").settable().map(|_| ());
        let (secrecy, last) = (Stage::at(Gate::SECRECY, 1), Stage::at(Gate::POLITICAL, 1));
        assert_eq!(settable(vec![secrecy.clone(), last.clone()]), Ok(()));
        assert_eq!(settable(vec![last.clone(), Stage::at(Gate::POLICY, 1)]), Err(BadRoute::NoSecrecy));
        assert_eq!(settable(vec![secrecy.clone()]), Err(BadRoute::OnePerson));
        assert_eq!(settable(vec![secrecy.clone().by_two()]), Ok(()));
        let others = Stage { roles: vec![Role::Editor], ..secrecy.clone() };
        assert_eq!(settable(vec![others, last.clone()]), Err(BadRoute::SecrecyByOthers));
        let keeper = Stage { roles: vec![Role::SystemAdmin], ..last.clone() };
        assert_eq!(settable(vec![secrecy.clone(), keeper]), Err(BadRoute::Administrator("政治关".into())));
        for role in Role::ALL.into_iter().filter(|role| !KEEP.contains(role) && !KEEPERS.contains(role)) {
            let author = Stage { roles: vec![Role::OrganHead, role], ..last.clone() };
            assert_eq!(settable(vec![secrecy.clone(), author]), Err(BadRoute::NotKeeper("政治关".into())), "{role:?}");
        }
        for name in ["甲\n乙", "<b>x</b>关", "甲&乙", "甲 乙", "关"] {
            let own = Stage { gate: name.into(), label: name.into(), ..last.clone() };
            assert_eq!(settable(vec![secrecy.clone(), own]), Err(BadRoute::Name(name.into())));
        }
        let own = Stage { gate: "合法性审查".into(), label: "合法性审查".into(), ..last.clone() };
        assert_eq!(settable(vec![secrecy.clone(), own]), Ok(()));
        let named = Some(Named { account: "one".into(), name: "甲".into() });
        let by_one = |stage: &Stage| Stage { person: named.clone(), ..stage.clone() };
        assert_eq!(settable(vec![by_one(&secrecy), by_one(&last)]), Err(BadRoute::OnePerson));
        assert_eq!(settable(vec![secrecy.clone(), by_one(&last)]), Ok(()));
        assert_eq!(settable(vec![secrecy.clone(), by_one(&last).by_two()]), Err(BadRoute::TwoOfOne("政治关".into())));
        let never = Stage { days: 0, ..last };
        assert_eq!(settable(vec![secrecy, never]), Err(BadRoute::Days { gate: "政治关".into() }));
    }

    #[test]
    fn a_route_of_before_is_read_as_it_was() {
        let before = r#"[{"gate":"secrecy","label":"保密审查","roles":["reviewer_secrecy"],"days":2},
            {"gate":"political","label":"政治关","roles":["reviewer_political"],"days":1,"two_person":true}]"#;
        let read: Route = serde_json::from_str(before).expect("read");
        assert_eq!((read.first().within, read.first().person.clone()), (None, None));
        let written = serde_json::to_string(&read).expect("json");
        assert!(!written.contains("within") && !written.contains("person\":{"), "{written}");
    }

    #[test]
    fn a_stored_route_is_read_back_and_a_broken_one_is_refused() {
        let route =
            Route::of(vec![Stage::at(Gate::SECRECY, 2).by_two(), Stage::at(Gate::POLITICAL, 1)]).expect("route");
        let text = serde_json::to_string(&route).expect("json");
        assert_eq!(serde_json::from_str::<Route>(&text).expect("read"), route);
        assert!(serde_json::from_str::<Route>("[]").is_err());
    }
}
