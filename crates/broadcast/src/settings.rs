//! The section `[broadcast]` of the configuration: hubs, official accounts with their secrets, and networks that may be asked
//! although they are not public.

use std::{collections::HashSet, path::Path};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use web::Section;

/// Hubs and accounts, each at most.
const MOST: usize = 20;
/// Where the interface of official accounts is.
const WECHAT: &str = "https://api.weixin.qq.com";

/// What may not be written anywhere but in the configuration.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// For the one request that needs it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// An official account (公众号).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Account {
    /// By which rows know it; never changes.
    pub key: String,
    /// As people know it.
    pub name: String,
    /// `AppID`.
    pub app_id: String,
    /// `AppSecret`.
    pub secret: Secret,
    /// Who stands as the author of articles; empty = the organ that published.
    pub author: String,
    /// Picture above articles that have none of their own: a file of this machine, JPG or PNG.
    pub cover: String,
    /// Where its interface is.
    pub api: String,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            key: String::new(),
            name: String::new(),
            app_id: String::new(),
            secret: Secret::default(),
            author: String::new(),
            cover: String::new(),
            api: WECHAT.to_owned(),
        }
    }
}

/// Where public documents go besides the portal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Broadcast {
    /// Hubs (WebSub) that feeds name, and that are told of each change.
    pub hubs: Vec<String>,
    /// Official accounts of WeChat.
    pub wechat: Vec<Account>,
    /// Networks in which hubs and accounts may be although they are not public.
    pub allow: Vec<IpNet>,
}

impl Broadcast {
    /// The account with this key.
    pub fn account(&self, key: &str) -> Option<&Account> {
        self.wechat.iter().find(|account| account.key == key)
    }
}

/// An address as it goes out: over HTTPS, or plainly where a network inside is allowed, which is for tests and relays.
fn is_address(address: &str, plain: bool) -> bool {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://").filter(|_| plain));
    let clear = |rest: &str| rest.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"\\^`{|}".contains(&b));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && clear(rest))
}

/// What is wrong with one account, each as `key：words`.
fn faults(account: &Account, allow: &[IpNet]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut need = |holds: bool, words: String| {
        if !holds {
            faults.push(format!("wechat：{words}"));
        }
    };
    let named = if account.key.is_empty() { "有一个账号" } else { account.key.as_str() };
    let key = account.key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    need(
        (1..=30).contains(&account.key.len()) && key,
        format!("{named} 的 key 应为小写字母、数字或短横线，最多 30 个，例如 county"),
    );
    need(!account.name.trim().is_empty(), format!("{named} 缺少 name（公众号名称）"));
    let id = account.app_id.starts_with("wx") && account.app_id.bytes().all(|b| b.is_ascii_alphanumeric());
    need(id, format!("{named} 的 app_id 应为公众平台“开发接口管理”里的开发者ID，以 wx 开头"));
    need(!account.secret.reveal().is_empty(), format!("{named} 缺少 secret（开发者密码 AppSecret）"));
    need(account.author.chars().count() <= 8, format!("{named} 的 author 最多 8 个字"));
    let lower = account.cover.to_lowercase();
    let picture = [".jpg", ".jpeg", ".png"].iter().any(|end| lower.ends_with(end));
    need(
        Path::new(&account.cover).is_absolute() && picture,
        format!("{named} 的 cover 应为封面图片（JPG 或 PNG）的完整路径，没有配图的文章用它"),
    );
    if is_address(&account.api, !allow.is_empty()) {
        let never = egress::never(&account.api, allow);
        need(never.is_none(), format!("{named} 的 api 不能用：{}", never.unwrap_or_default()));
    } else {
        need(false, format!("{named} 的 api 应为 https:// 开头的接口地址"));
    }
    faults
}

impl Section for Broadcast {
    const KEY: &'static str = "broadcast";

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (number, hub) in (1..).zip(&self.hubs) {
            // The address itself is not repeated: a password may stand in it.
            if let Some(why) = egress::never(hub, &self.allow) {
                problems
                    .push(format!("hubs：第 {number} 个不能用，{why}。应为完整的网址，例如 https://hub.example.cn/"));
            } else if !is_address(hub, true) {
                problems.push(format!("hubs：第 {number} 个应为完整的网址，例如 https://hub.example.cn/"));
            }
        }
        for net in self.allow.iter().filter(|net| egress::is_everybody(net)) {
            problems.push(format!("allow：{net} 等于允许任何地址，请只写推送要访问的内网网段，例如 10.20.0.0/16"));
        }
        let twice = |mut keys: Vec<&str>| {
            let all = keys.len();
            keys.sort_unstable();
            keys.dedup();
            keys.len() != all
        };
        if twice(self.hubs.iter().map(String::as_str).collect()) {
            problems.push("hubs：同一个网址写了两次".to_owned());
        }
        problems.extend(self.wechat.iter().flat_map(|account| faults(account, &self.allow)));
        let (mut seen, mut ids) = (HashSet::new(), HashSet::new());
        for account in &self.wechat {
            if !account.key.is_empty() && !seen.insert(&account.key) {
                problems.push(format!("wechat：两个账号的 key 都是 {}，请改成不同的", account.key));
            }
            if !account.app_id.is_empty() && !ids.insert(&account.app_id) {
                problems.push(format!(
                    "wechat：两个账号的 app_id 都是 {}，同一公众号会把每篇文章收到两次，请删去一个",
                    account.app_id
                ));
            }
        }
        if self.hubs.len() > MOST || self.wechat.len() > MOST {
            problems.push(format!("hubs、wechat：各最多 {MOST} 个"));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account {
            key: "county".to_owned(),
            name: "青禾发布".to_owned(),
            app_id: "wx0123456789abcdef".to_owned(),
            secret: "geheim".into(),
            cover: "/srv/cover.png".to_owned(),
            ..Account::default()
        }
    }

    #[test]
    fn what_is_missing_is_named_and_the_secret_never() {
        assert_eq!(Broadcast::default().problems(), Vec::<String>::new());
        let whole = Broadcast { hubs: vec!["https://hub.example.cn/".to_owned()], ..Broadcast::default() };
        let whole = Broadcast { wechat: vec![account()], ..whole };
        assert_eq!(whole.problems(), Vec::<String>::new());
        let wrong = Account { app_id: "gh_1".to_owned(), cover: "cover.gif".to_owned(), ..account() };
        let plain = Account { key: "plain".to_owned(), api: "http://127.0.0.1:9".to_owned(), ..account() };
        let hubs = vec!["hub.example.cn".to_owned()];
        let told = Broadcast { hubs, wechat: vec![wrong, plain], ..Broadcast::default() }.problems().join("\n");
        for words in ["hubs：第 1 个", "app_id", "cover", "api"] {
            assert!(told.contains(words), "{words} in {told}");
        }
        let twice = Broadcast { wechat: vec![account(), account()], ..Broadcast::default() }.problems().join("\n");
        assert!(twice.contains("都是 county") && twice.contains("都是 wx0123456789abcdef"), "{twice}");
        assert!(!told.contains("geheim") && !format!("{:?}", account()).contains("geheim"));
    }

    #[test]
    fn a_hub_that_would_tell_a_password_or_is_never_reached_is_refused() {
        let with = |hub: &str, allow: &[&str]| {
            let allow = allow.iter().map(|net| net.parse().expect("net")).collect();
            Broadcast { hubs: vec![hub.to_owned()], allow, ..Broadcast::default() }.problems().join("\n")
        };
        for wrong in ["https://u:geheim@hub.example.cn/x", "https://hub.example.cn/#geheim", "http://10.0.0.5/"] {
            let told = with(wrong, &[]);
            assert!(told.contains("hubs") && !told.contains("geheim"), "{told}");
        }
        assert_eq!(with("http://10.0.0.5/", &["10.0.0.0/24"]), "");
        assert!(with("https://hub.example.cn/", &["0.0.0.0/0"]).contains("allow"));
    }

    #[test]
    fn an_address_inside_is_plain_only_where_a_network_is_allowed() {
        let inside = Account { api: "http://127.0.0.1:9".to_owned(), ..account() };
        let allow = vec!["127.0.0.0/8".parse().expect("net")];
        assert_eq!(Broadcast { wechat: vec![inside], allow, ..Broadcast::default() }.problems(), Vec::<String>::new());
        assert!(!is_address("https://a b/", false) && !is_address("https:///x", false));
        assert!(!is_address("https://x\"/", false));
    }
}
