//! Words as they are kept, the rules on them, and the writes.

use futures::future::BoxFuture;
use kernel::{Actor, EventKind, NewEvent, id::SubjectRef, time};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Executor, FromRow, Sealed, Tx, query, query_as, query_scalar};
use web::{
    Ctx, FormErrors, Refusal,
    hooks::{Cited, Citing},
};

use crate::{synonyms, tokens};

/// Subject of the events.
pub(crate) const SUBJECT: &str = "search_phrase";
/// Rows that are kept: each is looked at for every question.
const MOST: i64 = 500;
/// Forms in one row.
const MOST_FORMS: usize = 12;
/// Characters of a form.
const LONGEST: usize = 30;

::store::ids! {
    /// A row of words.
    PhraseId,
}

/// What a row is for.
pub(super) const KINDS: [(&str, &str, &str); 2] = [
    ("same", "同义词", "几种说法是一回事，搜其中一种，写着另一种的也能找到"),
    ("first", "推荐结果", "搜这些词时，把指定的内容放在最前面"),
];

/// A row as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(crate) struct Row {
    pub(super) id: PhraseId,
    pub(super) kind: String,
    pub(super) words: String,
    pub(super) target: String,
    pub(super) version: i64,
    pub(super) changed_at: String,
}

impl Row {
    /// What people say, the longest first.
    pub(super) fn forms(&self) -> Vec<&str> {
        self.words.lines().collect()
    }
}

/// A row as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    pub(super) kind: String,
    pub(super) words: String,
    pub(super) target: String,
    pub(super) version: i64,
    pub(super) once: String,
}

impl Typed {
    pub(super) fn of(row: &Row) -> Self {
        Self {
            kind: row.kind.clone(),
            words: row.forms().join("、"),
            target: row.target.clone(),
            version: row.version,
            once: String::new(),
        }
    }

    /// The forms, each once, the longest first: 医保 must not be taken out of 城乡居民医保.
    fn forms(&self) -> Vec<String> {
        let apart = |c: char| matches!(c, '、' | '，' | ',' | '；' | ';' | '\n' | '\r');
        let mut forms: Vec<String> = Vec::new();
        for form in self.words.split(apart).map(str::trim).filter(|form| !form.is_empty()) {
            let form: String = form.chars().filter(|c| !c.is_control()).collect();
            if forms.iter().all(|known| tokens::key(known) != tokens::key(&form)) {
                forms.push(form);
            }
        }
        forms.sort_by_key(|form| std::cmp::Reverse(form.chars().count()));
        forms
    }

    /// The address within the portal, without the portal's own name when it was pasted with it.
    pub(super) fn path(&self, portal: &str) -> String {
        let target = self.target.trim();
        target.strip_prefix(portal.trim_end_matches('/')).unwrap_or(target).to_owned()
    }
}

/// What is shown first for a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct First {
    /// Address on the portal.
    pub(crate) target: String,
    /// Title of a fixed page; empty where what is found has its own ([`Phrases::titled`]).
    pub(crate) title: String,
    keys: Vec<String>,
}

/// All words, ready for questions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Phrases {
    /// Groups of forms that are one thing.
    pub(crate) same: Vec<Vec<String>>,
    first: Vec<First>,
}

impl Phrases {
    fn new(rows: &[Row]) -> Self {
        let mut phrases = Self::default();
        for row in rows {
            let forms = row.forms().into_iter();
            if row.kind == "same" {
                phrases.same.push(forms.map(str::to_owned).collect());
            } else {
                let (target, title) = (row.target.clone(), String::new());
                phrases.first.push(First { target, title, keys: forms.map(tokens::key).collect() });
            }
        }
        phrases
    }

    /// With the titles of fixed pages, as `title_of` knows them by their address.
    #[must_use]
    pub(crate) fn titled(mut self, title_of: impl Fn(&str) -> Option<String>) -> Self {
        for first in &mut self.first {
            first.title = title_of(&first.target).unwrap_or_default();
        }
        self
    }

    /// What is shown first for this question.
    pub(crate) fn first(&self, question: &str) -> impl Iterator<Item = &First> {
        let key = tokens::key(question);
        self.first.iter().filter(move |first| first.keys.contains(&key))
    }
}

const SELECT: &str = "SELECT id, kind, words, target, version, changed_at FROM search_phrase ORDER BY kind, words, id";

/// All rows.
///
/// # Errors
/// When the database fails.
pub(super) async fn rows(executor: impl Executor<'_>) -> web::Result<Vec<Row>> {
    Ok(query_as(SELECT).fetch_all(executor).await?)
}

/// All words, ready for questions.
///
/// # Errors
/// When the database fails.
pub(crate) async fn all(executor: impl Executor<'_>) -> web::Result<Phrases> {
    Ok(Phrases::new(&rows(executor).await?))
}

/// What is shown first for a word may be somebody's document.
pub(super) struct Firsts;

impl Citing for Firsts {
    fn citing<'a>(&'a self, ctx: &'a Ctx, subject: &'a SubjectRef) -> BoxFuture<'a, web::Result<Vec<Cited>>> {
        Box::pin(async move {
            let ends = format!("/{}", subject.id);
            let firsts = rows(ctx.db().read()).await?;
            let firsts = firsts.into_iter().filter(|row| row.kind == "first" && row.target.ends_with(&ends));
            let line = |row: Row| Cited {
                what: "推荐结果",
                label: format!("搜索“{}”时最先显示", row.forms().join("、")),
                href: String::new(),
                then: "不再推荐，检索用语里的这一条由县政府办改".to_owned(),
            };
            Ok(firsts.map(line).collect())
        })
    }
}

/// What the log seals: what readers are shown first is nobody's to turn past the program.
pub(super) fn sealed() -> Sealed {
    Sealed::each(SUBJECT, "检索用语", "SELECT id FROM search_phrase", "SELECT words FROM search_phrase WHERE id = $1")
        .part(
            "phrase/1",
            "用语或推荐",
            "SELECT id, kind, words, target, title, version FROM search_phrase WHERE id = $1",
        )
}

/// What is wrong with a row as typed. `found`: where its address leads.
pub(super) fn errors(typed: &Typed, own: Option<&PhraseId>, rows: &[Row], found: Found) -> FormErrors {
    let mut errors = FormErrors::new();
    let forms = typed.forms();
    errors.require(KINDS.iter().any(|(code, ..)| *code == typed.kind), "kind", "请选择用途，例如“同义词”。");
    let same = typed.kind == "same";
    let least = if same { 2 } else { 1 };
    errors.require(
        forms.len() >= least,
        "words",
        if same {
            "请至少填写两种说法，用顿号隔开，例如“低保、最低生活保障”。"
        } else {
            "请填写搜索的词，例如“低保”；几个词用顿号隔开。"
        },
    );
    errors.require(forms.len() <= MOST_FORMS, "words", "一条最多 12 种说法，多的请另建一条。");
    if let Some(odd) =
        forms.iter().find(|form| !(2..=LONGEST).contains(&form.chars().count()) || tokens::units(form).is_empty())
    {
        errors.add("words", format!("请修改“{}”：每种说法 2 到 30 个字。", web::filters::shortened(odd, 40)));
    }
    let others = rows.iter().filter(|row| Some(&row.id) != own && row.kind == typed.kind);
    for other in others {
        let known = |form: &&String| other.forms().iter().any(|known| tokens::key(known) == tokens::key(form));
        if let Some(form) = forms.iter().find(known) {
            let sentence = if same {
                format!("“{form}”已在“{}”里，请在那一条中补充。", other.forms().join("、"))
            } else {
                format!("“{form}”已经有推荐结果，请修改那一条：{}", other.target)
            };
            errors.add("words", sentence);
        }
    }
    let known: Vec<&str> = forms.iter().map(String::as_str).collect();
    if same && known.len() >= least && synonyms::are_known(&known) {
        errors.add("words", "这几种说法是一回事，系统已经认识，不必再填。要加本县自己的叫法，请与其中一种一起填写，例如“低保、困难补贴”。");
    }
    if typed.kind == "first" && found == Found::Nothing {
        errors.add(
            "target",
            "请填写本门户已经公开的内容、栏目或者首页入口的网址，以 / 开头，例如 /policies/… 或 /foi；可以从浏览器的地址栏复制。",
        );
    }
    // Words are in force at once, without a review.
    for (field, sentence) in text::findings::objections([("words", "用语", typed.words.as_str())]) {
        errors.add(field, sentence);
    }
    errors
}

/// Where an address leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// To nothing that everybody may see.
    Nothing,
    /// To something that the search finds and that has its own title.
    Subject,
    /// To a page of the portal that is there whatever is public.
    Page,
}

/// Puts a row in; a second time with the same content changes nothing.
///
/// # Errors
/// [`Refusal::Conflict`] when it was changed meanwhile or there are too many; [`Refusal::NotFound`] when it is gone.
pub(super) async fn put(
    tx: &mut Tx,
    actor: &Actor,
    id: Option<&PhraseId>,
    typed: &Typed,
    target: &str,
) -> web::Result<(), Refusal> {
    let words = typed.forms().join("\n");
    let first = typed.kind == "first";
    let target = if first { target } else { "" };
    let now = time::to_db(tx.seams().now());
    let (id, kind): (PhraseId, &EventKind) = if let Some(id) = id {
        let done = query(
            "UPDATE search_phrase SET kind = $3, words = $4, target = $5, title = '', version = version + 1, \
             changed_at = $6 WHERE id = $1 AND version = $2",
        )
        .bind(id)
        .bind(typed.version)
        .bind_all([&typed.kind, &words])
        .bind(target)
        .bind(&now)
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            let there: Option<i64> = query_scalar("SELECT version FROM search_phrase WHERE id = $1")
                .bind(id)
                .fetch_optional(tx.conn())
                .await?;
            return Err(there.map_or(Refusal::NotFound, |_| {
                Refusal::Conflict(
                    "这一条在您打开之后有人修改过，您的改动没有保存。请核对现在的内容，再填写一次。".into(),
                )
            }));
        }
        (id.clone(), &super::CHANGED)
    } else {
        let many: i64 = query_scalar("SELECT COUNT(*) FROM search_phrase").fetch_one(tx.conn()).await?;
        if many >= MOST {
            return Err(Refusal::Conflict("检索用语已有 500 条，不能再增加。请先删除不再需要的。".into()));
        }
        let id = PhraseId::fresh(&tx.seams());
        query(
            "INSERT INTO search_phrase (id, kind, words, target, title, version, changed_at) \
             VALUES ($1, $2, $3, $4, '', 1, $5)",
        )
        .bind(&id)
        .bind_all([&typed.kind, &words])
        .bind(target)
        .bind(&now)
        .execute(tx.conn())
        .await?;
        (id, &super::ADDED)
    };
    let about = json!({ "words": words.replace('\n', "、"), "target": target });
    tx.append(NewEvent::new(kind, &id, actor).data(about)).await?;
    Ok(())
}

/// Takes a row out.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none.
pub(super) async fn delete(tx: &mut Tx, actor: &Actor, id: &PhraseId) -> web::Result<(), Refusal> {
    let row: Option<Row> =
        query_as("SELECT id, kind, words, target, version, changed_at FROM search_phrase WHERE id = $1")
            .bind(id)
            .fetch_optional(tx.conn())
            .await?;
    let row = row.ok_or(Refusal::NotFound)?;
    query("DELETE FROM search_phrase WHERE id = $1").bind(id).execute(tx.conn()).await?;
    let about = json!({ "words": row.forms().join("、"), "target": row.target });
    tx.append(NewEvent::new(&super::DELETED, id, actor).data(about)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(kind: &str, words: &str) -> Typed {
        Typed { kind: kind.into(), words: words.into(), ..Typed::default() }
    }

    fn row(id: &str, kind: &str, words: &str) -> Row {
        let target = if kind == "first" { "/foi" } else { "" };
        Row {
            id: id.into(),
            kind: kind.into(),
            words: words.into(),
            target: target.into(),
            version: 1,
            changed_at: String::new(),
        }
    }

    #[test]
    fn forms_are_read_as_people_write_them() {
        assert_eq!(typed("same", "一窗、 一窗受理，\n一窗").forms(), ["一窗受理", "一窗"]);
        assert!(typed("same", "、，").forms().is_empty());
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |typed: &Typed, found| errors(typed, None, &[row("1", "same", "放管服\n简政放权")], found);
        assert!(wrong(&typed("same", "一窗、一窗受理"), Found::Nothing).is_empty());
        for words in ["", "一窗", "一窗、受", "放管服、放管服改革", "低保、最低生活保障", "一窗、13812345678"]
        {
            assert!(wrong(&typed("same", words), Found::Nothing).of("words").is_some(), "{words}");
        }
        assert!(wrong(&typed("", "一窗、一窗受理"), Found::Nothing).of("kind").is_some());
        assert!(wrong(&typed("same", "低保、困难补贴"), Found::Nothing).is_empty(), "a word of the county's own");
        let first = typed("first", "申请公开");
        assert!(wrong(&first, Found::Nothing).of("target").is_some());
        for found in [Found::Page, Found::Subject] {
            assert!(wrong(&first, found).is_empty());
        }
        let own = errors(
            &typed("same", "放管服、放管服改革"),
            Some(&"1".into()),
            &[row("1", "same", "放管服")],
            Found::Nothing,
        );
        assert!(own.is_empty(), "a row does not stand in its own way");
    }

    #[test]
    fn a_word_leads_to_what_is_shown_first_however_it_is_typed() {
        let phrases = Phrases::new(&[row("1", "first", "信息公开申请\nFOI"), row("2", "same", "甲乙\n丙丁")]);
        assert_eq!(phrases.same, [["甲乙", "丙丁"]]);
        for question in ["信息公开申请", " foi ", "ＦＯＩ"] {
            assert_eq!(phrases.first(question).map(|first| first.target.as_str()).collect::<Vec<_>>(), ["/foi"]);
        }
        assert_eq!(phrases.first("信息公开").count(), 0);
        let titled = phrases.titled(|path| (path == "/foi").then(|| "申请公开信息".to_owned()));
        assert_eq!(titled.first("foi").map(|first| first.title.as_str()).collect::<Vec<_>>(), ["申请公开信息"]);
    }

    #[test]
    fn an_address_may_be_pasted_whole() {
        let typed = Typed { target: " https://www.example.gov.cn/foi ".into(), ..Typed::default() };
        assert_eq!(typed.path("https://www.example.gov.cn/"), "/foi");
        assert_eq!(typed.path(""), "https://www.example.gov.cn/foi");
    }
}
