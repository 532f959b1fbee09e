//! The public log (公开凭证): every publication, correction, withdrawal and erasure of a document, and what becomes of work
//! plans, is a leaf of a log that only grows, whose state is signed every minute and served in the formats of C2SP, so that
//! anybody can hold a copy of it against what the office says later. A reader takes a receipt from the page of a document and
//! proves it without asking anybody.
//!
//! Leaves follow the audit log ([`follow`]): each sort in its order, each once. What others have cosigned comes back to it
//! ([`witnesses`]). The formats are the crate `receipt`, the reasons `docs/adr/0011-public-log.md`.

mod follow;
mod machines;
mod pages;
mod rows;
mod settings;
mod sign;
mod verify;
mod witnesses;

use std::sync::Arc;

use kernel::permission::READ_PUBLIC;
use store::{
    Followers, Schedule,
    schedule::{Entry, Every},
};
use web::{
    Capability, Ctx, Listener, Routes,
    hooks::{Leaving, Proof, Unlinked},
};

pub use settings::Receipts;
pub use sign::{hindered, kept_file, key_file, note_restored, ready, sign, told};
pub use witnesses::{gather, misplaced};

/// Writes to the log wait for each other on this lock.
const LOCK: &str = "public_log";

/// The log, its pages, and the proof of it.
pub fn capability() -> Capability {
    let proof: Arc<dyn Proof> = Arc::new(verify::PublicLog);
    let forgets: Arc<dyn Leaving> = Arc::new(follow::Forgets);
    let pieces: Arc<dyn Unlinked> = Arc::new(machines::Pieces);
    Capability::new("receipts", "公开凭证")
        .routes(routes)
        .followers(followers)
        .schedule(schedule)
        .settings::<Receipts>()
        .declare(proof)
        .declare(forgets)
        .declare(pieces)
        .migrations(store::migrations!(
            "receipts",
            "../../migrations/receipts/0001_receipts.sql",
            "../../migrations/receipts/0002_plans_and_witnesses.sql"
        ))
}

fn followers(ctx: &Ctx) -> Followers {
    let documents = Followers::default().with(follow::follower(ctx));
    follow::of_others(ctx).into_iter().fold(documents, Followers::with)
}

fn schedule(ctx: &Ctx) -> Schedule {
    let (signs, gathers) = (ctx.clone(), ctx.clone());
    let often = match ctx.settings::<Receipts>().sign_seconds {
        60 => Every::Minutes(1),
        seconds => Every::Seconds(seconds),
    };
    let sign = Entry::new("receipts.sign", "给公开凭证日志签名", often, move || {
        let ctx = signs.clone();
        async move { Ok(sign::sign(&ctx).await?) }
    });
    let gather = Entry::new("receipts.gather", "取公开凭证日志的见证", Every::Minutes(5), move || {
        let ctx = gathers.clone();
        async move { Ok(witnesses::gather(&ctx).await?) }
    });
    Schedule::default().with(sign).with(gather)
}

fn routes() -> Routes {
    let read = &READ_PUBLIC;
    Routes::new(Listener::Portal)
        .get("/receipts", read, pages::index)
        .get("/receipts/{id}", read, pages::of_document)
        .get("/receipts/{id}/{file}", read, pages::download)
        .get("/log", read, pages::log)
        .get("/log/checkpoint", read, machines::checkpoint)
        .get("/log/key", read, machines::key)
        .get("/log/tile/{level}/{a}", read, machines::tile_at)
        .get("/log/tile/{level}/{a}/{b}", read, machines::tile_below)
        .get("/log/tile/{level}/{a}/{b}/{c}", read, machines::tile_far_below)
}

/// A count of the database as the formats count.
fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A count of the formats as the database counts.
fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// What the formats do not allow: rows that this program did not write.
fn broken(fault: receipt::Fault) -> store::Error {
    store::Error::Sealed(format!("公开凭证日志：{fault}"))
}
