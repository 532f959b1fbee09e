//! What a result says and what it does are one thing: its text is held against the confirmed answers before it goes into review
//! and before it is public, reviewers read what its publication does, and nothing begins to work that its text does not say.

use document::{
    Whole,
    needs::{Need, Needs, Step},
    references::named,
};
use futures::future::BoxFuture;
use kernel::id::{DocumentId, EditionId};
use store::{Executor, Target, query_scalar};
use web::{Ctx, Refusal};

use super::{
    ANNOUNCEMENT,
    model::Answer,
    rows::{self, Item, RoundId},
};

/// What the document machine asks.
pub(in crate::ledger) struct Agreeing;

/// Differences that are told one by one; the others are counted.
const TOLD: usize = 6;
/// The longest line that can be a heading, in characters.
const HEADING: usize = 40;

/// A document that the text names.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mention {
    /// Of the heading above it; `None` = below no heading, or below one that says several things or none.
    answer: Option<Answer>,
    title: String,
    /// Digits of the number beside it; empty = none there.
    number: String,
    /// It is what the line lists, not what the line tells of it.
    listed: bool,
}

/// A title without what is written in several ways: brackets within it, blanks.
fn plain(title: &str) -> String {
    title.chars().filter(|c| !c.is_whitespace() && !"《》〈〉“”\"（）()".contains(*c)).collect()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The answer for which a heading stands; `None` when the line is no heading.
fn heading(line: &str) -> Option<Option<Answer>> {
    let line = line.trim();
    if line.is_empty() || line.contains('《') || line.contains('\t') || line.chars().count() > HEADING {
        return None;
    }
    let chapter =
        line.trim_start_matches(['（', '(']).chars().next().is_some_and(|c| "一二三四五六七八九十".contains(c))
            && line.contains(['、', '）', ')', '　', ' ']);
    let list = ["文件", "目录", "清单"].iter().any(|word| line.contains(word)) && !line.contains(['。', '，', '；']);
    if !chapter && !list {
        return None;
    }
    let says = [
        (Answer::Keep, line.contains("继续有效") || line.contains("保留")),
        (Answer::Amend, line.contains("修改") || line.contains("修订")),
        (Answer::Repeal, line.contains("废止")),
        (Answer::Lapse, line.contains("失效")),
    ];
    let mut said = says.into_iter().filter(|(_, says)| *says).map(|(answer, _)| answer);
    Some(said.next().filter(|_| said.next().is_none()))
}

/// The names between the outermost 《》 of a line, each with where it begins and ends.
fn names(line: &str) -> Vec<(usize, usize, &str)> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, c) in line.char_indices() {
        match c {
            '《' => {
                if depth == 0 {
                    start = at;
                }
                depth += 1;
            }
            '》' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    let end = at + c.len_utf8();
                    found.push((start, end, line.get(start + '《'.len_utf8()..at).unwrap_or_default()));
                }
            }
            _ => {}
        }
    }
    found
}

/// The number in brackets right behind a name, and how long that is.
fn number_behind(rest: &str) -> (String, usize) {
    let Some(within) = rest.strip_prefix(['（', '(']) else { return (String::new(), 0) };
    let Some((inner, after)) = within.split_once(['）', ')']) else { return (String::new(), 0) };
    if inner.contains('号') && inner.chars().count() <= 40 {
        (digits(inner), rest.len() - after.len())
    } else {
        (String::new(), 0)
    }
}

/// Everything that the text names, with the heading above it. In tables a cell is a name, too.
fn mentions(text: &str) -> Vec<Mention> {
    let (mut all, mut answer) = (Vec::new(), None);
    for line in text.lines() {
        if let Some(next) = heading(line) {
            answer = next;
            continue;
        }
        let mut listed_until = None;
        for (start, end, title) in names(line) {
            let between = line.get(listed_until.unwrap_or_default()..start).unwrap_or_default();
            let joined = between.chars().all(|c| "、，,；;和及与 　".contains(c));
            let first = listed_until.is_none() && all_before_is_a_mark(between);
            let (number, length) = number_behind(line.get(end..).unwrap_or_default());
            let listed = first || listed_until.is_some() && joined;
            if listed {
                listed_until = Some(end + length);
            }
            all.push(Mention { answer, title: plain(title), number, listed });
        }
        if line.contains('\t') {
            let cells = line.split('\t').map(str::trim).filter(|cell| !cell.is_empty());
            let number = line.split('\t').find(|cell| cell.contains('号')).map(digits).unwrap_or_default();
            all.extend(cells.map(|cell| Mention { answer, title: plain(cell), number: number.clone(), listed: false }));
        }
    }
    all
}

/// Before what a line lists stands nothing but its number.
fn all_before_is_a_mark(before: &str) -> bool {
    before.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "．.、（）()一二三四五六七八九十-—·•".contains(c))
}

impl Mention {
    fn is_of(&self, item: &Item) -> bool {
        self.title == plain(&item.title)
            && (self.number.is_empty() || item.number.is_empty() || self.number == digits(&item.number))
    }
}

/// Whether the text says of the document what becomes of it.
pub(super) fn says(text: &str, item: &Item) -> bool {
    let outcome = item.outcome();
    outcome.is_some() && mentions(text).iter().any(|one| one.answer == outcome && one.is_of(item))
}

/// Where the text and the answers differ, in sentences. After its first publication, a correction is not asked about what has come
/// to its end since.
fn differences(text: &str, items: &[Item], was_public: bool) -> Vec<String> {
    let mentions = mentions(text);
    let mut all = Vec::new();
    for item in items {
        let name = named(&item.title, &item.number);
        let said: Vec<&Mention> = mentions.iter().filter(|one| one.is_of(item)).collect();
        if item.is_over() && !was_public {
            let lasting = |one: &&Mention| one.answer.filter(|answer| matches!(answer, Answer::Keep | Answer::Amend));
            if let Some(answer) = said.iter().find_map(lasting) {
                all.push(format!("{name}{}，不能再公布为{}，请从正文里删去", item.ended_words(), answer.label()));
            }
            continue;
        }
        let Some(outcome) = item.outcome() else { continue };
        let other = said.iter().filter(|one| one.listed).find_map(|one| one.answer.filter(|answer| *answer != outcome));
        if let Some(other) = other {
            all.push(format!("{name}写在“{}”里，确认的结果是{}", other.label(), outcome.label()));
        } else if !item.is_over() && !said.iter().any(|one| one.answer == Some(outcome)) {
            all.push(format!("没有把{name}写在“{}”里", outcome.label()));
        }
    }
    for one in mentions.iter().filter(|one| one.listed) {
        let Some(answer) = one.answer else { continue };
        if !items.iter().any(|item| one.is_of(item)) {
            all.push(format!("把《{}》写在“{}”里，确认的结果里没有这份文件", one.title, answer.label()));
        }
    }
    all
}

/// What the publication does, for whoever passes it.
fn effect(items: &[Item]) -> String {
    let of = |answer: Answer| {
        let names: Vec<String> = items
            .iter()
            .filter(|item| item.outcome() == Some(answer) && !item.is_over())
            .map(|item| named(&item.title, &item.number))
            .collect();
        (!names.is_empty()).then(|| format!("{} {} 件：{}", answer.label(), names.len(), names.join("、")))
    };
    let parts: Vec<String> = [Answer::Repeal, Answer::Lapse].into_iter().filter_map(of).collect();
    if parts.is_empty() {
        return "公布后没有文件废止或者失效。".to_owned();
    }
    format!("公布后随即{}；这些文件当天起不再作为办事依据。", parts.join("；"))
}

/// Everything that readers of an edition read: its text and its files.
///
/// # Errors
/// When the database fails.
pub(super) async fn read(mut at: Target<'_>, edition: &EditionId) -> store::Result<String> {
    let sql = "SELECT body_text FROM edition_text WHERE edition_id = $1";
    let body: Option<String> = query_scalar(sql).bind(edition).fetch_optional(at.again()).await?;
    let sql = "SELECT a.body_text FROM attachment a WHERE a.edition_id = $1 AND NOT EXISTS \
               (SELECT 1 FROM picture p WHERE p.edition_id = a.edition_id AND p.id = a.id) ORDER BY a.position, a.id";
    let files: Vec<String> = query_scalar(sql).bind(edition).fetch_all(at.again()).await?;
    Ok(body.into_iter().chain(files).collect::<Vec<_>>().join("\n"))
}

/// The confirmed round that the document announces.
///
/// # Errors
/// When the database fails.
pub(super) async fn round_of(executor: impl Executor<'_>, result: &DocumentId) -> store::Result<Option<RoundId>> {
    let sql = "SELECT id FROM clean_up WHERE result_document = $1 AND state = 'confirmed'";
    query_scalar(sql).bind(result).fetch_optional(executor).await
}

/// Whoever writes the text may open the round; reviewers need not.
fn need(round: &RoundId, step: Step, (missing, words): (bool, String)) -> Need {
    let href = if step == Step::Submit { format!("/clean-ups/{round}") } else { String::new() };
    Need { what: "清理结果", words, href, field: Need::LIST, missing }
}

async fn asked(mut at: Target<'_>, whole: &Whole, step: Step) -> Result<Vec<Need>, Refusal> {
    let Some(round) = round_of(at.again(), &whole.document.id).await? else { return Ok(Vec::new()) };
    let items = rows::all(at.again(), &round).await?;
    let text = read(at.again(), &whole.edition.id).await?;
    let differing = differences(&text, &items, whole.document.was_public());
    let mut all = Vec::new();
    if !differing.is_empty() {
        let more = differing.len().saturating_sub(TOLD);
        let rest = if more > 0 { format!("；另有 {more} 处") } else { String::new() };
        let told = differing.iter().take(TOLD).cloned().collect::<Vec<_>>().join("；");
        let words = format!(
            "正文与确认的清理结果不一致：{told}{rest}。请在“继续有效的文件”“拟修改的文件”“废止的文件”“宣布失效的文件”这样的标题下面逐份列出，\
             改到一致再提交；结果要改的，删除这份稿件，重新确认。"
        );
        all.push(need(&round, step, (true, words)));
    }
    if !whole.document.was_public() {
        all.push(need(&round, step, (false, effect(&items))));
    }
    Ok(all)
}

impl Needs for Agreeing {
    fn of<'a>(
        &'a self,
        _: &'a Ctx,
        at: Target<'a>,
        whole: &'a Whole,
        step: Step,
    ) -> BoxFuture<'a, Result<Vec<Need>, Refusal>> {
        Box::pin(async move {
            if whole.document.kind != ANNOUNCEMENT {
                return Ok(Vec::new());
            }
            asked(at, whole, step).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(title: &str, number: &str, answer: &str, ended: &str) -> Item {
        Item {
            document_id: title.into(),
            title: title.to_owned(),
            number: number.to_owned(),
            organ: "QH010".into(),
            answer: answer.to_owned(),
            reason: String::new(),
            answered_name: String::new(),
            answered_at: String::new(),
            answered_for: "QH010".into(),
            decision: String::new(),
            decided_note: String::new(),
            decided_name: String::new(),
            version: 1,
            ended: ended.to_owned(),
        }
    }

    const TEXT: &str = "各机关进行了清理。废止和宣布失效的文件，自本通知公布之日起不再作为行政管理的依据；拟修改的文件，修改以前继续有效。\n\
                        一、继续有效的文件（1 件）\n1. 《甲办法》（青财发〔2020〕1号）　县财政局\n二、废止的文件（1 件）\n\
                        1. 《关于印发〈乙办法〉的通知》（青财发〔2019〕2号）　县财政局";

    fn items() -> Vec<Item> {
        vec![
            item("甲办法", "青财发〔2020〕1号", "keep", ""),
            item("关于印发《乙办法》的通知", "青财发〔2019〕2号", "repeal", ""),
        ]
    }

    #[test]
    fn what_was_drafted_agrees() {
        assert_eq!(differences(TEXT, &items(), false), Vec::<String>::new());
        assert!(says(TEXT, &items()[1]) && !says("经清理，全部继续有效。", &items()[1]));
        assert!(effect(&items()).contains("废止 1 件：《关于印发《乙办法》的通知》"));
    }

    #[test]
    fn a_text_that_says_more_less_or_otherwise_does_not() {
        let of = |text: &str, items: &[Item]| differences(text, items, false).join("|");
        assert!(of("经清理，现有规范性文件全部继续有效。", &items()).contains("没有把《甲办法》"));
        let more = format!("{TEXT}\n2. 《丙细则》　县民政局");
        assert!(
            of(&more, &items()).contains("把《丙细则》写在“废止”里，确认的结果里没有这份文件"),
            "{}",
            of(&more, &items())
        );
        let moved = TEXT.replace("二、废止的文件（1 件）\n", "");
        assert!(of(&moved, &items()).contains("写在“继续有效”里，确认的结果是废止"), "{}", of(&moved, &items()));
        // Another number is another document of that title.
        let other = TEXT.replace("〔2019〕2号", "〔2018〕2号");
        assert!(of(&other, &items()).contains("确认的结果里没有"), "{}", of(&other, &items()));
        // What is told of a document is no list.
        let told = format!("{TEXT}，由《丁条例》代替");
        assert_eq!(of(&told, &items()), "");
    }

    #[test]
    fn what_has_ended_meanwhile_is_not_announced_as_law() {
        let over = |answer: &str| vec![item("甲办法", "", answer, "lapsed"), items().remove(1)];
        assert!(differences(TEXT, &over("keep"), false).join("").contains("已失效，不能再公布为继续有效"));
        assert!(differences(TEXT, &over("keep"), true).is_empty(), "a correction tells how it was");
        let left_out = TEXT.replace("1. 《甲办法》（青财发〔2020〕1号）　县财政局\n", "");
        assert!(differences(&left_out, &over("keep"), false).is_empty());
    }

    #[test]
    fn lists_may_stand_in_tables() {
        let text = "继续有效的规范性文件目录\n序号\t文件名称\t文号\n1\t甲办法\t青财发〔2020〕1号\n废止的规范性文件目录\n\
                    1\t关于印发《乙办法》的通知\t青财发〔2019〕2号";
        let found = differences(text, &items(), false);
        assert!(found.is_empty(), "{found:?}");
    }
}
