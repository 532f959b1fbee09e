//! Return codes of the interface of official accounts (全局返回码), and what each asks of whoever sends: to come again, to renew
//! the token, to wait until the next day, or that a person does something.

/// What a call did not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The token holds no longer: a new one, once.
    Token(i64),
    /// Nothing was done; it may work later.
    Later(i64, String),
    /// Nothing was done; what the account may do in a day is used up.
    Tomorrow(i64, String),
    /// A person must do something first, which the words say.
    Refused(i64, String),
    /// Sent, and nobody knows whether it was done.
    Unknown(String),
}

impl Fault {
    /// The code of the answer; 0 = there was none.
    pub(crate) fn code(&self) -> i64 {
        match self {
            Self::Token(code) | Self::Later(code, _) | Self::Tomorrow(code, _) | Self::Refused(code, _) => *code,
            Self::Unknown(_) => 0,
        }
    }

    /// Why, for people.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Token(code) => token(*code).to_owned(),
            Self::Later(_, words) | Self::Tomorrow(_, words) | Self::Refused(_, words) | Self::Unknown(words) => {
                words.clone()
            }
        }
    }
}

/// What is wrong when even a new token is not taken.
fn token(code: i64) -> &'static str {
    match code {
        42001 => "微信两次说接口凭据已经过期。请核对服务器时间，再重新推送。",
        _ => "微信不认接口凭据，换新的也不行。请核对配置里的 AppID 和开发者密码（AppSecret）是不是这个公众号的。",
    }
}

/// Only digits, dots and colons of an address that the answer names.
fn address_in(message: &str) -> Option<String> {
    let fits = |word: &&str| word.matches('.').count() == 3 && word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    message.split([' ', ',']).find(fits).map(str::to_owned)
}

/// What a code means; `message` is what the answer says besides, of which nothing but an address is shown.
pub(crate) fn read(code: i64, message: &str) -> Fault {
    let refused = |words: &str| Fault::Refused(code, words.to_owned());
    match code {
        40001 | 40014 | 42001 => Fault::Token(code),
        -1 => Fault::Later(code, "微信系统繁忙，稍后自动再试。".to_owned()),
        45011 => Fault::Later(code, "调用太频繁，稍后自动再试。".to_owned()),
        53501 => Fault::Later(code, "发布太频繁，稍后自动再试。".to_owned()),
        45009 => Fault::Tomorrow(code, "今天可用的次数已经用完，明天零点后自动再试。".to_owned()),
        40013 => refused("微信不认 AppID。请核对配置里的 app_id。"),
        40125 | 41004 => {
            refused("开发者密码（AppSecret）不对，可能在公众平台重置过。请更新配置里的 secret，再重新推送。")
        }
        40164 | 61004 => Fault::Refused(
            code,
            format!(
                "本机的出口 IP{}不在公众平台的 IP 白名单里。请在“开发接口管理”加入，再重新推送。",
                address_in(message).map(|ip| format!(" {ip} ")).unwrap_or_default()
            ),
        ),
        48001 | 50001 => {
            refused("这个公众号没有这项接口权限。发布接口要经过微信认证，请登录公众平台，在“接口权限”查看。")
        }
        48004 | 53500 => refused("这个公众号的接口或发布功能被封禁。请登录公众平台查看原因。"),
        50002 => refused("这个公众号被限制使用，可能已经冻结。请登录公众平台查看。"),
        40007 | 53502 => refused("草稿在公众平台已经没有了，可能有人删除或者发布过。请到公众平台核对，再重新推送。"),
        40004..=40006 | 40009 | 40137 => {
            refused("微信不收文中的一张图片（格式或大小不合）。请更正文件里的图片，再重新推送。")
        }
        45001 => refused("图片超过微信的大小限制。请更正文件里的图片，再重新推送。"),
        45002 => refused("正文超过微信的长度限制。"),
        45003 => refused("标题超过微信的长度限制。"),
        45004 => refused("摘要超过微信的长度限制。请更正文件的摘要，再重新推送。"),
        45110 => refused("作者名称超过微信的长度限制。请改短配置里的 author。"),
        45166 | 87014 => {
            refused("微信认为内容含有不允许发布的信息。请对照平台规则核对，需要的更正文件再推送，或者在公众平台申诉。")
        }
        53503 => refused("草稿没有通过微信的发布检查。请登录公众平台，在草稿箱打开这一篇查看原因，处理后重新推送。"),
        53504 | 53505 => refused("这一篇要在公众平台的草稿箱里打开，手动保存或者发布。办完后在这里选“已经发布”。"),
        53600 => refused("公众平台上没有这篇文章，可能已经删除。"),
        _ => Fault::Refused(
            code,
            format!("微信没有接受，返回码 {code}。请在微信开放文档的“全局返回码”查看含义，处理后重新推送。"),
        ),
    }
}

/// What a publication that has ended without success means (`publish_status`).
pub(crate) fn unpublished(status: i64) -> Fault {
    let words = match status {
        2 => "微信没有发布：原创声明没有通过。请登录公众平台查看。",
        3 => "微信没有发布：处理失败。请登录公众平台查看，再重新推送。",
        4 => "微信没有发布：平台审核没有通过。请登录公众平台查看原因，更正内容后重新推送，或者申诉。",
        5 => "文章发布后，有人在公众平台删除了它。",
        6 => "文章发布后被微信封禁。请登录公众平台查看原因。",
        _ => "微信没有发布，也没有说明原因。请登录公众平台查看。",
    };
    Fault::Refused(0, words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_says_what_becomes_of_it() {
        assert_eq!(read(40001, "invalid credential"), Fault::Token(40001));
        assert_eq!(read(42001, "access_token expired"), Fault::Token(42001));
        assert!(matches!(read(45009, "reach max api daily quota limit"), Fault::Tomorrow(45009, _)));
        assert!(matches!(read(-1, "system error"), Fault::Later(-1, _)));
        let Fault::Refused(48001, words) = read(48001, "api unauthorized") else { panic!("refused") };
        assert!(words.contains("接口权限"), "{words}");
        let words = read(40164, "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist").words();
        assert!(words.contains(" 203.0.113.9 "), "{words}");
        // What a stranger writes is not shown.
        assert!(!read(99999, "<script>").words().contains("script"));
        assert!(unpublished(4).words().contains("审核没有通过"));
    }
}
