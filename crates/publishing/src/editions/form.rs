//! The form of an edition, drawn from the fields and ties that its kind declares.

use document::{Facet, House, Kind, RelationSpec, Shape, common::VALIDITY, form::Typed, public};
use kernel::id::DocumentId;
use web::{Ctx, Result, filters::shortened};

/// A field as the form draws it.
pub(super) struct Field {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) value: String,
    pub(super) shape: Shape,
    /// What may be chosen: code and label.
    offered: Vec<(&'static str, &'static str)>,
    pub(super) optional: bool,
}

impl Field {
    fn of(facet: &Facet, kind: Kind, form: &Typed) -> Self {
        Self {
            key: facet.key,
            label: facet.label,
            hint: if facet.key == VALIDITY.key && kind.requires(facet) { "" } else { facet.help },
            value: form.more(facet.key).to_owned(),
            shape: facet.shape,
            offered: facet.offered(),
            // What the kind requires is never called optional, chosen from a list or not.
            optional: !kind.requires(facet),
        }
    }

    pub(super) fn is_long(&self) -> bool {
        matches!(self.shape, Shape::Long(_))
    }

    pub(super) fn is_date(&self) -> bool {
        self.shape == Shape::Date
    }

    pub(super) fn is_flag(&self) -> bool {
        self.shape == Shape::Flag
    }

    pub(super) fn choices(&self) -> &[(&'static str, &'static str)] {
        &self.offered
    }

    pub(super) fn most(&self) -> usize {
        match self.shape {
            Shape::Text(most) | Shape::Long(most) => most,
            _ => 500,
        }
    }

    /// Lines of a long field.
    pub(super) fn rows(&self) -> usize {
        if self.most() > 1000 { 5 } else { 3 }
    }
}

/// The fields of a kind: long ones, which stand below the text, and the others.
pub(super) fn fields(kind: Kind, form: &Typed) -> (Vec<Field>, Vec<Field>) {
    kind.facets.iter().map(|facet| Field::of(facet, kind, form)).partition(Field::is_long)
}

/// A tie as the form draws it.
pub(super) struct Tie {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) none: &'static str,
    pub(super) value: String,
    pub(super) options: Vec<(String, String)>,
}

impl Tie {
    pub(super) fn options(&self) -> &[(String, String)] {
        &self.options
    }
}

/// Documents that a tie offers.
const OFFERED: i64 = 300;

/// The ties that a document of any kind may be given while its kind can still change.
pub(super) async fn ties(ctx: &Ctx, house: &House, chosen: impl Fn(&RelationSpec) -> String) -> Result<Vec<Tie>> {
    let mut ties = Vec::new();
    for relation in house.kinds.relations() {
        let value = chosen(relation);
        let options = offered(ctx, house, relation, &value).await?;
        ties.push(Tie { key: relation.key, label: relation.label, none: relation.none, value, options });
    }
    Ok(ties)
}

/// Public documents to which a tie may lead, newest first, and the one that is chosen.
async fn offered(ctx: &Ctx, house: &House, relation: &RelationSpec, chosen: &str) -> Result<Vec<(String, String)>> {
    let kinds: Vec<Kind> = relation.to.iter().filter_map(|key| house.kinds.get(key)).collect();
    let found = public::latest(ctx.db(), &house.kinds, &kinds, OFFERED).await?;
    let mut options: Vec<(String, String)> =
        found.into_iter().map(|one| (String::from(one.id), shortened(&one.title, 50))).collect();
    if !chosen.is_empty() && !options.iter().any(|(id, _)| id == chosen) {
        let one = public::listed(ctx.db(), &house.kinds, &DocumentId::from(chosen)).await?;
        let name = one.map_or_else(|| "（未公开的文件）".to_owned(), |one| one.title);
        options.insert(0, (chosen.to_owned(), name));
    }
    Ok(options)
}
