//! Sheets: read in the guarded child → tables → fitted to the item's columns → parsed → checked → told → stored. One way for the
//! command line ([`run`]) and for the browser ([`start`], then [`find`] until it is told, then [`store`]).
//!
//! All or nothing, unless whoever imports takes the valid rows alone. What is told names every row and column as the spreadsheet
//! shows them. The same file for the same item and organ is one batch, also when two bring it at the same moment.

mod again;
mod apart;
mod beside;
mod choose;
mod job;
mod keep;
mod load;
mod mapping;
mod organs;
mod pick;
mod read;
mod sample;
mod sums;
mod totals;
mod units;

use std::{collections::BTreeMap, path::PathBuf};

use futures::future::BoxFuture;
use item::ItemKey;
use kernel::{Actor, OrganCode, may_for};
use serde::{Deserialize, Serialize};
use sheet::Mapping;
use store::jobs::Handle;
use web::{Ctx, Refusal};

pub use again::{Again, again};
pub(crate) use job::{IMPORT, Work, clear as clear_imports, forget, work};
pub use job::{Import, Stage, find, list, start, store};
pub(crate) use load::clear as clear_loads;
pub use mapping::remembered;
pub use pick::organ_said;
pub use units::{MONEY_UNIT, whole_column};

use crate::{
    batch::{self, living},
    ids::BatchId,
    permissions::IMPORT_RECORDS,
    state::What,
    values,
};

/// Faults, warnings and notes that are told one by one; what is beyond is counted.
pub const MOST_TOLD: usize = 1000;
/// Most rows of one import.
pub const MOST_ROWS: usize = 1_000_000;

/// Where what is brought in later is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backfill {
    /// In words: 2016 年土地批次档案第 12 卷.
    pub source: String,
    /// How sure its fields are, of 100, where nothing speaks against one.
    pub confidence: u8,
}

/// How a sheet is imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    pub item: ItemKey,
    pub organ: OrganCode,
    /// Name of the sheet; empty = the one that fits best.
    #[serde(default)]
    pub sheet: String,
    /// Takes the rows that are right where others are not.
    #[serde(default)]
    pub accept_valid: bool,
    /// Tells and stores nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// A row with the keys of a public record corrects it; else it is a fault.
    #[serde(default)]
    pub update: bool,
    /// What heads stand for, as somebody has said; goes before what is remembered.
    #[serde(default)]
    pub mapping: Mapping,
    #[serde(default)]
    pub backfill: Option<Backfill>,
    /// What holds for every row whose own cell is empty, by the key of the column, as typed; `period` = the column of the period,
    /// [`MONEY_UNIT`] = the unit of amounts where their heads say none.
    /// Year, organ, stage and the like are read from the title where they are not given.
    #[serde(default)]
    pub given: BTreeMap<String, String>,
    /// For work lists; empty = the name of the file.
    #[serde(default)]
    pub title: String,
    /// Why it corrects; may be empty.
    #[serde(default)]
    pub note: String,
}

impl Options {
    /// An import of this item for this organ, all or nothing.
    pub fn new(item: ItemKey, organ: OrganCode) -> Self {
        Self {
            item,
            organ,
            sheet: String::new(),
            accept_valid: false,
            dry_run: false,
            update: false,
            mapping: Mapping::new(),
            backfill: None,
            given: BTreeMap::new(),
            title: String::new(),
            note: String::new(),
        }
    }

    /// What the batch is for.
    fn what(&self) -> What {
        match (&self.backfill, self.update) {
            (Some(_), _) => What::Backfill,
            (None, true) => What::Correction,
            (None, false) => What::New,
        }
    }
}

/// A file to import.
#[derive(Debug, Clone)]
pub struct File {
    /// As whoever brings it calls it.
    pub name: String,
    /// Where its bytes lie for the child.
    pub path: PathBuf,
    /// SHA-256 of its bytes.
    pub digest: String,
    /// Digest of the sealed bytes, where they are kept already; empty = they are kept with the batch.
    pub sealed: String,
}

/// One thing that is told of a cell or row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// As the spreadsheet shows it; 0 = of the whole table.
    pub row: u32,
    /// Key of the column; empty = of the row.
    pub column: String,
    /// As printed.
    pub label: String,
    /// What is wrong and what to write.
    pub message: String,
}

/// Things that are told, the first of them one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Several {
    pub first: Vec<Said>,
    /// How many there are in all.
    pub all: u64,
}

impl Several {
    pub(crate) fn add(&mut self, said: Said) {
        self.all += 1;
        if self.first.len() < MOST_TOLD {
            self.first.push(said);
        }
    }
}

/// A head of the table and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapped {
    /// `债务限额/合计`.
    pub head: String,
    pub to: sheet::Target,
    /// What the column is called; empty where it is none.
    pub label: String,
}

/// The first rows of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Names of columns.
    pub heads: Vec<String>,
    /// Numbers as the spreadsheet shows them, and texts in the order of the heads.
    pub rows: Vec<(u32, Vec<String>)>,
}

/// A column that no head stands for and that holds for the whole table: its year, its stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// Of the column; the same in [`Options::given`].
    pub key: String,
    /// What was read or given, as a form takes it; empty = nothing says it.
    pub text: String,
}

/// What came of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The sheets that were read, and the title above the table.
    pub sheet: String,
    pub title: String,
    /// 单位 above the head; may be empty.
    pub unit: String,
    pub mapping: Vec<Mapped>,
    /// What holds for all rows.
    #[serde(default)]
    pub beside: Vec<Beside>,
    /// Names of required columns that no head stands for: nothing is stored.
    pub missing: Vec<String>,
    /// Heads that nobody knows: somebody must say what they are, or that they are nothing.
    pub unknown: Vec<String>,
    /// Rows of records that were read.
    pub rows: u64,
    /// Those that can be stored, the doubtful ones too.
    pub accepted: u64,
    /// Rows that cannot.
    pub refused: u64,
    /// Rows that wait for a person.
    pub doubtful: u64,
    /// Rows that correct public records.
    pub updates: u64,
    /// Rows that say what the public record says, and correct nothing.
    #[serde(default)]
    pub unchanged: u64,
    /// What was taken for every row from title, lines above, heads, name of the file, or what somebody has typed: names of columns
    /// with their values.
    #[serde(default)]
    pub taken: Vec<(String, String)>,
    /// The first rows as they will be saved, as readers will see them.
    #[serde(default)]
    pub sample: Sample,
    pub faults: Several,
    pub warnings: Several,
    /// What was read into cells where that is not plain.
    pub notes: Several,
    /// Rows of totals and notes, that are no records.
    pub totals: u64,
    pub remarks: u64,
    /// What should be known of the file: hidden sheets, other tables in it, another organ named above the head.
    pub about: Vec<String>,
    /// What it became; `None` = nothing was stored.
    pub batch: Option<BatchId>,
    /// The batch was there already: the same file was imported before.
    pub again: bool,
}

impl Told {
    /// Whether all of it can be stored as it is: no row is refused, and no total is wrong.
    pub fn is_whole(&self) -> bool {
        self.may_be_in_part() && self.refused == 0 && self.faults.all == 0
    }

    /// Whether the rows that are right can be stored.
    pub fn may_be_in_part(&self) -> bool {
        self.missing.is_empty() && self.unknown.is_empty() && self.accepted > 0
    }
}

/// Who watches an import.
pub trait Progress: Send + Sync {
    /// So many rows of so many (0 = unknown), and what is done now. `false` = stop: nothing is stored.
    fn step<'a>(&'a self, done: u64, total: u64, words: &'a str) -> BoxFuture<'a, Result<bool, Refusal>>;
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn step<'a>(&'a self, _: u64, _: u64, _: &'a str) -> BoxFuture<'a, Result<bool, Refusal>> {
        Box::pin(async { Ok(true) })
    }
}

impl Progress for Handle {
    fn step<'a>(&'a self, done: u64, total: u64, words: &'a str) -> BoxFuture<'a, Result<bool, Refusal>> {
        Box::pin(async move {
            self.progress(done, total, words).await?;
            Ok(!self.cancelled())
        })
    }
}

/// Said where somebody stopped it.
fn stopped() -> Refusal {
    Refusal::Conflict("导入已停止，没有保存任何记录。".into())
}

/// By what a batch is known: the same file, table and use for the same item and organ, with its heads standing for the same.
fn digest_of(file: &File, options: &Options, mapping: &Mapping) -> Result<String, Refusal> {
    let what = options.what().code();
    let mapping = serde_json::to_string(mapping).map_err(::store::Error::from)?;
    let mut texts = vec!["sheet", &file.digest, options.item.as_str(), options.organ.as_str(), &options.sheet, what];
    // The same sheet for another year is another batch.
    texts.extend(options.given.iter().flat_map(|(key, text)| [key.as_str(), text.as_str()]));
    texts.push(&mapping);
    Ok(values::digest_of(texts))
}

/// Imports a file.
///
/// # Errors
/// [`Refusal::Fields`] at `organ`, `item` and `file` (what the reader says of it); [`Refusal::Conflict`] where it was
/// stopped; when
/// the person may not, or the database fails. Faults in rows are no errors: they are told.
pub async fn run(
    ctx: &Ctx,
    actor: &Actor,
    file: &File,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Told, Refusal> {
    may_for(actor, &IMPORT_RECORDS, &options.organ)?;
    living(ctx, &options.organ)?;
    let item = crate::items::find(ctx, &options.item).await?;
    let item = item.ok_or_else(|| Refusal::field("item", format!("目录中没有事项“{}”。", options.item)))?;
    if !item.is_table() {
        return Err(Refusal::field("item", format!("“{}”以文件公开，没有数据表。", item.title)));
    }
    let read = read::read(ctx, &item, file, options, progress).await?;
    let digest = digest_of(file, options, &read.mapping)?;
    if let Some(known) = load::finished(ctx, (item.key.as_str(), &options.organ, &digest)).await? {
        return Ok(Told {
            batch: Some(known.id),
            again: true,
            rows: count(known.total),
            accepted: count(known.total),
            ..Told::default()
        });
    }
    // What somebody has said the heads are holds for the corrected file, too.
    if !options.mapping.is_empty() {
        mapping::remember(ctx, &item, &options.organ, &read.mapping).await?;
    }
    let mut told = read.told;
    let fits = if options.accept_valid { told.may_be_in_part() } else { told.is_whole() };
    if options.dry_run || !fits {
        return Ok(told);
    }
    let new = batch::New {
        item,
        organ: options.organ.clone(),
        way: crate::state::Way::Sheet,
        what: options.what(),
        title: if options.title.is_empty() { file.name.clone() } else { options.title.clone() },
        note: note(options),
        digest,
    };
    let stored = load::load(ctx, actor, (&new, file, &told.sheet), &read.rows, &read.before, progress).await?;
    mapping::remember(ctx, &new.item, &options.organ, &read.mapping).await?;
    told.batch = Some(stored.id);
    told.again = stored.again;
    Ok(told)
}

fn count(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or_default()
}

fn note(options: &Options) -> String {
    match &options.backfill {
        Some(backfill) if options.note.is_empty() => backfill.source.clone(),
        _ => options.note.clone(),
    }
}
