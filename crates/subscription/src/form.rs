//! What is typed into the form of a subscription, and what it offers to choose from.

use document::{
    Kinds,
    columns::Tree,
    common::TOPICS,
    public::{self, Filter as Listing},
};
use serde::Deserialize;
use web::{Ctx, FormErrors, Result};

use crate::{
    filter::{AUDIENCES, Filter, Names, Often, Sort},
    letters,
    matching::plain,
    settings::Subscriptions,
};

/// What is typed; the names of the fields are those of public lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    /// `any`: one condition is enough.
    pub(crate) mode: String,
    /// Topics with 、 between them.
    pub(crate) topic: String,
    pub(crate) organ: Vec<String>,
    pub(crate) kind: Vec<String>,
    pub(crate) column: Vec<String>,
    pub(crate) audience: Vec<String>,
    /// Words with blanks between them.
    pub(crate) q: String,
    pub(crate) often: String,
    pub(crate) email: String,
}

/// What a query holds, in order.
pub(crate) type Pairs = Vec<(String, String)>;

/// Values of one sort that one subscription may have.
const MOST: usize = 30;
/// Words and topics.
const MOST_WORDS: usize = 10;
/// Characters of a word or a topic.
const LONGEST: usize = 40;
/// Topics that the form names as examples.
const EXAMPLES: usize = 12;

impl Typed {
    /// Reads a query: a list leads here with its own conditions, and what is none of them is left out.
    pub(crate) fn of_query(pairs: Pairs) -> Self {
        let mut typed = Self::default();
        for (key, value) in pairs {
            let value: String = value.trim().chars().take(200).collect();
            if value.is_empty() {
                continue;
            }
            match key.as_str() {
                "mode" => typed.mode = value,
                "topic" if typed.topic.is_empty() => typed.topic = value,
                "topic" => typed.topic = format!("{}、{value}", typed.topic),
                "organ" => typed.organ.push(value),
                "kind" => typed.kind.push(value),
                "column" => typed.column.push(value),
                "audience" => typed.audience.push(value),
                "q" if typed.q.is_empty() => typed.q = value,
                "q" => typed.q = format!("{} {value}", typed.q),
                "often" => typed.often = value,
                _ => {}
            }
        }
        typed
    }

    /// As the form shows conditions that are there.
    pub(crate) fn of(filter: &Filter, often: Often) -> Self {
        Self {
            mode: if filter.any { "any" } else { "all" }.to_owned(),
            topic: filter.topics.join("、"),
            organ: filter.organs.clone(),
            kind: filter.kinds.clone(),
            column: filter.columns.clone(),
            audience: filter.audiences.clone(),
            q: filter.words.join(" "),
            often: often.code().to_owned(),
            email: String::new(),
        }
    }

    /// The same for a form that is shown for the first time.
    #[must_use]
    pub(crate) fn begun(mut self) -> Self {
        if self.mode != "any" {
            "all".clone_into(&mut self.mode);
        }
        if self.often.is_empty() {
            Often::Daily.code().clone_into(&mut self.often);
        }
        self
    }

    /// The same without what nobody offers: a link may be old.
    #[must_use]
    pub(crate) fn known(mut self, names: &Names) -> Self {
        self.organ.retain(|value| names.knows(Sort::Organ, value));
        self.kind.retain(|value| names.knows(Sort::Kind, value));
        self.column.retain(|value| names.knows(Sort::Column, value));
        self.audience.retain(|value| names.knows(Sort::Audience, value));
        self
    }

    /// The conditions; what is wrong stands at its field.
    pub(crate) fn filter(&self, names: &Names, errors: &mut FormErrors) -> Filter {
        let apart = |c: char| matches!(c, '、' | '，' | ',' | '；' | ';') || c.is_whitespace();
        let words = |text: &str| -> Vec<String> {
            text.split(apart).map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        let filter = Filter {
            any: self.mode == "any",
            topics: words(&self.topic),
            organs: self.organ.clone(),
            kinds: self.kind.clone(),
            columns: self.column.clone(),
            audiences: self.audience.clone(),
            words: words(&self.q),
        }
        .settled();
        for sort in [Sort::Organ, Sort::Kind, Sort::Column, Sort::Audience] {
            let values = filter.of(sort);
            let known = values.iter().all(|value| names.knows(sort, value));
            errors.require(known, sort.name(), "请从列表里选择；列表可能已经调整，请刷新页面。");
            if values.len() > MOST {
                errors.add(sort.name(), format!("请少选一些，最多 {MOST} 项；要全部的，一项也不用选。"));
            }
        }
        for sort in [Sort::Topic, Sort::Word] {
            let values = filter.of(sort);
            if values.len() > MOST_WORDS {
                errors.add(sort.name(), format!("请少写一些，最多 {MOST_WORDS} 个。"));
            } else if values.iter().any(|value| value.chars().count() > LONGEST) {
                errors.add(sort.name(), format!("请写短一些，每个最多 {LONGEST} 个字；几个之间用顿号或者空格隔开。"));
            } else if values.iter().any(|value| plain(value).chars().count() < 2) {
                errors.add(sort.name(), "请写完整的词，至少两个字，例如“养老”。".to_owned());
            }
        }
        filter
    }

    /// How often; what is wrong stands at the field.
    pub(crate) fn often(&self, errors: &mut FormErrors) -> Often {
        let often = Often::from_code(&self.often);
        errors.require(often.is_some(), "often", "请选择多久发一次，例如“每天汇总”。");
        often.unwrap_or(Often::Daily)
    }

    /// The address as it is kept; what is wrong stands at the field.
    pub(crate) fn address(&self, errors: &mut FormErrors) -> String {
        let folded = fold::fold(self.email.trim());
        let address = read_address(&folded);
        errors.require(address.is_some(), "email", "请填写完整的邮箱地址，例如 liming@example.com。");
        address.unwrap_or_default()
    }
}

/// An address that mail servers take, its domain in small letters.
fn read_address(text: &str) -> Option<String> {
    let (name, domain) = text.rsplit_once('@')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let dots = |text: &str| !text.starts_with('.') && !text.ends_with('.') && !text.contains("..");
    let name_fits = (1..=64).contains(&name.len()) && name.chars().all(plain) && dots(name);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let domain_fits = domain.len() <= 190 && domain.contains('.') && domain.split('.').all(label);
    (name_fits && domain_fits).then(|| format!("{name}@{}", domain.to_ascii_lowercase()))
}

/// One box of a group.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

/// Boxes under a heading that opens.
pub(crate) struct Group {
    /// Name of the field.
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) choices: Vec<Choice>,
}

impl Group {
    /// How many are chosen.
    pub(crate) fn chosen(&self) -> usize {
        self.choices.iter().filter(|one| one.chosen).count()
    }
}

/// What the form offers.
pub(crate) struct Offer {
    pub(crate) groups: Vec<Group>,
    /// Topics that many documents have, as an example.
    pub(crate) topics: String,
    /// How topics are typed, with some that there are.
    pub(crate) hint: String,
    /// Code, name, and what it means.
    pub(crate) often: Vec<(&'static str, String, &'static str)>,
    pub(crate) modes: Vec<(&'static str, &'static str, &'static str)>,
}

/// Says at the field which topics no public document has: a subscription to one would be confirmed and never bring anything.
///
/// # Errors
/// When the database fails.
pub(crate) async fn look_for_topics(ctx: &Ctx, filter: &Filter, errors: &mut FormErrors) -> Result<()> {
    if filter.topics.is_empty() {
        return Ok(());
    }
    let counts = public::overview(ctx.db(), &Listing::default(), &[], &[&TOPICS]).await?;
    let known: Vec<String> =
        counts.facets.get(TOPICS.key).into_iter().flatten().map(|(topic, _)| plain(topic)).collect();
    let strange: Vec<&str> =
        filter.topics.iter().filter(|topic| !known.contains(&plain(topic))).map(String::as_str).collect();
    if !strange.is_empty() {
        let words = format!(
            "还没有文件属于主题“{}”，订了收不到。请改用下面举例的写法；要找标题里的词，请写在“{}”里。",
            strange.join("”“"),
            Sort::Word.label()
        );
        errors.add(Sort::Topic.name(), words);
    }
    Ok(())
}

/// How topics are typed. An example is one that is taken: the first of those that there are.
fn topic_hint(topics: &[&str]) -> String {
    let some = topics.iter().take(2).copied().collect::<Vec<_>>().join("、");
    if some.is_empty() { "用顿号隔开".to_owned() } else { format!("用顿号隔开，例如 {some}") }
}

/// What the form offers, with what is typed chosen.
///
/// # Errors
/// When the database fails.
pub(crate) async fn offer(ctx: &Ctx, typed: &Typed) -> Result<Offer> {
    let tree = Tree::load(ctx.db()).await?;
    let counts = public::overview(ctx.db(), &Listing::default(), &[], &[&TOPICS]).await?;
    let group = |sort: Sort, chosen: &[String], values: Vec<(String, String)>| Group {
        name: sort.name(),
        label: sort.label(),
        choices: values
            .into_iter()
            .map(|(value, label)| Choice { chosen: chosen.contains(&value), value, label })
            .collect(),
    };
    let kinds = Kinds::of(ctx).all().iter().map(|kind| (kind.key.to_owned(), kind.label.to_owned())).collect();
    let columns = tree.all().iter().map(|column| (column.slug.to_string(), column.name.clone())).collect();
    let whom = AUDIENCES.iter().map(|(code, name, _)| ((*code).to_owned(), (*name).to_owned())).collect();
    let settings = ctx.settings::<Subscriptions>();
    let topics = counts.facets.get(TOPICS.key).into_iter().flatten();
    let topics: Vec<&str> =
        topics.map(|(topic, _)| topic.as_str()).filter(|topic| !topic.is_empty()).take(EXAMPLES).collect();
    Ok(Offer {
        hint: topic_hint(&topics),
        groups: vec![
            group(Sort::Organ, &typed.organ, ctx.directory().options(ctx.today())),
            group(Sort::Kind, &typed.kind, kinds),
            group(Sort::Column, &typed.column, columns),
            group(Sort::Audience, &typed.audience, whom),
        ],
        topics: topics.join("、"),
        often: Often::ALL.into_iter().map(|often| (often.code(), letters::when(&settings, often), "")).collect(),
        modes: vec![
            ("all", "各项条件都要符合", "同一项里选了几个的，符合其中一个就算；写了几个词的，每个词都要有"),
            ("any", "符合任何一个条件就发", ""),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_mail_servers_take_them() {
        for (typed, kept) in [
            ("liming@Example.COM", Some("liming@example.com")),
            ("li.ming+news@mail.example.gov.cn", Some("li.ming+news@mail.example.gov.cn")),
            ("liming", None),
            ("liming@example", None),
            ("li ming@example.com", None),
            ("a@b@example.com", None),
            (".a@example.com", None),
            ("a@-example.com", None),
            ("a@example..com", None),
            ("李明@example.com", None),
            ("a@example.com\nBcc: b@example.com", None),
        ] {
            assert_eq!(read_address(typed).as_deref(), kept, "{typed}");
        }
        let typed = Typed { email: " ｌｉ＠example.com ".to_owned(), ..Typed::default() };
        assert_eq!(typed.address(&mut FormErrors::new()), "li@example.com", "as it is typed in full width");
    }

    #[test]
    fn a_list_leads_here_with_its_conditions() {
        let pairs = [
            ("q", "高龄津贴"),
            ("topic", "养老"),
            ("topic", "医疗"),
            ("organ", "QH011"),
            ("year", "2026"),
            ("page", "2"),
        ];
        let typed = Typed::of_query(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec());
        assert_eq!((typed.q.as_str(), typed.topic.as_str()), ("高龄津贴", "养老、医疗"));
        assert_eq!(typed.organ, ["QH011"]);
        assert_eq!(typed.email, "", "no address comes from a link");
    }
}
