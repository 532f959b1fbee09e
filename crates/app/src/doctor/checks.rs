//! The points of `gongkai doctor` that tell what a county has not filled in yet, and what would be unsafe as it is.

use std::{os::unix::fs::PermissionsExt, path::Path, time::Duration};

use kernel::Role;
use web::{Config, Ctx};

use crate::{compose, config, demo, nodes};

/// What came of a point: all is well, or what to do.
pub(crate) type Outcome = Result<String, String>;

/// Days of the calendar below which somebody should look for the next notice.
const CALENDAR_DAYS: i32 = 60;
/// No clock of a machine that runs this program is before.
const FIRST_YEAR: i16 = 2025;

fn missing(what: &[String]) -> Outcome {
    if what.is_empty() {
        Ok("已填写".into())
    } else {
        Err(format!("还没有填写或还是样例：{}", what.join("；")))
    }
}

/// What the public must be told (政府网站发展指引; 条例 Art. 12).
pub(crate) fn contact(config: &Config) -> Outcome {
    let site = &config.site;
    let sample = |text: &str| text.trim().is_empty() || text.contains("未配置") || text.contains("某某");
    let told = [
        ("site.name", "网站名称", sample(&site.name)),
        ("site.county", "县名", sample(&site.county)),
        ("site.host", "主办单位", sample(&site.host)),
        ("site.id_code", "10 位政府网站标识码", site.id_code == "0000000000"),
        ("site.domain", "网站域名", ["", "localhost", "www.example.gov.cn"].contains(&site.domain.trim())),
        ("site.icp", "ICP 备案编号", sample(&site.icp)),
        ("site.phone", "主管部门公开电话", sample(&site.phone)),
        ("site.address", "办公地址", sample(&site.address)),
        ("site.hours", "办公时间", sample(&site.hours)),
        ("site.email", "公开邮箱", sample(&site.email)),
        ("site.office_organ", "主管部门的机关代码", site.office_organ == "OFFICE"),
    ];
    let open = told.into_iter().filter(|(_, _, open)| *open);
    missing(&open.map(|(key, words, _)| format!("{key}（{words}）")).collect::<Vec<_>>())
}

/// Whether the addresses that stand in mails, feeds and the site map can be opened by others.
pub(super) fn addresses(config: &Config) -> Outcome {
    let server = &config.server;
    let here = |url: &str| ["//127.", "//localhost", "//[::1]"].iter().any(|sign| url.contains(sign));
    let mut faults = Vec::new();
    if !config.site.demo {
        if here(&server.portal_url) {
            faults.push(format!("server.portal_url 是 {}，网站地图、订阅和邮件里的链接公众打不开", server.portal_url));
        }
        if here(&server.office_url) {
            faults.push(format!("server.office_url 是 {}，邮件里的链接工作人员打不开", server.office_url));
        }
    }
    if server.office_url.starts_with("https://") && !server.secure_cookies {
        faults.push("后台经 HTTPS 访问，请设 server.secure_cookies = true".to_owned());
    }
    if server.secure_cookies && server.trusted_proxies.is_empty() {
        faults.push(
            "经反向代理提供 HTTPS 的，请把代理的地址写入 server.trusted_proxies，否则后台拒绝经代理来的请求".to_owned(),
        );
    }
    if faults.is_empty() {
        Ok(format!("{}、{}", server.portal_url, server.office_url))
    } else {
        Err(faults.join("；"))
    }
}

/// Variables that look like ours and mean nothing.
pub(super) fn environment() -> Outcome {
    let unknown = config::unknown_variables(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()));
    if unknown.is_empty() { Ok("没有不认识的变量".into()) } else { Err(unknown.join("；")) }
}

/// Deadlines, second factors and the log all take the time from the machine.
pub(super) fn clock(today: jiff::civil::Date) -> Outcome {
    if today.year() < FIRST_YEAR {
        return Err(format!("本机日期是 {today}，不对。请校准时间并启用时间同步，再启动本程序。"));
    }
    Ok(today.to_string())
}

/// Keys lie beside the database, for its user alone, and must be kept with the backups but not in the same place. What lies there
/// must be a key, and the one that signs the log must be able to lie where the configuration says.
pub(crate) fn keys(config: &Config, data: &Path) -> Outcome {
    let place = store::log::Place::below(data).with_key(&config.log.key);
    // A data directory that is not there yet is made by the first command that needs it.
    if data.exists() || !config.log.key.is_empty() {
        proof::Signer::ready(place.clone()).map_err(|error| format!("{error}。"))?;
    }
    nodes::files(config, data).check_key().map_err(|error| format!("{error}。"))?;
    let mut found = Vec::new();
    for entry in std::fs::read_dir(data).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.ends_with("-key") && !name.ends_with(".key") {
            continue;
        }
        let mode = entry.metadata().map_or(0, |file| file.permissions().mode() & 0o777);
        if mode & 0o077 != 0 {
            return Err(format!(
                "密钥文件 {} 的权限是 {mode:o}，别人可以读。请运行 chmod 600。",
                entry.path().display()
            ));
        }
        found.push(name);
    }
    if !config.log.key.is_empty() && place.key.exists() {
        found.push(place.key.display().to_string());
    }
    found.sort();
    if found.is_empty() {
        return Ok("还没有，需要时建立".into());
    }
    let without = found.iter().map(|name| format!("{name}（{}）", lost(name)));
    Ok(format!("{}。请另存一份，与备份分开放。", without.collect::<Vec<_>>().join("、")))
}

/// Whether the key that lies there is the one under which this installation has sealed.
pub(super) fn sealing(ctx: &Ctx) -> Outcome {
    ctx.files().check_key().map_err(|error| format!("{error}。"))?;
    let print = ctx.files().key_print().map_err(|error| format!("{error}。"))?;
    Ok(print.map_or("还没有密钥，第一次启动时建立", |_| "files-key 是封存内容的那一个").to_owned())
}

/// What cannot be done any more without this key.
fn lost(name: &str) -> &'static str {
    match name {
        "files-key" => "没有它，动态口令、密封的附件和办件里的个人信息打不开",
        "public-log-key" => "没有它，公开凭证的日志不能续写，以前的凭证仍可核验",
        _ => "没有它，不能再证明留痕的末尾没有被截去",
    }
}

/// Whether a port is free, or taken by this program; anything else there would keep it from starting.
pub(super) async fn port(address: &str) -> Outcome {
    match tokio::net::TcpListener::bind(address).await {
        Ok(_) => Ok(format!("{address} 空闲")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            if is_ours(address).await {
                Ok(format!("{address} 上正运行着 gongkai"))
            } else {
                Err(format!("{address} 被别的程序占用。请换一个端口，或停掉占用它的程序。"))
            }
        }
        Err(error) => Err(format!("不能在 {address} 上监听：{error}")),
    }
}

/// Asks whoever listens there whether it is well, as only this program answers.
async fn is_ours(address: &str) -> bool {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = address.replace("0.0.0.0:", "127.0.0.1:").replace("[::]:", "[::1]:");
    let ask = async {
        let mut stream = tokio::net::TcpStream::connect(&address).await?;
        let head = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(64 * 1024).read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&answer).into_owned())
    };
    matches!(tokio::time::timeout(Duration::from_secs(3), ask).await, Ok(Ok(text)) if text.contains("\"ok\":"))
}

/// Without columns no text has a place; without a route's column its reviews take another way.
pub(crate) async fn columns(ctx: &Ctx) -> Outcome {
    let tree = document::columns::tree(ctx.db().read())
        .await
        .map_err(|error| format!("读不到栏目：{:#}", compose::words(error.into())))?;
    if tree.is_empty() {
        return Err("还没有栏目，稿件无处可放。请在后台“栏目”导入或新建，也可运行 gongkai column import。".into());
    }
    let routes = &ctx.settings::<review::settings::Settings>().routes;
    let unknown = |column: &str| !column.is_empty() && !tree.iter().any(|(_, row)| row.slug.as_str() == column);
    let lost: Vec<&str> = routes.iter().map(|route| route.column.as_str()).filter(|column| unknown(column)).collect();
    if !lost.is_empty() {
        return Err(format!("review.routes 写的栏目 {} 不存在，这条流程不会生效。请核对网址名。", lost.join("、")));
    }
    let owed = ctx.settings::<policy::interpretation::Obligation>();
    for (name, list) in [("columns", &owed.columns), ("except_columns", &owed.except_columns)] {
        let lost: Vec<&str> = list.iter().map(String::as_str).filter(|column| unknown(column)).collect();
        if !lost.is_empty() {
            return Err(format!(
                "interpretation.{name} 写的栏目 {} 不存在，要配解读的文件会算错。请核对网址名。",
                lost.join("、")
            ));
        }
    }
    let facets = document::Kinds::of(ctx).facets();
    for (key, value) in owed.exceptions() {
        match facets.iter().find(|facet| facet.key == key) {
            None => return Err(format!("interpretation.except 写的字段 {key} 不存在，这一条不会生效。请核对。")),
            Some(facet) if facet.shape.read(value).is_empty() => {
                return Err(format!("interpretation.except 写的 {key}={value} 不是{}的写法，请核对。", facet.label));
            }
            Some(_) => {}
        }
    }
    Ok(format!("{} 个", tree.len()))
}

/// Who must be there before the first text can be published, and what is wrong with those who are.
pub(crate) async fn accounts(ctx: &Ctx) -> Outcome {
    let broken = |error: &dyn std::fmt::Display| format!("读不到账号：{error}");
    let all = identity::accounts::list(ctx.db()).await.map_err(|error| broken(&error))?;
    let stored: Vec<String> = store::query_scalar("SELECT DISTINCT role FROM account_role ORDER BY role")
        .fetch_all(ctx.db().read())
        .await
        .map_err(|error| broken(&error))?;
    let mut faults = Vec::new();
    let unknown: Vec<&String> = stored.iter().filter(|code| Role::from_code(code).is_none()).collect();
    if !unknown.is_empty() {
        faults.push(format!("有账号的角色 {unknown:?} 本程序不认识，不会生效；可能是更新版本的程序写入的"));
    }
    let office = ctx.office_organ();
    let holds = |role: Role| all.iter().any(|account| !account.disabled && account.roles.contains(&role));
    let lacking: Vec<&str> =
        Role::ALL.into_iter().filter(|role| *role != Role::OrganHead && !holds(*role)).map(Role::label).collect();
    if !lacking.is_empty() {
        faults.push(format!("还没有这些角色的账号：{}", lacking.join("、")));
    }
    let clerks = || all.iter().filter(|account| !account.disabled && account.roles.contains(&Role::CountyOffice));
    if clerks().next().is_some() && !clerks().any(|account| account.organ == office) {
        let logins: Vec<&str> = clerks().map(|account| account.login.as_str()).collect();
        faults.push(format!(
            "{} 不在主管部门 {office}，只能办理本机关的事。请改账号的所在机关，或改 site.office_organ",
            logins.join("、")
        ));
    }
    let administrators = [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];
    let bare: Vec<&str> = all
        .iter()
        .filter(|one| !one.disabled && !one.second_factor && administrators.iter().any(|role| one.roles.contains(role)))
        .map(|account| account.login.as_str())
        .collect();
    let config = ctx.settings::<identity::settings::Sessions>();
    if !bare.is_empty() && !config.require_totp_admins && !ctx.site().demo {
        let text = format!("管理员 {} 没有动态口令，而 sessions.require_totp_admins = false", bare.join("、"));
        faults.push(text);
    }
    if faults.is_empty() { Ok(format!("{} 个", all.len())) } else { Err(faults.join("；")) }
}

/// Organs that can be asked and have nobody to handle it: the county office is told of what comes to them.
pub(super) async fn unmanned(ctx: &Ctx) -> Outcome {
    let organs = dialogue::cases::unmanned(ctx).await;
    let organs = organs.map_err(|error| format!("读不到账号：{:#}", compose::words(error)))?;
    let (directory, today) = (ctx.directory(), ctx.today());
    let now = organs.iter().filter_map(|code| directory.get(code)).filter(|organ| organ.exists_on(today));
    let names: Vec<String> = now.map(|organ| organ.short_name.clone()).collect();
    if names.is_empty() {
        return Ok("各机关都有能办理的账号".to_owned());
    }
    let first = names.iter().take(10).cloned().collect::<Vec<_>>().join("、");
    Ok(format!(
        "提醒：{} 个机关没有能办理的账号，向它们提出的申请由主管部门收到并转办：{first}{}",
        names.len(),
        if names.len() > 10 { " 等" } else { "" }
    ))
}

/// Accounts of the demonstration have a password that everybody knows.
pub(super) async fn demonstration(ctx: &Ctx) -> Outcome {
    let known = demo::known_passwords(ctx).await.map_err(|error| format!("{error:#}"))?;
    match known.len() {
        0 => Ok("没有使用演示密码的账号".into()),
        count if ctx.site().demo && !demo::reachable(ctx.config()) => {
            Ok(format!("{count} 个账号使用演示密码，只在本机开放"))
        }
        _ => Err(format!(
            "账号 {} 使用人人都知道的演示密码。请用 gongkai user passwd 换掉，或用 gongkai user disable 停用。",
            known.join("、")
        )),
    }
}

/// The same for whoever watches the program: what must be done in some weeks is a reminder, not a fault of the installation.
pub(super) fn calendar_now(ctx: &Ctx) -> Outcome {
    let holds = ctx.today() <= ctx.calendar().known_until();
    match calendar(ctx) {
        Err(soon) if holds => Ok(format!("提醒：{soon}")),
        outcome => outcome,
    }
}

/// Until when statutory deadlines can be computed.
pub(crate) fn calendar(ctx: &Ctx) -> Outcome {
    let known = ctx.calendar().known_until();
    let left = ctx.today().until(known).map_or(0, |span| span.get_days());
    if left < 0 {
        return Err(format!("只录到 {known}，法定期限无法计算。请在后台“工作日历”录入放假通知。"));
    }
    if left < CALENDAR_DAYS {
        return Err(format!("只录到 {known}，还剩 {left} 天。请在后台“工作日历”粘贴国务院办公厅下一年的放假通知。"));
    }
    Ok(format!("录到 {known}"))
}

/// Whether what becomes public can be signed.
pub(super) async fn receipts(ctx: &Ctx) -> Outcome {
    let words = |error: store::Error| format!("{error}。");
    publishing::receipts::ready(ctx).await.map_err(words)?;
    let misplaced = publishing::receipts::misplaced(ctx).await;
    if !misplaced.is_empty() {
        return Err(format!("receipts.cosigned 取不到见证方的加签：{}。", misplaced.join("；")));
    }
    let told = publishing::receipts::told(ctx).await.map_err(words)?;
    Ok(told.unwrap_or_else(|| "还没有公开的文件，第一份公开后建立日志".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_commented_configuration_ships_with_is_named() {
        let told = contact(&Config::default()).expect_err("nothing is filled in");
        for key in ["phone", "address", "hours", "icp", "email", "domain", "id_code", "office_organ"] {
            assert!(told.contains(&format!("site.{key}")), "{key}: {told}");
        }
        assert_eq!(contact(&demo::configure(Config::default())), Ok("已填写".into()));
    }

    #[test]
    fn addresses_that_nobody_else_can_open_are_named() {
        let mut config = Config::default();
        assert!(addresses(&config).expect_err("loopback").contains("server.portal_url"));
        config.server.portal_url = "https://www.qinghe.example".into();
        config.server.office_url = "https://oa.qinghe.example".into();
        assert!(addresses(&config).expect_err("cookies").contains("secure_cookies"));
        config.server.secure_cookies = true;
        assert!(addresses(&config).expect_err("proxy").contains("trusted_proxies"));
        config.server.trusted_proxies = vec!["10.0.0.5/32".parse().expect("net")];
        assert!(addresses(&config).is_ok());
        assert!(clock("1970-01-01".parse().expect("day")).is_err());
    }

    #[tokio::test]
    async fn a_port_of_another_program_is_told_from_our_own() {
        let other = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = other.local_addr().expect("address").to_string();
        tokio::spawn(async move {
            while let Ok((stream, _)) = other.accept().await {
                drop(stream);
            }
        });
        assert!(port(&address).await.expect_err("taken").contains("别的程序"));
    }

    #[test]
    fn a_configuration_that_a_restore_left_aside_is_named() {
        let place = tempfile::tempdir().expect("place");
        let aside = place.path().join("gongkai.toml.from-backup");
        assert_eq!(super::super::left_beside(place.path()), None);
        std::fs::write(&aside, "").expect("write");
        assert!(super::super::left_beside(place.path()).is_some_and(|text| text.contains("from-backup")));
        std::fs::rename(&aside, place.path().join("gongkai.toml")).expect("rename");
        assert_eq!(super::super::left_beside(place.path()), None);
    }

    #[test]
    fn a_key_that_others_can_read_is_named() {
        let place = tempfile::tempdir().expect("place");
        let config = Config::default();
        assert!(keys(&config, place.path()).is_ok());
        for name in ["files-key", "log-key"] {
            let key = place.path().join(name);
            std::fs::write(&key, "0".repeat(64)).expect("write");
            std::fs::set_permissions(&key, PermissionsExt::from_mode(0o644)).expect("mode");
            let told = keys(&config, place.path()).expect_err("open");
            assert!(told.contains(name) && told.contains("chmod 600"), "{told}");
            std::fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).expect("mode");
            let told = keys(&config, place.path()).expect("closed");
            assert!(told.contains(&format!("{name}（没有它，")), "{told}");
            // What is lost without it is told of that key alone.
            assert_eq!(told.contains("动态口令"), place.path().join("files-key").exists(), "{told}");
            std::fs::remove_file(&key).expect("remove");
        }
    }

    #[test]
    fn a_key_that_is_none_or_has_no_place_is_named() {
        let place = tempfile::tempdir().expect("place");
        let mut config = Config::default();
        for name in ["files-key", "log-key"] {
            for junk in [&b"junk"[..], b"\xff\xfe\0", b""] {
                let key = place.path().join(name);
                std::fs::write(&key, junk).expect("write");
                std::fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).expect("mode");
                let told = keys(&config, place.path()).expect_err("junk");
                assert!(told.contains(name) && told.contains("请"), "{told}");
                std::fs::remove_file(&key).expect("remove");
            }
        }
        for data in [place.path().to_owned(), place.path().join("fresh")] {
            config.log.key = place.path().join("none/k").display().to_string();
            let told = keys(&config, &data).expect_err("nowhere");
            assert!(told.contains("none/k") && told.contains("log.key"), "{told}");
            config.log.key = place.path().join("k").display().to_string();
            assert!(keys(&config, &data).is_ok(), "it can be made");
        }
    }
}
