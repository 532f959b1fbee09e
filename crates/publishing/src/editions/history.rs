//! What happened to a document, in words.

use document::{events, rows::EditionRow};
use kernel::{event::Event, time};

use super::events as said;
use crate::comments::{COMMENT_TURNED, COMMENTED};

/// One line of the history.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) at: String,
    pub(crate) who: String,
    pub(crate) what: String,
    pub(crate) more: String,
}

/// What happened to a document, in words, newest first. Titles are those of the editions as they stand: what became public
/// is told in the log by its digest alone.
pub(crate) fn history(events: Vec<Event>, editions: &[EditionRow]) -> Vec<Line> {
    let left = events.iter().filter(|event| event.kind == events::ERASED.name).map(|event| {
        let data: serde_json::Value = serde_json::from_str(&event.data).unwrap_or_default();
        data.get("said").and_then(serde_json::Value::as_object).cloned().unwrap_or_default()
    });
    let left: serde_json::Map<String, serde_json::Value> = left.flatten().collect();
    let lines = events.into_iter().map(|mut event| {
        // The words are gone; who it was, at which gate, stays.
        if event.erased
            && let Some(facts) = left.get(&event.seq.to_string())
        {
            event.actor_name = facts.get("by").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
            event.data = facts.to_string();
        }
        line(event, editions)
    });
    let mut lines: Vec<Line> = lines.collect();
    lines.reverse();
    lines
}

fn line(event: Event, editions: &[EditionRow]) -> Line {
    let data: serde_json::Value = serde_json::from_str(&event.data).unwrap_or_default();
    let text = |name: &str| data.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let gate = review::route::label(&text("gate")).to_owned();
    let number =
        data.get("number").and_then(serde_json::Value::as_i64).map_or_else(String::new, |n| format!("第 {n} 版"));
    let id = text("edition");
    let title = || match text("title") {
        known if !known.is_empty() => known,
        _ => editions.iter().find(|e| e.id.as_str() == id).map(|e| e.title.clone()).unwrap_or_default(),
    };
    let (what, more) = match event.kind.as_str() {
        kind if kind == events::CREATED.name => ("新建稿件".to_owned(), title()),
        kind if kind == events::SUBMITTED.name => (format!("提交审核 {number}"), title()),
        kind if kind == said::CLAIMED.name => (format!("领取：{gate}"), String::new()),
        kind if kind == said::RELEASED.name => (format!("放回：{gate}"), String::new()),
        kind if kind == said::GATE_PASSED.name => (format!("通过：{gate}"), with_ticks(text("opinion"), &text)),
        kind if kind == said::RETURNED.name => (format!("退回：{gate}"), with_ticks(text("reason"), &text)),
        kind if kind == events::RECALLED.name => ("收回修改".to_owned(), text("from")),
        kind if kind == events::SCHEDULED.name => {
            ("审核全部通过，等待定时发布".to_owned(), time::show_minute(&text("at")))
        }
        kind if kind == events::PUBLISHED.name => {
            (format!("公开发布 {number}"), format!("索引号 {}", text("index_number")))
        }
        kind if kind == events::CORRECTED.name => (format!("更正发布 {number}"), title()),
        kind if kind == events::SUPERSEDED.name => (format!("{number} 由新版替代"), String::new()),
        kind if kind == events::CORRECTION_BEGUN.name => (format!("开始更正 {number}"), String::new()),
        kind if kind == events::WITHDRAWN.name => {
            let told = text("notice");
            let told = if told.is_empty() { told } else { format!("（告知读者：{told}）") };
            (format!("撤回公开 {number}"), format!("{}{told}", text("reason")))
        }
        kind if kind == events::LAPSED.name => {
            ("有效期届满，清单和搜索中按失效显示".to_owned(), format!("有效期至 {}", text("expires_on")))
        }
        kind if kind == events::VALIDITY_TURNED.name => {
            (format!("清单和搜索中按{}显示", text("validity")), format!("施行日期 {}", text("effective_on")))
        }
        kind if kind == said::BYPASSED.name => (format!("紧急发布 {number}"), text("reason")),
        kind if kind == said::BYPASS_REVIEWED.name => ("紧急发布事后复核".to_owned(), text("note")),
        kind if kind == events::ERASURE_ASKED.name => ("申请清除原文".to_owned(), text("reason")),
        kind if kind == events::ERASURE_STOPPED.name => ("撤销清除申请".to_owned(), String::new()),
        kind if kind == events::ERASED.name => {
            ("清除原文：正文、附件、标题和审核意见不再保存".to_owned(), String::new())
        }
        kind if kind == said::PUBLICATION_REFUSED.name => ("到时未予发布".to_owned(), text("why")),
        kind if kind == events::BINNED.name => (format!("删除草稿 {number}"), String::new()),
        kind if kind == events::RESTORED.name => (format!("恢复草稿 {number}"), String::new()),
        kind if kind == events::PURGED.name => ("回收站期满清除".to_owned(), String::new()),
        kind if kind == events::FILE_ADDED.name && data.get("masked").is_some() => {
            ("用遮盖副本代替附件，原件不再随稿件公开".to_owned(), text("name"))
        }
        kind if kind == events::FILE_ADDED.name && !text("replaces").is_empty() => {
            ("替换附件，公开网址不变".to_owned(), text("name"))
        }
        kind if kind == events::FILE_ADDED.name => ("添加附件".to_owned(), text("name")),
        kind if kind == events::FILE_REMOVED.name => ("移除附件".to_owned(), text("name")),
        kind if kind == events::FILE_ARRANGED.name => ("整理附件".to_owned(), text("title")),
        kind if kind == COMMENTED.name && text("quote").is_empty() => ("写批注".to_owned(), String::new()),
        kind if kind == COMMENTED.name => (format!("批注：{}", quoted(&text("quote"))), text("words")),
        kind if kind == COMMENT_TURNED.name => (format!("批注{}：{}", text("to"), text("words")), text("answer")),
        kind if kind == events::SEEDED.name => (format!("由程序录入 {number}"), title()),
        kind if kind == said::OVERRIDDEN.name => (
            format!(
                "放行检查发现的问题{}",
                if text("place").is_empty() { String::new() } else { format!("：{}", text("place")) }
            ),
            text("reason"),
        ),
        other => (other.to_owned(), String::new()),
    };
    let who = match text("stood_for") {
        away if away.is_empty() => event.actor_name,
        away => format!("{} 代 {away}", event.actor_name),
    };
    let who = match text("how") {
        how if how.is_empty() => who,
        how => format!("{who}（{how}）"),
    };
    Line { at: time::show_minute(&event.at), who, what, more }
}

/// Words out of a text, in marks of quotation: what a bracket of theirs opens without closing, or closes without opening, goes on
/// in the text, and is shown so.
fn quoted(words: &str) -> String {
    const PAIRS: [(char, char); 7] =
        [('（', '）'), ('(', ')'), ('《', '》'), ('〔', '〕'), ('【', '】'), ('“', '”'), ('‘', '’')];
    let (mut open, mut cut_before) = (Vec::new(), false);
    for c in words.chars() {
        if let Some((_, end)) = PAIRS.iter().find(|(begin, _)| *begin == c) {
            open.push(*end);
        } else if PAIRS.iter().any(|(_, end)| *end == c) && open.pop() != Some(c) {
            cut_before = true;
        }
    }
    let before = if cut_before { "…" } else { "" };
    let after = if open.is_empty() { "" } else { "…" };
    format!("“{before}{words}{after}”")
}

/// What a reviewer wrote, with what was ticked and what was not.
fn with_ticks(words: String, text: &dyn Fn(&str) -> String) -> String {
    let told = [("ticked", "已核对"), ("unticked", "没有核对")];
    let told = told.map(|(key, label)| (label, text(key))).into_iter().filter(|(_, what)| !what.is_empty());
    let told: Vec<String> = told.map(|(label, what)| format!("{label}：{what}")).collect();
    match (words.is_empty(), told.is_empty()) {
        (_, true) => words,
        (true, false) => told.join("。"),
        (false, false) => format!("{words}（{}）", told.join("。")),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::subject, *};

    #[test]
    fn what_is_cut_within_a_bracket_shows_that_it_goes_on() {
        assert_eq!(quoted("王小明（患尿毒症"), "“王小明（患尿毒症…”");
        assert_eq!(quoted("患尿毒症）一次性救助"), "“…患尿毒症）一次性救助”");
        assert_eq!(quoted("依据《条例》（第十条）"), "“依据《条例》（第十条）”");
    }

    #[test]
    fn every_kind_of_event_has_words() {
        let kinds = events::ALL.into_iter().chain(subject::SAID.all()).chain([
            &said::PUBLICATION_REFUSED,
            &COMMENTED,
            &COMMENT_TURNED,
        ]);
        for kind in kinds {
            let text = String::new;
            let event = Event {
                chain: text(),
                seq: 1,
                at: text(),
                kind: kind.name.into(),
                subject_kind: text(),
                subject_id: text(),
                organ: text(),
                actor: text(),
                keep: text(),
                commitment: text(),
                seals: text(),
                previous: text(),
                hash: text(),
                actor_name: text(),
                data: text(),
                erased: false,
            };
            assert_ne!(line(event, &[]).what, kind.name, "no words");
        }
    }
}
