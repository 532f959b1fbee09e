//! How the interpretation of a policy is arranged (解读方案): together with it, by a day soon after, or not at all. Written while the
//! policy is written; its reviewers read it. That nothing is interpreted is agreed to by somebody who neither asked nor wrote.

use document::rows::{self, DocumentRow};
use jiff::civil::Date;
use kernel::{
    Actor, NewEvent, OrganCode, Staff,
    id::{AccountId, DocumentId},
    may_for, time,
};
use serde_json::json;
use store::{Executor, FromRow, Sealed, Tx, query, query_as};
use web::{FormErrors, Refusal, Result};

use super::{AGREE_EXEMPTION, ANSWERED, ARRANGED, INTERPRETATION, SUBJECT, kind::FORMS};

/// Together with the policy.
pub(super) const TOGETHER: &str = "together";
/// By a day after the policy is public.
pub(super) const LATER: &str = "later";
/// Not at all.
pub(super) const EXEMPT: &str = "exempt";

/// Codes and names of the three ways.
pub(super) const MODES: [(&str, &str); 3] =
    [(TOGETHER, "和文件一起公开"), (LATER, "文件公开后另行发布"), (EXEMPT, "不作解读")];

/// An arrangement as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromRow)]
pub(super) struct Plan {
    pub(super) document_id: DocumentId,
    pub(super) version: i64,
    pub(super) mode: String,
    pub(super) due_on: String,
    pub(super) organ: OrganCode,
    pub(super) leader: String,
    pub(super) forms: String,
    pub(super) reason: String,
    pub(super) asked_by: AccountId,
    pub(super) asked_name: String,
    pub(super) asked_at: String,
    pub(super) decision: String,
    pub(super) decided_by: AccountId,
    pub(super) decided_name: String,
    pub(super) decided_at: String,
    pub(super) answer: String,
}

impl Plan {
    /// Nothing is interpreted, and another person has agreed.
    pub(super) fn exempted(&self) -> bool {
        self.mode == EXEMPT && self.decision == "agreed"
    }

    /// Somebody must still decide.
    pub(super) fn undecided(&self) -> bool {
        self.mode == EXEMPT && self.decision.is_empty()
    }

    /// The day until which it is out, where one was set.
    pub(super) fn day(&self) -> Option<Date> {
        time::parse_date(&self.due_on).filter(|_| self.mode == LATER)
    }

    /// Names of the planned forms.
    pub(super) fn form_words(&self) -> String {
        let named = |code: &str| FORMS.iter().find(|(known, _)| *known == code).map(|(_, label)| *label);
        self.forms.split(' ').filter_map(named).collect::<Vec<_>>().join("、")
    }
}

/// What is typed into the form.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    pub(super) mode: String,
    pub(super) due_on: String,
    pub(super) organ: String,
    pub(super) leader: String,
    pub(super) forms: Vec<String>,
    pub(super) reason: String,
    pub(super) answer: String,
    pub(super) decision: String,
    pub(super) version: i64,
    pub(super) once: String,
}

impl Typed {
    /// The form as it was filled in before.
    pub(super) fn of(plan: &Plan) -> Self {
        Self {
            mode: plan.mode.clone(),
            due_on: plan.due_on.clone(),
            organ: plan.organ.to_string(),
            leader: plan.leader.clone(),
            forms: plan.forms.split(' ').filter(|code| !code.is_empty()).map(str::to_owned).collect(),
            // The reason of an exemption that was refused is none for anything else.
            reason: if plan.decision == "refused" { String::new() } else { plan.reason.clone() },
            version: plan.version,
            ..Self::default()
        }
    }

    /// What is wrong with it. `latest`: the last day on which it is in time, once the policy is public.
    fn faults(&self, today: Date, latest: Option<Date>) -> FormErrors {
        let mut errors = FormErrors::new();
        let known = MODES.iter().any(|(code, _)| *code == self.mode);
        errors.require(known, "mode", "请选择怎样安排解读，例如“和文件一起公开”。");
        if self.mode == LATER {
            match time::parse_date(&self.due_on) {
                None => errors.add("due_on", "请填写发布解读的日期，例如 2026-03-05。"),
                Some(day) if day < today => errors.add("due_on", "发布解读的日期已经过去，请填写将来的日期。"),
                Some(day) if latest.is_some_and(|latest| day > latest && latest >= today) => {
                    let latest = latest.map(|latest| latest.to_string()).unwrap_or_default();
                    errors
                        .add("due_on", format!("文件已经公开，解读至迟在 {latest} 发布，请填写这一天或者以前的日期。"));
                }
                Some(_) => {}
            }
        }
        let why = self.mode == TOGETHER || self.reason.trim().chars().count() >= 5;
        errors.require(why, "reason", "请写明理由，至少 5 个字，例如 会议纪要，只涉及本机关内部分工。审核员会看到。");
        errors
    }
}

const COLUMNS: &str = "SELECT document_id, version, mode, due_on, organ, leader, forms, reason, asked_by, asked_name, asked_at, \
     decision, decided_by, decided_name, decided_at, answer FROM interpretation_plan";

/// The arrangement of a policy, if there is one.
///
/// # Errors
/// When the database fails.
pub(super) async fn of(executor: impl Executor<'_>, policy: &DocumentId) -> store::Result<Option<Plan>> {
    // SQL: the columns above and a fixed condition.
    let sql = format!("{COLUMNS} WHERE document_id = $1");
    query_as(store::built(sql)).bind(policy).fetch_optional(executor).await
}

/// Exemptions on which nobody has decided, oldest first.
///
/// # Errors
/// When the database fails.
pub(super) async fn undecided(executor: impl Executor<'_>) -> store::Result<Vec<Plan>> {
    // SQL: the columns above and a fixed condition.
    let sql = format!("{COLUMNS} WHERE mode = 'exempt' AND decision = '' ORDER BY asked_at, document_id LIMIT 100");
    query_as(store::built(sql)).fetch_all(executor).await
}

/// Exemptions that were refused and for which nothing else has been arranged, oldest first.
///
/// # Errors
/// When the database fails.
pub(super) async fn refused(executor: impl Executor<'_>) -> store::Result<Vec<Plan>> {
    // SQL: the columns above and a fixed condition.
    let sql =
        format!("{COLUMNS} WHERE mode = 'exempt' AND decision = 'refused' ORDER BY decided_at, document_id LIMIT 200");
    query_as(store::built(sql)).fetch_all(executor).await
}

/// What the log seals: nobody exempts past the program.
pub(super) fn sealed() -> Sealed {
    Sealed::each(
        SUBJECT,
        "政策解读安排",
        "SELECT document_id AS id FROM interpretation_plan",
        "SELECT document_id FROM interpretation_plan WHERE document_id = $1",
    )
    .part(
        "plan/1",
        "怎样安排解读、谁同意不作解读",
        "SELECT document_id, mode, due_on, organ, leader, forms, reason, asked_by, asked_name, asked_at, decision, \
         decided_by, decided_name, decided_at, answer FROM interpretation_plan WHERE document_id = $1",
    )
}

/// Sets how the policy is interpreted; a decision on an earlier exemption falls with it. `latest`: the last day on which the
/// interpretation is in time, once the policy is public.
///
/// # Errors
/// [`Refusal::Fields`] with what must be corrected; [`Refusal::Conflict`] when it was changed meanwhile, or the policy is public.
pub(super) async fn arrange(
    tx: &mut Tx,
    actor: &Actor,
    (policy, latest): (&DocumentRow, Option<Date>),
    typed: &Typed,
) -> Result<(), Refusal> {
    may_for(actor, INTERPRETATION.write, policy.keeper())?;
    let Actor::Staff(staff) = actor else { return Err(Refusal::NotFound) };
    if policy.was_public() && policy.public().is_none() {
        return Err(Refusal::Conflict("这份文件已经撤回，不需要解读。重新公开的，随新的一版安排。".into()));
    }
    let before = of(tx.conn(), &policy.id).await?;
    if before.as_ref().map_or(0, |plan| plan.version) != typed.version {
        return Err(Refusal::Conflict("您打开之后，解读安排已经改过，请核对现在的安排后再办理。".into()));
    }
    let errors = typed.faults(time::date_in_china(tx.seams().now()), latest);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let forms: Vec<&str> = typed.forms.iter().map(String::as_str).collect();
    let forms: Vec<&str> = FORMS.iter().map(|(code, _)| *code).filter(|code| forms.contains(code)).collect();
    let due_on = time::parse_date(&typed.due_on).filter(|_| typed.mode == LATER).map(|day| day.to_string());
    let plan = Plan {
        document_id: policy.id.clone(),
        version: typed.version + 1,
        mode: typed.mode.clone(),
        due_on: due_on.unwrap_or_default(),
        organ: OrganCode::from(typed.organ.trim()),
        leader: document::values::line(&typed.leader, 60),
        forms: forms.join(" "),
        // Nothing is asked for that would have a reason.
        reason: if typed.mode == TOGETHER { String::new() } else { document::values::lines(&typed.reason, 500) },
        asked_by: staff.account.clone(),
        asked_name: staff.name.clone(),
        asked_at: tx.now(),
        ..Plan::default()
    };
    put(tx, &plan).await?;
    let data = json!({
        "mode": plan.mode, "due_on": plan.due_on, "organ": plan.organ, "forms": plan.forms, "leader": plan.leader,
        "reason": plan.reason,
    });
    tx.append(NewEvent::new(&ARRANGED, &policy.id, actor).organ(policy.keeper()).data(data)).await?;
    Ok(())
}

async fn put(tx: &mut Tx, plan: &Plan) -> Result<(), Refusal> {
    query("DELETE FROM interpretation_plan WHERE document_id = $1").bind(&plan.document_id).execute(tx.conn()).await?;
    query(
        "INSERT INTO interpretation_plan (document_id, version, mode, due_on, organ, leader, forms, reason, asked_by, asked_name, \
         asked_at, decision, decided_by, decided_name, decided_at, answer) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(&plan.document_id)
    .bind(plan.version)
    .bind_all([&plan.mode, &plan.due_on])
    .bind(&plan.organ)
    .bind_all([&plan.leader, &plan.forms, &plan.reason])
    .bind(&plan.asked_by)
    .bind_all([&plan.asked_name, &plan.asked_at, &plan.decision])
    .bind(&plan.decided_by)
    .bind_all([&plan.decided_name, &plan.decided_at, &plan.answer])
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Decides on an exemption.
///
/// # Errors
/// [`Refusal::Conflict`] when nothing waits for a decision, or the person asked for it or wrote the policy; [`Refusal::Fields`]
/// without a reason for a refusal.
pub(super) async fn decide(tx: &mut Tx, staff: &Staff, policy: &DocumentRow, typed: &Typed) -> Result<(), Refusal> {
    let actor = Actor::Staff(staff.clone());
    may_for(&actor, &AGREE_EXEMPTION, policy.keeper())?;
    let Some(plan) = of(tx.conn(), &policy.id).await?.filter(Plan::undecided) else {
        return Err(Refusal::Conflict("没有等待决定的“不作解读”申请，可能已经有人办理。".into()));
    };
    if plan.version != typed.version {
        return Err(Refusal::Conflict("您打开之后，申请已经改过，请核对后再决定。".into()));
    }
    let mut wrote = plan.asked_by == staff.account;
    for edition in rows::editions(tx.conn(), &policy.id).await? {
        wrote |= rows::authors(tx.conn(), &edition.id).await?.contains(&staff.account);
    }
    if wrote {
        return Err(Refusal::Conflict("您申请了不作解读或者参与了撰写，请由另一位人员决定。".into()));
    }
    let agreed = typed.decision == "agreed";
    let answer = document::values::lines(&typed.answer, 500);
    if !agreed && answer.chars().count() < 5 {
        return Err(Refusal::field("answer", "请写明为什么不同意，至少 5 个字，例如 涉及群众补贴标准，应当解读。"));
    }
    let decision = if agreed { "agreed" } else { "refused" };
    let next = Plan {
        version: plan.version + 1,
        decision: decision.to_owned(),
        decided_by: staff.account.clone(),
        decided_name: staff.name.clone(),
        decided_at: tx.now(),
        answer,
        ..plan
    };
    put(tx, &next).await?;
    let data = json!({ "decision": decision, "answer": next.answer });
    tx.append(NewEvent::new(&ANSWERED, &policy.id, &actor).organ(policy.keeper()).data(data)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_leaves_something_out_says_why() {
        let today = jiff::civil::date(2026, 3, 2);
        let typed = |mode: &str, due_on: &str, reason: &str| Typed {
            mode: mode.to_owned(),
            due_on: due_on.to_owned(),
            reason: reason.to_owned(),
            ..Typed::default()
        };
        let faults =
            |typed: Typed| typed.faults(today, None).items().iter().map(|(field, _)| field.clone()).collect::<Vec<_>>();
        assert_eq!(faults(typed(TOGETHER, "", "")), [""; 0]);
        assert_eq!(faults(typed(LATER, "2026-03-04", "等待配套表格印制")), [""; 0]);
        assert_eq!(faults(typed(LATER, "2026-03-01", "等待配套表格印制")), ["due_on"]);
        assert_eq!(faults(typed(LATER, "", "")), ["due_on", "reason"]);
        assert_eq!(faults(typed(EXEMPT, "", "不用")), ["reason"]);
        assert_eq!(faults(typed("", "", "")), ["mode", "reason"]);
        let latest = |day| Some(jiff::civil::date(2026, 3, day));
        let public = |due_on: &str, day| typed(LATER, due_on, "等待配套表格印制").faults(today, latest(day)).is_empty();
        assert!(public("2026-03-05", 5) && !public("2026-03-06", 5));
        // What is late already may still be set a day.
        assert!(public("2026-03-06", 1));
    }
}
