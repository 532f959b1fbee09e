//! A plan as a feed (Atom, RFC 4287): each piece of evidence as it is confirmed, with the task in full that it shows.

use axum::{
    extract::{Path, State},
    response::Response,
};
use kernel::{id::PlanId, time};
use web::{
    Ctx, Result,
    feed::{Entry, Feed},
    page::{escape, feed_tag, xml_text},
};

use super::{api::absolute, load};

/// Entries of a feed.
const SIZE: usize = 100;

/// `GET /plans/{id}/feed.atom`
pub(super) async fn feed(State(ctx): State<Ctx>, Path(id): Path<PlanId>) -> Result<Response> {
    let plan = load::plan(&ctx, &id).await?;
    let mut entries: Vec<Entry> = Vec::new();
    for clause in plan.sections.iter().flat_map(|section| &section.clauses) {
        for duty in &clause.duties {
            entries.extend(duty.evidence.iter().map(|piece| entry(&ctx, clause, duty, piece)));
        }
    }
    entries.sort_by(|a, b| (&b.updated, &a.id).cmp(&(&a.updated, &b.id)));
    entries.truncate(SIZE);
    let site = ctx.site();
    let newest = entries.first().map_or(plan.row.confirmed_at.as_str(), |entry| entry.updated.as_str()).to_owned();
    Feed {
        id: feed_tag(&site.domain, &format!("plan/{id}")),
        title: xml_text(&format!("{}落实情况 - {}", plan.row.title, site.name)),
        own: absolute(&ctx, &format!("/plans/{id}/feed.atom")),
        page: absolute(&ctx, &format!("/plans/{id}")),
        host: xml_text(&site.host),
        updated: newest,
        entries,
        ..Feed::default()
    }
    .answer()
}

fn entry(ctx: &Ctx, clause: &load::Clause, duty: &load::Duty, piece: &load::Evidence) -> Entry {
    let href = absolute(ctx, &piece.href);
    let paragraph = |label: &str, text: &str| match text {
        "" => String::new(),
        text => format!("<p>{label}：{}</p>", escape(text)),
    };
    let content = [
        paragraph("任务", &duty.text),
        paragraph("完成标准", &duty.measure),
        paragraph("期限", &duty.due_on),
        paragraph("周期", &piece.period),
        paragraph("责任机关", &piece.organ),
        format!("<p>佐证：<a href=\"{}\">{}</a></p>", escape(&href), escape(&piece.title)),
    ];
    let day = time::parse_date(&piece.confirmed_on).map(time::start_of_day);
    Entry {
        id: feed_tag(
            &ctx.site().domain,
            &format!("duty/{}/{}/{}", duty.id, piece.confirmed_on, piece.href.replace('#', "%23")),
        ),
        title: xml_text(&format!("{}{}：{}", clause.full_number, piece.organ, piece.title)),
        href,
        // When it was confirmed: the day, as a moment.
        updated: time::to_db(day.unwrap_or_default()),
        organ: xml_text(&piece.organ),
        content: xml_text(&content.concat()),
        ..Entry::default()
    }
}
