//! What a policy needs before its review and before readers see it: that its interpretation is arranged, written, ready; and what
//! an interpretation needs of its policy and of itself.

use document::{
    Whole,
    common::EXPLAINED,
    needs::{Need, Needs, Step},
    rows, state,
};
use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::{OrganCode, id::DocumentId};
use store::{FromRow, Target, query_as, query_scalar};
use web::{Ctx, Refusal};

use crate::import;

use super::{
    INTERPRETATION, INTERPRETS,
    kind::{ELEMENTS, FORM},
    plan::{self, EXEMPT, LATER, Plan, TOGETHER},
    settings::Obligation,
};

/// What the document machine asks.
pub(super) struct Demanded;

/// An interpretation of a policy, in whatever state.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Companion {
    pub(super) document_id: DocumentId,
    pub(super) organ: OrganCode,
    pub(super) title: String,
    pub(super) state: String,
}

impl Companion {
    /// It is public, or becomes public without anybody doing more.
    pub(super) fn is_ready(&self) -> bool {
        matches!(self.state.as_str(), "scheduled" | "published")
    }
}

/// Stands for the title of what another organ is still writing.
const OF_OTHERS: &str = "其他机关起草的解读";

/// The interpretations of a policy by their newest editions, the furthest first; withdrawn ones are none.
///
/// # Errors
/// When the database fails.
async fn companions(executor: impl store::Executor<'_>, policy: &DocumentId) -> store::Result<Vec<Companion>> {
    let sql = "SELECT e.document_id, d.organ, CASE WHEN d.current_edition <> '' OR d.organ = p.organ THEN e.title ELSE $3 END AS title, \
               CASE WHEN d.current_edition <> '' THEN 'published' ELSE e.state END AS state \
               FROM relation r JOIN document d ON d.id = r.from_document JOIN document p ON p.id = r.to_document \
               JOIN edition e ON e.document_id = d.id AND e.head = 1 \
               WHERE r.to_document = $1 AND r.kind = $2 AND e.binned_at = '' \
               AND (d.current_edition <> '' OR e.state <> 'withdrawn') ORDER BY e.document_id";
    let mut found: Vec<Companion> =
        query_as(sql).bind(policy).bind(INTERPRETS.key).bind(OF_OTHERS).fetch_all(executor).await?;
    let place = |one: &Companion| match one.state.as_str() {
        "published" => 0,
        "scheduled" => 1,
        "in_review" => 2,
        _ => 3,
    };
    found.sort_by_key(place);
    Ok(found)
}

/// Whether the document owes an interpretation before it is first public.
pub(super) fn owes(ctx: &Ctx, whole: &Whole) -> bool {
    let document = &whole.document;
    !document.was_public() && ctx.settings::<Obligation>().holds(&document.kind, &document.column, &whole.values)
}

fn need(policy: &DocumentId, missing: bool, words: String) -> Need {
    Need { what: "政策解读", words, href: format!("/interpretations/{policy}"), field: Need::LIST, missing }
}

/// How an arrangement stands before the step, in words, and whether the step must wait for it. `latest` is the last day on which the
/// interpretation is in time, if the policy becomes public today.
pub(super) fn judged(
    plan: Option<&Plan>,
    companions: &[Companion],
    step: Step,
    latest: Option<Date>,
) -> (bool, String) {
    let ready = companions.iter().any(Companion::is_ready);
    let first = companions.first();
    let named = |one: &Companion| format!("《{}》（{}）", rows::shown_title(&one.title), state::label(&one.state));
    match plan {
        Some(plan) if plan.exempted() => (
            false,
            format!("不作解读。{}申请，理由：{}；{}同意。", plan.asked_name, plan.reason, plan.decided_name),
        ),
        _ if ready => (false, format!("已配解读{}。", first.map(named).unwrap_or_default())),
        Some(plan) if plan.mode == EXEMPT && plan.undecided() => {
            (true, format!("{}申请不作解读（理由：{}），还没有人决定，请县政府办决定。", plan.asked_name, plan.reason))
        }
        Some(plan) if plan.mode == EXEMPT => {
            (true, format!("{}没有同意不作解读：{}。请改为和文件一起公开，或者另定日期。", plan.decided_name, plan.answer))
        }
        Some(plan) if plan.mode == LATER => {
            let late = plan.day().zip(latest).is_some_and(|(day, latest)| day > latest);
            let words = format!("安排在 {} 前发布解读，理由：{}。", plan.due_on, plan.reason);
            match latest.filter(|_| late) {
                Some(latest) if step == Step::Publish => {
                    (true, format!("{words}今天公开的，解读至迟在 {latest} 发布，请把日期改到这一天以前。"))
                }
                Some(latest) => (
                    false,
                    format!("{words}按今天公开算，解读至迟在 {latest} 发布；到公开那天仍晚于期限的，先改日期才能公开。"),
                ),
                None => (false, words),
            }
        }
        other => match (first, step) {
            (Some(one), Step::Submit) => (false, format!("和文件一起公开的解读{}。", named(one))),
            (Some(one), Step::Publish) => {
                (true, format!("一起公开的解读{}还没有通过审核；通过以后，文件随即公开，不用再办。", named(one)))
            }
            (None, _) if other.is_some_and(|plan| plan.mode == TOGETHER) => {
                (true, "已安排和文件一起公开，还没有起草解读。请先写解读，再提交文件。".to_owned())
            }
            (None, _) => (
                true,
                "这份文件须配政策解读：谁起草谁解读，和文件同步起草、同步送审、同步公开。请先起草解读，或者安排公开后几天内发布；\
                 确实不用解读的，说明理由，由县政府办决定。"
                    .to_owned(),
            ),
        },
    }
}

/// The interpretations of a policy of this organ by those who may interpret it: what anybody else begins to write counts for nothing.
///
/// # Errors
/// When the database fails.
pub(super) async fn rightful(
    ctx: &Ctx,
    executor: impl store::Executor<'_>,
    (policy, organ): (&DocumentId, &OrganCode),
    plan: Option<&Plan>,
) -> store::Result<Vec<Companion>> {
    let mut found = companions(executor, policy).await?;
    found.retain(|one| may_interpret(ctx, &one.organ, organ, plan));
    Ok(found)
}

async fn of_policy(ctx: &Ctx, mut at: Target<'_>, whole: &Whole, step: Step) -> Result<Vec<Need>, Refusal> {
    let id = &whole.document.id;
    if !owes(ctx, whole) || import::is_as_it_came(at.again(), id).await? {
        return Ok(Vec::new());
    }
    let plan = plan::of(at.again(), id).await?;
    let companions = rightful(ctx, at.again(), (id, &whole.document.organ), plan.as_ref()).await?;
    let latest = super::owed::due(ctx, &ctx.today().to_string());
    let (missing, words) = judged(plan.as_ref(), &companions, step, latest);
    Ok(vec![need(id, missing, words)])
}

/// Whether this organ may interpret what that one issued: who drafted it, who was named, the competent department.
fn may_interpret(ctx: &Ctx, own: &OrganCode, theirs: &OrganCode, plan: Option<&Plan>) -> bool {
    let (directory, today) = (ctx.directory(), ctx.today());
    let now = |organ: &OrganCode| directory.stands_for(organ, today);
    let own = now(own);
    own == now(theirs)
        || own == now(&ctx.office_organ())
        || plan.is_some_and(|plan| !plan.organ.as_str().is_empty() && own == now(&plan.organ))
}

async fn of_interpretation(ctx: &Ctx, mut at: Target<'_>, whole: &Whole, step: Step) -> Result<Vec<Need>, Refusal> {
    let mut all = Vec::new();
    if whole.document.was_public() {
        return Ok(all);
    }
    let Some(to) = whole.related(INTERPRETS.key) else { return Ok(all) };
    let Some(policy) = rows::document(at.again(), to).await? else { return Ok(all) };
    if policy.was_public() && policy.public().is_none() {
        let words = "所解读的文件已经撤回，不能再公开对它的解读。请收回修改，或者删除这份稿件。".to_owned();
        all.push(Need { href: format!("/documents/{to}"), ..need(to, true, words) });
    }
    let plan = plan::of(at.again(), to).await?;
    if !may_interpret(ctx, &whole.document.organ, &policy.organ, plan.as_ref()) {
        let directory = ctx.directory();
        let name = directory.short_name(&policy.organ);
        let words =
            format!("这份文件由{name}制定，谁起草谁解读。请由{name}解读；委托本机关的，请{name}在解读安排里写明。");
        all.push(Need { what: "解读单位", href: String::new(), field: INTERPRETS.key, ..need(to, true, words) });
    }
    if step == Step::Submit {
        all.extend(elements(ctx, at, whole, to).await?);
        all.extend(media(whole));
    }
    Ok(all)
}

/// The elements that it must hold, unless another public interpretation of the policy holds them or it is said why.
async fn demanded(
    ctx: &Ctx,
    at: Target<'_>,
    whole: &Whole,
    policy: &DocumentId,
) -> Result<Vec<&'static document::Facet>, Refusal> {
    if whole.values.has(&EXPLAINED) {
        return Ok(Vec::new());
    }
    let sql = "SELECT COUNT(*) FROM relation r JOIN document d ON d.id = r.from_document \
               WHERE r.to_document = $1 AND r.kind = $2 AND d.current_edition <> '' AND d.id <> $3";
    let others: i64 =
        query_scalar(sql).bind(policy).bind(INTERPRETS.key).bind(&whole.document.id).fetch_one(at).await?;
    if others > 0 {
        return Ok(Vec::new());
    }
    let settings = ctx.settings::<Obligation>();
    let wanted = |facet: &document::Facet| settings.elements.iter().any(|key| key == facet.key);
    Ok(ELEMENTS.iter().copied().filter(|facet| wanted(facet)).collect())
}

/// Elements that are not written.
async fn elements(ctx: &Ctx, at: Target<'_>, whole: &Whole, policy: &DocumentId) -> Result<Vec<Need>, Refusal> {
    let lacking = demanded(ctx, at, whole, policy).await?.into_iter().filter(|facet| !whole.values.has(facet));
    let need = |facet: &'static document::Facet| Need {
        what: "解读要素",
        words: format!("请填写{}；这份文件确实没有这一项的，写“无”，或者在“特殊情况说明”里写明。", facet.label),
        href: String::new(),
        field: facet.key,
        missing: true,
    };
    Ok(lacking.map(need).collect())
}

/// A recording that is not there, a comic without pictures.
fn media(whole: &Whole) -> Option<Need> {
    let heard = |media_type: &str| media_type.starts_with("audio/") || media_type.starts_with("video/");
    let linked = whole.text.body_html.contains("href=");
    let lacks = match whole.values.get(&FORM) {
        // A recording may lie with the county's media centre; then the text leads there.
        "audio" | "video" | "animation" if !linked && !whole.attachments().any(|file| heard(&file.media_type)) => {
            "请上传音频、视频作为附件，或者在正文里写明它的链接。"
        }
        "comic" if whole.pictures().next().is_none() => {
            "请在正文里放入漫画图片，每张写替代文字：看不到图的人也能知道画了什么、说了什么。"
        }
        _ => return None,
    };
    Some(Need { what: "解读形式", words: lacks.to_owned(), href: String::new(), field: FORM.key, missing: true })
}

impl Needs for Demanded {
    fn of<'a>(
        &'a self,
        ctx: &'a Ctx,
        at: Target<'a>,
        whole: &'a Whole,
        step: Step,
    ) -> BoxFuture<'a, Result<Vec<Need>, Refusal>> {
        Box::pin(async move {
            if whole.document.kind == INTERPRETATION.key {
                return of_interpretation(ctx, at, whole, step).await;
            }
            of_policy(ctx, at, whole, step).await
        })
    }

    fn fields<'a>(
        &'a self,
        ctx: &'a Ctx,
        at: Target<'a>,
        whole: &'a Whole,
    ) -> BoxFuture<'a, Result<Vec<&'static str>, Refusal>> {
        Box::pin(async move {
            let policy = whole.related(INTERPRETS.key).filter(|_| !whole.document.was_public());
            match policy.filter(|_| whole.document.kind == INTERPRETATION.key) {
                Some(policy) => {
                    Ok(demanded(ctx, at, whole, policy).await?.into_iter().map(|facet| facet.key).collect())
                }
                None => Ok(Vec::new()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn companion(state: &str) -> Companion {
        Companion {
            document_id: DocumentId::from("i"),
            organ: OrganCode::default(),
            title: "解读".to_owned(),
            state: state.to_owned(),
        }
    }

    fn plan(mode: &str, decision: &str, due_on: &str) -> Plan {
        Plan {
            mode: mode.to_owned(),
            decision: decision.to_owned(),
            due_on: due_on.to_owned(),
            reason: "内部分工".to_owned(),
            ..Plan::default()
        }
    }

    #[test]
    fn a_policy_waits_for_what_was_arranged_and_for_nothing_else() {
        let latest = Some(jiff::civil::date(2026, 3, 5));
        let waits =
            |plan: Option<Plan>, companions: &[Companion], step| judged(plan.as_ref(), companions, step, latest).0;
        for step in [Step::Submit, Step::Publish] {
            assert!(waits(None, &[], step));
            assert!(waits(Some(plan(TOGETHER, "", "")), &[], step));
            assert!(waits(Some(plan(EXEMPT, "", "")), &[], step));
            assert!(waits(Some(plan(EXEMPT, "refused", "")), &[companion("draft")], step));
            assert!(!waits(Some(plan(EXEMPT, "agreed", "")), &[], step));
            assert!(!waits(Some(plan(LATER, "", "2026-03-05")), &[], step));
            assert!(!waits(None, &[companion("scheduled")], step));
            assert!(!waits(Some(plan(EXEMPT, "refused", "")), &[companion("published")], step));
        }
        assert!(!waits(None, &[companion("draft")], Step::Submit));
        assert!(waits(None, &[companion("in_review")], Step::Publish));
        // Until the day comes out nobody knows whether it is soon enough.
        assert!(!waits(Some(plan(LATER, "", "2026-03-06")), &[], Step::Submit));
        assert!(waits(Some(plan(LATER, "", "2026-03-06")), &[], Step::Publish));
        let told = |due_on: &str| judged(Some(&plan(LATER, "", due_on)), &[], Step::Submit, latest).1;
        assert!(told("2026-03-06").contains("至迟在 2026-03-05 发布") && !told("2026-03-05").contains("至迟"));
    }
}
