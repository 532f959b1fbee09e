//! The text of a report, begun from its figures: a draft with the six chapters, which then is written on and passes the gates as
//! every document does.

use ::store::Tx;
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    House, Values,
    columns::{Tree, YEARLY_REPORT},
    draft::{self, NewDocument},
    html::Written,
};
use web::{Ctx, Desk, Done, Error, Form, Refusal, Result, act};

use super::{
    REPORT,
    actions::Button,
    chapters, office,
    paper::Chapter,
    rows::AnnualReportId,
    stored::{self, Stored},
};

/// What stands where somebody has to write.
const TO_WRITE: &str = "（请填写）";

#[derive(Template)]
#[template(path = "reports/templates/text.html")]
struct Text {
    chapters: Vec<Chapter>,
}

/// POST /annual-reports/{id}/text
pub(super) async fn begin(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<AnnualReportId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let row = office::visible(&ctx, &desk, &id).await?;
    let known = chapters::exists(&ctx, &row).await?;
    let whole = Stored { lacking: TO_WRITE, ..stored::kept(&ctx, &row).await? };
    let html = Text { chapters: whole.written() }.render()?;
    let house = House::of(&ctx, "");
    let own = house.own_host.clone();
    let cleaned = tokio::task::spawn_blocking(move || Written::new(&html, &own)).await;
    let text = cleaned
        .map_err(|error| Error::internal(format!("cleaning a text: {error}")))?
        .map_err(|too_much| Error::Invalid(too_much.to_string()))?;
    let tree = Tree::load(ctx.db()).await?;
    let column = tree.for_purpose(&YEARLY_REPORT).map(|column| column.slug.clone());
    let done = async |tx: &mut Tx| {
        if known {
            let text = format!("“{}”已经有稿件，没有重复新建。请在“稿件”里打开。", whole.title);
            return Err(Refusal::Conflict(text));
        }
        let Some(column) = column.clone() else {
            let text = "还没有“政府信息公开年报”用途的栏目。请县政府办公室在“栏目”里设置，再新建正文。";
            return Err(Refusal::Conflict(text.to_owned()));
        };
        let new = NewDocument {
            organ: row.organ.clone(),
            column,
            kind: &REPORT,
            title: whole.title.clone(),
            relations: Vec::new(),
        };
        let made = draft::create_written(tx, &house, &desk.actor(), &new, (&Values::default(), &text)).await?;
        Ok(Done::ok(
            format!("/documents/{}/edit", made.0.id),
            "已新建正文，数字取自三张表。请写完第五、第六部分再提交。",
        ))
    };
    Ok(act(&ctx, &button.once, done).await?)
}
