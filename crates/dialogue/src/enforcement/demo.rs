//! Opinions of the demonstration: one answered and published, one answered, one that is due.

use std::{collections::BTreeMap, sync::Arc};

use case::{Channel, Filing, Typed};
use jiff::ToSpan;
use kernel::{Actor, OrganCode, id::CaseId, time};
use web::{
    Ctx, Refusal,
    demo::{Cast, Failure, Scene},
};

use super::FEEDBACK;

/// An opinion and what became of it.
struct Said {
    /// Days before the present.
    ago: i64,
    what: &'static str,
    /// Result and answer; empty = none yet.
    then: (&'static str, &'static str),
    /// Question and answer as they were published; empty = they were not.
    published: (&'static str, &'static str),
}

static OPINIONS: [Said; 3] = [
    Said {
        ago: 30,
        what: "公示的随机抽查事项清单里，有一项写的检查依据已经废止了，请更新。",
        then: ("corrected", "核实属实，清单已经按现行规定更新并重新公示。"),
        published: ("随机抽查事项清单中的检查依据已经废止，会更新吗？", "已按现行规定更新并重新公示。"),
    },
    Said {
        ago: 16,
        what: "上门检查的人员没有出示执法证件，问了才拿出来。",
        then: ("adopted", "经核实情况属实，已对当事人员批评教育，并重申检查时主动出示执法证件的要求。"),
        published: ("", ""),
    },
    Said {
        ago: 3, what: "处罚决定公示以后，听证的申请方式写得不清楚，请说明。", then: ("", ""), published: ("", "")
    },
];

/// The opinions, each at its moment.
pub(super) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let mut organs: Vec<OrganCode> = cast.editors.keys().cloned().collect();
    organs.sort();
    organs.insert(0, ctx.office_organ());
    let today = time::date_in_china(cast.now);
    let scenes = OPINIONS.iter().enumerate().map(|(at, said)| {
        let organ = organs[at % organs.len().min(3)].clone();
        let day = today.saturating_sub(said.ago.days());
        let moment = cast.moment(ctx, day, said.what);
        Scene::new(moment, move |ctx: Ctx, cast: Arc<Cast>| async move {
            let mut tx = ctx.db().write().await?;
            let case = register(&ctx, &mut tx, said, &organ).await.map_err(|refusal| refusal.words())?;
            tx.commit().await?;
            if said.then.0.is_empty() {
                return Ok::<_, Failure>(Vec::new());
            }
            let next = moment.checked_add(jiff::SignedDuration::from_hours(20)).unwrap_or(moment).min(cast.now);
            Ok(vec![answer(next, said, case, organ)])
        })
    });
    Ok(scenes.collect())
}

async fn register(ctx: &Ctx, tx: &mut store::Tx, said: &Said, organ: &OrganCode) -> Result<CaseId, Refusal> {
    let filing = Filing {
        kind: &FEEDBACK,
        organ: organ.clone(),
        channel: Channel::Portal,
        received_on: ctx.today(),
        number: String::new(),
        digest: String::new(),
        brief: web::filters::shortened(said.what, 60),
        fields: BTreeMap::from([("what".to_owned(), said.what.to_owned())]),
        facts: Vec::new(),
        parties: Vec::new(),
        files: Vec::new(),
    };
    case::register(ctx, tx, &Actor::Visitor, filing).await
}

/// What the organ did with it.
fn answer(at: jiff::Timestamp, said: &'static Said, case: CaseId, organ: OrganCode) -> Scene {
    Scene::new(at, move |ctx: Ctx, cast: Arc<Cast>| async move {
        let words = |refusal: Refusal| refusal.words();
        let actor = Actor::Staff(cast.of(&organ).clone());
        let mut tx = ctx.db().write().await?;
        case::claim(&ctx, &mut tx, &actor, &case).await.map_err(words)?;
        let typed = Typed::of(&[("result", said.then.0), ("answer", said.then.1)]);
        case::take(&ctx, &mut tx, &actor, &case, "reply", &typed).await.map_err(words)?;
        let (question, answer) = said.published;
        if !question.is_empty() {
            case::public::propose(&ctx, &mut tx, &actor, &case, question, answer).await.map_err(words)?;
            case::public::publish(&ctx, &mut tx, &cast.chief(), &case, (question, answer)).await.map_err(words)?;
        }
        tx.commit().await?;
        Ok::<_, Failure>(Vec::new())
    })
}
