//! Columns and documents of the demonstration, dated back from today.

use std::{
    collections::{BTreeMap, HashMap},
    sync::PoisonError,
};

use anyhow::{Context, Result, bail};
use document::{
    Kinds, Values,
    common::{
        COMPARED, COMPARED_YES, DOCUMENT_NUMBER, EFFECTIVE_ON, EXPIRES_ON, KEYWORDS, SOURCE, TOPICS, VALIDITY,
        WRITTEN_ON,
    },
    html::pictures::figure,
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
use review::Gate;
use serde::Deserialize;
use web::{
    Ctx,
    demo::{Cast, Failure, Known, Scene, placeholders},
};

use super::{Files, file};
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
    #[serde(default)]
    cadence: String,
    #[serde(default)]
    organ: String,
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
            cadence: column.cadence,
            organ: column.organ.into(),
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
    /// Month and day by which the law wants it out, `03-31`: an earlier day of the same year is taken instead of a later one.
    #[serde(default)]
    by: String,
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
    /// Pictures of the text: the paragraph `picture:1` is where the first stands.
    #[serde(default)]
    picture: Vec<Picture>,
}

#[derive(Debug, Deserialize)]
struct Picture {
    file: String,
    alt: String,
    caption: String,
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
struct Planned {
    seed: Seed,
    interprets: String,
}

/// When each document is put in.
pub(super) fn scenes(ctx: &Ctx, cast: &Cast) -> Result<Vec<Scene>> {
    let mut all = Vec::new();
    for name in Files::iter().filter(|name| name.starts_with("documents/")) {
        all.push(read(cast, &name).with_context(|| name.to_string())?);
    }
    let moments: HashMap<String, Timestamp> =
        all.iter().map(|demo| (demo.front.slug.clone(), cast.moment(ctx, demo.day, &demo.front.slug))).collect();
    let mut scenes = Vec::new();
    for demo in all {
        let staff = cast.of(&OrganCode::from(demo.front.organ.as_str()));
        let (slug, interprets) = (demo.front.slug.clone(), demo.front.interprets.clone());
        let mut at = moments[&slug];
        if !interprets.is_empty() {
            // An interpretation is out soon after its policy, never before it.
            let policy = moments.get(&interprets).with_context(|| format!("{slug} 解读的 {interprets} 不存在"))?;
            at = at.max(policy.checked_add(SignedDuration::from_mins(10))?);
        }
        let seed = plant(ctx, cast, demo, staff, at).with_context(|| slug.clone())?;
        let planned = Planned { seed, interprets };
        scenes.push(Scene::new(at, |ctx, cast| async move {
            publish(&ctx, &cast, planned, slug).await.map_err(Failure::from)?;
            Ok(Vec::new())
        }));
    }
    Ok(scenes)
}

/// Puts a document in.
async fn publish(ctx: &Ctx, cast: &Cast, planned: Planned, slug: String) -> Result<()> {
    let Planned { mut seed, interprets } = planned;
    if !interprets.is_empty() {
        let target = cast.document(&interprets).with_context(|| format!("{slug} 解读的 {interprets} 还没有发布"))?;
        let relation = seed.kind.relations.first().with_context(|| format!("{slug} 的种类不能指向别的文件"))?;
        seed.relations.push((*relation, target));
    }
    let public = matches!(seed.state, SeedState::Published { .. });
    let (organ, title) = (seed.organ.clone(), seed.title.clone());
    let on = time::date_in_china(ctx.seams().now());
    let mut tx = ctx.db().write().await?;
    let id = plant_in(ctx, &mut tx, seed).await.map_err(words).with_context(|| slug.clone())?;
    tx.commit().await?;
    let mut documents = cast.documents.lock().unwrap_or_else(PoisonError::into_inner);
    if public {
        documents.1.push(Known { id: id.clone(), organ, title, on });
    }
    documents.0.insert(slug, id);
    Ok(())
}

fn read(cast: &Cast, name: &str) -> Result<Demo> {
    let text = file(name)?;
    let mut parts = text.trim_start().splitn(3, "+++");
    let (Some(_), Some(front), Some(body)) = (parts.next(), parts.next(), parts.next()) else {
        bail!("缺少 +++ 之间的说明");
    };
    let front: Front = toml::from_str(front)?;
    let day = time::date_in_china(cast.now).checked_sub(front.days_ago.days())?;
    let day = in_time(day, &front.by)?;
    Ok(Demo { front, body: body.trim().to_owned(), day })
}

/// The day, or the last one of its year on which it would have been in time.
fn in_time(day: Date, limit: &str) -> Result<Date> {
    if limit.is_empty() {
        return Ok(day);
    }
    let last: Date = format!("{}-{limit}", day.year()).parse().with_context(|| format!("by = {limit}"))?;
    Ok(day.min(last))
}

fn to_html(markdown: &str, pictures: &[Picture]) -> Result<String> {
    let read = documents_read::extract(markdown.as_bytes(), "document.md", &Limits::default())?;
    let mut html = read.html.context("没有读出正文")?;
    for (at, picture) in (1..).zip(pictures) {
        let place = format!("<p>picture:{at}</p>");
        if !html.contains(&place) {
            bail!("正文里没有 picture:{at} 这一段");
        }
        html = html.replace(&place, &figure(&format!("picture:{at}"), Some(&picture.alt), &picture.caption));
    }
    Ok(html)
}

/// The pictures themselves, drawn for the demonstration.
fn pictures(front: &Front) -> Result<Vec<SeedFile>> {
    let read = |picture: &Picture| {
        let name = format!("pictures/{}", picture.file);
        let bytes = Files::get(&name).with_context(|| name)?.data.into_owned();
        Ok(SeedFile { file_name: picture.file.clone(), title: String::new(), bytes })
    };
    front.picture.iter().map(read).collect()
}

fn plant(ctx: &Ctx, cast: &Cast, demo: Demo, staff: &Staff, at: Timestamp) -> Result<Seed> {
    let Demo { front, body, day } = demo;
    // Before a holiday it came out earlier: its number is of the year in which it came out.
    let out = time::date_in_china(at);
    let day = if out.year() == day.year() { day } else { out };
    let fill = |text: &str| placeholders(text, day);
    let organ = OrganCode::from(front.organ.as_str());
    let kinds = Kinds::of(ctx);
    let kind = kinds.get(&front.kind).with_context(|| format!("种类 {}", front.kind))?;
    let body = fill(&body);
    let corrected = front.correction.as_ref().map(|correction| {
        let [old, new] = &correction.body_replace;
        (fill(&correction.note), body.replace(&fill(old), &fill(new)))
    });
    let correction = match corrected {
        Some((note, text)) => {
            let after = cast.moment(ctx, day.checked_add(9.days())?, &front.slug);
            Some(SeedCorrection { note, body_html: to_html(&text, &front.picture)?, at: after.max(at) })
        }
        None => None,
    };
    let files =
        if front.kind == "data" && front.state == "published" { table_file(&fill(&front.title), &body)? } else { None };
    let state = state(ctx, cast, &front, day, at)?;
    // Before it came out, also where a holiday brought that forward.
    let made = day.min(out);
    let written =
        matches!(front.kind.as_str(), "policy" | "notice").then(|| made.checked_sub(3.days()).unwrap_or(made));
    let source = ctx.directory().get(&organ).map_or_else(String::new, |organ| organ.name.clone());
    let created_at = at.checked_sub(SignedDuration::from_hours(26)).unwrap_or(at);
    let mut values = Values::default()
        .with(&DOCUMENT_NUMBER, &fill(&front.document_number))
        .with(&WRITTEN_ON, &written.map(|day| day.to_string()).unwrap_or_default())
        .with(&VALIDITY, &front.validity)
        .with_words(&TOPICS, &front.topics)
        .with_words(&KEYWORDS, &front.keywords)
        .with(&SOURCE, &source);
    if front.kind == "policy" {
        let (first, last) = super::terms::of(&body, out);
        values.read(&EFFECTIVE_ON, &first.map(|day| day.to_string()).unwrap_or_default());
        values.read(&EXPIRES_ON, &last.map(|day| day.to_string()).unwrap_or_default());
    }
    if correction.is_some() {
        values.read(&COMPARED, COMPARED_YES);
    }
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
        pictures: pictures(&front)?,
        ..Seed::published(organ, front.column.as_str(), kind, &fill(&front.title), &to_html(&body, &front.picture)?, at)
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

fn state(ctx: &Ctx, cast: &Cast, front: &Front, day: Date, at: Timestamp) -> Result<SeedState> {
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
            let soon = cast.now.checked_add(SignedDuration::from_hours(48))?;
            SeedState::Scheduled { at: ahead.max(soon) }
        }
        "withdrawn" => {
            let after = cast.moment(ctx, day.checked_add(20.days())?, &front.slug).max(at);
            SeedState::Withdrawn { published_at: at, at: after, reason, notice: String::new() }
        }
        "published" => SeedState::Published { at },
        other => bail!("状态 {other}"),
    })
}
