//! What a text needs besides itself, as the editor lists it: with the page, and anew after each saving.

use askama::Template;
use document::{
    Whole,
    needs::{self, Need, Step},
};
use web::{Ctx, Error, Result};

#[derive(Template)]
#[template(path = "editions/templates/needs.html")]
struct List {
    needs: Vec<Need>,
}

/// The list for the edition as it is stored; empty when it needs nothing.
pub(super) async fn html(ctx: &Ctx, whole: &Whole) -> Result<String> {
    let needs = needs::needs(ctx, ctx.db().read(), whole, Step::Submit).await?;
    List { needs }.render().map_err(|error| Error::internal(error.to_string()))
}
