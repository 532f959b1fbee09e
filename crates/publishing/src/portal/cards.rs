//! Cards for sharing: the picture that a messenger shows beside the address of a document or of the first page. Drawn when it
//! is first asked for, kept under the digest of what stands on it, and gone with the document.

use std::{path::Path, sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::{Path as At, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use card::{Card, Font, HEIGHT, NoCard, WIDTH};
use document::{
    common::{DOCUMENT_NUMBER, IN_FORCE, VALIDITY},
    page::base_url,
    public::{Found, Listed, PublicDocument},
};
use futures::future::BoxFuture;
use kernel::id::DocumentId;
use moka::future::Cache;
use sha2::{Digest, Sha256};
use tokio::{
    sync::{OnceCell, Semaphore},
    task::spawn_blocking,
};
use web::{Ctx, Error, Result, hooks::Face, share::Picture};

use crate::settings::Publishing;

/// All cards that are kept, in bytes: some three hundred. Networks keep their own.
const MOST: u64 = 16 << 20;
/// Drawn at the same time: each takes a processor and the font's whole size.
const AT_ONCE: usize = 1;
/// How long a reader waits for that.
const PATIENCE: Duration = Duration::from_secs(5);
/// And for the drawing itself, which takes a tenth of a second.
const LONGEST: Duration = Duration::from_secs(20);
/// On nearly every card; a font without them draws none.
const USUAL: &str = "人民政府通知公告办法2026";
/// Changes when cards look different, so that networks ask anew.
const LOOK: &str = "1";

/// The cards of one installation.
pub(crate) struct Cards {
    /// Looked for when the first page asks; nothing when the machine has none.
    font: OnceCell<Option<Arc<Font>>>,
    pens: Arc<Semaphore>,
    drawn: Cache<String, Bytes>,
}

impl Default for Cards {
    fn default() -> Self {
        let weigh = |_: &String, picture: &Bytes| u32::try_from(picture.len()).unwrap_or(u32::MAX);
        Self {
            font: OnceCell::new(),
            pens: Arc::new(Semaphore::new(AT_ONCE)),
            drawn: Cache::builder().max_capacity(MOST).weigher(weigh).build(),
        }
    }
}

/// What comes of the configured font, in words; the error says what to do.
///
/// # Errors
/// When a font is configured that cannot be used.
pub(crate) fn font_in_words(wanted: &str) -> Result<String, String> {
    if wanted == Publishing::NO_CARDS {
        return Ok("按配置不出分享图".into());
    }
    if !wanted.is_empty() {
        return match Font::open(Path::new(wanted)) {
            Ok(font) => match font.lacks(USUAL) {
                None => Ok(font.path().display().to_string()),
                Some(c) => Err(format!(
                    "{} 里没有“{c}”字，页面不会有分享图。请把 publishing.card_font 改为有汉字的字体，或者留空。",
                    font.path().display()
                )),
            },
            Err(error) => Err(format!("{error}。请改正 publishing.card_font，或者留空。")),
        };
    }
    Ok(match Font::standard() {
        Some(font) => font.path().display().to_string(),
        None => {
            "本机没有汉字字体，页面没有分享图；装上字体（例如 fonts-noto-cjk）或写明 publishing.card_font 即有".into()
        }
    })
}

/// The font as configured, or what the machine has.
fn look_for(wanted: &str) -> Option<Font> {
    if wanted == Publishing::NO_CARDS {
        return None;
    }
    let found = if wanted.is_empty() { Font::standard() } else { Font::open(Path::new(wanted)).map_err(told).ok() };
    match &found {
        Some(font) if font.lacks(USUAL).is_some() => {
            let font = font.path().display();
            tracing::warn!(%font, "this font has no Chinese characters: pages have no card for sharing (publishing.card_font)");
        }
        Some(font) => tracing::info!(font = %font.path().display(), "cards for sharing are drawn"),
        None => {
            tracing::warn!("no font with Chinese characters: pages have no card for sharing (publishing.card_font)")
        }
    }
    found
}

fn told(error: NoCard) {
    tracing::warn!(%error, "the font of the cards cannot be used");
}

/// The font, if there is one; from the second time on without waiting.
async fn font(ctx: &Ctx) -> Option<Arc<Font>> {
    let found = ctx.one::<Cards>().font.get_or_init(|| async move {
        let wanted = ctx.settings::<Publishing>().card_font.clone();
        spawn_blocking(move || look_for(&wanted)).await.ok().flatten().map(Arc::new)
    });
    found.await.clone()
}

/// Under what a card is kept and asked for: another word on it is another address.
fn tag(card: &Card) -> String {
    let mut digest = Sha256::new();
    for part in [LOOK, &card.seal, &card.site, &card.title].into_iter().chain(card.below.iter().map(String::as_str)) {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    hex::encode(&digest.finalize()[..8])
}

/// The card of a document.
fn card_of(ctx: &Ctx, document: &PublicDocument) -> Card {
    let (site, listed) = (ctx.site(), &document.listed);
    let organ = ctx.directory().get(&listed.organ).map_or(listed.organ.to_string(), |organ| organ.name.clone());
    Card {
        seal: site.seal.clone(),
        site: site.name.clone(),
        title: listed.title.clone(),
        cuts: Vec::new(),
        below: vec![
            no_longer(listed),
            organ,
            listed.published_on.clone(),
            listed.values.get(&DOCUMENT_NUMBER).to_owned(),
        ],
    }
}

/// What a reader must know first of a text that is not in force; empty where it is, or nothing is said of it.
fn no_longer(listed: &Listed) -> String {
    match listed.values.get(&VALIDITY) {
        "" | IN_FORCE => String::new(),
        _ => listed.values.words(&VALIDITY),
    }
}

/// The card of the first page.
fn card_of_home(ctx: &Ctx) -> Card {
    let site = ctx.site();
    Card {
        seal: site.seal.clone(),
        site: site.host.clone(),
        title: site.name.clone(),
        cuts: Vec::new(),
        below: vec!["政务公开".into(), "查政策".into(), "申请公开".into(), site.domain.clone()],
    }
}

/// Where a card is and what can be read on it; nothing where the font lacks a character: no card is better than empty boxes.
async fn offered(ctx: &Ctx, place: &str, card: &Card) -> Option<Picture> {
    let font = font(ctx).await?;
    if font.lacks(&card.words()).is_some() {
        return None;
    }
    let below: Vec<&str> = card.below.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    Some(Picture {
        url: format!("{}/cards/{place}/{}.png", base_url(ctx), tag(card)),
        alt: format!("{}：{}。{}", card.site, card.title, below.join("，")),
        size: (WIDTH, HEIGHT),
    })
}

/// Looks for the font before anybody asks, so that the log of the start says what comes of it.
pub(crate) async fn ready(ctx: &Ctx) {
    font(ctx).await;
}

/// The picture of a document.
pub(super) async fn of_document(ctx: &Ctx, document: &PublicDocument) -> Option<Picture> {
    offered(ctx, document.listed.id.as_str(), &card_of(ctx, document)).await
}

/// The picture of the first page, for whoever makes that.
pub(crate) fn face() -> Arc<dyn Face> {
    Arc::new(OfHome)
}

struct OfHome;

impl Face for OfHome {
    fn picture<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Option<Picture>> {
        Box::pin(async move { offered(ctx, HOME, &card_of_home(ctx)).await })
    }
}

/// What stands for the first page in addresses.
const HOME: &str = "home";

/// `GET /cards/home/{tag}.png`
pub(super) async fn home_card(State(ctx): State<Ctx>, headers: HeaderMap, At(name): At<String>) -> Result<Response> {
    answer(&ctx, &headers, card_of_home(&ctx), &name).await
}

/// `GET /cards/{id}/{tag}.png`: only while the edition is public whose words stand on it.
pub(super) async fn document_card(
    State(ctx): State<Ctx>,
    headers: HeaderMap,
    At((id, name)): At<(DocumentId, String)>,
) -> Result<Response> {
    match crate::public::document(&ctx, &id).await?.ok_or(Error::NotFound)? {
        Found::Public(document) => answer(&ctx, &headers, card_of(&ctx, &document), &name).await,
        Found::Withdrawn(tomb) => Err(Error::Gone(format!("“{}”已撤回。", tomb.title))),
    }
}

async fn answer(ctx: &Ctx, headers: &HeaderMap, card: Card, name: &str) -> Result<Response> {
    let tag = tag(&card);
    // What stood on an earlier card is perhaps no longer so.
    if name.strip_suffix(".png") != Some(tag.as_str()) {
        return Err(Error::NotFound);
    }
    let font = font(ctx).await.ok_or(Error::NotFound)?;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    let mut response = if known.is_some_and(|known| known.contains(&tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let picture = drawn(ctx, font, card, &tag).await?;
        ([(header::CONTENT_TYPE, HeaderValue::from_static("image/png"))], picture).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::from_str(&format!("\"{tag}\"")).map_err(|_| Error::NotFound)?);
    headers.insert(header::CACHE_CONTROL, web::page::PUBLIC);
    Ok(response)
}

/// The picture that is kept, or a new one; who asks for the same meanwhile waits for it.
async fn drawn(ctx: &Ctx, font: Arc<Font>, mut card: Card, tag: &str) -> Result<Bytes> {
    let cards = ctx.one::<Cards>();
    let made = cards.drawn.try_get_with(tag.to_owned(), async {
        let pen = Arc::clone(&cards.pens).acquire_owned();
        let pen = tokio::time::timeout(PATIENCE, pen).await.map_err(|_| Undrawn::Busy)?.map_err(|_| Undrawn::Busy)?;
        let picture = spawn_blocking(move || {
            // Kept until it is drawn, also when nobody waits any more: a font that takes for ever takes one thread.
            let _pen = pen;
            card.cuts = web::breaks::cuts(&card.title);
            card::draw(&font, &card)
        });
        let picture = tokio::time::timeout(LONGEST, picture).await.map_err(|_| Undrawn::Busy)?;
        let picture = picture.map_err(|_| Undrawn::Failed)?;
        picture.map(Bytes::from).map_err(|error| {
            told(error);
            Undrawn::Failed
        })
    });
    made.await.map_err(|error| match *error {
        Undrawn::Busy => Error::Unavailable("图片正在生成，请过半分钟再试。".into()),
        Undrawn::Failed => Error::NotFound,
    })
}

/// Why a picture was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Undrawn {
    Busy,
    /// Told in the log: the font went away or is broken.
    Failed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_word_is_another_address() {
        let card = |title: &str, below: &[&str]| Card {
            title: title.into(),
            below: below.iter().map(|text| (*text).to_owned()).collect(),
            ..Card::default()
        };
        assert_eq!(tag(&card("甲", &["乙"])), tag(&card("甲", &["乙"])));
        assert_ne!(tag(&card("甲", &["乙"])), tag(&card("甲乙", &[])));
        assert_ne!(tag(&card("甲", &["乙", "丙"])), tag(&card("甲", &["乙丙"])));
    }

    #[test]
    fn nobody_has_to_have_cards() {
        assert!(look_for(Publishing::NO_CARDS).is_none());
        assert!(look_for("no/such/font.otf").is_none());
        assert!(font_in_words(Publishing::NO_CARDS).is_ok());
        // Which it is depends on the machine: a font by its path, or what to do.
        let standard = font_in_words("").expect("no font is no fault");
        assert!(card::STANDARD.contains(&standard.as_str()) || standard.contains("publishing.card_font"), "{standard}");
        assert!(font_in_words("no/such/font.otf").is_err_and(|words| words.contains("publishing.card_font")));
    }
}
