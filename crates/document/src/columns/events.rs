//! What happens to a column, as the log keeps it.

use kernel::event::{EventKind, Keep};

const ABOUT: &[(&str, &str)] = &[
    ("name", "名称"),
    ("parent", "上级栏目"),
    ("kind", "类型"),
    ("purpose", "用途"),
    ("renewed", "更新频次"),
    ("organ", "维护单位"),
];

pub static CREATED: EventKind = EventKind::new("column", "column.created", "新建栏目").holds(ABOUT).keeps(Keep::Words);
pub static CHANGED: EventKind = EventKind::new("column", "column.changed", "修改栏目").holds(ABOUT).keeps(Keep::Words);
pub static MOVED: EventKind = EventKind::new("column", "column.moved", "移动栏目").holds(&[("up", "")]);
pub static HIDDEN: EventKind = EventKind::new("column", "column.hidden", "隐藏栏目");
pub static SHOWN: EventKind = EventKind::new("column", "column.shown", "显示栏目");
pub static DELETED: EventKind = EventKind::new("column", "column.deleted", "删除栏目");

pub static ALL: [&EventKind; 6] = [&CREATED, &CHANGED, &MOVED, &HIDDEN, &SHOWN, &DELETED];
