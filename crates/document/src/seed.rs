//! Putting documents in directly, in any state and with dates in the past: for the demonstration, for moving in from an old
//! site, for benchmarks. The log tells the truth: one event `document.seeded`, with the moment at which it was done and the
//! dates that were claimed. Nothing here is reachable from a page.

use jiff::Timestamp;
use kernel::{
    Actor, NewEvent, OrganCode,
    id::{AccountId, ColumnId, DocumentId, EditionId},
    time,
};
use serde_json::json;
use store::Tx;
use web::Refusal;

use crate::{
    commit::{self, Shown},
    common::{CHANGES, COMPARED},
    draft::{self, copy, insert_document, insert_edition},
    error::Result,
    events,
    files::{self, NewFile},
    form::{office_words, public_words},
    house::House,
    html::{Written, pictures::Address},
    life::{next_index_number, next_rank, put_public},
    lists::{self, Entry},
    pictures::{self, NewPicture},
    rows::{self, DocumentRow, EditionRow, Whole},
    spec::{Kind, RelationSpec},
    values::Values,
    words,
};

/// In which state the document is put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeedState {
    Draft,
    /// In review since a moment; the review itself is the caller's to put in.
    InReview {
        /// Since when.
        since: Timestamp,
    },
    /// Returned to its author; why is the review's.
    Returned {
        /// When.
        at: Timestamp,
    },
    /// To be published at a moment to come; the caller sees to it.
    Scheduled {
        /// When.
        at: Timestamp,
    },
    /// Public since a moment.
    Published {
        /// Since when.
        at: Timestamp,
    },
    /// Was public, is withdrawn.
    Withdrawn {
        /// Public from.
        published_at: Timestamp,
        /// Withdrawn at.
        at: Timestamp,
        /// Why.
        reason: String,
        /// What readers are told besides.
        notice: String,
    },
}

/// A second edition that replaced the first: the first is then superseded, the state of the seed is that of the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedCorrection {
    /// What changed.
    pub note: String,
    /// The text of the second edition.
    pub body_html: String,
    /// When it replaced the first; the first was public from the moment in [`SeedState`].
    pub at: Timestamp,
}

/// A document to put in.
#[derive(Debug, Clone, PartialEq)]
pub struct Seed {
    /// Whose information it is.
    pub organ: OrganCode,
    pub column: ColumnId,
    pub kind: Kind,
    /// 标题.
    pub title: String,
    /// Cleaned on the way in like any other text.
    pub body_html: String,
    /// Fields.
    pub values: Values,
    /// 公开属性.
    pub disclosure: &'static str,
    /// Where it leads.
    pub relations: Vec<(&'static RelationSpec, DocumentId)>,
    /// Account and name of the author.
    pub author: (AccountId, String),
    /// When it was begun.
    pub created_at: Timestamp,
    pub state: SeedState,
    /// A second edition.
    pub correction: Option<SeedCorrection>,
    /// Files, kept and read.
    pub files: Vec<NewFile>,
    /// Pictures of the text, kept: it names the first as `picture:1`.
    pub pictures: Vec<NewPicture>,
}

/// What was put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seeded {
    pub document: DocumentId,
    /// Its last edition.
    pub edition: EditionId,
}

/// Puts a document in.
pub async fn seed(tx: &mut Tx, house: &House, seed: &Seed) -> Result<Seeded> {
    tx.hold_log().await?;
    let document = DocumentRow {
        id: DocumentId::fresh(&tx.seams()),
        organ: seed.organ.clone(),
        column: seed.column.clone(),
        kind: seed.kind.key.to_owned(),
        index_number: String::new(),
        created_by: seed.author.0.clone(),
        created_at: time::to_db(seed.created_at),
        current_edition: EditionId::default(),
        title: String::new(),
        rank: 0,
        first_published_at: String::new(),
        first_published_on: String::new(),
        published_at: String::new(),
        keeper: None,
    };
    insert_document(tx, &document).await?;
    draft::put_relations(tx, &document.id, &seed.relations).await?;
    let last = editions(tx, house, seed, &document).await?;
    let whole = Whole {
        text: rows::text(tx.conn(), &last.id).await?,
        values: seed.values.clone(),
        authors: vec![seed.author.0.clone()],
        files: rows::files(tx.conn(), &last.id).await?,
        relations: rows::relations(tx.conn(), &document.id).await?,
        document,
        edition: last,
    };
    let whole = expose(tx, house, seed, whole).await?;
    let edition = &whole.edition;
    let shown = Shown {
        kind: seed.kind,
        document: &whole.document,
        edition,
        body_html: &whole.text.body_html,
        values: &whole.values,
        files: &whole.files,
        relations: &whole.relations,
    };
    let data = json!({
        "edition": edition.id, "number": edition.number, "state": edition.state, "published_at": edition.published_at,
        "index_number": whole.document.index_number, "fields": commit::fields(&shown),
    });
    let event = NewEvent::new(&events::SEEDED, &whole.document.id, &Actor::System).organ(&seed.organ).data(data);
    tx.append(event).await?;
    Ok(Seeded { document: whole.document.id.clone(), edition: edition.id.clone() })
}

/// Puts in the editions; gives the last.
async fn editions(tx: &mut Tx, house: &House, seed: &Seed, document: &DocumentRow) -> Result<EditionRow> {
    let mut first = in_state(tx, seed, document);
    let second = seed.correction.as_ref().map(|correction| {
        let at = time::to_db(correction.at);
        let second = EditionRow {
            id: EditionId::fresh(&tx.seams()),
            number: 2,
            note: correction.note.clone(),
            published_at: at.clone(),
            since: at.clone(),
            created_at: at.clone(),
            updated_at: at.clone(),
            ..first.clone()
        };
        first.state = "superseded".to_owned();
        (first.ended_at, first.since) = (at.clone(), at);
        (first.reason, first.notice) = (String::new(), String::new());
        second
    });
    insert_edition(tx, document, &first).await?;
    let mut addresses = Vec::new();
    for picture in &seed.pictures {
        addresses.extend(pictures::insert(tx, &first.id, picture).await?.address());
    }
    let text = written(house, &named(&seed.body_html, &addresses))?;
    draft::put_text(tx, &first.id, &text, &house.own_host).await?;
    let mut values = seed.values.clone();
    if second.is_some() {
        // It is said of the correction.
        values.set(CHANGES.key, Vec::new());
    }
    draft::put_values(tx, &first.id, &Values::default(), &values).await?;
    draft::add_authors(tx, &first.id, std::slice::from_ref(&seed.author.0)).await?;
    for (position, file) in (1_i64..).zip(&seed.files) {
        files::insert(tx, &first.id, position, file).await?;
    }
    let (Some(second), Some(correction)) = (second, &seed.correction) else { return Ok(first) };
    copy(tx, document, &first.id, &second).await?;
    let text = written(house, &named(&correction.body_html, &addresses))?;
    draft::put_text(tx, &second.id, &text, &house.own_host).await?;
    // Not carried over from the first.
    let mut answers = Values::default();
    for facet in [&COMPARED, &CHANGES] {
        if seed.values.has(facet) {
            answers.read(facet, seed.values.get(facet));
        }
    }
    draft::put_values(tx, &second.id, &Values::default(), &answers).await?;
    Ok(second)
}

/// The text with the addresses of its pictures.
fn named(html: &str, addresses: &[Address]) -> String {
    let place = |text: String, (at, address): (usize, &Address)| {
        text.replace(&format!("src=\"picture:{at}\""), &format!("src=\"{address}\""))
    };
    (1..).zip(addresses).fold(html.to_owned(), place)
}

fn written(house: &House, html: &str) -> Result<Written> {
    Written::new(html, &house.own_host).map_err(|fault| Refusal::field("body_html", fault.to_string()))
}

fn in_state(tx: &Tx, seed: &Seed, document: &DocumentRow) -> EditionRow {
    let created = time::to_db(seed.created_at);
    let mut edition = EditionRow {
        id: EditionId::fresh(&tx.seams()),
        document_id: document.id.clone(),
        number: 1,
        version: 1,
        head: true,
        author: seed.author.0.clone(),
        author_name: seed.author.1.clone(),
        title: seed.title.clone(),
        disclosure: seed.disclosure.to_owned(),
        created_at: created.clone(),
        ..EditionRow::default()
    };
    let mut set = |state: &str, since: Timestamp| {
        edition.state = state.to_owned();
        edition.since = time::to_db(since);
        edition.updated_at = time::to_db(since);
    };
    match &seed.state {
        SeedState::Draft => set("draft", seed.created_at),
        SeedState::InReview { since } => set("in_review", *since),
        SeedState::Returned { at } => set("returned", *at),
        SeedState::Scheduled { at } => {
            set("scheduled", seed.created_at);
            edition.publish_at = time::to_db(*at);
        }
        SeedState::Published { at } => {
            set("published", *at);
            edition.published_at = time::to_db(*at);
        }
        SeedState::Withdrawn { published_at, at, reason, notice } => {
            set("withdrawn", *at);
            edition.published_at = time::to_db(*published_at);
            edition.ended_at = time::to_db(*at);
            edition.reason.clone_from(reason);
            edition.notice.clone_from(notice);
        }
    }
    edition
}

/// Gives the index number and enters the document into the public lists, as far as its state asks for it.
async fn expose(tx: &mut Tx, house: &House, seed: &Seed, mut whole: Whole) -> Result<Whole> {
    let first = match &seed.state {
        SeedState::Published { at } => Some(*at),
        SeedState::Withdrawn { published_at, .. } => Some(*published_at),
        _ => None,
    };
    let public = matches!(seed.state, SeedState::Published { .. });
    let mut public_text = String::new();
    if let Some(first) = first {
        let document = &mut whole.document;
        document.index_number = next_index_number(tx, house, seed.kind, document, first).await?;
        document.rank = next_rank(tx, first).await?;
        document.first_published_at = time::to_db(first);
        document.first_published_on = time::date_in_china(first).to_string();
        if public {
            document.current_edition = whole.edition.id.clone();
            document.title.clone_from(&whole.edition.title);
            document.published_at.clone_from(&whole.edition.published_at);
            public_text = public_words(seed.kind, &whole.edition, &whole.values);
        }
        put_public(tx, &whole, &public_text).await?;
    }
    let index_number = whole.document.index_number.clone();
    whole.edition.words = office_words(seed.kind, &whole.edition.title, &whole.values, &index_number);
    store::query("UPDATE edition SET words = $2 WHERE document_id = $1")
        .bind(&whole.document.id)
        .bind(&whole.edition.words)
        .execute(tx.conn())
        .await?;
    words::replace(tx, &whole.document.id, &[], &[&whole.edition.words, &public_text]).await?;
    if public {
        let today = time::date_in_china(tx.seams().now());
        // Nothing can say anything yet of what is just being put in.
        lists::change(tx, None, Some(&Entry::of(&house.kinds, &whole.document, &whole.values, &[], today))).await?;
    }
    Ok(whole)
}
