//! The ledger of normative documents (行政规范性文件台账): which policies are normative, their unified registration, when their terms
//! end; and the rounds in which organs clean them up ([`rounds`]).
//!
//! What a document says of itself, number, dates, validity, is read from it and written nowhere a second time.

mod actions;
mod counts;
mod pages;
mod remind;
pub mod rounds;
mod rows;
mod store;
mod work;

use std::sync::Arc;

use ::store::{Entry, Every, Followers, Schedule};
use annual_report::counts::CountsTexts;
use document::needs::Needs;
use jiff::civil::time;
use kernel::{
    EventKind, Permission, Role,
    event::Keep,
    permission::Scope::{AllOrgans, OwnOrgan},
};
use web::{Capability, Ctx, Listener, Nav, Routes, hooks::Verb};

/// Subject of the events about a document's place in the ledger; the id is the document's.
const SUBJECT: &str = "ledger";

/// Look at the ledger and at the rounds.
pub static VIEW_LEDGER: Permission =
    Permission::new("view_ledger", "查看规范性文件台账和清理", Role::CONTENT, OwnOrgan);
/// Register documents in it.
pub static KEEP_LEDGER: Permission =
    Permission::new("keep_ledger", "登记规范性文件", &[Role::Editor, Role::OrganHead, Role::CountyOffice], OwnOrgan);
/// Say what becomes of the own documents.
pub static ANSWER_CLEAN_UP: Permission = Permission::new(
    "answer_clean_up",
    "提出规范性文件清理意见",
    &[Role::Editor, Role::OrganHead, Role::CountyOffice],
    OwnOrgan,
);
/// Open a round, decide, confirm the result.
pub static RUN_CLEAN_UP: Permission =
    Permission::new("run_clean_up", "组织规范性文件清理", &[Role::CountyOffice], AllOrgans);

/// Registered, or found to be no normative document.
static REGISTERED: EventKind = EventKind::new(SUBJECT, "ledger.registered", "登记规范性文件")
    .holds(&[
        ("normative", "规范性文件"),
        ("registered", "统一登记号"),
        ("registered_on", "登记日期"),
        ("drafted_by", "起草单位"),
        ("remark", "备注"),
    ])
    .keeps(Keep::Words);

pub fn capability() -> Capability {
    let needs: Arc<dyn Needs> = Arc::new(rounds::Agreeing);
    let texts: Arc<dyn CountsTexts<Ctx>> = Arc::new(counts::Ledger);
    Capability::new("ledger", "规范性文件台账")
        .routes(routes)
        .permissions(&[&VIEW_LEDGER, &KEEP_LEDGER, &ANSWER_CLEAN_UP, &RUN_CLEAN_UP])
        .nav(Nav::under("公开", "/ledger", "规范性文件台账", &VIEW_LEDGER, 127))
        .nav(Nav::under("公开", "/clean-ups", "规范性文件清理", &VIEW_LEDGER, 128))
        .events(&[&REGISTERED])
        .events(&rounds::EVENTS)
        .subject(SUBJECT, "规范性文件台账")
        .subject(rounds::SUBJECT, "规范性文件清理")
        .titled("SELECT id, title FROM clean_up WHERE id")
        .words(words)
        .followers(|ctx: &Ctx| Followers::default().with(rounds::follower(ctx)))
        .desk(Arc::new(work::Work))
        .schedule(schedule)
        .demo(rounds::scenes)
        .migrations(::store::migrations!("ledger", "../../migrations/ledger/0001_ledger.sql"))
        .declare(needs)
        .declare(texts)
        .declare(rows::sealed())
        .declare(rounds::sealed())
        .declare(Verb::new("规范性文件台账", "统一登记 有效期 到期", "/ledger", &VIEW_LEDGER))
        .declare(Verb::new("开始一轮规范性文件清理", "立改废 清理", "/clean-ups/new", &RUN_CLEAN_UP))
}

fn words(field: &str, code: &str) -> Option<String> {
    match (field, code) {
        ("normative", "1") => Some("是".to_owned()),
        ("normative", "0") => Some("不是".to_owned()),
        ("answer" | "decision", code) => rounds::Answer::from_code(code).map(|answer| answer.label().to_owned()),
        _ => None,
    }
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/ledger", &VIEW_LEDGER, pages::list)
        .get("/ledger/export.xlsx", &VIEW_LEDGER, pages::export)
        .post("/ledger/mark", &KEEP_LEDGER, actions::mark)
        .get("/ledger/{id}", &VIEW_LEDGER, pages::one)
        .post("/ledger/{id}", &KEEP_LEDGER, actions::register)
        .merge(rounds::routes())
}

/// Organs hear on working mornings of terms that end and of clean-ups that wait for them.
fn schedule(ctx: &Ctx) -> Schedule {
    let (terms, waiting) = (ctx.clone(), ctx.clone());
    let expiring = Entry::new(
        "ledger.remind",
        "提醒规范性文件有效期将满",
        Every::Daily(time(8, 40, 0, 0)),
        move || {
            let ctx = terms.clone();
            async move { Ok(remind::expiring(&ctx).await?) }
        },
    );
    let answers =
        Entry::new("ledger.clean_up", "提醒规范性文件清理", Every::Daily(time(8, 45, 0, 0)), move || {
            let ctx = waiting.clone();
            async move { Ok(rounds::remind(&ctx).await?) }
        });
    Schedule::default().with(expiring).with(answers)
}
