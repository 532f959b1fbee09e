//! Keys of a data directory: what cannot be used, is lost or was exchanged stops the start, in words.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::cli::{Served, gongkai, json, refuses_to_serve, run, serve, stop};

/// A log whose end cannot be kept is told at the start, not once a minute where nobody reads it; a key with a wrong mode is a wrong
/// key and no forged log.
#[test]
fn a_key_that_cannot_be_used_stops_the_start() {
    let place = tempfile::tempdir().expect("place");
    let data = place.path().join("data");
    let add = ["user", "add", "admin", "--name", "甲", "--organ", "OFFICE", "--role", "system_admin", "--json"];
    json(&run(&data, &add));
    let nowhere = place.path().join("none/k").display().to_string();
    let told = refuses_to_serve(&data, &[("GONGKAI_LOG__KEY", &nowhere)]);
    assert!(told.contains(&nowhere) && told.contains("log.key"), "{told}");
    let doctor = gongkai(&data).env("GONGKAI_LOG__KEY", &nowhere).args(["doctor", "--json"]).output().expect("doctor");
    let points: Value = serde_json::from_slice(&doctor.stdout).expect("JSON");
    assert!(
        points["points"].as_array().expect("points").iter().any(|point| {
            point["ok"] == false && point["note"].as_str().is_some_and(|note| note.contains(&nowhere))
        })
    );
    let key = data.join("log-key");
    std::fs::write(&key, "0".repeat(64)).expect("write");
    std::fs::set_permissions(&key, PermissionsExt::from_mode(0o644)).expect("mode");
    let verify = run(&data, &["verify"]);
    assert_eq!(verify.status.code(), Some(1));
    for told in [refuses_to_serve(&data, &[]), String::from_utf8_lossy(&verify.stderr).into_owned()] {
        assert!(told.contains(&format!("chmod 600 {}", key.display())), "{told}");
        assert!(!told.contains("改过") && !told.contains("删除") && !told.contains("保留现场"), "{told}");
    }
    std::fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).expect("mode");
    std::fs::write(data.join("files-key"), "junk").expect("write");
    assert!(refuses_to_serve(&data, &[]).contains("files-key"));
    std::fs::remove_file(data.join("files-key")).expect("remove");

    // A backup goes where it outlives the data.
    let within = run(&data, &["backup", data.join("x.tgz").to_str().expect("path")]);
    let told = String::from_utf8_lossy(&within.stderr).into_owned();
    assert_eq!(within.status.code(), Some(1), "{told}");
    assert!(told.contains("请写到另一块盘") && !data.join("x.tgz").exists(), "{told}");
    assert!(run(&data, &["backup", place.path().join("x.tgz").to_str().expect("path")]).status.success());
}

/// Once it has served, the database knows the key of sealed contents: another one, or none, is missed and never made anew.
#[test]
fn a_key_of_sealed_contents_that_is_lost_stops_the_start() {
    let place = tempfile::tempdir().expect("place");
    let data = place.path();
    let key = data.join("files-key");
    let served = || {
        let Served { child, .. } = serve(data);
        stop(child);
    };
    served();
    let own = std::fs::read(&key).expect("made with the first start");
    let doctor = || String::from_utf8_lossy(&run(data, &["doctor"]).stdout).into_owned();
    let put = |text: &[u8]| {
        std::fs::write(&key, text).expect("write");
        std::fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).expect("mode");
    };
    put("0".repeat(64).as_bytes());
    assert!(refuses_to_serve(data, &[]).contains("不是本站封存内容的那一个"));
    assert!(doctor().contains("✗ 封存的内容"), "{}", doctor());
    std::fs::remove_file(&key).expect("remove");
    let told = refuses_to_serve(data, &[]);
    assert!(told.contains("不见了") && told.contains("files-key.lost") && !key.exists(), "{told}");
    let backup = place.path().with_extension("tgz");
    let with_keys = run(data, &["backup", "--with-keys", backup.to_str().expect("path")]);
    assert_eq!(with_keys.status.code(), Some(1), "a backup with keys has them: {with_keys:?}");
    put(&own);
    served();
    // Who declares it lost goes on with another.
    std::fs::remove_file(&key).expect("remove");
    std::fs::write(data.join("files-key.lost"), "").expect("write");
    served();
    assert!(!data.join("files-key.lost").exists());
    assert_ne!(std::fs::read(&key).expect("another"), own);
}
