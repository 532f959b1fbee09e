//! A whole installation for one story.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use app::{App, compose};
use jiff::{SignedDuration, Timestamp};
use kernel::{
    Actor, OrganCode, Role, Seams, Staff,
    id::AccountId,
    seams::{FixedClock, SeededEntropy},
};
use tempfile::TempDir;
use web::{Config, Ctx};

use crate::{Client, Kind, database};

/// The password of everybody in stories.
pub const PASSWORD: &str = "correct-horse-battery";

/// So many of a story's people sign in from the first network; identity's own limit is 60 a minute, and stories try wrong
/// passwords too.
const OF_A_NETWORK: u32 = 40;

/// The county office of every story.
const OFFICE: &str = "QH001";

/// Organs of every story: code, name, short name, kind.
pub const ORGANS: &[(&str, &str, &str, &str)] = &[
    (OFFICE, "青禾县人民政府办公室", "县政府办公室", "county_unit"),
    ("QH010", "青禾县财政局", "县财政局", "county_department"),
    ("QH011", "青禾县民政局", "县民政局", "county_department"),
    ("QH101", "青禾县河口镇人民政府", "河口镇", "township"),
    ("QH102", "青禾县石桥乡人民政府", "石桥乡", "township"),
];

/// Somebody of an organ with one role, as the table of permissions is asked about them; no account belongs to it.
pub fn staff(organ: &str, role: Role) -> Actor {
    Actor::Staff(Staff {
        account: AccountId::from("x"),
        name: String::new(),
        organ: organ.into(),
        roles: vec![role],
        central: organ == OFFICE,
    })
}

/// A running installation with a clock that stands still until moved.
pub struct TestApp {
    /// The program.
    pub app: App,
    clock: Arc<FixedClock>,
    folder: TempDir,
    created: Option<store::test::Scratch>,
    /// How often somebody has signed in.
    signed_in: AtomicU32,
}

impl std::fmt::Debug for TestApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TestApp")
    }
}

impl TestApp {
    /// A fresh installation at 2026-03-02 09:00 in China, a Monday. `program` is started for reading files.
    pub async fn start(kind: Kind, program: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("gongkai-it-").tempdir().expect("a temporary folder");
        let clock = Arc::new(FixedClock::at("2026-03-02T01:00:00Z".parse().expect("moment")));
        let seams =
            Seams { clock: clock.clone(), entropy: Arc::new(SeededEntropy::new(u64::from(std::process::id()))) };
        let migrations = app::capabilities::all().migrations();
        let (url, created) = database::fresh(kind, folder.path(), &seams, &migrations).await;
        let mut config = Config::default();
        config.database.url = url;
        config.site.name = "青禾县人民政府".into();
        config.site.county = "青禾县".into();
        config.site.office_organ = OFFICE.into();
        config.site.phone = "0000-1234567".into();
        config.site.id_code = "0000000001".into();
        // Administrators of stories sign in with a password alone; the story of the second factor asks for it.
        config.settings.set(identity::settings::Sessions { require_totp_admins: false, ..Default::default() });
        let data = folder.path().join("data");
        let ctx = compose::open(config, data, PathBuf::from(program), seams).await.expect("a fresh installation opens");
        store::log::seals::begin(ctx.db()).await.expect("sealed from the first row on");
        let rows = ORGANS.iter().map(|(code, name, short_name, kind)| {
            [code, name, short_name, kind].map(|text| (*text).to_owned()).to_vec()
        });
        compose::put_organs(&ctx, &["code", "name", "short_name", "kind"], rows.collect()).await.expect("organs");
        let app = App::new(ctx).expect("the program composes");
        Self { app, clock, folder, created, signed_in: AtomicU32::new(0) }
    }

    /// What handlers are given.
    pub fn ctx(&self) -> &Ctx {
        &self.app.ctx
    }

    /// The installation's folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A visitor of the portal.
    pub fn visitor(&self) -> Client {
        Client::new(self.app.portal.clone())
    }

    /// Somebody at the office's door, not signed in.
    pub fn stranger(&self) -> Client {
        Client::new(self.app.office.clone())
    }

    /// Makes an account; the login is `roles-organ` in lower case unless it exists already.
    pub async fn account(&self, login: &str, organ: &str, roles: &[Role]) {
        let new = identity::accounts::NewAccount {
            login: login.to_owned(),
            name: format!("{login}（测试）"),
            organ: OrganCode::from(organ),
            roles: roles.to_vec(),
            email: format!("{login}@example.invalid"),
            password: Some(PASSWORD.to_owned()),
            ..identity::accounts::NewAccount::default()
        };
        identity::accounts::create(self.ctx().db(), new).await.expect("account");
    }

    /// A signed-in person; the account is made if need be.
    pub async fn person(&self, login: &str, organ: &str, roles: &[Role]) -> Client {
        if identity::accounts::find(self.ctx().db(), login).await.expect("database").is_none() {
            self.account(login, organ, roles).await;
        }
        self.sign_in(login).await
    }

    /// Signs in with the common password.
    pub async fn sign_in(&self, login: &str) -> Client {
        let mut client = self.stranger();
        // Of a network only so many may within a minute, by the watch and not by the story's clock: of the many that a long story
        // has, those who come later come from elsewhere.
        let network = self.signed_in.fetch_add(1, Ordering::Relaxed) / OF_A_NETWORK;
        if network > 0 {
            client.from_address(&format!("10.77.{network}.1"));
        }
        let reply = client.post("/signin", &[("login", login), ("password", PASSWORD), ("next", "/")]).await;
        assert_eq!(reply.status.as_u16(), 303, "sign-in of {login}: {}", reply.text());
        client
    }

    /// An editor of the organ.
    pub async fn editor(&self, organ: &str) -> Client {
        self.person(&format!("editor-{}", organ.to_lowercase()), organ, &[Role::Editor]).await
    }

    /// A reviewer of the county office for one gate.
    pub async fn reviewer(&self, gate: &review::route::Gate) -> Client {
        self.person(&format!("reviewer-{}", gate.code), OFFICE, &[gate.permission.roles[0]]).await
    }

    /// The clerk who runs the year.
    pub async fn clerk(&self) -> Client {
        self.person("clerk", OFFICE, &[Role::CountyOffice]).await
    }

    /// Moves the clock on.
    pub fn pass(&self, duration: SignedDuration) {
        let now = kernel::Clock::now(&*self.clock);
        self.clock.set(now.checked_add(duration).expect("a moment"));
    }

    /// Sets the clock.
    pub fn at(&self, moment: Timestamp) {
        self.clock.set(moment);
    }

    /// Does the jobs that are due and brings the search index up to date.
    pub async fn work(&self) {
        // What follows the log puts jobs into the queue.
        self.ctx().capabilities().followers(self.ctx()).run(self.ctx().db()).await.expect("followers");
        store::jobs::run_due(self.ctx().db(), &self.app.handlers).await.expect("queue");
        self.app.search.catch_up(self.ctx()).await.expect("index");
    }

    /// The same installation under another configuration.
    pub async fn with_config(&self, change: impl FnOnce(&mut Config)) -> Ctx {
        let mut config = self.ctx().config().clone();
        change(&mut config);
        let ctx = self.ctx();
        compose::open(config, self.data(), ctx.program().clone(), ctx.seams().clone()).await.expect("open again")
    }

    /// A form that another site makes this person's browser send.
    pub async fn foreign_post(&self, client: &Client, path: &str) -> crate::Reply {
        client.clone().post_from_elsewhere(path).await
    }

    /// Ends the story: the log must verify, and no job may have died.
    pub async fn finish(self) {
        let verified = app::doctor::verify(self.ctx()).await.expect("verify");
        assert!(verified.ok, "{:?}", verified.first_bad);
        let dead = store::jobs::list(self.ctx().db(), "dead", 10).await.expect("jobs");
        assert!(dead.is_empty(), "dead letters: {dead:?}");
        self.ctx().db().close().await;
        if let Some(created) = self.created {
            created.drop_database().await.expect("the database of the story is dropped");
        }
    }
}
