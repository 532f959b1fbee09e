//! Numbers of papers that are no identity card, and telephone lines of homes: passports, permits for Hong Kong, Macao and Taiwan, the
//! permits of those who live there, permanent residence (出境入境管理法; 个人信息保护法 Art. 28: 特定身份). A letter and eight digits may be
//! anything, so the word for the paper must stand before them, or above them in a table.

use super::{
    Finding, Gate, Severity,
    people::{cells, head, lines},
};

/// A paper: words for it, letters before its digits (empty = none), how many letters may stand there, how many digits.
struct Paper {
    rule: &'static str,
    words: &'static [&'static str],
    letters: &'static str,
    /// Whether a second letter may follow the first one.
    second: bool,
    digits: &'static [usize],
}

/// What the rules know.
const PAPERS: [Paper; 5] = [
    Paper { rule: "privacy.passport", words: &["护照"], letters: "DEGPS", second: true, digits: &[7, 8] },
    Paper {
        rule: "privacy.permit",
        words: &["港澳通行证", "往来港澳", "台湾通行证", "往来台湾"],
        letters: "CLTW",
        second: true,
        digits: &[7, 8],
    },
    Paper {
        rule: "privacy.permit",
        words: &["回乡证", "来往内地通行证", "港澳居民"],
        letters: "HM",
        second: false,
        digits: &[8, 10],
    },
    Paper {
        rule: "privacy.permit",
        words: &["台胞证", "来往大陆通行证", "台湾居民"],
        letters: "",
        second: false,
        digits: &[8, 10],
    },
    Paper {
        rule: "privacy.permit",
        words: &["永久居留"],
        letters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        second: true,
        digits: &[12],
    },
];

/// Characters before a number in which its paper is named.
const NEAR: usize = 24;

/// A run of letters and digits.
struct Run {
    start: usize,
    end: usize,
    letters: Vec<char>,
    digits: usize,
}

/// Finds them; `part` says where the text came from and is copied into each finding.
pub fn papers(part: &str, text: &str) -> Vec<Finding> {
    if !PAPERS.iter().flat_map(|paper| paper.words).any(|word| text.contains(word)) {
        return Vec::new();
    }
    let chars: Vec<char> = text.chars().map(fold::character).collect();
    let heads = headed(&chars);
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let Some(run) = run(&chars, at) else {
            at += 1;
            continue;
        };
        at = run.end;
        let near = before(&chars, run.start);
        let behind = heads.partition_point(|(start, ..)| *start <= run.start);
        let cell = behind.checked_sub(1).and_then(|at| heads.get(at)).filter(|(_, end, _)| run.end <= *end);
        let above = cell.map(|(_, _, head)| head.as_str());
        let named = |paper: &&Paper| {
            paper.words.iter().any(|word| near.contains(word) || above.is_some_and(|head| head.contains(word)))
        };
        let fits = |paper: &&Paper| paper.fits(&run);
        if let Some(paper) = PAPERS.iter().filter(named).find(fits) {
            found.push(told(part, paper, &chars[run.start..run.end], (run.start, run.end)));
        }
    }
    found
}

impl Paper {
    fn fits(&self, run: &Run) -> bool {
        let lettered = match run.letters.as_slice() {
            [] => self.letters.is_empty(),
            [first] => self.letters.contains(*first),
            [first, ..] => self.second && self.letters.contains(*first) && run.letters.len() <= 3,
        };
        lettered && self.digits.contains(&run.digits)
    }
}

/// One to three letters and digits behind them, or digits alone, with nothing of the sort around.
fn run(chars: &[char], start: usize) -> Option<Run> {
    let alnum = |c: Option<&char>| c.is_some_and(char::is_ascii_alphanumeric);
    if start > 0 && alnum(chars.get(start - 1)) {
        return None;
    }
    let letters: Vec<char> =
        chars[start..].iter().take(4).take_while(|c| c.is_ascii_alphabetic()).map(char::to_ascii_uppercase).collect();
    let from = start + letters.len();
    let digits = chars[from..].iter().take(13).take_while(|c| c.is_ascii_digit()).count();
    let end = from + digits;
    (letters.len() <= 3 && digits >= 7 && !alnum(chars.get(end))).then_some(Run { start, end, letters, digits })
}

/// The words of the line before a place.
fn before(chars: &[char], start: usize) -> String {
    let mut near: Vec<char> = chars[..start].iter().rev().take(NEAR).take_while(|c| **c != '\n').copied().collect();
    near.reverse();
    near.into_iter().collect()
}

/// Cells of tables below a head that names a paper: from where to where, and the head.
fn headed(chars: &[char]) -> Vec<(usize, usize, String)> {
    let mut found = Vec::new();
    for border in ['\t', '|', ','] {
        let mut columns: Vec<(usize, String)> = Vec::new();
        for (start, end) in lines(chars) {
            if !chars[start..end].contains(&border) {
                columns.clear();
                continue;
            }
            let row = cells(chars, (start, end), border);
            let names = |at: usize| {
                let head = head(&row[at].text);
                let short = head.chars().count() <= 14;
                let named = PAPERS.iter().flat_map(|paper| paper.words).any(|word| head.contains(word));
                (short && named && !head.chars().any(|c| c.is_ascii_digit())).then_some((at, head))
            };
            let heads: Vec<(usize, String)> = (0..row.len()).filter_map(names).collect();
            if row.len() > 1 && !heads.is_empty() {
                columns = heads;
                continue;
            }
            for (at, head) in &columns {
                found.extend(row.get(*at).map(|cell| (cell.start, cell.end, head.clone())));
            }
        }
    }
    found.sort_unstable();
    found
}

fn told(part: &str, paper: &Paper, number: &[char], (start, end): (usize, usize)) -> Finding {
    /// Characters at the end that stay.
    const SHOWN: usize = 2;
    let hidden = |at: usize| at > 0 && at + SHOWN < number.len();
    let excerpt = number.iter().enumerate().map(|(at, c)| if hidden(at) { '*' } else { *c }).collect();
    let suggestion = if paper.rule == "privacy.passport" {
        "请删除护照号码，或只保留首位和末两位，例如“E******78”。"
    } else {
        "请删除通行证、居留证件的号码，或只保留首位和末两位，例如“C******78”。"
    };
    Finding {
        rule: paper.rule.into(),
        gate: Gate::Privacy,
        severity: Severity::Block,
        part: part.to_owned(),
        start,
        end,
        excerpt,
        suggestion: suggestion.into(),
        replacement: None,
    }
}

/// Words that say that a line leads into a home.
const AT_HOME: [&str; 5] = ["家庭电话", "住宅电话", "宅电", "家中电话", "家里电话"];
/// Words for somebody who is in no office, before the name.
const PRIVATE: [&str; 14] = [
    "村民",
    "居民",
    "农户",
    "户主",
    "患者",
    "病人",
    "学生",
    "家长",
    "低保户",
    "脱贫户",
    "监测户",
    "申请人",
    "信访人",
    "监护人",
];

/// Telephone lines that are somebody's at home: 村民张志祥，电话0795-7212345. Lines of offices are published; only told to a person.
pub fn landlines(part: &str, text: &str) -> Vec<Finding> {
    if !AT_HOME.iter().chain(&PRIVATE).any(|word| text.contains(word)) {
        return Vec::new();
    }
    let chars: Vec<char> = text.chars().map(fold::character).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let Some(end) = landline(&chars, at) else {
            at += 1;
            continue;
        };
        if is_private(&before(&chars, at)) {
            found.push(line_told(part, &chars[at..end], (at, end)));
        }
        at = end;
    }
    found
}

/// Whether the words before a number say that it rings at somebody's home: a label, or a person in no office with a name.
fn is_private(near: &str) -> bool {
    let sentence = near.rsplit(['。', ';', '\t']).next().unwrap_or_default();
    if AT_HOME.iter().any(|word| sentence.contains(word)) {
        return true;
    }
    // 村民委员会, 居民服务中心, 学生资助中心: an office.
    const OFFICES: [&str; 9] = ["委员会", "中心", "办公室", "服务", "资助", "热线", "咨询", "监督", "举报"];
    let named = |word: &str| {
        sentence.rsplit_once(word).is_some_and(|(_, behind)| {
            let name: Vec<char> = behind.chars().take_while(|c| super::people::is_of_name(*c)).collect();
            (2..=8).contains(&name.len()) && super::people::begins_with_surname(&name)
        })
    };
    OFFICES.iter().all(|word| !sentence.contains(word)) && PRIVATE.into_iter().any(named)
}

/// `0795-7212345`, `(0570)1234567`, `07957212345`: where it ends.
fn landline(chars: &[char], start: usize) -> Option<usize> {
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    if chars[start] != '0' || (start > 0 && digit(start - 1)) {
        return None;
    }
    let code = chars[start..].iter().take(5).take_while(|c| c.is_ascii_digit()).count();
    let mut at = start + code;
    if (3..=4).contains(&code) {
        let marks = chars[at..].iter().take(2).take_while(|c| matches!(c, '-' | ' ' | ')' | '—' | '－')).count();
        at += marks;
        let rest = chars[at..].iter().take(9).take_while(|c| c.is_ascii_digit()).count();
        return (marks > 0 && (7..=8).contains(&rest)).then_some(at + rest);
    }
    let all = chars[start..].iter().take(13).take_while(|c| c.is_ascii_digit()).count();
    ((10..=12).contains(&all) && matches!(chars.get(start + 1), Some('1'..='9'))).then_some(start + all)
}

fn line_told(part: &str, number: &[char], (start, end): (usize, usize)) -> Finding {
    /// Digits at the end that stay.
    const SHOWN: usize = 2;
    let last = number.len().saturating_sub(SHOWN);
    let area = number.iter().take_while(|c| c.is_ascii_digit()).count().min(4);
    let hidden = |at: usize, c: char| c.is_ascii_digit() && at >= area && at < last;
    let excerpt = number.iter().enumerate().map(|(at, c)| if hidden(at, *c) { '*' } else { *c }).collect();
    Finding {
        rule: "privacy.landline".into(),
        gate: Gate::Privacy,
        severity: Severity::Warn,
        part: part.to_owned(),
        start,
        end,
        excerpt,
        suggestion:
            "疑似个人或住宅的固定电话，与姓名写在一起可以找到本人。请删除或遮盖；对外公布的，请写单位办公电话。".into(),
        replacement: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, String)> {
        let all = papers("", text).into_iter().chain(landlines("", text));
        all.map(|one| (one.rule, one.excerpt)).collect()
    }

    #[test]
    fn papers_are_found_beside_their_word() {
        for (text, rule, excerpt) in [
            ("护照号码：E00000000", "privacy.passport", "E******00"),
            ("持护照（EA0000000）入境", "privacy.passport", "E******00"),
            ("护照号：ｅ００００００００", "privacy.passport", "e******00"),
            ("往来港澳通行证C00000000", "privacy.permit", "C******00"),
            ("往来台湾通行证号 L00000000", "privacy.permit", "L******00"),
            ("港澳居民来往内地通行证H0000000000", "privacy.permit", "H********00"),
            ("台胞证：00000000", "privacy.permit", "0*****00"),
            ("姓名\t护照号码\n甲\tG00000000", "privacy.passport", "G******00"),
        ] {
            assert_eq!(told(text), [(rule.to_owned(), excerpt.to_owned())], "{text}");
        }
        for text in [
            "护照办理须知（2026年版）",
            "设备编号E00000000",
            "护照工本费：120元，电话00000000",
            "护照受理编号ABE00000000",
            "出入境窗口办理护照，货号X00000000",
            "往来港澳通行证办理量C类1200件",
        ] {
            assert_eq!(told(text), [], "{text}");
        }
    }

    #[test]
    fn lines_of_homes_are_told_and_lines_of_offices_are_not() {
        for (text, excerpt) in [
            ("村民张志祥，电话0000-7212345", "0000-*****45"),
            ("家庭电话：0000-7212345", "0000-*****45"),
            ("患者王小明联系电话(0000)7212345", "0000)*****45"),
        ] {
            assert_eq!(told(text), [("privacy.landline".to_owned(), excerpt.to_owned())], "{text}");
        }
        for text in [
            "联系人：陈建国，电话0570-1234567",
            "村民委员会电话0570-1234567",
            "居民可拨打咨询电话0570-1234567",
            "学生资助中心电话：0570-1234567",
            "县民政局办公电话0570-1234567",
            "村民反映的问题（受理编号0570-12）",
        ] {
            assert_eq!(told(text), [], "{text}");
        }
    }
}
