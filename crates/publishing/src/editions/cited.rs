//! What points at a public document, for whoever thinks of withdrawing it: texts, duties, words of the search. What each of them will
//! do then is said beside it.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    House,
    permissions::WITHDRAW_DOCUMENTS,
    public::{self, Pointing},
    rows,
};
use kernel::{
    id::{DocumentId, SubjectRef},
    may_for,
};
use web::{
    Ctx, Desk, OfficeShell, Result,
    hooks::{Cited, Citing},
    office_page,
};

#[derive(Template)]
#[template(path = "editions/templates/cited.html")]
struct Page {
    shell: OfficeShell,
    document: DocumentId,
    title: String,
    /// Whether it is public: else what is told has happened already.
    is_public: bool,
    lines: Vec<Cited>,
}

/// `GET /documents/{id}/cited`
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<DocumentId>) -> Result<Response> {
    let (house, actor) = (crate::house(&ctx), desk.actor());
    let about = rows::visible(ctx.db().read(), &house, &actor, &id).await?;
    may_for(&actor, &WITHDRAW_DOCUMENTS, about.keeper())?;
    let lines = lines(&ctx, &house, &id, public::pointing(ctx.db(), &id).await?).await?;
    // What was withdrawn has its title in its editions.
    let newest = rows::editions(ctx.db().read(), &id).await?.into_iter().next();
    let title = match newest.filter(|_| about.title.is_empty()) {
        Some(edition) => edition.shown_title().to_owned(),
        None => about.title,
    };
    let is_public = !about.current_edition.as_str().is_empty();
    let shell = desk.shell(&ctx, format!("引用情况：{title}")).await?;
    office_page(&Page { shell, document: id, title, is_public, lines })
}

/// What points at it besides links in texts, for the question before a withdrawal: `|《…》（关联文件）、…`; empty = nothing.
///
/// # Errors
/// When the database fails.
pub(super) async fn in_words(ctx: &Ctx, house: &House, id: &DocumentId) -> Result<String> {
    /// Those that are named.
    const SHOWN: usize = 5;
    let lines = lines(ctx, house, id, public::tied(ctx.db(), id).await?).await?;
    let named: Vec<String> =
        lines.iter().take(SHOWN).map(|one| format!("{}（{}）", one.label.replace('|', "｜"), one.what)).collect();
    let more = if lines.len() > SHOWN { format!("等 {} 处", lines.len()) } else { String::new() };
    Ok(if named.is_empty() {
        String::new()
    } else {
        format!("|引用了它、随之变化的：{}{more}", named.join("、"))
    })
}

/// These documents, and what others keep.
async fn lines(ctx: &Ctx, house: &House, id: &DocumentId, pointing: Vec<Pointing>) -> Result<Vec<Cited>> {
    let mut lines = Vec::new();
    for one in pointing {
        let tie = house.kinds.relations().into_iter().find(|relation| relation.key == one.tie);
        lines.push(Cited {
            what: if tie.is_some() { "关联文件" } else { "正文里的链接" },
            label: format!("《{}》", one.title),
            href: format!("/documents/{}", one.document),
            then: match tie {
                Some(_) => "它的页面不再显示这项关联".to_owned(),
                None => "链接打开后是撤回说明，请撰写人考虑更正".to_owned(),
            },
        });
    }
    let subject = SubjectRef::new(crate::DOCUMENT, id);
    for one in ctx.declared::<Arc<dyn Citing>>() {
        lines.extend(one.citing(ctx, &subject).await?);
    }
    Ok(lines)
}
