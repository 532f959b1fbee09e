//! No page offers anybody what answers with a refusal: every role follows every link that its pages hold.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use kernel::Role;
use publishing::{kinds::POLICY, seed::Seed};
use testkit::{Client, TestApp, both};

/// Pages of one shape that are looked at; they differ by their object alone.
const OF_A_SHAPE: usize = 4;

/// An address without its ids and values: pages of one shape.
fn shape(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let id = |part: &str| part.len() >= 12 && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let parts: Vec<&str> = path.split('/').map(|part| if id(part) { "·" } else { part }).collect();
    let names: BTreeSet<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    format!("{}?{}", parts.join("/"), names.into_iter().collect::<Vec<_>>().join("&"))
}

/// The addresses of this server to which a page leads.
fn links(page: &str) -> Vec<String> {
    let found =
        page.split("<a ").skip(1).filter_map(|tag| tag.split('>').next()?.split("href=\"").nth(1)?.split('"').next());
    let own = found.filter(|href| href.starts_with('/') && !href.starts_with("//"));
    own.map(|href| href.split('#').next().unwrap_or_default().replace("&#38;", "&").replace("&amp;", "&")).collect()
}

/// Links that are refused to this person, with the page on which each stands.
async fn refused(client: &mut Client) -> (Vec<String>, usize) {
    let mut queue = VecDeque::from([("".to_owned(), "/".to_owned())]);
    let (mut known, mut shapes): (BTreeSet<String>, BTreeMap<String, usize>) = Default::default();
    let (mut faults, mut asked) = (Vec::new(), 0);
    while let Some((from, path)) = queue.pop_front() {
        let of_shape = shapes.entry(shape(&path)).or_default();
        *of_shape += 1;
        if *of_shape > OF_A_SHAPE {
            continue;
        }
        let reply = client.get(&path).await;
        asked += 1;
        match reply.status.as_u16() {
            403 => faults.push(format!("{from} leads to {path}")),
            200 => {
                for link in links(&reply.text()) {
                    if known.insert(link.clone()) {
                        queue.push_back((path.clone(), link));
                    }
                }
            }
            _ => {}
        }
    }
    (faults, asked)
}

async fn policy(app: &TestApp) {
    let at = "2026-01-10T01:00:00Z".parse().expect("moment");
    let new = Seed::published("QH010".into(), "notices", &POLICY, "没有解读的办法", "<p>正文。</p>", at);
    let mut tx = app.ctx().db().write().await.expect("write");
    publishing::seed::seed(app.ctx(), &mut tx, new).await.expect("seed");
    tx.commit().await.expect("commit");
}

both! {
    async fn no_link_is_offered_to_who_may_not_follow_it(app) {
        crate::publishing::column(app).await;
        crate::matrix::documents(app).await;
        crate::matrix::duties(app).await;
        crate::matrix::cases(app).await;
        crate::matrix::requests(app).await;
        policy(app).await;
        let mut faults = Vec::new();
        // What is offered is decided by the program and not by its database: on the second one every second person is enough.
        let every = if app.ctx().db().dialect() == store::Dialect::Sqlite { 1 } else { 2 };
        for (number, organ) in ["QH010", "QH001"].into_iter().enumerate() {
            for role in Role::ALL.iter().skip(number % every).step_by(every) {
                let login = format!("{}-{}", role.code().replace('_', "-"), organ.to_lowercase());
                let mut client = app.person(&login, organ, &[*role]).await;
                let (refused, asked) = refused(&mut client).await;
                assert!(asked > 5, "{login} saw {asked} pages only");
                faults.extend(refused.into_iter().map(|fault| format!("{login}: {fault}")));
            }
        }
        assert!(faults.is_empty(), "{} links are refused:\n{}", faults.len(), faults.join("\n"));
    }
}
