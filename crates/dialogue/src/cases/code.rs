//! A new code for somebody who has lost theirs: sent to the mail address that they gave, or shown once to whoever has found out
//! at the counter or on the telephone that it is them.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use case::{PartyRole, permissions::UNMASK_CASES};
use kernel::{Actor, id::CaseId, may_for};
use portal_form::{Secret, applicant};
use serde::{Deserialize, Serialize};
use store::{
    Tx,
    jobs::{Failure, NewJob},
};
use web::{
    Acted, Ctx, Desk, Form, FormErrors, OfficeShell, Redirect, Refusal, Result, act_for, act_now,
    mail::{Mail, SEND_SEALED, SealedMail},
    office_page,
};

use super::{
    acts::seen,
    fields::{Act, Field, Named, Typed, of, shown},
    notice,
};

/// The kind of job that makes a new code and sends it to the address given.
pub(super) const SEND_CODE: &str = "cases.send_code";

/// Minutes in which nobody is sent a second new code.
const AGAIN: i64 = 10;

/// Whose code is asked for; empty = nobody's, so that the answer to a wrong question is as much work as that to a right one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) case: CaseId,
}

/// Where the person follows the case.
pub(super) fn path(secret: &Secret) -> String {
    format!("/cases/c/{}", secret.text())
}

/// Makes a new link and takes back the ones before.
async fn renew_in(ctx: &Ctx, tx: &mut Tx, actor: &Actor, case: &CaseId, way: &str) -> Result<Secret, Refusal> {
    case::renewed(ctx, tx, actor, case, way).await?;
    applicant::revoke_links(tx, case).await.map_err(Refusal::from)?;
    let secret = applicant::new_link(tx, case).await.map_err(Refusal::from)?;
    Ok(secret)
}

/// The job: makes a new code and has it sent, sealed while it waits, to the mail address of the applicant.
pub(super) async fn send(ctx: &Ctx, asked: &Asked) -> Result<(), Failure> {
    if asked.case.as_str().is_empty() {
        return Ok(());
    }
    let failed = |refusal: Refusal| Failure::from(web::Error::from(refusal));
    let parties = case::parties(ctx, ctx.db().read(), &asked.case).await.map_err(failed)?;
    let address = parties
        .into_iter()
        .find(|(_, role, person)| *role != PartyRole::ThirdParty && !person.email.is_empty())
        .map(|(_, _, person)| person.email);
    let Some(address) = address else { return Ok(()) };
    let sent = act_now(ctx, async |tx: &mut Tx| {
        // Asked again before the mail is read: a second code would kill the one that is on its way.
        tx.lock_row("case_entry", asked.case.as_str()).await?;
        if applicant::renewed_within(tx, &asked.case, AGAIN).await.map_err(Refusal::from)? {
            return Ok::<_, Refusal>(());
        }
        let secret = renew_in(ctx, tx, &Actor::System, &asked.case, "email").await?;
        let site = ctx.site();
        let mail = Mail {
            to: vec![address.clone()],
            subject: format!("{}：补发的查询码", site.name),
            text: format!(
                "有人用您留的邮箱申请补发查询码。原来的查询码已停用，新的查询码是：\n\n{}\n\n也可以直接打开：{}{}\n\n\
                 查询码只有您知道，请勿转给他人。不是您申请的，也请保存这个新的查询码。",
                secret.on_paper(),
                ctx.portal_url(),
                path(&secret),
            ),
        };
        let sealed = SealedMail::seal(ctx.files(), &tx.seams(), &mail, notice::subject(&asked.case))?;
        tx.enqueue(NewJob::now(SEND_SEALED, &sealed)).await?;
        Ok::<_, Refusal>(())
    });
    sent.await.map_err(failed)
}

fn the_form(typed: &Typed) -> Act {
    Act {
        title: "补发查询码".to_owned(),
        about: "先核对是当事人本人，例如当面看身份证明，或按登记的电话回拨。原来的查询码随即停用，新的只显示一次。"
            .to_owned(),
        at: "/code".to_owned(),
        submit: "补发".to_owned(),
        danger: false,
        fields: vec![Field::line("way", "怎样核对的", "例如：按登记的电话回拨", typed, 100)],
    }
}

/// `GET /cases/{id}/code`
pub(super) async fn form(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<CaseId>) -> Result<Response> {
    let (entry, kind) = seen(&ctx, &desk, &id).await?;
    shown(&ctx, &desk, (&entry, kind), the_form(&Typed::new()), FormErrors::new()).await
}

#[derive(Template)]
#[template(path = "cases/templates/code.html")]
struct Shown {
    shell: OfficeShell,
    named: Named,
    back: String,
    code: String,
}

/// `POST /cases/{id}/code`: answers with the code, which is shown on this page only.
pub(super) async fn renew(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let back = format!("/cases/{id}");
    let (entry, kind) = seen(&ctx, &desk, &id).await?;
    let done = act_for(&ctx, of(&typed, "once"), async |tx: &mut Tx| {
        may_for(&desk.actor(), &UNMASK_CASES, &case::keeper(&ctx, &entry.organ))?;
        if of(&typed, "way").trim().chars().count() < 4 {
            return Err(Refusal::field("way", "请写明怎样核对是当事人本人，例如：按登记的电话回拨。"));
        }
        let secret = renew_in(&ctx, tx, &desk.actor(), &id, "counter").await?;
        Ok((back.clone(), secret))
    });
    match done.await {
        Ok(Acted::Now(secret)) => office_page(&Shown {
            shell: desk.shell(&ctx, "补发的查询码").await?,
            named: Named::of(&ctx, (&entry, kind))?,
            code: secret.on_paper(),
            back,
        }),
        Ok(Acted::Before(to)) => Ok(Redirect::to(to).into_response()),
        Err(Refusal::Fields(errors)) => shown(&ctx, &desk, (&entry, kind), the_form(&typed), errors).await,
        Err(other) => Err(other.into()),
    }
}
