//! The interface of WeChat official accounts (公众号), as Tencent documents it: a token under which all is asked
//! (`stable_token`), pictures (`media/uploadimg`, `material/add_material`), drafts (`draft/add`, `draft/delete`), their
//! publication, its outcome and its end (`freepublish/submit`, `get`, `delete`). Answers are JSON with status 200; whether
//! something was done says `errcode`.

pub(crate) mod article;
pub(crate) mod faults;

use egress::{Answered, Posting, Unanswered};
use ipnet::IpNet;
use serde_json::{Value, json};
use web::page::escape_query;

pub(crate) use faults::Fault;

use crate::settings::Account;

/// Bytes of an answer; the longest has some hundred.
const MOST: usize = 64 << 10;

/// What is asked under one token.
pub(crate) struct Session<'a> {
    account: &'a Account,
    allow: &'a [IpNet],
    token: String,
    /// A token was taken that the interface did not like: another one is asked for once.
    renewed: bool,
}

/// How a publication stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Not finished.
    Running,
    /// The article's id and address there.
    Published(String, String),
}

/// An article as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Article {
    pub(crate) title: String,
    pub(crate) author: String,
    /// May be empty: then the beginning of the text is shown.
    pub(crate) digest: String,
    pub(crate) content: String,
    /// Where it is read in full.
    pub(crate) source: String,
}

/// A picture as it is sent.
#[derive(Clone)]
pub(crate) struct Picture {
    pub(crate) bytes: Vec<u8>,
    /// `image/png` or `image/jpeg`.
    pub(crate) media: String,
}

fn text(value: &Value, key: &str) -> String {
    match value.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// The JSON of an answer; whatever else stands there was said by somebody who does not speak the interface.
fn understood(answered: &Answered) -> Result<Value, Fault> {
    let read: Option<Value> = serde_json::from_slice(&answered.body).ok();
    let Some(value) = read.filter(|value| value.is_object() && answered.status == 200) else {
        let words = match answered.status {
            200 => "对方的回答不是微信的接口，可能是网络出口的登录页面或者代理。请检查服务器上网的方式。".to_owned(),
            status => format!("对方的回答不是微信的接口（网页状态 {status}），稍后自动再试。"),
        };
        return Err(Fault::Unknown(words));
    };
    match value.get("errcode").and_then(Value::as_i64) {
        None | Some(0) => Ok(value),
        Some(code) => Err(faults::read(code, &text(&value, "errmsg"))),
    }
}

async fn send(account: &Account, allow: &[IpNet], path: &str, posting: Posting) -> Result<Value, Fault> {
    let address = format!("{}{path}", account.api.trim_end_matches('/'));
    match egress::post(&address, posting, MOST, allow).await {
        Ok(answered) => understood(&answered),
        Err(Unanswered::Never(words)) => Err(Fault::Later(0, format!("没有连上微信：{words}，稍后自动再试。"))),
        Err(Unanswered::Perhaps(words)) => Err(Fault::Unknown(format!("微信没有答复：{words}。"))),
    }
}

fn written(value: &Value) -> Posting {
    // Chinese stays as it is: what is escaped stands in articles as it was escaped.
    Posting { media: "application/json; charset=utf-8".to_owned(), body: value.to_string().into_bytes() }
}

/// The token that holds now. In the usual mode a token that still holds is given again; `force` makes an end of it, which is
/// allowed twenty times a day.
async fn token(account: &Account, allow: &[IpNet], force: bool) -> Result<String, Fault> {
    let asked = json!({
        "grant_type": "client_credential", "appid": account.app_id, "secret": account.secret.reveal(), "force_refresh": force,
    });
    let value = match send(account, allow, "/cgi-bin/stable_token", written(&asked)).await {
        // Of the secret, where there is no token yet.
        Err(Fault::Token(code)) => return Err(faults::read(40125, "").under(code)),
        other => other?,
    };
    let token = text(&value, "access_token");
    if token.is_empty() {
        return Err(Fault::Unknown("对方的回答里没有接口凭据，稍后自动再试。".to_owned()));
    }
    Ok(token)
}

impl Fault {
    /// The same under the code that was answered.
    fn under(self, code: i64) -> Self {
        match self {
            Self::Refused(_, words) => Self::Refused(code, words),
            other => other,
        }
    }
}

impl<'a> Session<'a> {
    /// Asks for a token.
    ///
    /// # Errors
    /// What to do.
    pub(crate) async fn begin(account: &'a Account, allow: &'a [IpNet]) -> Result<Self, Fault> {
        let token = token(account, allow, false).await?;
        Ok(Self { account, allow, token, renewed: false })
    }

    /// One call; a token that holds no longer is renewed once in the life of the session.
    async fn call(&mut self, path: &str, posting: Posting) -> Result<Value, Fault> {
        let joined = if path.contains('?') { '&' } else { '?' };
        let address = |token: &str| format!("/cgi-bin/{path}{joined}access_token={}", escape_query(token));
        let first = send(self.account, self.allow, &address(&self.token), posting.clone()).await;
        if !matches!(first, Err(Fault::Token(_))) || self.renewed {
            return first;
        }
        self.renewed = true;
        let fresh = token(self.account, self.allow, false).await?;
        // The same again: somebody else has made an end of it there, and only force helps.
        self.token = if fresh == self.token { token(self.account, self.allow, true).await? } else { fresh };
        send(self.account, self.allow, &address(&self.token), posting).await
    }

    /// What a call answers that must be there.
    async fn told(&mut self, path: &str, posting: Posting, key: &str) -> Result<(String, Value), Fault> {
        let value = self.call(path, posting).await?;
        let found = text(&value, key);
        if found.is_empty() {
            return Err(Fault::Unknown(format!("微信的回答里没有 {key}，不知道办成没有。")));
        }
        Ok((found, value))
    }

    /// A picture of a text; answers its address there. JPG or PNG, at most 1 MB; it does not count among the pictures of the
    /// account.
    ///
    /// # Errors
    /// What to do.
    pub(crate) async fn picture(&mut self, picture: &Picture, boundary: &str) -> Result<String, Fault> {
        Ok(self.told("media/uploadimg", form(picture, boundary), "url").await?.0)
    }

    /// A picture above an article; answers its id there. At most 10 MB.
    ///
    /// # Errors
    /// What to do.
    pub(crate) async fn cover(&mut self, picture: &Picture, boundary: &str) -> Result<String, Fault> {
        Ok(self.told("material/add_material?type=image", form(picture, boundary), "media_id").await?.0)
    }

    /// Lays an article among the drafts; answers the draft's id.
    ///
    /// # Errors
    /// What to do.
    pub(crate) async fn draft(&mut self, article: &Article, cover: &str) -> Result<String, Fault> {
        let asked = json!({ "articles": [{
            "article_type": "news",
            "title": article.title,
            "author": article.author,
            "digest": article.digest,
            "content": article.content,
            "content_source_url": article.source,
            "thumb_media_id": cover,
            "need_open_comment": 0,
            "only_fans_can_comment": 0,
        }] });
        Ok(self.told("draft/add", written(&asked), "media_id").await?.0)
    }

    /// Takes a draft away; one that is not there is gone already.
    ///
    /// # Errors
    /// What to do.
    pub(crate) async fn discard(&mut self, draft: &str) -> Result<(), Fault> {
        match self.call("draft/delete", written(&json!({ "media_id": draft }))).await {
            Err(Fault::Refused(40007, _)) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    /// Has a draft published; answers under which id that is done. It is not published yet.
    ///
    /// # Errors
    /// What to do.
    pub(crate) async fn submit(&mut self, draft: &str) -> Result<String, Fault> {
        Ok(self.told("freepublish/submit", written(&json!({ "media_id": draft })), "publish_id").await?.0)
    }

    /// What has become of a publication.
    ///
    /// # Errors
    /// What to do, when it was not published.
    pub(crate) async fn standing(&mut self, publication: &str) -> Result<Standing, Fault> {
        let value = self.call("freepublish/get", written(&json!({ "publish_id": publication }))).await?;
        match value.get("publish_status").and_then(Value::as_i64) {
            Some(1) => Ok(Standing::Running),
            Some(0) => {
                let items = value.get("article_detail").and_then(|detail| detail.get("item")).and_then(Value::as_array);
                let url = items.and_then(|items| items.first()).map(|item| text(item, "article_url"));
                let id = text(&value, "article_id");
                if id.is_empty() {
                    return Err(Fault::Unknown("微信的回答里没有 article_id。".to_owned()));
                }
                Ok(Standing::Published(id, url.unwrap_or_default()))
            }
            Some(status) => Err(faults::unpublished(status)),
            None => Err(Fault::Unknown("微信的回答里没有 publish_status。".to_owned())),
        }
    }

    /// Takes a published article away; one that is not there is gone already.
    ///
    /// # Errors
    /// What to do.
    pub(crate) async fn delete(&mut self, article: &str) -> Result<(), Fault> {
        // 0 = all articles of the publication; there is one.
        let asked = json!({ "article_id": article, "index": 0 });
        match self.call("freepublish/delete", written(&asked)).await {
            Err(Fault::Refused(53600, _)) => Ok(()),
            other => other.map(|_| ()),
        }
    }
}

/// A file in a form, as the interface takes pictures.
fn form(picture: &Picture, boundary: &str) -> Posting {
    let name = if picture.media == "image/png" { "picture.png" } else { "picture.jpg" };
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"media\"; filename=\"{name}\"\r\nContent-Type: {}\r\n\r\n",
        picture.media
    );
    let mut body = head.into_bytes();
    body.extend_from_slice(&picture.bytes);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    Posting { media: format!("multipart/form-data; boundary={boundary}"), body }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_answer_of_the_interface_is_not_taken_for_one() {
        let answered = |status: u16, body: &str| understood(&Answered { status, body: body.as_bytes().to_vec() });
        assert!(answered(200, "{\"url\":\"x\"}").is_ok() && answered(200, "{\"errcode\":0}").is_ok());
        let html = answered(200, "<!doctype html><title>login</title>").expect_err("a page");
        assert!(matches!(&html, Fault::Unknown(words) if words.contains("登录页面")), "{html:?}");
        assert!(matches!(answered(502, "{}"), Err(Fault::Unknown(_))));
        assert!(matches!(answered(200, "[]"), Err(Fault::Unknown(_))));
        assert!(matches!(answered(200, "{\"errcode\":45009,\"errmsg\":\"x\"}"), Err(Fault::Tomorrow(45009, _))));
    }

    #[test]
    fn chinese_goes_out_as_it_is() {
        let body = String::from_utf8(written(&json!({ "title": "关于补贴" })).body).expect("text");
        assert!(body.contains("关于补贴"), "{body}");
        let picture = Picture { bytes: vec![1, 2], media: "image/png".to_owned() };
        let posting = form(&picture, "b");
        assert!(posting.media.ends_with("boundary=b") && posting.body.ends_with(b"\r\n--b--\r\n"));
    }
}
