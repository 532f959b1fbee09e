//! Interpretation (政策解读): who drafts a policy explains it, together with it or within three working days after it is public.
//!
//! An interpretation is a document like any other: written, reviewed and published by the machines. What is particular to it
//! stands here: its fields and forms, its tie to the policy, how it is arranged before the policy is public and what both need
//! then, the pages that show which policies still owe one, and the portal's pages on which it is read beside its policy.

mod beside;
mod clauses;
mod demo;
mod forget;
mod graphic;
mod kind;
mod mentions;
mod needs;
mod owed;
mod pages;
mod plan;
mod plan_pages;
mod portal;
mod rates;
mod remind;
mod settings;

use std::sync::Arc;

use document::{Kind, needs::Needs};
use kernel::{EventKind, Permission, Role, Scope, event::Keep, permission::READ_PUBLIC};
use web::{
    Capability, Listener, Nav, Routes,
    hooks::{Leaving, Mentions, Recipients},
    periods::Periods,
};

pub(crate) use clauses::ordinals;
pub use kind::{INTERPRETATION, INTERPRETS};
pub use remind::remind;
pub use settings::Obligation;

/// Subject of the events, and key of the capability.
const SUBJECT: &str = "interpretation";

/// See which public policies have an interpretation, and which owe one.
pub static VIEW_INTERPRETATIONS: Permission =
    Permission::new("view_interpretations", "查看政策解读情况", Role::CONTENT, Scope::OwnOrgan);

/// Agree that a policy is not interpreted; never who asked for it or wrote the policy.
static AGREE_EXEMPTION: Permission = Permission::new(
    "agree_exemption",
    "决定政策文件能否不作解读（他人申请的）",
    &[Role::CountyOffice],
    Scope::AllOrgans,
);

static ARRANGED: EventKind = EventKind::new(SUBJECT, "interpretation.arranged", "安排政策解读")
    .holds(&[
        ("mode", "怎样安排"),
        ("due_on", "发布日期"),
        ("organ", "解读单位"),
        ("forms", "解读形式"),
        ("leader", "解读人"),
        ("reason", "理由"),
    ])
    .keeps(Keep::Words);
static ANSWERED: EventKind = EventKind::new(SUBJECT, "interpretation.exemption_decided", "决定能否不作解读")
    .holds(&[("decision", "决定"), ("answer", "意见")])
    .keeps(Keep::Words);

/// The term is over and there is none.
static OVERDUE: EventKind =
    EventKind::new(SUBJECT, "interpretation.overdue", "政策解读逾期").holds(&[("due_on", "期限")]);

pub fn capability() -> Capability {
    let (needs, mentions): (Arc<dyn Needs>, Arc<dyn Mentions>) =
        (Arc::new(needs::Demanded), Arc::new(mentions::Beside));
    let forgets: Arc<dyn Leaving> = Arc::new(forget::Forgets);
    let periods: Arc<dyn Periods> = Arc::new(owed::Owed);
    Capability::new(SUBJECT, "政策解读")
        .routes(routes)
        .routes(portal_routes)
        .permissions(&[&VIEW_INTERPRETATIONS, &AGREE_EXEMPTION])
        .nav(Nav::under("公开", "/interpretations", "政策解读", &VIEW_INTERPRETATIONS, 125))
        .events(&[&ARRANGED, &ANSWERED, &OVERDUE])
        .subject(SUBJECT, "政策解读安排")
        .words(words)
        .settings::<Obligation>()
        .migrations(store::migrations!("interpretation", "../../migrations/interpretation/0001_plans.sql"))
        .desk(Arc::new(owed::Owed))
        .schedule(remind::schedule)
        .demo(demo::scenes)
        .needs::<Arc<dyn Recipients>>()
        .declare(plan::sealed())
        .declare(forgets)
        .declare(periods)
        .declare(needs)
        .declare(mentions)
        .declare(&INTERPRETATION as Kind)
}

fn of_form(code: &str) -> Option<String> {
    kind::FORMS.iter().find(|(known, _)| *known == code).map(|(_, label)| (*label).to_owned())
}

/// Codes in the data of its events.
fn words(field: &str, code: &str) -> Option<String> {
    let of =
        |table: &[(&str, &str)]| table.iter().find(|(known, _)| *known == code).map(|(_, label)| (*label).to_owned());
    match field {
        "mode" => of(&plan::MODES),
        "decision" => of(&[("agreed", "同意"), ("refused", "不同意")]),
        "forms" => {
            let forms: Vec<String> = code.split(' ').filter_map(of_form).collect();
            (!forms.is_empty()).then(|| forms.join("、"))
        }
        _ => None,
    }
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/interpretations", &VIEW_INTERPRETATIONS, pages::list)
        .get("/interpretations/{id}", &VIEW_INTERPRETATIONS, plan_pages::page)
        .post("/interpretations/{id}", &document::permissions::WRITE_DOCUMENTS, plan_pages::arrange)
        .weighty("/interpretations/{id}/decision", &AGREE_EXEMPTION, plan_pages::decide)
}

fn portal_routes() -> Routes {
    Routes::new(Listener::Portal)
        .get("/interpretations", &READ_PUBLIC, portal::list)
        .get("/policies/{id}/beside", &READ_PUBLIC, beside::page)
        .get("/documents/{id}/graphic", &READ_PUBLIC, portal::graphic)
        .get("/documents/{id}/graphic.svg", &READ_PUBLIC, portal::drawing)
}
