//! Looking through the texts of a subject: what is asked of others first, then every piece by the rules. Pure but for the asking, and off
//! the threads that answer others.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use check_text::{Answers, Book, Wanted, policy, rule};
use sha2::{Digest, Sha256};
use text::findings::{Finding, Gate, Severity};

use crate::{
    Result,
    book::Asking,
    findings::{MOST, PartText, Piece, UNREAD, Unread, Whose},
    subject::Part,
};

/// What was found in one part, before it is kept.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) part: Part,
    pub(crate) found: Vec<Found>,
    pub(crate) unlisted: usize,
    /// What had to be asked of others to look through it.
    pub(crate) cited: Vec<Wanted>,
    /// State of the county's book, and what was answered: [`Asking::named`].
    pub(crate) by: (i64, String),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) place: String,
    pub(crate) rule: String,
    pub(crate) blocks: bool,
    pub(crate) info: bool,
    pub(crate) digest: String,
    pub(crate) excerpt: String,
    pub(crate) suggestion: String,
    pub(crate) replacement: String,
    /// How often it stands in the part, in the same words.
    times: usize,
}

impl Found {
    /// Whether what others know decides about it, which may be something else the next time.
    pub(crate) fn asks(&self) -> bool {
        rule::named(&self.rule).is_some_and(|rule| rule.asks)
    }

    fn weight(&self) -> u8 {
        if self.blocks { 0 } else { 1 + u8::from(self.info) }
    }
}

/// What must be asked of others before a part is looked through; pure.
pub(crate) fn wanted(text: &PartText) -> Vec<Wanted> {
    let of = |piece: &Piece| match piece.tag {
        _ if piece.unread.is_some() => Vec::new(),
        true => policy::wanted_of_tag(&piece.text),
        false => check_text::wanted(&piece.text),
    };
    let mut all: Vec<Wanted> = text.pieces.iter().flat_map(of).collect();
    all.sort();
    all.dedup();
    all
}

/// Looks through one part; pure. The same text twice in the same words is one finding, and what is nobody's person is one however
/// often it stands there. A number that is certain beside a word is the same number elsewhere: it blocks wherever it stands in the part.
pub(crate) fn look(text: PartText, book: &Book, answers: &Answers) -> Run {
    let mut found: Vec<(String, Found)> = Vec::new();
    let mut seen: HashMap<(String, String), usize> = HashMap::new();
    for piece in &text.pieces {
        if let Some(how) = piece.unread {
            // each by itself: none is certain because another is
            let one = unread_in(&text.part.key, piece, how);
            found.push((one.digest.clone(), one));
            continue;
        }
        let mut findings = match piece.tag {
            true => check_text::look_at_tag("", &piece.text, book, answers),
            false => check_text::look_over("", &piece.text, book, answers),
        };
        weigh(piece, &mut findings);
        if findings.is_empty() {
            continue;
        }
        let chars: Vec<char> = piece.text.chars().collect();
        let paragraphs = if piece.place.is_empty() { paragraphs(&chars) } else { Vec::new() };
        for finding in findings {
            let raw: String = chars.get(finding.start..finding.end).unwrap_or_default().iter().collect();
            // The paragraph is told, and no decision hangs on it: a line put in above changes nothing.
            let shown = match paragraphs.len() {
                0 | 1 => piece.place.clone(),
                _ => format!("第 {} 段", paragraphs.partition_point(|begin| *begin <= finding.start)),
            };
            let known = if finding.gate == Gate::Privacy || finding.severity == Severity::Block {
                let words = around(&chars, finding.start, finding.end);
                format!("{}\0{}\0{raw}\0{words}", text.part.key, piece.place)
            } else {
                format!("{}\0{raw}\0{}", text.part.key, finding.suggestion)
            };
            let one = found_in(shown, &known, finding);
            match seen.entry((one.rule.clone(), one.digest.clone())) {
                Entry::Occupied(at) => found[*at.get()].1.times += 1,
                Entry::Vacant(at) => {
                    at.insert(found.len());
                    found.push((raw, one));
                }
            }
        }
    }
    let certain: HashSet<(String, String)> =
        found.iter().filter(|(_, one)| one.blocks).map(|(raw, one)| (one.rule.clone(), raw.clone())).collect();
    let settle = |(raw, mut one): (String, Found)| {
        one.blocks |= certain.contains(&(one.rule.clone(), raw));
        one.info &= !one.blocks;
        if one.times > 1 && !one.rule.starts_with("privacy.") {
            one.place = format!("{}等 {} 处", one.place, one.times);
        }
        one
    };
    let mut found: Vec<Found> = found.into_iter().map(settle).collect();
    found.sort_by_key(Found::weight);
    let unlisted = found.iter().skip(MOST).filter(|one| one.blocks).count();
    found.truncate(MOST);
    Run { part: text.part, found, unlisted, cited: Vec::new(), by: (0, String::new()) }
}

/// Weighs what was found in a piece by whom it tells of, and finds what is private of a person who is known.
fn weigh(piece: &Piece, findings: &mut Vec<Finding>) {
    if piece.whose == Whose::Person {
        let own = text::findings::of_person("", &piece.text);
        let more: Vec<Finding> = own
            .into_iter()
            .filter(|one| findings.iter().all(|by| one.end <= by.start || by.end <= one.start))
            .collect();
        findings.extend(more);
        findings.sort_by_key(|one| one.start);
    }
    let stops = |rule: &str| match piece.whose {
        Whose::Anybody => false,
        Whose::Record => rule == "privacy.name",
        Whose::Person => rule != "privacy.secret",
    };
    for finding in findings.iter_mut().filter(|one| one.gate == Gate::Privacy && one.severity == Severity::Warn) {
        if stops(&finding.rule) {
            finding.severity = Severity::Block;
        }
    }
}

/// Looks through parts as this installation does now: asks what is known of what they cite, and goes through them off the threads that
/// answer others.
///
/// # Errors
/// When whoever is asked cannot answer.
pub(crate) async fn look_through(asking: &Asking, texts: Vec<PartText>) -> Result<Vec<Run>> {
    let off = |error: tokio::task::JoinError| web::Error::internal(format!("looking through texts: {error}"));
    let asked = tokio::task::spawn_blocking(move || {
        let wanted: Vec<Vec<Wanted>> = texts.iter().map(wanted).collect();
        (texts, wanted)
    });
    let (texts, wanted) = asked.await.map_err(off)?;
    let mut all: Vec<Wanted> = wanted.iter().flatten().cloned().collect();
    all.sort();
    all.dedup();
    let answers = asking.answers(&all).await?;
    let asking = asking.clone();
    let runs = tokio::task::spawn_blocking(move || {
        let one = |(text, cited): (PartText, Vec<Wanted>)| {
            let by = (asking.version, asking.named(&cited, &answers));
            Run { cited, by, ..look(text, &asking.book, &answers) }
        };
        texts.into_iter().zip(wanted).map(one).collect::<Vec<Run>>()
    });
    Ok(runs.await.map_err(off)?)
}

/// A place that could not be read, as a finding: what was decided on it holds as long as the file is the same.
fn unread_in(key: &str, piece: &Piece, how: Unread) -> Found {
    Found {
        place: piece.place.clone(),
        blocks: how == Unread::All,
        digest: hex::encode(Sha256::digest(format!("{key}\0{}\0{UNREAD}\0{}", piece.place, piece.text).as_bytes())),
        rule: UNREAD.to_owned(),
        info: false,
        excerpt: String::new(),
        suggestion: piece.text.clone(),
        replacement: String::new(),
        times: 1,
    }
}

/// Where the paragraphs of a text begin; empty lines are none.
fn paragraphs(chars: &[char]) -> Vec<usize> {
    let mut begins = Vec::new();
    let mut fresh = true;
    for (at, c) in chars.iter().enumerate() {
        if *c == '\n' {
            fresh = true;
        } else if fresh && !c.is_whitespace() {
            begins.push(at);
            fresh = false;
        }
    }
    begins
}

/// Characters, blanks not counted, on each side of a finding to which a decision about it is tied.
const AROUND: usize = 60;

/// The words around a finding, without blanks: laying a text out anew is no other text.
fn around(chars: &[char], start: usize, end: usize) -> String {
    let dense = |c: &&char| !c.is_whitespace();
    let mut before: Vec<char> =
        chars.get(..start).unwrap_or_default().iter().rev().filter(dense).take(AROUND).copied().collect();
    before.reverse();
    let after = chars.get(end..).unwrap_or_default().iter().filter(dense).take(AROUND);
    before.into_iter().chain(['\0']).chain(after.copied()).collect()
}

fn found_in(place: String, known: &str, finding: Finding) -> Found {
    Found {
        place,
        blocks: finding.severity == Severity::Block,
        info: finding.severity == Severity::Info,
        digest: hex::encode(Sha256::digest(known.as_bytes())),
        rule: finding.rule,
        excerpt: finding.excerpt,
        suggestion: finding.suggestion,
        replacement: finding.replacement.unwrap_or_default(),
        times: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::RULES;

    /// A number with a right check digit and a division code that was never given: nobody's.
    const NUMBER: &str = "000000199001010018";

    fn looked(text: PartText) -> Run {
        look(text, &Book::default(), &Answers::default())
    }

    fn found(text: &str) -> Vec<Found> {
        looked(PartText::of("body", "正文", text)).found
    }

    #[test]
    fn the_version_of_the_rules_belongs_to_what_they_find() {
        // broken by a line end; other digits and separators; a narrow column; a wrong check digit; no word before it
        let text = format!(
            "身份证 {NUMBER}，手机 13800138000，卡号 6222021234567890128，旧证 110105491231002，电话 0570-1234567。\n\
             身份证号 0000001990\n01010018，电话 138·0013·8000、一三九零零一三九零零零，（甲1380013\n8000）\n\
             身份证号：000000199001010019，身份证号110105491231010\n乙 0000001985 丙\n02030020 丁，住5栋2单元301室\n\
             000000★19900101★0018，000000 1990年1月1日 0018，%31%33800138000，存折账号2410400010100012345，本年收入13900139001，\u{202e}甲\n\
             姓名\t病种\n张志祥\t略\n\n姓名\t金额\n李四\t1\n\n陈建国，手机139****9000"
        );
        let rules: Vec<(String, bool)> = found(&text).into_iter().map(|one| (one.rule, one.blocks)).collect();
        let expected = [
            ("privacy.id_number", true),
            ("privacy.mobile", true),
            ("privacy.bank_card", true),
            ("privacy.id_number", true),
            ("privacy.mobile", true),
            ("privacy.mobile", true),
            ("privacy.mobile", true),
            ("privacy.id_number", true),
            ("privacy.id_number", true),
            ("privacy.id_number", true),
            ("privacy.id_number", true),
            ("privacy.mobile", true),
            ("privacy.name", true),
            ("privacy.id_number", false),
            ("privacy.id_number", false),
            ("privacy.bank_card", false),
            ("privacy.mobile", false),
            ("privacy.home", false),
            ("privacy.name", false),
            ("privacy.name", false),
            ("wording.direction", false),
        ];
        let expected: Vec<(String, bool)> = expected.map(|(rule, blocks)| (rule.to_owned(), blocks)).to_vec();
        assert_eq!((rules, RULES), (expected, "gates-13"), "when the rules change, so does their version");
    }

    #[test]
    fn what_is_in_doubt_stops_where_it_is_known_of_whom_it_tells() {
        let of = |text: &str, whose: Whose| {
            let pieces = vec![Piece::read("第 1 行", text).of(whose)];
            let found = looked(PartText { part: Part::digested("rows", "数据", "d".into()), pieces }).found;
            found.into_iter().map(|one| one.blocks).collect::<Vec<_>>()
        };
        for text in ["违法事实：住城关镇文昌路2号3单元501，无证经营", "备注：肾病，低保户", "备注：肢体残疾二级"]
        {
            assert!(of(text, Whose::Person).contains(&true), "{text}");
            assert!(!of(text, Whose::Record).contains(&true), "{text}");
        }
        let ill = "违法事实：张大山系艾滋病患者";
        assert!(of(ill, Whose::Record).contains(&true) && of(ill, Whose::Person).contains(&true));
        assert!(!of(ill, Whose::Anybody).contains(&true), "a text of which nobody knows more is told");
        assert!(!of("违法事实：未按规定查验进货凭证", Whose::Person).contains(&true));
    }

    #[test]
    fn another_number_or_place_needs_another_decision() {
        let one = found("联系人 13800138000");
        let other = found("联系人 13900139000");
        let elsewhere = looked(PartText::of("title", "标题", "联系人 13800138000")).found;
        assert_ne!(one[0].digest, other[0].digest);
        assert_ne!(one[0].digest, elsewhere[0].digest);
        assert_eq!(found("甲 13800138000\n甲 13800138000").len(), 2, "each in its own words");
        assert!(!one[0].excerpt.contains("0013"), "masked");
    }

    #[test]
    fn what_is_certain_once_blocks_also_where_it_was_found_in_doubt_before() {
        let one = found("乙 110105491231002，另见下表\n身份证号110105491231002");
        assert_eq!(one.iter().map(|one| one.blocks).collect::<Vec<_>>(), [true, true]);
    }

    #[test]
    fn a_decision_is_tied_to_the_words_around_the_number() {
        let long = "甲".repeat(80);
        let text =
            |before: &str, after: &str| format!("{before}{long}服务热线 13800138000，工作时间接听。{long}{after}");
        let digest = |text: &str| found(text)[0].digest.clone();
        let decided = digest(&text("", ""));
        assert_eq!(digest(&text("前面加一段。\n", "后面也加")), decided, "far away nothing changes");
        assert_eq!(digest(&text("", "").replace("，工作", "，\n 工作")), decided, "laid out anew");
        assert_ne!(digest(&text("", "").replace("服务热线", "低保户张三")), decided, "the number of somebody else");
        assert_ne!(digest(&text("", "").replace("工作时间接听", "其子在校就读")), decided);
    }

    #[test]
    fn a_finding_names_its_paragraph() {
        let one = &found("甲\n\n乙\n电话 13800138000")[0];
        assert_eq!(one.place, "第 3 段");
        assert_eq!(found("电话 13800138000")[0].place, "", "there is but one");
    }

    #[test]
    fn a_long_list_is_cut_and_still_blocks() {
        let pieces = (0..MOST + 20).map(|n| Piece::read(format!("第{n}行"), format!("138{n:08}")));
        let part = Part::digested("file.a", "附件《名单》", "d".into());
        let run = looked(PartText { part, pieces: pieces.collect() });
        assert_eq!((run.found.len(), run.unlisted), (MOST, 20));
    }

    #[test]
    fn what_could_not_be_read_stops_until_somebody_has_looked() {
        let piece = |place: &str, how| Piece {
            unread: Some(how),
            ..Piece::read(place, "这一页没有文字，请人工核对。")
        };
        let pieces = vec![piece("第3页", Unread::All), piece("", Unread::Some), piece("第4页", Unread::All)];
        let found = looked(PartText { part: Part::digested("file.a", "附件《名单》", "d".into()), pieces }).found;
        let said: Vec<(&str, &str, bool)> =
            found.iter().map(|one| (one.rule.as_str(), one.place.as_str(), one.blocks)).collect();
        assert_eq!(said, [(UNREAD, "第3页", true), (UNREAD, "第4页", true), (UNREAD, "", false)]);
        assert_ne!(found[0].digest, found[1].digest, "each page needs a word of its own");
    }
}
