//! An edition as the public sees or would see it: through the portal's own page, for those who may see it.

use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    Kinds, RelationSpec, Whole,
    common::on_day,
    html::{Written, contents},
    public::{self, Listed, PublicDocument, PublicFile},
    rows,
};
use kernel::{id::DocumentId, time};
use serde::Deserialize;
use web::{Ctx, Desk, Error, Query, Reader, Result};

use super::{
    checks, reading,
    show::{self, Which},
    subject,
};
use crate::portal::{self, Bar};

/// Which edition, and for whom it is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct How {
    edition: kernel::id::EditionId,
    /// `elder`: as those see it who chose large type.
    mode: String,
}

/// The page that the portal would show.
pub(super) async fn page(
    State(ctx): State<Ctx>,
    desk: Desk,
    reader: Reader,
    Path(id): Path<DocumentId>,
    Query(how): Query<How>,
) -> Result<Response> {
    let whole = show::which(&ctx, &desk, &id, &Which { edition: how.edition }).await?;
    reading::note(&ctx, &desk, &whole).await?;
    let review = review::rows::newest(ctx.db().read(), &checks::about(&whole)).await?;
    let base = format!("/documents/{id}/preview?edition={}", whole.edition.id);
    let bar = Bar {
        stands: stands(&whole.edition.state),
        draft: whole.edition.published_at.is_empty(),
        state: subject::state_words(&whole.edition, review.as_ref()),
        back: format!("/documents/{id}"),
        elder: format!("{base}&mode=elder"),
        usual: base,
        files: format!("/documents/{id}/attachments/{{id}}?edition={}", whole.edition.id),
        pages: format!("/documents/{id}/attachments/{{id}}/view?edition={}", whole.edition.id),
        portal: ctx.portal_url().to_owned(),
    };
    let document = would_be(&ctx, &whole).await?;
    let reader = Reader { elder: how.mode == "elder", ..reader };
    portal::preview(&ctx, &reader, &document, bar).await
}

/// What the public has of an edition in this state, in a sentence.
fn stands(state: &str) -> &'static str {
    match state {
        "published" => "预览：这一版已经公开，公众现在看到的就是它。",
        "superseded" => "预览：这一版公开过，已经被后来的版本替换。",
        "withdrawn" => "预览：这一版公开过，已经撤回，公众看不到。",
        _ => "预览，尚未公开。",
    }
}

/// The document as the public would find it if this edition were public now.
async fn would_be(ctx: &Ctx, whole: &Whole) -> Result<PublicDocument> {
    let house = crate::house(ctx);
    let (about, edition) = (&whole.document, &whole.edition);
    let kind = house.kind_of(about)?;
    let mut values = whole.values.clone();
    let effects = document::references::effects_on(ctx.db().read(), &about.id).await?;
    on_day(&mut values, &effects, ctx.today());
    values.keep_public(kind);
    let (html, own) = (whole.text.body_html.clone(), house.own_host.clone());
    let written = tokio::task::spawn_blocking(move || Written::renewed(&html, &own)).await;
    let written = written.map_err(|error| Error::internal(format!("preparing a preview: {error}")))?;
    let at = [edition.published_at.as_str(), edition.publish_at.as_str()].into_iter().find(|at| !at.is_empty());
    let at = at.map_or_else(|| time::to_db(ctx.seams().now()), ToOwned::to_owned);
    let on = time::from_db(&at).map(|at| time::date_in_china(at).to_string()).unwrap_or_default();
    let listed = Listed {
        id: about.id.clone(),
        edition: edition.id.clone(),
        path: kind.address(&about.id),
        title: edition.shown_title().to_owned(),
        kind,
        organ: about.organ.clone(),
        column: about.column.clone(),
        index_number: if about.index_number.is_empty() {
            "发布时生成".to_owned()
        } else {
            about.index_number.clone()
        },
        values,
        published_on: on,
        published_at: at.clone(),
        updated_at: at,
        rank: 0,
    };
    let file = |row: &rows::AttachmentRow| PublicFile {
        id: row.id.clone(),
        title: row.name().to_owned(),
        file_name: row.file_name.clone(),
        digest: row.digest.clone(),
        media_type: row.media_type.clone(),
        format: row.kind(),
        bytes: row.bytes,
    };
    Ok(PublicDocument {
        listed,
        number: edition.number,
        digest: document::digest(&whole.text.body_html),
        body_html: whole.text.body_html.clone(),
        body_text: written.text,
        reading_html: show::pictures(&written.reading, &about.id, &edition.id),
        contents: contents(&written.articles),
        note: edition.note.clone(),
        attachments: whole.attachments().map(file).collect(),
        // Programs are told of them, a page shows them.
        pictures: Vec::new(),
        forward: forward(ctx, whole).await?,
        back: Vec::new(),
        superseded: Vec::new(),
    })
}

/// Public documents to which it leads, by the tie.
async fn forward(ctx: &Ctx, whole: &Whole) -> Result<Vec<(&'static RelationSpec, Vec<Listed>)>> {
    let kinds = Kinds::of(ctx);
    let mut found = Vec::new();
    for relation in kinds.relations() {
        let mut lines = Vec::new();
        for row in whole.relations.iter().filter(|row| row.kind == relation.key) {
            lines.extend(public::listed(ctx.db(), &kinds, &row.to_document).await?);
        }
        if !lines.is_empty() {
            found.push((relation, lines));
        }
    }
    Ok(found)
}
