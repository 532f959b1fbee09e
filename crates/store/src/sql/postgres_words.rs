//! What an address of PostgreSQL says, and why a connection is not made, in words for whoever installs: what is wrong, with the path,
//! and what to do.

use std::path::{Path, PathBuf};

use rustls::CertificateError;
use sqlx::{ConnectOptions, postgres::PgConnectOptions};

use crate::{Error, Result, error::why};

/// What the driver understands behind the question mark. It takes another word for none, so that a mistyped `sslmode` would be no
/// encryption at all.
const KNOWN: [&str; 18] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];
const MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/// What is said of encryption.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) mode: Option<String>,
    /// The file with the certificates of authorities, or the certificates themselves.
    pub(super) root: Option<String>,
}

impl Said {
    /// Reads the address, and what the environment adds; looks at the files that they name.
    ///
    /// # Errors
    /// [`Error::Address`] for what cannot be or cannot be meant.
    pub(super) fn of(url: &str, environment: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let query = url.split_once('?').map_or("", |(_, rest)| rest.split('#').next().unwrap_or_default());
        let pairs: Vec<(String, String)> = query
            .split('&')
            .filter(|part| !part.is_empty())
            .map(|part| part.split_once('=').unwrap_or((part, "")))
            .map(|(key, value)| (decoded(key), decoded(value)))
            .collect();
        let strange = pairs.iter().find(|(key, _)| !KNOWN.contains(&key.as_str()) && !key.starts_with("options["));
        if let Some((key, _)) = strange {
            return Err(Error::Address(format!(
                "问号后面的 {key} 不是认识的参数，可用的有 sslmode、sslrootcert、sslcert、sslkey、host、port 等。请核对拼写"
            )));
        }
        let last = |names: &[&str], variable: &str| {
            let written = pairs.iter().rev().find(|(key, _)| names.contains(&key.as_str()));
            written.map(|(_, value)| value.clone()).or_else(|| environment(variable))
        };
        let mode = last(&["sslmode", "ssl-mode"], "PGSSLMODE").map(|mode| mode.to_ascii_lowercase());
        if let Some(mode) = &mode
            && !MODES.contains(&mode.as_str())
        {
            return Err(Error::Address(format!(
                "sslmode={mode} 不认识。核对证书的写 sslmode=verify-full，只加密的写 sslmode=require"
            )));
        }
        let root = last(&["sslrootcert", "ssl-root-cert", "ssl-ca"], "PGSSLROOTCERT");
        let own = last(&["sslcert", "ssl-cert"], "PGSSLCERT");
        let key = last(&["sslkey", "ssl-key"], "PGSSLKEY");
        if let Some(root) = &root {
            file("sslrootcert", root, "CERTIFICATE", "签发数据库证书的 CA 证书")?;
            if let Some(mode) = mode.as_deref().filter(|mode| ["disable", "allow", "prefer"].contains(mode)) {
                return Err(Error::Address(format!(
                    "写了 sslrootcert，却又写 sslmode={mode}，证书不会核对。请改为 sslmode=verify-full，或去掉 sslrootcert"
                )));
            }
        }
        match (&own, &key) {
            (None, None) => {}
            (Some(own), Some(key)) => {
                file("sslcert", own, "CERTIFICATE", "本机的客户端证书")?;
                file("sslkey", key, "PRIVATE KEY", "客户端证书的私钥")?;
            }
            _ => return Err(Error::Address("sslcert 和 sslkey 要一起写".into())),
        }
        Ok(Self { mode, root })
    }
}

/// `%41` and `+`, as the driver reads them.
fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&kernel::percent_decoded(&text.replace('+', " "))).into_owned()
}

/// Looks whether a file is there and holds what its name in the address promises; certificates may also stand there themselves.
fn file(name: &str, said: &str, holds: &str, what: &str) -> Result<()> {
    if said.trim().starts_with("-----BEGIN") {
        return Ok(());
    }
    let at: PathBuf = std::path::absolute(said).unwrap_or_else(|_| Path::new(said).to_owned());
    let path = at.display();
    let wrong = |fault: String| {
        Err(Error::Address(format!(
            "{name} 指的文件 {path} {fault}。请写{what}（PEM 格式）的完整路径，让运行本程序的用户可读"
        )))
    };
    let bytes = match std::fs::read(said) {
        Ok(bytes) => bytes,
        Err(error) => {
            return wrong(match error.kind() {
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => "不存在".into(),
                std::io::ErrorKind::PermissionDenied => "没有权限读取".into(),
                std::io::ErrorKind::IsADirectory => "是一个目录".into(),
                _ => format!("读不了：{error}"),
            });
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    let is_one = text.lines().any(|line| line.starts_with("-----BEGIN ") && line.contains(holds));
    match (is_one, bytes.first()) {
        (true, _) => Ok(()),
        // The first byte of what is written without letters.
        (false, Some(0x30)) => wrong("是 DER 格式，要先用 openssl x509 -inform der 转成 PEM".into()),
        (false, None) => wrong("是空的".into()),
        _ => wrong(format!("里没有{what}")),
    }
}

/// An address that the driver cannot read.
pub(super) fn unreadable(error: &sqlx::Error) -> Error {
    let said = match error {
        sqlx::Error::Configuration(inner) => inner.to_string(),
        other => other.to_string(),
    };
    let why = if said.contains("port") {
        "端口写法不对".to_owned()
    } else if said.contains("host") || said.contains("domain") || said.contains("IPv") {
        "主机写法不对".to_owned()
    } else {
        format!("读不懂（{said}）")
    };
    Error::Address(format!(
        "{why}。请写 postgres://用户:密码@主机:端口/库名，密码里的 @ : / ? # % 写成 %40 %3A %2F %3F %23 %25"
    ))
}

/// Why a connection was not made; nothing when it is none of what whoever installs can mend.
pub(super) fn refused(options: &PgConnectOptions, error: &sqlx::Error) -> Option<String> {
    let host = options.get_host();
    Some(match error {
        sqlx::Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(error) => format!("加密连接没有建立：{}", of_tls(error, host, root(options).as_deref())),
            None => why(error),
        },
        sqlx::Error::Tls(error) => match error.downcast_ref::<rustls::Error>() {
            Some(error) => format!("加密连接没有建立：{}", of_tls(error, host, root(options).as_deref())),
            None if error.to_string().contains("does not support TLS") => {
                "加密连接没有建立：数据库没有启用 TLS。请在数据库上启用；确实只能用明文的，在地址后写 ?sslmode=disable"
                    .into()
            }
            None => {
                format!("加密连接没有建立（{error}）。请核对地址里的主机名和 sslrootcert、sslcert、sslkey 几个文件")
            }
        },
        sqlx::Error::Configuration(error) => {
            format!("加密连接没有建立（{error}）。请核对 sslcert 和 sslkey：要一起写，私钥是 PEM 格式")
        }
        sqlx::Error::Protocol(_) => "在那里应答的不像 PostgreSQL。请核对主机和端口".into(),
        sqlx::Error::Database(said) => match said.code().as_deref() {
            Some("28P01") => format!("用户 {} 的密码不对。请核对 database.url 里的用户和密码", options.get_username()),
            Some("28000") => format!(
                "数据库不让用户 {} 这样连接（{}）。请在 pg_hba.conf 里放行；那里要求加密的，在地址后写 ?sslmode=verify-full",
                options.get_username(),
                said.message()
            ),
            Some("3D000") => {
                let name = options.get_database().unwrap_or_else(|| options.get_username());
                format!("没有 {name} 这个数据库。请先建库，例如 createdb {name}，或改正 database.url 里的库名")
            }
            _ => return None,
        },
        _ => return None,
    })
}

/// The file of authorities that is asked.
fn root(options: &PgConnectOptions) -> Option<String> {
    let url = options.to_url_lossy();
    let said = url.query_pairs().find(|(key, _)| key == "sslrootcert")?.1.into_owned();
    let path = said.strip_prefix("file: ")?;
    Some(std::path::absolute(path).map_or_else(|_| path.to_owned(), |path| path.display().to_string()))
}

fn of_tls(error: &rustls::Error, host: &str, root: Option<&str>) -> String {
    let rustls::Error::InvalidCertificate(fault) = error else {
        return match error {
            rustls::Error::AlertReceived(alert) => format!(
                "数据库拒绝了（{alert:?}）。数据库要求客户端证书的，请在地址后写 sslcert 和 sslkey，并核对数据库信任签发它的 CA"
            ),
            rustls::Error::PeerIncompatible(_) => {
                "数据库的 TLS 太旧，要 1.2 以上。请升级数据库或改它的 ssl_min_protocol_version".into()
            }
            other => format!("{other}。请检查数据库的 TLS 设置，以及中间有没有代理"),
        };
    };
    match fault {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => match root {
            Some(root) => format!(
                "数据库的证书不是 {root} 里的 CA 签发的，对方可能不是您的数据库。请向数据库管理员核对，把 sslrootcert 改为签发这张证书的 CA 证书"
            ),
            None => "数据库的证书不是公认的 CA 签发的。请向数据库管理员要签发它的 CA 证书，在地址后加写 sslrootcert=证书文件".into(),
        },
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            let names = match fault {
                CertificateError::NotValidForNameContext { presented, .. } if !presented.is_empty() => {
                    format!("（证书上的是 {}）", presented.join("、"))
                }
                _ => String::new(),
            };
            format!(
                "数据库的证书不是给 {host} 的{names}。请把 database.url 里的主机写成证书上的名字，或换一张写有 {host} 的证书"
            )
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "数据库的证书已经过期。请更换证书；证书没有过期的，请校准本机时间".into()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "数据库的证书还没有生效。请校准本机时间；时间没有错的，请更换证书".into()
        }
        CertificateError::Revoked => "数据库的证书已被吊销。请更换证书".into(),
        // What it is otherwise is told by name alone.
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            "数据库直接用 CA 证书当服务器证书，不能这样核对。请用这个 CA 另签一张服务器证书".into()
        }
        other if format!("{other:?}").contains("UnsupportedCertVersion") => {
            "数据库的证书是旧版（X.509 v1）。请换一张 v3 证书，写上主机名".into()
        }
        other => format!("数据库的证书不能用（{other}）。请向数据库管理员核对，更换证书"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn said(query: &str) -> Result<Said> {
        Said::of(&format!("postgres://u@db.example/x?{query}"), |_| None)
    }

    #[test]
    fn an_address_that_cannot_be_meant_is_told_with_what_to_write() {
        let place = tempfile::tempdir().expect("place");
        let write = |name: &str, bytes: &[u8]| {
            std::fs::write(place.path().join(name), bytes).expect("write");
            place.path().join(name).display().to_string()
        };
        let good = write("ca.crt", b"-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n");
        let spaced = write("c a.crt", b"x\n-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n");
        let key = write("key", b"-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----\n");
        let (der, empty, junk) = (write("der", b"\x30\x82"), write("empty", b""), write("junk", b"junk"));
        let (missing, folder) = (format!("{good}.none"), place.path().display().to_string());
        for (query, told) in [
            (format!("sslmode=verify-full&sslrootcert={missing}"), vec![&*missing, "sslrootcert", "不存在", "请"]),
            (format!("sslmode=verify-full&sslrootcert={folder}"), vec![&*folder, "目录"]),
            (format!("sslrootcert={der}"), vec![&*der, "DER"]),
            (format!("sslrootcert={empty}"), vec![&*empty, "空"]),
            (format!("sslrootcert={junk}"), vec![&*junk, "没有签发"]),
            (format!("sslrootcert={key}"), vec![&*key, "没有签发"]),
            (format!("sslcert={good}&sslkey={missing}"), vec![&*missing, "sslkey"]),
            (format!("sslcert={good}"), vec!["sslcert 和 sslkey"]),
            ("sslmod=verify-full".to_owned(), vec!["sslmod ", "拼写"]),
            ("sslmode=verify_full".to_owned(), vec!["sslmode=verify_full", "verify-full"]),
        ] {
            let error = said(&query).expect_err(&query).to_string();
            assert!(told.iter().all(|word| error.contains(word)), "{query}: {error}");
            assert!(error.starts_with("database.url："), "{error}");
        }
        for query in [
            format!("sslmode=verify-full&sslrootcert={good}"),
            format!("sslrootcert={}", spaced.replace(' ', "%20")),
            format!("sslrootcert={}", spaced.replace(' ', "+")),
            format!("sslcert={good}&sslkey={key}"),
            "application_name=a&options[search_path]=b".to_owned(),
            String::new(),
        ] {
            said(&query).unwrap_or_else(|error| panic!("{query}: {error}"));
        }
        // What libpq reads from the environment is looked at too.
        let environment = |name: &str| (name == "PGSSLROOTCERT").then(|| missing.clone());
        assert!(
            Said::of("postgres://u@db.example/x", environment).expect_err("missing").to_string().contains(&missing)
        );
    }

    #[test]
    fn a_certificate_that_does_not_hold_is_told_with_what_to_do() {
        use rustls::{CertificateError as Fault, Error as Tls};
        for (fault, words) in [
            (Fault::UnknownIssuer, ["/etc/ca.crt", "sslrootcert"]),
            (Fault::NotValidForName, ["db.example", "database.url"]),
            (Fault::Expired, ["过期", "校准本机时间"]),
            (Fault::NotValidYet, ["没有生效", "校准本机时间"]),
            (Fault::Revoked, ["吊销", "更换证书"]),
            (Fault::BadEncoding, ["不能用", "请向数据库管理员"]),
        ] {
            // As the driver hands it on: within an error of reading.
            let inner = std::io::Error::new(std::io::ErrorKind::InvalidData, Tls::InvalidCertificate(fault));
            let options = PgConnectOptions::new_without_pgpass().host("db.example").ssl_root_cert("/etc/ca.crt");
            let told = refused(&options, &sqlx::Error::Io(inner)).expect("told");
            assert!(told.starts_with("加密连接没有建立") && words.iter().all(|word| told.contains(word)), "{told}");
            assert!(told.contains("请"), "{told}");
        }
        let own = Tls::InvalidCertificate(Fault::Other(rustls::OtherError(Arc::new(std::io::Error::other("x")))));
        assert!(of_tls(&own, "h", None).contains("请"));
        assert!(
            of_tls(&Tls::AlertReceived(rustls::AlertDescription::CertificateRequired), "h", None).contains("sslcert")
        );
        let plain = sqlx::Error::Tls("server does not support TLS".into());
        let told = refused(&PgConnectOptions::new_without_pgpass(), &plain).expect("told");
        assert!(told.contains("没有启用 TLS") && told.contains("sslmode=disable"), "{told}");
    }

    #[test]
    fn an_address_that_the_driver_cannot_read_is_told_in_words() {
        use std::str::FromStr;
        for url in ["postgres://u:a/b@host/x", "postgres://u@host:99999/x", "postgres://u@[::1/x", "postgres://"] {
            let Err(error) = PgConnectOptions::from_str(url) else { continue };
            let told = unreadable(&error).to_string();
            assert!(told.contains("请写 postgres://用户"), "{url}: {told}");
        }
    }
}
