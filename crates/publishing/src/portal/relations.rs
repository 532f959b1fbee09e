//! What documents say of each other, on the page of each; and what took the place of a text that is no longer law.

use document::{
    Kinds,
    common::{AMENDED, EXPIRES_ON, LAPSED, REPEALED, VALIDITY, expired},
    public::Listed,
    references::{self, Said, Verb},
};
use jiff::civil::Date;
use kernel::id::DocumentId;
use web::{Ctx, Result};

/// One line: the other document and what is said.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// 废止, 依据; 被废止，见.
    pub(super) words: &'static str,
    /// The other: its title with the places where it may break, or how the text names it.
    pub(super) name: String,
    /// Its address; empty where it is not in the library.
    pub(super) href: String,
    /// 发文字号; may be empty.
    pub(super) number: String,
    /// 有效性 in words; may be empty.
    pub(super) validity: String,
    /// Which articles, from when; may be empty.
    pub(super) note: String,
    verb: Verb,
    articles: bool,
    from: Option<Date>,
}

/// What is publicly said between a document and others.
#[derive(Debug, Clone, Default)]
pub(super) struct Relations {
    /// What it says of others.
    pub(super) forward: Vec<Told>,
    /// What others say of it, mere mentions apart.
    pub(super) back: Vec<Told>,
    /// Those that only name it.
    pub(super) naming: Vec<Told>,
    /// How many public documents name it.
    pub(super) cited: i64,
}

impl Relations {
    /// Those of a document; of one day only what had begun by then.
    pub(super) async fn of(ctx: &Ctx, document: &DocumentId, day: Option<Date>) -> Result<Self> {
        let kinds = Kinds::of(ctx);
        let (forward, back) = tokio::try_join!(
            references::said(ctx.db(), &kinds, document),
            references::said_of(ctx.db(), &kinds, document),
        )?;
        let by_then = |said: &Said| day.is_none_or(|day| said.from.is_none_or(|from| from <= day));
        let forward: Vec<Told> = forward.into_iter().filter(by_then).map(|said| told(ctx, said, Verb::label)).collect();
        let back: Vec<Told> = back.into_iter().filter(by_then).map(|said| told(ctx, said, Verb::back)).collect();
        let mut others: Vec<String> = back.iter().map(|one| one.href.clone()).collect();
        others.sort_unstable();
        others.dedup();
        let (naming, back) = back.into_iter().partition(|one: &Told| one.verb == Verb::Cites);
        Ok(Self { forward, back, naming, cited: i64::try_from(others.len()).unwrap_or(i64::MAX) })
    }

    /// Whether there is anything to tell.
    pub(super) fn is_empty(&self) -> bool {
        self.forward.is_empty() && self.back.is_empty() && self.naming.is_empty()
    }

    /// What has ended the document by a day, or changed it: those that stand in the banner, the latest first.
    fn overtaking(&self, validity: &str, today: Date) -> Vec<&Told> {
        let fits = |one: &&Told| {
            let begun = one.from.is_none_or(|from| from <= today);
            let does = match validity {
                REPEALED => matches!(one.verb, Verb::Repeals | Verb::Replaces) && !one.articles,
                LAPSED => one.verb.ends() && !one.articles,
                AMENDED => one.verb == Verb::Amends || (one.verb.ends() && one.articles),
                _ => false,
            };
            begun && does
        };
        let mut found: Vec<&Told> = self.back.iter().filter(fits).collect();
        found.sort_by(|a, b| b.from.cmp(&a.from));
        found
    }
}

fn told(ctx: &Ctx, said: Said, words: fn(Verb) -> &'static str) -> Told {
    let line = said
        .other
        .as_ref()
        .map(|other| document::page::lines(ctx, std::slice::from_ref(other), &document::page::Badges::new()).remove(0));
    let mut notes = Vec::new();
    if !said.articles.is_empty() {
        notes.push(said.articles.clone());
    }
    if let Some(from) = said.from.filter(|_| said.verb.acts()) {
        notes.push(format!("自 {from} 起"));
    }
    Told {
        words: words(said.verb),
        name: line.as_ref().map_or_else(|| web::breaks::marked(&said.name), document::page::Line::marked),
        href: line.as_ref().map(|line| line.href.clone()).unwrap_or_default(),
        number: line.as_ref().map(|line| line.number.clone()).unwrap_or_default(),
        validity: line.map(|line| line.validity).unwrap_or_default(),
        note: notes.join("，"),
        verb: said.verb,
        articles: !said.articles.is_empty(),
        from: said.from,
    }
}

/// What stands above a text that is no longer law, or not as it stands there.
#[derive(Debug, Clone, Default)]
pub(super) struct Banner {
    /// The sentence; empty = no banner.
    pub(super) words: String,
    /// What took its place or changed it, with what each does.
    pub(super) by: Vec<Told>,
}

/// The banner of a document on a day.
pub(super) fn banner(listed: &Listed, relations: &Relations, today: Date) -> Banner {
    let validity = listed.values.get(&VALIDITY);
    let by: Vec<Told> = relations.overtaking(validity, today).into_iter().cloned().collect();
    let since = by.first().and_then(|one| one.from).map(|from| format!("自 {from} 起")).unwrap_or_default();
    let kept = "不再作为办事依据，留在这里供查阅。";
    let words = match validity {
        REPEALED if !since.is_empty() => format!("本文件{since}已废止，{kept}"),
        REPEALED => format!("本文件已废止，{kept}"),
        LAPSED if !since.is_empty() => format!("本文件{since}已失效，{kept}"),
        LAPSED if expired(&listed.values, today) => format!(
            "本文件写明的有效期至 {}，已经届满，{kept}制定机关决定继续执行的，以其公布的为准。",
            listed.values.get(&EXPIRES_ON)
        ),
        LAPSED => format!("本文件已失效，{kept}"),
        AMENDED => "本文件已被修改，办事以修改后的规定为准。".to_owned(),
        _ => String::new(),
    };
    Banner { words, by }
}
