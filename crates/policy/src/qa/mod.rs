//! Questions on policies with their answers (政策问答): a document whose title is the question and whose text is the answer, with the
//! clause on which it rests and the day until which it holds. It passes the gates of its kind (the office may set a shorter
//! route for it). When the clause is changed, gone, or no longer law, the answer is flagged for its organ and for readers.

mod basis;
mod desk;
mod follow;
mod kind;
mod needs;
mod pages;

use std::sync::Arc;

use document::{Kind, needs::Needs};
use kernel::{EventKind, event::Keep, permission::READ_PUBLIC};
use store::Followers;
use web::{
    Capability, Ctx, Listener, Nav, Routes,
    doors::{Offered, WayIn},
    hooks::Mentions,
};

pub use kind::{ANSWERS, QUESTION};

use crate::interpretation::VIEW_INTERPRETATIONS;

/// Subject of the events, and key of the capability.
const SUBJECT: &str = "question";

/// What an answer rests on is not what it was.
static FLAGGED: EventKind = EventKind::new(SUBJECT, "question.flagged", "问答的依据有变化")
    .holds(&[("flag", "变化"), ("policy", "依据的政策"), ("clause", "条款")])
    .keeps(Keep::Words);
/// Somebody has looked, and the answer still holds.
static CHECKED: EventKind =
    EventKind::new(SUBJECT, "question.checked", "核对问答，仍然适用").holds(&[("clause", "条款")]).keeps(Keep::Words);

const FIND: WayIn = WayIn {
    href: "/questions",
    label: "政策问答",
    about: "大家常问的政策问题，一问一答，写明依据哪一条",
    icon: "doc",
    place: 16,
    on: Offered::Line,
};

pub fn capability() -> Capability {
    let (needs, mentions): (Arc<dyn Needs>, Arc<dyn Mentions>) = (Arc::new(needs::Founded), Arc::new(pages::Warned));
    let based: Arc<dyn Mentions> = Arc::new(pages::Based);
    Capability::new(SUBJECT, "政策问答")
        .routes(routes)
        .routes(portal_routes)
        .nav(Nav::under("公开", "/questions", "政策问答", &VIEW_INTERPRETATIONS, 126))
        .events(&[&FLAGGED, &CHECKED])
        .subject(SUBJECT, "政策问答")
        .words(basis::words)
        .words(|field, code| QUESTION.word(field, code))
        .migrations(store::migrations!("question", "../../migrations/qa/0001_questions.sql"))
        .followers(followers)
        .desk(Arc::new(desk::Flagged))
        .declare(FIND)
        .declare(needs)
        .declare(mentions)
        .declare(based)
        .declare(&QUESTION as Kind)
}

fn followers(_: &Ctx) -> Followers {
    Followers::default().with(follow::follower())
}

fn routes() -> Routes {
    Routes::new(Listener::Office).get("/questions", &VIEW_INTERPRETATIONS, pages::office).post(
        "/questions/checked",
        &document::permissions::WRITE_DOCUMENTS,
        pages::checked,
    )
}

fn portal_routes() -> Routes {
    Routes::new(Listener::Portal).get("/questions", &READ_PUBLIC, pages::list)
}
