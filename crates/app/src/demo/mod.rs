//! The demonstration county: fills an empty installation from the files in `demo/`, which the program embeds.

mod content;
mod programs;
mod terms;

use std::{
    collections::{HashMap, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex},
};

use anyhow::{Context, Result, bail};
use disclosure::records_portal::Population;
use jiff::{SignedDuration, Timestamp};
use kernel::{Clock, OrganCode, Role, Seams, Staff, seams::FixedClock};
use review::Gate;
use rust_embed::RustEmbed;
use serde::Serialize;
use store::settings;
use web::{
    Config, Ctx,
    demo::{Cast, Failure},
};

use crate::{compose, seams};

/// The password of every demonstration account: printed, known to everybody, good for nothing else.
pub const PASSWORD: &str = "yanshi-qinghe-2026";

#[derive(RustEmbed)]
#[folder = "../../demo"]
struct Files;

/// An account of the demonstration, for the list that is printed.
#[derive(Debug, Clone, Serialize)]
pub struct DemoAccount {
    pub login: String,
    /// Short name of the organ.
    pub organ: String,
    /// Names of its roles, separated by 、.
    pub roles: String,
}

/// What filling did.
#[derive(Debug)]
pub enum Outcome {
    /// The place was empty and is filled now.
    Filled(Vec<DemoAccount>),
    /// The demonstration was there already; nothing changed.
    AlreadyThere,
}

/// The configuration of the demonstration: an invented county, marked as such. What was configured otherwise stays.
pub fn configure(mut config: Config) -> Config {
    let site = &mut config.site;
    let text = |text: &str| text.to_owned();
    site.name = text("青禾县人民政府");
    site.county = text("青禾县");
    site.seal = text("青");
    site.domain = text("qinghe.example");
    site.id_code = text("0000000001");
    site.division_code = text("000000");
    site.icp = text("演示ICP备00000000号");
    site.police = text("演示公网安备 00000000000000号");
    site.host = text("青禾县人民政府办公室（演示）");
    site.undertaker = text("青禾县政务公开办公室（演示）");
    site.office_organ = text("QH001");
    site.phone = text("0000-8000001");
    site.address = text("青禾县城关镇禾丰路1号县行政中心3楼（演示）");
    site.hours = text("工作日 8:30—12:00，14:30—17:30");
    site.email = text("zwgk@qinghe.example");
    site.demo = true;
    if config.settings.get::<Population>().people == 0 {
        let source = text("演示数据，人口为虚构");
        config.settings.set(Population { people: 312_600, year: 2025, source });
    }
    config
}

/// Two years of the county, played through in order on a clock that is moved from one happening to the next: the log of
/// the demonstration reads like that of a real county.
struct Stage {
    ctx: Ctx,
    clock: Arc<FixedClock>,
    now: Timestamp,
}

impl Stage {
    /// Moves the clock on to `moment`; never back, never past the present.
    fn at(&self, moment: Timestamp) {
        let last = self.clock.now();
        self.clock.set(moment.min(self.now).max(last));
    }
}

/// Fills the installation, unless it holds something already.
///
/// # Errors
/// When the installation holds other data, or a file of the demonstration does not fit the program.
pub async fn fill(config: Config, data: PathBuf) -> Result<Outcome> {
    let real = seams::system();
    let now = real.clock.now();
    let begin = now.checked_sub(SignedDuration::from_hours(24 * 800))?;
    let clock = Arc::new(FixedClock::at(begin));
    let seams = Seams { clock: clock.clone(), entropy: real.entropy };
    let ctx = compose::open(configure(config), data, std::env::current_exe()?, seams).await?;
    let outcome = play(&Stage { ctx: ctx.clone(), clock, now }).await;
    ctx.db().close().await;
    outcome
}

async fn play(stage: &Stage) -> Result<Outcome> {
    let ctx = &stage.ctx;
    match settings::get(ctx.db(), "demo").await?.as_deref() {
        Some("filled") => return Ok(Outcome::AlreadyThere),
        Some(_) => bail!("上一次建立演示县中途停下，数据不完整。请删除数据目录 {} 后重试。", ctx.data().display()),
        None => {}
    }
    let events: i64 = store::query_scalar("SELECT COUNT(*) FROM event WHERE kind <> $1")
        .bind(store::log::seals::BEGUN.name)
        .fetch_one(ctx.db().read())
        .await?;
    if events > 0 {
        bail!("数据目录 {} 里已有数据，演示县只能建在空的数据目录里。请用 --data 指定空目录。", ctx.data().display());
    }
    mark(ctx, "started").await?;
    store::log::seals::begin(ctx.db()).await?;
    write_config(ctx)?;
    organs(ctx).await?;
    let accounts = accounts(ctx).await?;
    let cast = Arc::new(cast(ctx, stage.now).await?);
    content::columns(ctx).await?;
    let mut scenes = content::scenes(ctx, &cast)?;
    for demo in ctx.capabilities().demo() {
        scenes.extend(demo(ctx, &cast).map_err(unboxed)?);
    }
    scenes.extend(programs::scenes(ctx, &cast).map_err(unboxed)?);
    // Sorting is stable: what happens at the same moment keeps its order.
    scenes.sort_by_key(|scene| scene.at);
    let mut scenes = VecDeque::from(scenes);
    while let Some(scene) = scenes.pop_front() {
        stage.at(scene.at);
        let more = scene.play(ctx, &cast).await.map_err(unboxed)?;
        if !more.is_empty() {
            scenes.extend(more);
            scenes.make_contiguous().sort_by_key(|scene| scene.at);
        }
    }
    stage.at(stage.now);
    mark(ctx, "filled").await?;
    Ok(Outcome::Filled(accounts))
}

fn unboxed(failure: Failure) -> anyhow::Error {
    anyhow::anyhow!(failure)
}

/// Accounts of the demonstration that still have its password, which everybody knows.
pub async fn known_passwords(ctx: &Ctx) -> Result<Vec<String>> {
    let (_, rows) = rows("accounts.csv")?;
    let mut found = Vec::new();
    for login in rows.into_iter().filter_map(|row| row.into_iter().next()) {
        let hash: Option<String> =
            store::query_scalar("SELECT password FROM account WHERE login = $1 AND disabled = 0")
                .bind(&login)
                .fetch_optional(ctx.db().read())
                .await?;
        if let Some(hash) = hash
            && identity::session::password::fits(PASSWORD, &hash).await?
        {
            found.push(login);
        }
    }
    Ok(found)
}

/// Whether one of the servers can be reached from other machines.
pub fn reachable(config: &Config) -> bool {
    let loopback =
        |address: &str| address.parse::<std::net::SocketAddr>().is_ok_and(|address| address.ip().is_loopback());
    !loopback(&config.server.portal) || !loopback(&config.server.office)
}

/// Refuses to serve accounts whose password is printed in the README to other machines than this one.
///
/// # Errors
/// When there are such accounts and an address that is not the loopback one, or the database fails.
pub async fn refuse_public(ctx: &Ctx) -> Result<()> {
    if !reachable(ctx.config()) {
        return Ok(());
    }
    let known = known_passwords(ctx).await?;
    if known.is_empty() {
        return Ok(());
    }
    bail!(
        "账号 {} 用的是演示密码，人人都知道，不能在本机以外的地址（{}、{}）上开放。请只监听 127.0.0.1，或先逐个运行 gongkai \
         user passwd 登录名 换掉密码、用 gongkai user disable 登录名 停用。",
        known.join("、"),
        ctx.config().server.portal,
        ctx.config().server.office
    )
}

async fn mark(ctx: &Ctx, value: &str) -> Result<()> {
    let mut tx = ctx.db().write().await?;
    settings::set(&mut tx, "demo", value).await?;
    tx.commit().await?;
    Ok(())
}

/// The data directory keeps the invented county's configuration, so that `gongkai serve` shows it.
fn write_config(ctx: &Ctx) -> Result<()> {
    let path = ctx.data().join("gongkai.toml");
    if path.exists() {
        return Ok(());
    }
    let table = toml::Table::from_iter([("site".to_owned(), toml::Value::try_from(&*ctx.site())?)]);
    let text = format!("# 演示县的配置，全部为虚构。换成您的县：改这里，或删掉数据目录重新开始。\n{table}");
    Ok(std::fs::write(path, text)?)
}

/// A file of the demonstration as text.
fn file(name: &str) -> Result<String> {
    let file = Files::get(name).with_context(|| format!("演示数据缺少 {name}"))?;
    Ok(String::from_utf8(file.data.into_owned())?)
}

/// Header and rows of a CSV file of the demonstration.
fn rows(name: &str) -> Result<(Vec<String>, Vec<Vec<String>>)> {
    let text = file(name)?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers()?.iter().map(str::to_owned).collect();
    let rows: Result<Vec<Vec<String>>, csv::Error> =
        reader.records().map(|row| row.map(|row| row.iter().map(str::to_owned).collect())).collect();
    Ok((header, rows?))
}

async fn organs(ctx: &Ctx) -> Result<()> {
    let (header, rows) = rows("organs.csv")?;
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    compose::put_organs(ctx, &header, rows).await
}

async fn accounts(ctx: &Ctx) -> Result<Vec<DemoAccount>> {
    let (_, rows) = rows("accounts.csv")?;
    let directory = ctx.directory();
    let mut made = Vec::new();
    for row in rows {
        let [login, name, organ, roles, _] = row.as_slice() else { bail!("accounts.csv 的列数不对") };
        let roles: Option<Vec<Role>> = roles.split('|').map(Role::from_code).collect();
        let roles = roles.with_context(|| format!("accounts.csv：{login} 的角色不认识"))?;
        let organ = OrganCode::from(organ.as_str());
        made.push(DemoAccount {
            login: login.clone(),
            organ: directory.short_name(&organ).to_owned(),
            roles: roles.iter().map(|role| role.label()).collect::<Vec<_>>().join("、"),
        });
        let new = identity::accounts::NewAccount {
            login: login.clone(),
            name: name.clone(),
            organ,
            roles,
            email: format!("{login}@qinghe.example"),
            password: Some(PASSWORD.to_owned()),
            ..identity::accounts::NewAccount::default()
        };
        identity::accounts::create(ctx.db(), new).await?;
    }
    Ok(made)
}

async fn cast(ctx: &Ctx, now: Timestamp) -> Result<Cast> {
    let mut editors = HashMap::new();
    let (mut clerk, mut chief, mut secrecy, mut gates) = (None, None, None, Vec::new());
    let passes = |staff: &Staff| Gate::ALL.iter().any(|gate| gate.permission.roles.iter().any(|role| staff.has(*role)));
    for account in identity::accounts::list(ctx.db()).await? {
        let central = account.organ == ctx.office_organ();
        let staff =
            Staff { account: account.id, name: account.name, organ: account.organ, roles: account.roles, central };
        if staff.has(Role::CountyOffice) {
            let role = if staff.has(Role::Editor) { &mut clerk } else { &mut chief };
            *role = Some(staff.clone());
        }
        if central && staff.has(Role::ReviewerSecrecy) {
            secrecy = Some(staff.clone());
        }
        if central && passes(&staff) {
            gates.push(staff.clone());
        }
        if staff.has(Role::Editor) {
            editors.entry(staff.organ.clone()).or_insert(staff);
        }
    }
    let missing = "演示账号里缺主管部门的科员或科长";
    Ok(Cast {
        now,
        editors,
        clerk: clerk.context(missing)?,
        chief: chief.context(missing)?,
        secrecy: secrecy.context("演示账号里缺主管部门的保密审查员")?,
        gates,
        file: |name| file(name).ok(),
        documents: Mutex::default(),
    })
}
