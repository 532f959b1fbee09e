//! Reading the configuration: a TOML file, then the environment, then a check that names the key.

use std::path::Path;

use web::{Config, Settings};

use crate::capabilities;

/// What is wrong, one line for each key, in words for the engineer who installs.
#[derive(Debug, thiserror::Error)]
#[error("配置有问题：\n{}", .0.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"))]
pub struct Invalid(pub Vec<String>);

/// Reads `file` (none = built-in defaults) and the environment variables `GONGKAI_SECTION__KEY` over it.
///
/// # Errors
/// [`Invalid`] with every problem found.
pub fn load(file: Option<&Path>, environment: impl Iterator<Item = (String, String)>) -> Result<Config, Invalid> {
    let mut table = match file {
        None => toml::Table::new(),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|e| Invalid(vec![format!("读不到配置文件 {}：{e}。请检查路径和权限。", path.display())]))?;
            text.parse::<toml::Table>()
                .map_err(|e| Invalid(vec![format!("{} 不是正确的 TOML：{}", path.display(), e.to_string().trim())]))?
        }
    };
    for (name, value) in environment {
        overlay(&mut table, &name, &value)?;
    }
    let (settings, mut problems) = sections(&mut table)?;
    let mut config: Config = serde_path_to_error::deserialize(toml::Value::Table(table))
        .map_err(|e| Invalid(vec![format!("{}：{}", e.path(), plain(&e.inner().to_string()))]))?;
    config.settings = settings;
    problems.extend(check(&config));
    if problems.is_empty() { Ok(config) } else { Err(Invalid(problems)) }
}

/// Takes the sections of the capabilities out of the table.
fn sections(table: &mut toml::Table) -> Result<(Settings, Vec<String>), Invalid> {
    let (mut settings, mut problems) = (Settings::default(), Vec::new());
    for spec in capabilities::all().settings() {
        let Some(section) = table.remove(spec.key) else { continue };
        let toml::Value::Table(section) = section else {
            return Err(Invalid(vec![format!("{}：应是一节配置，写作 [{}]", spec.key, spec.key)]));
        };
        let read = (spec.read)(section, &mut settings);
        problems.extend(read.map_err(|(place, message)| {
            let place = if place == "." { spec.key.to_owned() } else { format!("{}.{place}", spec.key) };
            Invalid(vec![format!("{place}：{}", plain(&message))])
        })?);
    }
    Ok((settings, problems))
}

/// All keys with their defaults, as the commented configuration names them.
pub fn defaults() -> toml::Table {
    let mut all = toml::Table::try_from(Config::default()).unwrap_or_default();
    for spec in capabilities::all().settings() {
        all.insert(spec.key.to_owned(), toml::Value::Table((spec.default)()));
    }
    all
}

/// Serde's words for the two commonest mistakes, in the reader's.
fn plain(message: &str) -> String {
    let message = message.trim();
    if let Some(rest) = message.strip_prefix("unknown field ") {
        return format!(
            "不认识的配置项 {}",
            rest.replace(", expected one of ", "，可用的有 ").replace(", expected ", "，应为 ")
        );
    }
    if let Some(rest) = message.strip_prefix("invalid type: ") {
        return format!("类型不对：{}", rest.replace(", expected ", "，应为 "));
    }
    message.to_owned()
}

/// Puts the value of `GONGKAI_SECTION__KEY` into the table. Other names are not ours.
fn overlay(table: &mut toml::Table, name: &str, value: &str) -> Result<(), Invalid> {
    let Some((section, key)) = name.strip_prefix("GONGKAI_").and_then(|rest| rest.split_once("__")) else {
        return Ok(());
    };
    let (section, key) = (section.to_lowercase(), key.to_lowercase());
    let slot = table.entry(section.clone()).or_insert_with(|| toml::Value::Table(toml::Table::new()));
    let toml::Value::Table(slot) = slot else {
        return Err(Invalid(vec![format!("{section}：应是一节配置，环境变量 {name} 无处可放")]));
    };
    slot.insert(key.clone(), read_value(&section, &key, value));
    Ok(())
}

/// A value from the environment: numbers, booleans and lists as TOML writes them where the key wants such, text otherwise.
fn read_value(table: &str, key: &str, value: &str) -> toml::Value {
    let wants = defaults().get(table).and_then(|known| known.get(key).cloned());
    let parsed = format!("v = {value}").parse::<toml::Table>().ok().and_then(|mut table| table.remove("v"));
    match (wants, parsed) {
        (Some(toml::Value::String(_)), _) | (_, None) => toml::Value::String(value.to_owned()),
        (_, Some(parsed)) => parsed,
    }
}

/// What types cannot say.
fn check(config: &Config) -> Vec<String> {
    let mut problems = Vec::new();
    let mut require = |holds: bool, text: String| {
        if !holds {
            problems.push(text);
        }
    };
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let site = &config.site;
    require(!site.name.trim().is_empty(), "site.name：请填写网站名称，例如 青禾县人民政府".into());
    require(site.seal.chars().count() == 1, "site.seal：请只填一个字，例如 青".into());
    require(digits(&site.division_code, 6), "site.division_code：应为 6 位行政区划代码，例如 361124".into());
    require(digits(&site.id_code, 10), "site.id_code：应为 10 位政府网站标识码，例如 3611240001".into());
    require(
        site.id_code.starts_with(&site.division_code),
        format!("site.id_code：应以行政区划代码 {} 开头", site.division_code),
    );
    require(
        kernel::OrganCode::is_valid(&site.office_organ),
        "site.office_organ：请填写主管部门的机关代码，例如 QH001".into(),
    );
    for (key, address) in [("server.portal", &config.server.portal), ("server.office", &config.server.office)] {
        let message = format!("{key}：{address} 不是“地址:端口”，例如 127.0.0.1:8080");
        require(address.parse::<std::net::SocketAddr>().is_ok(), message);
    }
    for (key, url) in
        [("server.portal_url", &config.server.portal_url), ("server.office_url", &config.server.office_url)]
    {
        let well_formed = (url.starts_with("http://") || url.starts_with("https://")) && !url.ends_with('/');
        require(well_formed, format!("{key}：应以 http:// 或 https:// 开头，结尾不带斜杠"));
    }
    require(!config.server.office_allow.is_empty(), "server.office_allow：至少要有一个网段，否则无人能进入后台".into());
    require((1..=500).contains(&config.server.upload_mb), "server.upload_mb：应在 1 到 500 之间".into());
    require(["text", "json"].contains(&config.log.format.as_str()), "log.format：只能是 text 或 json".into());
    let url = &config.database.url;
    let known = ["", "sqlite:", "postgres://", "postgresql://"];
    require(
        url.is_empty() || known[1..].iter().any(|start| url.starts_with(start)),
        "database.url：应为空、sqlite:路径 或 postgres://…".into(),
    );
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Result<Config, Invalid> {
        load(None, pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn the_environment_overrides_every_kind_of_value() {
        let config = with(&[
            ("GONGKAI_SITE__NAME", "青禾县人民政府"),
            ("GONGKAI_SITE__DEMO", "true"),
            ("GONGKAI_SITE__HOTLINE", "12345"),
            ("GONGKAI_SERVER__UPLOAD_MB", "20"),
            ("GONGKAI_SERVER__OFFICE_ALLOW", "[\"10.1.0.0/16\"]"),
            ("GONGKAI_DUTIES__REMIND_BEFORE", "[7]"),
            ("PATH", "ignored"),
        ])
        .expect("valid");
        assert_eq!(config.site.name, "青禾县人民政府");
        assert_eq!(config.site.hotline, "12345");
        assert!(config.site.demo);
        assert_eq!(config.server.upload_mb, 20);
        assert_eq!(config.server.office_allow.len(), 1);
    }

    #[test]
    fn errors_name_the_key_and_all_are_told_at_once() {
        for (name, value, key) in [
            ("GONGKAI_SERVER__UPLOAD_MB", "lots", "server.upload_mb"),
            ("GONGKAI_SERVER__OFFICE_ALLOW", "[\"everywhere\"]", "server.office_allow[0]"),
            ("GONGKAI_SITE__COLOUR", "red", "site"),
            ("GONGKAI_SESSIONS__IDLE_MINUTES", "1", "sessions.idle_minutes"),
            ("GONGKAI_SESSIONS__COLOUR", "red", "sessions"),
            ("GONGKAI_DUTIES__REMIND_BEFORE", "[\"x\"]", "duties.remind_before[0]"),
            ("GONGKAI_NOBODYS__KEY", "1", "nobodys"),
            ("GONGKAI_LOG__FORMAT", "xml", "log.format"),
            ("GONGKAI_SERVER__PORTAL", "8080", "server.portal"),
        ] {
            let error = with(&[(name, value)]).expect_err(name).to_string();
            assert!(error.contains(key), "{name}: {error}");
        }
        let both =
            with(&[("GONGKAI_SITE__ID_CODE", "1"), ("GONGKAI_LOG__FORMAT", "xml")]).expect_err("two").to_string();
        assert!(both.contains("site.id_code") && both.contains("log.format"));
    }

    /// The file that people copy shows everything that can be set, and nothing that cannot.
    #[test]
    fn the_commented_configuration_names_every_key() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/gongkai.toml");
        let text = std::fs::read_to_string(path).expect("deploy/gongkai.toml");
        let shown: String = text
            .lines()
            .map(|line| {
                let bare = line.trim_start_matches('#').trim_start();
                let is_key = bare
                    .split_once(" = ")
                    .is_some_and(|(key, _)| key.bytes().all(|b| b == b'_' || b.is_ascii_lowercase()));
                format!("{}\n", if is_key || bare.starts_with('[') { bare } else { "" })
            })
            .collect();
        let shown: toml::Table = shown.parse().expect("the file with its examples taken in is TOML");
        for (section, keys) in defaults() {
            let toml::Value::Table(keys) = keys else { continue };
            for key in keys.keys() {
                assert!(shown.get(&section).and_then(|known| known.get(key)).is_some(), "{section}.{key} is not shown");
            }
        }
        load(Some(std::path::Path::new(path)), std::iter::empty()).expect("the file as shipped is valid");
    }
}
