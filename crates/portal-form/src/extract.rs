//! Reading a posted form of the portal.

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request},
    http::header,
};
use serde::de::DeserializeOwned;

use crate::{
    PortalForms,
    fields::{self, Fields, names},
    limit::{self, Network},
    upload::{self, Outcome, Uploaded},
};
use web::{Ctx, Error, FormErrors, Result, same_origin::Proven};

/// Names of buttons that this module knows: take a file off, and save without going on.
pub(super) const REMOVE: &str = "remove";
pub(super) const STAY: &str = "stay";

/// How much of a request is read, files that are thrown away included, before it is given up.
const MOST: u64 = 256 << 20;

/// Files of one form that are looked at: each takes a child process. No form takes as many.
const MOST_FILES: usize = 10;

/// A form that was posted from a page of ours: extractor of every handler that takes a form on the portal. `T` is a plain
/// struct of text fields with `serde(default)`; what else was posted is ignored.
///
/// Forms with files are read as they come; a file that does not do is named in `errors` and keeps nothing else from being
/// received. As the last argument of a handler it is read last: behind a [`crate::Draft`], nothing is received for a link that
/// opens nothing.
#[derive(Debug)]
pub struct PortalForm<T> {
    /// The fields.
    pub value: T,
    /// The same as they were typed.
    pub fields: Fields,
    pub files: Vec<Uploaded>,
    /// What is wrong with files.
    pub errors: FormErrors,
    /// From where.
    pub client: Network,
    pub(super) names: &'static [&'static str],
    /// The file whose button was pressed, or empty.
    pub(super) remove: String,
    /// Whether a button was pressed that does not go on to the next page.
    pub(super) stay: bool,
    path: String,
}

impl<T: DeserializeOwned> FromRequest<Ctx> for PortalForm<T> {
    type Rejection = Error;

    async fn from_request(request: Request, ctx: &Ctx) -> Result<Self> {
        if request.extensions().get::<Proven>().is_none() {
            return Err(Error::internal("PortalForm is read outside of a form's target on the portal"));
        }
        let names = names::<T>()?;
        let client = Network::of_request(request.extensions());
        let path = request.uri().path().to_owned();
        let media = request.headers().get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or("");
        let media = media.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        let (fields, files, errors) = match media.as_str() {
            "application/x-www-form-urlencoded" => (typed(request, ctx).await?, Vec::new(), FormErrors::new()),
            "multipart/form-data" => parts(request, ctx, &client).await?,
            _ => return Err(Error::Invalid("这个地址只接收网页表单。请从页面上的按钮提交。".into())),
        };
        let remove = fields.get(REMOVE).to_owned();
        let stay = !remove.is_empty() || !fields.get(STAY).is_empty();
        let fields = fields.only(names);
        Ok(Self { value: fields.read()?, fields, files, errors, client, names, remove, stay, path })
    }
}

impl<T> PortalForm<T> {
    /// A token for [`web::act()`] when the form has one step and is written without a draft: the same words from the same
    /// network at the same address are the same submission. Whoever sends them is led where the first one was led, so that
    /// must be a public page, never a private link.
    pub async fn once(&self, ctx: &Ctx) -> Result<String> {
        let words = serde_json::to_string(&self.fields)?;
        self.client.digest(ctx.db(), &format!("once {} {words}", self.path)).await
    }
}

async fn typed(request: Request, ctx: &Ctx) -> Result<Fields> {
    let body = Bytes::from_request(request, ctx).await.map_err(|rejection| {
        if rejection.status() == http::StatusCode::PAYLOAD_TOO_LARGE {
            Error::TooLarge("填写的文字太长。请删减，或把长的材料作为附件上传。".into())
        } else {
            Error::Invalid("内容没有传完，可能是网络中断。请返回上一页再提交一次。".into())
        }
    })?;
    let pairs: Vec<(String, String)> = serde_html_form::from_bytes(&body)
        .map_err(|_| Error::Invalid("表单内容读不出来。请返回上一页，刷新后重新提交。".into()))?;
    Ok(pairs.into_iter().collect())
}

async fn parts(request: Request, ctx: &Ctx, client: &Network) -> Result<(Fields, Vec<Uploaded>, FormErrors)> {
    let mut form = Multipart::from_request(request, ctx)
        .await
        .map_err(|_| Error::Invalid("表单内容读不出来。请返回上一页，刷新后重新提交。".into()))?;
    let (mut pairs, mut files, mut errors) = (Vec::new(), Vec::new(), FormErrors::new());
    let mut seen = 0;
    let (mut left, mut text_left) = (MOST, fields::MOST as u64);
    while let Some(mut field) = form.next_field().await.map_err(upload::broken)? {
        let name = field.name().unwrap_or("").to_owned();
        if field.file_name().is_none() {
            let mut bytes = Vec::new();
            while let Some(chunk) = field.chunk().await.map_err(upload::broken)? {
                upload::spend(&mut text_left, chunk.len())
                    .map_err(|_| Error::TooLarge("填写的文字太长。请删减，或把长的材料作为附件上传。".into()))?;
                bytes.extend_from_slice(&chunk);
            }
            pairs.push((name, String::from_utf8_lossy(&bytes).into_owned()));
            continue;
        }
        // Most forms with a file field come without a file: only a chosen one counts.
        if files.is_empty() && field.file_name().is_some_and(|file| !file.is_empty()) {
            limit::take(ctx, ctx.settings::<PortalForms>().uploads(), client).await?;
        }
        if seen == MOST_FILES {
            return Err(Error::Invalid(format!("一次最多上传 {MOST_FILES} 个文件。请分几次上传，或合并后再上传。")));
        }
        match upload::receive(ctx, field, &mut left).await? {
            Outcome::Nothing => {}
            Outcome::File(file) => {
                seen += 1;
                files.push(file);
            }
            Outcome::Refused(reason) => {
                seen += 1;
                errors.add(&name, reason);
            }
        }
    }
    Ok((pairs.into_iter().collect(), files, errors))
}
