//! The points of `gongkai doctor` on what leaves this machine: mails, subscriptions, hubs and official accounts, links to other
//! sites. What was configured and cannot work is told here, where somebody reads it.

use std::{os::unix::fs::PermissionsExt, path::Path, time::Duration};

use broadcast::Broadcast;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use publishing::links::Links;
use subscription::Subscriptions;
use web::Config;

use super::checks::Outcome;

/// How long a mail server may take to greet.
const PATIENCE: Duration = Duration::from_secs(8);

/// Whether the mail server answers and takes us for one whom it knows. No mail is sent.
pub(super) async fn mail(config: &Config) -> Outcome {
    if config.mail.smtp.is_empty() {
        return Ok("没有配置邮件服务器，邮件存入发件箱".into());
    }
    let wrong = |_| "mail.smtp 写得不对，应为 smtp://用户:密码@主机:端口 或 smtps://…".to_owned();
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&config.mail.smtp).map_err(wrong)?;
    let transport: AsyncSmtpTransport<Tokio1Executor> = builder.timeout(Some(PATIENCE)).build();
    match tokio::time::timeout(PATIENCE, transport.test_connection()).await {
        Ok(Ok(true)) if config.mail.from.contains("@localhost") => {
            Err("邮件服务器有应答，但 mail.from 还是 localhost 的地址，收件方会当作垃圾邮件。请写本单位的邮箱。".into())
        }
        Ok(Ok(true)) => Ok("邮件服务器有应答".into()),
        Ok(Err(error)) if error.status().is_some() => {
            let code = error.status().map_or(0, u16::from);
            Err(format!("邮件服务器不接受本系统（答复 {code}）。请核对 mail.smtp 的用户和密码。"))
        }
        _ => Err("邮件服务器没有应答，邮件发不出去，会一直重试。请核对 mail.smtp 的主机、端口和网络。".into()),
    }
}

/// Whether readers are told by mail.
pub(super) fn subscriptions(config: &Config) -> Outcome {
    let settings = config.settings.get::<Subscriptions>();
    Ok(match (settings.by_mail, config.mail.smtp.is_empty()) {
        (false, _) => "没有开通邮件订阅，订阅源照常".to_owned(),
        (true, true) => {
            "提醒：开通了邮件订阅，但没有配置邮件服务器，邮件只存入发件箱，订阅人收不到；不开通的写 subscriptions.by_mail = false"
                .to_owned()
        }
        (true, false) => format!("邮件订阅已开通，汇总邮件 {} 点发", settings.hour),
    })
}

/// Where public documents go besides the portal, and whether the covers of articles are there.
pub(super) fn pushing(config: &Config) -> Outcome {
    let settings = config.settings.get::<Broadcast>();
    for account in &settings.wechat {
        if !Path::new(&account.cover).is_file() {
            return Err(format!("broadcast.wechat：{} 的 cover（{}）没有这个文件", account.key, account.cover));
        }
    }
    let mut parts = Vec::new();
    if !settings.hubs.is_empty() {
        parts.push(format!("WebSub 中心 {} 个", settings.hubs.len()));
    }
    if !settings.wechat.is_empty() {
        let names: Vec<&str> = settings.wechat.iter().map(|account| account.name.as_str()).collect();
        parts.push(format!("公众号：{}", names.join("、")));
    }
    Ok(if parts.is_empty() { "没有配置 WebSub 中心和公众号".to_owned() } else { parts.join("；") })
}

/// Whether links to other sites are looked at.
pub(super) fn links(config: &Config) -> Outcome {
    let settings = config.settings.get::<Links>();
    Ok(match settings.check {
        false => "没有开启，本系统不访问别的网站".to_owned(),
        true => format!("每 {} 天检查一次", settings.every_days),
    })
}

/// A configuration that holds passwords is for the program's user alone.
pub(super) fn secrets(data: &Path) -> Outcome {
    let file = data.join("gongkai.toml");
    let (Ok(text), Ok(about)) = (std::fs::read_to_string(&file), std::fs::metadata(&file)) else {
        return Ok("数据目录里没有 gongkai.toml".to_owned());
    };
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o077 != 0 && text.lines().any(holds_secret) {
        return Err(format!("{} 里有密码，权限却是 {mode:o}，别人可以读。请运行 chmod 600。", file.display()));
    }
    Ok(file.display().to_string())
}

/// Whether a line of the configuration sets a secret: an `AppSecret`, or a password within an address.
fn holds_secret(line: &str) -> bool {
    let line = line.trim();
    let password = || {
        let (_, rest) = line.split_once("://")?;
        let (user, _) = rest.split_once('@')?;
        Some(user.contains(':') && !user.contains('/'))
    };
    !line.starts_with('#') && (line.starts_with("secret") || password().unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use broadcast::Account;

    use super::*;

    #[test]
    fn a_cover_that_is_not_there_is_named() {
        let mut config = Config::default();
        assert!(pushing(&config).expect("nothing").contains("没有配置"));
        let account = Account { key: "county".into(), cover: "/nope.jpg".into(), ..Account::default() };
        config.settings.set(Broadcast { wechat: vec![account], ..Broadcast::default() });
        assert!(pushing(&config).expect_err("no cover").contains("/nope.jpg"));
    }

    #[tokio::test]
    async fn a_mail_server_that_nobody_is_at_is_told() {
        let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = gone.local_addr().expect("address").port();
        drop(gone);
        let mut config = Config::default();
        assert!(mail(&config).await.is_ok());
        config.mail.smtp = format!("smtp://127.0.0.1:{port}");
        assert!(mail(&config).await.expect_err("nobody").contains("没有应答"));
    }

    #[test]
    fn a_configuration_with_a_password_that_others_read_is_named() {
        let place = tempfile::tempdir().expect("place");
        let file = place.path().join("gongkai.toml");
        let told = |text: &str, mode: u32| {
            std::fs::write(&file, text).expect("write");
            std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).expect("mode");
            secrets(place.path())
        };
        for text in ["[[broadcast.wechat]]\nsecret = \"x\"", "[mail]\nsmtp = \"smtp://u:p@mail.example.cn\""] {
            assert!(told(text, 0o644).expect_err("open").contains("chmod 600"), "{text}");
            assert!(told(text, 0o600).is_ok(), "{text}");
        }
        for text in ["# secret = \"x\"", "[server]\nportal_url = \"https://www.example.cn\""] {
            assert!(told(text, 0o644).is_ok(), "{text}");
        }
    }
}
