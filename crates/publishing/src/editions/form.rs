//! The form of an edition, drawn from the fields and ties that its kind declares.

use document::{Facet, House, Kind, RelationSpec, Shape, common::VALIDITY, form::Typed, public, rows};
use kernel::{Actor, id::DocumentId};
use web::{Ctx, Refusal, Result, filters::shortened};

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
    fn of(facet: &Facet, kind: Kind, form: &Typed, demanded: &[&str]) -> Self {
        Self {
            key: facet.key,
            label: facet.label,
            hint: if facet.key == VALIDITY.key && kind.requires(facet) { "" } else { facet.help },
            value: form.more(facet.key).to_owned(),
            shape: facet.shape,
            offered: facet.offered(),
            // What the kind or somebody else requires is never called optional, chosen from a list or not.
            optional: !kind.requires(facet) && !demanded.contains(&facet.key),
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

/// The fields of a kind: long ones, which stand below the text, and the others. `demanded`: keys of those that are required besides.
pub(super) fn fields(kind: Kind, form: &Typed, demanded: &[&str]) -> (Vec<Field>, Vec<Field>) {
    kind.facets.iter().map(|facet| Field::of(facet, kind, form, demanded)).partition(Field::is_long)
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
pub(super) async fn ties(
    ctx: &Ctx,
    (actor, house): (&Actor, &House),
    chosen: impl Fn(&RelationSpec) -> String,
) -> Result<Vec<Tie>> {
    let mut ties = Vec::new();
    for relation in house.kinds.relations() {
        let value = chosen(relation);
        let options = offered(ctx, (actor, house), relation, &value).await?;
        ties.push(Tie { key: relation.key, label: relation.label, none: relation.none, value, options });
    }
    Ok(ties)
}

/// The title of a document by its newest edition; `None` when this person may not see it.
pub(super) async fn title_of(ctx: &Ctx, actor: &Actor, house: &House, id: &DocumentId) -> Result<Option<String>> {
    match rows::visible(ctx.db().read(), house, actor, id).await {
        Ok(_) => {}
        Err(Refusal::NotFound | Refusal::Forbidden(_)) => return Ok(None),
        Err(other) => return Err(other.into()),
    }
    let newest = rows::editions(ctx.db().read(), id).await?.into_iter().next();
    Ok(newest.map(|edition| edition.title).filter(|title| !title.trim().is_empty()))
}

/// Public documents to which a tie may lead, newest first, and the one that is chosen.
async fn offered(
    ctx: &Ctx,
    (actor, house): (&Actor, &House),
    relation: &RelationSpec,
    chosen: &str,
) -> Result<Vec<(String, String)>> {
    let kinds: Vec<Kind> = relation.to.iter().filter_map(|key| house.kinds.get(key)).collect();
    let found = public::latest(ctx.db(), &house.kinds, &kinds, OFFERED).await?;
    let mut options: Vec<(String, String)> =
        found.into_iter().map(|one| (String::from(one.id), shortened(&one.title, 50))).collect();
    if !chosen.is_empty() && !options.iter().any(|(id, _)| id == chosen) {
        let to = DocumentId::from(chosen);
        let name = match public::listed(ctx.db(), &house.kinds, &to).await? {
            Some(one) => one.title,
            // What another organ has not published is not named.
            None => match title_of(ctx, actor, house, &to).await? {
                Some(title) => format!("{}（未公开）", shortened(&title, 50)),
                None => "（其他机关未公开的文件）".to_owned(),
            },
        };
        options.insert(0, (chosen.to_owned(), name));
    }
    Ok(options)
}
