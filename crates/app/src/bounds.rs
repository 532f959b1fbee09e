//! What the types of the configuration cannot say: each problem with the key and what to write instead. A value that would
//! be nonsense stops the start, where somebody reads it, instead of a night weeks later.

use std::net::SocketAddr;

use web::Config;

use crate::capabilities;

/// Every problem of the configuration as a whole.
pub(crate) fn check(config: &Config) -> Vec<String> {
    let mut problems = Vec::new();
    site(config, &mut problems);
    server(config, &mut problems);
    rest(config, &mut problems);
    problems
}

/// Adds the text unless it holds.
fn require(problems: &mut Vec<String>, holds: bool, text: impl Into<String>) {
    if !holds {
        problems.push(text.into());
    }
}

fn site(config: &Config, problems: &mut Vec<String>) {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let site = &config.site;
    require(problems, !site.name.trim().is_empty(), "site.name：请填写网站名称，例如 青禾县人民政府");
    let mut seal = site.seal.chars();
    let one = seal.next().is_some_and(char::is_alphanumeric) && seal.next().is_none();
    require(problems, one, "site.seal：请只填一个字，例如 青");
    require(problems, digits(&site.division_code, 6), "site.division_code：应为 6 位行政区划代码，例如 361124");
    require(problems, digits(&site.id_code, 10), "site.id_code：应为 10 位政府网站标识码，例如 3611240001");
    let begins = site.id_code.starts_with(&site.division_code);
    require(problems, begins, format!("site.id_code：应以行政区划代码 {} 开头", site.division_code));
    require(
        problems,
        kernel::OrganCode::is_valid(&site.office_organ),
        "site.office_organ：请填写主管部门的机关代码，例如 QH001",
    );
    let domain = |c: char| c.is_alphanumeric() || ".-:".contains(c);
    require(
        problems,
        site.domain.chars().all(domain) && !site.domain.starts_with(['.', '-', ':']),
        "site.domain：只写域名，不带 http:// 和斜杠，例如 www.example.gov.cn",
    );
    require(
        problems,
        site.email.is_empty() || site.email.parse::<lettre::Address>().is_ok(),
        "site.email：应为一个邮箱，例如 zwgk@example.gov.cn；没有的留空",
    );
    require(
        problems,
        site.phone.is_empty() || is_phone(&site.phone),
        "site.phone：只写一个电话号码，不带文字和空格，例如 0790-1234567；没有的留空",
    );
    require(problems, is_phone(&site.hotline), "site.hotline：应为一个电话号码，例如 12345");
    require(
        problems,
        site.security.is_empty() || is_contact(&site.security),
        "site.security：应为一个邮箱、一个电话号码，或者 https:// 开头的网页，例如 security@example.gov.cn；没有的留空",
    );
    let texts = [
        ("name", &site.name),
        ("county", &site.county),
        ("host", &site.host),
        ("undertaker", &site.undertaker),
        ("address", &site.address),
        ("hours", &site.hours),
        ("icp", &site.icp),
        ("police", &site.police),
    ];
    for (key, text) in texts {
        require(problems, !text.chars().any(char::is_control), format!("site.{key}：请写在一行里，不含控制字符"));
    }
}

/// A number that stands behind `tel:` as it is written (RFC 3966).
fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b"+-()".contains(&b));
    plain && (3..=20).contains(&digits) && !text.trim_start_matches('+').contains('+')
}

/// What may stand behind `Contact:` of `security.txt` (RFC 9116), or can be made such.
fn is_contact(text: &str) -> bool {
    let mail = |text: &str| text.parse::<lettre::Address>().is_ok();
    if !text.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b)) {
        return false;
    }
    if let Some(rest) = text.strip_prefix("https://") {
        let name = rest.split(['/', '?', '#']).next().unwrap_or_default();
        return host(&format!("https://{name}")).is_ok();
    }
    match text.strip_prefix("mailto:") {
        Some(address) => mail(address),
        None => mail(text) || is_phone(text.strip_prefix("tel:").unwrap_or(text)),
    }
}

/// The host of an address of one of the servers, or what is wrong with it.
fn host(url: &str) -> Result<&str, &'static str> {
    const FORM: &str = "应以 http:// 或 https:// 开头，结尾不带斜杠，例如 https://www.example.gov.cn";
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).ok_or(FORM)?;
    let host = match rest.strip_prefix('[') {
        Some(v6) => v6.split_once(']').ok_or(FORM)?.0,
        None => rest.split(':').next().unwrap_or_default(),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]_".contains(c);
    if host.is_empty() || !rest.chars().all(plain) {
        return Err(FORM);
    }
    if host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_unspecified()) {
        return Err("0.0.0.0 不是别人能打开的地址，请写公众或工作人员访问时用的域名");
    }
    Ok(host)
}

fn server(config: &Config, problems: &mut Vec<String>) {
    let server = &config.server;
    let mut listeners = Vec::new();
    for (key, address) in [("server.portal", &server.portal), ("server.office", &server.office)] {
        match address.parse::<SocketAddr>() {
            Ok(parsed) => listeners.push(parsed),
            Err(_) => problems.push(format!("{key}：{address} 不是“地址:端口”，例如 127.0.0.1:8080")),
        }
    }
    if let [portal, office] = listeners[..] {
        let any = portal.ip().is_unspecified() || office.ip().is_unspecified();
        let same = portal.port() != 0 && portal.port() == office.port() && (any || portal.ip() == office.ip());
        require(problems, !same, format!("server.office：与 server.portal 用了同一个端口 {}，请换一个", office.port()));
    }
    for (key, url) in [("server.portal_url", &server.portal_url), ("server.office_url", &server.office_url)] {
        if let Err(why) = host(url) {
            problems.push(format!("{key}：{why}"));
        }
    }
    require(problems, !server.office_allow.is_empty(), "server.office_allow：至少要有一个网段，否则无人能进入后台");
    for net in server.office_allow.iter().filter(|net| egress::is_everybody(net)) {
        problems.push(format!(
            "server.office_allow：{net} 等于允许任何人进入后台。请改为本单位的网段，例如 10.20.0.0/16（互联网政务应用安全管理规定第十九条）"
        ));
    }
    for net in server.trusted_proxies.iter().filter(|net| egress::is_everybody(net)) {
        problems.push(format!(
            "server.trusted_proxies：{net} 等于相信任何人自报的来源。请只写反向代理自己的地址，例如 10.20.0.5/32"
        ));
    }
    for net in server.metrics_allow.iter().filter(|net| egress::is_everybody(net)) {
        problems.push(format!(
            "server.metrics_allow：{net} 等于让任何人读取运行数据。请只写监控所在的机器或网段，例如 10.20.0.9/32"
        ));
    }
    require(problems, (1..=500).contains(&server.upload_mb), "server.upload_mb：应在 1 到 500 之间");
    let most = server.connections_per_address;
    require(problems, most == 0 || most >= 16, "server.connections_per_address：应为 0（不限）或不小于 16");
}

/// A filter of the log: a level, or `target=level`, separated by commas. A word that is no level would be taken for a target,
/// and nothing else would be logged any more.
fn is_level(text: &str) -> bool {
    let level = |word: &str| ["off", "error", "warn", "info", "debug", "trace"].contains(&word.trim());
    let target = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "_:-".contains(c));
    !text.trim().is_empty()
        && text.split(',').all(|part| match part.trim().split_once('=') {
            Some((name, wanted)) => target(name) && level(wanted),
            None => level(part),
        })
}

fn rest(config: &Config, problems: &mut Vec<String>) {
    require(problems, ["text", "json"].contains(&config.log.format.as_str()), "log.format：只能是 text 或 json");
    require(
        problems,
        is_level(&config.log.level),
        "log.level：应为 error、warn、info 或 debug，也可写 info,gongkai_store=debug",
    );
    let from = &config.mail.from;
    require(
        problems,
        from.parse::<lettre::message::Mailbox>().is_ok() && !from.chars().any(char::is_control),
        "mail.from：应为“名称 <邮箱>”，例如 政务公开 <zwgk@example.gov.cn>",
    );
    // What is wrong with it is not repeated: a password stands in it.
    require(
        problems,
        config.mail.smtp.is_empty() || lettre::SmtpTransport::from_url(&config.mail.smtp).is_ok(),
        "mail.smtp：应为 smtp://用户:密码@主机:端口 或 smtps://…；用户和密码里的 @ : / 等字符写成 %40、%3A、%2F",
    );
    for (key, path) in [("files.folder", &config.files.folder), ("log.key", &config.log.key)] {
        require(problems, !path.chars().any(char::is_control), format!("{key}：路径里有控制字符，请改正"));
    }
    let url = &config.database.url;
    let known = ["sqlite:", "postgres://", "postgresql://"];
    require(
        problems,
        url.is_empty() || known.iter().any(|start| url.starts_with(start)),
        "database.url：应为空、sqlite:路径 或 postgres://…",
    );
    for net in &config.settings.get::<duty::settings::Duties>().check_allow {
        if let Some(why) = egress::unfit(net) {
            problems.push(format!("duties.check_allow：{why}"));
        }
    }
    routes(config, problems);
}

/// Routes for a kind that nothing passes under would never hold.
fn routes(config: &Config, problems: &mut Vec<String>) {
    let capabilities = capabilities::all();
    let kinds: Vec<&str> = capabilities.declared::<review::Kind>().map(|subject| subject.kind).collect();
    for route in &config.settings.get::<review::settings::Settings>().routes {
        if !kinds.contains(&route.kind.as_str()) {
            let text =
                format!("review.routes：没有 kind = {:?} 这种审核对象，可用的有 {}", route.kind, kinds.join("、"));
            problems.push(text);
        }
        for stage in route.stages.iter().filter(|stage| !(1..=60).contains(&stage.days)) {
            problems.push(format!("review.routes：gate = {:?} 的 days 应在 1 到 60 个工作日之间", stage.gate));
        }
    }
}
