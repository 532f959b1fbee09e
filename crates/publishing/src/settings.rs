//! The section `[publishing]` of the configuration, and the installation as the document machine sees it.

use std::path::Path;

use document::House;
use serde::{Deserialize, Serialize};
use web::{Ctx, Section};

/// Documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Publishing {
    /// The index number (索引号). Known parts: `{organ}`, `{year}`, `{column}`, `{n}` (a running number for the parts before
    /// it, five digits).
    pub index_number: String,
    /// Working days that one stage of a review should take, where the route says nothing; shown as a clock in the work list.
    pub gate_days: u32,
    /// Of all files that one person has begun to send and not ended, in MB; never less than one file may have.
    pub unfinished_mb: u64,
    /// File of the font with which cards for sharing are drawn (TrueType or OpenType, with Chinese characters); empty = what
    /// the machine has at the usual places, [`Self::NO_CARDS`] = pages have no card.
    pub card_font: String,
}

impl Publishing {
    /// Stands for a font where nobody wants cards.
    pub const NO_CARDS: &'static str = "none";
}

impl Default for Publishing {
    fn default() -> Self {
        Self { index_number: "{organ}/{year}-{n}".into(), gate_days: 3, unfinished_mb: 500, card_font: String::new() }
    }
}

impl Section for Publishing {
    const KEY: &'static str = "publishing";

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let rule = &self.index_number;
        if !rule.contains("{n}") {
            problems.push("index_number：规则中必须有流水号 {n}".to_owned());
        }
        let known = ["{organ}", "{year}", "{column}", "{n}"];
        let rest = known.iter().fold(rule.clone(), |rest, part| rest.replace(part, ""));
        if rest.contains(['{', '}']) || rest.chars().any(char::is_control) {
            problems.push(format!("index_number：{rule} 里有不认识的部分，只能用 {}", known.join(" ")));
        }
        if !(1..=60).contains(&self.gate_days) {
            problems.push("gate_days：应为 1 至 60 个工作日".to_owned());
        }
        if !(1..=100_000).contains(&self.unfinished_mb) {
            problems.push("unfinished_mb：应为 1 至 100000".to_owned());
        }
        let font = &self.card_font;
        if font.chars().any(char::is_control) {
            problems.push("card_font：路径里有控制字符，请改正".to_owned());
        }
        if !font.is_empty() && font != Self::NO_CARDS && !Path::new(font).is_absolute() {
            problems.push(format!("card_font：{font} 应为字体文件的完整路径；不要分享图的写 {}", Self::NO_CARDS));
        }
        problems
    }
}

/// The installation as of today.
pub fn house(ctx: &Ctx) -> House {
    House::of(ctx, &ctx.settings::<Publishing>().index_number)
}

/// Looks for that font; what comes of it stands in the log.
pub async fn look_for_font(ctx: &Ctx) {
    crate::portal::cards_ready(ctx).await;
}

/// With which font cards for sharing are drawn, in words.
///
/// # Errors
/// With what to do when a font is configured that cannot be used or has no Chinese characters.
pub fn cards(settings: &Publishing) -> Result<String, String> {
    crate::portal::font_in_words(&settings.card_font)
}
