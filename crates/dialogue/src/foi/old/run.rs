//! Taking rows over, as a job: some in each write, so that others write between them, and each once, so that what was stopped
//! in the middle goes on behind what is there.

use ::store::{Tx, jobs::Failure, jobs::Handle, jobs::Handlers};
use kernel::{Actor, NewEvent, Staff};
use serde::{Deserialize, Serialize};
use serde_json::json;
use web::{Ctx, Error, Refusal, act_now};

use super::{
    TAKEN,
    rows::{Known, Line, Request, Verdict, judge},
    store::{self, Import, ImportId, Kept},
};

/// The kind of the job.
pub(super) const TAKE: &str = "foi.take-register";

/// Rows in one write.
const AT_ONCE: usize = 25;

/// Who has which upload taken over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) import: ImportId,
    pub(super) staff: Staff,
}

/// The handler of the job.
pub(super) fn handlers(ctx: &Ctx) -> Handlers {
    let ctx = ctx.clone();
    Handlers::default().long(TAKE, "导入原登记簿", move |asked: Asked, job: Handle| {
        let ctx = ctx.clone();
        async move { run(&ctx, &asked, &job).await }
    })
}

/// What becomes of each row of an upload, by what is known now.
pub(super) async fn judged(ctx: &Ctx, import: &Import, lines: &[Line]) -> Result<Vec<Verdict>, Refusal> {
    let db = ctx.db().read();
    let (taken, given) = (store::taken(db, &import.organ).await?, store::given(db, &import.organ).await?);
    let calendar = ctx.calendar();
    Ok(judge(lines, &Known { today: ctx.today(), calendar: &calendar, taken: &taken, given: &given }))
}

async fn run(ctx: &Ctx, asked: &Asked, job: &Handle) -> Result<(), Failure> {
    let account = &asked.staff.account;
    let found = store::of(ctx.db().read(), &asked.import, account).await;
    let import = found.map_err(Error::from)?;
    if import.state != "taking" {
        return Ok(());
    }
    let kept = import.kept(ctx).map_err(Error::from)?;
    let verdicts = judged(ctx, &import, &kept.lines).await.map_err(Error::from)?;
    let (mut good, mut left) = (Vec::new(), Vec::new());
    for (line, verdict) in kept.lines.iter().zip(verdicts) {
        match verdict {
            Verdict::Good(request) => good.push(*request),
            Verdict::Wrong(_) => left.push(line.clone()),
            Verdict::Known => {}
        }
    }
    let actor: Actor = asked.staff.clone().into();
    let total = u64::try_from(import.wanted).unwrap_or(0);
    let mut done = u64::try_from(import.taken).unwrap_or(0);
    for some in good.chunks(AT_ONCE) {
        let taken = act_now(ctx, async |tx: &mut Tx| take(ctx, tx, &actor, (&import, some)).await).await;
        match taken {
            Ok(()) => done += some.len() as u64,
            Err(Refusal::Fault(error)) => return Err(error.into()),
            // What no later time mends: the rows wait for who uploaded them, with why.
            Err(refusal) => return finish(ctx, &actor, &import, kept, &refusal.words()).await,
        }
        job.progress(done, total, "正在登记").await?;
    }
    finish(ctx, &actor, &import, Kept { lines: left, ..kept }, "").await
}

/// Some rows, in one write.
async fn take(ctx: &Ctx, tx: &mut Tx, actor: &Actor, (import, some): (&Import, &[Request])) -> Result<(), Refusal> {
    let mut more = 0;
    for request in some {
        if store::is_taken(tx, &import.organ, &request.number).await? {
            continue;
        }
        let case = case::bring_in(ctx, tx, actor, request.old(&import.organ)).await?;
        store::note(tx, &import.organ, &request.number, &case).await?;
        more += 1;
    }
    store::count(tx, &import.id, more).await?;
    Ok(())
}

async fn finish(ctx: &Ctx, actor: &Actor, import: &Import, left: Kept, why: &str) -> Result<(), Failure> {
    let ended = act_now(ctx, async |tx: &mut Tx| {
        let taken = store::taken_of(tx, &import.id).await?;
        store::end(ctx, tx, &import.id, (&left, why)).await?;
        let data = json!({ "taken": taken, "left": left.lines.len() });
        tx.append(NewEvent::new(&TAKEN, &import.id, actor).organ(&import.organ).data(data)).await?;
        Ok::<_, Refusal>(())
    });
    ended.await.map_err(Error::from)?;
    Ok(())
}
