//! The description (OpenAPI 3.1), printed from what the capabilities declare.

use axum::{
    Json,
    extract::{RawQuery, State},
    http::header,
    response::{IntoResponse, Response},
};
use document::page::base_url;
use serde_json::{Map, Value, json};
use web::{
    Ctx, Error, Result,
    api::{Problem, Schemas, Shape},
};

/// `GET /api/v1/openapi.json`
pub(super) async fn document(State(ctx): State<Ctx>, RawQuery(query): RawQuery) -> Result<Response> {
    if let Some(name) = query.as_deref().and_then(|query| query.split(['=', '&']).find(|name| !name.is_empty())) {
        let name = String::from_utf8_lossy(&kernel::percent_decoded(name)).chars().take(30).collect();
        return Err(Error::Parameter { name, text: "接口说明不带参数。".into() });
    }
    let mut response = Json(description(&ctx)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, web::page::PUBLIC);
    Ok(response)
}

/// The whole description.
fn description(ctx: &Ctx) -> Value {
    let mut schemas = Schemas::new(ctx);
    Problem::shape(&mut schemas);
    let (mut paths, mut chosen) = (Map::new(), Vec::new());
    for operation in super::operations(ctx) {
        let told = operation.description(ctx, &mut schemas);
        paths.insert(operation.path.to_owned(), json!({ "get": told }));
        chosen.push((operation.selects.of, operation.selects.key));
    }
    let site = ctx.site();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("{}开放接口", site.name),
            "version": "1.1.0",
            "description": "只读，不用注册，不收费，不用密钥。只答复当前已公开的内容；撤回的答复 410。时间为 UTC（RFC 3339），日期为 \
                            YYYY-MM-DD。没有写明的参数一律拒绝。错误按 RFC 9457 答复；GET 和 HEAD 以外的方法答复 405。答复里的字段只增不减。",
        },
        "servers": [{ "url": base_url(ctx) }],
        "externalDocs": { "description": "写给开发者的说明页", "url": format!("{}{}", base_url(ctx), web::api::PAGE) },
        "paths": paths,
        "components": { "schemas": schemas.finish(&chosen) },
    })
}
