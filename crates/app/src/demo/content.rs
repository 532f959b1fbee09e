//! Columns and documents of the demonstration, dated back from today.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use anyhow::{Context, Result, bail};
use document::{
    Kinds, Values,
    common::{DOCUMENT_NUMBER, KEYWORDS, SOURCE, TOPICS, VALIDITY, WRITTEN_ON},
};
use documents::{
    Limits,
    tables::{Cell, Sheet, write_xlsx},
};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};
use kernel::{OrganCode, Staff, time};
use publishing::{
    columns::ColumnData,
    seed::{Seed, SeedCorrection, SeedFile, SeedState, seed as plant_in},
};
use regex::{Captures, Regex};
use review::Gate;
use serde::Deserialize;
use web::Ctx;

use super::{Files, People, Stage, Step, Story, What, file};
use crate::compose::words;

#[derive(Debug, Deserialize)]
struct Columns {
    column: Vec<DemoColumn>,
}

#[derive(Debug, Deserialize)]
struct DemoColumn {
    slug: String,
    name: String,
    parent: String,
    description: String,
    keywords: String,
    kind: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    items: String,
    order: i64,
}

/// Makes the columns.
pub(super) async fn columns(ctx: &Ctx) -> Result<()> {
    let columns: Columns = toml::from_str(&file("columns.toml")?)?;
    let mut tx = ctx.db().write().await?;
    let mut columns = columns.column;
    columns.sort_by_key(|column| (!column.parent.is_empty(), column.order));
    for column in columns {
        let data = ColumnData {
            slug: column.slug.into(),
            name: column.name,
            parent: column.parent.into(),
            purpose: column.purpose,
            items: column.items,
            description: column.description,
            keywords: column.keywords,
            kind: column.kind,
            ..ColumnData::default()
        };
        let put = publishing::columns::put(&mut tx, &kernel::Actor::System, &data).await;
        put.map_err(|refusal| words(refusal.into()))?;
    }
    tx.commit().await?;
    Ok(())
}

#[derive(Debug, Deserialize)]
struct Front {
    slug: String,
    title: String,
    column: String,
    organ: String,
    kind: String,
    document_number: String,
    days_ago: i64,
    state: String,
    validity: String,
    topics: Vec<String>,
    keywords: Vec<String>,
    /// Further fields that the kind declares, by key.
    #[serde(default)]
    fields: BTreeMap<String, String>,
    #[serde(default)]
    interprets: String,
    #[serde(default)]
    reason: String,
    correction: Option<Correction>,
}

#[derive(Debug, Deserialize)]
struct Correction {
    note: String,
    body_replace: [String; 2],
}

struct Demo {
    front: Front,
    body: String,
    day: Date,
}

/// A document ready to be put in, but for the one that it interprets.
pub(crate) struct Planned {
    seed: Seed,
    interprets: String,
}

/// When each document is put in.
pub(super) fn steps(stage: &Stage, people: &People) -> Result<Vec<Step>> {
    let mut all = Vec::new();
    for name in Files::iter().filter(|name| name.starts_with("documents/")) {
        all.push(read(stage, &name).with_context(|| name.to_string())?);
    }
    let moments: HashMap<String, Timestamp> =
        all.iter().map(|demo| (demo.front.slug.clone(), moment(stage, demo.day, &demo.front.slug))).collect();
    let mut steps = Vec::new();
    for demo in all {
        let staff = people.of(&OrganCode::from(demo.front.organ.as_str()));
        let (slug, interprets) = (demo.front.slug.clone(), demo.front.interprets.clone());
        let mut at = moments[&slug];
        if !interprets.is_empty() {
            // An interpretation is out soon after its policy, never before it.
            let policy = moments.get(&interprets).with_context(|| format!("{slug} 解读的 {interprets} 不存在"))?;
            at = at.max(policy.checked_add(SignedDuration::from_mins(10))?);
        }
        let seed = plant(stage, demo, staff, at).with_context(|| slug.clone())?;
        steps.push(Step { at, what: What::Document(Box::new(Planned { seed, interprets }), slug) });
    }
    Ok(steps)
}

/// Puts a document in.
pub(super) async fn publish(stage: &Stage, story: &mut Story, planned: Planned, slug: String) -> Result<()> {
    let Planned { mut seed, interprets } = planned;
    if !interprets.is_empty() {
        let target =
            story.documents.get(&interprets).with_context(|| format!("{slug} 解读的 {interprets} 还没有发布"))?;
        let relation = seed.kind.relation("interprets").with_context(|| format!("{slug} 的种类没有“解读”关系"))?;
        seed.relations.push((relation, target.clone()));
    }
    let public = matches!(seed.state, SeedState::Published { .. });
    let (organ, title) = (seed.organ.clone(), seed.title.clone());
    let mut tx = stage.ctx.db().write().await?;
    let id = plant_in(&stage.ctx, &mut tx, seed).await.map_err(words).with_context(|| slug.clone())?;
    tx.commit().await?;
    if public {
        story.titles.push((id.clone(), organ, title));
    }
    story.documents.insert(slug, id);
    Ok(())
}

fn read(stage: &Stage, name: &str) -> Result<Demo> {
    let text = file(name)?;
    let mut parts = text.trim_start().splitn(3, "+++");
    let (Some(_), Some(front), Some(body)) = (parts.next(), parts.next(), parts.next()) else {
        bail!("缺少 +++ 之间的说明");
    };
    let front: Front = toml::from_str(front)?;
    let day = time::date_in_china(stage.now()).checked_sub(front.days_ago.days())?;
    Ok(Demo { front, body: body.trim().to_owned(), day })
}

/// Writes out `{year}`, `{year-1}`, `{date}`, `{date+30}` for a document of `day`.
pub(super) fn placeholders(text: &str, day: Date) -> String {
    static PLACE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\{(year|date)([+-]\d+)?\}").expect("a fixed expression, exercised by the test"));
    PLACE
        .replace_all(text, |found: &Captures<'_>| {
            let by: i64 = found.get(2).and_then(|by| by.as_str().parse().ok()).unwrap_or(0);
            if &found[1] == "year" {
                return (i64::from(day.year()) + by).to_string();
            }
            let day = day.checked_add(by.days()).unwrap_or(day);
            format!("{}年{}月{}日", day.year(), day.month(), day.day())
        })
        .into_owned()
}

/// A moment in office hours of a working day at or before `day`, not later than now.
pub(super) fn moment(stage: &Stage, day: Date, salt: &str) -> Timestamp {
    let now = stage.now();
    let mut day = day;
    while !stage.ctx.calendar().is_probably_working(day) {
        day = day.yesterday().unwrap_or(day);
    }
    let minutes = salt.bytes().fold(7_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 480);
    let moment = time::start_of_day(day).checked_add(SignedDuration::from_mins(9 * 60 + minutes)).unwrap_or(now);
    let latest = now.checked_sub(SignedDuration::from_mins(20)).unwrap_or(now);
    moment.min(latest)
}

fn to_html(markdown: &str) -> Result<String> {
    let read = documents_read::extract(markdown.as_bytes(), "document.md", &Limits::default())?;
    read.html.context("没有读出正文")
}

fn plant(stage: &Stage, demo: Demo, staff: &Staff, at: Timestamp) -> Result<Seed> {
    let Demo { front, body, day } = demo;
    let fill = |text: &str| placeholders(text, day);
    let organ = OrganCode::from(front.organ.as_str());
    let kinds = Kinds::of(&stage.ctx);
    let kind = kinds.get(&front.kind).with_context(|| format!("种类 {}", front.kind))?;
    let body = fill(&body);
    let corrected = front.correction.as_ref().map(|correction| {
        let [old, new] = &correction.body_replace;
        (fill(&correction.note), body.replace(&fill(old), &fill(new)))
    });
    let correction = match corrected {
        Some((note, text)) => {
            let after = moment(stage, day.checked_add(9.days())?, &front.slug);
            Some(SeedCorrection { note, body_html: to_html(&text)?, at: after.max(at) })
        }
        None => None,
    };
    let files =
        if front.kind == "data" && front.state == "published" { table_file(&fill(&front.title), &body)? } else { None };
    let state = state(stage, &front, day, at)?;
    let written = matches!(front.kind.as_str(), "policy" | "notice").then(|| day.checked_sub(3.days()).unwrap_or(day));
    let source = stage.ctx.directory().get(&organ).map_or_else(String::new, |organ| organ.name.clone());
    let created_at = at.checked_sub(SignedDuration::from_hours(26)).unwrap_or(at);
    let mut values = Values::default()
        .with(&DOCUMENT_NUMBER, &fill(&front.document_number))
        .with(&WRITTEN_ON, &written.map(|day| day.to_string()).unwrap_or_default())
        .with(&VALIDITY, &front.validity)
        .with_words(&TOPICS, &front.topics)
        .with_words(&KEYWORDS, &front.keywords)
        .with(&SOURCE, &source);
    for (key, text) in &front.fields {
        let facet = kind.facet(key).with_context(|| format!("{} 没有 {key} 这一项", kind.label))?;
        values.read(facet, &fill(text));
    }
    Ok(Seed {
        values,
        author: (staff.account.clone(), staff.name.clone()),
        created_at,
        state,
        correction,
        files: files.into_iter().collect(),
        ..Seed::published(organ, front.column.as_str(), kind, &fill(&front.title), &to_html(&body)?, at)
    })
}

/// The first table of a text as a spreadsheet, as organs attach their figures.
fn table_file(title: &str, markdown: &str) -> Result<Option<SeedFile>> {
    let cells = |line: &str| -> Vec<String> {
        line.trim().trim_matches('|').split('|').map(|cell| cell.trim().replace("**", "")).collect()
    };
    let mut lines = markdown.lines().skip_while(|line| !line.trim_start().starts_with('|'));
    let Some(header) = lines.next().map(cells) else { return Ok(None) };
    let body = lines.skip(1).take_while(|line| line.trim_start().starts_with('|'));
    let sheet = Sheet {
        name: "数据".to_owned(),
        title: Some(format!("{title}（演示）")),
        widths: vec![18.0; header.len()],
        header,
        rows: body.map(|line| cells(line).into_iter().map(Cell::from).collect()).collect(),
    };
    let name = format!("{}.xlsx", title.chars().take(40).collect::<String>());
    Ok(Some(SeedFile { file_name: name, title: format!("{title}（表格）"), bytes: write_xlsx(&sheet)? }))
}

fn state(stage: &Stage, front: &Front, day: Date, at: Timestamp) -> Result<SeedState> {
    let (name, gate) = front.state.split_once(':').unwrap_or((&front.state, ""));
    let gate = || Gate::from_code(gate).with_context(|| format!("关 {gate}"));
    let reason = placeholders(&front.reason, day);
    Ok(match name {
        "draft" => SeedState::Draft,
        "in_review" => SeedState::InReview { gate: gate()?, since: at },
        "returned" => {
            let gate = gate()?;
            let reason = if reason.is_empty() { "请核对依据后重新提交。".to_owned() } else { reason };
            SeedState::Returned { gate, by: format!("{}审核员（演示）", gate.label), reason, at }
        }
        "scheduled" => {
            let ahead = time::start_of_day(day).checked_add(SignedDuration::from_hours(9))?;
            let soon = stage.now().checked_add(SignedDuration::from_hours(48))?;
            SeedState::Scheduled { at: ahead.max(soon) }
        }
        "withdrawn" => {
            let after = moment(stage, day.checked_add(20.days())?, &front.slug).max(at);
            SeedState::Withdrawn { published_at: at, at: after, reason, notice: String::new() }
        }
        "published" => SeedState::Published { at },
        other => bail!("状态 {other}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_written_out_from_the_documents_own_day() {
        let day = Date::constant(2026, 1, 5);
        let text = placeholders("{year}年{year-1}年{year+1}年，{date}、{date-12}、{date+30}，{other}", day);
        assert_eq!(text, "2026年2025年2027年，2026年1月5日、2025年12月24日、2026年2月4日，{other}");
    }
}
