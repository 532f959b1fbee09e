//! Connections to PostgreSQL.

use std::{
    net::IpAddr,
    str::FromStr,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use sqlx::{
    ConnectOptions, Connection, PgConnection, PgPool, Postgres,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
};

use super::postgres_words::{self as words, Said};
use crate::{Error, Result};

/// What a pool is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Questions: refuses writes, stops what takes longer than the limit.
    Read(Duration),
    Write,
}

/// A connection for questions that was idle for longer is asked whether it still lives before it is used; one for a write always
/// is, for a write that meets a database which was started anew cannot be tried again by itself.
const IDLE: Duration = Duration::from_secs(1);
/// How long one waits for a connection while the database answers.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long one waits for it while the database is known to be away: a page must not hang for its whole patience.
const IMPATIENCE: Duration = Duration::from_secs(1);
/// How long a first connection may take.
const FIRST: Duration = Duration::from_secs(10);

/// How the database at `url` is reached. Over the network the connection is encrypted unless the address says otherwise: hashes
/// of passwords and drafts go over it.
///
/// # Errors
/// When the address cannot be read, names files that are none, or asks for a connection that may turn out to be in clear text.
pub(crate) fn options(url: &str) -> Result<PgConnectOptions> {
    // The driver reads the environment, too: what it says counts as said.
    let said = Said::of(url, |name| std::env::var(name).ok().filter(|value| !value.is_empty()))?;
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| words::unreadable(&error))?
        .application_name("gongkai")
        .statement_cache_capacity(200);
    if said.root.is_some() {
        // Who names the authority wants it asked: nothing else would look at the certificate.
        return Ok(match said.mode.as_deref() {
            None => options.ssl_mode(PgSslMode::VerifyFull),
            Some("require") => options.ssl_mode(PgSslMode::VerifyCa),
            Some(_) => options,
        });
    }
    if is_local(&options) {
        return Ok(options);
    }
    if said.mode.is_none() {
        return Ok(options.ssl_mode(PgSslMode::Require));
    }
    match options.get_ssl_mode() {
        // Both may end in clear text without anybody having asked for it.
        PgSslMode::Allow | PgSslMode::Prefer => Err(Error::ClearText(options.get_host().to_owned())),
        _ => Ok(options),
    }
}

/// Whether the database is on this machine.
fn is_local(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    options.get_socket().is_some()
        || host.is_empty()
        || host.starts_with('/')
        || host == "localhost"
        || address.is_ok_and(|address| address.is_loopback())
}

/// Connects once, and says in one line why it cannot.
pub(crate) async fn connect_once(options: &PgConnectOptions) -> Result<PgConnection> {
    reach(options, FIRST).await
}

async fn reach(options: &PgConnectOptions, patience: Duration) -> Result<PgConnection> {
    match tokio::time::timeout(patience, options.connect()).await {
        Err(_) => Err(Error::Unreachable {
            place: place(options), reason: "超时没有应答。请检查网络和防火墙".into()
        }),
        Ok(Err(error)) => Err(told(options, error)),
        Ok(Ok(connection)) => Ok(connection),
    }
}

/// What kept a connection from being made, in words.
fn told(options: &PgConnectOptions, error: sqlx::Error) -> Error {
    match words::refused(options, &error) {
        Some(reason) => Error::Unreachable { place: place(options), reason },
        None => error.into(),
    }
}

fn place(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

/// A pool of connections that tells why none can be had.
#[derive(Clone)]
pub(crate) struct Pool {
    pool: PgPool,
    options: PgConnectOptions,
    away: std::sync::Arc<AtomicBool>,
}

impl Pool {
    /// Connects a pool; the first connection is made at once, so that a wrong address shows.
    pub(crate) async fn connect(url: &str, places: u32, purpose: Use) -> Result<Self> {
        let options = options(url)?;
        connect_once(&options).await?.close().await?;
        let setting = match purpose {
            // The server looks now and then whether anybody still waits for the answer.
            Use::Read(limit) => format!(
                "SET default_transaction_read_only = on; SET client_connection_check_interval = '2s'; \
                 SET statement_timeout = {}",
                limit.as_millis()
            ),
            // A writer that hangs in the middle of its transaction would hold the lock of the log for ever.
            Use::Write => "SET idle_in_transaction_session_timeout = '5min'; SET lock_timeout = '30s'; \
                           SET statement_timeout = '15min'"
                .to_owned(),
        };
        let idle = if purpose == Use::Write { Duration::ZERO } else { IDLE };
        let pool = PgPoolOptions::new()
            .max_connections(places)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .before_acquire(move |conn, state| {
                Box::pin(async move {
                    if state.idle_for >= idle {
                        conn.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_connect(move |conn, _| {
                // SQL: made above of literals and a number of ours.
                let setting = setting.clone();
                Box::pin(async move {
                    sqlx::raw_sql(sqlx::AssertSqlSafe(setting)).execute(&mut *conn).await?;
                    Ok(())
                })
            })
            .connect_lazy_with(options.clone());
        Ok(Self { pool, options, away: std::sync::Arc::default() })
    }

    /// A connection. While the database is away everybody learns so within a second or two, with the reason.
    pub(crate) async fn take(&self) -> Result<PoolConnection<Postgres>> {
        let patience = if self.away.load(Ordering::Relaxed) { IMPATIENCE } else { IMPATIENCE * 3 };
        if let Ok(taken) = tokio::time::timeout(patience, self.pool.acquire()).await {
            self.away.store(taken.is_err(), Ordering::Relaxed);
            return taken.map_err(|error| told(&self.options, error));
        }
        // Nobody is at home, or everybody is at work: asking at the door tells.
        match reach(&self.options, IMPATIENCE).await {
            Ok(door) => {
                let _ = door.close().await;
                self.away.store(false, Ordering::Relaxed);
                Ok(self.pool.acquire().await?)
            }
            // No connection is free, which is another thing than no answer.
            Err(error) if error.trouble() == Some(crate::Trouble::Busy) => Ok(self.pool.acquire().await?),
            Err(error) => {
                self.away.store(true, Ordering::Relaxed);
                Err(error)
            }
        }
    }

    pub(crate) fn in_use(&self) -> usize {
        usize::try_from(self.pool.size()).unwrap_or(0).saturating_sub(self.pool.num_idle())
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> Option<PgSslMode> {
        options(url).ok().map(|options| options.get_ssl_mode())
    }

    #[test]
    fn nothing_goes_over_the_network_in_clear_text_unless_asked_for() {
        assert!(matches!(mode("postgres://u@db.example/x"), Some(PgSslMode::Require)));
        assert!(matches!(mode("postgres://u@192.0.2.7:5433/x?application_name=y"), Some(PgSslMode::Require)));
        assert!(matches!(mode("postgres://u@db.example/x?sslmode=verify-full"), Some(PgSslMode::VerifyFull)));
        assert!(matches!(mode("postgres://u@db.example/x?sslmode=disable"), Some(PgSslMode::Disable)), "said so");
        for doubtful in ["prefer", "allow"] {
            let refused = options(&format!("postgres://u@db.example/x?sslmode={doubtful}"));
            assert!(matches!(refused, Err(Error::ClearText(host)) if host == "db.example"));
        }
        for local in ["postgres://u@localhost/x", "postgres://u@127.0.0.1/x", "postgres://u@[::1]/x"] {
            assert!(matches!(mode(local), Some(PgSslMode::Prefer)), "{local}");
        }
    }

    /// A certificate that nobody looks at is as good as none.
    #[test]
    fn who_names_an_authority_has_it_asked() {
        let place = tempfile::tempdir().expect("place");
        let file = place.path().join("ca.crt");
        std::fs::write(&file, "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n").expect("write");
        let file = file.display();
        for host in ["db.example", "127.0.0.1"] {
            let at = |rest: &str| mode(&format!("postgres://u@{host}/x?sslrootcert={file}{rest}"));
            assert!(matches!(at(""), Some(PgSslMode::VerifyFull)), "{host}");
            assert!(matches!(at("&sslmode=require"), Some(PgSslMode::VerifyCa)), "{host}");
            assert!(matches!(at("&sslmode=verify-ca"), Some(PgSslMode::VerifyCa)), "{host}");
            assert!(matches!(at("&sslmode=verify-full"), Some(PgSslMode::VerifyFull)), "{host}");
            for unchecked in ["disable", "allow", "prefer"] {
                let refused = options(&format!("postgres://u@{host}/x?sslrootcert={file}&sslmode={unchecked}"));
                let told = refused.expect_err(unchecked).to_string();
                assert!(told.contains("sslrootcert") && told.contains("verify-full"), "{told}");
            }
        }
    }

    #[tokio::test]
    async fn a_database_that_refuses_is_told_in_one_line() {
        // A port that was free a moment ago: nobody listens.
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a free port");
        let url = format!("postgres://u@127.0.0.1:{}/x", free.port());
        let Err(error) = Pool::connect(&url, 1, Use::Write).await else { panic!("nobody listens") };
        let said = error.to_string();
        assert!(said.starts_with(&format!("连不上数据库 127.0.0.1:{}：拒绝连接", free.port())), "{said}");
    }
}
