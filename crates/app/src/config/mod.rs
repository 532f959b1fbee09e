//! Reading the configuration: a TOML file, then the environment, then a check that names the key.

mod words;

use std::path::Path;

use web::{Config, Settings};

use crate::{bounds, capabilities};

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
                .map_err(|e| Invalid(vec![format!("读不到配置文件 {}：{}。", path.display(), words::unread(&e))]))?;
            text.parse::<toml::Table>()
                .map_err(|e| Invalid(vec![format!("{}：{}", path.display(), words::not_toml(&text, &e))]))?
        }
    };
    for (name, value) in environment {
        overlay(&mut table, &name, &value)?;
    }
    let (settings, mut problems) = sections(&mut table)?;
    let mut config: Config = serde_path_to_error::deserialize(toml::Value::Table(table))
        .map_err(|e| Invalid(vec![format!("{}：{}", e.path(), words::plain(&e.inner().to_string()))]))?;
    config.settings = settings;
    problems.extend(bounds::check(&config));
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
            Invalid(vec![format!("{place}：{}", words::plain(&message))])
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

/// The variables of the command line; see `cli::Common`.
const OF_THE_COMMAND: [&str; 3] = ["DATA", "CONFIG", "DATABASE"];

/// Variables that look like ours and mean nothing: each with what was perhaps meant. A name that is ignored in silence is a
/// setting that somebody believes in.
pub fn unknown_variables(environment: impl Iterator<Item = String>) -> Vec<String> {
    let known = defaults();
    let one = |name: String| {
        let rest = name.strip_prefix("GONGKAI_")?;
        if rest.contains("__") || OF_THE_COMMAND.contains(&rest) || rest.starts_with("TEST_") {
            return None;
        }
        let meant = rest.to_lowercase();
        let meant = meant.match_indices('_').map(|(at, _)| (&meant[..at], &meant[at + 1..]));
        let meant = meant.map(|(section, key)| (section.to_owned(), key.to_owned()));
        let meant = meant.into_iter().find(|(section, key)| {
            known.get(section).and_then(toml::Value::as_table).is_some_and(|keys| keys.contains_key(key))
        });
        Some(match meant {
            Some((section, key)) => {
                format!("{name} 不起作用，应写 GONGKAI_{}__{}", section.to_uppercase(), key.to_uppercase())
            }
            None => format!("{name} 不是本程序的变量；配置项写作 GONGKAI_节__项，例如 GONGKAI_SITE__NAME"),
        })
    };
    environment.filter_map(one).collect()
}

/// Puts the value of `GONGKAI_SECTION__KEY` into the table. Other names are not ours.
fn overlay(table: &mut toml::Table, name: &str, value: &str) -> Result<(), Invalid> {
    let Some((section, key)) = name.strip_prefix("GONGKAI_").and_then(|rest| rest.split_once("__")) else {
        return Ok(());
    };
    let (section, key) = (section.to_lowercase(), key.to_lowercase());
    // An empty variable is a script whose own variable was empty; it must not turn one database into another.
    if (section.as_str(), key.as_str()) == ("database", "url") && value.trim().is_empty() {
        let text = format!("database.url：环境变量 {name} 是空的。请写数据库地址，或删除这个变量");
        return Err(Invalid(vec![text]));
    }
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
            ("GONGKAI_DATABASE__URL", "", "database.url"),
            ("GONGKAI_SERVER__OFFICE_ALLOW", "[\"0.0.0.0/0\"]", "server.office_allow"),
            ("GONGKAI_SERVER__OFFICE_ALLOW", "[\"::/0\"]", "server.office_allow"),
            ("GONGKAI_SERVER__OFFICE_ALLOW", "[\"0.0.0.0/1\", \"128.0.0.0/1\"]", "server.office_allow"),
            ("GONGKAI_SERVER__OFFICE_ALLOW", "[\"::ffff:0.0.0.0/96\"]", "server.office_allow"),
            ("GONGKAI_SERVER__TRUSTED_PROXIES", "[\"0.0.0.0/0\"]", "server.trusted_proxies"),
            ("GONGKAI_SERVER__TRUSTED_PROXIES", "[\"::/0\"]", "server.trusted_proxies"),
            ("GONGKAI_SERVER__OFFICE", "127.0.0.1:8080", "server.office"),
            ("GONGKAI_SERVER__OFFICE", "0.0.0.0:8080", "server.office"),
            ("GONGKAI_SERVER__PORTAL_URL", "http://0.0.0.0:8080", "server.portal_url"),
            ("GONGKAI_SERVER__OFFICE_URL", "https://", "server.office_url"),
            ("GONGKAI_LOG__LEVEL", "loud", "log.level"),
            ("GONGKAI_LOG__LEVEL", "info,store=", "log.level"),
            ("GONGKAI_MAIL__FROM", "nonsense", "mail.from"),
            ("GONGKAI_MAIL__SMTP", "mail.example.gov.cn", "mail.smtp"),
            ("GONGKAI_SESSIONS__LOCK_MINUTES", "0", "sessions.lock_minutes"),
            ("GONGKAI_PUBLISHING__INDEX_NUMBER", "{org}-{n}", "publishing.index_number"),
            ("GONGKAI_PUBLISHING__GATE_DAYS", "0", "publishing.gate_days"),
            ("GONGKAI_DUTIES__REMIND_BEFORE", "[9999]", "duties.remind_before"),
            ("GONGKAI_DUTIES__REMIND_AFTER", "[0]", "duties.remind_after"),
            ("GONGKAI_SERVER__METRICS_ALLOW", "[\"0.0.0.0/0\"]", "server.metrics_allow"),
            ("GONGKAI_SERVER__METRICS_ALLOW", "[\"::/0\"]", "server.metrics_allow"),
            ("GONGKAI_DUTIES__CHECK_ALLOW", "[\"0.0.0.0/0\"]", "duties.check_allow"),
            ("GONGKAI_DUTIES__CHECK_ALLOW", "[\"10.20.0.0/16\", \"128.0.0.0/1\"]", "duties.check_allow"),
            ("GONGKAI_DUTIES__CHECK_ALLOW", "[\"127.0.0.0/8\"]", "duties.check_allow"),
            ("GONGKAI_DUTIES__CHECK_ALLOW", "[\"127.0.0.1/32\"]", "duties.check_allow"),
            ("GONGKAI_DUTIES__CHECK_ALLOW", "[\"::ffff:127.0.0.1/128\"]", "duties.check_allow"),
            ("GONGKAI_DUTIES__CHECK_ALLOW", "[\"::1/128\"]", "duties.check_allow"),
            ("GONGKAI_DUTIES__CHECK_ALLOW", "[\"169.254.169.254/32\"]", "duties.check_allow"),
            ("GONGKAI_LINKS__ALLOW", "[\"127.0.0.0/8\"]", "links.allow"),
            ("GONGKAI_LINKS__EVERY_DAYS", "0", "links.every_days"),
            ("GONGKAI_LINKS__SKIP_HOSTS", "[\"https://example.cn/\"]", "links.skip_hosts"),
            ("GONGKAI_SITE__DOMAIN", "http://www.example.gov.cn", "site.domain"),
            ("GONGKAI_SITE__DOMAIN", "www.example.gov.cn/", "site.domain"),
            ("GONGKAI_SITE__EMAIL", "notmail", "site.email"),
            ("GONGKAI_SITE__EMAIL", "政务公开 <a@example.gov.cn>", "site.email"),
            ("GONGKAI_SITE__SECURITY", "foo", "site.security"),
            ("GONGKAI_SITE__SECURITY", "javascript:alert(1)", "site.security"),
            ("GONGKAI_SITE__SECURITY", "https://", "site.security"),
            ("GONGKAI_SITE__SECURITY", "https:///report", "site.security"),
            ("GONGKAI_SITE__SECURITY", "https://a.example.gov.cn/x\nContact: evil", "site.security"),
            ("GONGKAI_SITE__SECURITY", "https://a.example.gov.cn/a b", "site.security"),
            ("GONGKAI_SITE__SECURITY", "http://a.example.gov.cn/report", "site.security"),
            ("GONGKAI_SITE__SECURITY", "mailto:nobody", "site.security"),
            ("GONGKAI_SITE__SECURITY", "tel:", "site.security"),
            ("GONGKAI_SITE__PHONE", "见网页", "site.phone"),
            ("GONGKAI_SITE__PHONE", "0790-1234567、0790-7654321", "site.phone"),
            ("GONGKAI_SITE__PHONE", "0790-1234567\n1", "site.phone"),
            ("GONGKAI_SITE__HOTLINE", "", "site.hotline"),
            ("GONGKAI_SITE__HOTLINE", "拨12345", "site.hotline"),
            ("GONGKAI_SITE__SEAL", "<", "site.seal"),
            ("GONGKAI_SITE__SEAL", "\n", "site.seal"),
            ("GONGKAI_SITE__DOMAIN", "-", "site.domain"),
            ("GONGKAI_FILES__FOLDER", "/srv/a\nb", "files.folder"),
            ("GONGKAI_LOG__KEY", "/srv/a\nb", "log.key"),
            ("GONGKAI_MAIL__FROM", "政务公开\nBcc: x <a@example.gov.cn>", "mail.from"),
            (
                "GONGKAI_REVIEW__ROUTES",
                "[{ kind = \"edition\", stages = [{ gate = \"secrecy\", days = 1 }, { gate = \"political\", days = 1 }] }, \
                  { kind = \"edition\", stages = [{ gate = \"secrecy\", days = 2 }, { gate = \"wording\", days = 1 }] }]",
                "review.routes",
            ),
            (
                "GONGKAI_REVIEW__ROUTES",
                "[{ kind = \"editon\", stages = [{ gate = \"secrecy\", days = 1 }] }]",
                "review.routes",
            ),
            (
                "GONGKAI_REVIEW__ROUTES",
                "[{ kind = \"edition\", stages = [{ gate = \"secrecy\", days = 0 }] }]",
                "review.routes",
            ),
        ] {
            let error = with(&[(name, value)]).expect_err(name).to_string();
            assert!(error.contains(key), "{name}: {error}");
        }
        let both =
            with(&[("GONGKAI_SITE__ID_CODE", "1"), ("GONGKAI_LOG__FORMAT", "xml")]).expect_err("two").to_string();
        assert!(both.contains("site.id_code") && both.contains("log.format"));
    }

    /// Each mistake of the types, in words that name what stands there and what should.
    #[test]
    fn errors_are_in_chinese_alone() {
        for (name, value, words) in [
            ("GONGKAI_PUBLISHING__UNFINISHED_MB", "-1", "不能写 -1，应为不小于 0 的整数"),
            ("GONGKAI_PUBLISHING__UNFINISHED_MB", "abc", "不能写 \"abc\"，应为不小于 0 的整数"),
            ("GONGKAI_PUBLISHING__UNFINISHED_MB", "1.5", "不能写 1.5，应为不小于 0 的整数"),
            ("GONGKAI_SERVER__METRICS_ALLOW", "[\"everywhere\"]", "网段"),
            ("GONGKAI_SERVER__METRICS_ALLOW", "[1]", "应为网段"),
            ("GONGKAI_SERVER__METRICS_ALLOW", "1", "应为列表"),
            ("GONGKAI_SITE__DEMO", "\"yes\"", "应为 true 或 false"),
            ("GONGKAI_SITE__COLOUR", "red", "没有 colour 这一项"),
            ("GONGKAI_NOBODYS__KEY", "1", "没有 nobodys 这一项"),
            ("GONGKAI_SESSIONS__IDLE_MINUTES", "99999999999", "应为 0 到 4294967295 之间的整数"),
            ("GONGKAI_CLOCK__FOI_FIRST_DAY", "maybe", "不能写 maybe，可以写 "),
            ("GONGKAI_CLOCK__INTERPRETATION_DAYS", "0", "应为大于 0 的整数"),
            ("GONGKAI_REVIEW__ROUTES", "[{ kind = \"edition\" }]", "缺少 stages"),
            ("GONGKAI_ACCOUNTS__APART", "[[\"editor\", \"boss\"]]", "不能写 boss"),
            ("GONGKAI_MAIL__SMTP", "mail.example.gov.cn", "应为 smtp://"),
        ] {
            let told = with(&[(name, value)]).expect_err(name).to_string();
            assert!(told.contains(words), "{name}: {words} in {told}");
            for english in ["invalid", "expected", "unknown", "missing", "integer", "string", "syntax", "of `"] {
                assert!(!told.contains(english), "{name}: {told}");
            }
        }
        let place = tempfile::tempdir().expect("place");
        let file = place.path().join("gongkai.toml");
        for (text, words) in [
            ("[site]\nname = 青禾县\n", "第 2 行"),
            ("[site]\nname = \"青禾县\n", "第 2 行"),
            ("[site]\nname = \"a\"\nname = \"b\"\n", "重复"),
            ("[site\n", "第 1 行"),
            ("[site]\n\n[site]\n", "重复"),
        ] {
            std::fs::write(&file, text).expect("write");
            let told = load(Some(&file), std::iter::empty()).expect_err("no TOML").to_string();
            assert!(told.contains(words) && told.contains("gongkai.toml"), "{text}: {told}");
            for english in ["TOML parse", "expected", "invalid", "duplicate", "unclosed", "missing"] {
                assert!(!told.contains(english), "{text}: {told}");
            }
        }
        let told = load(Some(&place.path().join("none.toml")), std::iter::empty()).expect_err("none").to_string();
        assert!(told.contains("没有这个文件") && !told.contains("os error"), "{told}");
    }

    #[test]
    fn what_makes_sense_is_taken() {
        for (name, value) in [
            ("GONGKAI_DUTIES__CHECK_ALLOW", "[\"10.20.0.0/16\", \"fd00::/8\"]"),
            ("GONGKAI_SERVER__METRICS_ALLOW", "[\"127.0.0.1/32\", \"10.20.0.9/32\"]"),
            ("GONGKAI_SITE__DOMAIN", "www.青禾县.政务"),
            ("GONGKAI_SITE__EMAIL", "zwgk@example.gov.cn"),
            ("GONGKAI_SITE__SECURITY", ""),
            ("GONGKAI_SITE__SECURITY", "sec@example.gov.cn"),
            ("GONGKAI_SITE__SECURITY", "mailto:sec@example.gov.cn"),
            ("GONGKAI_SITE__SECURITY", "https://www.example.gov.cn/report?from=security#form"),
            ("GONGKAI_SITE__SECURITY", "https://www.example.gov.cn:8443"),
            ("GONGKAI_SITE__SECURITY", "tel:+86-790-1234567"),
            ("GONGKAI_SITE__SECURITY", "0790-1234567"),
            ("GONGKAI_SITE__PHONE", "0790-1234567"),
            ("GONGKAI_SITE__PHONE", "+86-790-1234567"),
            ("GONGKAI_SITE__PHONE", "(0790)1234567-8001"),
        ] {
            with(&[(name, value)]).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }

    #[test]
    fn a_variable_that_means_nothing_is_named_with_what_was_meant() {
        let names = [
            "GONGKAI_SITE_NAME",
            "GONGKAI_COLOUR",
            "GONGKAI_DATA",
            "GONGKAI_SITE__NAME",
            "PATH",
            "GONGKAI_SERVER_UPLOAD_MB",
        ];
        let told = unknown_variables(names.into_iter().map(str::to_owned));
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].contains("GONGKAI_SITE__NAME") && told[2].contains("GONGKAI_SERVER__UPLOAD_MB"), "{told:?}");
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

    /// What the file gives as an example is what somebody pastes.
    #[test]
    fn the_examples_of_the_commented_configuration_are_taken() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/gongkai.toml");
        let text = std::fs::read_to_string(path).expect("deploy/gongkai.toml");
        let (mut section, mut tried) = (String::new(), 0);
        for line in text.lines() {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
                name.clone_into(&mut section);
            }
            let Some((key, comment)) =
                line.split_once(" = ").and_then(|(key, rest)| Some((key, rest.split_once('#')?.1)))
            else {
                continue;
            };
            // The example begins with the bracket of a list and ends with its last one.
            let Some(example) = comment.split_once("例如 [").and_then(|(_, rest)| Some(&rest[..=rest.rfind(']')?]))
            else {
                continue;
            };
            let name = format!("GONGKAI_{}__{}", section.to_uppercase(), key.trim().to_uppercase());
            with(&[(&name, &format!("[{example}"))]).unwrap_or_else(|error| panic!("{name} [{example}: {error}"));
            tried += 1;
        }
        assert!(tried >= 2, "{tried}");
    }
}
