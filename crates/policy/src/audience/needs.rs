//! A policy whose conditions cannot be read, contradict each other, or outlive the policy is not submitted.

use document::{
    Kinds, Whole,
    common::{AUDIENCE, EXPIRES_ON},
    needs::{InUse, Need, Needs, Step},
};
use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::{organ::OrganKind, time};
use store::Target;
use web::{Ctx, Refusal};

use super::{
    find,
    rule::{self, Rule},
    situation,
};

/// What the document machine asks.
pub(super) struct Readable;

/// Names under which conditions name the townships.
pub(super) fn townships(ctx: &Ctx) -> Vec<String> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let here = |organ: &&kernel::Organ| organ.kind == OrganKind::Township && organ.exists_on(today);
    directory.all().iter().filter(here).map(|organ| organ.short_name.clone()).collect()
}

/// What does not fit outside of the lines themselves.
fn unfit(rules: &[Rule], townships: &[String], expires: Option<Date>) -> Vec<String> {
    let mut faults = Vec::new();
    for rule in rules {
        let named = rule.brings.first().map(String::as_str).unwrap_or_default();
        if let Some(place) = rule.places.iter().find(|place| !townships.contains(place)) {
            faults.push(format!(
                "“{named}”的地区“{place}”不是本县的乡镇，请写 {}，全县都行的不用写。",
                townships.join("、")
            ));
        }
        if let Some((until, expires)) = rule.until.zip(expires).filter(|(until, expires)| until > expires) {
            faults.push(format!("“{named}”办到 {until}，文件的有效期却只到 {expires}，互相矛盾，请核对。"));
        }
    }
    faults
}

impl Needs for Readable {
    fn of<'a>(
        &'a self,
        ctx: &'a Ctx,
        at: Target<'a>,
        whole: &'a Whole,
        step: Step,
    ) -> BoxFuture<'a, Result<Vec<Need>, Refusal>> {
        Box::pin(async move {
            let text = whole.values.get(&AUDIENCE);
            if text.is_empty() {
                return Ok(Vec::new());
            }
            let need = |missing: bool, words: String| Need {
                what: "适用对象和条件",
                words,
                href: String::new(),
                field: AUDIENCE.key,
                missing,
            };
            let expires = time::parse_date(whole.values.get(&EXPIRES_ON));
            let (rules, faults) = match rule::read(text) {
                Ok(rules) => {
                    let faults = unfit(&rules, &townships(ctx), expires);
                    (rules, faults)
                }
                Err(faults) => (Vec::new(), faults),
            };
            if !faults.is_empty() {
                // What was passed is not held up by a township that is joined to another since.
                return Ok(if step == Step::Submit { vec![need(true, faults.join(""))] } else { Vec::new() });
            }
            let written = situation::once(rules.iter().flat_map(|rule| &rule.situations));
            let in_use = find::in_use(at, &whole.document.id).await?;
            Ok(situation::told(&written, &in_use).map(|words| need(false, words)).into_iter().collect())
        })
    }

    fn in_use<'a>(
        &'a self,
        ctx: &'a Ctx,
        at: Target<'a>,
        whole: &'a Whole,
    ) -> BoxFuture<'a, Result<Vec<InUse>, Refusal>> {
        Box::pin(async move {
            let has = |kind: document::Kind| kind.facet(AUDIENCE.key).is_some();
            if !Kinds::of(ctx).get(&whole.document.kind).is_some_and(has) {
                return Ok(Vec::new());
            }
            let situations = InUse {
                field: AUDIENCE.key,
                what: "各政策已用的情形",
                words: find::in_use(at, &whole.document.id).await?,
            };
            let places = InUse { field: AUDIENCE.key, what: "本县的乡镇", words: townships(ctx) };
            Ok([situations, places].into_iter().filter(|one| !one.words.is_empty()).collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn conditions_name_townships_and_end_with_the_policy() {
        let text = "给：补贴\n对象：个人\n地区：河口镇、月亮镇\n时间：2026-01-01 至 2027-12-31";
        let rules = rule::read(text).expect("read");
        let faults = unfit(&rules, &["河口镇".to_owned()], Some(date(2026, 12, 31))).join("");
        assert!(faults.contains("月亮镇") && faults.contains("互相矛盾"), "{faults}");
        assert!(unfit(&rules, &["河口镇".to_owned(), "月亮镇".to_owned()], None).is_empty());
    }
}
