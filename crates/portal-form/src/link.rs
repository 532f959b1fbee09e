//! The private link in the address of a request, and the answer to one that opens nothing.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use web::{Ctx, error::ErrorView};

use crate::secret::Secret;

/// The secret in the address of a request.
pub(super) async fn secret_of(parts: &mut Parts, ctx: &Ctx) -> Option<Secret> {
    let params = RawPathParams::from_request_parts(parts, ctx).await.ok()?;
    let found = params.iter().find(|(name, _)| *name == "secret").map(|(_, value)| value.to_owned());
    Secret::parse(&found?)
}

/// The one answer to a link that opens nothing, whether it ever did or not.
pub(super) fn opens_nothing() -> Response {
    let view = ErrorView {
        status: StatusCode::NOT_FOUND,
        title: "这个链接打不开",
        message: "链接可能没有复制完整，也可能已经过期或停用。没有提交的内容到期后自动删除；已经提交的，请用回执上的链接或查询码查询；查询码补发过的，用新的查询码。"
            .into(),
        incident: None,
    };
    let mut response = (view.status, view.message.clone()).into_response();
    response.extensions_mut().insert(view);
    response
}
