//! What of organs, accounts and calendar the log seals: see [`store::log::seals`]. Left out is what changes without an event:
//! failed and last sign-ins, a second factor that is still being set up.

use store::Sealed;

pub(crate) fn organs() -> Sealed {
    Sealed::each("organ", "机关", "SELECT code AS id FROM organ", "SELECT name FROM organ WHERE code = $1").part(
        "organ/1",
        "名录登记",
        "SELECT code, name, short_name, aliases, kind, parent, leader, phone, address, hours, note, exists_from, exists_to, \
         successor, position FROM organ WHERE code = $1",
    )
}

pub(crate) fn accounts() -> Sealed {
    Sealed::each("account", "账号", "SELECT id FROM account", "SELECT login FROM account WHERE id = $1")
        .part(
            "account/1",
            "登录名、姓名、机关、邮箱或停用状态",
            "SELECT id, login, name, organ, email, disabled, created_at FROM account WHERE id = $1",
        )
        .part("password/1", "密码", "SELECT password, must_change FROM account WHERE id = $1")
        .part("totp/1", "动态口令", "SELECT totp_secret FROM account WHERE id = $1 AND totp_secret <> ''")
        .part("role/1", "角色", "SELECT role FROM account_role WHERE account = $1")
        .part("recovery/1", "恢复码", "SELECT digest, used_at FROM account_recovery WHERE account = $1")
}

/// Without the day of the last use, which changes with no event.
pub(crate) fn programs() -> Sealed {
    Sealed::each("program", "接口密钥", "SELECT id FROM program", "SELECT name FROM program WHERE id = $1")
        .part(
            "program/1",
            "系统、机关、数据表、期限或撤销",
            "SELECT id, name, organ, items, ends_on, made_at, made_by, made_name, renewed_at, revoked_at, revoked_by, \
             revoked_name, reason FROM program WHERE id = $1",
        )
        .part("program_key/1", "密钥", "SELECT digest FROM program WHERE id = $1")
}

pub(crate) fn calendar() -> Sealed {
    Sealed::whole("calendar", "工作日历")
        .part("day/1", "放假和调休的日期", "SELECT day, special, notice FROM calendar_day WHERE $1 = ''")
        .part("until/1", "录入到哪一天", "SELECT value FROM setting WHERE name = 'calendar.known_until' AND $1 = ''")
}
