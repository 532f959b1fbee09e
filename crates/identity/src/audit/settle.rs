//! What came of a finding: somebody says it, or one asks that what cannot be put back be taken as it is and another agrees
//! ([`accept`]).

use axum::{extract::Path, extract::State, response::Response};
use kernel::{NewEvent, id::SubjectRef};
use serde::Deserialize;
use serde_json::json;
use store::{
    Tx,
    log::seals::{ACCEPT_ASKED, ACCEPTED, SETTLED},
    query_scalar,
};
use web::{Ctx, Desk, Done, Form, Refusal, Result, act_in_place};

use super::{
    findings::{self, Asked, Finding},
    verify,
};

/// Longest account of what came of one, in characters.
const REASON: usize = 2000;

/// What came of a finding.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Settled {
    reason: String,
    /// The numbers of the findings in these words that the page showed, with commas; empty = this one.
    shown: String,
    /// `ask`: it cannot be put back, and somebody else is asked to agree that it be taken as it is; `agree`: he does.
    op: String,
    /// The digest of what stands there, as the page showed it.
    now: String,
}

/// POST /audit/findings/{seq}: what came of it, for this finding and those in the same words that the page showed; or that it
/// cannot be put back and is to be taken as it is.
pub(super) async fn settle(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(seq): Path<i64>,
    Form(form): Form<Settled>,
) -> Result<Response> {
    let reason: String = form.reason.trim().chars().take(REASON).collect();
    let known = findings::all_open(&ctx).await?;
    let mut shown: Vec<i64> = form.shown.split(',').filter_map(|one| one.trim().parse().ok()).collect();
    shown.push(seq);
    let asked = findings::asked(&ctx).await?.remove(&seq);
    let field = format!("reason-{seq}");
    let done = async |tx: &mut Tx| {
        let Some(this) = known.iter().find(|one| one.seq == seq) else {
            return Err(Refusal::Conflict("这条不符已经有人处理了，不用再办。".into()));
        };
        if this.is_of(&desk) {
            let text = "这条不符涉及您自己的账号，不能由您自己处理，请另一名审计管理员处理。只有一名审计管理员的，请安全管理员临时授予另一人。";
            return Err(Refusal::Conflict(text.into()));
        }
        if reason.is_empty() && form.op != "agree" {
            let text = "请写明处理情况：查到了什么、谁改的、怎样恢复的。没有写明的，这条不符会一直显示。";
            return Err(Refusal::field(&field, text));
        }
        let reason = match form.op.as_str() {
            "ask" => return ask(&ctx, tx, &desk, this, &reason).await,
            // Before the other events of the write: the last of them seals.
            "agree" => accept(&ctx, tx, &desk, (this, asked), &form.now).await?,
            _ => reason,
        };
        let same = |one: &&Finding| one.words == this.words && (one.seq == seq || shown.contains(&one.seq));
        for one in known.iter().filter(same) {
            // Two people who press the button at once write it once.
            if is_settled(tx, one.seq).await? {
                continue;
            }
            let event = NewEvent::new(&SETTLED, one.seq, &desk.actor()).organ(desk.organ());
            tx.append(event.data(json!({ "reason": reason }))).await?;
        }
        Ok::<_, Refusal>(Done::ok("/audit/verify", "已记下处理情况。".to_owned()))
    };
    act_in_place(&ctx, "", done, async |errors| verify::page(&ctx, &desk, errors, (seq, &form.reason)).await).await
}

async fn is_settled(tx: &mut Tx, seq: i64) -> store::Result<bool> {
    let sql =
        "SELECT seq FROM event WHERE chain = $1 AND subject_kind = 'log' AND subject_id = $2 AND kind = $3 LIMIT 1";
    let chain = tx.chain().to_owned();
    let told: Option<i64> =
        query_scalar(sql).bind(chain).bind(seq.to_string()).bind(SETTLED.name).fetch_optional(tx.conn()).await?;
    Ok(told.is_some())
}

/// What the log says of the subject of a finding and what stands there: digests, of a file its own and what is wrong with it.
/// `None`: it is what the log says by now, or nothing that can be taken as it is.
async fn present(ctx: &Ctx, tx: &mut Tx, finding: &Finding) -> Result<Option<(String, String)>> {
    let Some((kind, id)) = finding.subject.split_once(':').filter(|_| finding.stays) else { return Ok(None) };
    if kind == "file" {
        return Ok(ctx.files().fault(ctx.db(), id).await?.map(|fault| (id.to_owned(), fault)));
    }
    let present = tx.present(&SubjectRef::new(kind, id)).await?;
    Ok(present.filter(|it| it.was != it.now).map(|it| (it.was, it.now)))
}

fn fits() -> Refusal {
    Refusal::Conflict("现在已经与留痕相符，或者不能以现状为准。请刷新页面，直接写明处理情况。".into())
}

/// Somebody asks that what cannot be put back be taken as it is.
async fn ask(ctx: &Ctx, tx: &mut Tx, desk: &Desk, this: &Finding, reason: &str) -> Result<Done, Refusal> {
    let (_, now) = present(ctx, tx, this).await?.ok_or_else(fits)?;
    let event = NewEvent::new(&ACCEPT_ASKED, this.seq, &desk.actor()).organ(desk.organ());
    tx.append(event.data(json!({ "reason": reason, "now": now }))).await?;
    Ok(Done::ok("/audit/verify", "已提出，请另一名审计管理员核对后同意。".to_owned()))
}

/// Somebody else agrees: from this write on what stands there is what the log says. Returns what is written down of it.
async fn accept(
    ctx: &Ctx,
    tx: &mut Tx,
    desk: &Desk,
    (this, asked): (&Finding, Option<Asked>),
    seen: &str,
) -> Result<String, Refusal> {
    let Some(asked) = asked else {
        return Err(Refusal::Conflict("还没有人提出以现状为准，请刷新页面查看。".into()));
    };
    if asked.by == desk.staff.account.as_ref() {
        let text = "您自己提出的，须由另一名审计管理员同意。只有一名审计管理员的，请安全管理员临时授予另一人。";
        return Err(Refusal::Conflict(text.into()));
    }
    let (was, now) = present(ctx, tx, this).await?.ok_or_else(fits)?;
    if now != asked.now || seen != asked.now {
        let text = "提出以后，数据又被改动过，或者又提出了一次。请刷新页面，重新核对；数据变了的，请重新提出。";
        return Err(Refusal::Conflict(text.into()));
    }
    if let Some((kind, id)) = this.subject.split_once(':').filter(|(kind, _)| *kind != "file") {
        tx.accept(&SubjectRef::new(kind, id));
    }
    let data = json!({ "accepted": this.subject, "was": was, "now": now });
    tx.append(NewEvent::new(&ACCEPTED, this.seq, &desk.actor()).organ(desk.organ()).data(data)).await?;
    Ok(format!("无法恢复，以现状为准（{}提出）：{}", asked.name, asked.reason))
}
