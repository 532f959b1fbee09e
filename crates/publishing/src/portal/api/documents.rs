//! Documents: a list to walk through, one in full, the editions that the public has seen of it.

use axum::{
    extract::{Path, RawQuery, State},
    http::Uri,
    response::Response,
};
use document::{
    Facet, Kinds, RelationSpec, Shape as Holds, Values,
    columns::Tree,
    common::SOURCE,
    html::pictures::{Address as PictureAddress, Named, of as pictures_of},
    page::base_url,
    public::{self, Cursor, Found, Listed, PublicDocument, PublicPicture},
    references,
};
use kernel::{
    OrganCode,
    id::{AttachmentId, ColumnId, DocumentId},
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use web::{
    Ctx, Error, Result,
    api::{Address, Asked, Field, Fields, MOST, Moment, Operation, Parameter, SIZE, Schemas, Selects, Shape},
    page::escape_query,
};

use super::super::{
    downloads::Told,
    lists::{self, counted},
};

/// Documents that are counted where counting takes reading; `more` tells that there are others.
const COUNTED: i64 = 10_000;

const WITHDRAWN: &str = "已撤回；detail 说明原因。";
const ID: [(&str, &str); 1] = [("id", "文件标识，列表里的 id。")];

pub(super) static LIST: Operation = Operation {
    id: "listDocuments",
    path: "/api/v1/documents",
    title: "公开的文件，逐页",
    about: "缺省为最新公开的在前。要取完全部，沿 next（或响应头 Link）走，不要按页码走：走的时候有新文件公开，也不会漏。",
    within: &[],
    asks: list_parameters,
    answers: DocumentPage::shape,
    selects: Selects { rows: "items", key: "id", of: "DocumentSummary", fields: Summary::fields },
    gone: "",
    example: "/api/v1/documents?kind=policy&limit=5&fields=title,url",
    place: 10,
};

pub(super) static ONE: Operation = Operation {
    id: "getDocument",
    path: "/api/v1/documents/{id}",
    title: "一份公开的文件，含正文、附件和修订记录",
    about: "body_html 是清理过的正文，可以直接放进网页；sha256 是它的摘要。",
    within: &ID,
    asks: no_parameters,
    answers: Document::shape,
    selects: Selects { rows: "", key: "id", of: "Document", fields: Document::fields },
    gone: WITHDRAWN,
    example: "/api/v1/documents/{id}",
    place: 11,
};

pub(super) static EDITIONS: Operation = Operation {
    id: "listEditions",
    path: "/api/v1/documents/{id}/editions",
    title: "一份文件公开过的各个版本",
    about: "现行的在最前。只说明何时公开、何时被替换、改了什么；被替换的正文不在这里提供；作者同意对照的，网页上可以与后一版逐字对照。",
    within: &ID,
    asks: no_parameters,
    answers: Editions::shape,
    selects: Selects { rows: "items", key: "edition", of: "Edition", fields: Edition::fields },
    gone: WITHDRAWN,
    example: "/api/v1/documents/{id}/editions",
    place: 12,
};

pub(super) fn no_parameters(_: &Ctx) -> Vec<Parameter> {
    Vec::new()
}

/// What a list of documents can be asked for.
fn list_parameters(ctx: &Ctx) -> Vec<Parameter> {
    let kinds = Kinds::of(ctx);
    let mut parameters = vec![
        Parameter::text("q", 100, "标题或发文字号中的文字。"),
        Parameter::text("organ", 100, "机关代码，见 /api/v1/organs。"),
        Parameter::text("column", 100, "栏目标识，含下级栏目，见 /api/v1/columns。"),
        Parameter::one_of("kind", kinds.all().iter().map(|kind| kind.key), "类型。"),
        Parameter::whole("year", (1949, 2199), "公开年份。"),
    ];
    parameters.extend(counted(&kinds).into_iter().map(|facet| match facet.shape {
        Holds::Choice(choices) => {
            Parameter::one_of(facet.asked, choices.iter().map(|(code, _)| *code), &format!("{}。", facet.shown))
        }
        _ => Parameter::text(facet.asked, 100, &format!("{}。", facet.shown)),
    }));
    parameters.push(Parameter::one_of(
        "sort",
        ["newest", "oldest", "written"],
        "排序：newest 最新公开在前（缺省），oldest 最早公开在前，written 成文日期晚的在前。",
    ));
    parameters.extend(Parameter::paging(SIZE, MOST));
    parameters.push(Parameter::whole("page", (1, 1_000_000), "页码，从 1 开始。请改用 after。").old());
    parameters.push(Parameter::whole("size", (1, MOST), "每页条数。请改用 limit。").old());
    parameters
}

web::answer! {
    /// What every document has.
    #[derive(Clone)]
    pub(in crate::portal) struct Head as "DocumentHead" {
        id: DocumentId => "文件标识，永远不变。",
        title: String => "现行版本的标题。",
        url: Address => "网页地址。",
        kind: &'static str => "类型代码。",
        kind_name: &'static str => "类型名称。",
        organ: OrganCode => "发布机关代码。",
        organ_name: String => "发布机关名称。",
        column: ColumnId => "栏目标识。",
        column_name: String => "栏目名称。",
        index_number: String => "索引号。",
        published_at: Moment => "首次公开的时间。",
        updated_at: Moment => "现行版本公开的时间。",
    }
}

web::answer! {
    /// A document in lists and downloads.
    #[derive(Clone)]
    pub(in crate::portal) struct Summary as "DocumentSummary" {
    } with { head: Head, fields: ListedFields }
}

web::answer! {
    /// Some documents.
    struct DocumentPage as "DocumentPage" {
        total: i64 => "符合条件的条数；more 为真时不止这么多。",
        more: bool => "是否没有数到底。",
        page: i64 => "页码；用 after 时总是 1。",
        pages: i64 => "页数。",
        size: i64 => "这次最多多少条。",
        next: Option<Address> => "下一页的地址；没有下一页时为 null。",
        items: Vec<Summary> => "文件。",
    }
}

web::answer! {
    /// A file of a document.
    struct Attachment as "Attachment" {
        id: AttachmentId => "附件标识。",
        title: String => "标题。",
        file_name: String => "文件名。",
        media_type: String => "媒体类型。",
        bytes: i64 => "大小，字节。",
        sha256: String => "文件的 SHA-256 摘要。",
        url: Address => "下载地址。",
    }
}

web::answer! {
    /// A file of a picture, as large as it says.
    struct PictureSize as "PictureSize" {
        url: Address => "图片地址。",
        width: u32 => "宽，像素。",
        height: u32 => "高，像素。",
        bytes: i64 => "大小，字节。",
        sha256: String => "文件的 SHA-256 摘要。",
    }
}

web::answer! {
    /// A picture in the text.
    struct Picture as "Picture" {
        media_type: String => "媒体类型。",
        alt: String => "替代文字；装饰图片为空。",
        small: Option<PictureSize> => "小一号的；没有时为 null。",
    } with { large: PictureSize }
}

web::answer! {
    /// An edition that was replaced.
    struct Past as "PastEdition" {
        edition: i64 => "第几版。",
        title: String => "当时的标题。",
        published_at: Moment => "公开的时间。",
        ended_at: Moment => "被替换的时间。",
        changed: String => "后一版改了什么。",
    }
}

web::answer! {
    /// What is publicly said between a document and another one.
    struct Said as "DocumentReference" {
        verb: &'static str => "关系：repeals 废止，replaces 代替，ends 宣布失效，amends 修改，based_on 依据，implements 落实，interprets 解释，cites 引用。",
        verb_name: &'static str => "关系的名称。",
        document: Option<DocumentId> => "另一份文件的标识；不在本库时为 null。",
        name: String => "另一份文件，按正文的写法。",
        articles: String => "只涉及其中几条时的条款；整份文件为空。",
        from: Option<String> => "从哪一天起。",
    }
}

web::answer! {
    /// A document in full.
    struct Document as "Document" {
        edition: i64 => "现行的是第几版。",
        body_html: String => "正文，清理过的 HTML。",
        body_text: String => "正文里的文字。",
        sha256: String => "body_html 的 SHA-256 摘要。",
        receipts: Address => "公开凭证的网页地址，证明这份文件从何时起公开。",
        note: String => "这一版改了什么；第一版为空。",
        attachments: Vec<Attachment> => "附件。",
        pictures: Vec<Picture> => "正文里的图片，按出现的先后。",
        history: Vec<Past> => "被替换的版本，新的在前。",
        references: Vec<Said> => "这份文件对其他文件的关系，经人认定的。",
        referenced_by: Vec<Said> => "其他公开的文件对这份文件的关系，含引用。",
    } with { head: Head, fields: AllFields, ties: Ties }
}

web::answer! {
    /// An edition that is or was public.
    struct Edition as "Edition" {
        edition: i64 => "第几版。",
        current: bool => "是否现行。",
        title: String => "标题。",
        published_at: Moment => "公开的时间。",
        ended_at: Option<Moment> => "被替换的时间；现行的为 null。",
        note: String => "这一版改了什么；第一版为空。",
    }
}

web::answer! {
    /// All editions of a document that the public has seen.
    struct Editions as "EditionList" {
        document: DocumentId => "文件标识。",
        url: Address => "文件的网页地址。",
        total: usize => "条数。",
        items: Vec<Edition> => "版本，现行的在前。",
    }
}

/// The declared fields that lists tell.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(in crate::portal) struct ListedFields(Map<String, Value>);

/// All declared fields that are public.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct AllFields(Map<String, Value>);

/// Documents to which one leads, and that lead to it, by the declared ties.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Ties(Map<String, Value>);

/// A declared field as answers hold it: name, meaning, what it may be, and its value where there are values. Both come from here,
/// so that none is told without being described.
fn told(facet: &'static Facet, values: Option<&Values>) -> Vec<(Field, Value)> {
    let value = |read: fn(&Values, &'static Facet) -> Value| values.map_or(Value::Null, |values| read(values, facet));
    let field = |words: String, shape: Value| Field::new(facet.key, words, shape);
    let label = facet.shown;
    match facet.shape {
        Holds::Words => {
            let shape = json!({ "type": "array", "items": { "type": "string" } });
            vec![(field(format!("{label}。"), shape), value(|values, facet| json!(values.all(facet))))]
        }
        Holds::Flag => {
            vec![(
                field(format!("{label}。"), json!({ "type": "boolean" })),
                value(|values, facet| json!(values.has(facet))),
            )]
        }
        Holds::Choice(choices) => {
            let codes: Vec<&str> = choices.iter().map(|(code, _)| *code).chain([""]).collect();
            let code = field(format!("{label}，代码；没有时为空。"), json!({ "type": "string", "enum": codes }));
            let name =
                Field::new(format!("{}_name", facet.key), format!("{label}，名称。"), json!({ "type": "string" }));
            vec![
                (code, value(|values, facet| json!(values.get(facet)))),
                (name, value(|values, facet| json!(values.words(facet)))),
            ]
        }
        Holds::Date => {
            let words = format!("{label}，YYYY-MM-DD；没有时为空。");
            vec![(field(words, json!({ "type": "string" })), value(|values, facet| json!(values.get(facet))))]
        }
        Holds::Text(_) | Holds::Long(_) => {
            let words = format!("{label}；没有时为空。");
            vec![(field(words, json!({ "type": "string" })), value(|values, facet| json!(values.get(facet))))]
        }
    }
}

fn public_facets(ctx: &Ctx, listed: bool) -> Vec<&'static Facet> {
    Kinds::of(ctx).facets().into_iter().filter(|facet| facet.public && (facet.listed || !listed)).collect()
}

fn described(ctx: &Ctx, listed: bool) -> Vec<Field> {
    public_facets(ctx, listed).into_iter().flat_map(|facet| told(facet, None)).map(|(field, _)| field).collect()
}

fn filled(facets: &[&'static Facet], values: &Values) -> Map<String, Value> {
    facets.iter().flat_map(|facet| told(facet, Some(values))).map(|(field, value)| (field.name, value)).collect()
}

impl Fields for ListedFields {
    fn fields(all: &mut Schemas<'_>) -> Vec<Field> {
        described(all.ctx(), true)
    }
}

impl Fields for AllFields {
    fn fields(all: &mut Schemas<'_>) -> Vec<Field> {
        described(all.ctx(), false)
    }
}

impl Fields for Ties {
    fn fields(all: &mut Schemas<'_>) -> Vec<Field> {
        let of = |relation: &'static RelationSpec, all: &mut Schemas<'_>| {
            let forward = match relation.most {
                1 => Option::<Summary>::shape(all),
                _ => Vec::<Summary>::shape(all),
            };
            [
                Field::new(relation.key, format!("{}。", relation.leads), forward),
                Field::new(
                    relation.backs,
                    format!("反过来指向本文的：{}。", relation.back),
                    Vec::<Summary>::shape(all),
                ),
            ]
        };
        Kinds::of(all.ctx()).relations().into_iter().flat_map(|relation| of(relation, all)).collect()
    }
}

fn head(ctx: &Ctx, told: &Told, one: &Listed) -> Head {
    let directory = ctx.directory();
    Head {
        id: one.id.clone(),
        title: one.title.clone(),
        url: Address(format!("{}{}", base_url(ctx), one.path)),
        kind: one.kind.key,
        kind_name: one.kind.label,
        organ: one.organ.clone(),
        organ_name: directory.get(&one.organ).map_or_else(|| one.organ.to_string(), |organ| organ.name.clone()),
        column: one.column.clone(),
        column_name: told.column(one).to_owned(),
        index_number: one.index_number.clone(),
        published_at: Moment(one.published_at.clone()),
        updated_at: Moment(one.updated_at.clone()),
    }
}

/// A document as lists and downloads tell it.
pub(in crate::portal) fn summary(ctx: &Ctx, told: &Told, one: &Listed) -> Summary {
    Summary { head: head(ctx, told, one), fields: ListedFields(filled(&told.facets, &one.values)) }
}

/// `GET /api/v1/documents`
pub(super) async fn list(State(ctx): State<Ctx>, uri: Uri, RawQuery(query): RawQuery) -> Result<Response> {
    let read = Asked::read(&ctx, &LIST, uri.path(), query.as_deref())?;
    let kinds = Kinds::of(&ctx);
    let pairs = read.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let asked = lists::Asked::read(&kinds, pairs);
    let after = match read.text("after") {
        "" => None,
        text => Some(
            Cursor::parse(text)
                .ok_or_else(|| read.refused("after", "参数 after 不是上一次答复里给的。请从头取起，沿 next 走。"))?,
        ),
    };
    let mut filter = asked.filter(&kinds);
    if !asked.column.is_empty() {
        filter.columns = Tree::load(ctx.db()).await?.below(&ColumnId::from(asked.column.as_str()));
    }
    let size = read.whole("size").unwrap_or_else(|| read.limit(SIZE));
    let page = asked.page();
    let (total, told) =
        tokio::try_join!(async { Ok::<_, Error>(public::count(ctx.db(), &filter, COUNTED).await?) }, Told::load(&ctx))?;
    let slice = public::list(ctx.db(), &kinds, &filter, asked.order(), asked.places(page, size)).await?;
    let next = slice.next.map(|place| read.next(&base_url(&ctx), &place.to_string(), &["page"]));
    let answer = DocumentPage {
        total: total.n,
        more: total.more,
        page: if after.is_some() { 1 } else { page },
        pages: ((total.n + size - 1) / size).max(1),
        size,
        next: next.clone().map(Address),
        items: slice.items.iter().map(|one| summary(&ctx, &told, one)).collect(),
    };
    read.answer(&answer, next.as_deref())
}

/// The document, if it is public.
async fn found(ctx: &Ctx, id: &DocumentId) -> Result<Box<PublicDocument>> {
    match crate::public::document(ctx, id).await?.ok_or(Error::NotFound)? {
        Found::Public(document) => Ok(document),
        Found::Withdrawn(tomb) => Err(Error::Gone(format!("“{}”已撤回。原因：{}", tomb.title, tomb.reason))),
    }
}

/// `GET /api/v1/documents/{id}`
pub(super) async fn one(
    State(ctx): State<Ctx>,
    uri: Uri,
    Path(id): Path<DocumentId>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let read = Asked::read(&ctx, &ONE, uri.path(), query.as_deref())?;
    let document = found(&ctx, &id).await?;
    let (told, base) = (Told::load(&ctx).await?, base_url(&ctx));
    let mut fields = filled(&public_facets(&ctx, false), &document.listed.values);
    // Where the source is not told, it is the organ.
    if document.listed.values.get(&SOURCE).is_empty() {
        fields.insert(SOURCE.key.to_owned(), json!(document.listed.organ));
    }
    let attachment = |one: &public::PublicFile| Attachment {
        id: one.id.clone(),
        title: one.title.clone(),
        file_name: one.file_name.clone(),
        media_type: one.media_type.clone(),
        bytes: one.bytes,
        sha256: one.digest.clone(),
        url: Address(format!("{base}/attachments/{}/{}", one.id, escape_query(&one.file_name).replace('/', "%2F"))),
    };
    let kinds = Kinds::of(&ctx);
    let said = references::said(ctx.db(), &kinds, &document.listed.id).await?;
    let said_of = references::said_of(ctx.db(), &kinds, &document.listed.id).await?;
    let alts = pictures_of(&document.body_html);
    let picture = |one: &PublicPicture| picture(&base, &alts, one);
    let past = |past: &public::PastEdition| Past {
        edition: past.number,
        title: past.title.clone(),
        published_at: Moment(past.published_at.clone()),
        ended_at: Moment(past.ended_at.clone()),
        changed: past.changed.clone(),
    };
    read.answer(
        &Document {
            edition: document.number,
            body_html: document.body_html.clone(),
            body_text: document.body_text.clone(),
            sha256: document.digest.clone(),
            receipts: Address(format!("{base}/receipts/{}", document.listed.id)),
            note: document.note.clone(),
            attachments: document.attachments.iter().map(attachment).collect(),
            pictures: document.pictures.iter().map(picture).collect(),
            history: document.superseded.iter().map(past).collect(),
            references: said.into_iter().map(Said::from).collect(),
            referenced_by: said_of.into_iter().map(Said::from).collect(),
            head: head(&ctx, &told, &document.listed),
            fields: AllFields(fields),
            ties: ties(&ctx, &told, &document)?,
        },
        None,
    )
}

impl From<references::Said> for Said {
    fn from(said: references::Said) -> Self {
        Self {
            verb: said.verb.code(),
            verb_name: said.verb.label(),
            document: said.other.map(|other| other.id),
            name: said.name,
            articles: said.articles,
            from: said.from.map(|from| from.to_string()),
        }
    }
}

/// A picture of the text, in both sizes.
fn picture(base: &str, alts: &[Named], one: &PublicPicture) -> Picture {
    let address = one.address.to_string();
    let size = |address: &PictureAddress, digest: &str, bytes: i64| PictureSize {
        url: Address(format!("{base}{address}")),
        width: address.size.0,
        height: address.size.1,
        bytes,
        sha256: digest.to_owned(),
    };
    Picture {
        media_type: one.media_type.clone(),
        alt: alts.iter().find(|named| named.src == address).and_then(|named| named.alt.clone()).unwrap_or_default(),
        small: one.address.small().map(|small| size(&small, &one.small_digest, one.small_bytes)),
        large: size(&one.address, &one.digest, one.bytes),
    }
}

fn ties(ctx: &Ctx, told: &Told, document: &PublicDocument) -> Result<Ties> {
    let items = |listed: &[Listed]| listed.iter().map(|one| summary(ctx, told, one)).collect::<Vec<_>>();
    let mut ties = Map::new();
    for relation in Kinds::of(ctx).relations() {
        let forward = items(document.forward(relation.key));
        let forward = match relation.most {
            1 => serde_json::to_value(forward.into_iter().next())?,
            _ => serde_json::to_value(forward)?,
        };
        ties.insert(relation.key.to_owned(), forward);
        ties.insert(relation.backs.to_owned(), serde_json::to_value(items(document.back(relation.key)))?);
    }
    Ok(Ties(ties))
}

/// `GET /api/v1/documents/{id}/editions`
pub(super) async fn editions(
    State(ctx): State<Ctx>,
    uri: Uri,
    Path(id): Path<DocumentId>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let read = Asked::read(&ctx, &EDITIONS, uri.path(), query.as_deref())?;
    let document = found(&ctx, &id).await?;
    let current = Edition {
        edition: document.number,
        current: true,
        title: document.listed.title.clone(),
        published_at: Moment(document.listed.updated_at.clone()),
        ended_at: None,
        note: document.note.clone(),
    };
    let past = document.superseded.iter().enumerate().map(|(at, past)| Edition {
        edition: past.number,
        current: false,
        title: past.title.clone(),
        published_at: Moment(past.published_at.clone()),
        ended_at: Some(Moment(past.ended_at.clone())),
        // What it changed stands with the one that it replaced.
        note: document.superseded.get(at + 1).map(|before| before.changed.clone()).unwrap_or_default(),
    });
    let items: Vec<Edition> = std::iter::once(current).chain(past).collect();
    let url = Address(format!("{}{}", base_url(&ctx), document.listed.path));
    read.answer(&Editions { document: id, url, total: items.len(), items }, None)
}
