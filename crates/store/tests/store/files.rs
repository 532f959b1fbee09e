//! Files: kept, deleted, swept, sealed.

use store::{Files, query, query_scalar, test};
use tokio::io::AsyncReadExt;

use crate::harness::{Home, both};

async fn keep(home: &Home, files: &Files, bytes: &[u8]) -> String {
    let received = files.receive_bytes(bytes).await.expect("receive");
    let mut tx = home.db.write().await.expect("write");
    files.keep(&mut tx, &received).await.expect("keep");
    tx.commit().await.expect("commit");
    received.digest
}

async fn seal(home: &Home, files: &Files, bytes: &[u8]) -> String {
    let received = files.receive_bytes(bytes).await.expect("receive");
    let mut tx = home.db.write().await.expect("write");
    let sealed = files.keep_sealed(&mut tx, &received).await.expect("seal");
    tx.commit().await.expect("commit");
    assert_ne!(sealed.digest, received.digest);
    sealed.digest
}

async fn plain(files: &Files, digest: &str) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    files.open_sealed(digest).await.map_err(std::io::Error::other)?.read_to_end(&mut bytes).await?;
    Ok(bytes)
}

async fn rows(home: &Home) -> Vec<String> {
    query_scalar("SELECT digest FROM file ORDER BY digest").fetch_all(home.db.read()).await.expect("rows")
}

both! {
    async fn a_deleted_file_is_gone_and_can_come_again(home) {
        let files = Files::in_folder(home.folder.path());
        let digest = keep(home, &files, b"text").await;
        let place = files.local(&digest).await.expect("path").to_path_buf();
        files.delete(&home.db, &digest).await.expect("delete");
        files.delete(&home.db, &digest).await.expect("twice is no harm");
        assert!(!place.exists() && rows(home).await.is_empty());
        assert_eq!(keep(home, &files, b"text").await, digest);
        assert!(place.exists() && files.check(&digest).await.expect("check").is_none());
    }

    async fn a_sweep_takes_what_is_old_and_unused_and_leaves_the_rest(home) {
        let files = Files::in_folder(home.folder.path());
        let used = keep(home, &files, b"used").await;
        let unused = keep(home, &files, b"unused").await;
        // Received and kept, but the write was dropped: bytes without a row.
        let dropped = files.receive_bytes(b"dropped").await.expect("receive");
        let mut tx = home.db.write().await.expect("write");
        files.keep(&mut tx, &dropped).await.expect("keep");
        drop(tx);
        let stray = files.local(&dropped.digest).await.expect("path").to_path_buf();
        std::fs::write(home.folder.path().join("scratch/left"), "x").expect("left over");
        let insert = "INSERT INTO thing (id, grp, n, file) VALUES ('a', 'g', 1, $1)";
        test::tamper(&home.db, query(insert).bind(&used)).await.expect("row");
        // The clock of the story may stand before or after the machine's: what lies on disk is as old as is said here.
        let old = std::time::SystemTime::UNIX_EPOCH;
        for path in [stray.clone(), home.folder.path().join("scratch/left")] {
            std::fs::File::options().write(true).open(path).expect("open").set_modified(old).expect("aged");
        }

        let swept = files.sweep(&home.db).await.expect("sweep");
        assert_eq!((swept.files, swept.strays, swept.scratch), (0, 1, 1), "the rows are younger than a day");
        assert!(!stray.exists());
        home.pass(25 * 3600);
        let swept = files.sweep(&home.db).await.expect("sweep");
        assert_eq!((swept.files, swept.strays), (1, 0));
        assert_eq!(rows(home).await, [used]);
        assert!(files.check(&unused).await.expect("check").is_some());
    }

    async fn a_sealed_file_is_read_with_the_key_alone(home) {
        let files = Files::in_folder(home.folder.path());
        let text = "身份证号".repeat(50_000).into_bytes();
        let piece = 64 * 1024;
        for bytes in [&text[..], b"", b"short", &text[..piece], &text[..piece + 1], &text[..2 * piece]] {
            let digest = seal(home, &files, bytes).await;
            assert_eq!(plain(&files, &digest).await.expect("plain"), bytes);
            let lies = std::fs::read(&*files.local(&digest).await.expect("path")).expect("bytes");
            assert!(bytes.is_empty() || !lies.windows(bytes.len().min(12)).any(|part| part == &bytes[..bytes.len().min(12)]));
            assert!(files.check(&digest).await.expect("check").is_none(), "a verification needs no key");
        }
        let digest = seal(home, &files, &text).await;
        assert_ne!(digest, seal(home, &files, &text).await, "the same text is sealed anew each time");
        let local = files.local_sealed(&digest).await.expect("local");
        let path = local.to_path_buf();
        assert_eq!(std::fs::read(&*local).expect("plain"), text);
        drop(local);
        assert!(!path.exists(), "the plain copy goes with its guard");
        let sealed: i64 = query_scalar("SELECT COUNT(*) FROM file WHERE sealed = 1").fetch_one(home.db.read()).await.expect("count");
        assert_eq!(sealed, 8);

        let open = keep(home, &files, b"open").await;
        assert!(plain(&files, &open).await.is_err(), "not sealed");
        std::fs::rename(home.folder.path().join("files-key"), home.folder.path().join("elsewhere")).expect("key away");
        assert!(plain(&files, &digest).await.is_err());
        std::fs::write(home.folder.path().join("files-key"), "0".repeat(64)).expect("another key");
        assert!(plain(&files, &digest).await.is_err());
    }

    /// What one key has sealed opens with that one alone: a lost key is missed, not replaced.
    async fn a_key_that_is_lost_or_exchanged_is_never_made_anew(home) {
        let files = Files::in_folder(home.folder.path());
        let seams = home.db.seams();
        let sealed = files.seal_words(seams, "place one", "words").expect("sealed");
        let print = files.key_print().expect("readable").expect("a key");
        files.expect_key(&print);
        files.check_key().expect("it is the one");
        let (key, away) = (home.folder.path().join("files-key"), home.folder.path().join("elsewhere"));
        std::fs::rename(&key, &away).expect("key away");
        assert!(matches!(files.check_key(), Err(store::Error::Key(_))));
        assert!(files.seal_words(seams, "place two", "more").is_err());
        assert!(!key.exists(), "no key is made over what another has sealed");
        std::fs::write(&key, "0".repeat(64)).expect("another key");
        assert!(matches!(files.check_key(), Err(store::Error::Key(_))));
        assert!(files.seal_words(seams, "place two", "more").is_err());
        std::fs::rename(&away, &key).expect("key back");
        assert_eq!(files.open_words("place one", &sealed).expect("opens"), "words");
    }

    async fn the_same_words_have_the_same_digest_under_one_key_and_for_one_use(home) {
        let files = Files::in_folder(home.folder.path());
        let seams = home.db.seams();
        let of = |purpose: &str, words: &str| files.keyed_digest(seams, purpose, words).expect("a digest");
        assert_eq!(of("phone", "13800138000"), of("phone", "13800138000"));
        assert_ne!(of("phone", "13800138000"), of("proof", "13800138000"));
        assert_ne!(of("ab", "c"), of("a", "bc"));
        let before = of("phone", "13800138000");
        std::fs::write(home.folder.path().join("files-key"), "0".repeat(64)).expect("another key");
        assert_ne!(of("phone", "13800138000"), before);
    }

    async fn a_sealed_file_that_was_changed_or_cut_off_ends_in_an_error(home) {
        let files = Files::in_folder(home.folder.path());
        let text = vec![7_u8; 3 * 64 * 1024 + 100];
        let digest = seal(home, &files, &text).await;
        let path = files.local(&digest).await.expect("path").to_path_buf();
        let whole = std::fs::read(&path).expect("bytes");
        let piece = 64 * 1024 + 16;
        let head = 8 + 32;
        let mut swapped = whole.clone();
        swapped[head..head + piece].copy_from_slice(&whole[head + piece..head + 2 * piece]);
        let mut changed = whole.clone();
        changed[head + 5] ^= 1;
        let mut salt = whole.clone();
        salt[10] ^= 1;
        for bytes in [swapped, changed, salt, whole[..head + piece].to_vec(), whole[..head + piece + 9].to_vec(), whole[..head].to_vec()] {
            std::fs::write(&path, &bytes).expect("tamper");
            assert!(plain(&files, &digest).await.is_err(), "{} bytes", bytes.len());
        }
        std::fs::write(&path, &whole).expect("put back");
        assert_eq!(plain(&files, &digest).await.expect("plain"), text);
    }
}
