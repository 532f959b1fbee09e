//! The demonstration county keeps its ledger: one clean-up is over and has ended an old rule, another waits for some organs.

use std::sync::Arc;

use ::store::{Tx, query_as, query_scalar};
use document::{
    House, Kinds, Values,
    common::{DOCUMENT_NUMBER, EFFECTIVE_ON, IN_FORCE, VALIDITY, WRITTEN_ON},
    seed::{Seed, SeedState, Seeded, seed},
};
use jiff::{Timestamp, ToSpan};
use kernel::{
    Actor, OrganCode,
    id::{ColumnId, DocumentId},
    may_for, time,
};
use web::{
    Ctx, Refusal,
    demo::{Cast, Failure, Scene},
};

use super::{
    ANNOUNCEMENT, ANSWER_CLEAN_UP, follow,
    model::Answer,
    result,
    rows::{self, Round, RoundId},
    store::{self, Opening},
};
use crate::{
    ledger::rows::Entry,
    library::{POLICY, house},
};

/// How the demonstration numbers documents, as its other documents are.
const NUMBERING: &str = "{organ}/{year}-{n}";

fn told(refusal: Refusal) -> Failure {
    Failure::from(refusal.words())
}

/// The scenes in their order; each writes by itself.
pub(in crate::ledger) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let today = time::date_in_china(cast.now);
    let at = |days: i64, salt: &str| -> Result<Timestamp, Failure> {
        Ok(cast.moment(ctx, today.checked_sub(days.days())?, salt))
    };
    Ok(vec![
        Scene::new(at(420, "old")?, |ctx, cast| async move { old_rule(&ctx, &cast).await }),
        Scene::new(at(200, "ledger")?, |ctx, cast| async move { register(&ctx, &cast).await }),
        Scene::new(at(190, "closed")?, |ctx, cast| async move { closed(&ctx, &cast).await }),
        Scene::new(at(24, "again")?, |ctx, cast| async move { register(&ctx, &cast).await }),
        Scene::new(at(22, "open")?, |ctx, cast| async move { open(&ctx, &cast).await }),
    ])
}

/// The column in which policies stand, once there is one.
async fn column(tx: &mut Tx) -> Result<Option<ColumnId>, Failure> {
    let sql = "SELECT slug FROM portal_column WHERE kind = 'policy' AND hidden = 0 ORDER BY position, slug LIMIT 1";
    Ok(query_scalar(sql).fetch_optional(tx.conn()).await?)
}

/// A public document of the county office.
async fn put(
    ctx: &Ctx,
    tx: &mut Tx,
    cast: &Cast,
    column: ColumnId,
    text: (&str, &str, String, Values),
) -> Result<Seeded, Failure> {
    let (kind, title, body_html, values) = text;
    let kind = Kinds::of(ctx).get(kind).ok_or("nobody declares this kind of documents")?;
    let now = tx.seams().now();
    let one = Seed {
        organ: ctx.office_organ(),
        column,
        kind,
        title: title.to_owned(),
        body_html,
        values,
        disclosure: "open",
        relations: Vec::new(),
        author: (cast.clerk.account.clone(), cast.clerk.name.clone()),
        created_at: now,
        state: SeedState::Published { at: now },
        correction: None,
        files: Vec::new(),
        pictures: Vec::new(),
    };
    seed(tx, &House::of(ctx, NUMBERING), &one).await.map_err(told)
}

/// A rule whose time is over and that nobody has ended yet.
async fn old_rule(ctx: &Ctx, cast: &Cast) -> Result<Vec<Scene>, Failure> {
    let mut tx = ctx.db().write().await?;
    let Some(column) = column(&mut tx).await? else { return Ok(Vec::new()) };
    let day = time::date_in_china(tx.seams().now());
    let values = Values::default()
        .with(&VALIDITY, IN_FORCE)
        .with(&DOCUMENT_NUMBER, &format!("青禾府办发〔{}〕61号", day.year()))
        .with(&WRITTEN_ON, &day.to_string())
        .with(&EFFECTIVE_ON, &day.to_string());
    let text = "<p>为做好老城区燃气管网改造期间的交通保障，制定本规定。</p>\
                <p>第一条　改造期间，禾丰路、青龙街施工路段每日7时至19时禁止货运车辆通行。</p>\
                <p>第二条　施工单位应当提前三日在路口公示施工时间和绕行路线。</p>\
                <p>第三条　本规定自公布之日起施行，至改造工程竣工时止。</p>";
    put(ctx, &mut tx, cast, column, (POLICY, "老城区燃气管网改造期间临时交通管理规定", text.to_owned(), values))
        .await?;
    tx.commit().await?;
    Ok(Vec::new())
}

/// The office enters the policies that are public by then.
async fn register(ctx: &Ctx, cast: &Cast) -> Result<Vec<Scene>, Failure> {
    let sql = "SELECT d.id FROM document d LEFT JOIN ledger_entry l ON l.document_id = d.id \
               WHERE d.kind = $1 AND d.current_edition <> '' AND l.document_id IS NULL ORDER BY d.rank";
    let ids: Vec<DocumentId> = query_scalar(sql).bind(POLICY).fetch_all(ctx.db().read()).await?;
    let day = time::date_in_china(ctx.seams().now());
    for (at, id) in (1..).zip(&ids) {
        let entry = Entry {
            normative: 1,
            registered: format!("QHGF-{day}-{at:03}"),
            registered_on: day.to_string(),
            ..Entry::default()
        };
        let mut tx = ctx.db().write().await?;
        crate::ledger::store::put(ctx, &mut tx, &cast.clerk(), id, (&entry, 0)).await.map_err(told)?;
        tx.commit().await?;
    }
    Ok(Vec::new())
}

async fn begin(ctx: &Ctx, cast: &Cast, opening: &Opening) -> Result<Option<RoundId>, Failure> {
    let mut tx = ctx.db().write().await?;
    match store::open_round(&mut tx, &house(ctx), &cast.clerk(), opening).await {
        Ok((id, _)) => {
            tx.commit().await?;
            Ok(Some(id))
        }
        // A county without documents has nothing to look through.
        Err(Refusal::Fields(_)) => Ok(None),
        Err(other) => Err(told(other)),
    }
}

/// The editor of the organ answers, or the clerk where nobody there may.
async fn answer(
    ctx: &Ctx,
    cast: &Cast,
    (id, document, organ): (&RoundId, &DocumentId, &OrganCode),
    said: (Answer, &str),
) -> Result<(), Failure> {
    let house = house(ctx);
    let editor = Actor::Staff(cast.of(organ).clone());
    let may = may_for(&editor, &ANSWER_CLEAN_UP, &house.keeper(organ)).is_ok();
    let actor = if may { editor } else { cast.clerk() };
    let mut tx = ctx.db().write().await?;
    // Nobody has answered before.
    let said = (said.0, said.1, 1);
    store::put_answer(&mut tx, &house, &actor, (id, document), said).await.map_err(told)?;
    tx.commit().await?;
    Ok(())
}

/// The documents of a round with their organs and titles.
async fn within(ctx: &Ctx, id: &RoundId) -> Result<Vec<(DocumentId, OrganCode, String)>, Failure> {
    let sql = "SELECT i.document_id, i.organ, d.title FROM clean_up_item i JOIN document d ON d.id = i.document_id \
               WHERE i.clean_up = $1 ORDER BY i.organ, i.document_id";
    Ok(query_as(sql).bind(id).fetch_all(ctx.db().read()).await?)
}

/// A round from its beginning to the announcement of its result, all on one day: what lies between tells nothing.
async fn closed(ctx: &Ctx, cast: &Cast) -> Result<Vec<Scene>, Failure> {
    let day = time::date_in_china(ctx.seams().now());
    let opening = Opening {
        title: format!("{}年行政规范性文件清理", day.year()),
        organ: OrganCode::default(),
        until_on: day.to_string(),
        due_on: day.to_string(),
        note: "按照谁制定、谁清理的原则，对现行规范性文件逐份提出意见。".to_owned(),
    };
    let Some(id) = begin(ctx, cast, &opening).await? else { return Ok(Vec::new()) };
    for (document, organ, title) in within(ctx, &id).await? {
        let said = if title.contains("燃气管网改造期间") {
            (Answer::Lapse, "改造工程已竣工，临时交通管理不再需要。")
        } else {
            (Answer::Keep, "")
        };
        answer(ctx, cast, (&id, &document, &organ), said).await?;
    }
    let round: Round = rows::round(ctx.db().read(), &id).await?.ok_or("the round is there")?;
    let items = rows::all(ctx.db().read(), &id).await?;
    let directory = ctx.directory();
    let organ = |item: &rows::Item| directory.short_name(&item.organ).to_owned();
    let html = result::html(&round, &items, organ);
    let title = result::title(&round);
    let mut tx = ctx.db().write().await?;
    let Some(column) = column(&mut tx).await? else { return Ok(Vec::new()) };
    let values = Values::default()
        .with(&VALIDITY, IN_FORCE)
        .with(&DOCUMENT_NUMBER, &format!("青禾府办发〔{}〕37号", day.year()))
        .with(&WRITTEN_ON, &day.to_string());
    let announced = put(ctx, &mut tx, cast, column, (ANNOUNCEMENT, title.as_str(), html, values)).await?;
    store::close(&mut tx, &cast.clerk(), &round, &items, &announced.document).await.map_err(told)?;
    tx.commit().await?;
    let mut tx = ctx.db().write().await?;
    follow::apply(&mut tx, &announced.document).await?;
    tx.commit().await?;
    Ok(Vec::new())
}

/// A round under way: two of three documents are answered.
async fn open(ctx: &Ctx, cast: &Cast) -> Result<Vec<Scene>, Failure> {
    let day = time::date_in_china(cast.now);
    let opening = Opening {
        title: format!("{}年度规范性文件有效期届满前清理", day.year()),
        organ: OrganCode::default(),
        until_on: String::new(),
        due_on: day.checked_add(12.days())?.to_string(),
        note: "重点核对上位法已经修改、有效期将满的文件。".to_owned(),
    };
    let Some(id) = begin(ctx, cast, &opening).await? else { return Ok(Vec::new()) };
    for (at, (document, organ, _)) in within(ctx, &id).await?.into_iter().enumerate() {
        let said = match at % 6 {
            2 | 5 => continue,
            4 => (Answer::Amend, "部分条款的办理时限与现在的规定不一致，拟修改。"),
            _ => (Answer::Keep, ""),
        };
        answer(ctx, cast, (&id, &document, &organ), said).await?;
    }
    Ok(Vec::new())
}
