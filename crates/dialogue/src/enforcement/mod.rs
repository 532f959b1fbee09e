//! What people have to say of enforcement (行政执法): opinions on an entry or on an organ's enforcement, answered and published
//! without the person (国办发〔2018〕118号), and applications of the penalised to have a penalty shown no longer (信用修复). Two
//! kinds of case; a repair is granted on the page of `disclosure` that takes the record away in the same write.

mod demo;
mod feedback;
mod repair;

use std::sync::Arc;

use kernel::permission::READ_PUBLIC;
use portal_form::USE_FORMS;
use web::{
    Capability, Ctx, Listener, Routes,
    hooks::{Mapped, OnMap},
};

use crate::cases::one_page;
use futures::future::{BoxFuture, ready};

pub use feedback::FEEDBACK;
pub use repair::REPAIR;

pub fn capability() -> Capability {
    let on_map: Arc<dyn OnMap> = Arc::new(Pages);
    Capability::new("enforcement_cases", "行政执法意见和信用修复")
        .routes(routes)
        .declare(&FEEDBACK as case::Kind)
        .declare(&REPAIR as case::Kind)
        .declare(&feedback::FORM)
        .declare(&repair::FORM)
        .declare(on_map)
        .words(|field, code| FEEDBACK.word(field, code).or_else(|| REPAIR.word(field, code)))
        .demo(demo::scenes)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal)
        .get("/enforcement/feedback", &READ_PUBLIC, feedback::start)
        .upload("/enforcement/feedback", &USE_FORMS, one_page::begin::<feedback::Opinion>)
        .get("/enforcement/feedback/d/{secret}", &USE_FORMS, one_page::step::<feedback::Opinion>)
        .upload("/enforcement/feedback/d/{secret}", &USE_FORMS, one_page::save::<feedback::Opinion>)
        .get("/enforcement/feedback/d/{secret}/check", &USE_FORMS, one_page::check::<feedback::Opinion>)
        .post("/enforcement/feedback/d/{secret}/send", &USE_FORMS, feedback::send)
        .get("/enforcement/feedback/r/{secret}", &USE_FORMS, feedback::receipt)
        .get("/enforcement/feedback/r/{secret}/record", &USE_FORMS, one_page::record)
        .get("/enforcement/repair", &READ_PUBLIC, repair::start)
        .upload("/enforcement/repair", &USE_FORMS, one_page::begin::<repair::Application>)
        .get("/enforcement/repair/d/{secret}", &USE_FORMS, one_page::step::<repair::Application>)
        .upload("/enforcement/repair/d/{secret}", &USE_FORMS, one_page::save::<repair::Application>)
        .get("/enforcement/repair/d/{secret}/check", &USE_FORMS, one_page::check::<repair::Application>)
        .post("/enforcement/repair/d/{secret}/send", &USE_FORMS, repair::send)
        .get("/enforcement/repair/r/{secret}", &USE_FORMS, repair::receipt)
        .get("/enforcement/repair/r/{secret}/record", &USE_FORMS, one_page::record)
}

/// Code and name of the organs of today, for a form.
fn organs(ctx: &Ctx) -> Vec<(String, String)> {
    ctx.directory().options(ctx.today())
}

/// The organ of this code, if it exists today.
fn organ_of(ctx: &Ctx, code: &str) -> Option<kernel::OrganCode> {
    let code = kernel::OrganCode::from(code.trim());
    ctx.directory().get(&code).filter(|organ| organ.exists_on(ctx.today())).map(|organ| organ.code.clone())
}

/// The last day for what comes today, in words; empty where the calendar does not know.
fn due(ctx: &Ctx, rule: &clock::Rule) -> String {
    let rule = ctx.settings::<clock::Readings>().apply(rule);
    let run = clock::run(&rule, ctx.today(), &[], 0, &ctx.calendar());
    run.map(|run| run.due().date().to_string()).unwrap_or_default()
}

/// Within how many working days, as this installation has it.
fn days(ctx: &Ctx, rule: &clock::Rule) -> u32 {
    ctx.settings::<clock::Readings>().apply(rule).length
}

struct Pages;

impl OnMap for Pages {
    fn pages<'a>(&'a self, _: &'a Ctx) -> BoxFuture<'a, web::Result<Vec<Mapped>>> {
        let page = |href: &str| Mapped { href: href.to_owned(), changed: String::new() };
        let pages = ["/enforcement/feedback", "/enforcement/repair"].into_iter().map(page).collect();
        Box::pin(ready(Ok(pages)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_fit_together() {
        assert_eq!(FEEDBACK.faults(), Vec::<String>::new());
        assert_eq!(REPAIR.faults(), Vec::<String>::new());
    }
}
