//! What happens to organs, accounts, sessions, the calendar and the log itself, as the log keeps it. A failed sign-in says
//! nothing of what was typed: people type passwords into the wrong field.

use kernel::{EventKind, Keep};

const RECORD: &[(&str, &str)] = &[
    ("name", "名称"),
    ("short_name", "简称"),
    ("aliases", "别名"),
    ("kind", "类型"),
    ("parent", "上级机关"),
    ("leader", "负责人职务"),
    ("phone", "电话"),
    ("address", "地址"),
    ("hours", "办公时间"),
    ("note", "说明"),
    ("website_note", "说明"),
    ("exists_from", "设立日期"),
    ("exists_to", "撤销日期"),
    ("successor", "承接机关"),
    ("last_day", "撤销日期"),
    ("position", "次序"),
    ("row", "导入表第几行"),
];

const fn organ(name: &'static str, label: &'static str) -> EventKind {
    EventKind::new("organ", name, label).holds(RECORD)
}

/// 新建.
pub static ORGAN_CREATED: EventKind = organ("organ.created", "新建机关");
/// 修改.
pub static ORGAN_CHANGED: EventKind = organ("organ.changed", "修改机关");
/// 更名.
pub static ORGAN_RENAMED: EventKind = organ("organ.renamed", "机关更名");
/// 并入承接机关.
pub static ORGAN_MERGED: EventKind = organ("organ.merged", "机关并入承接机关");
/// 撤销.
pub static ORGAN_ABOLISHED: EventKind = organ("organ.abolished", "撤销机关");
/// 取消撤销.
pub static ORGAN_RESTORED: EventKind = organ("organ.restored", "取消撤销机关");
/// The register left the program.
pub static ORGAN_EXPORTED: EventKind =
    EventKind::new("account", "organ.exported", "导出机关名录").holds(&[("rows", "行数"), ("format", "格式")]);

const fn account(name: &'static str, label: &'static str) -> EventKind {
    EventKind::new("account", name, label).holds(&[("login", "登录名")]).keeps(Keep::Words)
}

/// 新建.
pub static ACCOUNT_CREATED: EventKind =
    account("account.created", "新建账号").holds(&[("login", "登录名"), ("name", "姓名"), ("roles", "角色")]);
/// Name, organ or address of mail.
pub static ACCOUNT_CHANGED: EventKind = account("account.changed", "修改账号").holds(&[
    ("login", "登录名"),
    ("name", "姓名"),
    ("organ", "机关"),
    ("email_changed", "改了邮箱"),
]);
/// How mails come.
pub static MAIL_CHOSEN: EventKind =
    EventKind::new("account", "account.mail_chosen", "选择提醒方式").holds(&[("how", "方式")]);
pub static ROLES_CHANGED: EventKind =
    account("account.roles_changed", "修改角色").holds(&[("login", "登录名"), ("before", "原来"), ("after", "现在")]);
/// 停用.
pub static ACCOUNT_DISABLED: EventKind = account("account.disabled", "停用账号");
/// 恢复使用.
pub static ACCOUNT_ENABLED: EventKind = account("account.enabled", "恢复使用账号");
/// By the security administrator, before its time.
pub static ACCOUNT_UNLOCKED: EventKind = account("account.unlocked", "解锁账号");
/// Nobody can sign in to it for a while: the password was wrong too often.
pub static ACCOUNT_LOCKED: EventKind = account("account.locked", "账号因连续输错被锁定").holds(&[
    ("until", "到"),
    ("address", "网络地址"),
    ("times", "次数"),
    ("place", "范围"),
]);
/// By the security administrator.
pub static PASSWORD_RESET: EventKind = account("account.password_reset", "重设密码");
/// Its owner has chosen another password, who knew the one before.
pub static PASSWORD_CHANGED: EventKind = account("account.password_changed", "修改密码");
pub static SECOND_FACTOR_SET: EventKind = account("account.second_factor_set", "启用动态口令");
pub static SECOND_FACTOR_REMOVED: EventKind = account("account.second_factor_removed", "移除动态口令");
/// A recovery code stood in for the second factor.
pub static RECOVERY_USED: EventKind = account("account.recovery_used", "使用恢复码登录");
/// Its owner has new recovery codes; those of before open nothing.
pub static RECOVERY_RENEWED: EventKind = account("account.recovery_renewed", "更换恢复码");

const fn session(name: &'static str, label: &'static str) -> EventKind {
    EventKind::new("account", name, label).keeps(Keep::Words)
}

pub static SIGNED_IN: EventKind =
    session("session.signed_in", "登录").holds(&[("address", "网络地址"), ("how", "方式")]);
pub static SIGNED_OUT: EventKind = session("session.signed_out", "退出登录");
/// Wrong password or code, or a login that nobody has.
pub static SIGN_IN_FAILED: EventKind =
    session("session.failed", "登录失败").holds(&[("address", "网络地址"), ("reason", "原因"), ("times", "次数")]);
/// Other sessions of an account were ended.
pub static SESSIONS_REVOKED: EventKind = session("session.revoked", "退出其他登录").holds(&[("sessions", "登录数")]);

/// Somebody was refused what their roles do not give, or looked for what is not there, many times.
pub static REFUSED: EventKind = account("account.refused", "请求被拒绝").holds(&[
    ("route", "请求"),
    ("status", "结果"),
    ("times", "次数"),
    ("address", "网络地址"),
]);

/// A table left the office.
pub static EXPORTED: EventKind = EventKind::new("export", "export.taken", "导出数据")
    .holds(&[("contents", "内容"), ("rows", "行数"), ("address", "网络地址")])
    .keeps(Keep::Words);

const fn program(name: &'static str, label: &'static str) -> EventKind {
    EventKind::new("program", name, label).keeps(Keep::Words)
}

/// A program has a key.
pub static PROGRAM_MADE: EventKind =
    program("program.made", "新建接口密钥").holds(&[("name", "系统"), ("items", "数据表"), ("ends_on", "有效期至")]);
/// It has another one; that of before opens nothing.
pub static PROGRAM_RENEWED: EventKind =
    program("program.renewed", "更换接口密钥").holds(&[("name", "系统"), ("ends_on", "有效期至")]);
pub static PROGRAM_REVOKED: EventKind =
    program("program.revoked", "撤销接口密钥").holds(&[("name", "系统"), ("reason", "原因")]);
/// A key was used that does not hold, that nobody has, or for what it does not reach. The key itself is never told.
pub static PROGRAM_REFUSED: EventKind = program("program.refused", "接口密钥被拒绝").holds(&[
    ("reason", "原因"),
    ("times", "次数"),
    ("address", "网络地址"),
    ("route", "请求"),
]);

/// The chain and the files were walked.
pub static AUDIT_VERIFIED: EventKind = EventKind::new("audit", "audit.verified", "验证留痕").holds(&[
    ("ok", "结果"),
    ("events", "记录数"),
    ("files", "文件数"),
    ("head", "末条哈希"),
    ("first_bad", "首个问题"),
]);
/// The watch found something that is not what the log says.
pub static AUDIT_FOUND: EventKind =
    EventKind::new("audit", "audit.found", "持续核对发现不符").holds(&[("found", "发现"), ("subject", "")]);
/// The log left the program.
pub static AUDIT_EXPORTED: EventKind = EventKind::new("audit", "audit.exported", "导出留痕")
    .holds(&[("rows", "行数"), ("filter", "条件")])
    .keeps(Keep::Words);

/// The audit administrator has looked at the rights that were given.
pub static GRANTS_REVIEWED: EventKind = EventKind::new("audit", "audit.grants_reviewed", "核对授权")
    .holds(&[("until", "核对到第几号"), ("events", "项数")]);

/// A notice (放假安排) was recorded.
pub static CALENDAR_EXTENDED: EventKind = EventKind::new("calendar", "calendar.extended", "录入放假安排").holds(&[
    ("days", "日期"),
    ("notice", "通知"),
    ("known_until", "已知到"),
    ("version", "日历版本"),
]);
/// A day was taken out again.
pub static CALENDAR_REMOVED: EventKind =
    EventKind::new("calendar", "calendar.removed", "删除放假安排").holds(&[("days", "日期"), ("version", "日历版本")]);

/// All of them, for the capability.
pub static ALL: [&EventKind; 37] = [
    &ORGAN_CREATED,
    &ORGAN_CHANGED,
    &ORGAN_RENAMED,
    &ORGAN_MERGED,
    &ORGAN_ABOLISHED,
    &ORGAN_RESTORED,
    &ORGAN_EXPORTED,
    &ACCOUNT_CREATED,
    &ACCOUNT_CHANGED,
    &MAIL_CHOSEN,
    &ROLES_CHANGED,
    &ACCOUNT_DISABLED,
    &ACCOUNT_ENABLED,
    &ACCOUNT_UNLOCKED,
    &ACCOUNT_LOCKED,
    &PASSWORD_RESET,
    &PASSWORD_CHANGED,
    &SECOND_FACTOR_SET,
    &SECOND_FACTOR_REMOVED,
    &RECOVERY_USED,
    &RECOVERY_RENEWED,
    &SIGNED_IN,
    &SIGNED_OUT,
    &SIGN_IN_FAILED,
    &SESSIONS_REVOKED,
    &REFUSED,
    &EXPORTED,
    &PROGRAM_MADE,
    &PROGRAM_RENEWED,
    &PROGRAM_REVOKED,
    &PROGRAM_REFUSED,
    &AUDIT_VERIFIED,
    &AUDIT_FOUND,
    &AUDIT_EXPORTED,
    &GRANTS_REVIEWED,
    &CALENDAR_EXTENDED,
    &CALENDAR_REMOVED,
];
