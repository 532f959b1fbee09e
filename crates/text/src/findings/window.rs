//! Runs of digits in a row, read as one number: which kind of number it is, by its digits, by how they are grouped, and by
//! what stands around them.

use super::{
    Found, NumberKind, Severity,
    scan::{Atom, Joint, Scan, Topic, digit},
    valid,
};
use crate::work::looked_at;

/// The number that begins with the atom at `index`, and how many atoms it takes.
pub(super) fn number_at(scan: &Scan, index: usize) -> Option<(Found, usize)> {
    let mut digits: Vec<u8> = Vec::new();
    let mut groups: Vec<usize> = Vec::new();
    let mut best = None;
    for (offset, atom) in scan.atoms[index..].iter().enumerate() {
        looked_at(1 + atom.digits.len().min(20));
        if (offset > 0 && atom.joint == Joint::None) || digits.len() + atom.digits.len() > 19 {
            break;
        }
        digits.extend(&atom.digits);
        match groups.last_mut() {
            Some(group) if atom.joint == Joint::Touch => *group += atom.digits.len(),
            _ => groups.push(atom.digits.len()),
        }
        if !(11..=19).contains(&digits.len()) {
            continue;
        }
        let window = Window { scan, from: index, to: index + offset, digits: &digits, groups: &groups };
        if let Some(found) = window.identity() {
            return Some((found, offset + 1));
        }
        let better = |found: &Option<(Found, usize)>| {
            found.as_ref().is_none_or(|(found, _)| found.kind == NumberKind::WrongCheck)
        };
        if better(&best) {
            let found = window.mobile().or_else(|| window.card()).or_else(|| window.old_identity());
            let found = found.or_else(|| window.wrong_check().filter(|_| best.is_none()));
            best = found.map(|found| (found, offset + 1)).or(best);
        }
    }
    best
}

/// The account that begins with the atom at `index`, of atoms that belong to no number; as many digits as hang together.
pub(super) fn account_at(scan: &Scan, index: usize, used: &[bool]) -> Option<Found> {
    let (mut digits, mut groups): (Vec<u8>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut best = None;
    for (offset, atom) in scan.atoms[index..].iter().enumerate() {
        looked_at(1 + atom.digits.len().min(20));
        let apart = offset > 0 && !matches!(atom.joint, Joint::Touch | Joint::Space | Joint::Hyphen);
        if apart || used[index + offset] || digits.len() + atom.digits.len() > 19 {
            break;
        }
        digits.extend(&atom.digits);
        groups.push(atom.digits.len());
        let window = Window { scan, from: index, to: index + offset, digits: &digits, groups: &groups };
        best = window.account().or(best);
    }
    best
}

/// An identity number at the head or the tail of a longer run of digits: a running number before it, a telephone behind it, as
/// cells of a page stand together when their borders are lost.
pub(super) fn glued(atom: &Atom) -> Option<Found> {
    const LONGEST: usize = 40;
    let run = atom.digits.len();
    if !(19..=LONGEST).contains(&run) || atom.letter_before {
        return None;
    }
    let at = |from: usize| {
        let mut places = [0_u8; 18];
        places.copy_from_slice(atom.digits.get(from..from + 18)?);
        valid::is_identity_of_somebody(&places).then_some((from, places))
    };
    let (from, places) = at(0).or_else(|| at(run - 18))?;
    let digits = places.iter().map(|&digit| char::from(b'0' + digit)).collect();
    let start = atom.start + from;
    Some(Found { kind: NumberKind::Glued, severity: Severity::Warn, start, end: start + 18, digits })
}

/// Mobile numbers one behind the other without anything between, as columns of a page stand together: 22 digits that are two of
/// them, or 33 that are three. Without a word for telephones they only warn.
pub(super) fn glued_mobiles(scan: &Scan, atom: &Atom) -> Vec<Found> {
    const EACH: usize = 11;
    const MOST: usize = 4;
    let (chunks, rest) = atom.digits.as_chunks::<EACH>();
    let mobile = |digits: &[u8; EACH]| digits[0] == 1 && (3..=9).contains(&digits[1]);
    let alone = !atom.letter_before && !atom.letter_after && !scan.is_fraction(atom);
    if !rest.is_empty() || !(2..=MOST).contains(&chunks.len()) || !alone || !chunks.iter().all(mobile) {
        return Vec::new();
    }
    let severity = if scan.names(Topic::Phone, atom) { Severity::Block } else { Severity::Warn };
    let found = |(at, digits): (usize, &[u8; EACH])| {
        let start = atom.start + at * EACH;
        let digits = digits.iter().map(|&digit| char::from(b'0' + digit)).collect();
        Found { kind: NumberKind::Mobile, severity, start, end: start + EACH, digits }
    };
    chunks.iter().enumerate().map(found).collect()
}

/// Some atoms in a row, read as one number.
struct Window<'a> {
    scan: &'a Scan,
    from: usize,
    to: usize,
    digits: &'a [u8],
    /// Lengths of its groups: atoms with something seen between them.
    groups: &'a [usize],
}

impl Window<'_> {
    fn first(&self) -> &Atom {
        &self.scan.atoms[self.from]
    }

    fn last(&self) -> &Atom {
        &self.scan.atoms[self.to]
    }

    /// What stands between its atoms, where anything is seen.
    fn joints(&self) -> impl Iterator<Item = Joint> + Clone + '_ {
        let inner = self.scan.atoms.get(self.from + 1..=self.to).unwrap_or_default();
        inner.iter().map(|atom| atom.joint).filter(|&joint| joint != Joint::Touch)
    }

    fn is_tight(&self) -> bool {
        self.joints().all(Joint::is_tight)
    }

    fn is_laid_out(&self) -> bool {
        self.joints().any(Joint::is_laid_out)
    }

    /// What joins it to the digits after it.
    fn after(&self) -> Joint {
        self.scan.atoms.get(self.to + 1).map_or(Joint::None, |next| next.joint)
    }

    /// Whether no more digits hang on it in a way that holds its own together.
    fn is_apart(&self) -> bool {
        let near = |joint: Joint| joint != Joint::Touch && self.joints().any(|inner| inner == joint);
        !near(self.first().joint) && !near(self.after())
    }

    /// One digit in each group.
    fn is_spelled(&self) -> bool {
        self.groups.iter().all(|&length| length == 1)
    }

    fn is_named(&self, topic: Topic) -> bool {
        self.scan.names(topic, self.first())
    }

    /// Nothing else is in the text.
    fn is_all(&self) -> bool {
        let blank = |chars: &[char]| chars.iter().all(|&c| c.is_whitespace() || fold::is_unseen(c));
        let (first, last) = (self.from == 0, self.to + 1 == self.scan.atoms.len());
        first
            && last
            && blank(&self.scan.chars[..self.first().start])
            && blank(self.scan.chars.get(self.last().end..).unwrap_or_default())
    }

    fn touched(&self) -> bool {
        self.first().letter_before || self.last().letter_after
    }

    fn found(&self, kind: NumberKind, severity: Severity) -> Found {
        Found { kind, severity, start: self.first().start, end: self.last().end, digits: self.plain(self.digits) }
    }

    fn plain(&self, digits: &[u8]) -> String {
        digits.iter().map(|&digit| char::from(b'0' + digit)).collect()
    }

    /// The 18 places of an identity number and where it ends.
    fn places(&self) -> Option<([u8; 18], usize)> {
        let last = self.last();
        let mut places = [0_u8; 18];
        let end = match (self.digits.len(), last.check) {
            (17, Some(end)) => {
                places[17] = 10;
                end
            }
            (18, _) if last.check.is_none_or(|end| end != last.end + 1) => last.end,
            _ => return None,
        };
        for (place, &digit) in places.iter_mut().zip(self.digits) {
            *place = digit;
        }
        Some((places, end))
    }

    fn eighteen(&self, kind: NumberKind, severity: Severity, end: usize) -> Found {
        let mut found = self.found(kind, severity);
        found.end = end;
        if self.digits.len() == 17 {
            found.digits.push('X');
        }
        found
    }

    fn identity(&self) -> Option<Found> {
        let (places, end) = self.places()?;
        let right = match self.is_tight() && end <= self.last().end + 1 {
            true => valid::is_identity(&places),
            false => valid::is_identity_of_somebody(&places),
        };
        // one number a cell or line: five or more pieces are figures of a table
        let announced = self.groups.len() <= 9 && self.scan.is_beside(Topic::Identity, self.first());
        let gathered = self.is_spelled() || self.groups.len() <= 4 || self.is_tight() || announced;
        (right && gathered).then(|| self.eighteen(NumberKind::IdCard, Severity::Block, end))
    }

    /// 18 places beside the word 身份证, or below it in a table, whose check digit is wrong: mistyped, or made up to pass by.
    fn wrong_check(&self) -> Option<Found> {
        let (_, end) = self.places()?;
        let whole = self.groups.len() == 1;
        let born = self.groups.len() <= 4 && valid::has_birthday(self.digits);
        let beside = self.scan.is_beside(Topic::Identity, self.first());
        let likely = (beside && (whole || born)) || (born && self.scan.is_headed(Topic::Identity, self.first()));
        let organ =
            (valid::begins_credit_code(self.digits) && !born) || self.touched_by_letters(end) || self.is_amount();
        let apart = whole || (self.is_apart() && !self.joints().any(|joint| joint == Joint::Comma));
        (likely && !organ && apart).then(|| self.eighteen(NumberKind::WrongCheck, Severity::Warn, end))
    }

    fn touched_by_letters(&self, end: usize) -> bool {
        self.first().letter_before || (self.last().letter_after && end == self.last().end)
    }

    /// 15 digits with region and date, whole or as 6-6-3; grouped in other ways beside the word 身份证.
    fn old_identity(&self) -> Option<Found> {
        if self.touched() || !valid::is_old_identity(self.digits) || self.is_amount() {
            return None;
        }
        let named = self.is_named(Topic::Identity);
        let spread = matches!(self.groups, [_] | [6, 6, 3]) && !self.is_laid_out();
        let gathered = (self.groups.len() <= 4 || self.is_spelled()) && self.is_apart();
        let severity = if named { Severity::Block } else { Severity::Warn };
        (spread || (named && gathered)).then(|| self.found(NumberKind::OldIdCard, severity))
    }

    /// Digits before a mobile number that belong to it: 86, 0086, a zero.
    fn country(&self) -> Option<usize> {
        let plus =
            |at: Option<usize>| at.and_then(|at| self.scan.chars.get(at)).is_some_and(|c| matches!(c, '+' | '＋'));
        let plus = plus(self.first().start.checked_sub(1));
        let whole = self.groups.len() == 1;
        match (self.digits.len(), self.digits) {
            (11, _) => Some(0),
            (12, [0, ..]) if whole && !matches!(self.after(), Joint::Hyphen | Joint::Slash) => Some(1),
            (13, [8, 6, ..]) if plus || (whole && !self.first().letter_before) => Some(2),
            (15, [0, 0, 8, 6, ..]) if self.is_tight() => Some(4),
            _ => None,
        }
    }

    /// Where the digit of this number begins.
    fn place_of(&self, mut digit: usize) -> usize {
        for atom in &self.scan.atoms[self.from..=self.to] {
            if digit < atom.digits.len() {
                return atom.start + digit;
            }
            digit -= atom.digits.len();
        }
        self.last().end
    }

    /// 11 digits 1[3-9]…, also behind a country code; not an amount, not part of a longer number.
    fn mobile(&self) -> Option<Found> {
        let skip = self.country()?;
        let digits = self.digits.get(skip..)?;
        let begins = digits.first() == Some(&1) && digits.get(1).is_some_and(|digit| (3..=9).contains(digit));
        if !begins || self.last().letter_after || self.is_amount() {
            return None;
        }
        let mut groups: Vec<usize> = self.groups.to_vec();
        match groups.first_mut() {
            Some(first) if *first == skip => drop(groups.remove(0)),
            Some(first) => *first = first.checked_sub(skip)?,
            None => return None,
        }
        let mut severity = self.mobile_by_groups(&groups)?;
        if self.is_coded() && !self.is_named(Topic::Phone) {
            severity = Severity::Warn;
        }
        let mut found = self.found(NumberKind::Mobile, severity);
        found.start = self.place_of(skip);
        found.digits = self.plain(digits);
        Some(found)
    }

    /// `文号：18612345678号`, `本年收入：13800138000`, `13800138000人次`, or the head of a column of such: digits that are called
    /// something else.
    fn is_coded(&self) -> bool {
        const WORDS: [&str; 42] = [
            "次号", "水号", "据号", "记号", "图号", "型号", "货号", "文号", "编号", "证号", "册号", "案号", "单号",
            "同号", "编码", "代码", "序号", "批号", "票号", "收入", "支出", "金额", "预算", "决算", "合计", "总计",
            "共计", "总额", "余额", "税额", "资金", "产值", "总值", "面积", "数量", "产量", "总量", "销量", "流量",
            "统计", "人数", "户数",
        ];
        const UNITS: [&str; 18] = [
            "号", "人次", "户次", "件次", "平米", "公里", "米", "千克", "克", "升", "字节", "册", "株", "羽", "尾",
            "粒", "枚", "次",
        ];
        let start = self.first().start;
        let before: String = self.scan.chars[start.saturating_sub(8)..start].iter().collect();
        let before = before.trim_end_matches(|c: char| {
            c.is_whitespace() || matches!(c, ':' | '：' | '为' | '是' | '达' | '约' | '(' | '（')
        });
        let behind: String = self.scan.chars[self.last().end..].iter().take(4).collect();
        // 米 and the like begin names, too.
        let ends = |rest: &str, unit: &str| {
            unit.chars().count() > 1 || unit == "号" || !rest.starts_with(char::is_alphanumeric)
        };
        let said = |unit: &&str| {
            behind.trim_start_matches([' ', '\u{a0}']).strip_prefix(*unit).is_some_and(|rest| ends(rest, unit))
        };
        let unit = UNITS.iter().any(said);
        // QHZC2026-J-138-00138000
        // 预算执行数, 指标值
        let counted = before.ends_with(['数', '值', '额', '量']);
        let two = &self.scan.chars[start.saturating_sub(2)..start];
        let lettered = matches!(two, [letter, '-' | '－' | '—' | '_'] if letter.is_ascii_uppercase());
        lettered
            || counted
            || unit
            || WORDS.iter().any(|word| before.ends_with(word))
            || self.scan.is_figure(self.first())
    }

    /// Digits that a word calls an account or a card, whole or in groups of four, though nothing checks: rural passbooks have no
    /// check digit, and a mistyped card has a wrong one.
    fn account(&self) -> Option<Found> {
        let (tail, fours) = self.groups.split_last()?;
        let grouped = fours.iter().all(|&length| length == 4) && (fours.is_empty() || *tail <= 4) && self.is_tight();
        let said = self.scan.is_beside(Topic::Card, self.first()) || self.scan.is_headed(Topic::Card, self.first());
        let other = self.touched() || self.is_amount() || !(12..=19).contains(&self.digits.len());
        (said && grouped && self.is_apart() && !other).then(|| self.found(NumberKind::Account, Severity::Warn))
    }

    fn mobile_by_groups(&self, groups: &[usize]) -> Option<Severity> {
        if let [_] = groups {
            return Some(Severity::Block);
        }
        let named = self.is_named(Topic::Phone);
        let usual =
            matches!(groups, [3, 4, 4] | [3, 8] | [7, 4] | [3, 3, 5] | [4, 3, 4] | [3, 2, 2, 2, 2] | [5, 6] | [6, 5]);
        // 2019-138-0013-8000 is an order number, but 86-138-0013-8000 is a telephone
        let country = matches!(self.before(), [8, 6] | [0, 0, 8, 6]);
        if self.is_spelled() {
            let apart = self.is_apart() || (named && self.joints().all(|joint| joint == Joint::Space));
            let sure = named || self.is_all() || self.is_tight();
            let grouped =
                !self.joints().any(|joint| matches!(joint, Joint::Comma | Joint::Sign | Joint::Mark)) || named;
            return (apart && grouped).then_some(if sure { Severity::Block } else { Severity::Warn });
        }
        if self.is_tight() {
            let before = self.first().joint == Joint::Hyphen && !country;
            // a cell that was too narrow
            let cell = matches!(groups, [one, other] if one >= other) && self.scan.is_alone(self.first(), self.last());
            let spread = usual || cell || (named && groups.len() <= 6 && self.is_apart());
            return (spread && !before && self.after() != Joint::Hyphen).then_some(Severity::Block);
        }
        if !self.is_laid_out() {
            let bracket = self.joints().any(|joint| joint == Joint::Bracket);
            // 150*1200*2400 is a size
            let size = self.joints().any(|joint| joint == Joint::Sign) && !named;
            let spread = !size && matches!(groups, [3, 4, 4]) || (bracket && matches!(groups, [3, 8]));
            let odd = self.joints().any(|joint| joint == Joint::Mark) && !named;
            let severity = if odd { Severity::Warn } else { Severity::Block };
            return (spread && (country || self.is_apart())).then_some(severity);
        }
        self.broken_mobile(groups, named)
    }

    /// A mobile number broken by the end of a line, the border of a cell, or a wide gap.
    fn broken_mobile(&self, groups: &[usize], named: bool) -> Option<Severity> {
        let sure = named || self.is_all();
        let only = |kind: Joint| self.joints().filter(|joint| joint.is_laid_out()).all(|joint| joint == kind);
        let marks = self.joints().any(|joint| !joint.is_tight() && !joint.is_laid_out());
        let counted = matches!(
            self.scan.seen_at(self.last().end),
            '年' | '月' | '人' | '户' | '个' | '件' | '条' | '次' | '项' | '余' | '多'
        );
        let threes = matches!(groups, [3, 4, 4]);
        if marks || counted || (groups.len() > 3 && !sure) || groups.len() > 5 {
            return None;
        }
        if !only(Joint::Line) {
            // 电话138⇥00138000: a tab within a line
            let tabbed = matches!(groups, [3, 8] | [7, 4]) && self.scan.is_beside_in_line(Topic::Phone, self.first());
            return (tabbed || (sure && (threes || only(Joint::Wide)))).then_some(Severity::Block);
        }
        let wide_first = matches!(groups, [one, other] if one >= other || *one == 3) || threes;
        // below more figures only where a word announces it
        let announced = self.scan.is_beside(Topic::Phone, self.first());
        match (sure, self.is_apart(), wide_first) {
            (true, true, _) => Some(Severity::Block),
            (true, false, _) if announced => Some(Severity::Block),
            (false, true, true) => Some(Severity::Warn),
            _ => None,
        }
    }

    /// The digits before the joint of the first atom.
    fn before(&self) -> &[u8] {
        let before = self.from.checked_sub(1).and_then(|at| self.scan.atoms.get(at));
        before.map_or(&[], |atom| &atom.digits)
    }

    /// 16 to 19 digits with Luhn check and the first digit of a bank card, whole or in fours.
    fn card(&self) -> Option<Found> {
        if self.touched() || self.last().check.is_some_and(|end| end == self.last().end + 1) {
            return None;
        }
        if !valid::is_card(self.digits) || self.is_amount() {
            return None;
        }
        self.card_by_groups().map(|severity| self.found(NumberKind::BankCard, severity))
    }

    fn card_by_groups(&self) -> Option<Severity> {
        let (tail, fours) = self.groups.split_last()?;
        if fours.is_empty() {
            return Some(Severity::Block);
        }
        let named = self.is_named(Topic::Card);
        let in_fours = fours.iter().all(|&length| length == 4) && *tail <= 4;
        let union = self.digits.starts_with(&[6, 2]);
        let near = |joint: Joint| matches!(joint, Joint::Space | Joint::Hyphen);
        let apart = self.is_apart() && (!self.is_tight() || !(near(self.first().joint) || near(self.after())));
        let two = matches!(self.groups, [one, other] if one >= other);
        if self.is_tight() {
            let cell = two && (union || named) && self.scan.is_alone(self.first(), self.last());
            let usual = in_fours || (fours == [6] && *tail >= 10) || self.is_spelled();
            let spread = usual || cell || (named && self.groups.len() <= 6);
            return (spread && apart).then_some(Severity::Block);
        }
        if !self.is_laid_out() {
            let comma = self.joints().any(|joint| matches!(joint, Joint::Comma | Joint::Sign | Joint::Mark));
            return (in_fours && apart && (named || !comma)).then_some(Severity::Block);
        }
        if named || self.is_all() {
            let celled = self.joints().any(|joint| joint == Joint::Cell);
            let spread = (self.groups.len() <= 3 && !celled) || in_fours || self.is_spelled();
            return (spread && apart).then_some(Severity::Block);
        }
        let broken = two && union && self.joints().all(|joint| joint == Joint::Line);
        (broken && apart).then_some(Severity::Warn)
    }

    /// `13800138000元`, `13800138000.00`, `0.13800138000`, `¥13800138000`. A comma says nothing: grouped figures have three
    /// digits between commas, and lists of numbers are written with it too.
    fn is_amount(&self) -> bool {
        let chars = &self.scan.chars;
        let behind = |by: usize| chars.get(self.last().end + by).copied().unwrap_or(' ');
        let before = |by: usize| self.first().start.checked_sub(by).map_or(' ', |at| chars[at]);
        let decimals = (1..4).take_while(|&by| digit(behind(by)).is_some()).count();
        // 13800138000.2、: the number of the next item of a list, no fraction
        let decimal =
            matches!(behind(0), '.' | '．') && decimals == 2 && !matches!(behind(3), '.' | '．' | '、' | '）' | ')');
        let fraction = before(1) == '.' && before(2) == '0' && digit(before(3)).is_none();
        // 13800138000 吨
        let gap =
            (0..3).take_while(|&by| behind(by).is_whitespace() && !matches!(behind(by), '\n' | '\r' | '\t')).count();
        const UNITS: [&str; 14] =
            ["元", "万", "亿", "%", "美元", "港元", "欧元", "吨", "平方", "立方", "千瓦", "公顷", "亩", "公斤"];
        // 13800138000（元）
        let gap = gap + usize::from(matches!(behind(gap), '（' | '('));
        let says = |unit: &str| unit.chars().enumerate().all(|(at, c)| fold::character(behind(gap + at)) == c);
        let unit = UNITS.iter().any(|unit| says(unit)) || matches!(before(1), '¥' | '￥' | '$');
        decimal || fraction || unit
    }
}
