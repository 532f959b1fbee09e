//! What this context offers the others: work for authors, entries for the search index, the proof of what is public.

use std::sync::Arc;

use crate::{
    editions::{events::PUBLICATION_REFUSED, proven, subject},
    entries,
};
use document::{
    Kinds, Shape,
    common::{DOCUMENT_NUMBER, LAPSED, REPEALED, SUMMARY, TOPICS, VALIDITIES, VALIDITY},
    desk,
    needs::{self, Step},
    permissions::{CONFIRM_ERASURE, WITHDRAW_DOCUMENTS, WRITE_DOCUMENTS},
    public::{self, proof},
    rows::shown_title,
};
use futures::future::BoxFuture;
use jiff::SignedDuration;
use kernel::{
    Actor, Staff,
    id::{DocumentId, EditionId, SubjectRef},
    may, time,
};
use review::permissions::BYPASS_GATES;
use web::{
    Ctx, Error, Result,
    filters::shortened,
    hooks::{Audience, DeskItem, DeskSource, Few, Group, Label, LabelOf, Proof, SearchEntry, SearchSource},
};

/// Drafts and returned texts of their authors.
pub(crate) fn desk_source() -> Arc<dyn DeskSource> {
    Arc::new(Desk)
}

/// Public documents, for the search index.
pub(crate) fn search_source() -> Arc<dyn SearchSource> {
    Arc::new(Search)
}

/// Public documents, against the log.
pub(crate) fn proof() -> Arc<dyn Proof> {
    Arc::new(Documents)
}

/// Scheduled texts that did not become public when they should, for the office that answers for it.
pub(crate) fn held_source() -> Arc<dyn DeskSource> {
    Arc::new(Held)
}

struct Held;

/// A scheduled text whose moment has passed.
#[derive(store::FromRow)]
struct HeldRow {
    id: String,
    document_id: String,
    title: String,
    organ: String,
    publish_at: String,
}

/// So long after its moment a text that is not public is held up.
const LATE: SignedDuration = SignedDuration::from_mins(2);

impl DeskSource for Held {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            if may(&staff.clone().into(), &BYPASS_GATES).is_err() {
                return Ok(Vec::new());
            }
            let late = ctx.seams().now().saturating_sub(LATE).unwrap_or_default();
            let sql = "SELECT id, document_id, title, organ, publish_at FROM edition \
                       WHERE state = 'scheduled' AND publish_at <= $1 AND publish_at <> '' ORDER BY publish_at, id LIMIT 20";
            let rows: Vec<HeldRow> = store::query_as(sql).bind(time::to_db(late)).fetch_all(ctx.db().read()).await?;
            let directory = ctx.directory();
            let mut items = Vec::new();
            for row in rows.into_iter().filter(|row| staff.central || row.organ == staff.organ.as_str()) {
                let subject = SubjectRef::new(crate::DOCUMENT, &row.document_id);
                let told = store::log::newest(ctx.db(), &subject, &[&PUBLICATION_REFUSED]).await?;
                let why = told.and_then(|event| {
                    let data: serde_json::Value = serde_json::from_str(&event.data).ok()?;
                    let same = data.get("edition")?.as_str()? == row.id;
                    same.then(|| data.get("why")?.as_str().map(str::to_owned))?
                });
                let title = shown_title(&row.title);
                let edition = EditionId::from(row.id.as_str());
                let whole = document::rows::read(ctx.db().read(), &crate::house(ctx), &Actor::System, &edition).await?;
                let waits = needs::missing(ctx, ctx.db().read(), &whole, Step::Publish).await?.into_iter().next();
                let moment = time::from_db(&row.publish_at).map(time::date_in_china);
                items.push(DeskItem {
                    kind: "到时未发布".to_owned(),
                    group: Group::SYSTEM,
                    title: match (why, waits) {
                        (_, Some(need)) => format!("《{title}》已通过审核，还不能公开：{}", need.words),
                        (Some(why), None) => {
                            format!("《{title}》到时没有发布：{why}。请核实，内容无误的请收回修改后重新送审")
                        }
                        (None, None) => format!("《{title}》到时没有发布，请到系统状态页查看原因"),
                    },
                    href: format!("/documents/{}", row.document_id),
                    organ: directory.short_name(&row.organ.as_str().into()).to_owned(),
                    since: moment,
                    due: moment,
                    mine: false,
                });
            }
            Ok(items)
        })
    }

    fn counts<'a>(&'a self, _: &'a Ctx, _: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

struct Desk;

/// Texts that one person has on the work list.
const TEXTS: i64 = 100;

impl DeskSource for Desk {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let directory = ctx.directory();
            let rows = desk::own_texts(ctx.db(), &staff.account, TEXTS).await?;
            let back: Vec<String> =
                rows.iter().filter(|row| row.state == "returned").map(|row| row.edition.to_string()).collect();
            let reviews = review::rows::newest_each(ctx.db(), subject::EDITION, &back).await.map_err(Error::from)?;
            let title = |row: &desk::Row| {
                let title = shown_title(&row.title);
                let reason = reviews.get(row.edition.as_str()).and_then(subject::returned).map(|(_, _, reason)| reason);
                match reason.filter(|_| row.state == "returned") {
                    Some(reason) => format!("{title}——退回理由：{}", shortened(reason, 80)),
                    None => title.to_owned(),
                }
            };
            let item = |row: desk::Row| DeskItem {
                kind: if row.state == "returned" { "退回修改".to_owned() } else { "草稿".to_owned() },
                group: if row.state == "returned" { Group::RETURNED } else { Group::DRAFT },
                title: title(&row),
                href: format!("/documents/{}/edit", row.document),
                organ: directory.short_name(&row.organ).to_owned(),
                since: time::from_db(&row.since).map(time::date_in_china),
                due: None,
                // Nobody takes what is one's own.
                mine: false,
            };
            let mut items: Vec<DeskItem> = rows.into_iter().map(item).collect();
            if may(&staff.clone().into(), &WRITE_DOCUMENTS).is_ok() {
                let lapsed = desk::lapsed(ctx.db(), &staff.organ, ctx.today(), TEXTS).await?;
                items.extend(lapsed.into_iter().map(|row| DeskItem {
                    kind: "有效期届满：请续期或更正有效性".to_owned(),
                    group: Group::DRAFT,
                    title: row.title,
                    href: format!("/documents/{}", row.document),
                    organ: directory.short_name(&staff.organ).to_owned(),
                    since: None,
                    due: time::parse_date(&row.expires_on),
                    mine: false,
                }));
            }
            items.extend(erasures(ctx, staff).await?);
            items.extend(objections(ctx, staff).await?);
            Ok(items)
        })
    }

    fn counts<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async move {
            if may(&staff.clone().into(), &WRITE_DOCUMENTS).is_err() {
                return Ok(Vec::new());
            }
            Ok(vec![("/documents", desk::own_returned(ctx.db(), &staff.account).await?)])
        })
    }
}

/// Erasures that wait for this person: asked for by another, of an organ whose texts the person may decide on.
async fn erasures(ctx: &Ctx, staff: &Staff) -> Result<Vec<DeskItem>> {
    let actor: Actor = staff.clone().into();
    if may(&actor, &CONFIRM_ERASURE).is_err() {
        return Ok(Vec::new());
    }
    let (house, directory) = (crate::house(ctx), ctx.directory());
    let mut items = Vec::new();
    for row in document::erase::all_waiting(ctx.db(), TEXTS).await? {
        let may = row.asked_by != staff.account.as_str()
            && kernel::may_for(&actor, &CONFIRM_ERASURE, &house.keeper(&row.organ)).is_ok()
            && !document::erase::authors(ctx.db().read(), &row.document).await?.contains(&staff.account);
        if may {
            items.push(DeskItem {
                kind: "核准清除原文".to_owned(),
                group: Group::REVIEW,
                title: row.title,
                href: format!("/documents/{}", row.document),
                organ: directory.short_name(&row.organ).to_owned(),
                since: time::from_db(&row.asked_at).map(time::date_in_china),
                // What must not be known lies here until somebody agrees: every day counts.
                due: time::from_db(&row.asked_at).map(time::date_in_china),
                mine: false,
            });
        }
    }
    Ok(items)
}

/// A public edition whose emergency publication somebody disagreed with.
#[derive(store::FromRow)]
struct Objection {
    document_id: DocumentId,
    title: String,
    organ: kernel::OrganCode,
    reviewed_at: String,
}

/// Emergency publications that somebody disagreed with, for those who may take them off, until they are taken off or corrected.
async fn objections(ctx: &Ctx, staff: &Staff) -> Result<Vec<DeskItem>> {
    let actor: Actor = staff.clone().into();
    if may(&actor, &WITHDRAW_DOCUMENTS).is_err() {
        return Ok(Vec::new());
    }
    let sql = "SELECT e.document_id, r.title, r.organ, x.reviewed_at FROM review_exception x \
               JOIN review r ON r.id = x.review JOIN edition e ON e.id = r.subject_id \
               WHERE r.subject_kind = 'edition' AND e.state = 'published' AND x.note LIKE $1 ORDER BY x.reviewed_at LIMIT 50";
    let like = format!("{}%", review::rows::OBJECTED);
    let rows: Vec<Objection> = store::query_as(sql).bind(like).fetch_all(ctx.db().read()).await?;
    let (house, directory) = (crate::house(ctx), ctx.directory());
    let own = |row: &Objection| kernel::may_for(&actor, &WITHDRAW_DOCUMENTS, &house.keeper(&row.organ)).is_ok();
    let item = |row: Objection| {
        let since = time::from_db(&row.reviewed_at).map(time::date_in_china);
        DeskItem {
            kind: "紧急发布复核不同意：请撤回或更正".to_owned(),
            group: Group::REVIEW,
            title: shown_title(&row.title).to_owned(),
            href: format!("/documents/{}", row.document_id),
            organ: directory.short_name(&row.organ).to_owned(),
            since,
            // It lies open to the public: every day counts.
            due: since,
            mine: false,
        }
    };
    Ok(rows.into_iter().filter(own).map(item).collect())
}

/// After these nothing of the words of a document may lie on anywhere.
const FORGETS: &[&kernel::EventKind] = &[&document::events::ERASED];

struct Search;

impl SearchSource for Search {
    fn subject_kind(&self) -> &'static str {
        "document"
    }

    fn entries<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> BoxFuture<'a, Result<Vec<SearchEntry>>> {
        Box::pin(async move {
            let id = DocumentId::from(id);
            let Some(found) = public::searchable(ctx.db(), &Kinds::of(ctx), &id).await? else { return Ok(Vec::new()) };
            let (listed, values) = (&found.listed, &found.listed.values);
            let mut body = found.body_text.clone();
            let mut more = |text: &str| {
                if !text.is_empty() {
                    body.push('\n');
                    body.push_str(text);
                }
            };
            more(values.get(&SUMMARY));
            let mut words = vec![listed.index_number.clone()];
            for facet in listed.kind.facets.iter().filter(|facet| facet.found && facet.public) {
                match facet.shape {
                    Shape::Long(_) => more(values.get(facet)),
                    _ if facet.key == DOCUMENT_NUMBER.key => {}
                    _ => words.extend(values.all(facet).iter().cloned()),
                }
            }
            for file in &found.attachments {
                more(&file.title);
                more(&file.text);
            }
            words.retain(|word| !word.is_empty());
            let whole = SearchEntry {
                url: listed.path.clone(),
                organ: Some(listed.organ.clone()),
                column: Some(listed.column.clone()),
                date: listed.published_on.clone(),
                document_number: values.get(&DOCUMENT_NUMBER).to_owned(),
                validity: values.get(&VALIDITY).to_owned(),
                topics: values.all(&TOPICS).to_vec(),
                past: [LAPSED, REPEALED].contains(&values.get(&VALIDITY)),
                words,
                names: entries::other_names(&listed.title),
                ..SearchEntry::public(listed.kind.key, listed.title.clone())
            };
            let parts = entries::parts(&whole, &found);
            Ok([SearchEntry { body, ..whole }].into_iter().chain(parts).collect())
        })
    }

    fn version(&self) -> u32 {
        3
    }

    fn ids<'a>(&'a self, ctx: &'a Ctx, after: &'a str, limit: i64) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async move {
            let ids = public::ids(ctx.db(), &DocumentId::from(after), limit).await?;
            Ok(ids.into_iter().map(String::from).collect())
        })
    }

    fn standing<'a>(&'a self, ctx: &'a Ctx, _: Audience, ids: &'a [String]) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async move { Ok(public::standing(ctx.db(), ids).await?) })
    }

    fn moments<'a>(&'a self, ctx: &'a Ctx, ids: &'a [String]) -> BoxFuture<'a, Result<Vec<(String, String, String)>>> {
        Box::pin(async move { Ok(public::moments(ctx.db(), ids).await?) })
    }

    fn labels<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<Label>>> {
        Box::pin(async move {
            let columns = crate::public::column_names(ctx.db()).await?;
            let kinds = Kinds::of(ctx);
            let kinds = kinds.all().iter().map(|kind| Label::new(LabelOf::Kind, kind.key, kind.label));
            let validities = VALIDITIES.iter().map(|(code, label)| Label::new(LabelOf::Validity, *code, *label));
            let columns = columns.into_iter().map(|(slug, name)| Label::new(LabelOf::Column, String::from(slug), name));
            Ok(kinds.chain(validities).chain(columns).collect())
        })
    }

    fn forgets_with(&self) -> &'static [&'static kernel::EventKind] {
        FORGETS
    }

    fn labels_change_with(&self) -> &'static [&'static str] {
        &["column"]
    }
}

struct Documents;

impl Proof for Documents {
    fn altered<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async move {
            let mut texts = Few::default();
            let kinds = Kinds::of(ctx);
            proof::each_altered(ctx.db(), &kinds, &ctx.site().domain, |_| (), |altered| texts.add(|| altered.words()))
                .await?;
            let mut all = texts.told("公开的文件");
            all.extend(proven::faults(ctx.db()).await?);
            Ok(all)
        })
    }
}
