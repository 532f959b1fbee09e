//! Configuration: one TOML file, every value overridable by environment (`GONGKAI_SECTION__KEY`), checked at start.
//!
//! The file with all keys and their comments is `deploy/gongkai.toml`; a test keeps it in step with these structs and with the sections of the capabilities ([`crate::settings`]).

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::settings::Settings;

/// The whole configuration: what stands in the file, with what the environment and the command line say instead.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Who runs the site.
    pub site: Site,
    /// Addresses and limits of the two listeners.
    pub server: Server,
    /// The database; empty = SQLite in the data directory.
    pub database: Database,
    /// Where the bytes of attachments lie.
    pub files: Files,
    /// By which server mail leaves, and under whose name.
    pub mail: Mail,
    pub log: Log,
    /// Sections of the capabilities.
    #[serde(skip)]
    pub settings: Settings,
}

/// Who runs the site: county name, identifiers that regulation asks for, contact data. Configuration, never code.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Site {
    /// Name of the site, e.g. 青禾县人民政府.
    pub name: String,
    /// Name of the county, e.g. 青禾县.
    pub county: String,
    /// One character that stands in the seal.
    pub seal: String,
    /// Division code, six digits.
    pub division_code: String,
    /// Public domain name without scheme, e.g. www.example.gov.cn.
    pub domain: String,
    /// 政府网站标识码, ten digits beginning with the division code.
    pub id_code: String,
    /// ICP 备案编号, at the foot of every page of the portal; empty = none yet.
    pub icp: String,
    /// 公安备案号, beside the former; empty = none yet.
    pub police: String,
    /// 主办单位, at the foot of every page of the portal.
    pub host: String,
    /// 承办单位, beside the former; empty = not named.
    pub undertaker: String,
    /// Code of the organ that is the competent department (政务公开主管部门, 条例 Art. 3).
    pub office_organ: String,
    /// Telephone of that office.
    pub phone: String,
    /// Number of the hotline (政务热线), named wherever a reader finds no further; e.g. 12345.
    pub hotline: String,
    pub address: String,
    /// Office hours in words.
    pub hours: String,
    /// Mail address shown to the public; may be empty.
    pub email: String,
    /// Where a weakness of the site is told (RFC 9116, `security.txt`): a mail address or an `https://` page; empty = mail and
    /// telephone of the site.
    pub security: String,
    /// Whether everything here is invented: shown on every page.
    pub demo: bool,
}

impl Default for Site {
    fn default() -> Self {
        let text = |text: &str| text.to_owned();
        Self {
            name: text("未配置的县人民政府"),
            county: text("未配置"),
            seal: text("公"),
            division_code: text("000000"),
            domain: text("localhost"),
            id_code: text("0000000000"),
            icp: String::new(),
            police: String::new(),
            host: text("未配置的县人民政府办公室"),
            undertaker: String::new(),
            office_organ: text("OFFICE"),
            phone: String::new(),
            hotline: text("12345"),
            address: String::new(),
            hours: String::new(),
            email: String::new(),
            security: String::new(),
            demo: false,
        }
    }
}

/// Where the two servers listen, from where they may be reached, and how much they take.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Where the portal listens.
    pub portal: String,
    /// Where the office listens.
    pub office: String,
    /// Public address of the portal, for absolute links in feeds, mails and the site map.
    pub portal_url: String,
    /// Address of the office, for links in mails.
    pub office_url: String,
    /// From which address ranges the office may be reached (互联网政务应用安全管理规定 Art. 19).
    pub office_allow: Vec<IpNet>,
    /// Most connections of one address to one of the servers at the same time; a trusted proxy has no limit. 0 = no limit.
    pub connections_per_address: u32,
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// From which address ranges `/metrics` and the details of the office's `/healthz` may be read: the machine itself, and
    /// whatever watches it.
    pub metrics_allow: Vec<IpNet>,
    /// Whether the office is reached over HTTPS, so that its cookies are marked `Secure`.
    pub secure_cookies: bool,
    /// Largest attachment in megabytes. It is written to disk as it comes; only the guarded child holds it in memory, at most 1 GiB
    /// of address space, 20 seconds of processor time and 25 of the clock, two children at once. Pictures, whose notes the server
    /// takes off itself, end at 50 MB.
    pub upload_mb: u64,
}

impl Default for Server {
    fn default() -> Self {
        let nets = ["127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
        Self {
            portal: "127.0.0.1:8080".into(),
            office: "127.0.0.1:8081".into(),
            portal_url: "http://127.0.0.1:8080".into(),
            office_url: "http://127.0.0.1:8081".into(),
            office_allow: nets.iter().filter_map(|net| net.parse().ok()).collect(),
            connections_per_address: 1024,
            trusted_proxies: Vec::new(),
            metrics_allow: ["127.0.0.0/8", "::1/128"].iter().filter_map(|net| net.parse().ok()).collect(),
            secure_cookies: false,
            upload_mb: 100,
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite:path`, `postgres://…`, or empty for SQLite in the data directory.
    pub url: String,
}

/// Where the bytes of attachments lie; the key of sealed ones lies in the data directory.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Files {
    /// The folder; empty = `files` in the data directory. Several nodes over one PostgreSQL must see the same.
    pub folder: String,
}

/// By which server mail leaves, and under whose name.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// `smtp://user:password@host:port`, `smtps://…`, or empty: mails then lie in the outbox that the office shows.
    pub smtp: String,
    /// Sender of every mail, `name <address>`.
    pub from: String,
}

impl Default for Mail {
    fn default() -> Self {
        Self { smtp: String::new(), from: "政务公开 <noreply@localhost>".into() }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `text` for people, `json` for machines.
    pub format: String,
    /// Filter, e.g. `info` or `info,gongkai_store=debug`.
    pub level: String,
    /// File with the key that signs the kept end of the event log; empty = `log-key` in the data directory.
    pub key: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: "text".into(), level: "info".into(), key: String::new() }
    }
}
