//! Names that organs bear no more after a reform: those of the county by its register, those of the state from a list
//! (`organs.tsv`). What is called 原…, stands in the title of a document or within a longer name is right.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use text::findings::Finding;

use super::words::{Counted, within};
use crate::places::found;

/// A name that is not borne any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// As it was.
    pub before: String,
    /// Who bears its duties today; empty = nobody is known.
    pub today: String,
    /// Since when or by what: 2019年机构改革.
    pub since: String,
    /// Words that hold it and are right.
    pub but: Vec<String>,
}

/// Such names, ready to be looked for.
#[derive(Debug, Default)]
pub struct Former {
    list: Vec<Renamed>,
    finder: Option<AhoCorasick>,
    /// Names that organs of the register bear today.
    borne: Vec<String>,
}

static STATE: LazyLock<Former> = LazyLock::new(|| {
    let line = |line: &str| {
        let mut cells = line.split('\t').map(str::to_owned);
        let (before, today, since) = (cells.next()?, cells.next()?, cells.next()?);
        let but = cells.next().unwrap_or_default();
        let but = but.split('、').filter(|one| !one.is_empty()).map(str::to_owned).collect();
        Some(Renamed { before, today, since, but })
    };
    Former::new(include_str!("organs.tsv").lines().filter(|one| !one.starts_with('#')).filter_map(line).collect())
});

impl Former {
    /// Makes the names of a register ready. A name that somebody bears today is none of them.
    pub fn new(list: Vec<Renamed>) -> Self {
        let list: Vec<Renamed> = list.into_iter().filter(|one| one.before.chars().count() > 2).collect();
        let names: Vec<&str> = list.iter().map(|one| one.before.as_str()).collect();
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(names).ok();
        Self { finder: finder.filter(|_| !list.is_empty()), list, borne: Vec::new() }
    }

    /// With the names that organs of the register bear today: what the state has renamed may live on in a county.
    #[must_use]
    pub fn beside(mut self, borne: Vec<String>) -> Self {
        self.borne = borne;
        self
    }

    /// Those of the register before those of the state.
    pub(super) fn look(&self, part: &str, text: &str, chars: &[char]) -> Vec<Finding> {
        let mut all = self.own(part, text, chars);
        let lives = |one: &Finding| self.borne.iter().any(|name| name.ends_with(one.excerpt.as_str()));
        all.extend(STATE.own(part, text, chars).into_iter().filter(|one| !lives(one)));
        all.sort_by_key(|one| (one.start, std::cmp::Reverse(one.end)));
        let mut end = 0;
        all.retain(|one| {
            let apart = one.start >= end;
            end = if apart { one.end } else { end };
            apart
        });
        all
    }

    fn own(&self, part: &str, text: &str, chars: &[char]) -> Vec<Finding> {
        let Some(finder) = &self.finder else { return Vec::new() };
        let mut counted = Counted::new(text);
        let mut all = Vec::new();
        for met in finder.find_iter(text) {
            let one = &self.list[met.pattern().as_usize()];
            let but: Vec<&str> = one.but.iter().map(String::as_str).collect();
            if within(text, (met.start(), met.end()), &but) || is_told(&text[..met.start()], &text[met.end()..]) {
                continue;
            }
            let place = (counted.at(met.start()), counted.at(met.end()));
            let today = one.today.as_str();
            let suggestion = match today {
                "" => format!("这一机关已不再使用此名称（{}）。说的是过去的，请写明“原”；否则请核对。", one.since),
                _ => format!("{}后是“{today}”。说的是过去的，请写“原{}”。", one.since, one.before),
            };
            let replacement = Some(today.to_owned()).filter(|today| !today.is_empty());
            all.push(found("wording.organ", part, chars, place, suggestion, replacement));
        }
        all
    }
}

/// Whether the words around a name say that it is one of before, or name a document: 原国土资源部, 《国土资源部关于…》.
fn is_told(before: &str, behind: &str) -> bool {
    /// Characters before a name in which 原 may stand.
    const NEAR: usize = 8;
    let near: Vec<char> = before.chars().rev().take(NEAR).collect();
    let mut near = near.iter().take_while(|c| !matches!(c, '，' | '。' | '；' | '\n' | '、'));
    let former = near.any(|c| *c == '原');
    /// Characters before a name in which a title that holds it is opened.
    const TITLE: usize = 80;
    let from = before.char_indices().rev().take(TITLE).last().map_or(before.len(), |(at, _)| at);
    let line = before[from..].rsplit('\n').next().unwrap_or_default();
    let quoted = line.rfind('《').is_some_and(|open| line.rfind('》').is_none_or(|close| close < open));
    former || quoted || behind.starts_with('令') || behind.starts_with("更名") || behind.starts_with("改为")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(former: &Former, text: &str) -> Vec<(String, Option<String>)> {
        let chars: Vec<char> = text.chars().collect();
        former.look("", text, &chars).into_iter().map(|one| (one.excerpt, one.replacement)).collect()
    }

    #[test]
    fn names_of_before_are_told_where_they_stand_for_today() {
        let own = Renamed {
            before: "演示县卫生局".into(),
            today: "演示县卫生健康委员会".into(),
            since: "2019年机构改革".into(),
            but: Vec::new(),
        };
        let former = Former::new(vec![own]);
        assert_eq!(
            said(&former, "由演示县卫生局负责，报国土资源部备案"),
            [
                ("演示县卫生局".to_owned(), Some("演示县卫生健康委员会".to_owned())),
                ("国土资源部".to_owned(), Some("自然资源部".to_owned()))
            ]
        );
        for text in [
            "原演示县卫生局的职责",
            "按《国土资源部关于加强管理的通知》办理",
            "环境保护部门依法处理",
            "国土资源部令第5号",
        ] {
            assert_eq!(said(&former, text), [], "{text}");
        }
        // A county that has kept an organ calls it by its name.
        let kept = Former::default().beside(vec!["演示县乡村振兴局".to_owned()]);
        assert_eq!(said(&kept, "由乡村振兴局负责"), []);
        assert_eq!(said(&Former::default(), "由乡村振兴局负责").len(), 1);
    }
}
