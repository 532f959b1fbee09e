//! The demonstration county brings in a few notices of earlier years from its old files: two that say all of
//! themselves, one whose number nobody has found yet.

use std::sync::Arc;

use jiff::ToSpan;
use kernel::time;
use web::{
    Ctx, Error, Refusal,
    demo::{Cast, Failure, Scene},
};

use super::{
    run::{self, Reading, Wanted},
    walk::{Content, Source},
};

/// Whose they are.
const COUNTY: &str = "QH000";
/// Files in the folder of the demonstration.
const FILES: [&str; 3] =
    ["关于加强农村公路养护工作的通知.txt", "青禾县小型水库管护办法.txt", "关于做好冬季取暖安全工作的通知.txt"];

/// The clerk brings them in some days ago.
pub(super) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let day = time::date_in_china(cast.now).checked_sub(12.days())?;
    let at = cast.moment(ctx, day, "imports");
    Ok(vec![Scene::new(at, |ctx, cast| async move {
        let told = |error: Error| Failure::from(Refusal::from(error).words());
        let (kind, column) = run::place(&ctx, "policy", None).await.map_err(told)?;
        let mut files = Vec::new();
        for name in FILES {
            let text = cast.file(&format!("imported/{name}"))?;
            files.push(Source { name: name.to_owned(), content: Content::Held(text.into_bytes()) });
        }
        let source = "档案室移交的历年文件".to_owned();
        let wanted = Wanted { organ: COUNTY.into(), kind, column, source };
        run::run(&ctx, &cast.clerk(), &wanted, files, Reading::Apart, |_| ()).await.map_err(told)?;
        Ok(Vec::new())
    })])
}
