//! Scratch.
#![allow(warnings)]
extern crate self as testkit;
#[path = "../../testkit/src/client.rs"] mod client;
#[path = "../../testkit/src/database.rs"] mod database;
pub use client::{Client, Reply};
pub use database::Kind;
pub const PASSWORD: &str = "correct-horse-battery";
use std::sync::Arc;
use axum::middleware;
use jiff::SignedDuration;
use kernel::{Actor, OrganCode, Role, Seams, seams::{FixedClock, SeededEntropy}};
use web::{Ctx, Config, Listener, headers};
pub struct TestApp { ctx: Ctx, clock: Arc<FixedClock>, folder: tempfile::TempDir, created: Option<database::Created>, office: axum::Router }
impl TestApp {
    pub async fn start(kind: Kind) -> Self {
        let folder = tempfile::Builder::new().prefix("gongkai-it-").tempdir().unwrap();
        let (url, created) = database::fresh(kind, folder.path()).await;
        let url = if url.is_empty() { format!("sqlite:{}/x.db", folder.path().display()) } else { url };
        let mut config = Config::default();
        config.site.county = "青禾县".into(); config.site.office_organ = "QH001".into();
        let clock = Arc::new(FixedClock::at("2026-03-02T01:00:00Z".parse().unwrap()));
        let seams = Seams { clock: clock.clone(), entropy: Arc::new(SeededEntropy::new(1)) };
        let db = store::Db::open(&url, seams).await.unwrap();
        let ctx = Ctx::new(web::ctx::Parts { db, files: store::Files::in_folder(folder.path()), config, program: "/work/target/debug/gongkai-extract".into(), data: folder.path().into(), hooks: Default::default() });
        let header = ["code", "name", "short_name", "kind"];
        let organs = [("QH001", "青禾县人民政府办公室", "县政府办公室", "county_unit"), ("QH010", "青禾县财政局", "县财政局", "county_department"), ("QH011", "青禾县民政局", "县民政局", "county_department"), ("QH101", "青禾县河口镇人民政府", "河口镇", "township"), ("QH102", "青禾县石桥乡人民政府", "石桥乡", "township")];
        let table = documents::tables::Table { sheet: String::new(), header_number: 1, header: header.map(str::to_owned).to_vec(),
            rows: organs.iter().map(|r| documents::tables::TableRow { number: 2, cells: vec![r.0.into(), r.1.into(), r.2.into(), r.3.into()] }).collect() };
        identity::organs::import_rows(ctx.db(), &table, identity::organs::Mode::AllOrNothing, &Actor::System).await.unwrap();
        identity::load_directory(&ctx).await.unwrap(); identity::load_calendar(&ctx).await.unwrap();
        let (_, office) = identity::routes().finish();
        let office = office.layer(middleware::from_fn_with_state(ctx.clone(), identity::session::attach))
            .fallback(|| async { axum::http::StatusCode::NOT_FOUND })
            .layer(middleware::from_fn(headers::forget_flash))
            .layer(middleware::from_fn_with_state((ctx.clone(), Listener::Office), headers::error_pages))
            .layer(middleware::from_fn(headers::secure))
            .with_state(ctx.clone());
        Self { ctx, clock, folder, created, office }
    }
    pub fn ctx(&self) -> &Ctx { &self.ctx }
    pub fn stranger(&self) -> Client { Client::new(self.office.clone()) }
    pub async fn account(&self, login: &str, organ: &str, roles: &[Role]) {
        let new = identity::accounts::NewAccount { login: login.into(), name: format!("{login}（测试）"), organ: organ.into(), roles: roles.to_vec(), password: Some(PASSWORD.into()), ..Default::default() };
        identity::accounts::create(self.ctx.db(), new).await.unwrap();
    }
    pub async fn person(&self, login: &str, organ: &str, roles: &[Role]) -> Client {
        if identity::accounts::find(self.ctx.db(), login).await.unwrap().is_none() { self.account(login, organ, roles).await; }
        self.sign_in(login).await
    }
    pub async fn sign_in(&self, login: &str) -> Client {
        let mut client = self.stranger();
        client.post("/signin", &[("login", login), ("password", PASSWORD), ("next", "/")]).await.expect(303);
        client
    }
    pub async fn editor(&self, organ: &str) -> Client { self.person(&format!("editor-{}", organ.to_lowercase()), organ, &[Role::Editor]).await }
    pub async fn clerk(&self) -> Client { self.person("clerk", "QH001", &[Role::CountyOffice]).await }
    pub fn pass(&self, d: SignedDuration) { let now = kernel::Clock::now(&*self.clock); self.clock.set(now.checked_add(d).unwrap()); }
    pub async fn finish(self) {
        let v = store::log::verify(self.ctx.db(), self.ctx.files()).await.unwrap(); assert!(v.ok, "{:?}", v.first_bad);
        self.ctx.db().close().await; if let Some(c) = self.created { c.drop_database().await; }
    }
}
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)+) => {$(
        mod $name {
            use super::*;
            async fn story($app: &$crate::TestApp) $body
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() { let app = $crate::TestApp::start($crate::Kind::Sqlite).await; story(&app).await; app.finish().await; }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() { let app = $crate::TestApp::start($crate::Kind::Postgres).await; story(&app).await; app.finish().await; }
        }
    )+};
}
#[path = "../../it/tests/it/identity.rs"] mod stories;
