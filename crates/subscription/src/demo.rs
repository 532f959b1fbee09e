//! The demonstration county: a few subscriptions, so that the office's page shows what it is for. Their addresses are under
//! `.invalid`, at which nobody is, and say that they are demonstration.

use std::sync::Arc;

use jiff::ToSpan;
use kernel::{Actor, NewEvent, time};
use serde_json::json;
use web::{
    Ctx,
    demo::{Cast, Failure, Scene},
};

use crate::{
    CONFIRMED,
    filter::{Filter, Often},
    keys::Keys,
    rows::{self, New, State},
};

/// Topics of the demonstration's documents.
const TOPICS: [&str; 4] = ["养老", "社会保障", "教育", "就业"];
/// Subscriptions.
const MANY: usize = 24;

/// What the nth subscribes to.
fn filter(ctx: &Ctx, n: usize) -> Filter {
    let directory = ctx.directory();
    let organs: Vec<String> = directory.options(ctx.today()).into_iter().map(|(code, _)| code).take(5).collect();
    let mut filter = Filter::default();
    if n.is_multiple_of(2) {
        filter.organs = organs.get(n / 2 % organs.len().max(1)).cloned().into_iter().collect();
    } else {
        filter.topics = vec![TOPICS[n / 2 % TOPICS.len()].to_owned()];
    }
    if n.is_multiple_of(3) {
        filter.audiences = vec!["company".to_owned()];
        filter.any = true;
    }
    filter.settled()
}

/// They are there since some weeks.
pub(crate) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let day = time::date_in_china(cast.now).checked_sub(25.days())?;
    let at = cast.moment(ctx, day, "subscriptions");
    Ok(vec![Scene::new(at, |ctx, _| async move {
        let mut tx = ctx.db().write().await?;
        let keys = Keys::made(&ctx, &mut tx).await?;
        let mut made = Vec::new();
        for n in 0..MANY {
            let new = New {
                address: format!("yanshi-{n:02}@example.invalid"),
                filter: filter(&ctx, n),
                often: Often::ALL[n % Often::ALL.len()],
                expires_at: String::new(),
            };
            let mut one = rows::put(&ctx, &mut tx, &keys, new).await?;
            one.state = State::Active;
            one.confirmed_at = tx.now();
            rows::write(&ctx, &mut tx, &keys, &one).await?;
            rows::note(&ctx, &mut tx, &keys, (&one.id, "confirmed", "演示数据")).await?;
            made.push(one);
        }
        for one in made {
            let data = json!({ "often": one.often.code() });
            tx.append(NewEvent::new(&CONFIRMED, &one.id, &Actor::Visitor).data(data)).await?;
        }
        tx.commit().await?;
        Ok(Vec::new())
    })])
}
