//! Stories of forms.

use super::*;

#[test]
fn moments_are_read_in_the_forms_that_clerks_write() {
    for (form, stored) in [
        ("2026-05-06 9:00", "2026-05-06T01:00:00.000Z"),
        ("2026-05-06T09:00", "2026-05-06T01:00:00.000Z"),
        ("2026年5月6日9时", "2026-05-06T01:00:00.000Z"),
        ("2026年5月6日 14时30分", "2026-05-06T06:30:00.000Z"),
    ] {
        assert_eq!(parse_moment(form).map(time::to_db).as_deref(), Some(stored), "{form}");
    }
    assert_eq!(parse_moment("明天"), None);
    assert_eq!(parse_moment("2026-05-06"), None, "nobody guesses the hour");
}

#[test]
fn the_pairs_of_a_form_find_their_places() {
    let pairs = [("title", "甲"), ("version", " 7 "), ("written_on", "三月五日"), ("once", "x")];
    let typed = Typed::from_pairs(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())));
    assert_eq!((typed.title.as_str(), typed.version, typed.once.as_str()), ("甲", 7, "x"));
    assert_eq!((typed.more("written_on"), typed.more("topics")), ("三月五日", ""));
}
