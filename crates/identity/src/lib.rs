//! Organs, accounts and roles, sign-in with a second factor, sessions, the working-day calendar, reading the audit trail.
//!
//! What others use: [`capability`], [`session::attach`] (puts the [`kernel::Actor`] into every office request),
//! [`load_directory`] and [`load_calendar`] at start, [`accounts`] and [`organs`] for the command line and for filling a
//! demonstration, [`programs`] for keys of other systems.

pub mod accounts;
pub mod audit;
pub mod calendar;
pub mod events;
mod finders;
mod names;
pub mod organs;
mod own;
mod permission_table;
pub mod permissions;
pub mod programs;
mod roles;
mod sealed;
pub mod session;
pub mod settings;
mod watch;

use std::sync::Arc;

use kernel::permission::{READ_PUBLIC, SIGN_IN, USE_DESK};
use permissions::{MANAGE_ACCOUNTS, MANAGE_CALENDAR, MANAGE_ORGANS, MANAGE_PROGRAMS, READ_AUDIT, VIEW_ORGANS};
use web::{Capability, Nav, hooks::Verb};

pub use calendar::load_calendar;
pub use organs::load_directory;
pub use permission_table::permissions_markdown;

/// Who there is and who may do what.
pub fn capability() -> Capability {
    Capability::new("identity", "机关与账号")
        .routes(organs::routes)
        .routes(accounts::routes)
        .routes(programs::routes)
        .routes(session::routes)
        .routes(own::routes)
        .routes(audit::routes)
        .routes(permission_table::routes)
        .routes(calendar::routes)
        .permissions(&[&READ_PUBLIC, &SIGN_IN, &USE_DESK, &VIEW_ORGANS, &MANAGE_ORGANS, &MANAGE_ACCOUNTS, &READ_AUDIT])
        .permissions(&[&MANAGE_CALENDAR, &MANAGE_PROGRAMS])
        .nav(Nav::under("管理", "/organs", "机关", &VIEW_ORGANS, 310))
        .nav(Nav::under("管理", "/accounts", "账号", &MANAGE_ACCOUNTS, 320))
        .nav(Nav::under("管理", "/calendar", "工作日历", &MANAGE_CALENDAR, 330))
        .nav(Nav::under("监督", "/audit", "留痕与验证", &READ_AUDIT, 410))
        .nav(Nav::under("监督", "/permissions", "权限表", &VIEW_ORGANS, 420))
        .nav(Nav::under("监督", "/account", "我的账号", &USE_DESK, 430))
        .events(&events::ALL)
        .subject("organ", "机关")
        .words(words)
        .titled("SELECT code, short_name FROM organ WHERE code")
        .subject("account", "账号")
        .titled("SELECT id, name FROM account WHERE id")
        .subject("program", "接口密钥")
        .titled("SELECT id, name FROM program WHERE id")
        .subject("calendar", "工作日历")
        .subject("audit", "留痕")
        .subject("export", "导出")
        .jobs(audit::verify::handlers)
        .schedule(audit::verify::schedule)
        .desk(Arc::new(audit::verify::Faults))
        .desk(Arc::new(audit::grants::Grants))
        .search(organs::search_source())
        .settings::<settings::Sessions>()
        .settings::<settings::Accounts>()
        .settings::<settings::Programs>()
        .migrations(store::migrations!(
            "identity",
            "../migrations/0001_identity.sql",
            "../migrations/0002_doors.sql",
            "../migrations/0003_gathered_mail.sql",
            "../migrations/0004_programs.sql"
        ))
        .declare(audit::watch::Watching::default())
        .declare(sealed::organs())
        .declare(sealed::accounts())
        .declare(sealed::programs())
        .declare(sealed::calendar())
        .declare(organs::organ_aliases())
        .declare(accounts::recipients())
        .declare(finders::organs())
        .declare(finders::people())
        .declare(Verb::new("新建机关", "", "/organs/new", &MANAGE_ORGANS))
        .declare(Verb::new("导入机关名录", "表格", "/organs/import", &MANAGE_ORGANS))
        .declare(Verb::new("机构改革", "合并 撤销 并入", "/organs/merge", &MANAGE_ORGANS))
        .declare(Verb::new("新建账号", "工作人员", "/accounts/new", &MANAGE_ACCOUNTS))
        .declare(Verb::new("导入账号", "工作人员 表格", "/accounts/import", &MANAGE_ACCOUNTS))
        .declare(Verb::new("新建接口密钥", "程序 系统 报送 接口", "/accounts/programs/new", &MANAGE_PROGRAMS))
        .declare(Verb::new("接收提醒的邮箱", "我的账号", "/account", &USE_DESK))
        .declare(Verb::new("修改密码", "我的账号", "/account/password", &USE_DESK))
        .declare(session::signin::Turns::default())
        .declare(programs::Turns::default())
        .declare(watch::Refusals::default())
}

/// Codes of what happens to organs, accounts, the calendar and the log, by their fields.
fn words(field: &str, code: &str) -> Option<String> {
    match field {
        "kind" => {
            kernel::OrganKind::ALL.into_iter().find(|kind| kind.code() == code).map(|kind| kind.label().to_owned())
        }
        "days" => {
            let (day, special) = code.split_once(' ')?;
            let special = match special {
                "off" => "放假",
                "worked" => "上班",
                _ => return None,
            };
            Some(format!("{day} {special}"))
        }
        "format" => Some(match code {
            "csv" => "CSV 表格".to_owned(),
            "xlsx" => "Excel 表格".to_owned(),
            _ => return None,
        }),
        "status" => {
            let said = match code {
                "401" => "没有登录",
                "403" => "没有权限",
                "404" => "没有这个对象或不能查看",
                "409" => "与现在的情况不符",
                "422" => "填写的内容不对",
                "429" => "次数太多",
                _ => return None,
            };
            Some(format!("{said}（{code}）"))
        }
        _ => None,
    }
}
