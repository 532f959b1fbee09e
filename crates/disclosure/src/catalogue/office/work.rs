//! Items on the work list: what waits to be issued by another person, and what was sent back; and items found by their names.

use futures::future::{BoxFuture, ready};
use kernel::{Actor, Staff, may, time};
use record::items::{self, EDIT_ITEMS, Entry, ISSUE_ITEMS, READ_ITEMS, State, acts};
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource, FOUND, Finder, Found, Group},
};

const GROUP: Group = Group { key: "items", label: "公开事项", place: 28 };
/// Items on one work list; where there are more, the list of items shows them all.
const MOST: usize = 20;

pub(in crate::catalogue) struct Work;

/// That somebody asks to retire an item, for whoever else may decide it.
fn asked(ctx: &Ctx, entry: &Entry, actor: &Actor) -> Option<DeskItem> {
    let asked = entry.asked.as_ref().filter(|asked| asked.by != actor.log_id())?;
    Some(DeskItem {
        kind: "公开事项".to_owned(),
        group: GROUP,
        title: format!("{}：提请停用，待核准", entry.item.title),
        href: format!("/items/{}#retire", entry.key()),
        organ: ctx.directory().short_name(&acts::keeper(ctx)).to_owned(),
        since: time::from_db(&asked.at).map(time::date_in_china),
        due: None,
        mine: false,
    })
}

impl DeskSource for Work {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let actor: Actor = staff.clone().into();
            let (edits, issues) = (acts::may(ctx, &actor, &EDIT_ITEMS), acts::may(ctx, &actor, &ISSUE_ITEMS));
            if !edits && !issues {
                return Ok(Vec::new());
            }
            let all = items::catalogue(ctx).await?;
            let mut found = Vec::new();
            for entry in all.entries() {
                found.extend(asked(ctx, entry, &actor).filter(|_| issues));
                let Some(open) = &entry.open else { continue };
                let own = open.is_by(&actor);
                let to_issue = issues && open.state == State::Offered && !own;
                let returned = edits && open.state == State::Draft && own && !open.returned.is_empty();
                if !to_issue && !returned {
                    continue;
                }
                let title = &open.item.title;
                found.push(DeskItem {
                    kind: "公开事项".to_owned(),
                    group: if returned { Group::RETURNED } else { GROUP },
                    title: if returned {
                        format!("{title}：修改稿已退回")
                    } else {
                        format!("{title}：修改稿待核对公布")
                    },
                    href: format!("/items/{}", entry.key()),
                    organ: ctx.directory().short_name(&acts::keeper(ctx)).to_owned(),
                    since: time::from_db(&open.changed_at).map(time::date_in_china),
                    due: None,
                    mine: false,
                });
            }
            found.truncate(MOST);
            Ok(found)
        })
    }

    fn counts<'a>(&'a self, _: &'a Ctx, _: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(ready(Ok(Vec::new())))
    }
}

/// Items found from every page of the office, by what they are called or their key.
pub(in crate::catalogue) struct ByName;

impl Finder for ByName {
    fn group(&self) -> &'static str {
        "公开事项"
    }

    fn find<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff, words: &'a str) -> BoxFuture<'a, Result<Vec<Found>>> {
        Box::pin(async move {
            if may(&staff.clone().into(), &READ_ITEMS).is_err() {
                return Ok(Vec::new());
            }
            let all = items::catalogue(ctx).await?;
            let named = |entry: &&Entry| entry.item.title.contains(words) || entry.key().as_str() == words;
            let found = |entry: &Entry| Found {
                label: entry.item.title.clone(),
                about: entry.item.domain.name.clone(),
                href: format!("/items/{}", entry.key()),
            };
            Ok(all.entries().iter().filter(named).take(FOUND).map(found).collect())
        })
    }
}
