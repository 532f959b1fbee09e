//! Documents (文件) and their editions (版本), of whatever kind a capability declares.
//!
//! A kind is a constant ([`KindSpec`]): fields, ties to other documents, what must be filled in, its address. This crate holds
//! what is the same for all: how an edition is written ([`form`], [`draft`], [`files`]), how it lives ([`state`], [`life`]), how
//! a text is cleaned and taken apart ([`html`]), how two editions differ ([`compare`]), what the office lists ([`desk`]) and what the public reads ([`public`]). It
//! knows no context. Who may pass a review, and what was found in a text, belongs to others: they call [`life`].
//!
//! - A document has no state, its editions have; published text is never edited, a correction is a new edition, a withdrawal
//!   leaves a tombstone.
//! - What becomes public is committed to in the log field by field; [`public::proof`] names a field that was changed.
//! - A text is cleaned once, when it is written.
//! - How a document stands to the law on a day is one function ([`standing`]) of its fields and of what other public documents do
//!   to it ([`references`]); nobody writes its answer.
//! - Public lists read narrow rows and kept counts, whatever the number of documents.

use std::sync::Arc;

use jiff::civil::time;
use store::{Entry, Every, Schedule};
use web::{Ctx, hooks::PublicDocuments};

pub mod assign;
pub mod columns;
mod commit;
pub mod common;
pub mod compare;
pub mod desk;
pub mod draft;
pub mod effect;
pub mod erase;
mod error;
pub mod events;
pub mod files;
pub mod form;
pub mod guide;
mod house;
pub mod html;
mod labelled;
mod lapse;
pub mod life;
mod lists;
pub mod needs;
mod offer;
pub mod page;
pub mod permissions;
pub mod pictures;
pub mod public;
pub mod references;
mod refresh;
pub mod release;
pub mod remarks;
pub mod rows;
mod sealed;
pub mod seed;
pub mod shelf;
mod spec;
mod sql;
pub mod standing;
pub mod state;
pub mod values;
mod words;

pub use commit::digest;
pub use doc_number as number;
pub use error::Result;
pub use house::House;
pub use lapse::lapse;
pub use lists::rebuild;
pub use offer::Documents;
pub use refresh::refresh;
pub use rows::Whole;
pub use spec::{Check, Facet, Kind, KindSpec, Kinds, Numbering, Purpose, RelationSpec, Shape};
pub use text::findings::{Listed, masks_with};
pub use values::Values;

/// The tables of this crate.
pub const MIGRATIONS: &[store::Migration] = store::migrations!(
    "document",
    "../migrations/0001_document.sql",
    "../migrations/0002_organ_lists.sql",
    "../migrations/0003_erasure.sql",
    "../migrations/0004_picture.sql",
    "../migrations/0005_column_cadence.sql",
    "../migrations/0006_reference.sql",
    "../migrations/0007_word_rank.sql"
);

/// What this crate brings into the program; kinds, pages and reviews are declared by the contexts.
pub fn capability() -> web::Capability {
    let documents: Arc<dyn PublicDocuments> = Arc::new(Documents);
    web::Capability::new("document", "文件")
        .permissions(&permissions::ALL)
        .events(&events::ALL)
        .subject("document", "文件")
        .titled(
            "SELECT document_id, CASE WHEN title = '' THEN '（未写标题）' ELSE title END FROM edition WHERE head = 1 AND document_id",
        )
        .titled("SELECT id, CASE WHEN title = '' THEN '（未写标题）' ELSE title END FROM edition WHERE id")
        .titled("SELECT id, CASE WHEN title = '' THEN file_name ELSE title END FROM attachment WHERE id")
        .events(&[
            &references::REFERENCE_PROPOSED,
            &references::REFERENCE_CONFIRMED,
            &references::REFERENCE_REFUSED,
        ])
        .subject(references::SUBJECT, "文件关系")
        .titled(
            "SELECT id, CASE WHEN to_title = '' THEN to_number ELSE to_title END FROM document_reference WHERE id",
        )
        .events(&columns::events::ALL)
        .subject("column", "栏目")
        .words(words)
        .titled("SELECT slug, name FROM portal_column WHERE slug")
        .schedule(schedule)
        .followers(|ctx| store::Followers::default().with(references::follower(ctx)))
        .migrations(MIGRATIONS)
        .declare(documents)
        .declare(sealed::documents())
        .declare(sealed::columns())
        .declare(references::sealed())
}

/// The tables of a file that hold names beside what is private, or homes ([`text::findings::list_of_people`]): where each begins, and its
/// heads, names and homes for the checks. What a column says of them cannot be seen in a cell.
pub fn lists_of_people(parts: &[documents::Part]) -> Vec<(String, String)> {
    let list = |table: documents::Rows| {
        let (at, names) = text::findings::list_of_people(&table.rows)?;
        Some((table.places.get(at)?.clone(), names))
    };
    documents::rows_of(parts).into_iter().filter_map(list).collect()
}

/// Words of a file that are some person's and nobody else's business (numbers, homes, names beside them), each once, in the order of
/// the file: proposed to whoever takes words out of a copy, who looks them over.
pub fn personal_words(parts: &[documents::Part]) -> Vec<String> {
    let lists = lists_of_people(parts);
    let read = parts.iter().filter(|part| part.unread.is_none()).map(|part| part.text.as_str());
    let texts: Vec<&str> = read.chain(lists.iter().map(|(_, text)| text.as_str())).collect();
    let listed = Listed::of(&texts);
    let mut seen = std::collections::HashSet::new();
    let found = texts.iter().flat_map(|text| masks_with(text, &listed));
    let found = found.map(|mask| mask.from).chain(columns_of_numbers(parts));
    let found = found.chain(texts.iter().flat_map(|text| labelled::numbers(text)));
    found.filter(|words| seen.insert(words.clone())).collect()
}

/// What stands below, or right of, a cell that says it is a number of some person's: all of it, since a number with a slip in it
/// is theirs no less, and no sum of digits knows it any more.
fn columns_of_numbers(parts: &[documents::Part]) -> Vec<String> {
    const HEADS: [&str; 13] = [
        "身份证",
        "身份号码",
        "证件号",
        "账号",
        "帐号",
        "账户",
        "帐户",
        "卡号",
        "手机",
        "电话",
        "联系方式",
        "护照",
        "社保号",
    ];
    /// Digits from which a cell is a number that tells of somebody: fewer are a room or a count.
    const FEWEST: usize = 6;
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    let is_head = |text: &str| {
        text.chars().count() <= 20 && digits(text) < FEWEST && HEADS.iter().any(|head| text.contains(*head))
    };
    // A reader may have put the head of the column before the value.
    let value = |text: &str| text.rsplit_once('：').map_or(text, |(_, value)| value).trim().to_owned();
    let mut found = Vec::new();
    for table in documents::rows_of(parts) {
        let mut columns: std::collections::BTreeSet<u32> = std::collections::BTreeSet::new();
        for row in &table.rows {
            let mut beside: Option<u32> = None;
            for (column, text) in row {
                if is_head(text) {
                    columns.insert(*column);
                    beside = Some(*column);
                    continue;
                }
                let named = columns.contains(column) || beside.is_some_and(|head| head + 1 == *column);
                if named && digits(text) >= FEWEST {
                    found.push(value(text));
                }
            }
        }
    }
    found
}

/// Codes of columns and documents by their fields. Most kinds of documents are called as their columns are, the others say it
/// themselves ([`KindSpec::word`]).
fn words(field: &str, code: &str) -> Option<String> {
    let of =
        |table: &[(&str, &str)]| table.iter().find(|(known, _)| *known == code).map(|(_, label)| (*label).to_owned());
    match field {
        "kind" => columns::ColumnKind::from_code(code).map(|kind| kind.label().to_owned()),
        "purpose" => columns::purpose_label(code).map(str::to_owned),
        "renewed" => columns::Cadence::from_code(code).map(|cadence| cadence.label().to_owned()),
        "validity" => of(common::VALIDITIES),
        "basis" => of(&erase::BASES),
        "verb" => references::Verb::from_code(code).map(|verb| verb.label().to_owned()),
        "rule" => check_text::rule::named(code).map(|rule| rule.words.to_owned()),
        _ => None,
    }
}

/// Texts that were cleaned under older rules than today's are cleaned anew, at night; lists follow what the day has begun and ended.
fn schedule(ctx: &Ctx) -> Schedule {
    let (ctx, lists) = (ctx.clone(), ctx.clone());
    let lapsing = Entry::new(
        "document.lapse",
        "到施行日期的文件改按有效列出，有效期届满的改按失效列出",
        Every::Minutes(20),
        move || {
            let ctx = lists.clone();
            async move {
                let kinds = Kinds::of(&ctx);
                while lapse(ctx.db(), &kinds).await.map_err(web::Error::from)? > 0 {}
                Ok(())
            }
        },
    );
    let entry = Entry::new(
        "document.refresh",
        "按现行规则重新整理正文",
        Every::Daily(time(3, 40, 0, 0)),
        move || {
            let ctx = ctx.clone();
            async move {
                while refresh(ctx.db(), &ctx.site().domain).await.map_err(web::Error::from)? > 0 {}
                Ok(())
            }
        },
    );
    Schedule::default().with(entry).with(lapsing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_numbers_is_proposed_whole() {
        let mut parts = Vec::new();
        for (place, text) in [
            ("A1", "序号"),
            ("B1", "身份证号"),
            ("C1", "开户账号"),
            ("A2", "1"),
            ("B2", "身份证号：110101195203074528"),
            ("C2", "6222001234567"),
            ("A3", "2026001"),
            ("B3", "无"),
        ] {
            documents::Part::push(&mut parts, format!("sheet \"名单\" {place}"), text);
        }
        documents::Part::push(
            &mut parts,
            "body".to_owned(),
            "王某，身份证号：330106195203074528，开户行账号：6222021208001234567",
        );
        let found = personal_words(&parts);
        let running = ["330106195203074528", "6222021208001234567"];
        for number in ["110101195203074528", "6222001234567"].into_iter().chain(running) {
            assert!(found.iter().any(|words| words == number), "{number} is not in {found:?}");
        }
        assert!(!found.iter().any(|words| words == "2026001" || words == "无"), "{found:?}");
    }
}
