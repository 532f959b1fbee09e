//! Requests of the demonstration: answered in several ways, waiting for the applicant, asking a third party or another organ, and one
//! just come.

use std::{collections::BTreeMap, sync::Arc};

use case::{Channel, Filing, PartyRole, Person, Typed, letters as machine};
use jiff::{SignedDuration, ToSpan};
use kernel::{Actor, OrganCode, id::CaseId, time};
use store::Tx;
use web::{
    Ctx, Refusal,
    demo::{Cast, Failure, Scene},
    filters::shortened,
};

use super::{CORRECTION, joint::asking::opinion, kind::FOI, letters, reply};

/// A letter, and how many days after the request it went out.
struct Sent {
    after: i64,
    key: &'static str,
    typed: &'static [(&'static str, &'static str)],
}

/// A request and what became of it.
struct Asked {
    /// Days before the present.
    ago: i64,
    channel: Channel,
    wanted: &'static str,
    applicant: &'static str,
    name: &'static str,
    sent: &'static [Sent],
}

impl Asked {
    /// Whether question and answer may become public: the form of the portal asks for it, on paper nobody has said so.
    fn consent(&self) -> Option<&'static str> {
        let disclosed = self.sent.iter().any(|sent| sent.typed.contains(&("outcome", "disclosed")));
        matches!(self.channel, Channel::Portal).then_some(if disclosed { "yes" } else { "no" })
    }
}

/// What was made public of the one that was disclosed.
const PUBLISHED: (&str, &str) = (
    "城关镇老旧小区改造项目的竣工验收报告可以公开吗？",
    "可以公开。2025 年城关镇老旧小区改造项目的竣工验收报告共 12 页，可以到县政府工作机构查阅、复印，也可以申请以电子文件提供。",
);

/// The request that two organs have made the answer to, and after how many days the other one is asked.
const JOINT: (&str, &str, i64) = (
    "2025 年校车线路核定的会商纪要",
    "会商纪要由本机关牵头、贵机关共同制作。请就可否公开提出意见，不宜公开的写明依据和理由。",
    2,
);

static REQUESTS: [Asked; 7] = [
    Asked {
        ago: 96,
        channel: Channel::Portal,
        wanted: "2025 年城关镇老旧小区改造项目的竣工验收报告",
        applicant: "natural_person",
        name: "申请人甲",
        sent: &[Sent {
            after: 11,
            key: "reply",
            typed: &[("outcome", "disclosed"), ("how", "验收报告复印件 12 页随本答复提供，也可以在查询页面下载。")],
        }],
    },
    Asked {
        ago: 74,
        channel: Channel::Post,
        wanted: "某商业综合体项目的节能评估文件",
        applicant: "legal_service",
        name: "申请人乙",
        sent: &[Sent {
            after: 15,
            key: "reply",
            typed: &[
                ("outcome", "not_exist"),
                ("searched", "以项目名称和建设单位检索 2019 年以来的审批系统和档案，没有收到过该项目的节能评估文件。"),
            ],
        }],
    },
    Asked {
        ago: 52,
        channel: Channel::Portal,
        wanted: "关于调整公交线路的请示和会议讨论记录",
        applicant: "natural_person",
        name: "申请人丙",
        sent: &[Sent {
            after: 13,
            key: "reply",
            typed: &[
                ("outcome", "withheld"),
                ("exemptions", "process"),
                ("kind_process", "请示报告"),
                ("reason", "请示是决定作出以前的内部意见，线路调整的决定和理由已在本网站公布。"),
            ],
        }],
    },
    Asked {
        ago: 9,
        channel: Channel::Counter,
        wanted: "小区的规划材料",
        applicant: "natural_person",
        name: "申请人丁",
        sent: &[Sent {
            after: 4,
            key: "supplement",
            typed: &[("wanting", "请写明小区的名称或者地址，以及需要规划许可、总平面图中的哪一种。"), ("until", "+20")],
        }],
    },
    Asked {
        ago: 8,
        channel: Channel::Portal,
        wanted: "县道大修工程中标单位的投标文件",
        applicant: "business",
        name: "申请人戊",
        sent: &[Sent {
            after: 3,
            key: "consult_third_party",
            typed: &[("whom", "中标单位"), ("matter", "县道大修工程投标文件中的施工组织设计和报价明细。")],
        }],
    },
    Asked {
        ago: 2,
        channel: Channel::Portal,
        wanted: "2024 年全县农村公路养护资金的分配方案",
        applicant: "research",
        name: "申请人己",
        sent: &[],
    },
    Asked {
        ago: 6,
        channel: Channel::Portal,
        wanted: JOINT.0,
        applicant: "natural_person",
        name: "申请人辛",
        sent: &[],
    },
];

/// The requests, each at its moment.
pub(super) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let mut organs: Vec<OrganCode> = cast.editors.keys().cloned().collect();
    organs.sort();
    let Some(last) = organs.len().min(4).checked_sub(1) else { return Ok(Vec::new()) };
    let today = time::date_in_china(cast.now);
    let scenes = REQUESTS.iter().enumerate().map(|(at, asked)| {
        let organ = organs[at % (last + 1)].clone();
        let moment = cast.moment(ctx, today.saturating_sub(asked.ago.days()), asked.wanted);
        Scene::new(moment, move |ctx: Ctx, cast: Arc<Cast>| async move {
            let mut tx = ctx.db().write().await?;
            let case = register(&ctx, &mut tx, asked, &organ).await.map_err(|refusal| refusal.words())?;
            tx.commit().await?;
            let begun = ctx.today();
            let soonest = moment.checked_add(SignedDuration::from_hours(1)).unwrap_or(moment);
            let next = asked.sent.iter().map(|sent| {
                let day = begun.saturating_add(sent.after.days());
                let at = cast.moment(&ctx, day, sent.key).max(soonest).min(cast.now);
                went_out(at, sent, case.clone(), organ.clone())
            });
            let mut next: Vec<Scene> = next.collect();
            if asked.wanted == JOINT.0 {
                let day = begun.saturating_add(JOINT.2.days());
                let at = cast.moment(&ctx, day, "joint").max(soonest).min(cast.now);
                next.push(asked_jointly(at, case, organ));
            }
            Ok::<_, Failure>(next)
        })
    });
    let mut scenes: Vec<Scene> = scenes.collect();
    scenes.push(correction(cast.moment(ctx, today.saturating_sub(4.days()), "correction"), organs[0].clone()));
    Ok(scenes)
}

/// Somebody asks for the correction of a record about themselves.
fn correction(at: jiff::Timestamp, organ: OrganCode) -> Scene {
    Scene::new(at, move |ctx: Ctx, _: Arc<Cast>| async move {
        let person = Person { name: "申请人庚".to_owned(), ..Person::default() };
        let text = |name: &str, words: &str| (name.to_owned(), words.to_owned());
        let filing = Filing {
            kind: &CORRECTION,
            organ,
            channel: Channel::Portal,
            received_on: ctx.today(),
            number: String::new(),
            digest: String::new(),
            brief: "农村公路养护补助发放名册".to_owned(),
            fields: BTreeMap::from([
                text("record", "农村公路养护补助发放名册"),
                text("wrong", "名册里本人的养护里程写成 1.2 公里。"),
                text("right", "应当是 2.1 公里。"),
                text("evidence", "养护合同复印件，可以当面核对原件。"),
            ]),
            facts: Vec::new(),
            parties: vec![(PartyRole::Applicant, person)],
            files: Vec::new(),
        };
        let mut tx = ctx.db().write().await?;
        case::register(&ctx, &mut tx, &Actor::Visitor, filing).await.map_err(|refusal: Refusal| refusal.words())?;
        tx.commit().await?;
        Ok::<_, Failure>(Vec::new())
    })
}

async fn register(ctx: &Ctx, tx: &mut Tx, asked: &Asked, organ: &OrganCode) -> Result<CaseId, Refusal> {
    let person = Person { name: asked.name.to_owned(), ..Person::default() };
    let person = if asked.applicant == "natural_person" {
        person
    } else {
        Person { organisation: format!("{}所在单位", asked.name), ..person }
    };
    let filing = Filing {
        kind: &FOI,
        organ: organ.clone(),
        channel: asked.channel,
        received_on: ctx.today(),
        number: String::new(),
        digest: String::new(),
        brief: shortened(asked.wanted, 60),
        fields: BTreeMap::from([("wanted".to_owned(), asked.wanted.to_owned())]),
        facts: [
            ("applicant", asked.applicant.to_owned()),
            ("carrier", "electronic".to_owned()),
            ("delivery", "online".to_owned()),
        ]
        .into_iter()
        .chain(asked.consent().map(|code| (case::public::CONSENT, code.to_owned())))
        .collect(),
        parties: vec![(PartyRole::Applicant, person)],
        files: Vec::new(),
    };
    case::register(ctx, tx, &Actor::Visitor, filing).await
}

/// The organ takes the case, and another that writes in the demonstration is asked for its opinion.
fn asked_jointly(at: jiff::Timestamp, case: CaseId, organ: OrganCode) -> Scene {
    Scene::new(at, move |ctx: Ctx, cast: Arc<Cast>| async move {
        let words = |refusal: Refusal| refusal.words();
        let mut others: Vec<&OrganCode> = cast.editors.keys().filter(|other| **other != organ).collect();
        others.sort();
        let Some(other) = others.first() else { return Ok(Vec::new()) };
        let mut tx = ctx.db().write().await?;
        let editor = Actor::Staff(cast.of(&organ).clone());
        case::claim(&ctx, &mut tx, &editor, &case).await.map_err(words)?;
        let chief = (&cast.chief(), cast.chief.name.as_str());
        opinion(&ctx, &mut tx, chief, &case, (other, JOINT.1)).await.map_err(words)?;
        tx.commit().await?;
        Ok::<_, Failure>(Vec::new())
    })
}

/// A letter that was drafted by the organ, signed by the county's office and delivered.
fn went_out(at: jiff::Timestamp, sent: &'static Sent, case: CaseId, organ: OrganCode) -> Scene {
    Scene::new(at, move |ctx: Ctx, cast: Arc<Cast>| async move {
        let words = |refusal: Refusal| refusal.words();
        let actor = Actor::Staff(cast.of(&organ).clone());
        let day = |value: &str| match value.strip_prefix('+').and_then(|days| days.parse::<i64>().ok()) {
            Some(days) => ctx.today().saturating_add(days.days()).to_string(),
            None => value.to_owned(),
        };
        let typed: letters::Typed = sent.typed.iter().map(|(name, value)| ((*name).to_owned(), day(value))).collect();
        let mut tx = ctx.db().write().await?;
        case::claim(&ctx, &mut tx, &actor, &case).await.map_err(words)?;
        let letter = reply::drafted(&ctx, &mut tx, &actor, (&case, sent.key), &typed).await.map_err(words)?;
        let chief = cast.chief();
        machine::sign(&ctx, &mut tx, &chief, &case, (&letter, 1)).await.map_err(words)?;
        if chief.staff().is_some_and(|staff| staff.organ != organ) {
            let label = FOI.letter(sent.key).map_or("文书", |what| what.label);
            let why = (label, "机关负责人出差，急需送达");
            case::signed_for(&ctx, &mut tx, &chief, &case, why).await.map_err(words)?;
        }
        machine::deliver(&ctx, &mut tx, &actor, &case, &letter, ("online", "")).await.map_err(words)?;
        if sent.key.starts_with("consult") {
            case::take(&ctx, &mut tx, &actor, &case, "consult_had", &Typed::of(&[])).await.map_err(words)?;
        }
        if sent.typed.contains(&("outcome", "disclosed")) {
            let (question, answer) = PUBLISHED;
            case::public::propose(&ctx, &mut tx, &actor, &case, question, answer).await.map_err(words)?;
            case::public::publish(&ctx, &mut tx, &cast.chief(), &case, (question, answer)).await.map_err(words)?;
        }
        tx.commit().await?;
        Ok::<_, Failure>(Vec::new())
    })
}
