//! What of documents and columns the log seals: see [`store::log::seals`]. From its submission on an edition does not change
//! without an event; drafts do. What readers and the search are shown is made from the text, and is sealed too: making it anew
//! under other rules ([`crate::refresh`]) says so.

use store::Sealed;

/// Editions that are no draft any more, of the document `$1`.
macro_rules! settled {
    ($columns:literal, $tables:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM edition e ",
            $tables,
            " WHERE e.document_id = $1 AND e.state IN ('in_review', 'scheduled', 'published', 'superseded', 'withdrawn')"
        )
    };
}

pub(crate) fn documents() -> Sealed {
    Sealed::each(
        "document",
        "文件",
        "SELECT DISTINCT document_id AS id FROM edition \
         WHERE state IN ('in_review', 'scheduled', 'published', 'superseded', 'withdrawn')",
        // What is found stands in the log for good: it names no title, which may have to be erased, but what stays of a document.
        "SELECT index_number FROM document WHERE id = $1 AND index_number <> ''",
    )
    .also("asked/1", "SELECT document_id AS id FROM erasure")
    .part(
        "document/1",
        "机关、栏目、索引号或公开状态",
        "SELECT id, organ, column_slug, kind, index_number, created_by, current_edition, title, rank, first_published_at, \
         first_published_on, published_at FROM document WHERE id = $1 AND rank > 0",
    )
    .part(
        // 2: those that were never public have a seal of their own from the first on.
        "edition/2",
        "标题、状态、时间或撤回说明",
        settled!(
            "e.id, e.number, e.organ, e.column_slug, e.kind, e.state, e.publish_at, e.published_at, e.ended_at, e.reason, \
             e.notice, e.author, e.author_name, e.title, e.note, e.disclosure, e.disclosure_reason",
            ""
        ),
    )
    .part("text/1", "正文", settled!("t.edition_id, t.body_html", "JOIN edition_text t ON t.edition_id = e.id"))
    .part(
        "reading/1",
        "正文的显示形式",
        settled!(
            "t.edition_id, t.reading_html, t.body_text, t.html_policy",
            "JOIN edition_text t ON t.edition_id = e.id"
        ),
    )
    .part(
        "article/1",
        "章节和条",
        settled!(
            "a.edition_id, a.place, a.anchor, a.level, a.number, a.title, a.text",
            "JOIN article a ON a.edition_id = e.id"
        ),
    )
    .part("author/1", "撰写人", settled!("a.edition_id, a.account", "JOIN edition_author a ON a.edition_id = e.id"))
    .part("facet/1", "文号、日期等字段", settled!("f.edition_id, f.key, f.place, f.value", "JOIN facet f ON f.edition_id = e.id"))
    .part(
        "file/1",
        "附件",
        settled!(
            "a.edition_id, a.id, a.position, a.title, a.file_name, a.digest, a.media_type, a.format, a.bytes",
            "JOIN attachment a ON a.edition_id = e.id"
        ),
    )
    .part(
        "picture/1",
        "正文中的图片",
        settled!(
            "p.edition_id, p.id, p.width, p.height, p.small_digest, p.small_bytes",
            "JOIN picture p ON p.edition_id = e.id"
        ),
    )
    .part(
        "relation/1",
        "与其他文件的关联",
        "SELECT r.kind, r.to_document, r.place, r.confirmed_by FROM relation r JOIN document d ON d.id = r.from_document \
         WHERE d.id = $1 AND d.rank > 0",
    )
    .part(
        "erasure/1",
        "原文的清除",
        "SELECT basis, reason, asked_by, asked_name, asked_at, done_by, done_name, done_at FROM erasure WHERE document_id = $1",
    )
}

pub(crate) fn columns() -> Sealed {
    Sealed::each(
        "column",
        "栏目",
        "SELECT slug AS id FROM portal_column",
        "SELECT name FROM portal_column WHERE slug = $1",
    )
    .part(
        "column/2",
        "名称和设置",
        "SELECT slug, name, parent, description, keywords, kind, purpose, basis, hidden, position FROM portal_column WHERE slug = $1",
    )
    .part(
        "cadence/1",
        "更新频次和维护单位",
        "SELECT cadence, organ FROM portal_column WHERE slug = $1 AND (cadence <> '' OR organ <> '')",
    )
    .part("item/1", "法定公开事项", "SELECT item FROM portal_column_item WHERE column_slug = $1")
}
