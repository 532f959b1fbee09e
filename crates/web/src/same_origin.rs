//! Proof that a form was sent from a page of ours.
//!
//! Nobody is signed in on the portal and nothing a browser sends along is worth stealing; the proof keeps other sites from
//! making their readers write to the county. It rests on what the browser says of itself, so a page needs no token and can be
//! cached. In order:
//!
//! 1. `Sec-Fetch-Site` (every browser since 2023, over HTTPS): `same-origin`, or `none` when a person did it by hand;
//! 2. `Origin` equal to the host that was asked, or to `server.portal_url` (a proxy may have rewritten the host);
//! 3. `Referer` of the same host, for browsers that send no `Origin` with a form.
//!
//! A page under a private link tells nobody where it is (`Referrer-Policy: no-referrer`), which makes browsers say
//! `Origin: null` of its forms. There the address proves it: another site does not know 160 bits of it. A contradiction by
//! `Sec-Fetch-Site` or by another `Origin` is still refused.

use axum::{
    extract::{Request, State},
    handler::Handler,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodRouter, post},
};

use crate::{Ctx, error::ErrorView};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The segment of a route in which the secret of a private link stands.
pub const SECRET: &str = "{secret}";

/// In a request whose origin was proven.
#[derive(Debug, Clone, Copy)]
pub struct Proven;

/// A form's target on the portal: the handler runs for requests from our own pages only.
pub(crate) fn guarded<H, T>(path: &'static str, handler: H) -> MethodRouter<Ctx>
where
    H: Handler<T, Ctx>,
    T: 'static,
{
    let private = path.contains(SECRET);
    post(async move |State(ctx): State<Ctx>, mut request: Request| {
        if !is_ours(request.headers(), &ctx.config().server.portal_url, private) {
            tracing::info!(path, "a form from elsewhere was refused");
            return refused(&ctx.site().phone);
        }
        request.extensions_mut().insert(Proven);
        handler.call(request, ctx).await
    })
}

/// Whether the request comes from our own page. `private`: the address itself cannot be known elsewhere.
fn is_ours(headers: &HeaderMap, portal_url: &str, private: bool) -> bool {
    if let Some(site) = headers.get(FETCH_SITE) {
        return site == "same-origin" || site == "none";
    }
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let asked = text(header::HOST).unwrap_or("");
    let same = |address: &str| {
        authority(address).is_some_and(|from| from == bare(asked) || authority(portal_url).as_ref() == Some(&from))
    };
    match (text(header::ORIGIN), text(header::REFERER)) {
        (Some("null"), _) | (None, None) => private,
        (Some(origin), _) => same(origin),
        (None, Some(referer)) => same(referer),
    }
}

/// Host and port of an address, without the port that its scheme implies.
fn authority(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?.to_ascii_lowercase();
    let implied = match scheme.to_ascii_lowercase().as_str() {
        "http" => ":80",
        "https" => ":443",
        _ => return None,
    };
    (!authority.is_empty()).then(|| authority.strip_suffix(implied).unwrap_or(&authority).to_owned())
}

/// The `Host` header in the same form: it does not tell the scheme, so either implied port may stand there.
fn bare(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(&host).to_owned()
}

fn refused(phone: &str) -> Response {
    let call = if phone.is_empty() { String::new() } else { format!("，或致电 {phone}") };
    let view = ErrorView {
        status: StatusCode::FORBIDDEN,
        title: "没有受理：请从本网站的页面提交",
        message: format!(
            "这次提交不是从本网站的页面发出的，没有受理，也没有保存任何内容。请从本网站首页进入要办的事项，填写后再提交。\
             如果您就是在本网站填写的，请返回上一页，关闭会隐藏来源的浏览器插件后再提交，或换一个浏览器{call}。"
        ),
        incident: None,
    };
    let mut response = (view.status, view.message.clone()).into_response();
    response.extensions_mut().insert(view);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a form on a public page, and one under a private link, is believed.
    fn asked(pairs: &[(&'static str, &str)]) -> (bool, bool) {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "portal.internal:8080".parse().expect("host"));
        for (name, value) in pairs {
            headers.insert(*name, value.parse().expect("value"));
        }
        let url = "https://www.example.gov.cn";
        (is_ours(&headers, url, false), is_ours(&headers, url, true))
    }

    #[test]
    fn the_browsers_word_comes_first() {
        for (site, ours) in
            [("same-origin", true), ("none", true), ("same-site", false), ("cross-site", false), ("", false)]
        {
            // Whatever else is said: a browser that knows Sec-Fetch-Site has told the truth there.
            let elsewhere = asked(&[("sec-fetch-site", site), ("origin", "https://evil.example")]);
            assert_eq!(elsewhere, (ours, ours), "{site}");
        }
        assert_eq!(
            asked(&[("sec-fetch-site", "cross-site"), ("origin", "https://www.example.gov.cn")]),
            (false, false)
        );
    }

    #[test]
    fn without_it_the_origin_must_be_the_host_that_was_asked_or_the_configured_one() {
        for ours in [
            "https://www.example.gov.cn",
            "https://www.example.gov.cn:443",
            "https://WWW.example.gov.cn",
            "http://portal.internal:8080",
        ] {
            assert_eq!(asked(&[("origin", ours)]), (true, true), "{ours}");
        }
        for foreign in [
            "https://evil.example",
            "https://www.example.gov.cn.evil.example",
            "https://example.gov.cn",
            "https://www.example.gov.cn:8443",
            "http://portal.internal",
            "file://",
            "www.example.gov.cn",
        ] {
            let right = ("referer", "https://www.example.gov.cn/");
            assert_eq!(asked(&[("origin", foreign), right]), (false, false), "{foreign}");
        }
    }

    #[test]
    fn without_either_the_referer_is_asked_and_silence_is_believed_under_a_private_link_only() {
        assert_eq!(asked(&[("referer", "https://www.example.gov.cn/requests/new?x=1")]), (true, true));
        assert_eq!(asked(&[("referer", "https://evil.example/www.example.gov.cn")]), (false, false));
        assert_eq!(asked(&[]), (false, true));
        assert_eq!(asked(&[("origin", "null")]), (false, true));
        assert_eq!(asked(&[("origin", "null"), ("sec-fetch-site", "same-origin")]), (true, true));
        assert_eq!(asked(&[("origin", "null"), ("sec-fetch-site", "cross-site")]), (false, false));
    }
}
