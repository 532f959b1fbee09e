//! Who keeps a document today: the organ whose information it is, or the one that took over its duties (机构改革).
//!
//! A document keeps the organ that issued it for ever; who may work on it follows the successor.

use kernel::OrganCode;
use web::Ctx;

/// The organ that answers today for documents of `organ`.
pub(crate) fn keeper(ctx: &Ctx, organ: &OrganCode) -> OrganCode {
    ctx.directory().current(organ, ctx.today()).map_or_else(|| organ.clone(), |current| current.code.clone())
}

/// The organs whose documents `organ` keeps today: its own and those of the organs that it succeeded. Never empty.
pub(crate) fn kept_by(ctx: &Ctx, organ: &OrganCode) -> Vec<String> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let mut organs = vec![organ.0.clone()];
    for other in directory.all() {
        let follows = directory.current(&other.code, today).is_some_and(|current| current.code == *organ);
        if other.code != *organ && follows {
            organs.push(other.code.0.clone());
        }
    }
    organs
}
