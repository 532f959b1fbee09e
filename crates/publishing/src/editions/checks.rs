//! What the checks look at in an edition: every text of it, and every place of every file, hidden ones too.

use document::{
    House, Kind, Kinds, Values, Whole,
    pictures::shown,
    rows::{self, AttachmentRow},
};
use documents::{Part as Read, place_in_words};
use kernel::id::EditionId;
use review::{
    About,
    findings::{self, Checks, Part, PartText, Piece},
};
use serde::{Deserialize, Serialize};
use store::{Executor, Tx, jobs::NewJob};
use web::{Ctx, Refusal, Result};

/// Editions as the review and its findings name them.
pub const EDITION: &str = "edition";

/// The texts of an edition, as stored or as typed.
struct Texts<'a> {
    kind: Kind,
    title: &'a str,
    note: &'a str,
    body_html: &'a str,
    body_text: &'a str,
    values: &'a Values,
}

impl Texts<'_> {
    /// The parts that are texts, with them.
    fn parts(&self) -> Vec<PartText> {
        let mut parts = vec![
            PartText::of("title", "标题", self.title),
            PartText::of("body", "正文", self.body_text),
            links(self.body_html),
            PartText::of("note", "修改说明", self.note),
        ];
        for (key, values) in self.values.iter() {
            let label = self.kind.facet(key).map_or(key, |facet| facet.label);
            parts.push(PartText::of(&format!("field.{key}"), label, &values.join("\n")));
        }
        parts
    }
}

/// A number in an address (`tel:…`) or a title is not seen in the text, but it is served.
fn links(body_html: &str) -> PartText {
    let tags = body_html.split('<').skip(1).map(|tag| tag.split('>').next().unwrap_or(tag));
    let pieces = tags.filter(|tag| tag.contains('=')).map(Piece::tag).collect();
    PartText { part: Part::of_text("links", "正文中的链接", body_html), pieces }
}

/// Names of the files, with their texts.
pub(super) fn names(files: &[AttachmentRow]) -> Vec<PartText> {
    let mut parts = Vec::new();
    for file in files {
        for (what, label, text) in [("name", "文件名", &file.file_name), ("title", "标题", &file.title)] {
            parts.push(PartText::of(
                &format!("file.{}.{what}", file.id),
                &format!("{}《{}》{label}", file.what(), file.name()),
                text,
            ));
        }
    }
    parts
}

/// A file as a whole. Its bytes decide what is in it, so that a long list is looked through once and not at every save.
fn content(file: &AttachmentRow) -> Part {
    Part::digested(format!("file.{}", file.id), format!("{}《{}》", file.what(), file.name()), file.digest.clone())
}

/// Everything that is read of a file, for the checks.
async fn content_text(ctx: &Ctx, file: &AttachmentRow) -> Result<PartText> {
    let stored = rows::parts(ctx.db().read(), &file.edition_id, &file.id).await?.unwrap_or_default();
    read_parts(file, stored).await
}

/// What was read of a file, as the checks take it.
pub(super) async fn read_parts(file: &AttachmentRow, stored: String) -> Result<PartText> {
    let part = content(file);
    // Some hundred thousand cells: not on a thread that answers others.
    let read = tokio::task::spawn_blocking(move || -> serde_json::Result<PartText> {
        let read: Vec<Read> = serde_json::from_str(&stored)?;
        let names = document::lists_of_people(&read);
        let names: Vec<Piece> =
            names.into_iter().map(|(place, text)| Piece::read(place_in_words(&place), text)).collect();
        let piece = |part: Read| Piece {
            unread: part.unread.map(|how| match how {
                documents::Unread::Some => findings::Unread::Some,
                documents::Unread::All => findings::Unread::All,
            }),
            // of the whole file the file's name says enough
            place: if part.unread.is_some() && part.place == "body" {
                String::new()
            } else {
                place_in_words(&part.place)
            },
            text: part.text,
            tag: false,
            whose: findings::Whose::Anybody,
        };
        Ok(PartText { part, pieces: read.into_iter().map(piece).chain(names).collect() })
    });
    Ok(read.await.map_err(|error| web::Error::internal(format!("parts of a file: {error}")))??)
}

pub(super) fn texts(house: &House, whole: &Whole) -> document::Result<Vec<PartText>> {
    let texts = Texts {
        kind: house.kind_of(&whole.document)?,
        title: &whole.edition.title,
        note: &whole.edition.note,
        body_html: &whole.text.body_html,
        body_text: &whole.text.body_text,
        values: &whole.values,
    };
    Ok(texts.parts())
}

/// Everything in an edition that the checks look at.
///
/// # Errors
/// When nobody declares the kind of the document.
pub(crate) fn parts(house: &House, whole: &Whole) -> document::Result<Vec<Part>> {
    let files = shown(whole);
    let with_texts = texts(house, whole)?.into_iter().chain(names(&files)).map(|text| text.part);
    Ok(with_texts.chain(files.iter().map(content)).collect())
}

/// Which edition, for the review.
pub(crate) fn about(whole: &Whole) -> About {
    About::new(EDITION, &whole.edition.id)
}

/// Has the edition looked through after this write, so that whoever opens it next finds what was found.
pub(crate) async fn later(tx: &mut Tx, edition: &EditionId) -> store::Result<()> {
    let job = LookThrough { edition: edition.clone() };
    tx.enqueue(NewJob::now(LOOK_THROUGH, &job).dedup(edition.as_str())).await
}

/// Kind of the job that looks through an edition.
pub(crate) const LOOK_THROUGH: &str = "publishing.look_through";

/// Payload of [`LOOK_THROUGH`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LookThrough {
    pub(crate) edition: EditionId,
}

/// Looks through what has not been looked through as it stands. Before a write that submits, passes or publishes, and before
/// a page that shows what was found: never inside a write.
pub async fn ensure(ctx: &Ctx, whole: &Whole) -> Result<()> {
    ensure_texts(ctx, whole, texts(&crate::house(ctx), whole)?).await
}

/// By what an edition is looked through. It may name itself, and the policy that it explains and goes out with: no library holds them yet.
pub(super) async fn asking(ctx: &Ctx, whole: &Whole) -> Result<findings::Asking> {
    let mut titles = vec![whole.edition.title.clone()];
    for relation in Kinds::of(ctx).relations().into_iter().filter(|relation| relation.ahead) {
        for row in whole.relations.iter().filter(|row| row.kind == relation.key) {
            let Some(to) = rows::document(ctx.db().read(), &row.to_document).await? else { continue };
            let open = rows::open_edition(ctx.db().read(), &to.id).await?;
            titles.push(open.map_or(to.title, |open| open.title));
        }
    }
    Ok(findings::Asking::of(ctx).await?.beside(titles))
}

async fn ensure_texts(ctx: &Ctx, whole: &Whole, texts: Vec<PartText>) -> Result<()> {
    let files = shown(whole);
    let texts: Vec<PartText> = texts.into_iter().chain(names(&files)).collect();
    let parts: Vec<Part> = texts.iter().map(|text| text.part.clone()).chain(files.iter().map(content)).collect();
    let asking = asking(ctx, whole).await?;
    findings::ensure(&asking, ctx.db(), &about(whole), &parts, async move |missing| {
        let mut found: Vec<PartText> = texts.into_iter().filter(|text| missing.contains(&text.part)).collect();
        for file in files.iter().filter(|file| missing.contains(&content(file))) {
            found.push(content_text(ctx, file).await?);
        }
        Ok(found)
    })
    .await?;
    Ok(())
}

/// What was found in an edition as it stands, with the decisions; what was not looked through is named.
pub async fn of(executor: impl Executor<'_>, house: &House, whole: &Whole) -> Result<Checks, Refusal> {
    findings::read(executor, &about(whole), &parts(house, whole)?).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_a_link_is_looked_at_although_the_text_does_not_show_it() {
        let part = links("<p>请<a href=\"tel:13800138000\" rel=\"noopener\">联系我们</a></p>");
        let seen: Vec<&str> = part.pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(seen, ["a href=\"tel:13800138000\" rel=\"noopener\""]);
        assert_ne!(links("<p>甲</p>").part.digest, part.part.digest);
    }

    #[test]
    fn a_renamed_file_is_not_read_again() {
        let file = AttachmentRow {
            id: "f".into(),
            file_name: "a.xlsx".into(),
            digest: "d".into(),
            ..AttachmentRow::default()
        };
        let renamed = AttachmentRow { title: "名单".into(), ..file.clone() };
        assert_eq!((content(&file).key, content(&file).digest), (content(&renamed).key, content(&renamed).digest));
        assert_eq!(content(&renamed).label, "附件《名单》");
        assert_eq!(names(&[renamed]).len(), 2);
    }
}
