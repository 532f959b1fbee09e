//! Reports of the demonstration: answered, published, waiting for the reader, and one that is due.

use std::{collections::BTreeMap, sync::Arc};

use case::{Channel, Filing, PartyRole, Person, Typed};
use jiff::ToSpan;
use kernel::{Actor, OrganCode, id::CaseId, time};
use web::{
    Ctx, Refusal,
    demo::{Cast, Failure, Scene},
};

use super::MISTAKE;

/// A report and what became of it.
struct Told {
    /// Days before the present.
    ago: i64,
    page: &'static str,
    what: &'static str,
    right: &'static str,
    email: &'static str,
    /// Key of the step that followed on the next working day, with its fields; empty = none yet.
    then: (&'static str, &'static [(&'static str, &'static str)]),
    /// Question and answer as they were published; empty = they were not.
    published: (&'static str, &'static str),
}

static REPORTS: [Told; 5] = [
    Told {
        ago: 40,
        page: "停水通知",
        what: "通知标题写的是周五停水，正文写的是周六，不知道以哪个为准。",
        right: "",
        email: "",
        then: (
            "reply",
            &[("result", "corrected"), ("answer", "以正文为准，是周六停水。标题已经更正，更正说明在网页上方。")],
        ),
        published: ("停水通知的标题和正文日期不一致，以哪个为准？", "以正文为准。标题已经更正，更正说明在网页上方。"),
    },
    Told {
        ago: 21,
        page: "办事指南：新生儿落户",
        what: "“下载申请表”的链接打不开，显示没有找到这个页面。",
        right: "",
        email: "",
        then: ("reply", &[("result", "corrected"), ("answer", "链接已经换成新的地址，可以下载了。")]),
        published: ("", ""),
    },
    Told {
        ago: 9,
        page: "机关名录",
        what: "打电话过去没有人接，是不是换号码了？",
        right: "",
        email: "reader@example.invalid",
        then: ("ask", &[("question", "请说明是哪个机关的电话、大约什么时候打的，我们逐个核对。")]),
        published: ("", ""),
    },
    Told {
        ago: 3,
        page: "2026 年部门预算公开",
        what: "附件里第三张表的合计和正文里的数对不上，差了一个零。",
        right: "应当与正文一致",
        email: "",
        then: ("", &[]),
        published: ("", ""),
    },
    Told {
        ago: 1,
        page: "政策解读",
        what: "“以上”写成了“以下”，意思正好相反。",
        right: "以上（含本数）",
        email: "",
        then: ("", &[]),
        published: ("", ""),
    },
];

/// The reports, each at its moment.
pub(super) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let mut organs: Vec<OrganCode> = cast.editors.keys().cloned().collect();
    organs.sort();
    organs.insert(0, ctx.office_organ());
    let today = time::date_in_china(cast.now);
    let scenes = REPORTS.iter().enumerate().map(|(at, told)| {
        let organ = organs[at % organs.len().min(3)].clone();
        let day = today.saturating_sub(told.ago.days());
        let moment = cast.moment(ctx, day, told.page);
        Scene::new(moment, move |ctx: Ctx, cast: Arc<Cast>| async move {
            let mut tx = ctx.db().write().await?;
            let case = register(&ctx, &mut tx, told, &organ).await.map_err(|refusal| refusal.words())?;
            tx.commit().await?;
            if told.then.0.is_empty() {
                return Ok::<_, Failure>(Vec::new());
            }
            let next = moment.checked_add(jiff::SignedDuration::from_hours(20)).unwrap_or(moment).min(cast.now);
            Ok(vec![answer(next, told, case, organ)])
        })
    });
    Ok(scenes.collect())
}

async fn register(ctx: &Ctx, tx: &mut store::Tx, told: &Told, organ: &OrganCode) -> Result<CaseId, Refusal> {
    let person = Person { email: told.email.to_owned(), ..Person::default() };
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let filing = Filing {
        kind: &MISTAKE,
        organ: organ.clone(),
        channel: Channel::Portal,
        received_on: ctx.today(),
        number: String::new(),
        digest: String::new(),
        brief: web::filters::shortened(told.what, 60),
        fields: BTreeMap::from([field("page", told.page), field("what", told.what), field("right", told.right)]),
        facts: Vec::new(),
        parties: if told.email.is_empty() { Vec::new() } else { vec![(PartyRole::Applicant, person)] },
        files: Vec::new(),
    };
    case::register(ctx, tx, &Actor::Visitor, filing).await
}

/// What the organ did with it.
fn answer(at: jiff::Timestamp, told: &'static Told, case: CaseId, organ: OrganCode) -> Scene {
    Scene::new(at, move |ctx: Ctx, cast: Arc<Cast>| async move {
        let words = |refusal: Refusal| refusal.words();
        let actor = Actor::Staff(cast.of(&organ).clone());
        let mut tx = ctx.db().write().await?;
        case::claim(&ctx, &mut tx, &actor, &case).await.map_err(words)?;
        case::take(&ctx, &mut tx, &actor, &case, told.then.0, &Typed::of(told.then.1)).await.map_err(words)?;
        let (question, answer) = told.published;
        if !question.is_empty() {
            case::public::propose(&ctx, &mut tx, &actor, &case, question, answer).await.map_err(words)?;
            case::public::publish(&ctx, &mut tx, &cast.chief(), &case, (question, answer)).await.map_err(words)?;
        }
        tx.commit().await?;
        Ok::<_, Failure>(Vec::new())
    })
}
