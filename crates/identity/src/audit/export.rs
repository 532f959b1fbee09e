//! What the filter lets through as CSV, whole, whatever its size: written while it is read, some hundred events at a time.

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use documents::tables::{Cell, write_csv_head, write_csv_rows};
use futures::stream;
use kernel::{NewEvent, event::Event};
use serde_json::json;
use web::{Ctx, Desk, Error, Query, Redirect, Result, act_now, page};

use super::{
    store::{self, Filter},
    titles::{self, Titles},
    words::{self, Words},
};
use crate::{events, session::is_fresh};

/// Events that are read at a time.
const STEP: i64 = 500;

const HEADER: [&str; 14] = [
    "序号",
    "时间",
    "事项",
    "事项代码",
    "对象类型",
    "对象",
    "对象编号",
    "机关代码",
    "操作者编号",
    "操作者",
    "内容",
    "原始数据",
    "前一条哈希",
    "哈希",
];

fn row(words: Words<'_>, titles: &Titles, event: Event) -> Vec<Cell> {
    let told = words.details(&event.kind, &event.data, titles);
    let told = told.into_iter().map(|(name, value)| format!("{name}：{value}")).collect::<Vec<_>>().join("；");
    vec![
        Cell::from(event.seq),
        Cell::from(words::second(&event.at)),
        words.label(&event.kind).into(),
        event.kind.into(),
        event.subject_kind.into(),
        titles.get(&event.subject_id).cloned().unwrap_or_default().into(),
        event.subject_id.into(),
        event.organ.into(),
        event.actor.into(),
        event.actor_name.into(),
        told.into(),
        event.data.into(),
        event.previous.into(),
        event.hash.into(),
    ]
}

/// An export under way.
struct Walk {
    ctx: Ctx,
    filter: Filter,
    begun: bool,
}

impl Walk {
    /// The next piece; `None` at the end.
    async fn step(mut self) -> Result<Option<(Bytes, Self)>> {
        let mut bytes = Vec::new();
        if !self.begun {
            self.begun = true;
            bytes = write_csv_head(&HEADER.map(str::to_owned));
        } else if self.filter.before == 1 {
            return Ok(None);
        }
        let found = store::search(self.ctx.db(), &self.filter, STEP).await?;
        // Numbers begin with 1: nothing stands before the first.
        self.filter.before = found.last().map_or(1, |event| event.seq);
        let directory = self.ctx.directory();
        let titles = titles::of(&self.ctx, &found).await?;
        let words = Words(self.ctx.capabilities(), &directory);
        let rows: Vec<_> = found.into_iter().map(|event| row(words, &titles, event)).collect();
        bytes.extend(write_csv_rows(&rows));
        Ok(Some((bytes.into(), self)))
    }
}

/// GET /audit/export.csv
pub(super) async fn csv(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let filter = Filter { after: 0, ..filter };
    if !is_fresh(&ctx, &desk) {
        let back = page::escape_query(&desk.path);
        return Ok(Redirect::to(format!("/session/prove?next={back}")).into_response());
    }
    if let Some((_, fault)) = filter.faults().items().first() {
        return Err(Error::Invalid(fault.clone()));
    }
    // What is there now, so that the number which the log tells is the number that is handed out.
    let newest = store::search(ctx.db(), &filter, 1).await?.pop().map_or(0, |event| event.seq);
    let filter = Filter { before: newest + 1, ..filter };
    let data = json!({"rows": store::count(ctx.db(), &filter).await?, "filter": filter.query()});
    // Before the first line is handed out: whoever breaks off has it all the same.
    let event = NewEvent::new(&events::AUDIT_EXPORTED, "log", &desk.actor()).organ(desk.organ()).data(data);
    act_now(&ctx, async |tx| tx.append(event).await).await?;
    let name = format!("留痕-{}.csv", ctx.today());
    let walk = Walk { ctx, filter, begun: false };
    let parts = stream::try_unfold(walk, Walk::step);
    Ok(page::streamed(parts, "text/csv; charset=utf-8", Some(&name)))
}
