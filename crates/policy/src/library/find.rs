//! Finding in the text of a policy what it says of other documents, as soon as it is public.

use document::{
    Kind, Kinds, events,
    references::{self, Found, Verb},
    rows::{self, DocumentRow},
};
use futures::future::BoxFuture;
use kernel::{
    Actor,
    event::Event,
    id::{DocumentId, EditionId, SubjectRef},
};
use law_text::Citation;
use serde_json::Value;
use store::{Error, Follower, Result, Tx};
use web::{Ctx, Refusal, hooks::Leaving};

use super::POLICY;

/// Name of the follower's cursor.
const CONSUMER: &str = "library.references";

/// Reads the text of each edition that becomes public.
pub(super) fn follower(ctx: &Ctx) -> Follower {
    let kinds = Kinds::of(ctx);
    Follower::new(CONSUMER, "找出政策文件写明的依据、修改、废止", move |tx, event: Event| {
        let kinds = kinds.clone();
        Box::pin(async move { read(tx, &kinds, &event).await })
    })
    .kinds(&[&events::PUBLISHED, &events::CORRECTED, &events::SEEDED])
}

/// What a rule refuses here is a fault: nobody is there to be told.
fn stored(refusal: Refusal) -> Error {
    Error::Value(refusal.words())
}

async fn read(tx: &mut Tx, kinds: &Kinds, event: &Event) -> Result<()> {
    let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
    let edition = EditionId::from(data.get("edition").and_then(Value::as_str).unwrap_or_default());
    let id = DocumentId::from(event.subject_id.as_str());
    let document = rows::document(tx.conn(), &id).await.map_err(stored)?;
    // What is not public any more, or in another edition, has an event of its own.
    let Some(document) = document.filter(|one| one.kind == POLICY && one.public() == Some(&edition)) else {
        return Ok(());
    };
    let Some(kind) = kinds.get(POLICY) else { return Ok(()) };
    let text = rows::text(tx.conn(), &edition).await.map_err(stored)?;
    let found = said(&text.body_text);
    references::put(tx, kind, &document, &edition, &found).await.map_err(stored)?;
    done_to_others(tx, kind, &document).await?;
    references::same_title(tx, kind, &document).await.map_err(stored)
}

/// Proposes what texts from before say that this document does to them (本办法已由《…》废止): nobody knew then what they meant.
async fn done_to_others(tx: &mut Tx, kind: Kind, document: &DocumentRow) -> Result<()> {
    for (id, quote) in references::naming(tx, &document.id).await.map_err(stored)? {
        let Some(by) = said(&quote).into_iter().find(|one| one.passive) else { continue };
        let fits = references::fitting(tx.conn(), kind, &by.title, &by.number).await.map_err(stored)?;
        let this = fits.iter().all(|fit| fit.id == document.id || fit.id == id) && !fits.is_empty();
        let Some(of) = rows::document(tx.conn(), &id).await.map_err(stored)? else { continue };
        if this && fits.iter().any(|fit| fit.id == document.id) {
            references::put_other(tx, &document.id, &of, &by).await.map_err(stored)?;
        }
    }
    Ok(())
}

/// What a text says of other documents, each thing once.
pub(super) fn said(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for citation in law_text::cited(text) {
        let one = Found {
            verb: verb(citation.verb),
            passive: citation.passive,
            title: citation.title.clone().unwrap_or_default(),
            number: citation.number.clone().unwrap_or_default(),
            articles: articles(&citation.articles),
            quote: sentence(text, &citation),
        };
        let same = |known: &Found| {
            known.verb == one.verb
                && known.passive == one.passive
                && known.title == one.title
                && known.number == one.number
                && (known.articles == one.articles || one.verb == Verb::Cites)
        };
        if !found.iter().any(same) {
            found.push(one);
        }
    }
    // Who is only named elsewhere in a text that says more of it is not named besides.
    let said: Vec<(String, String)> =
        found.iter().filter(|one| one.verb != Verb::Cites).map(|one| (one.title.clone(), one.number.clone())).collect();
    found.retain(|one| one.verb != Verb::Cites || !said.contains(&(one.title.clone(), one.number.clone())));
    found
}

fn verb(verb: Option<law_text::Verb>) -> Verb {
    match verb {
        Some(law_text::Verb::BasedOn) => Verb::BasedOn,
        Some(law_text::Verb::Repeals) => Verb::Repeals,
        Some(law_text::Verb::Amends) => Verb::Amends,
        Some(law_text::Verb::Replaces) => Verb::Replaces,
        Some(law_text::Verb::Implements) => Verb::Implements,
        Some(law_text::Verb::Interprets) => Verb::Interprets,
        None => Verb::Cites,
    }
}

/// 第三条、第十二条之一.
fn articles(numbers: &[(u32, u32)]) -> String {
    let one = |(number, part): &(u32, u32)| match part {
        0 => format!("第{}条", chinese(*number)),
        part => format!("第{}条之{}", chinese(*number), chinese(*part)),
    };
    numbers.iter().map(one).collect::<Vec<_>>().join("、")
}

/// A number as articles are numbered: 十二, 一百零三, 一千二百六十.
fn chinese(number: u32) -> String {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    const UNITS: [&str; 4] = ["", "十", "百", "千"];
    let digits: Vec<usize> = number.to_string().bytes().map(|digit| usize::from(digit - b'0')).collect();
    if digits.len() > UNITS.len() || number == 0 {
        return number.to_string();
    }
    let (mut text, mut gap) = (String::new(), false);
    for (at, digit) in digits.iter().enumerate() {
        let unit = UNITS[digits.len() - 1 - at];
        if *digit == 0 {
            gap = true;
            continue;
        }
        if gap {
            text.push('零');
            gap = false;
        }
        // 十二, not 一十二; but 一百一十二.
        if !(number < 20 && *digit == 1 && unit == "十") {
            text.push(DIGITS[*digit]);
        }
        text.push_str(unit);
    }
    text
}

/// The sentence in which a citation stands.
fn sentence(text: &str, citation: &Citation) -> String {
    let ends = |c: char| matches!(c, '。' | '\n' | '；');
    let before = text.get(..citation.start).unwrap_or_default();
    let from = before.rfind(ends).map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
    let behind = text.get(citation.end..).unwrap_or_default();
    let until = behind.find(ends).map_or(text.len(), |at| {
        let last = behind[at..].chars().next().filter(|c| *c == '。').map_or(0, char::len_utf8);
        citation.end + at + last
    });
    text.get(from..until).unwrap_or_default().trim().to_owned()
}

/// Takes away what was kept of a text that is erased.
pub(super) struct Forgets;

impl Leaving for Forgets {
    fn erased<'a>(
        &'a self,
        tx: &'a mut Tx,
        subject: &'a SubjectRef,
        _: &'a str,
        _: (&'a str, &'a Actor),
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            if subject.kind == "document" {
                references::forget(tx, &DocumentId::from(subject.id.as_str())).await?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_numbered_as_texts_number_them() {
        for (number, words) in [
            (3, "三"),
            (10, "十"),
            (12, "十二"),
            (20, "二十"),
            (101, "一百零一"),
            (110, "一百一十"),
            (112, "一百一十二"),
            (1001, "一千零一"),
            (1260, "一千二百六十"),
        ] {
            assert_eq!(chinese(number), words);
        }
        assert_eq!(articles(&[(3, 0), (12, 1)]), "第三条、第十二条之一");
        assert_eq!(articles(&[]), "");
    }

    #[test]
    fn what_is_done_to_the_text_itself_is_told_so() {
        let found = said("第一条 正文。\n本办法已由《停车设施管理办法》废止，保留供查阅。参见《停车设施管理办法》。");
        let told: Vec<(Verb, bool, &str)> =
            found.iter().map(|one| (one.verb, one.passive, one.title.as_str())).collect();
        assert_eq!(told, [(Verb::Repeals, true, "停车设施管理办法")]);
        assert_eq!(found[0].quote, "本办法已由《停车设施管理办法》废止，保留供查阅。");
    }

    #[test]
    fn the_sentence_stands_around_its_citation() {
        let text = "第一条 前面。\n本办法自2026年3月1日起施行，《青禾县停车管理暂行办法》同时废止。后面。";
        let start = text.find('《').expect("a title");
        let end = text.find('》').expect("its end") + '》'.len_utf8();
        let citation =
            Citation { title: None, number: None, articles: Vec::new(), verb: None, passive: false, start, end };
        assert_eq!(sentence(text, &citation), "本办法自2026年3月1日起施行，《青禾县停车管理暂行办法》同时废止。");
        let bare = Citation { start: 0, end: 3, ..citation };
        assert_eq!(sentence("没有句号", &bare), "没有句号");
    }
}
