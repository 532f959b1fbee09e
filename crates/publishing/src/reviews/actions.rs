//! Decisions at the gates. Which gate is at stake is known only from the round in which an edition stands, so its roles are
//! asked inside; the routes themselves ask for the permission to see documents.

use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{permissions::WITHDRAW_DOCUMENTS, rows};
use kernel::{
    id::{AccountId, EditionId},
    may_for,
};
use review::{Word, acts::Verdict, permissions::OVERRIDE_FINDING};
use store::Tx;
use web::{Ctx, Desk, Done, Form, FormErrors, Redirect, Refusal, Result, act_in_place};

use super::{
    decision::{self, By, Seen, Ticks},
    one::Typed,
    strip,
};
use crate::editions::{checks, deciding};

/// What the buttons send.
#[derive(Debug, Clone, Default)]
pub(super) struct Decision {
    version: i64,
    once: String,
    reason: String,
    opinion: String,
    rule: String,
    digest: String,
    /// Of the review of an emergency publication: `against`, or it agrees.
    verdict: String,
    /// Code of the gate at which the edition stood when the page was opened.
    gate: String,
    /// In whose name; `None` = the page did not ask.
    in_name_of: Option<AccountId>,
    ticks: Ticks,
}

/// The fields of a form, one after another: how many questions there are the gate says.
type Pairs = Vec<(String, String)>;

impl From<Pairs> for Decision {
    fn from(pairs: Pairs) -> Self {
        let mut decision = Self::default();
        for (key, value) in pairs {
            match key.as_str() {
                "version" => decision.version = value.trim().parse().unwrap_or_default(),
                "once" => decision.once = value,
                "reason" => decision.reason = value,
                "opinion" => decision.opinion = value,
                "rule" => decision.rule = value,
                "digest" => decision.digest = value,
                "verdict" => decision.verdict = value,
                "gate" => decision.gate = value,
                "in_name_of" => decision.in_name_of = Some(AccountId::from(value)),
                key => decision.ticks.take(key, &value),
            }
        }
        decision
    }
}

impl Decision {
    /// What the page showed.
    fn seen(&self) -> Seen<'_> {
        Seen { version: self.version, by: By::Page(&self.gate) }
    }

    /// What is said with it.
    fn word<'a>(&'a self, text: &'a str) -> Word<'a> {
        Word { text, ticked: self.ticks.places(), in_name_of: self.in_name_of.as_ref(), ..Word::default() }
    }
}

/// The page as it is now, with what was typed and why it was not done.
async fn again(ctx: &Ctx, desk: &Desk, id: &EditionId, decision: &Decision, errors: FormErrors) -> Result<Response> {
    let (reason, opinion) = (&decision.reason, &decision.opinion);
    let in_name_of = decision.in_name_of.as_ref();
    let typed = Typed { reason, opinion, ticked: decision.ticks.places(), in_name_of, ..Typed::default() };
    super::one::review_page(ctx, desk, id, errors, typed).await
}

/// Looks through what has not been looked through, before the write.
async fn ensure(ctx: &Ctx, desk: &Desk, id: &EditionId) -> Result<()> {
    let whole = rows::read(ctx.db().read(), &crate::house(ctx), &desk.actor(), id).await?;
    checks::ensure(ctx, &whole).await
}

/// 领取.
pub(super) async fn claim(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let decision = Decision::from(pairs);
    let done = async |tx: &mut Tx| {
        let whole = decision::seen(&ctx, tx, &desk.staff, &id, decision.seen()).await?;
        deciding::claim(&ctx, tx, &desk.actor(), &whole).await?;
        Ok::<_, Refusal>(Done::ok(format!("/reviews/{id}"), "已领取，两小时内他人不能办理。"))
    };
    act_in_place(&ctx, &decision.once, done, async |errors| again(&ctx, &desk, &id, &decision, errors).await).await
}

/// 放回.
pub(super) async fn release(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let decision = Decision::from(pairs);
    let done = async |tx: &mut Tx| {
        let whole = decision::seen(&ctx, tx, &desk.staff, &id, decision.seen()).await?;
        deciding::release(&ctx, tx, &desk.actor(), &whole).await?;
        Ok::<_, Refusal>(Done::ok("/reviews", "已放回，其他审核员可以领取。"))
    };
    act_in_place(&ctx, &decision.once, done, async |errors| again(&ctx, &desk, &id, &decision, errors).await).await
}

/// 通过.
pub(super) async fn approve(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let decision = Decision::from(pairs);
    let anew = decision::looked(&ctx, &desk.staff, &id).await?;
    let next = strip::after(&ctx, &desk, &id).await?;
    let done = async |tx: &mut Tx| {
        let (seen, said) = ((&id, decision.seen()), (decision.word(&decision.opinion), anew.clone()));
        if !decision.reason.trim().is_empty() {
            // What stands in the way of any decision is told first.
            decision::seen(&ctx, tx, &desk.staff, &id, decision.seen()).await?;
            let text = "已经写了退回理由。要退回的，请按“退回”；要通过的，请先删去退回理由，有意见写在“审核意见”里。";
            return Err(Refusal::field("reason", text));
        }
        let (title, what) = decision::pass(&ctx, tx, &desk.staff, seen, said).await?;
        Ok::<_, Refusal>(Done::ok(next.clone(), onward(decision::passed(&title, &what), &next)))
    };
    act_in_place(&ctx, &decision.once, done, async |errors| again(&ctx, &desk, &id, &decision, errors).await).await
}

/// What is said of a decision, where the person is led to the next text.
fn onward(text: String, next: &str) -> String {
    match next {
        "/reviews" => format!("{text}您负责的关口没有别的稿件在等。"),
        _ => format!("{text}下面是等您审核的下一件。"),
    }
}

/// 退回.
pub(super) async fn send_back(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let decision = Decision::from(pairs);
    let next = strip::after(&ctx, &desk, &id).await?;
    let done = async |tx: &mut Tx| {
        // Nothing that was written is lost: what stands beside the reason goes with it.
        let (reason, opinion) = (decision.reason.trim(), decision.opinion.trim());
        let both = match (reason.is_empty(), opinion.is_empty()) {
            (false, false) => format!("{reason}\n审核意见：{opinion}"),
            _ => reason.to_owned(),
        };
        let title = decision::send_back(&ctx, tx, &desk.staff, (&id, decision.seen()), decision.word(&both)).await?;
        Ok::<_, Refusal>(Done::ok(next.clone(), onward(format!("已退回《{title}》，撰写人会看到理由。"), &next)))
    };
    act_in_place(&ctx, &decision.once, done, async |errors| again(&ctx, &desk, &id, &decision, errors).await).await
}

/// 说明理由后放行 one finding.
pub(super) async fn let_through(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let decision = Decision::from(pairs);
    ensure(&ctx, &desk, &id).await?;
    let done = async |tx: &mut Tx| {
        let actor = desk.actor();
        let whole = rows::load(tx, &crate::house(&ctx), &actor, &id).await?;
        may_for(&actor, &OVERRIDE_FINDING, whole.document.keeper())?;
        rows::same_version(&whole.edition, decision.version)?;
        let finding = (decision.rule.as_str(), decision.digest.as_str());
        deciding::let_through(&ctx, tx, &actor, &whole, finding, &decision.reason).await?;
        Ok::<_, Refusal>(Done::ok(format!("/reviews/{id}"), "已放行这一处，所写的记入留痕。"))
    };
    let again = async |errors: FormErrors| {
        let typed = Typed { ground: (&decision.digest, &decision.reason), ..Typed::default() };
        let errors = errors.at("reason", &format!("l-{}", decision.digest));
        super::one::review_page(&ctx, &desk, &id, errors, typed).await
    };
    act_in_place(&ctx, &decision.once, done, again).await
}

/// The review after an emergency publication.
pub(super) async fn review_bypass(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let decision = Decision::from(pairs);
    let house = crate::house(&ctx);
    let verdict = if decision.verdict == "against" { Verdict::Disagrees } else { Verdict::Agrees };
    let done = async |tx: &mut Tx| {
        let whole = rows::load(tx, &house, &desk.actor(), &id).await?;
        let told = deciding::review_bypass(&ctx, tx, &desk.actor(), &whole, (verdict, &decision.reason)).await?;
        let Some(others) = told else { return Ok(Done::ok("/bypasses", "复核意见已记录。")) };
        let warn = |text: String| move |redirect: Redirect| redirect.flash("warn", text);
        // Whoever may take it off does so at once, from its page.
        if may_for(&desk.actor(), &WITHDRAW_DOCUMENTS, whole.document.keeper()).is_ok() {
            let text = "已记录不同意。公众仍能看到这一版：请在下面办理“撤回公开”，或请撰写人更正。";
            return Ok(Done::to(format!("/documents/{}", whole.document.id)).with(warn(text.to_owned())));
        }
        let text = match others.as_str() {
            "" => "已记录不同意。现在没有人可以撤回这一版，请联系县政府办。".to_owned(),
            others => format!("已记录不同意，已告知可以撤回的人员：{others}。撤回或更正之前，公众仍能看到这一版。"),
        };
        Ok(Done::to("/bypasses").with(warn(text)))
    };
    let again = async |errors: FormErrors| {
        let errors = errors.at("reason", &format!("n-{id}"));
        super::pages::bypasses_page(&ctx, &desk, "", errors, (&id, &decision.reason)).await
    };
    act_in_place(&ctx, &decision.once, done, again).await
}
