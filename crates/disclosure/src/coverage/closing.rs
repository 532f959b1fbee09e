//! Duties to make up what is missing end by evidence as all duties do: where the cells of one have turned green, the program
//! hands in what turned them, and the county office decides on it.

use std::collections::BTreeSet;

use duty::{
    By, DutyRow, SourceKey, duties,
    evidence::{self, EvidenceRow, NewEvidence, Proof, hand_in},
};
use kernel::{Actor, OrganCode};
use store::{Entry, Every, Schedule, Tx};
use web::{Ctx, Refusal, Result, act_now, hooks::PublicThing};

use super::{
    duties::KIND,
    judge::{Tone, Why},
    load,
    map::Map,
    proofs,
};

/// Key of the entry of the schedule.
const OFFER: &str = "coverage.offer";
/// What the county office reads with what the program handed in.
const NOTE: &str = "公开覆盖显示任务所写的时段都已公开，或者经确认没有此类信息，由系统报送。";

pub(super) fn schedule(ctx: &Ctx) -> Schedule {
    let ctx = ctx.clone();
    let offer = Entry::new(OFFER, "为已经补公开的任务报送佐证", Every::Minutes(15), move || {
        let ctx = ctx.clone();
        async move {
            let offered = offer(&ctx).await?;
            if offered > 0 {
                tracing::info!(offered, "duties whose items are public got their evidence");
            }
            Ok(())
        }
    });
    Schedule::default().with(offer)
}

/// Whether nothing more is to be handed in beside it.
fn stands(piece: &EvidenceRow) -> bool {
    let counts = piece.decision.is_empty() || (piece.decision == "confirmed" && !piece.partial);
    counts && piece.withdrawn_at.is_empty() && piece.lapsed_at.is_empty()
}

/// Hands in evidence for each share of a duty of the map whose cells are green and that has none; how many.
///
/// # Errors
/// When the database fails.
async fn offer(ctx: &Ctx) -> Result<i64> {
    let mut offered = 0;
    for year in load::years(ctx) {
        let key = SourceKey::new(KIND, year.to_string());
        let mut rows = duties::of_source(ctx.db().read(), &key).await?;
        rows.retain(|row| row.ended_at.is_empty() && !row.issued_at.is_empty());
        if rows.is_empty() {
            continue;
        }
        let map = load::map(ctx, year).await?;
        let shares = duties::shares(ctx.db().read(), &key).await?;
        for row in &rows {
            let own: Vec<_> =
                shares.iter().filter(|share| share.duty == row.id && share.ended_at.is_empty()).cloned().collect();
            let pieces = if own.is_empty() { Vec::new() } else { evidence::of_duty(ctx.db(), &row.id).await? };
            let mut seen: BTreeSet<OrganCode> = BTreeSet::new();
            for share in own {
                // Shares of organs that became one are one.
                let organ = ctx.directory().stands_for(&share.organ, ctx.today());
                if !seen.insert(organ.clone()) {
                    continue;
                }
                let Some(thing) = proof(ctx, &map, row, &organ).await? else { continue };
                let of_organ = |piece: &&EvidenceRow| ctx.directory().stands_for(&piece.organ, ctx.today()) == organ;
                // What the office sent back, or the organ took back, is not handed in again.
                if pieces.iter().filter(of_organ).any(|piece| stands(piece) || piece.url == thing.path) {
                    continue;
                }
                let proof = Proof::Subject { subject: thing.subject, path: thing.path, title: thing.title };
                let new = NewEvidence { share: share.id, period: String::new(), proof, note: NOTE.to_owned() };
                match act_now(ctx, async |tx: &mut Tx| add(ctx, tx, &new).await).await {
                    Ok(()) => offered += 1,
                    Err(Refusal::Fault(error)) => return Err(error),
                    Err(refusal) => {
                        tracing::info!(duty = %row.id, refusal = refusal.words(), "no evidence was handed in")
                    }
                }
            }
        }
    }
    Ok(offered)
}

async fn add(ctx: &Ctx, tx: &mut Tx, new: &NewEvidence) -> std::result::Result<(), Refusal> {
    let (actor, directory) = (Actor::System, ctx.directory());
    let by = By { actor: &actor, directory: &directory, today: ctx.today() };
    hand_in::add(tx, &by, new).await.map(drop)
}

/// What proves that the stretches which a duty names are public, or declared to be empty; `None` while one is still missing.
async fn proof(ctx: &Ctx, map: &Map, row: &DutyRow, organ: &OrganCode) -> Result<Option<PublicThing>> {
    let Some(line) = map.line(&row.place) else { return Ok(None) };
    let Some(owing) = line.owing.iter().find(|owing| owing.owes.organ == *organ) else { return Ok(None) };
    let named: Vec<&Why> = line
        .stretches
        .iter()
        .zip(&owing.cells)
        .filter(|(stretch, _)| row.text.contains(stretch.label.as_str()))
        .map(|(_, why)| why)
        .collect();
    if named.is_empty() || named.iter().any(|why| why.tone() == Tone::Late) {
        return Ok(None);
    }
    let is_there = named.iter().any(|why| matches!(why, Why::Published(..) | Why::Tardy(..) | Why::Stale(_)));
    if line.item.is_table() && is_there {
        return crate::records_portal::table_of(ctx, line.item.key.as_str(), organ).await;
    }
    if named.iter().any(|why| matches!(why, Why::Declared(_))) {
        return proofs::of(ctx, (&line.item.key, organ), map.year).await;
    }
    Ok(None)
}
