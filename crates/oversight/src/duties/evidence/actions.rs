//! What the forms at evidence do: handing in, taking back, looking at an address, deciding.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use duty::{
    evidence::{NewEvidence, Proof, Verdict, decide, hand_in, opens},
    permissions::REPORT_DUTIES,
    report,
};
use kernel::{
    id::{DutyId, EvidenceId},
    may_for,
};
use serde::Deserialize;
use web::{Ctx, Desk, Done, Error, Form, Redirect, Refusal, Result, act};

use super::{
    Named, add_in, decide_in, resolve,
    view::{AtPiece, doubt, effect_of},
};
use crate::duties::{
    actions::{Report, answer},
    address, by,
    pages::{Ask, Typed, looked_for},
};

/// What the proof says of itself.
fn title_of(proof: &Proof) -> &str {
    match proof {
        Proof::Subject { title, .. } | Proof::Address { title, .. } => title,
    }
}

/// `POST /duties/{id}/evidence`: everything that the form holds, progress and evidence, in one write; nothing typed is lost
/// because another part of the form was sent.
pub(crate) async fn evidence(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DutyId>,
    Form(form): Form<Report>,
) -> Result<Response> {
    let (actor, ask) = (desk.actor(), form.ask());
    if form.op == "find" {
        return looked_for(&ctx, &desk, &id, &ask, form.typed()).await;
    }
    let mut typed = form.typed();
    let progress = !form.text.trim().is_empty();
    let proof = if form.names() || !progress {
        let named = Named { document: form.document.clone(), url: form.url.clone(), title: form.title.clone() };
        resolve(&ctx, &named).await.map(Some)
    } else {
        Ok(None)
    };
    let doubt = match &proof {
        Ok(Some(proof)) if form.sure != form.period => doubt(&form.period, title_of(proof)),
        _ => String::new(),
    };
    let done = match proof {
        Err(refusal) => Err(refusal),
        Ok(proof) => {
            let directory = ctx.directory();
            let by = by(&ctx, &actor, &directory);
            act(&ctx, &form.once, async |tx| {
                let mut target = None;
                if progress {
                    target = Some(report::add_note(tx, &by, &form.share, &form.text).await?);
                }
                if let Some(proof) = proof.clone() {
                    let (share, period, note) = (form.share.clone(), form.period.clone(), form.note.clone());
                    let new = NewEvidence { share, period, proof, note };
                    target = Some(add_in(&ctx, tx, &actor, &new).await?);
                }
                // Last, when everything else is right: the write is taken back, and the person asked.
                if !doubt.is_empty() {
                    let text = format!("{doubt}选错了请改选；没有选错，请勾选“时段无误”再报送。");
                    return Err(Refusal::field("period", text));
                }
                let text = match (proof.is_some(), progress) {
                    (true, false) => "已报送佐证，等待县政府办公室确认。",
                    (true, true) => "已报送进展和佐证，佐证等待县政府办公室确认。",
                    _ => "已报送进展。",
                };
                let to = target.as_ref().map_or_else(|| format!("/duties/{id}"), address);
                Ok(Done::ok(to, text))
            })
            .await
        }
    };
    typed.doubt = done.is_err() && !doubt.is_empty();
    answer(&ctx, &desk, &id, done, ask, typed, "document").await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Decision {
    reason: String,
    /// What is still missing, where the evidence is accepted without finishing the duty.
    missing: String,
    once: String,
}

/// `POST /duties/{id}/evidence/{evidence}/take-back`
pub(crate) async fn take_back(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((_, evidence)): Path<(DutyId, EvidenceId)>,
    Form(form): Form<Decision>,
) -> Result<Response> {
    let (actor, directory) = (desk.actor(), ctx.directory());
    let by = by(&ctx, &actor, &directory);
    act(&ctx, &form.once, async |tx| {
        let target = hand_in::take_back(tx, &by, &evidence).await?;
        Ok(Done::ok(address(&target), "已收回这份佐证。"))
    })
    .await
}

/// `POST /duties/{id}/evidence/{evidence}/look`: asks for the address once more, while the person waits.
pub(crate) async fn look(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, evidence)): Path<(DutyId, EvidenceId)>,
) -> Result<Response> {
    let organ = duty::evidence::organ(ctx.db(), &id, &evidence).await?.ok_or(Error::NotFound)?;
    may_for(&desk.actor(), &REPORT_DUTIES, &ctx.directory().stands_for(&organ, ctx.today()))?;
    let to = format!("/duties/{id}#e-{evidence}");
    Ok(match opens::look_at(&ctx, &evidence).await? {
        Some(check) if check.opened() => Redirect::to(to).ok(check.words()),
        Some(check) => Redirect::to(to).flash("warn", check.words()),
        None => Redirect::to(to).flash("warn", "这份佐证没有外部网址可以检查，或者本机没有开启网址检查。"),
    }
    .into_response())
}

/// `POST /duties/{id}/evidence/{evidence}/confirm`
pub(crate) async fn confirm(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, evidence)): Path<(DutyId, EvidenceId)>,
    Form(form): Form<Decision>,
) -> Result<Response> {
    let actor = desk.actor();
    let undo = format!("/duties/{id}/evidence/{evidence}/undo");
    let said = format!("已确认佐证：{}。", effect_of(&ctx, &id, &evidence).await?);
    act(&ctx, &form.once, async |tx| {
        let target = decide_in(&ctx, tx, &actor, &evidence, &Verdict::Confirm).await?;
        let done = Done::ok(address(&target), said.clone());
        Ok(done.with(|redirect| redirect.undo(undo, "撤销")))
    })
    .await
}

/// `POST /duties/{id}/evidence/{evidence}/accept`: as far as it goes; the duty stays open.
pub(crate) async fn accept(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, evidence)): Path<(DutyId, EvidenceId)>,
    Form(form): Form<Decision>,
) -> Result<Response> {
    let actor = desk.actor();
    let verdict = Verdict::Accept(form.missing.clone());
    let undo = format!("/duties/{id}/evidence/{evidence}/undo");
    let done = act(&ctx, &form.once, async |tx| {
        let target = decide_in(&ctx, tx, &actor, &evidence, &verdict).await?;
        let done = Done::ok(address(&target), "已认可佐证，任务仍在办理，报送单位会看到还差什么。");
        Ok(done.with(|redirect| redirect.undo(undo, "撤销")))
    });
    let done = done.await.map_err(|refusal| match refusal {
        Refusal::Fields(errors) => {
            Refusal::field(&format!("missing-{evidence}"), errors.of("reason").unwrap_or_default().to_owned())
        }
        other => other,
    });
    let field = format!("e-{evidence}");
    let typed = Typed {
        at: AtPiece { piece: Some(evidence), missing: form.missing, ..AtPiece::default() },
        ..Typed::default()
    };
    answer(&ctx, &desk, &id, done, Ask::default(), typed, &field).await
}

/// `POST /duties/{id}/evidence/{evidence}/return`
pub(crate) async fn send_back(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, evidence)): Path<(DutyId, EvidenceId)>,
    Form(form): Form<Decision>,
) -> Result<Response> {
    let actor = desk.actor();
    let verdict = Verdict::Return(form.reason.clone());
    let undo = format!("/duties/{id}/evidence/{evidence}/undo");
    let done = act(&ctx, &form.once, async |tx| {
        let target = decide_in(&ctx, tx, &actor, &evidence, &verdict).await?;
        let done = Done::ok(address(&target), "已退回佐证，报送单位会在待办台看到理由。");
        Ok(done.with(|redirect| redirect.undo(undo, "撤销")))
    });
    // The reason stands at its own piece of evidence.
    let done = done.await.map_err(|refusal| match refusal {
        Refusal::Fields(errors) => {
            let message = errors.of("reason").unwrap_or_default().to_owned();
            Refusal::field(&format!("reason-{evidence}"), message)
        }
        other => other,
    });
    let field = format!("e-{evidence}");
    let done = done.map_err(|refusal| match refusal {
        // Its form is gone with the decision: what was typed is told with it.
        Refusal::Conflict(text) if !form.reason.trim().is_empty() => {
            Refusal::Conflict(format!("{text}您刚才填写的理由：{}", form.reason.trim()))
        }
        other => other,
    });
    let typed =
        Typed { at: AtPiece { piece: Some(evidence), reason: form.reason, ..AtPiece::default() }, ..Typed::default() };
    answer(&ctx, &desk, &id, done, Ask::default(), typed, &field).await
}

/// `POST /duties/{id}/evidence/{evidence}/undo`
pub(crate) async fn undo(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((_, evidence)): Path<(DutyId, EvidenceId)>,
) -> Result<Response> {
    let (actor, directory) = (desk.actor(), ctx.directory());
    let by = by(&ctx, &actor, &directory);
    act(&ctx, "", async |tx| {
        let target = decide::undo(tx, &by, &evidence).await?;
        Ok(Done::ok(address(&target), "已撤销，佐证回到待确认。"))
    })
    .await
}
