//! The county's outlines for whoever draws places: what the map of the first page is made of.

use futures::future::BoxFuture;

use crate::Ctx;

/// An area of the county.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlined {
    /// May be empty.
    pub name: String,
    /// As `path` of SVG takes it, in points of the picture.
    pub path: String,
    /// Where its name stands.
    pub at: (i32, i32),
}

/// All of them, as one picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlines {
    /// Points of the picture across.
    pub wide: i32,
    /// Points down.
    pub high: i32,
    pub areas: Vec<Outlined>,
    /// West, south, east, north of the picture's edges in degrees; `None` = a map of former times, which takes no points.
    pub window: Option<[f64; 4]>,
    /// 审图号, without which no map is shown (地图管理条例 Art. 15).
    pub approval: String,
    /// Where the boundaries are from.
    pub source: String,
}

/// Who keeps the county's boundaries. Declared as `Arc<dyn Boundaries>`.
pub trait Boundaries: Send + Sync {
    /// The kind of subject whose events change them.
    fn subject(&self) -> &'static str;

    /// The outlines that are shown to everybody; `None` = the county has no map.
    ///
    /// # Errors
    /// When the database fails, or what is kept is no drawing.
    fn outlines<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, store::Result<Option<Outlines>>>;
}
