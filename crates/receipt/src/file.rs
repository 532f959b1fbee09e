//! The receipt: a text file that tells a reader in four lines what was public, since when, where that is recorded and who signed
//! it, with everything behind it that is needed to prove these lines without asking anybody.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use jiff::Timestamp;
use kernel::time;
use serde::{Deserialize, Serialize};

use crate::{Act, Content, Fault, Hash, Key, Leaf, Result, Signed, leaf::commit, note, tree};

/// A receipt is not larger, in bytes.
pub const LARGEST: usize = 1 << 20;
/// A tree has no longer paths.
const LONGEST: usize = 64;

const FORMAT: &str = "gongkai/receipt/1";
const TITLE: &str = "公开凭证";
const NOTE: &str = "以下供核验程序读取，请勿改动。";
const BEGIN: &str = "-----BEGIN GONGKAI RECEIPT-----";
const END: &str = "-----END GONGKAI RECEIPT-----";

/// What the file holds for the program that proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    format: String,
    /// The bytes of the leaf, see [`Leaf::text`].
    leaf: String,
    /// Its number in the log, from 0.
    index: u64,
    /// What the digest of the leaf was taken over, see [`Content::text`]; empty when it is not public any more.
    #[serde(default)]
    content: String,
    /// 32 bytes in hexadecimal; empty with the content.
    #[serde(default)]
    salt: String,
    /// Hashes from the leaf up to the root, base64.
    proof: Vec<String>,
    /// The signed state of the log.
    checkpoint: String,
    /// The public key of the log.
    key: String,
}

/// What a receipt proves.
#[derive(Debug, Clone, PartialEq)]
pub struct Proven {
    pub leaf: Leaf,
    /// What was public; none = the receipt was made when it was not public any more.
    pub content: Option<Content>,
    /// The state of the log in which it is recorded.
    pub signed: Signed,
    /// Number in the log as people count, from 1.
    pub number: u64,
    /// Whose signature it is.
    pub key: Key,
    /// The signed state as it stands in the receipt, with the cosignatures of witnesses.
    checkpoint: String,
}

impl Receipt {
    /// Puts a receipt together; it is proven by [`Receipt::prove`] like any other.
    pub fn new(leaf: &Leaf, index: u64, opened: Option<(&str, &str)>, proof: &[Hash], signed: (&str, &Key)) -> Self {
        let (content, salt) = opened.unwrap_or_default();
        let (checkpoint, key) = signed;
        Self {
            format: FORMAT.to_owned(),
            leaf: leaf.text(),
            index,
            content: content.to_owned(),
            salt: salt.to_owned(),
            proof: proof.iter().map(ToString::to_string).collect(),
            checkpoint: checkpoint.to_owned(),
            key: key.to_string(),
        }
    }

    /// The file.
    ///
    /// # Errors
    /// When the receipt does not prove itself.
    pub fn file(&self) -> Result<String> {
        let lines = self.prove(None)?.lines();
        let mut text = format!("{TITLE}\n\n");
        for (line, number) in lines.iter().zip(1..) {
            text.push_str(&format!("{number}. {line}\n"));
        }
        let body = serde_json::to_string_pretty(self).map_err(|error| Fault::new(error.to_string()))?;
        text.push_str(&format!("\n{NOTE}\n{BEGIN}\n{body}\n{END}\n"));
        Ok(text)
    }

    /// Reads and proves a file: also that the lines for people say what is proven. `trusted` is the key of the log from
    /// elsewhere.
    ///
    /// # Errors
    /// With the reason: it is no receipt, was cut off, or something in it was changed.
    pub fn open(bytes: &[u8], trusted: Option<&Key>) -> Result<Proven> {
        let text = readable(bytes)?;
        let (head, rest) = text.split_once(BEGIN).ok_or_else(|| Fault::new(NONE))?;
        let (body, behind) = rest.split_once(END).ok_or_else(|| {
            Fault::new("凭证不完整：末尾缺失，可能没有下载完或复制时漏了一部分。请到文件页面重新下载凭证")
        })?;
        let behind = behind.lines().filter(|line| !line.trim().is_empty()).count();
        if behind > 0 {
            return Err(Fault::new(format!(
                "凭证结束标记之后还有 {behind} 行文字，不属于凭证，没有签名，是别人加上的。请重新下载凭证；几份凭证请分别核验"
            )));
        }
        let receipt: Self = serde_json::from_str(body).map_err(|error| {
            Fault::new(format!("凭证中供核验的部分读不懂（第 {} 行），被改动过或不完整。请重新下载凭证", error.line()))
        })?;
        if receipt.format != FORMAT {
            return Err(Fault::new(format!(
                "凭证的格式是 {}，本程序不认识。请用较新的程序核验",
                shortened(&receipt.format)
            )));
        }
        let proven = receipt.prove(trusted)?;
        said(head, &proven.lines())?;
        Ok(proven)
    }

    /// Proves what it says.
    ///
    /// # Errors
    /// With what does not fit.
    pub fn prove(&self, trusted: Option<&Key>) -> Result<Proven> {
        let leaf = Leaf::parse(&self.leaf)?;
        let key = Key::parse(&self.key).map_err(|_| Fault::new("凭证里的公钥读不懂，被改动过"))?;
        if let Some(trusted) = trusted
            && *trusted != key
        {
            return Err(Fault::new(format!(
                "凭证是用公钥 {key} 签的，不是您给出的 {trusted}。请核对公钥的来源；以网站公布的为准"
            )));
        }
        let signed = Signed::open(&self.checkpoint, &key)?;
        if self.index >= signed.size {
            return Err(Fault::new(format!(
                "凭证说是日志第 {} 条，签名的日志只有 {} 条，编号被改动过",
                self.index.saturating_add(1),
                signed.size
            )));
        }
        let proof = self.hashes()?;
        if !tree::includes(&proof, (signed.size, signed.root), self.index, self.leaf.as_bytes()) {
            return Err(Fault::new("签名的日志里没有这一条：条目、编号或证明被改动过"));
        }
        let content = self.opened(&leaf)?;
        let checkpoint = self.checkpoint.clone();
        Ok(Proven { leaf, content, signed, number: self.index + 1, key, checkpoint })
    }

    fn hashes(&self) -> Result<Vec<Hash>> {
        let hash = |text: &String| {
            let bytes = BASE64.decode(text).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
            bytes.map(Hash).ok_or_else(|| Fault::new("凭证里的证明读不懂，被改动过"))
        };
        if self.proof.len() > LONGEST {
            return Err(Fault::new("凭证里的证明太长，被改动过"));
        }
        self.proof.iter().map(hash).collect()
    }

    fn opened(&self, leaf: &Leaf) -> Result<Option<Content>> {
        if self.content.is_empty() && self.salt.is_empty() {
            return Ok(None);
        }
        if leaf.digest.is_empty() || commit(&self.salt, &self.content)? != leaf.digest {
            return Err(Fault::new("公开的内容与日志里记下的摘要不符，内容被改动过"));
        }
        Content::parse(&self.content).map(Some)
    }
}

const NONE: &str = "这不是公开凭证：没有找到凭证的标记。请到文件页面点“公开凭证”，下载后不要改动";

/// The text of a file as it may have become on its way: with a mark at its beginning, with other ends of lines.
fn readable(bytes: &[u8]) -> Result<String> {
    if bytes.is_empty() {
        return Err(Fault::new("文件是空的。请到文件页面重新下载凭证"));
    }
    if bytes.len() > LARGEST {
        return Err(Fault::new("文件超过 1 MB，不是公开凭证。请检查是否选错了文件"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::new(NONE))?;
    Ok(text.trim_start_matches('\u{feff}').replace("\r\n", "\n"))
}

/// Whether the lines for people say what is proven.
fn said(head: &str, lines: &[String; 4]) -> Result<()> {
    let told: Vec<&str> = head.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    for (line, number) in lines.iter().zip(1..) {
        let meant = format!("{number}. {line}");
        let found = told.iter().filter(|one| one.starts_with(&format!("{number}."))).collect::<Vec<_>>();
        if found.len() != 1 || *found[0] != meant.trim() {
            return Err(Fault::new(format!("凭证开头第 {number} 行被改动过，签名证明的是：{line}")));
        }
    }
    // These six lines and no others: whatever else stands there was added by another hand, also where it begins with a number.
    let mut meant = vec![TITLE.to_owned()];
    meant.extend(lines.iter().zip(1..).map(|(line, number)| format!("{number}. {line}")));
    meant.push(NOTE.to_owned());
    let fits = told.len() == meant.len() && told.iter().zip(&meant).all(|(told, meant)| *told == meant.trim());
    if fits { Ok(()) } else { Err(Fault::new("凭证开头有增加或删改的文字。请重新下载凭证")) }
}

/// Of words that somebody else wrote, no more than fits into a message.
fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// A moment in seconds since 1970, as people read it.
fn shown(seconds: u64) -> String {
    let moment = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    moment.map_or_else(|| "时间不明".to_owned(), |moment| time::show_minute(&time::to_db(moment)))
}

impl Proven {
    /// When the log signed, as people read it; empty when it does not say.
    pub fn signed_at(&self) -> String {
        self.signed.at.map(shown).unwrap_or_default()
    }

    /// When the witness of this key has cosigned the state of the log, as people read it; none = it has not.
    ///
    /// # Errors
    /// When its cosignature does not hold.
    pub fn witnessed_at(&self, witness: &Key) -> Result<Option<String>> {
        Ok(note::witnessed(&self.checkpoint, witness)?.map(shown))
    }

    /// Since when what it tells is so, stored form.
    pub fn since(&self) -> &str {
        let claimed = self.content.as_ref().map_or("", |content| content.since.as_str());
        if claimed.is_empty() { &self.leaf.at } else { claimed }
    }

    /// The four lines: what, since when, where recorded, who signed and how it is proven.
    pub fn lines(&self) -> [String; 4] {
        let recorded = match self.signed_at() {
            at if at.is_empty() => String::new(),
            at => format!("，{at} 签名"),
        };
        [
            self.what(),
            self.when(),
            format!(
                "记录在：公开日志 {} 第 {} 条（签名时共 {} 条）",
                self.signed.origin, self.number, self.signed.size
            ),
            format!(
                "签名：公钥 {}{recorded}；核验：gongkai verify-receipt 本文件 --key 网站公布的公钥，不用联网",
                self.key
            ),
        ]
    }

    fn what(&self) -> String {
        let (of, act, edition) = (&self.leaf.of, self.leaf.act, self.leaf.edition);
        let which = if edition > 0 { format!("第 {edition} 版") } else { String::new() };
        let Some(content) = &self.content else {
            let note = if act.opens() { "（凭证生成时这一版已不公开，不含内容）" } else { "" };
            return format!("{}的是：编号 {} 的{}{which}{note}", of.label(act), of.id(), of.noun());
        };
        let by: Vec<&str> =
            [content.organ.as_str(), &content.number].into_iter().filter(|text| !text.is_empty()).collect();
        let by = if by.is_empty() { String::new() } else { format!("（{}）", by.join("，")) };
        format!("公开的是：《{}》{which}{by}，{}", content.title, content.address)
    }

    fn when(&self) -> String {
        let (since, at) = (time::show_minute(self.since()), time::show_minute(&self.leaf.at));
        let recorded = if since == at { String::new() } else { format!("，{at} 记入日志") };
        match self.leaf.act {
            Act::Published => format!("公开时间：{since} 起{recorded}"),
            Act::Corrected => format!("公开时间：更正后的这一版 {since} 起{recorded}"),
            act @ (Act::Ended | Act::Withdrawn) => format!("{}时间：{at}", self.leaf.of.label(act)),
            Act::Erased => format!("清除时间：{at}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Growing, Of,
        note::{
            sign,
            tests::{key, pair},
        },
        tree::Held,
    };

    /// A log of ten leaves with the receipt of the seventh.
    fn receipt() -> Receipt {
        let content = Content {
            address: "https://www.example.gov.cn/policies/0m7".into(),
            title: "关于补贴的通知".into(),
            organ: "某县民政局".into(),
            since: "2026-03-05T01:02:03.004Z".into(),
            digests: vec![("body_html".into(), "11".repeat(32))],
            ..Content::default()
        };
        let (content, salt) = (content.text(), "5a".repeat(32));
        let leaf = |at: u64| Leaf {
            act: Act::Published,
            of: Of::Document(format!("0m{at}").into()),
            edition: 1,
            at: "2026-03-05T01:02:03.004Z".into(),
            digest: commit(&salt, &content).expect("digest"),
        };
        let (mut tree, mut held) = (Growing::default(), Held::new());
        for at in 0..10 {
            held.extend(tree.push(leaf(at).text().as_bytes()));
        }
        let pair = pair(1);
        let key = key("www.example.gov.cn/log", &pair);
        let by = |message: &[u8]| pair.sign(message).as_ref().to_vec();
        let note = sign(&key, (10, tree.root()), 1_772_413_200, &by).expect("signed");
        let proof = tree::inclusion(10, 6, &held).expect("a proof");
        Receipt::new(&leaf(6), 6, Some((content.as_str(), salt.as_str())), &proof, (note.as_str(), &key))
    }

    #[test]
    fn a_receipt_tells_in_four_lines_what_it_proves() {
        let file = receipt().file().expect("a file");
        let proven = Receipt::open(file.as_bytes(), None).expect("it holds");
        let [what, when, place, who] = proven.lines();
        assert_eq!(what, "公开的是：《关于补贴的通知》第 1 版（某县民政局），https://www.example.gov.cn/policies/0m7");
        assert_eq!(when, "公开时间：2026-03-05 09:02 起");
        assert_eq!(place, "记录在：公开日志 www.example.gov.cn/log 第 7 条（签名时共 10 条）");
        assert!(who.contains("2026-03-02 09:00 签名") && who.contains("verify-receipt"), "{who}");
        assert!(who.contains(&proven.key.to_string()), "people compare the whole key: {who}");
        assert_eq!((proven.number, proven.content.expect("content").body()), (7, "11".repeat(32).as_str()));
        // On its way through an editor of Windows.
        let other = format!("\u{feff}{}", file.replace('\n', "\r\n"));
        assert!(Receipt::open(other.as_bytes(), None).is_ok());
    }

    #[test]
    fn what_was_changed_is_told() {
        let file = receipt().file().expect("a file");
        let told = |text: &str| Receipt::open(text.as_bytes(), None).map(drop).map_err(|fault| fault.to_string());
        for (from, to, why) in [
            ("1. 公开的是：《关于补贴", "1. 公开的是：《关于罚款", "第 1 行被改动过"),
            ("2. 公开时间：2026", "2. 公开时间：2020", "第 2 行被改动过"),
            ("公开凭证\n\n", "公开凭证\n\n2. 公开时间：2020-01-01 00:00 起\n", "第 2 行被改动过"),
            ("公开凭证\n\n", "公开凭证\n\n本凭证已经核验无误\n再加一行\n", "增加或删改"),
            ("公开凭证\n\n", "2026年11月起本文件作废，以另行通知为准。\n公开凭证\n\n", "增加或删改"),
            ("\n\n以下供", "\n4000元以下的罚款一律免除。\n\n以下供", "增加或删改"),
            ("\n\n以下供", "\n3、另有一条\n\n以下供", "增加或删改"),
            ("公开凭证\n\n", "", "增加或删改"),
            ("RECEIPT-----\n{", "RECEIPT-----\n作废\n{", "读不懂"),
            ("END GONGKAI RECEIPT-----\n", "END GONGKAI RECEIPT-----\n\n注：该文又于次日废止。\n", "之后还有 1 行"),
            ("END GONGKAI RECEIPT-----\n", "END GONGKAI RECEIPT-----作废\n", "之后还有 1 行"),
            ("title 关于补贴的通知", "title 关于罚款的通知", "摘要不符"),
            ("edition 1", "edition 2", "没有这一条"),
            ("\"index\": 6", "\"index\": 5", "没有这一条"),
            ("\"index\": 6", "\"index\": 10", "编号被改动过"),
            ("\"index\": 6", "\"index\": -6", "读不懂"),
            ("www.example.gov.cn/log\\n10\\n", "www.example.gov.cn/log\\n11\\n", "签名"),
            ("5a5a", "5b5a", "摘要不符"),
            ("gongkai/receipt/1", "gongkai/receipt/9", "不认识"),
            ("BEGIN GONGKAI", "BEGIN", "不是公开凭证"),
            ("END GONGKAI", "END", "不完整"),
        ] {
            assert!(file.contains(from), "{from}");
            let error = told(&file.replacen(from, to, 1)).expect_err(from);
            assert!(error.contains(why), "{from}: {error}");
        }
        assert!(
            told(&format!("{file}{file}")).is_err_and(|error| error.contains("之后还有")),
            "a second one behind it"
        );
        assert_eq!(told(&format!("\n{file}\n \r\n\t\n")), Ok(()), "blank lines are nobody's words");
        let other = key("www.example.gov.cn/log", &pair(2));
        assert!(
            Receipt::open(file.as_bytes(), Some(&other)).is_err_and(|fault| fault.to_string().contains("不是您给出的"))
        );
        assert!(Receipt::open(file.as_bytes(), Some(&key("www.example.gov.cn/log", &pair(1)))).is_ok());
    }

    #[test]
    fn whatever_is_brought_ends_in_words() {
        let file = receipt().file().expect("a file");
        for cut in (0..file.len() - 1).step_by(7) {
            assert!(Receipt::open(&file.as_bytes()[..cut], None).is_err(), "cut at {cut}");
        }
        for (bytes, why) in [
            (Vec::new(), "空的"),
            (vec![b'x'; LARGEST + 1], "1 MB"),
            (vec![0xff; 1000], "不是公开凭证"),
            (vec![0; 1000], "不是公开凭证"),
            (format!("{BEGIN}{}{END}", "[".repeat(100_000)).into_bytes(), "读不懂"),
            (format!("{BEGIN}{{}}{END}").into_bytes(), "读不懂"),
        ] {
            let error = Receipt::open(&bytes, None).expect_err(why).to_string();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn without_its_content_a_receipt_still_proves_that_something_was_public() {
        let one = Receipt { content: String::new(), salt: String::new(), ..receipt() };
        let proven = Receipt::open(one.file().expect("a file").as_bytes(), None).expect("it holds");
        assert!(proven.content.is_none() && proven.lines()[0].contains("编号 0m6 的文件第 1 版"));
    }

    #[test]
    fn a_receipt_carries_what_witnesses_have_cosigned() {
        let (one, other) = (pair(3), pair(4));
        let witness = key("witness.example", &one);
        let by = |message: &[u8]| one.sign(message).as_ref().to_vec();
        let plain = receipt();
        let checkpoint = note::witness(&plain.checkpoint, &witness, 1_772_416_800, &by).expect("cosigned");
        let proven = Receipt { checkpoint, ..plain }.prove(None).expect("it holds");
        assert_eq!(proven.witnessed_at(&witness), Ok(Some("2026-03-02 10:00".to_owned())));
        assert_eq!(proven.witnessed_at(&key("witness.example", &other)), Ok(None));
    }

    #[test]
    fn a_plan_is_told_as_one() {
        let ended = Leaf {
            act: Act::Ended,
            of: Of::Plan("0mplan".into()),
            edition: 2,
            at: "2026-03-05T01:02:03.004Z".into(),
            digest: String::new(),
        };
        let proven = Proven { leaf: ended, content: None, ..receipt().prove(None).expect("it holds") };
        let [what, when, ..] = proven.lines();
        assert_eq!(what, "停止执行的是：编号 0mplan 的计划第 2 版");
        assert_eq!(when, "停止执行时间：2026-03-05 09:02");
    }
}
