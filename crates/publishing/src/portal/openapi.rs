//! The description of the open interface (OpenAPI 3.1). What a document holds is written from the fields and ties that its
//! kinds declare; a test compares the rest with the answers.

use axum::{extract::State, response::Response};
use document::{Facet, Kinds, Shape, page::base_url};
use serde_json::{Map, Value, json};
use web::Ctx;

use super::{api::open, lists::counted};

/// `GET /api/v1/openapi.json`
pub(super) async fn document(State(ctx): State<Ctx>) -> Response {
    let (site, kinds) = (ctx.site(), Kinds::of(&ctx));
    open(json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("{}开放接口", site.name),
            "version": "1.0.0",
            "description": "只读，不用注册，不收费。只返回当前已公开的内容；撤回的内容答复 410。时间为 UTC，日期为 YYYY-MM-DD。",
        },
        "servers": [{ "url": base_url(&ctx) }],
        "paths": paths(&kinds),
        "components": { "schemas": schemas(&kinds) },
    }))
}

fn parameter(name: &str, description: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "required": false, "description": description, "schema": schema })
}

fn in_path(name: &str, description: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "description": description, "schema": { "type": "string" } })
}

fn answer(description: &str, schema: &str) -> Value {
    json!({
        "description": description,
        "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } },
    })
}

fn problem(description: &str) -> Value {
    json!({
        "description": description,
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    })
}

/// What a list of documents can be asked for.
fn list_parameters(kinds: &Kinds) -> Vec<Value> {
    let text = || json!({ "type": "string" });
    let one_of = |codes: Vec<&str>| json!({ "type": "string", "enum": codes });
    let mut parameters = vec![
        parameter("q", "标题或发文字号中的文字", text()),
        parameter("organ", "机关代码", text()),
        parameter("column", "栏目标识，含下级栏目", text()),
        parameter("kind", "类型", one_of(kinds.all().iter().map(|kind| kind.key).collect())),
        parameter("year", "公开年份", json!({ "type": "integer", "minimum": 1949, "maximum": 2199 })),
    ];
    parameters.extend(counted(kinds).into_iter().map(|facet| {
        let schema = match facet.shape {
            Shape::Choice(choices) => one_of(choices.iter().map(|(code, _)| *code).collect()),
            _ => text(),
        };
        parameter(facet.asked, facet.label, schema)
    }));
    let whole = |most: i64| json!({ "type": "integer", "minimum": 1, "maximum": most });
    parameters.extend([
        parameter("sort", "排序，缺省为最新公开在前", one_of(vec!["oldest", "written"])),
        parameter("page", "页码，从 1 开始", whole(1_000_000)),
        parameter("after", "从这一条之后开始，取自上一页的 next；逐页取完全部时用它", text()),
        parameter("size", "每页条数，缺省 50", whole(200)),
    ]);
    parameters
}

fn paths(kinds: &Kinds) -> Value {
    let text = || json!({ "type": "string" });
    let whole = |most: i64| json!({ "type": "integer", "minimum": 1, "maximum": most });
    json!({
        "/api/v1/documents": { "get": {
            "operationId": "listDocuments",
            "summary": "公开的文件，分页",
            "parameters": list_parameters(kinds),
            "responses": { "200": answer("一页文件", "DocumentPage") },
        } },
        "/api/v1/documents/{id}": { "get": {
            "operationId": "getDocument",
            "summary": "一份公开的文件，含正文、附件和修订历史",
            "parameters": [in_path("id", "文件标识")],
            "responses": {
                "200": answer("文件", "Document"),
                "404": problem("没有这份文件，或者没有公开"),
                "410": problem("已撤回，说明原因"),
            },
        } },
        "/api/v1/organs": { "get": {
            "operationId": "listOrgans",
            "summary": "全部机关，含已撤销的",
            "responses": { "200": answer("机关", "OrganList") },
        } },
        "/api/v1/plans/{id}": { "get": {
            "operationId": "getPlan",
            "summary": "一份年度工作要点及其任务落实情况",
            "parameters": [in_path("id", "要点标识，见 /plans 页面上的链接")],
            "responses": { "200": answer("工作要点", "Plan"), "404": problem("没有这份要点，或者没有公开") },
        } },
        "/api/v1/search": { "get": {
            "operationId": "search",
            "summary": "全文检索",
            "parameters": [
                parameter("q", "检索词", text()),
                parameter("kind", "类型", text()),
                parameter("organ", "机关简称", text()),
                parameter("column", "栏目名称", text()),
                parameter("year", "年份", text()),
                parameter("validity", "有效性", text()),
                parameter("sort", "date 为按日期，缺省为按相关度", json!({ "type": "string", "enum": ["date"] })),
                parameter("page", "页码", whole(1_000)),
                parameter("limit", "条数", whole(100)),
            ],
            "responses": { "200": answer("检索结果", "SearchResult") },
        } },
    })
}

/// Fields as answers hold them.
fn fields(facets: impl Iterator<Item = &'static Facet>, into: &mut Map<String, Value>) {
    for facet in facets {
        let schema = match facet.shape {
            Shape::Words => json!({ "type": "array", "items": { "type": "string" } }),
            Shape::Flag => json!({ "type": "boolean" }),
            _ => json!({ "type": "string" }),
        };
        into.insert(facet.key.to_owned(), schema);
        if let Shape::Choice(_) = facet.shape {
            into.insert(format!("{}_name", facet.key), json!({ "type": "string" }));
        }
    }
}

/// What answers hold of a document in a list, and what they hold of one.
fn of_document(kinds: &Kinds) -> (Map<String, Value>, Map<String, Value>) {
    let (text, number) = (json!({ "type": "string" }), json!({ "type": "integer" }));
    let moment = json!({ "type": "string", "format": "date-time" });
    let map = |value: Value| value.as_object().cloned().unwrap_or_default();
    let mut summary = map(json!({
        "id": text, "title": text, "url": { "type": "string", "format": "uri" }, "kind": text, "kind_name": text,
        "organ": text, "organ_name": text, "column": text, "column_name": text, "index_number": text,
        "published_at": moment, "updated_at": moment,
    }));
    let facets = kinds.facets();
    fields(facets.iter().copied().filter(|facet| facet.public && facet.listed), &mut summary);
    let mut document = summary.clone();
    fields(facets.iter().copied().filter(|facet| facet.public), &mut document);
    document.extend(map(json!({
        "edition": number, "body_html": text, "body_text": text, "sha256": text, "note": text,
        "attachments": { "type": "array", "items": { "type": "object", "properties": {
            "id": text, "title": text, "file_name": text, "media_type": text, "bytes": number, "sha256": text, "url": text,
        } } },
        "pictures": { "type": "array", "items": { "type": "object", "properties": {
            "url": text, "width": number, "height": number, "bytes": number, "sha256": text, "media_type": text, "alt": text,
            "small": { "type": ["object", "null"] },
        } } },
        "history": { "type": "array", "items": { "type": "object", "properties": {
            "edition": number, "title": text, "published_at": text, "ended_at": text, "changed": text,
        } } },
    })));
    let other = json!({ "$ref": "#/components/schemas/DocumentSummary" });
    for relation in kinds.relations() {
        let forward = match relation.most {
            1 => json!({ "oneOf": [other, { "type": "null" }] }),
            _ => json!({ "type": "array", "items": other }),
        };
        document.insert(relation.key.to_owned(), forward);
        document.insert(relation.backs.to_owned(), json!({ "type": "array", "items": other }));
    }
    (summary, document)
}

fn schemas(kinds: &Kinds) -> Value {
    let (text, number) = (json!({ "type": "string" }), json!({ "type": "integer" }));
    let (summary, document) = of_document(kinds);
    json!({
        "DocumentSummary": { "type": "object", "required": ["id", "title", "url", "kind", "organ"], "properties": summary },
        "Document": { "type": "object", "required": ["id", "title", "url", "body_html"], "properties": document },
        "DocumentPage": { "type": "object", "required": ["total", "page", "pages", "size", "items"], "properties": {
            "total": number, "more": { "type": "boolean" }, "page": number, "pages": number, "size": number, "next": { "type": ["string", "null"] },
            "items": { "type": "array", "items": { "$ref": "#/components/schemas/DocumentSummary" } },
        } },
        "OrganList": { "type": "object", "required": ["total", "items"], "properties": {
            "total": number,
            "kinds": { "type": "array", "items": { "type": "object" } },
            "items": { "type": "array", "items": { "type": "object", "required": ["code", "name"], "properties": {
                "code": text, "name": text, "short_name": text, "aliases": { "type": "array", "items": text }, "kind": text,
                "kind_name": text, "parent": { "type": ["string", "null"] }, "leader": text, "phone": text, "address": text,
                "hours": text, "exists": { "type": "boolean" }, "exists_from": { "type": ["string", "null"] },
                "exists_to": { "type": ["string", "null"] }, "successor": { "type": ["string", "null"] },
                "documents": number, "url": text,
            } } },
        } },
        "Plan": { "type": "object" },
        "SearchResult": { "type": "object", "required": ["total", "hits"], "properties": {
            "total": number, "took_ms": number, "hits": { "type": "array", "items": { "type": "object" } },
            "facets": { "type": "object" },
        } },
        "Problem": { "type": "object", "properties": {
            "title": text, "status": number, "detail": text, "message": text, "incident": { "type": ["string", "null"] },
        } },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        let kinds = Kinds::new(crate::kinds::ALL);
        let (paths, schemas) = (paths(&kinds), schemas(&kinds));
        let text = format!("{paths}{schemas}");
        for name in text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(schemas.get(name).is_some(), "{name}");
        }
    }
}
