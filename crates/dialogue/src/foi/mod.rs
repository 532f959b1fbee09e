//! Requests for information (依申请公开): how to ask and whom, the form in five steps under a private link, the register of
//! what comes on paper, the old registers that come in as tables (`old`), what several organs handle together (`joint`), answers
//! that are public (`answers`), corrections (`correcting`), and the letters of the law. The law itself is the crate `foi`; steps,
//! parties and files are the case machine's.

mod answers;
mod apply;
mod correcting;
mod correction;
mod demo;
mod earlier;
mod fees;
mod figures;
mod form;
mod frequency;
mod joint;
mod kind;
mod law;
mod letters;
mod notices;
mod old;
mod pages;
mod past;
mod register;
mod reply;
mod same;
mod suggest;

use std::sync::Arc;

use ::foi::Practice;
use annual_report::counts::Counts;
use case::permissions::HANDLE_CASES;
use kernel::permission::READ_PUBLIC;
use portal_form::USE_FORMS;
use web::{
    Capability, Ctx, Listener, Nav, Routes,
    doors::{Offered, WayIn},
    hooks::{PublicDocuments, Verb},
};

use crate::cases::{aside::Aside, former::Former, one_page};

pub use correction::CORRECTION;
pub use kind::FOI;

const ASK: WayIn = WayIn {
    href: "/foi",
    label: "申请公开信息",
    icon: "apply",
    about: "没公开的信息，免费申请",
    place: 20,
    on: Offered::Home,
};

pub fn capability() -> Capability {
    let law: Arc<dyn case::Rules> = Arc::new(law::Law);
    let corrections: Arc<dyn case::Rules> = Arc::new(correction::Law);
    let frequency: Arc<dyn Aside> = Arc::new(frequency::Frequency);
    let figures: Arc<dyn Counts<Ctx>> = Arc::new(figures::Register);
    let numbers: Arc<dyn Former> = Arc::new(old::Numbers);
    Capability::new("foi", "依申请公开")
        .routes(portal)
        .routes(office)
        .routes(old::office)
        .routes(joint::office)
        .routes(answers::portal)
        .routes(correcting::portal)
        .search(answers::source())
        .desk(joint::desk())
        .migrations(store::migrations!(
            "foi",
            "../../migrations/foi/0001_import.sql",
            "../../migrations/foi/0002_joint.sql"
        ))
        .events(&old::EVENTS)
        .subject(old::SUBJECT, "导入的登记簿")
        .jobs(old::jobs)
        .schedule(old::schedule)
        .nav(Nav::under("互动", "/foi/register", "登记书面申请", &HANDLE_CASES, 152).also(&["/foi/import"]))
        .settings::<Practice>()
        .words(|field, code| FOI.word(field, code).or_else(|| CORRECTION.word(field, code)))
        .needs::<Arc<dyn PublicDocuments>>()
        .declare(&FOI as case::Kind)
        .declare(&CORRECTION as case::Kind)
        .declare(law)
        .declare(corrections)
        .declare(figures)
        .declare(frequency)
        .declare(numbers)
        .declare(&form::FORM)
        .declare(&correcting::FORM)
        .declare(answers::LIST)
        .declare(Verb::new("导入原登记簿", "依申请公开 旧登记簿 历史 批量 Excel", "/foi/import", &HANDLE_CASES))
        .declare(Verb::new("登记书面申请", "依申请公开 邮寄 当面 传真 来信", "/foi/register", &HANDLE_CASES))
        .declare(ASK)
        .demo(demo::scenes)
}

fn portal() -> Routes {
    Routes::new(Listener::Portal)
        .get("/foi", &READ_PUBLIC, pages::foi)
        .get("/foi/apply", &READ_PUBLIC, apply::start)
        .post("/foi/apply", &USE_FORMS, apply::begin)
        .get("/foi/d/{secret}", &USE_FORMS, apply::want)
        .post("/foi/d/{secret}", &USE_FORMS, apply::save_want)
        .get("/foi/d/{secret}/organ", &USE_FORMS, apply::organ)
        .post("/foi/d/{secret}/organ", &USE_FORMS, apply::save_organ)
        .get("/foi/d/{secret}/who", &USE_FORMS, apply::who)
        .post("/foi/d/{secret}/who", &USE_FORMS, apply::save_who)
        .get("/foi/d/{secret}/how", &USE_FORMS, apply::how)
        .upload("/foi/d/{secret}/how", &USE_FORMS, apply::save_how)
        .get("/foi/d/{secret}/check", &USE_FORMS, apply::check)
        .post("/foi/d/{secret}/send", &USE_FORMS, apply::send)
        .get("/foi/r/{secret}", &USE_FORMS, apply::receipt)
        .get("/foi/r/{secret}/record", &USE_FORMS, one_page::record)
}

fn office() -> Routes {
    Routes::new(Listener::Office)
        .get("/foi/register", &HANDLE_CASES, register::form)
        .post("/foi/register", &HANDLE_CASES, register::register)
        .get("/foi/cases/{id}/same", &HANDLE_CASES, same::page)
        .get("/foi/cases/{id}/frequency", &HANDLE_CASES, frequency::page)
        .get("/foi/cases/{id}/reply", &HANDLE_CASES, reply::form)
        .post("/foi/cases/{id}/reply", &HANDLE_CASES, reply::draft)
        .get("/foi/cases/{id}/notices/{letter}", &HANDLE_CASES, notices::form)
        .post("/foi/cases/{id}/notices/{letter}", &HANDLE_CASES, notices::draft)
}
