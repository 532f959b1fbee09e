//! Boundary files, good and bad, and what is drawn of them.

use serde_json::json;

use super::*;

/// A square with its lower left corner there, a tenth of a degree wide.
fn square(name: &str, east: f64, north: f64) -> Value {
    let (e, n) = (east + 0.1, north + 0.1);
    json!({
        "type": "Feature",
        "properties": { "name": name },
        "geometry": { "type": "Polygon", "coordinates": [[[east, north], [e, north], [e, n], [east, n], [east, north]]] },
    })
}

fn collection(features: &[Value]) -> Vec<u8> {
    json!({ "type": "FeatureCollection", "features": features }).to_string().into_bytes()
}

fn fault(bytes: &[u8]) -> String {
    read(bytes).expect_err("refused").join("\n")
}

#[test]
fn two_neighbours_share_their_line() {
    let shapes = read(&collection(&[square("城关镇", 110.0, 30.0), square("柳溪镇", 110.1, 30.0)])).expect("shapes");
    let drawing = draw(&shapes).expect("a drawing");
    assert_eq!(drawing.points, 8);
    let paths: Vec<&str> = drawing.shapes.iter().map(|shape| shape.path.as_str()).collect();
    assert!(paths[0].contains("l400 0") && paths[1].starts_with("M400 "), "{paths:?}");
    assert_eq!(drawing.shapes[0].name, "城关镇");
    assert!((100..300).contains(&drawing.shapes[0].at.0) && (500..700).contains(&drawing.shapes[1].at.0));
    assert!((450..=470).contains(&drawing.high), "a degree of longitude is shorter here: {}", drawing.high);
    let [west, south, east, north] = drawing.degrees().expect("its edges");
    assert_eq!((west, east, north), (110.0, 110.2, 30.1), "the picture is filled across");
    assert!((south - 30.0).abs() < 0.001, "{south}");
}

#[test]
fn a_county_that_is_longer_than_wide_has_room_aside() {
    let shapes: Vec<Shape> = (0..4)
        .flat_map(|at| read(&collection(&[square("镇", 110.0, 30.0 + f64::from(at) / 10.0)])).expect("shapes"))
        .collect();
    let drawing = draw(&shapes).expect("a drawing");
    let [west, south, east, north] = drawing.degrees().expect("its edges");
    assert!(west < 110.0 && east > 110.1 && (west + east - 220.1).abs() < 1e-4, "{west} {east}");
    assert!((north - 30.4).abs() < 1e-6 && (south - 30.0).abs() < 1e-3, "{north} {south}");
    // What was drawn before the edges were kept is still read.
    let former: Drawing = serde_json::from_str(r#"{"high":9,"points":4,"shapes":[]}"#).expect("a drawing");
    assert_eq!(former.degrees(), None);
}

#[test]
fn what_is_wrong_with_a_file_is_told_by_shape_and_ring() {
    let mut open = square("城关镇", 110.0, 30.0);
    open["geometry"]["coordinates"][0].as_array_mut().expect("ring").pop();
    let mut short = square("柳溪镇", 110.0, 30.0);
    short["geometry"]["coordinates"] = json!([[[110.0, 30.0], [110.1, 30.0], [110.0, 30.0]]]);
    let line = json!({ "type": "Feature", "properties": {}, "geometry": { "type": "LineString", "coordinates": [] } });
    let told = fault(&collection(&[open, short, line]));
    for words in [
        "第 1 个图形（城关镇）：第 1 圈没有闭合",
        "第 2 个图形（柳溪镇）：第 1 圈只有 3 个点",
        "第 3 个图形：是 LineString",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(fault(&collection(&[square("甲", 500_000.0, 3_300_000.0)])).contains("投影坐标"));
    assert!(fault(&collection(&[square("甲", 30.0, 110.0)])).contains("先经度后纬度"));
    assert!(fault(&collection(&[square("甲", 80.0, 30.0), square("乙", 120.0, 40.0)])).contains("超过一个县"));
    assert!(fault(b"{\"type\":").contains("不是 GeoJSON"));
    assert!(fault(b"{\"type\":\"Topology\"}").contains("没有图形"));
    assert!(fault(&collection(&vec![square("村", 110.0, 30.0); 121])).contains("121 个图形"));
    let many: Vec<Value> = (0..250_002).map(|at| json!([110.0 + f64::from(at % 1_000) / 1e4, 30.0])).collect();
    let ring: Vec<&Value> = many.iter().chain(many.first()).collect();
    let file = json!({ "type": "Polygon", "coordinates": [ring] }).to_string().into_bytes();
    assert!(fault(&file).contains("最多 250000 个"));
    let brackets = format!("{{\"type\":\"FeatureCollection\",\"features\":[{}0]}}", "[1],".repeat(1_000_000));
    assert!(fault(brackets.as_bytes()).contains("点太多"));
}

#[test]
fn a_file_of_brackets_is_refused_before_it_is_taken_apart() {
    for piece in ["[1],", "{},", "1,"] {
        let file = format!("{{\"type\":\"Polygon\",\"coordinates\":[{}1]}}", piece.repeat(1_600_000));
        assert!(fault(file.as_bytes()).contains("太多"), "{piece}");
    }
}

#[test]
fn a_fine_line_is_made_coarse_until_the_page_can_carry_it() {
    // A ring with 40,000 small teeth.
    let teeth = 40_000;
    let mut ring: Vec<Value> = (0..teeth)
        .map(|at| {
            let angle = f64::from(at) / f64::from(teeth) * std::f64::consts::TAU;
            let far = if at % 2 == 0 { 0.2 } else { 0.197 };
            json!([110.0 + angle.cos() * far, 30.0 + angle.sin() * far])
        })
        .collect();
    ring.push(ring[0].clone());
    let file = json!({ "type": "Polygon", "coordinates": [ring] }).to_string().into_bytes();
    let drawing = draw(&read(&file).expect("shapes")).expect("a drawing");
    let bytes: usize = drawing.shapes.iter().map(|shape| shape.path.len()).sum();
    assert!(bytes > 200 && bytes <= MOST_BYTES, "{bytes}");
}

#[test]
fn straight_lines_and_spikes_take_no_points() {
    let points = [(0, 0), (1, 0), (1, 0), (5, 0), (5, 5), (5, 9), (5, 5), (0, 5), (0, 0)];
    assert_eq!(bent(points.into_iter()), [(0, 0), (5, 0), (5, 5), (0, 5)]);
    let flat =
        json!({ "type": "Polygon", "coordinates": [[[110.0, 30.0], [110.1, 30.0], [110.2, 30.0], [110.0, 30.0]]] });
    assert!(draw(&read(flat.to_string().as_bytes()).expect("closed")).is_err(), "no area");
}
