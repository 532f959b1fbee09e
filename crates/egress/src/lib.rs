//! Asking other sites whether an address can be opened, and sending to the few that the configuration names: the only place
//! from which this program opens connections that a person's input names, be it in a form, on the command line or in the
//! configuration ([`fetch`], [`post`]). A form can lead it nowhere inside: names are resolved once and the connection goes to
//! just that address, private and other special addresses are refused unless the configuration allows their network,
//! redirects are followed one by one under the same rules, time and bytes are bounded, and nothing of the answer to a form
//! but its status is kept.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use ipnet::{IpNet, Ipv4Net};
use reqwest::{Client, Url, redirect};

/// For one request, redirects not included.
const LONGEST: Duration = Duration::from_secs(5);
/// For everything.
const ALTOGETHER: Duration = Duration::from_secs(15);
/// Redirects that are followed.
const REDIRECTS: usize = 5;

/// What came of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// A page was answered.
    Opened,
    /// The site answers, and says that there is no such page: the HTTP status (404, 410).
    Gone(u16),
    /// Nobody bears this name.
    NoSuchName,
    /// The site answers otherwise, e.g. asks for a password: the HTTP status.
    Answered(u16),
    /// No answer: this machine may have no way out, or the site is down. In words.
    Unreachable(String),
    /// The address leads to a network that the public cannot reach, or is none. In words.
    Inside(String),
}

/// Asks for `address`, for at most fifteen seconds. `allow` are networks that may be asked although they are not public.
pub async fn look(address: &str, allow: &[IpNet]) -> Seen {
    let answer = tokio::time::timeout(ALTOGETHER, follow(address, allow)).await;
    answer.unwrap_or_else(|_| Seen::Unreachable("没有在 15 秒内打开".into()))
}

async fn follow(address: &str, allow: &[IpNet]) -> Seen {
    let Ok(mut url) = Url::parse(address) else { return Seen::Inside("网址不完整".into()) };
    for _ in 0..=REDIRECTS {
        let response = match ask(&url, allow).await {
            Ok(response) => response,
            Err(seen) => return seen,
        };
        let status = response.status();
        let target = response.headers().get(http::header::LOCATION).and_then(|value| value.to_str().ok());
        match target.filter(|_| status.is_redirection()).map(|target| url.join(target)) {
            Some(Ok(next)) => url = next,
            Some(Err(_)) => return Seen::Answered(status.as_u16()),
            None if status.is_success() => return Seen::Opened,
            None if matches!(status.as_u16(), 404 | 410) => return Seen::Gone(status.as_u16()),
            None => return Seen::Answered(status.as_u16()),
        }
    }
    Seen::Unreachable("转来转去，没有打开页面".into())
}

/// What stands at an address that somebody names on the command line of this machine or in its configuration: also inside, since
/// whoever may do that may open it anyway. At most `most` bytes.
///
/// # Errors
/// Why there is nothing, in words.
pub async fn fetch(address: &str, most: usize) -> Result<Vec<u8>, String> {
    let anywhere: Vec<IpNet> = ["0.0.0.0/0", "::/0"].into_iter().filter_map(|net| net.parse().ok()).collect();
    let answer = tokio::time::timeout(ALTOGETHER, body(address, most, &anywhere)).await;
    answer.unwrap_or_else(|_| Err("没有在 15 秒内取完".to_owned()))
}

async fn body(address: &str, most: usize, allow: &[IpNet]) -> Result<Vec<u8>, String> {
    let mut url = Url::parse(address).map_err(|_| "网址不完整".to_owned())?;
    for _ in 0..=REDIRECTS {
        let mut response = ask(&url, allow).await.map_err(|seen| told(&seen))?;
        let status = response.status();
        let target = response.headers().get(http::header::LOCATION).and_then(|value| value.to_str().ok());
        if let Some(target) = target.filter(|_| status.is_redirection()) {
            url = url.join(target).map_err(|_| "转到了不完整的网址".to_owned())?;
            continue;
        }
        if !status.is_success() {
            return Err(format!("网站回答 {}", status.as_u16()));
        }
        let mut bytes = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| words(&error))? {
            if bytes.len() + piece.len() > most {
                return Err(format!("内容超过 {most} 字节"));
            }
            bytes.extend_from_slice(&piece);
        }
        return Ok(bytes);
    }
    Err("转来转去，没有打开".to_owned())
}

/// What is sent to a program elsewhere.
#[derive(Clone)]
pub struct Posting {
    /// Its media type, with the boundary where it has one.
    pub media: String,
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Posting {
    /// What is sent may hold a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Posting").field("media", &self.media).field("bytes", &self.body.len()).finish()
    }
}

/// What a program elsewhere answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    pub body: Vec<u8>,
}

/// Why something that was sent has no answer; in words that name neither address nor content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unanswered {
    /// Nothing has left this machine.
    Never(String),
    /// It may have arrived: it was sent, and no answer came, or not a whole one.
    Perhaps(String),
}

impl Unanswered {
    /// Why, for people.
    pub fn words(&self) -> &str {
        match self {
            Self::Never(words) | Self::Perhaps(words) => words,
        }
    }
}

/// Sends to an address that the configuration names, for at most fifteen seconds, and reads at most `most` bytes of the answer.
/// Redirects are not followed, since what is sent is meant for the address that was named; `allow` are networks that may be
/// asked although they are not public.
///
/// # Errors
/// Why there is no answer, and whether it may have arrived.
pub async fn post(address: &str, posting: Posting, most: usize, allow: &[IpNet]) -> Result<Answered, Unanswered> {
    sent(address, posting, (most, ALTOGETHER), allow).await
}

async fn sent(
    address: &str,
    posting: Posting,
    (most, within): (usize, Duration),
    allow: &[IpNet],
) -> Result<Answered, Unanswered> {
    let url = Url::parse(address).map_err(|_| Unanswered::Never("网址不完整".to_owned()))?;
    let client = reach(&url, allow, within).await.map_err(|seen| Unanswered::Never(told(&seen)))?;
    let request = client
        .post(url)
        .header(http::header::CONTENT_TYPE, posting.media)
        .header(http::header::USER_AGENT, "gongkai")
        .body(posting.body);
    let mut response = request.send().await.map_err(|error| unanswered(&error))?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| unanswered(&error))? {
        if body.len() + piece.len() > most {
            return Err(Unanswered::Perhaps(format!("回答超过 {most} 字节")));
        }
        body.extend_from_slice(&piece);
    }
    Ok(Answered { status, body })
}

fn unanswered(error: &reqwest::Error) -> Unanswered {
    if error.is_timeout() {
        Unanswered::Perhaps("没有在 15 秒内回答".to_owned())
    } else if error.is_connect() {
        Unanswered::Never("连接不上".to_owned())
    } else {
        Unanswered::Perhaps("没有按网页的方式回答".to_owned())
    }
}

fn told(seen: &Seen) -> String {
    match seen {
        Seen::NoSuchName => "没有这个域名".to_owned(),
        Seen::Unreachable(words) | Seen::Inside(words) => words.clone(),
        Seen::Opened | Seen::Gone(_) | Seen::Answered(_) => "没有按网页的方式回答".to_owned(),
    }
}

async fn ask(url: &Url, allow: &[IpNet]) -> Result<reqwest::Response, Seen> {
    let client = reach(url, allow, LONGEST).await?;
    client.get(url.clone()).send().await.map_err(|error| Seen::Unreachable(words(&error)))
}

/// A client for just this address, whose requests take at most `within`; an error where nobody may be asked.
async fn reach(url: &Url, allow: &[IpNet], within: Duration) -> Result<Client, Seen> {
    let host = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https"));
    let (Some(host), Some(port)) = (host, url.port_or_known_default()) else {
        return Err(Seen::Inside("不是 http 网址".into()));
    };
    let name = host.trim_matches(['[', ']']);
    let resolved = tokio::time::timeout(LONGEST, tokio::net::lookup_host((name, port))).await;
    let addresses: Vec<SocketAddr> = match resolved {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) if is_unknown_name(&error) => return Err(Seen::NoSuchName),
        _ => return Err(Seen::Unreachable("域名没有解析成".into())),
    };
    // One address inside among several would be enough to be led there.
    let closed =
        |address: &SocketAddr| !is_public(address.ip()) && !allow.iter().any(|net| net.contains(&address.ip()));
    if addresses.iter().any(closed) {
        return Err(Seen::Inside("指向内网地址".into()));
    }
    let Some(address) = addresses.first() else { return Err(Seen::NoSuchName) };
    let allowed = allow.iter().any(|net| net.contains(&address.ip()));
    if !allowed && !is_usual(port) {
        return Err(Seen::Unreachable(format!("端口 {port} 不是网站常用端口，本系统不访问")));
    }
    client(name, *address, within).map_err(|error| Seen::Unreachable(words(&error)))
}

/// A client that knows one name and connects to one address.
fn client(name: &str, address: SocketAddr, within: Duration) -> reqwest::Result<Client> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows the versions that it was built with")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .resolve(name, address)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .timeout(within)
        .user_agent("gongkai-link-check")
        .build()
}

/// The resolver says that the name does not exist, which is not the same as having no resolver to ask. The library keeps only
/// its words.
fn is_unknown_name(error: &std::io::Error) -> bool {
    let text = error.to_string();
    ["Name or service not known", "No address associated", "nodename nor servname"]
        .iter()
        .any(|words| text.contains(words))
}

fn words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "没有在 5 秒内回答".into()
    } else if error.is_connect() {
        "连接不上".into()
    } else {
        "没有按网页的方式回答".into()
    }
}

/// Whether a range of addresses is so wide that it is as good as everybody.
pub fn is_everybody(net: &IpNet) -> bool {
    match net {
        IpNet::V4(net) => net.prefix_len() < 8,
        IpNet::V6(net) if net.network().to_ipv4_mapped().is_some() => net.prefix_len() < 104,
        // The loopback address and a county's own range are longer; fc00::/7 is every private network.
        IpNet::V6(net) => net.prefix_len() < 7,
    }
}

/// What a machine calls itself, and where a cloud keeps the secrets of its machines.
const OWN: [&str; 5] = ["127.0.0.0/8", "0.0.0.0/8", "169.254.0.0/16", "::/127", "fe80::/10"];

/// Whether two ranges have an address in common, also where one is written as IPv6.
fn meet(one: &IpNet, other: &IpNet) -> bool {
    let plain = |net: &IpNet| match net {
        IpNet::V6(v6) if v6.prefix_len() >= 96 => v6
            .network()
            .to_ipv4_mapped()
            .map_or(*net, |v4| Ipv4Net::new(v4, v6.prefix_len() - 96).map_or(*net, IpNet::V4)),
        net => *net,
    };
    let (one, other) = (plain(one), plain(other));
    one.contains(&other) || other.contains(&one)
}

/// Why a network may not be among those that are asked although they are not public, in words; `None` = it may. Whoever types an
/// address would have this program ask anything, or this very machine.
pub fn unfit(net: &IpNet) -> Option<String> {
    if is_everybody(net) {
        return Some(format!("{net} 等于允许本机访问任何地址。请只写要检查的内网网段，例如 10.20.0.0/16"));
    }
    let own = OWN.iter().filter_map(|own| own.parse().ok()).any(|own| meet(net, &own));
    own.then(|| {
        format!(
            "{net} 包含本机自己的地址，填写网址的人就能让本程序访问本机上的任何服务。请只写要检查的内网网段，例如 10.20.0.0/16"
        )
    })
}

/// Why an address of the configuration can never be asked, in words that do not repeat it, since it may hold a password; `None` =
/// nothing speaks against it as it is written. What a name leads to is seen when it is asked.
pub fn never(address: &str, allow: &[IpNet]) -> Option<String> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some((url, host)) = url.as_ref().and_then(|url| Some((url, url.host_str()?))) else {
        return Some("不是完整的网址".to_owned());
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Some("网址里不能写用户名和密码，网址会向外显示".to_owned());
    }
    if url.fragment().is_some() {
        return Some("网址里不能有 # 和它后面的部分".to_owned());
    }
    let loopback = IpAddr::from([127, 0, 0, 1]);
    let name = host.trim_matches(['[', ']']);
    let ip = if name == "localhost" { Some(loopback) } else { name.parse::<IpAddr>().ok() };
    let allowed = ip.is_some_and(|ip| allow.iter().any(|net| net.contains(&ip)));
    if let Some(ip) = ip.filter(|ip| !allowed && !is_public(*ip)) {
        return Some(format!("{ip} 是内网地址，没有写入 allow 的内网地址一律不访问"));
    }
    let port = url.port_or_known_default().unwrap_or(0);
    // A name may lead into an allowed network, where any port may be asked.
    let anywhere = allowed || (ip.is_none() && !allow.is_empty());
    (!anywhere && !is_usual(port)).then(|| format!("端口 {port} 不是网站常用端口，本系统不访问"))
}

/// Ports at which sites are.
const fn is_usual(port: u16) -> bool {
    matches!(port, 80 | 443 | 8080 | 8443)
}

/// Whether the whole world may be found at this address.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            let special = v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                // this network, shared address space, protocol assignments, benchmarking, reserved
                || matches!((a, b, c), (0, ..) | (100, 64..=127, _) | (192, 0, 0) | (198, 18..=19, _) | (240.., ..));
            !special
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public(v4.into()),
            None => is_global(v6),
        },
    }
}

/// 2000::/3 without what carries an IPv4 address (6to4, Teredo) or is for documents.
fn is_global(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    let tunnel = first == 0x2002 || (first == 0x2001 && second < 0x0200);
    first & 0xe000 == 0x2000 && !tunnel && !(first == 0x2001 && second == 0x0db8)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[test]
    fn special_addresses_are_not_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "192.0.2.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "ff02::1",
        ] {
            assert!(!is_public(inside.parse().expect("address")), "{inside}");
        }
        for public in ["8.8.8.8", "202.96.128.86", "2400:3200::1", "::ffff:8.8.8.8"] {
            assert!(is_public(public.parse().expect("address")), "{public}");
        }
    }

    #[test]
    fn networks_that_hold_this_machine_are_unfit() {
        for wrong in
            ["0.0.0.0/0", "128.0.0.0/1", "127.0.0.1/32", "::ffff:127.0.0.1/128", "::1/128", "169.254.169.254/32"]
        {
            assert!(unfit(&wrong.parse().expect("net")).is_some(), "{wrong}");
        }
        for right in ["10.20.0.0/16", "fd00::/8", "192.168.1.0/24"] {
            assert_eq!(unfit(&right.parse().expect("net")), None, "{right}");
        }
    }

    #[test]
    fn what_can_never_be_asked_is_told_without_the_password() {
        let allow: [IpNet; 1] = ["10.20.0.0/16".parse().expect("net")];
        for wrong in [
            "https://u:geheim@hub.example.cn/",
            "https://u@hub.example.cn/",
            "https://hub.example.cn/#frag",
            "http://10.0.0.5/",
            "http://169.254.169.254/latest",
            "http://localhost/",
            "http://0x7f.1/",
            "http://[::1]/",
            "https://8.8.8.8:22/",
            "ftp://hub.example.cn/",
            "hub.example.cn",
        ] {
            let told = never(wrong, &allow).unwrap_or_default();
            assert!(!told.is_empty() && !told.contains("geheim"), "{wrong}: {told}");
        }
        for right in ["https://hub.example.cn/", "http://10.20.3.4:9000/x", "https://8.8.8.8/", "http://relay:9000/"] {
            assert_eq!(never(right, &allow), None, "{right}");
        }
        assert!(never("http://relay.example.cn:9000/", &[]).is_some_and(|told| told.contains("9000")));
    }

    #[tokio::test]
    async fn nothing_inside_is_ever_connected_to() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener that does not wait");
        let port = listener.local_addr().expect("address").port();
        for host in [
            "127.0.0.1",
            "localhost",
            "0x7f.1",
            "0x7f000001",
            "2130706433",
            "017700000001",
            "127.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "0.0.0.0",
            "127.000.000.001",
            "①②⑦.⓪.⓪.①",
        ] {
            let seen = look(&format!("http://{host}:{port}/"), &[]).await;
            assert!(matches!(seen, Seen::Inside(_) | Seen::Unreachable(_) | Seen::NoSuchName), "{host}: {seen:?}");
        }
        for address in
            ["ftp://example.com/", "file:///etc/passwd", "http://", "gopher://127.0.0.1/", "javascript:alert(1)"]
        {
            assert!(matches!(look(address, &[]).await, Seen::Inside(_)), "{address}");
        }
        assert!(listener.accept().is_err(), "somebody connected");
    }

    /// A site that answers by path: `/page`, `/moved` → `/page`, `/inside` → elsewhere, else 404.
    async fn site(elsewhere: u16) -> u16 {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("address").port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = vec![0; 2048];
                let count = stream.read(&mut head).await.unwrap_or(0);
                let path = String::from_utf8_lossy(&head[..count]).split(' ').nth(1).unwrap_or("/").to_owned();
                let answer = match path.as_str() {
                    "/page" => "200 OK\r\n".to_owned(),
                    "/moved" => "302 Found\r\nlocation: /page\r\n".to_owned(),
                    "/round" => "302 Found\r\nlocation: /round\r\n".to_owned(),
                    "/inside" => format!("302 Found\r\nlocation: http://[::1]:{elsewhere}/secret\r\n"),
                    "/closed" => "401 Unauthorized\r\n".to_owned(),
                    _ => "404 Not Found\r\n".to_owned(),
                };
                let _ = stream
                    .write_all(format!("HTTP/1.1 {answer}content-length: 0\r\nconnection: close\r\n\r\n").as_bytes())
                    .await;
            }
        });
        port
    }

    #[tokio::test]
    async fn what_a_site_answers_is_told_apart() {
        let port = site(1).await;
        let allow: [IpNet; 1] = ["127.0.0.1/32".parse().expect("net")];
        let at = async |path: &str| look(&format!("http://127.0.0.1:{port}{path}"), &allow).await;
        assert_eq!(at("/page").await, Seen::Opened);
        assert_eq!(at("/moved").await, Seen::Opened);
        assert_eq!(at("/nothing").await, Seen::Gone(404));
        assert_eq!(at("/closed").await, Seen::Answered(401));
        assert!(matches!(at("/round").await, Seen::Unreachable(_)));
        // A redirect is judged like an address that somebody typed.
        assert!(matches!(at("/inside").await, Seen::Inside(_)));
    }

    #[tokio::test]
    async fn what_a_command_names_is_fetched_within_bounds() {
        let port = site(1).await;
        let at = async |path: &str| fetch(&format!("http://127.0.0.1:{port}{path}"), 100).await;
        assert_eq!(at("/page").await, Ok(Vec::new()));
        assert_eq!(at("/moved").await, Ok(Vec::new()));
        assert!(at("/nothing").await.is_err_and(|why| why.contains("404")));
        assert!(at("/round").await.is_err_and(|why| why.contains("转来转去")));
        assert!(fetch("ftp://example.com/", 100).await.is_err());
        assert!(fetch("nothing", 100).await.is_err());
    }

    #[tokio::test]
    async fn what_is_sent_goes_to_the_address_that_was_named_and_no_further() {
        let (port, allow) = (site(1).await, ["127.0.0.1/32".parse::<IpNet>().expect("net")]);
        let posting = || Posting { media: "text/plain".to_owned(), body: b"secret".to_vec() };
        let at = |path: &str| format!("http://127.0.0.1:{port}{path}");
        let sent = async |path: &str| post(&at(path), posting(), 100, &allow).await.map(|answered| answered.status);
        assert_eq!(sent("/page").await, Ok(200));
        assert_eq!(sent("/nothing").await, Ok(404));
        // A redirect is an answer like any other.
        assert_eq!(sent("/inside").await, Ok(302));
        let refused = post(&at("/page"), posting(), 100, &[]).await.expect_err("inside");
        assert!(matches!(&refused, Unanswered::Never(words) if words.contains("内网")), "{refused:?}");
        assert!(!format!("{:?}", posting()).contains("secret"));
        let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = gone.local_addr().expect("address").port();
        drop(gone);
        let nobody = post(&format!("http://127.0.0.1:{port}/"), posting(), 100, &allow).await;
        assert!(matches!(nobody, Err(Unanswered::Never(_))), "{nobody:?}");
    }

    #[tokio::test]
    async fn who_hangs_is_given_up_and_may_have_heard() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = silent.local_addr().expect("address").port();
        let allow = ["127.0.0.1/32".parse::<IpNet>().expect("net")];
        let posting = Posting { media: "text/plain".to_owned(), body: b"x".to_vec() };
        let hung = sent(&format!("http://127.0.0.1:{port}/"), posting, (100, Duration::from_millis(300)), &allow).await;
        assert!(matches!(hung, Err(Unanswered::Perhaps(_))), "{hung:?}");
    }
}
