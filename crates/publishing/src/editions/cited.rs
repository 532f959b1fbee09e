//! What points at a public document, for whoever thinks of withdrawing it: texts, duties, words of the search. What each of them will
//! do then is said beside it.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{permissions::WITHDRAW_DOCUMENTS, public, rows};
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
    lines: Vec<Cited>,
}

/// `GET /documents/{id}/cited`
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<DocumentId>) -> Result<Response> {
    let (house, actor) = (crate::house(&ctx), desk.actor());
    let about = rows::visible(ctx.db().read(), &house, &actor, &id).await?;
    may_for(&actor, &WITHDRAW_DOCUMENTS, about.keeper())?;
    let mut lines = Vec::new();
    for one in public::pointing(ctx.db(), &id).await? {
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
    let subject = SubjectRef::new(crate::DOCUMENT, &id);
    for one in ctx.declared::<Arc<dyn Citing>>() {
        lines.extend(one.citing(&ctx, &subject).await?);
    }
    let shell = desk.shell(&ctx, format!("引用情况：{}", about.title)).await?;
    office_page(&Page { shell, document: id, title: about.title, lines })
}
