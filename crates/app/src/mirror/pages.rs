//! Pages that stand in a mirror besides those of the site: for when the program is down, for what only the program can do, and the
//! line that says that a copy is one.

use askama::Template;
use jiff::Timestamp;
use kernel::time;
use web::{Ctx, PortalShell, Reader, whole};

use super::place::Place;

#[derive(Template)]
#[template(path = "mirror/templates/down.html")]
struct Down {
    shell: PortalShell,
}

#[derive(Template)]
#[template(path = "mirror/templates/still.html")]
struct Still {
    shell: PortalShell,
}

fn shell(ctx: &Ctx, title: &str) -> PortalShell {
    let mut shell = Reader { path: "/".into(), elder: false }.shell(ctx, title, "", "");
    shell.crumbs.clear();
    shell
}

/// What stands where only the program can answer.
pub(super) fn still(ctx: &Ctx) -> anyhow::Result<Vec<u8>> {
    Ok(whole::kept(&Still { shell: shell(ctx, "这里是静态存档") }.render()?).into_bytes())
}

/// Says since when the copy stands: once it has come to its end. A folder without a copy says it of nothing.
pub(super) fn date(place: &Place, now: Timestamp) -> anyhow::Result<()> {
    let when = time::show_minute(&time::to_db(now));
    let line = format!(
        "<aside class=\"demo\" aria-label=\"存档说明\"><div class=\"wrap\">这是 {when} 的存档。网站程序暂时停用，此后公开、更正或撤回的内容\
         这里看不到，也不能检索和提交。</div></aside>"
    );
    place.page("_pages/archive.html", line.as_bytes())?;
    Ok(())
}

/// Writes them; `missing` is the site's own page for an address at which nothing stands.
pub(super) fn write(ctx: &Ctx, place: &Place, now: Timestamp, missing: &[u8]) -> anyhow::Result<()> {
    let down = Down { shell: shell(ctx, "网站暂时打不开") }.render()?;
    place.page("_pages/down.html", whole::kept(&down).as_bytes())?;
    place.page("_pages/still.html", &still(ctx)?)?;
    place.page("_pages/404.html", missing)?;
    let when = time::show_minute(&time::to_db(now));
    // Put into pages by the server of files (SSI), so that a page stays the same while nothing in it changes.
    place.page("_pages/when.html", when.as_bytes())?;
    Ok(())
}
