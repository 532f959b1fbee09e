//! An installation with one kind of case, and people to work on it.

use std::{collections::BTreeMap, sync::Arc};

use case::{
    By, CaseKind, Channel, Filing, Input, LetterKind, PartyRole, Person, Phase, Sets, State, Step, StepField, Tick,
};
use clock::Rule;
use jiff::SignedDuration;
use kernel::{
    Actor, Clock, Directory, Organ, OrganKind, Role, Seams, Staff,
    id::{AccountId, CaseId},
    seams::{FixedClock, SeededEntropy},
};
use store::{Db, Files, Tx};
use web::{Capabilities, Capability, Config, Ctx, Refusal, ctx::Parts};

static STATES: [State; 4] = [
    State::new("examining", "审核中", Phase::Open, "正在办理。"),
    State::new("asking", "征求意见", Phase::Waiting, "正在征求意见。"),
    State::new("checked", "待签发", Phase::Open, "正在办理。"),
    State::new("answered", "已答复", Phase::Ended, "已经答复。"),
];
static GROUNDS: [StepField; 3] = [
    StepField::new("outcome", "结果", Input::Choice(&[("given", "予以公开"), ("refused", "不予公开")]))
        .sets(Sets::Outcome),
    StepField::new("ground", "理由", Input::Choice(&[("secret", "国家秘密"), ("none", "没有")]))
        .sets(Sets::Fact)
        .optional(),
    StepField::new("on", "日期", Input::Day).optional(),
];
static DAY: [StepField; 1] = [StepField::new("on", "日期", Input::Day).optional()];
static STEPS: [Step; 6] = [
    Step::new("consult", "征求第三方意见", &["examining"], "asking", By::Handler)
        .fields(&DAY)
        .tick(Tick::Pause { rule: "foi.third-party" }),
    Step::new("heard", "第三方答复", &["asking"], "examining", By::Handler).fields(&DAY).tick(Tick::Resume),
    Step::new("check", "提出答复意见", &["examining"], "checked", By::Decider),
    Step::new("answer", "答复", &["checked"], "answered", By::Second).fields(&GROUNDS).told("已答复"),
    Step::new("sent", "送达", &["examining"], "answered", By::Machine).fields(&DAY).outcome("given"),
    Step::new("withdraw", "撤回", &["examining"], "answered", By::Applicant).outcome("refused"),
];
static OUTCOMES: [(&str, &str); 2] = [("given", "予以公开"), ("refused", "不予公开")];
static LETTERS: [LetterKind; 1] =
    [LetterKind { key: "reply", label: "答复书", mark: "试答复", from: &["examining"], delivered: "sent" }];
static RULE: Rule = clock::rule::FOI_RESPONSE;

/// The kind of these stories.
pub(crate) static SAMPLE: CaseKind = CaseKind {
    outcomes: &OUTCOMES,
    letters: &LETTERS,
    fields: &[("what", "内容")],
    ..CaseKind::new("sample", "试件", "试", &STATES, &STEPS, &RULE)
};

/// Told on this installation.
pub(crate) struct Home {
    pub(crate) ctx: Ctx,
    clock: Arc<FixedClock>,
    _folder: tempfile::TempDir,
}

/// Somebody of an organ.
pub(crate) fn person(account: &str, organ: &str, role: Role) -> Actor {
    Actor::Staff(Staff {
        account: AccountId::from(account),
        name: account.to_owned(),
        organ: organ.into(),
        roles: vec![role],
        central: organ == "QH001",
    })
}

impl Home {
    /// At 2026-03-02 09:00 in China, a Monday.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(FixedClock::at("2026-03-02T01:00:00Z".parse().expect("moment")));
        let seams = Seams { clock: clock.clone(), entropy: Arc::new(SeededEntropy::new(11)) };
        let kind = Capability::new("sample", "试件").declare(&SAMPLE as case::Kind);
        let capabilities = Capabilities::new(vec![case::capability(), kind]);
        let url = format!("sqlite:{}", folder.path().join("gongkai.db").display());
        let db = Db::open(&url, seams, &capabilities.migrations()).await.expect("a database");
        let mut config = Config::default();
        config.site.office_organ = "QH001".into();
        let data = folder.path().to_owned();
        let files = Files::in_folder(&data);
        let ctx = Ctx::new(Parts { db, files, config, program: data.join("none"), data, capabilities });
        let organ = |code: &str, name: &str| Organ::named(code, name, name, OrganKind::CountyDepartment);
        let organs = vec![organ("QH001", "县政府办公室"), organ("QH010", "县财政局"), organ("QH011", "县民政局")];
        ctx.set_directory(Directory::new(organs, "青禾县"));
        Self { ctx, clock, _folder: folder }
    }

    pub(crate) fn pass(&self, days: i64) {
        let now = self.clock.now();
        self.clock.set(now.checked_add(SignedDuration::from_hours(days * 24)).expect("a moment"));
    }

    /// Does one write that must succeed.
    pub(crate) async fn done<T>(&self, change: impl AsyncFnOnce(&mut Tx) -> Result<T, Refusal>) -> T {
        self.tried(change).await.unwrap_or_else(|refusal| panic!("{}", refusal.words()))
    }

    /// Does one write, which may be refused.
    pub(crate) async fn tried<T>(&self, change: impl AsyncFnOnce(&mut Tx) -> Result<T, Refusal>) -> Result<T, Refusal> {
        web::act_now(&self.ctx, change).await
    }

    /// What is filed, with a person.
    pub(crate) fn filing(&self) -> Filing {
        Filing {
            kind: &SAMPLE,
            organ: "QH010".into(),
            channel: Channel::Counter,
            received_on: self.ctx.today(),
            number: String::new(),
            digest: String::new(),
            brief: "想要一份文件".to_owned(),
            fields: BTreeMap::from([("what".to_owned(), "2025 年的预算草案".to_owned())]),
            facts: vec![("applicant", "natural".to_owned())],
            parties: vec![(PartyRole::Applicant, Person { name: "读者甲".to_owned(), ..Person::default() })],
            files: Vec::new(),
        }
    }

    /// A case of 县财政局 received today.
    pub(crate) async fn filed(&self) -> CaseId {
        let clerk = person("clerk", "QH010", Role::Editor);
        let filing = self.filing();
        self.done(async |tx: &mut Tx| case::register(&self.ctx, tx, &clerk, filing).await).await
    }

    /// The case as it stands.
    pub(crate) async fn entry(&self, id: &CaseId) -> case::Entry {
        case::entry(self.ctx.db().read(), id).await.expect("database").expect("the case")
    }
}
