//! Items on the work list: what waits to be issued by another person, and what was sent back.

use futures::future::{BoxFuture, ready};
use kernel::{Actor, Staff, time};
use record::items::{self, EDIT_ITEMS, ISSUE_ITEMS, State, acts};
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource, Group},
};

const GROUP: Group = Group { key: "items", label: "公开事项", place: 28 };
/// Items on one work list; where there are more, the list of items shows them all.
const MOST: usize = 20;

pub(in crate::catalogue) struct Work;

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
