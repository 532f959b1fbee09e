//! Cases (办件) of all kinds: the office's list and pages, and the page on which a person follows the own case. Rules, tables and
//! events are the case machine's; a kind needs no page of its own.

mod acts;
pub(crate) mod aside;
mod attach;
mod code;
mod enter;
mod erasing;
mod fields;
pub(crate) mod former;
mod letter;
mod list;
mod notice;
mod one;
pub(crate) mod one_page;
mod paper;
mod past;
mod periods;
mod portal;
mod publish;
mod redact;
mod remind;
mod signers;
mod work;

use std::sync::Arc;

use case::permissions::{DECIDE_CASES, ERASE_CASES, HANDLE_CASES, OVERSEE_CASES, UNMASK_CASES};
use jiff::civil::time;
use kernel::permission::READ_PUBLIC;
use portal_form::USE_FORMS;
use review::stand_in::InHand;
use store::{Entry, Every, Schedule, jobs::Handlers};
use web::{
    Capability, Ctx, Listener, Nav, Routes,
    doors::{Offered, WayIn},
    hooks::{DeskSource, Finder, Group, Verb},
    periods::Periods,
};

pub(crate) use enter::late;
pub use erasing::erase;
pub use notice::{tell, tell_person, unmanned, without};
#[cfg(test)]
pub(crate) use portal::Turned;

pub(crate) use fields::Named;

/// What of the work list belongs to cases.
pub const GROUP: Group = Group { key: "cases", label: "办件", place: 15 };

const TRACK: WayIn = WayIn {
    href: "/cases/track",
    label: "查办理进度",
    icon: "search",
    about: "凭查询码看办到哪一步、什么时候答复",
    place: 45,
    on: Offered::Line,
};

pub fn capability() -> Capability {
    let work: Arc<dyn DeskSource> = Arc::new(work::Work);
    let clocks: Arc<dyn Periods> = Arc::new(periods::Clocks);
    let numbers: Arc<dyn Finder> = Arc::new(work::Numbers);
    Capability::new("cases", "办件")
        .routes(office)
        .routes(portal)
        .nav(Nav::under("互动", "/cases", "办件", &HANDLE_CASES, 150).also(&["/foi/cases", "/foi/joint"]))
        .desk(work)
        .jobs(jobs)
        .schedule(schedule)
        .declare(TRACK)
        .declare(clocks)
        .declare(numbers)
        .declare(InHand(HANDLE_CASES.roles))
        .declare(Verb::new("办件", "找错 申请 来信 登记簿 到期", "/cases", &HANDLE_CASES))
}

fn office() -> Routes {
    Routes::new(Listener::Office)
        .get("/cases", &HANDLE_CASES, list::page)
        .get("/cases/export.xlsx", &HANDLE_CASES, list::export)
        .get("/cases/new/{sort}", &HANDLE_CASES, enter::form)
        .post("/cases/new/{sort}", &HANDLE_CASES, enter::done)
        .get("/cases/{id}", &HANDLE_CASES, one::page)
        .post("/cases/{id}/claim", &HANDLE_CASES, acts::claim)
        .post("/cases/{id}/release", &HANDLE_CASES, acts::release)
        .get("/cases/{id}/steps/{step}", &HANDLE_CASES, acts::step_form)
        .weighty("/cases/{id}/steps/{step}", &HANDLE_CASES, acts::step)
        .get("/cases/{id}/transfer", &DECIDE_CASES, acts::transfer_form)
        .weighty("/cases/{id}/transfer", &DECIDE_CASES, acts::transfer)
        .get("/cases/{id}/redate", &DECIDE_CASES, acts::redate_form)
        .weighty("/cases/{id}/redate", &DECIDE_CASES, acts::redate)
        .get("/cases/{id}/extension", &HANDLE_CASES, acts::extension_form)
        .post("/cases/{id}/extension", &HANDLE_CASES, acts::extension)
        .weighty("/cases/{id}/extension/decide", &DECIDE_CASES, acts::decide_extension)
        .get("/cases/{id}/oversee", &OVERSEE_CASES, acts::oversee_form)
        .weighty("/cases/{id}/oversee", &OVERSEE_CASES, acts::oversee)
        .get("/cases/{id}/publish", &HANDLE_CASES, publish::form)
        .post("/cases/{id}/publish", &HANDLE_CASES, publish::propose)
        .weighty("/cases/{id}/publish/pass", &DECIDE_CASES, publish::pass)
        .get("/cases/{id}/unpublish", &DECIDE_CASES, acts::unpublish_form)
        .weighty("/cases/{id}/unpublish", &DECIDE_CASES, acts::unpublish)
        .get("/cases/{id}/parties/{party}", &UNMASK_CASES, acts::unmask_form)
        .weighty("/cases/{id}/parties/{party}", &UNMASK_CASES, acts::unmask)
        .get("/cases/{id}/code", &UNMASK_CASES, code::form)
        .weighty("/cases/{id}/code", &UNMASK_CASES, code::renew)
        .get("/cases/{id}/erase", &ERASE_CASES, erasing::form)
        .weighty("/cases/{id}/erase", &ERASE_CASES, erasing::done)
        .get("/cases/{id}/files", &HANDLE_CASES, attach::form)
        .upload("/cases/{id}/files", &HANDLE_CASES, attach::add)
        .get("/cases/{id}/files/{file}", &HANDLE_CASES, one::file)
        .get("/cases/{id}/files/{file}/redact", &HANDLE_CASES, redact::form)
        .post("/cases/{id}/files/{file}/redact", &HANDLE_CASES, redact::done)
        .post("/cases/{id}/files/{file}/away", &HANDLE_CASES, attach::away)
        .get("/cases/{id}/letters/{letter}/docx", &HANDLE_CASES, paper::word)
        .get("/cases/{id}/letters/{letter}/pdf", &HANDLE_CASES, paper::pdf)
        .get("/cases/{id}/letters/new/{kind}", &HANDLE_CASES, letter::new)
        .post("/cases/{id}/letters/new/{kind}", &HANDLE_CASES, letter::draft)
        .get("/cases/{id}/letters/{letter}", &HANDLE_CASES, letter::show)
        .post("/cases/{id}/letters/{letter}", &HANDLE_CASES, letter::revise)
        .weighty("/cases/{id}/letters/{letter}/sign", &DECIDE_CASES, letter::sign)
        .weighty("/cases/{id}/letters/{letter}/return", &DECIDE_CASES, letter::send_back)
        .post("/cases/{id}/letters/{letter}/deliver", &HANDLE_CASES, letter::deliver)
        .post("/cases/{id}/letters/{letter}/discard", &HANDLE_CASES, letter::discard)
        .post("/cases/{id}/letters/{letter}/files/{file}", &HANDLE_CASES, letter::send_with)
}

fn portal() -> Routes {
    Routes::new(Listener::Portal)
        .get("/cases/track", &READ_PUBLIC, portal::track)
        .post("/cases/track", &USE_FORMS, portal::find)
        .get("/cases/lost", &READ_PUBLIC, portal::lost)
        .post("/cases/lost", &USE_FORMS, portal::send_code)
        .get("/cases/c/{secret}", &USE_FORMS, portal::show)
        .post("/cases/c/{secret}/steps/{step}", &USE_FORMS, portal::step)
        .upload("/cases/c/{secret}/steps/{step}/files", &USE_FORMS, portal::step_with_files)
        .get("/cases/c/{secret}/files/{file}", &USE_FORMS, portal::file)
        .get("/cases/c/{secret}/letters/{letter}/docx", &USE_FORMS, paper::told_word)
        .get("/cases/c/{secret}/letters/{letter}/pdf", &USE_FORMS, paper::told_pdf)
}

fn jobs(ctx: &Ctx) -> Handlers {
    let ctx = ctx.clone();
    Handlers::default().with(code::SEND_CODE, "给当事人补发查询码", move |asked: code::Asked| {
        let ctx = ctx.clone();
        async move { code::send(&ctx, &asked).await }
    })
}

/// Persons are forgotten by the rule of their kind, at night; organs are reminded on working mornings.
fn schedule(ctx: &Ctx) -> Schedule {
    let (ctx, mornings) = (ctx.clone(), ctx.clone());
    let remind = Entry::new("cases.remind", "提醒到期的办件", Every::Daily(time(8, 20, 0, 0)), move || {
        let ctx = mornings.clone();
        async move { Ok(remind::today(&ctx).await?) }
    });
    Schedule::default().with(remind).with(Entry::new(
        "cases.erase",
        "删除保存期满的当事人信息",
        Every::Daily(time(3, 10, 0, 0)),
        move || {
            let ctx = ctx.clone();
            async move {
                let erased = erasing::by_rule(&ctx).await?;
                tracing::info!(erased, "persons of cases forgotten");
                Ok(())
            }
        },
    ))
}
