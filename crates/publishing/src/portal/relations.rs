//! What documents say of each other, on the page of each; and what took the place of a text that is no longer law.

use document::{
    Kinds,
    common::{AMENDED, EXPIRES_ON, LAPSED, REPEALED, VALIDITY, WRITTEN_ON, expired},
    public::Listed,
    references::{self, Namesake, Said, Verb},
};
use jiff::civil::Date;
use kernel::{id::DocumentId, time};
use web::{Ctx, Result};

/// One line: the other document and what is said.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// 废止, 依据; 被废止，见.
    pub(super) words: &'static str,
    /// Above all of which the same is said: 废止, 依据; 废止本文件的.
    heading: &'static str,
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
    /// Where the two texts are held against each other; empty = nowhere.
    pub(super) compared: String,
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
    /// Those of the same title, as long as nobody has decided what they are to this one.
    pub(super) alike: Vec<Alike>,
}

/// What is said in one word of several documents: 依据, with those on which a text rests.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// What is said: 废止, 依据; 废止本文件的.
    pub(super) heading: &'static str,
    /// The others, in their order.
    pub(super) lines: Vec<&'a Told>,
}

/// Another document of the same title.
#[derive(Debug, Clone)]
pub(super) struct Alike {
    /// What is said of it.
    pub(super) words: String,
    /// Its title with the places where it may break.
    pub(super) name: String,
    pub(super) href: String,
    /// Where the two texts are held against each other.
    pub(super) compared: String,
}

impl Relations {
    /// Those of a document; of one day only what had begun by then.
    pub(super) async fn of(ctx: &Ctx, listed: &Listed, day: Option<Date>) -> Result<Self> {
        let (kinds, document) = (Kinds::of(ctx), &listed.id);
        let (forward, back, alike) = tokio::try_join!(
            references::said(ctx.db(), &kinds, document),
            references::said_of(ctx.db(), &kinds, document),
            references::namesakes(ctx.db(), &kinds, document),
        )?;
        let made = |one: &Namesake| time::parse_date(one.other.values.get(&WRITTEN_ON));
        let there = |one: &Namesake| day.is_none_or(|day| made(one).is_some_and(|made| made <= day));
        let alike = alike.into_iter().filter(there).map(|one| told_alike(ctx, listed, &one)).collect();
        let by_then = |said: &Said| day.is_none_or(|day| said.from.is_none_or(|from| from <= day));
        let forward: Vec<Told> =
            forward.into_iter().filter(by_then).map(|said| told(ctx, listed, (said, true))).collect();
        let back: Vec<Told> = back.into_iter().filter(by_then).map(|said| told(ctx, listed, (said, false))).collect();
        let mut others: Vec<String> = back.iter().map(|one| one.href.clone()).collect();
        others.sort_unstable();
        others.dedup();
        let (naming, back) = back.into_iter().partition(|one: &Told| one.verb == Verb::Cites);
        Ok(Self { forward, back, naming, cited: i64::try_from(others.len()).unwrap_or(i64::MAX), alike })
    }

    /// Whether anything is said between the document and the one at this path, or both have one title.
    pub(super) fn names(&self, path: &str) -> bool {
        let said = self.forward.iter().chain(&self.back).chain(&self.naming).any(|one| one.href == path);
        said || self.alike.iter().any(|one| one.href == path)
    }

    /// Whether there is anything to tell.
    pub(super) fn is_empty(&self) -> bool {
        self.forward.is_empty() && self.back.is_empty() && self.naming.is_empty()
    }

    /// What is said, word by word: what acts on another first, then what only rests on it; mere mentions are not among them.
    pub(super) fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        let both = || self.forward.iter().chain(&self.back);
        for one in both().filter(|one| one.verb.acts()).chain(both().filter(|one| !one.verb.acts())) {
            match groups.iter_mut().find(|group| group.heading == one.heading) {
                Some(group) => group.lines.push(one),
                None => groups.push(Group { heading: one.heading, lines: vec![one] }),
            }
        }
        groups
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
        found.sort_by_key(|told| std::cmp::Reverse(told.from));
        found
    }
}

/// The address at which a text is held against the one that it has taken the place of.
fn comparison(newer: &str, older: &DocumentId) -> String {
    format!("{newer}/compare?with={older}")
}

/// Whether what one says of the other is that it has taken its place: an announcement that ends others has not.
fn took_place(said: &Said, titles: [&str; 2]) -> bool {
    let announces = |title: &&str| ["废止", "失效", "清理", "修改"].iter().any(|word| title.contains(word));
    let replaced = matches!(said.verb, Verb::Replaces | Verb::Repeals) && said.articles.is_empty();
    replaced && !titles.iter().any(announces)
}

fn told_alike(ctx: &Ctx, own: &Listed, one: &Namesake) -> Alike {
    let other = &one.other;
    let line = document::page::lines(ctx, std::slice::from_ref(other), &document::page::Badges::new()).remove(0);
    let made = other.values.get(&WRITTEN_ON);
    let order = if one.later { "晚于本文件" } else { "早于本文件" };
    let (newer, older) = if one.later { (other, own) } else { (own, other) };
    Alike {
        words: format!("本库还有一份同名的文件，{made} 作出，{order}，两份文件的关系还没有认定："),
        name: line.marked(),
        href: line.href,
        compared: comparison(&newer.path, &older.id),
    }
}

/// What is said between a document and another, by it or of it.
fn told(ctx: &Ctx, own: &Listed, (said, by_it): (Said, bool)) -> Told {
    let verb = said.verb;
    let (words, heading) = if by_it { (verb.label(), verb.label()) } else { (verb.back(), verb.others()) };
    let compared = match &said.other {
        Some(other) if took_place(&said, [&own.title, &other.title]) => {
            let (newer, older) = if by_it { (own, other) } else { (other, own) };
            comparison(&newer.path, &older.id)
        }
        _ => String::new(),
    };
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
        words,
        heading,
        name: line.as_ref().map_or_else(|| web::breaks::marked(&said.name), document::page::Line::marked),
        href: line.as_ref().map(|line| line.href.clone()).unwrap_or_default(),
        number: line.as_ref().map(|line| line.number.clone()).unwrap_or_default(),
        validity: line.map(|line| line.validity).unwrap_or_default(),
        note: notes.join("，"),
        compared,
        verb,
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
        REPEALED if by.is_empty() => format!("本文件已废止，{kept}废止它的文件和日期，本库没有登记。"),
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
