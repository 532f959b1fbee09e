//! Words of the search that the office keeps (检索用语): forms of one thing besides those that everybody uses
//! ([`crate::synonyms`]), and what is shown first when somebody asks for a word. In force on every node once the log was read.

mod fixed;
mod pages;
mod store;

use std::sync::Arc;

use kernel::{EventKind, Permission, Role, event::Keep, permission::Scope::AllOrgans};
use web::{
    Capability, Listener, Nav, Routes,
    hooks::{Citing, Verb},
};

pub(crate) use fixed::title_of;
pub(crate) use store::{Found, Phrases, SUBJECT, all};

/// Key of the capability.
pub(crate) const KEY: &str = "search_phrases";

/// Keep the words of the search.
static MANAGE: Permission = Permission::new("manage_search_phrases", "维护检索用语", &[Role::CountyOffice], AllOrgans);

/// A title was typed until nobody alone could put words before everybody; what was logged then is still read.
const ABOUT: &[(&str, &str)] = &[("words", "用语"), ("target", "推荐网址"), ("title", "显示的标题")];
static ADDED: EventKind =
    EventKind::new(SUBJECT, "search_phrase.added", "增加检索用语").holds(ABOUT).keeps(Keep::Words);
static CHANGED: EventKind =
    EventKind::new(SUBJECT, "search_phrase.changed", "修改检索用语").holds(ABOUT).keeps(Keep::Words);
static DELETED: EventKind =
    EventKind::new(SUBJECT, "search_phrase.deleted", "删除检索用语").holds(ABOUT).keeps(Keep::Words);

/// The pages of the office.
pub fn capability() -> Capability {
    Capability::new(KEY, "检索用语")
        .routes(routes)
        .permissions(&[&MANAGE])
        .nav(Nav::under("管理", "/search-phrases", "检索用语", &MANAGE, 352))
        .events(&[&ADDED, &CHANGED, &DELETED])
        .subject(SUBJECT, "检索用语")
        .migrations(::store::migrations!("search_phrases", "../../migrations/0001_phrases.sql"))
        .declare(store::sealed())
        .declare(Arc::new(store::Firsts) as Arc<dyn Citing>)
        .declare(Verb::new("新增检索用语", "搜索 同义词 推荐", "/search-phrases/new", &MANAGE))
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/search-phrases", &MANAGE, pages::list)
        .get("/search-phrases/new", &MANAGE, pages::new)
        .post("/search-phrases", &MANAGE, pages::create)
        .get("/search-phrases/{id}", &MANAGE, pages::edit)
        .post("/search-phrases/{id}", &MANAGE, pages::change)
        .post("/search-phrases/{id}/delete", &MANAGE, pages::delete)
}
