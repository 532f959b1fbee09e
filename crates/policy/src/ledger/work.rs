//! What waits in the ledger and in clean-ups, on the work list.

use document::permissions::WRITE_DOCUMENTS;
use futures::future::BoxFuture;
use jiff::ToSpan;
use kernel::{Staff, may, time};
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource, Group},
};

use super::{ANSWER_CLEAN_UP, KEEP_LEDGER, RUN_CLEAN_UP, rounds, rows};
use crate::library::house;

const GROUP: Group = Group { key: "ledger", label: "规范性文件", place: 27 };
/// Days before the end of a term from which it stands on the work list.
const SOON: i64 = 30;
/// Terms on one work list.
const TERMS: usize = 20;

pub(super) struct Work;

impl DeskSource for Work {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let (actor, today, directory) = (staff.clone().into(), ctx.today(), ctx.directory());
            let own = house(ctx).kept_by(&staff.organ);
            let mut items = Vec::new();
            let item = |kind: &str, title: String, href: String| DeskItem {
                kind: kind.to_owned(),
                group: GROUP,
                title,
                href,
                organ: directory.short_name(&staff.organ).to_owned(),
                since: None,
                due: None,
                mine: false,
            };
            if may(&actor, &ANSWER_CLEAN_UP).is_ok() {
                for one in rounds::owed(ctx.db(), &own).await? {
                    let title = format!("{}：{} 份文件没有提出清理意见", one.title, one.open);
                    let href = format!("/clean-ups/{}?answer=none&organ={}", one.id, one.organ);
                    items.push(DeskItem {
                        since: time::from_db(&one.opened_at).map(time::date_in_china),
                        due: time::parse_date(&one.due_on),
                        organ: directory.short_name(&one.organ).to_owned(),
                        ..item("规范性文件清理", title, href)
                    });
                }
            }
            if may(&actor, &RUN_CLEAN_UP).is_ok() {
                for one in rounds::late_organs(ctx.db()).await? {
                    let due = time::parse_date(&one.due_on);
                    let late = due.is_some_and(|due| due < today);
                    let title = match one.organs {
                        0 => format!("{}：意见已齐，请审定并确认结果", one.title),
                        organs if late => format!("{}：{organs} 个机关逾期没有答完", one.title),
                        _ => continue,
                    };
                    let href = format!("/clean-ups/{}", one.id);
                    items.push(DeskItem { due, ..item("规范性文件清理", title, href) });
                }
            }
            if may(&actor, &RUN_CLEAN_UP).is_ok() {
                for one in rounds::idle(ctx.db()).await? {
                    let title = format!("{}已经公布，《{}》却没有随之失去效力，请核对", one.title, one.name);
                    let href = format!("/references?document={}", one.result_document);
                    items.push(item("规范性文件清理", title, href));
                }
            }
            if may(&actor, &KEEP_LEDGER).is_ok() {
                let waiting = rows::unregistered(ctx.db(), &own).await?;
                if waiting > 0 {
                    let title = format!("{waiting} 份公开的政策文件还没有登记是不是规范性文件");
                    items.push(item("登记规范性文件", title, "/ledger?kept=none".to_owned()));
                }
            }
            if may(&actor, &WRITE_DOCUMENTS).is_ok() {
                let until = today.checked_add(SOON.days()).unwrap_or(today);
                for one in rows::ending(ctx.db(), &own, (today, until), TERMS).await? {
                    let title = format!("《{}》有效期将满：需要继续执行的，请延长或者重新制定", one.title);
                    let href = format!("/documents/{}", one.id);
                    items.push(DeskItem {
                        due: time::parse_date(&one.expires_on),
                        organ: directory.short_name(&one.organ).to_owned(),
                        ..item("有效期将满", title, href)
                    });
                }
            }
            Ok(items)
        })
    }

    fn counts<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async move {
            if may(&staff.clone().into(), &ANSWER_CLEAN_UP).is_err() {
                return Ok(Vec::new());
            }
            let own = house(ctx).kept_by(&staff.organ);
            let open = rounds::owed(ctx.db(), &own).await?.iter().map(|one| one.open).sum();
            Ok(vec![("/clean-ups", open)])
        })
    }
}
