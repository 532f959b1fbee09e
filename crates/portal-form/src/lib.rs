//! Forms of the portal: how somebody whom nobody knows writes to the county, without an account, a cookie or a script.
//!
//! # How a form stays cacheable and is still done once
//!
//! The page on which a form begins is a portal page like any other: `public, no-cache`, the same bytes for everybody, no
//! cookie, and so no token in it. The token comes into being with the first POST: [`Draft::open`] keeps what was typed in a
//! draft and leads to its **private link** `{path}/d/{secret}`. From there on the secret in the address is everything that a
//! cookie or a token would be: it finds the draft, keeps it over days, proves that the form is ours, and makes sending
//! idempotent, since a draft is sent on condition that it is open ([`Draft::send`]). Posting the first step twice makes two
//! drafts, of which one is never sent and expires; that is harmless, and better than any token that two readers of one cached
//! page behind one network could share: it would lead one to the other's words. Forms of one click that need no receipt take
//! [`PortalForm::once`] with [`web::act()`].
//!
//! # What is where
//!
//! | | |
//! |---|---|
//! | proof that a POST comes from our page | [`web::same_origin`], put on every POST of the portal by [`web::Routes`] |
//! | reading a form, with files | [`PortalForm`] |
//! | draft, private link | [`Draft`], [`DraftForm`] |
//! | receipt | [`Receipt`], [`Received`], [`Accepted`] |
//! | who holds the link of a case | [`Applicant`] |
//! | how often from one network | [`Limit`], [`limit::take`] |
//! | pages under links: never cached, never in a `Referer` | [`private_page`], and by [`web::Routes`] for `{secret}` |
//!
//! # What is never where
//!
//! What people type is sealed in the database under the secret of their link ([`Secret`]), which the database does not have.
//! It is in no log: the request log knows patterns of routes, the event log is told number and digest. A slice that makes a
//! case of what was received writes events whose payload is `Keep::Person` for whatever was typed; in builds for tests,
//! [`Draft::send`] refuses any other event that holds it. No network address is stored.
//!
//! ```ignore
//! static FORM: DraftForm = DraftForm::new("request", "政府信息公开申请", "/requests", lines).files(5, Kind::ALL);
//!
//! Routes::new(Listener::Portal)
//!     .get("/requests/new", &USE_FORMS, start)                // portal_page: cached, shared
//!     .post("/requests/new", &USE_FORMS, begin)
//!     .get("/requests/d/{secret}", &USE_FORMS, step)          // private by the router
//!     .upload("/requests/d/{secret}", &USE_FORMS, save)
//!     .post("/requests/d/{secret}/send", &USE_FORMS, send)
//!     .get("/requests/r/{secret}", &USE_FORMS, receipt);
//!
//! async fn begin(State(ctx): State<Ctx>, reader: Reader, posted: PortalForm<First>) -> Result<Response> {
//!     let (draft, errors) = Draft::open(&ctx, &FORM, posted).await?;
//!     if errors.is_empty() { Ok(Redirect::to(draft.path()).into_response()) } else { show(&ctx, &reader, &draft, errors) }
//! }
//! async fn save(State(ctx): State<Ctx>, reader: Reader, mut draft: Draft, posted: PortalForm<Second>) -> Result<Response> {
//!     let Saved { mut errors, stay } = draft.save(&ctx, posted).await?; // everything typed is kept, right or wrong
//!     if !stay { check(&draft.fields.read::<Second>()?, &mut errors); }
//!     if !errors.is_empty() { return show(&ctx, &reader, &draft, errors); }
//!     Ok(Redirect::to(if stay { draft.path() } else { draft.path() + "/check" }).into_response())
//! }
//! async fn send(State(ctx): State<Ctx>, draft: Draft, posted: PortalForm<Seen>) -> Result<Response> {
//!     draft.send(&ctx, posted.value.version, async |tx, received| Ok(Accepted::case(register(tx, received).await?))).await
//! }
//! async fn receipt(State(ctx): State<Ctx>, reader: Reader, receipt: Receipt) -> Result<Response> {
//!     receipt.page(&ctx, &reader, &ReceiptWords { next: vec!["20 个工作日内答复".into()], ..ReceiptWords::default() })
//! }
//! ```

pub mod applicant;
mod draft;
mod expire;
mod extract;
mod fields;
pub mod limit;
mod link;
pub mod receipt;
mod secret;
mod upload;

use kernel::{Permission, permission::Scope};
use serde::{Deserialize, Serialize};
use store::{Entry, Every, Migration, Schedule};

use web::{Capability, Ctx, Section};

pub use applicant::Applicant;
pub use draft::{Draft, DraftFile, DraftForm, DraftId, Line, Saved};
pub use expire::{Expired, expire};
pub use extract::PortalForm;
pub use fields::{Fields, is_line, is_mailbox};
pub use limit::{Limit, Network};
pub use receipt::{Accepted, CHANGED, Receipt, ReceiptWords, Received};
pub use secret::Secret;
pub use upload::{Kind, Uploaded, kind_of, without_notes};
pub use web::private::{private_changed, private_errors, private_page};

/// 填写门户表单: the doors of the portal behind which something is written.
pub static USE_FORMS: Permission =
    Permission::new("use_forms", "在门户填写和提交表单，凭私密链接查看自己的事项", &[], Scope::Everyone);

/// The form before sending, which says what was checked: `components/portal_form.html`, `seen`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// [`Draft::version`] of the page; 0, which is no version, when it was left out.
    pub version: i64,
}

/// Key of the entry of the schedule that removes what is past its time.
pub const EXPIRE: &str = "portal_form.expire";

const MIGRATIONS: &[Migration] = store::migrations!("portal_form", "../migrations/0001_portal_form.sql");

/// Tables, limits, housekeeping and words of the portal's forms. Every installation has it.
pub fn capability() -> Capability {
    Capability::new("portal_form", "门户表单")
        .permissions(&[&USE_FORMS])
        .events(&[&receipt::RECEIVED])
        .subject("receipt", "回执")
        .settings::<PortalForms>()
        .migrations(MIGRATIONS)
        .schedule(schedule)
}

fn schedule(ctx: &Ctx) -> Schedule {
    let ctx = ctx.clone();
    Schedule::default().with(Entry::new(
        EXPIRE,
        "删除过期的表单草稿、回执和限速记录",
        Every::Minutes(60),
        move || {
            let ctx = ctx.clone();
            async move {
                let gone = expire(&ctx).await?;
                tracing::info!(gone.drafts, gone.files, gone.receipts, gone.buckets, "removed what is past its time");
                Ok(())
            }
        },
    ))
}

/// The section `[portal_forms]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PortalForms {
    /// Days for which a draft is kept after its last change.
    pub draft_days: u32,
    /// Days for which a receipt can be opened.
    pub receipt_days: u32,
    /// Largest file in megabytes.
    pub upload_mb: u64,
    /// How many drafts one network may begin in an hour; this and the next ones: 0 = without limit.
    pub drafts_per_hour: u32,
    /// How many forms with files one network may send in an hour.
    pub uploads_per_hour: u32,
    /// How many drafts one network may finish in an hour.
    pub sends_per_hour: u32,
    /// How many codes one network may try in a minute.
    pub codes_per_minute: u32,
    /// How many times as much the wider network (IPv4 /24, IPv6 /48) may do.
    pub subnet_factor: u32,
}

impl Default for PortalForms {
    fn default() -> Self {
        Self {
            draft_days: 7,
            receipt_days: 400,
            upload_mb: 10,
            drafts_per_hour: 30,
            uploads_per_hour: 60,
            sends_per_hour: 10,
            codes_per_minute: 20,
            subnet_factor: 10,
        }
    }
}

impl Section for PortalForms {
    const KEY: &'static str = "portal_forms";

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !(1..=90).contains(&self.draft_days) {
            problems.push("draft_days：应为 1 至 90 天。草稿含个人信息，不宜久存".to_owned());
        }
        if !(30..=3660).contains(&self.receipt_days) {
            problems.push("receipt_days：应为 30 至 3660 天，不短于办理和救济的期限".to_owned());
        }
        if !(1..=100).contains(&self.upload_mb) {
            problems.push("upload_mb：应为 1 至 100".to_owned());
        }
        if self.subnet_factor == 0 {
            problems.push("subnet_factor：应大于 0".to_owned());
        }
        problems
    }
}

impl PortalForms {
    /// Beginning drafts.
    pub fn drafts(&self) -> Limit {
        Limit::hourly("portal_draft", "新填表单", self.drafts_per_hour)
    }

    /// Sending files.
    pub fn uploads(&self) -> Limit {
        Limit::hourly("portal_upload", "上传文件", self.uploads_per_hour)
    }

    /// Sending drafts.
    pub fn sends(&self) -> Limit {
        Limit::hourly("portal_send", "提交表单", self.sends_per_hour)
    }

    /// Typing codes.
    pub fn codes(&self) -> Limit {
        Limit::minutely("portal_code", "查询", self.codes_per_minute)
    }
}
