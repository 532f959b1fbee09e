//! `gongkai user`: accounts from the console. The first administrator is made here, since nobody can sign in before.

use std::{io::BufRead, process::ExitCode};

use anyhow::{Context, Result, bail};
use identity::{
    accounts::{self, Account, NewAccount},
    session::password::Fresh,
};
use kernel::{Actor, OrganCode, Role};
use serde_json::json;
use web::Ctx;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// 建立账号；不给密码时生成一次性密码，显示在标准输出
    #[command(after_help = "例：gongkai user add admin --name 安全管理员 --organ OFFICE --role security_admin\n\
        首次安装还没有机关时，先建系统管理员导入机关，--organ 写 site.office_organ 的代码即可")]
    Add {
        /// 登录名
        login: String,
        /// 姓名或岗位
        #[arg(long)]
        name: String,
        /// 机关代码
        #[arg(long)]
        organ: String,
        /// 角色，可重复：editor reviewer_secrecy reviewer_wording reviewer_policy reviewer_political organ_head county_office system_admin security_admin audit_admin
        #[arg(long = "role", required = true, value_parser = role)]
        roles: Vec<Role>,
        /// 邮箱
        #[arg(long, default_value = "")]
        email: String,
        /// 从标准输入读密码（一行）
        #[arg(long)]
        password_stdin: bool,
    },
    /// 从表格建立账号，全部正确才建立；一次性密码显示在标准输出
    #[command(
        after_help = "例：gongkai user import 账号.xlsx\n\n表头：登录名、姓名、所在机关、角色、邮箱；机关填代码或名称，几个角色用 | 隔开。"
    )]
    Import {
        /// .xlsx 或 .csv
        file: std::path::PathBuf,
        /// 工作表名称，文件有几个工作表时写；不写时用第一个有内容的
        #[arg(long, default_value = "")]
        sheet: String,
    },
    /// 列出账号
    #[command(after_help = "例：gongkai user list --json")]
    List,
    /// 重置密码，生成一次性密码
    #[command(after_help = "例：gongkai user passwd clerk")]
    Passwd {
        /// 登录名
        login: String,
    },
    /// 解除锁定
    #[command(after_help = "例：gongkai user unlock clerk")]
    Unlock {
        /// 登录名
        login: String,
    },
    /// 移除动态口令（手机和恢复码都丢失时），本人下次登录后重新设置
    #[command(after_help = "例：gongkai user reset-code secadmin")]
    ResetCode {
        /// 登录名
        login: String,
    },
    /// 停用账号，立即退出其所有会话
    #[command(after_help = "例：gongkai user disable clerk")]
    Disable {
        /// 登录名
        login: String,
    },
    /// 重新启用账号
    #[command(after_help = "例：gongkai user enable clerk")]
    Enable {
        /// 登录名
        login: String,
    },
}

impl Command {
    /// Whether it only looks: then there must be an installation to look at.
    pub(crate) fn reads(&self) -> bool {
        matches!(self, Self::List)
    }

    /// Whether a new site may begin with it: with its first account, and with nothing that is done to one that is there.
    pub(crate) fn begins(&self) -> bool {
        matches!(self, Self::Add { .. })
    }

    /// Whether a place without data may be made a site for it. Looked at before anything is made.
    ///
    /// # Errors
    /// When the first account would belong to an organ that is not the competent department: there is no other yet.
    pub(crate) fn may_begin(&self, config: &web::Config) -> Result<()> {
        match self {
            Self::Add { organ, .. } if *organ != config.site.office_organ => {
                Err(no_organ(organ, &config.site.office_organ))
            }
            _ => Ok(()),
        }
    }
}

fn no_organ(asked: &str, office: &str) -> anyhow::Error {
    anyhow::anyhow!(
        "机关 {asked} 不存在：机关名录还没有导入，现在只有主管部门，配置 site.office_organ 写的是 {office}。\
         请把 site.office_organ 改为本县主管部门的代码，或者写 --organ {office}；别的机关的账号，请先导入机关名录再建。"
    )
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_code(text).ok_or_else(|| format!("没有“{text}”这个角色，可用：{}", Role::ALL.map(Role::code).join(" ")))
}

pub(crate) async fn run(ctx: &Ctx, command: Command, as_json: bool) -> Result<ExitCode> {
    let db = ctx.db();
    match command {
        Command::Add { login, name, organ, roles, email, password_stdin } => {
            let password = if password_stdin { Some(read_password()?) } else { None };
            let organ = OrganCode::from(organ);
            first_organ(ctx, &organ).await?;
            let rules = identity::session::password::Rules::of(ctx);
            let apart = identity::settings::Accounts::clone(&ctx.settings::<identity::settings::Accounts>());
            let base = NewAccount { apart, rules, ..NewAccount::default() };
            let new = NewAccount { login, name, organ, roles, email, password, ..base };
            let created = accounts::create(db, new).await?;
            if as_json {
                println!(
                    "{}",
                    json!({ "id": created.id, "login": created.login, "one_time_password": created.one_time })
                );
            } else {
                println!("已建立账号 {}", created.login);
                tell_one_time(created.one_time.as_deref());
            }
        }
        Command::Import { .. } => unreachable!("is done by its own command"),
        Command::List => {
            let all = accounts::list(db).await?;
            if as_json {
                println!("{}", serde_json::to_string_pretty(&all)?);
            } else {
                for account in &all {
                    println!("{:<16} {:<10} {}　{}", account.login, account.organ, account.name, account.role_names());
                }
            }
        }
        Command::Passwd { login } => {
            let account = named(ctx, &login).await?;
            let fresh = Fresh::one_time(ctx.seams()).await?;
            let mut tx = db.write().await?;
            accounts::reset_password(&mut tx, &account.id, &fresh, &Actor::System).await?;
            tx.commit().await?;
            if as_json {
                println!("{}", json!({ "login": login, "one_time_password": fresh.words() }));
            } else {
                tell_one_time(Some(fresh.words()));
            }
        }
        Command::Unlock { login } => {
            let account = named(ctx, &login).await?;
            let mut tx = db.write().await?;
            accounts::unlock(&mut tx, &account.id, &Actor::System).await?;
            tx.commit().await?;
            tell(as_json, &login, "已解除锁定");
        }
        Command::ResetCode { login } => {
            let account = named(ctx, &login).await?;
            let mut tx = db.write().await?;
            accounts::remove_second_factor(&mut tx, &account.id, &Actor::System).await?;
            tx.commit().await?;
            tell(as_json, &login, "已移除动态口令，其会话全部失效");
        }
        Command::Disable { login } => {
            set_disabled(ctx, &login, true).await?;
            tell(as_json, &login, "已停用，其会话全部失效");
        }
        Command::Enable { login } => {
            set_disabled(ctx, &login, false).await?;
            tell(as_json, &login, "已启用");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Says that it is done, to people or to programs.
fn tell(as_json: bool, login: &str, words: &str) {
    if as_json { println!("{}", json!({ "ok": true, "login": login })) } else { eprintln!("{words}") }
}

async fn set_disabled(ctx: &Ctx, login: &str, disabled: bool) -> Result<()> {
    let account = named(ctx, login).await?;
    let mut tx = ctx.db().write().await?;
    accounts::set_disabled(&mut tx, &account.id, disabled, &Actor::System).await?;
    Ok(tx.commit().await?)
}

fn tell_one_time(one_time: Option<&str>) {
    if let Some(secret) = one_time {
        println!("一次性密码：{secret}（只显示这一次，首次登录须修改）");
    }
}

async fn named(ctx: &Ctx, login: &str) -> Result<Account> {
    accounts::find(ctx.db(), login)
        .await?
        .with_context(|| format!("没有“{login}”这个账号。用 gongkai user list 查看全部账号。"))
}

fn read_password() -> Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\n', '\r']).to_owned();
    if password.is_empty() {
        bail!("标准输入里没有密码。例：printf '%s\\n' \"$PASSWORD\" | gongkai user add … --password-stdin");
    }
    Ok(password)
}

/// Before any organ is imported, the competent department of the configuration is recorded so that its first
/// administrator has an organ to belong to.
async fn first_organ(ctx: &Ctx, organ: &OrganCode) -> Result<()> {
    if !ctx.directory().all().is_empty() {
        return Ok(());
    }
    let office = ctx.office_organ();
    if *organ != office {
        return Err(no_organ(organ.as_str(), office.as_str()));
    }
    let site = ctx.site();
    let row = vec![organ.to_string(), site.host.clone(), site.host.clone(), "county_unit".to_owned()];
    crate::compose::put_organs(ctx, &["code", "name", "short_name", "kind"], vec![row]).await
}
