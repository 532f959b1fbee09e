//! What is done with a batch: submitted, taken back, given up; decided on at its gates. The rules are the machine's
//! and the review's.

use axum::{
    extract::{Path, State},
    response::Response,
};
use kernel::{Permission, id::AccountId, may_for};
use record::{
    BatchId, batch, gates,
    permissions::{ENTER_RECORDS, READ_BATCHES},
};
use review::{
    Outcome, Word,
    acts::{self, Verdict},
    findings,
    permissions::{BYPASS_GATES, OVERRIDE_FINDING, REVIEW_EXCEPTIONS},
};
use store::Tx;
use web::{Ctx, Desk, Done, Error, Form, FormErrors, Refusal, Result, act_in_place};

use super::{
    list::Pairs,
    paper::{self, Asked, Typed},
};

/// Questions of a stage that are read from a form.
const MOST: usize = 50;

/// What the buttons send.
#[derive(Debug, Clone, Default)]
struct Sent {
    version: i64,
    once: String,
    reason: String,
    opinion: String,
    rule: String,
    digest: String,
    verdict: String,
    /// In whose name; `None` = the page did not ask.
    in_name_of: Option<AccountId>,
    ticked: Vec<usize>,
}

impl From<Pairs> for Sent {
    fn from(pairs: Pairs) -> Self {
        let mut sent = Self::default();
        for (key, value) in pairs {
            match key.as_str() {
                "version" => sent.version = value.trim().parse().unwrap_or_default(),
                "once" => sent.once = value,
                // One page has several reasons; each form sends one.
                "reason" | "b-reason" | "n-reason" => sent.reason = value,
                "opinion" => sent.opinion = value,
                "rule" => sent.rule = value,
                "digest" => sent.digest = value,
                "verdict" => sent.verdict = value,
                "in_name_of" => sent.in_name_of = Some(AccountId::from(value)),
                other => {
                    let place = other.strip_prefix("tick").filter(|_| value == "1");
                    let place = place.and_then(|place| place.parse::<usize>().ok()).filter(|place| *place < MOST);
                    sent.ticked.extend(place);
                }
            }
        }
        sent
    }
}

impl Sent {
    fn word<'a>(&'a self, text: &'a str) -> Word<'a> {
        Word { text, ticked: &self.ticked, in_name_of: self.in_name_of.as_ref(), ..Word::default() }
    }

    fn typed(&self) -> Typed {
        Typed {
            opinion: self.opinion.clone(),
            reason: self.reason.clone(),
            ticked: self.ticked.clone(),
            in_name_of: self.in_name_of.clone(),
            ground: (String::new(), String::new()),
        }
    }
}

fn page(id: &BatchId) -> String {
    format!("/records/batches/{id}")
}

/// Does one act on a batch; the page again with what was typed, where a rule refuses it.
async fn done<F>(ctx: &Ctx, desk: &Desk, (id, sent): (&BatchId, &Sent), change: F) -> Result<Response>
where
    F: AsyncFnOnce(&mut Tx) -> Result<Done, Refusal>,
{
    let again =
        async |errors: FormErrors| paper::shown(ctx, desk, (id, &Asked::default()), (errors, sent.typed())).await;
    act_in_place(ctx, &sent.once, change, again).await
}

/// What is found in a batch must be known before it is decided on. Nothing is looked at for who may not decide.
async fn look(ctx: &Ctx, desk: &Desk, id: &BatchId, permission: &Permission) -> Result<()> {
    let batch = paper::found(ctx, desk, id).await?;
    may_for(&desk.actor(), permission, &ctx.directory().stands_for(&batch.organ, ctx.today()))?;
    match gates::look_through(ctx, id).await {
        Ok(()) => Ok(()),
        Err(Refusal::Conflict(why)) => Err(Error::Conflict(why)),
        Err(other) => Err(other.into()),
    }
}

/// `POST /records/batches/{batch}/submit`
pub(super) async fn submit(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<BatchId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let sent = Sent::from(pairs);
    look(&ctx, &desk, &id, &ENTER_RECORDS).await?;
    // The checks of all rows are worked out before the write, which asks them again and finds them known.
    if let Err(Refusal::Conflict(why)) = gates::breaches(&ctx, &paper::found(&ctx, &desk, &id).await?).await {
        return Err(Error::Conflict(why));
    }
    done(&ctx, &desk, (&id, &sent), async |tx: &mut Tx| {
        gates::submit(&ctx, tx, &desk.actor(), (&id, sent.version)).await?;
        Ok(Done::ok(page(&id), "已提交审核。通过全部关口后整批公开。"))
    })
    .await
}

/// `POST /records/batches/{batch}/recall`
pub(super) async fn recall(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<BatchId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let sent = Sent::from(pairs);
    done(&ctx, &desk, (&id, &sent), async |tx: &mut Tx| {
        gates::recall(&ctx, tx, &desk.actor(), (&id, sent.version)).await?;
        Ok(Done::ok(page(&id), "已收回，可以继续修改。"))
    })
    .await
}

/// `POST /records/batches/{batch}/drop`
pub(super) async fn drop_it(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<BatchId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let sent = Sent::from(pairs);
    done(&ctx, &desk, (&id, &sent), async |tx: &mut Tx| {
        batch::drop_it(&ctx, tx, &desk.actor(), (&id, sent.version)).await?;
        Ok(Done::ok("/records/batches", "已作废，记录已删去。"))
    })
    .await
}

/// `POST /records/batches/{batch}/claim`
pub(super) async fn claim(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<BatchId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let sent = Sent::from(pairs);
    // Whose it is not learns nothing of how it stands.
    paper::found(&ctx, &desk, &id).await?;
    done(&ctx, &desk, (&id, &sent), async |tx: &mut Tx| {
        gates::claim(&ctx, tx, &desk.actor(), (&id, sent.version)).await?;
        Ok(Done::ok(page(&id), "已领取，两小时内他人不能办理。"))
    })
    .await
}

/// `POST /records/batches/{batch}/release`
pub(super) async fn release(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<BatchId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let sent = Sent::from(pairs);
    // Whose it is not learns nothing of how it stands.
    paper::found(&ctx, &desk, &id).await?;
    done(&ctx, &desk, (&id, &sent), async |tx: &mut Tx| {
        gates::release(&ctx, tx, &desk.actor(), (&id, sent.version)).await?;
        Ok(Done::ok(page(&id), "已放回，其他审核员可以领取。"))
    })
    .await
}

/// What passing led to, in a sentence.
fn passed(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Second(stage) => format!("已通过，{}还需另一位审核员通过。", stage.label),
        Outcome::Next(stage) => format!("已通过，进入{}。", stage.label),
        Outcome::Passed => "已通过最后一关，这一批向全社会公开。记录很多的，公开需要几分钟。".to_owned(),
    }
}

/// `POST /records/batches/{batch}/pass`
pub(super) async fn pass(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<BatchId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let sent = Sent::from(pairs);
    look(&ctx, &desk, &id, &READ_BATCHES).await?;
    done(&ctx, &desk, (&id, &sent), async |tx: &mut Tx| {
        if !sent.reason.trim().is_empty() {
            let text = "已经写了退回理由。要退回的，请按“退回”；要通过的，请先删去退回理由，有意见写在“审核意见”里。";
            return Err(Refusal::field("reason", text));
        }
        let word = sent.word(&sent.opinion);
        let outcome = gates::pass(&ctx, tx, &desk.actor(), (&id, sent.version), word).await?;
        Ok(Done::ok(page(&id), passed(&outcome)))
    })
    .await
}

/// `POST /records/batches/{batch}/return`
pub(super) async fn send_back(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<BatchId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let sent = Sent::from(pairs);
    // Nothing that was written is lost: what stands beside the reason goes with it.
    let (reason, opinion) = (sent.reason.trim(), sent.opinion.trim());
    let both = match (reason.is_empty(), opinion.is_empty()) {
        (false, false) => format!("{reason}\n审核意见：{opinion}"),
        _ => reason.to_owned(),
    };
    // Whose it is not learns nothing of how it stands.
    paper::found(&ctx, &desk, &id).await?;
    done(&ctx, &desk, (&id, &sent), async |tx: &mut Tx| {
        gates::send_back(&ctx, tx, &desk.actor(), (&id, sent.version), sent.word(&both)).await?;
        Ok(Done::ok(page(&id), "已退回，录入人会看到理由。"))
    })
    .await
}

/// `POST /records/batches/{batch}/findings`: 说明理由后放行 one finding.
pub(super) async fn let_through(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<BatchId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let sent = Sent::from(pairs);
    look(&ctx, &desk, &id, &OVERRIDE_FINDING).await?;
    let change = async |tx: &mut Tx| {
        let (subject, matter) = gates::subject(&ctx, tx, &id).await?;
        may_for(&desk.actor(), &OVERRIDE_FINDING, &matter.keeper)?;
        same(tx, &id, sent.version).await?;
        let finding = (sent.rule.as_str(), sent.digest.as_str());
        findings::let_through(tx, &subject, &desk.actor(), &matter, finding, &sent.reason).await?;
        Ok::<_, Refusal>(Done::ok(page(&id), "已放行这一处，所写的记入留痕。"))
    };
    let again = async |errors: FormErrors| {
        let typed = Typed { ground: (sent.digest.clone(), sent.reason.clone()), ..Typed::default() };
        let errors = errors.at("reason", &format!("l-{}", sent.digest));
        paper::shown(&ctx, &desk, (&id, &Asked::default()), (errors, typed)).await
    };
    act_in_place(&ctx, &sent.once, change, again).await
}

/// Refuses what was decided before a page that is not the batch's any more.
async fn same(tx: &mut Tx, id: &BatchId, version: i64) -> Result<(), Refusal> {
    let batch = batch::find(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    if batch.version == version {
        return Ok(());
    }
    Err(Refusal::Conflict("这批数据在您打开之后有了变化。您的操作没有执行。请看过现在的情况再办理。".into()))
}

/// `POST /records/batches/{batch}/bypass`: 紧急公开.
pub(super) async fn except(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<BatchId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let sent = Sent::from(pairs);
    look(&ctx, &desk, &id, &BYPASS_GATES).await?;
    let change = async |tx: &mut Tx| {
        let (_, matter) = gates::subject(&ctx, tx, &id).await?;
        may_for(&desk.actor(), &BYPASS_GATES, &matter.keeper)?;
        gates::except(&ctx, tx, &desk.actor(), (&id, sent.version), &sent.reason).await?;
        Ok::<_, Refusal>(Done::ok(page(&id), "已紧急公开，列入复核清单，由另一位人员复核。"))
    };
    let again = async |errors: FormErrors| {
        let errors = errors.at("reason", "b-reason");
        paper::shown(&ctx, &desk, (&id, &Asked::default()), (errors, Typed::default())).await
    };
    act_in_place(&ctx, &sent.once, change, again).await
}

/// `POST /records/batches/{batch}/bypass-review`: the review after 紧急公开, by another person.
pub(super) async fn review_exception(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<BatchId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let sent = Sent::from(pairs);
    let verdict = if sent.verdict == "against" { Verdict::Disagrees } else { Verdict::Agrees };
    let change = async |tx: &mut Tx| {
        let (subject, matter) = gates::subject(&ctx, tx, &id).await?;
        may_for(&desk.actor(), &REVIEW_EXCEPTIONS, &matter.keeper)?;
        acts::review_exception(tx, &subject, &desk.actor(), &matter, (verdict, &sent.reason)).await?;
        let text = match verdict {
            Verdict::Agrees => "复核意见已记录。",
            Verdict::Disagrees => "已记录不同意。公众仍能看到这一批：有误的请逐条办理更正或者撤下。",
        };
        Ok::<_, Refusal>(Done::ok(page(&id), text))
    };
    let again = async |errors: FormErrors| {
        let errors = errors.at("reason", "n-reason");
        paper::shown(&ctx, &desk, (&id, &Asked::default()), (errors, Typed::default())).await
    };
    act_in_place(&ctx, &sent.once, change, again).await
}
