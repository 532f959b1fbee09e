//! Forms as pages show them: what a browser would send if somebody filled in some fields and pressed a button.
//!
//! The measures press the buttons that people press; no address or hidden field of the office is written down here.

/// A form found on a page, with everything that would be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Form {
    /// Where it is sent to.
    pub(crate) action: String,
    id: String,
    /// Names and values in order; buttons are not among them.
    pub(crate) fields: Vec<(String, String)>,
    buttons: Vec<Button>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Button {
    action: String,
    name: String,
    value: String,
}

impl Form {
    /// The same with a field filled in.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The value of a field.
    #[cfg(test)]
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The form whose action, or one of whose buttons' actions, ends with one of `endings`; its action is then that one.
pub(crate) fn find(page: &str, endings: &[&str]) -> Option<Form> {
    let fits = |action: &str| {
        let path = action.split('?').next().unwrap_or(action);
        endings.iter().any(|ending| path.ends_with(ending))
    };
    let forms = all(page);
    if let Some(form) = forms.iter().find(|form| fits(&form.action)) {
        return Some(form.clone());
    }
    forms.into_iter().find_map(|mut form| {
        let button = form.buttons.iter().find(|button| fits(&button.action))?.clone();
        form.action = button.action;
        if !button.name.is_empty() {
            form.fields.push((button.name, button.value));
        }
        Some(form)
    })
}

/// Every form of a page that is sent by POST.
pub(crate) fn all(page: &str) -> Vec<Form> {
    let mut reading = Reading::default();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = tag_end(rest);
        let (tag, after) = (&rest[..end], rest.get(end + 1..).unwrap_or(""));
        let taken = reading.tag(tag, after);
        rest = &after[taken..];
    }
    reading.finish()
}

/// A control that names its form instead of standing in it.
#[derive(Debug)]
struct Outside {
    form: String,
    control: Control,
}

#[derive(Debug)]
enum Control {
    Field(String, String),
    Button(Button),
}

#[derive(Debug, Default)]
struct Reading {
    forms: Vec<Form>,
    open: Option<(Form, bool)>,
    outside: Vec<Outside>,
    select: Option<(String, String, Option<String>)>,
}

impl Reading {
    /// Reads one tag; how many bytes after it belong to it (the text of a text area).
    fn tag(&mut self, tag: &str, after: &str) -> usize {
        let name_end = tag.find(|c: char| c.is_whitespace() || c == '/' && !tag.starts_with('/')).unwrap_or(tag.len());
        let attribute = |name: &str| attribute(&tag[name_end..], name);
        match tag[..name_end].to_ascii_lowercase().as_str() {
            "form" => {
                let by_post = attribute("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
                let action = attribute("action").unwrap_or_default();
                self.open =
                    Some((Form { action, id: attribute("id").unwrap_or_default(), ..Form::default() }, by_post));
            }
            "/form" => self.close(),
            "input" => {
                let kind = attribute("type").unwrap_or_default().to_ascii_lowercase();
                let choice = kind == "checkbox" || kind == "radio";
                let value = attribute("value").unwrap_or_else(|| if choice { "on".into() } else { String::new() });
                let counts = !choice || attribute("checked").is_some();
                match attribute("name") {
                    Some(name) if kind != "submit" && kind != "file" && counts && attribute("disabled").is_none() => {
                        self.control(attribute("form"), Control::Field(name, value));
                    }
                    _ => {}
                }
            }
            "button" => {
                let button = Button {
                    action: attribute("formaction").unwrap_or_default(),
                    name: attribute("name").unwrap_or_default(),
                    value: attribute("value").unwrap_or_default(),
                };
                self.control(attribute("form"), Control::Button(button));
            }
            "textarea" => {
                let end = after.find("</textarea").unwrap_or(after.len());
                let text = after[..end].strip_prefix('\n').unwrap_or(&after[..end]);
                if let Some(name) = attribute("name") {
                    self.control(attribute("form"), Control::Field(name, unescape(text)));
                }
                return end;
            }
            "select" => {
                self.select = attribute("name").map(|name| (attribute("form").unwrap_or_default(), name, None));
            }
            "option" => {
                if let Some((_, _, chosen)) = &mut self.select
                    && (chosen.is_none() || attribute("selected").is_some())
                {
                    *chosen = attribute("value");
                }
            }
            "/select" => {
                if let Some((form, name, chosen)) = self.select.take() {
                    let form = (!form.is_empty()).then_some(form);
                    self.control(form, Control::Field(name, chosen.unwrap_or_default()));
                }
            }
            _ => {}
        }
        0
    }

    fn control(&mut self, form: Option<String>, control: Control) {
        match (form, &mut self.open) {
            (Some(form), open) if open.as_ref().is_none_or(|(own, _)| own.id != form) => {
                self.outside.push(Outside { form, control });
            }
            (_, Some((open, _))) => add(open, control),
            (_, None) => {}
        }
    }

    fn close(&mut self) {
        if let Some((form, true)) = self.open.take() {
            self.forms.push(form);
        }
    }

    fn finish(mut self) -> Vec<Form> {
        self.close();
        for outside in self.outside {
            if let Some(form) = self.forms.iter_mut().find(|form| form.id == outside.form) {
                add(form, outside.control);
            }
        }
        self.forms
    }
}

fn add(form: &mut Form, control: Control) {
    match control {
        Control::Field(name, value) => form.fields.push((name, value)),
        Control::Button(button) => form.buttons.push(button),
    }
}

/// Where a tag ends: `>` outside quotes.
fn tag_end(text: &str) -> usize {
    if text.starts_with("!--") {
        return text.find("-->").map_or(text.len(), |at| at + 2);
    }
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return at,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// The value of an attribute; empty for one without a value, `None` for one that is not there.
fn attribute(tag: &str, wanted: &str) -> Option<String> {
    let mut rest = tag.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let name = &rest[..end];
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| *c == '"' || *c == '\'');
            let (inner, left) = match quote {
                Some(quote) => {
                    let inner = &after[1..];
                    let end = inner.find(quote).unwrap_or(inner.len());
                    (&inner[..end], inner.get(end + 1..).unwrap_or(""))
                }
                None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            };
            value = inner;
            rest = left.trim_start();
        }
        if name.eq_ignore_ascii_case(wanted) {
            return Some(unescape(value));
        }
        if name.is_empty() && value.is_empty() {
            break;
        }
    }
    None
}

/// Character references that templates write.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.char_indices().take(10).find(|(_, c)| *c == ';').map(|(end, _)| end);
        let found = end.and_then(|end| Some((reference(&rest[1..end])?, end)));
        match found {
            Some((character, end)) => {
                out.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r##"<form method="get" action="/search"><input name=q></form>
        <form id="edit" method="post" action="/documents/1/save"><input type=hidden name="version" value="3">
        <textarea name="body_html">
&lt;p&gt;一&lt;/p&gt;</textarea><select name="kind"><option value="a">A</option><option value="b" selected>B > A</option></select>
        <input type="checkbox" name="left" value="1"><input type="checkbox" name="ticked" value="1" checked>
        <button>保存</button><button formaction="/documents/1/submit" name="way" value="now">提交</button></form>
        <input form="edit" name="note" value="&#34;甲&#34; &amp; 乙"><!-- <form> -->"##;

    #[test]
    fn a_form_is_sent_as_a_browser_would() {
        let form = find(PAGE, &["/save"]).expect("the form");
        let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected =
            [("version", "3"), ("body_html", "<p>一</p>"), ("kind", "b"), ("ticked", "1"), ("note", "\"甲\" & 乙")];
        assert_eq!(fields, expected);
        assert_eq!(form.with("kind", "c").value("kind"), Some("c"));
    }

    #[test]
    fn a_button_may_send_its_form_elsewhere() {
        let form = find(PAGE, &["/submit"]).expect("the button");
        assert_eq!((form.action.as_str(), form.value("way")), ("/documents/1/submit", Some("now")));
        assert_eq!(find(PAGE, &["/search"]), None, "forms by GET are no writes");
    }
}
